"""A certificate that cannot sign is a clear word at the start, not a surprise at a download."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from aquatint.container import provenance
from aquatint.container.provenance import provenance_of
from aquatint.library import manifests
from aquatint.library.certificates import DAYS, make
from aquatint.settings import SettingsError
from tests.support.fake import settings
from tests.support.provenance import written


def marks(folder: Path, **changes: Any) -> str:
    return provenance_of(settings(folder, **changes)).marks


def test_what_a_copy_gets(tmp_path: Path) -> None:
    assert marks(tmp_path) == "xmp"
    assert marks(tmp_path, provenance="off") == "none"
    assert marks(tmp_path, **written(tmp_path, make("us"))) == "c2pa"


def test_certificate_and_key_go_together(tmp_path: Path) -> None:
    paths = written(tmp_path, make("us"))
    for name, path in paths.items():
        [missing] = [other.upper() for other in paths if other != name]
        with pytest.raises(SettingsError, match=f"{missing}: is missing"):
            marks(tmp_path, **{name: path})


def test_a_timestamp_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="C2PA_TIMESTAMP_URL: nothing is signed"):
        marks(tmp_path, c2pa_timestamp_url="http://127.0.0.1:9")


def test_a_certificate_that_would_sign_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="signs nothing with PROVENANCE=off"):
        marks(tmp_path, provenance="off", **written(tmp_path, make("us")))


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "available", lambda: False)
    with pytest.raises(SettingsError, match=r"pip install 'aquatint\[c2pa\]'"):
        marks(tmp_path, **written(tmp_path, make("us")))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c2pa_certificate", None, "C2PA_CERTIFICATE: cannot read"),
        ("c2pa_private_key", None, "C2PA_PRIVATE_KEY: cannot read"),
        ("c2pa_certificate", b"words", "C2PA_CERTIFICATE: is no PEM certificate"),
        ("c2pa_private_key", b"words", "C2PA_PRIVATE_KEY: is no PEM key"),
    ],
)
def test_a_file_that_is_something_else(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    paths = written(tmp_path, make("us"))
    if content is None:
        paths[name].unlink()
    else:
        paths[name].write_bytes(content)
    with pytest.raises(SettingsError, match=message):
        marks(tmp_path, **paths)


def test_a_key_with_a_password(tmp_path: Path) -> None:
    pair = make("us")
    key = load_pem_private_key(pair.key, None)
    paths = written(tmp_path, pair)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    paths["c2pa_private_key"].write_bytes(locked)
    with pytest.raises(SettingsError, match="no PEM key without a password"):
        marks(tmp_path, **paths)


def test_a_key_in_another_wrapping(tmp_path: Path) -> None:
    pair = make("us")
    key = load_pem_private_key(pair.key, None)
    paths = written(tmp_path, pair)
    older = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    assert b"BEGIN EC PRIVATE KEY" in older
    paths["c2pa_private_key"].write_bytes(older)
    assert marks(tmp_path, **paths) == "c2pa"


def test_the_key_of_another_certificate(tmp_path: Path) -> None:
    paths = written(tmp_path, make("us"))
    paths["c2pa_private_key"].write_bytes(make("them").key)
    with pytest.raises(SettingsError, match="not the key of the first certificate"):
        marks(tmp_path, **paths)


def test_a_certificate_that_has_ended(tmp_path: Path) -> None:
    ended = make("us", datetime.now(UTC) - timedelta(days=DAYS + 1))
    with pytest.raises(SettingsError, match=r"C2PA_CERTIFICATE: cannot sign: .*not valid at time"):
        marks(tmp_path, **written(tmp_path, ended))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
        (ed25519.Ed25519PrivateKey.generate(), "ED25519"),
        (rsa.generate_private_key(65_537, 2048), "PS256"),
    ],
)
def test_the_key_says_how_to_sign(key: object, algorithm: str) -> None:
    assert provenance._algorithm(key) == algorithm


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256K1()), x25519.X25519PrivateKey.generate()]
)
def test_a_key_that_c2pa_does_not_know(key: object) -> None:
    with pytest.raises(SettingsError, match="C2PA knows"):
        provenance._algorithm(key)
