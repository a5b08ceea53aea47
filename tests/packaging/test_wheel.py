"""The wheel is the product: installed without Node or this repository, it serves the studio."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.gates.files import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target)
    return next(target.glob("aquatint-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a clean environment that holds the wheel and the locked runtime."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "venv", with_pip=False)
    python = home / "venv" / "bin" / "python"
    install = (ROOT / "scripts" / "install.sh", python)
    run(*install, "--require-hashes", "--requirement", ROOT / "requirements" / "runtime.txt")
    run(*install, "--no-deps", wheel)
    return python.parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[str]:
    """The address of `aquatint serve`, started with nothing on its path but the environment."""
    server = subprocess.Popen(
        (
            installed / "aquatint",
            "serve",
            "--port",
            str(free_port()),
            "--data-dir",
            tmp_path / "data",
        ),
        cwd=tmp_path,
        env={"PATH": str(installed), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    try:
        lines = []
        for line in server.stdout:
            lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0]
                break
        else:
            pytest.fail("".join(lines))
    finally:
        server.send_signal(signal.SIGTERM)
        status = server.wait(timeout=60)
        server.stdout.close()
    assert status == 0


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  # loopback
        text: str = answer.read().decode()
    return text


def test_the_wheel_carries_the_built_studio_and_no_test(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "aquatint/static/index.html" in names
    assert any(name.startswith("aquatint/static/assets/") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "aquatint",
        "aquatint_client",
        "aquatint_simulator",
    }


def test_the_installed_gateway_is_healthy_and_shows_the_studio(served: str) -> None:
    assert fetch(f"{served}/healthz").replace(" ", "") == '{"status":"ok"}'
    page = fetch(f"{served}/")
    assert '<div id="root">' in page
    script = re.search(r'src="\.?/?(assets/[^"]+\.js)"', page)
    assert script is not None
    assert not fetch(f"{served}/{script[1]}").lstrip().startswith("<")
