"""`aquatint verify` and `aquatint provenance init`, as typed."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aquatint.cli import app
from aquatint.container.provenance import provenance_of
from aquatint.library import manifests
from tests.contract.pictures import picture
from tests.support.fake import settings
from tests.support.provenance import TRAINED, signed


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_a_file_without_marks(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    status, out, err = run("verify", "a.png")
    assert (status, err) == (0, "")
    assert out.startswith("It says nothing of where it comes from.")


def test_a_signed_file_as_json(tmp_path: Path) -> None:
    (tmp_path / "a.webp").write_bytes(signed(picture("WEBP"), "image/webp"))
    status, out, _ = run("verify", "a.webp", "--json")
    found = json.loads(out)
    assert (status, found["c2pa"], found["source"]) == (0, "valid", TRAINED)


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_a_tampered_file_fails(tmp_path: Path, how: tuple[str, ...]) -> None:
    data = bytearray(signed(picture("JPEG"), "image/jpeg"))
    data[-100] ^= 1
    (tmp_path / "a.jpg").write_bytes(data)
    status, out, _ = run("verify", "a.jpg", *how)
    assert status == 1
    assert "assertion.dataHash.mismatch" in out


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot read"), (b"words", "neither PNG, JPEG nor WebP")]
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content:
        (tmp_path / "a.png").write_bytes(content)
    status, out, err = run("verify", "a.png")
    assert (status, out) == (1, "")
    assert err.startswith("aquatint: ")
    assert words in err


def test_init_makes_what_the_gateway_signs_with(tmp_path: Path) -> None:
    status, out, err = run("provenance", "init", "--data-dir", "data", "--name", "our house")
    assert status == 0
    assert "others see an unknown signer" in err
    lines = dict(line.split("=") for line in out.splitlines())
    paths = {name.lower(): Path(path) for name, path in lines.items()}
    assert stat.S_IMODE(paths["c2pa_private_key"].stat().st_mode) == 0o600
    assert provenance_of(settings(tmp_path, **paths)).marks == "c2pa"
    status, _, err = run("provenance", "init", "--data-dir", "data")
    assert status == 1
    assert "is there already" in err


def test_who_trusts_the_authority_sees_a_trusted_signer(tmp_path: Path) -> None:
    run("provenance", "init", "--data-dir", "data", "--name", "our house")
    folder = tmp_path / "data" / "c2pa"
    ours = manifests.Credential(
        certificates=(folder / "certificate.pem").read_bytes(),
        key=(folder / "private-key.pem").read_bytes(),
        algorithm="ES256",
    )
    data = manifests.sign(picture(), "image/png", ours, source=TRAINED, system="a model")
    (tmp_path / "a.png").write_bytes(data)
    assert "not known here" in run("verify", "a.png")[1]
    status, out, _ = run("verify", "a.png", "--trust", "data/c2pa/authority.pem")
    assert (status, out.split(" It says")[0]) == (0, "Signed by “our house” and unchanged since.")


@pytest.mark.parametrize("content", [b"\xff", b"words", b""])
def test_trust_in_what_is_no_certificate(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(signed(picture(), "image/png"))
    (tmp_path / "junk.pem").write_bytes(content)
    found = run("verify", "a.png", "--trust", "junk.pem")
    assert found == (1, "", "aquatint: junk.pem: holds no certificates in PEM\n")
