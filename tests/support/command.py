"""The command line as people run it: a process of its own, with or without a terminal."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.servers import environment

_SECONDS = 60.0


def aquatint(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, said: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run it to its end in `folder`; `said` comes by a pipe."""
    return subprocess.run(  # noqa: S603  # our own module
        _command(arguments),
        cwd=folder,
        env=environment(**(settings or {})),
        input=said,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


@contextmanager
def begun(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """Run it until the block ends; its two outputs are pipes."""
    process = subprocess.Popen(  # noqa: S603  # our own module
        _command(arguments),
        cwd=folder,
        env=environment(**(settings or {})),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def at_a_terminal(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, typed: str
) -> "subprocess.CompletedProcess[str]":
    """As `aquatint`, with a terminal in front of which somebody types."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed.encode())
        return subprocess.run(  # noqa: S603  # our own module
            _command(arguments),
            cwd=folder,
            env=environment(**(settings or {})),
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "aquatint", *arguments]


@dataclass
class Shell:
    """A folder to run commands in, with their settings."""

    folder: Path
    settings: dict[str, str]

    def run(self, *arguments: str, said: str = "") -> Any:
        return aquatint(*arguments, folder=self.folder, settings=self.settings, said=said)

    def json(self, *arguments: str, status: int = 0) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout)

    @property
    def files(self) -> list[str]:
        return sorted(
            each.name for each in self.folder.iterdir() if each.suffix in {".png", ".part"}
        )
