"""Where a picture comes from: marked in the copies that people take away, read from any file.

The provider's bytes are never touched. A copy of a file that tells nothing gets XMP, without
touching a pixel, and a signed C2PA manifest where the gateway has a certificate.
"""

import asyncio
import hashlib
import logging
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from aquatint import __version__
from aquatint.clock import Millis
from aquatint.library import carriers, manifests, xmp
from aquatint.library.formats import UnusableImage
from aquatint.library.manifests import CannotSign, Credential, Parent
from aquatint.library.xmp import Note

Mode = Literal["download", "always", "off"]
Marks = Literal["none", "xmp", "c2pa"]

TOOL = f"Aquatint {__version__}"
_COPIES = "marked"
_KEPT_SECONDS = 86_400.0
_MODE_OF_COPIES = 0o700

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """How a picture was made, as far as a mark tells it."""

    system: str  # provider and model
    created_at: Millis
    prompt: str
    parents: Sequence[Parent] = ()
    of_a_picture: bool = False  # a person's own picture is in it

    @property
    def source(self) -> str:
        """IPTC's word for it."""
        return xmp.MADE_OF_A_PICTURE if self.of_a_picture else xmp.MADE


@dataclass(frozen=True, slots=True)
class Copy:
    """A marked copy; `tag` is another for every other content."""

    path: Path
    tag: str


class Provenance:
    """Marks pictures as `mode` says. Copies are made once, and made again when they were swept."""

    def __init__(
        self, folder: Path, *, mode: Mode, tell_prompt: bool, credential: Credential | None = None
    ) -> None:
        self.mode: Mode = mode
        self._folder = folder / _COPIES
        self._tell_prompt = tell_prompt
        self._credential = credential

    @property
    def marks(self) -> Marks:
        """What a copy gets when its picture tells nothing."""
        if self.mode == "off":
            return "none"
        return "c2pa" if self._credential else "xmp"

    async def copy(self, path: Path, media_type: str, origin: Origin) -> Copy | None:
        """A marked copy of the kept file; None: it is given away as it is.

        That is so with PROVENANCE=off, for a file with a manifest, which ours would break, and
        where no copy can be made: nobody is kept from a picture that is paid for. Raises
        FileNotFoundError when there is no file.
        """
        if self.mode == "off":
            return None
        try:
            return await asyncio.to_thread(self._copy, path, media_type, origin)
        except FileNotFoundError:
            raise
        except (UnusableImage, OSError) as error:
            logger.warning("%s could not be marked: %s", path, error)
            return None

    def marked_preview(self, data: bytes, origin: Origin) -> bytes:
        """XMP in a small preview: it is made anew each time, and never signed."""
        if self.mode == "off":
            return data
        return carriers.with_xmp(data, xmp.packet(self._note(replace(origin, prompt=""))))

    async def sweep(self) -> None:
        """Forget copies that nobody asked for in a day."""
        await asyncio.to_thread(self._sweep, time.time() - _KEPT_SECONDS)

    def _copy(self, path: Path, media_type: str, origin: Origin) -> Copy | None:
        wished = self._place(self._tag(path, origin), media_type)
        with suppress(FileNotFoundError):
            _ask_for(wished.path)
            return wished
        data = path.read_bytes()
        carried = carriers.look(data)
        if carried.manifest:
            return None
        told = self._told(data, media_type, carried.xmp, origin)
        marked, as_wished = self._signed(told, media_type, origin)
        if marked is data:
            return None
        # What could not be signed has another name: it is tried again the next time.
        made = wished if as_wished else self._place(f"{wished.tag}-less", media_type)
        self._keep(made.path, marked)
        return made

    def _place(self, tag: str, media_type: str) -> Copy:
        return Copy(self._folder / f"{tag}.{media_type.removeprefix('image/')}", tag)

    def _told(self, data: bytes, media_type: str, old: bytes | None, origin: Origin) -> bytes:
        if old is not None and xmp.read(old).source in xmp.BY_MACHINE:
            return data
        packet = xmp.packet(self._note(origin), old)
        if not carriers.fits(media_type, packet):  # the law's words before anybody else's
            packet = xmp.packet(self._note(origin))
        return carriers.with_xmp(data, packet)

    def _signed(self, data: bytes, media_type: str, origin: Origin) -> tuple[bytes, bool]:
        """And whether that is all that was wished: a signature may fail, or its timestamp alone."""
        if self._credential is None:
            return data, True
        for credential in dict.fromkeys(
            (self._credential, replace(self._credential, timestamps=None))
        ):
            try:
                signed = manifests.sign(
                    data,
                    media_type,
                    credential,
                    source=origin.source,
                    system=origin.system,
                    parents=origin.parents,
                )
            except CannotSign as error:
                logger.warning("a copy could not be signed: %s", error)
            else:
                return signed, credential is self._credential
        return data, False

    def _note(self, origin: Origin) -> Note:
        return Note(
            source=origin.source,
            tool=TOOL,
            system=origin.system,
            created_at=origin.created_at,
            prompt=origin.prompt or None if self._tell_prompt else None,
        )

    def _tag(self, path: Path, origin: Origin) -> str:
        """Everything that the copy is made of; kept files are named by their content."""
        signer = self._credential.certificates if self._credential else b""
        made_of = (path.parent.name + path.name, self._note(origin), origin.parents, signer)
        return hashlib.sha256(repr(made_of).encode()).hexdigest()

    def _keep(self, target: Path, data: bytes) -> None:
        """Whole or not at all: several processes may make the same copy at once."""
        self._folder.mkdir(mode=_MODE_OF_COPIES, exist_ok=True)
        with NamedTemporaryFile(dir=self._folder, delete=False) as file:
            try:
                file.write(data)
                file.flush()
                Path(file.name).replace(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise

    def _sweep(self, before: float) -> None:
        for path in self._folder.glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_atime < before:
                    path.unlink()


def _ask_for(path: Path) -> None:
    """Remember that somebody did; when it was made stays true, for a download that is resumed."""
    os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
