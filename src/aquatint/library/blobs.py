"""Image bytes in a local folder, named by what they are.

``incoming/<attempt>-<k>.part`` holds what is arriving; ``ab/cdef...`` (the SHA-256, split after
two characters) what is kept. Bytes are stored verbatim, and a name never comes from outside.
What is kept has both names until it is in the books: a process that dies in between leaves behind
which attempt the bytes belong to.
"""

import asyncio
import fcntl
import hashlib
import os
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from stat import S_ISREG

import pybase64

from aquatint.providers.base import ImageSink, ImageWriter, ReceivedImage

INLINE_BYTES = 64 * 1024  # below this a thread costs more than the work
_INCOMING = "incoming"
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9_]{1,64}-\d{1,6}\.part")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


Show = Callable[[int, ReceivedImage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Old files: kept ones by their hashes, received ones by their attempts."""

    hashes: frozenset[str]
    attempts: frozenset[str]


class BlobStore:
    """The folder `root`; created for its owner alone. For any processes of one host."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root.resolve()
        (self._root / _INCOMING).mkdir(mode=0o700, exist_ok=True)

    def sink(self, attempt_id: str, show: Show | None = None) -> ImageSink:
        """Where the images of one attempt go; ValueError for an id that is no plain name.

        `show` gets the previews; without it they are dropped.
        """
        return _Sink(self._root, _attempt(attempt_id), show or self._drop)

    async def _drop(self, index: int, image: ReceivedImage) -> None:
        del index
        await self.discard(image)

    async def set_aside(self, preview: ReceivedImage) -> ReceivedImage:
        """Give it another name: nobody takes it for an image that its attempt left behind."""
        attempt_id, _, rest = _token(preview.token).rpartition("-")
        aside = replace(preview, token=_token(f"{attempt_id}_preview-{rest}"))
        paths = self.received_path(preview), self.received_path(aside)
        await asyncio.to_thread(os.replace, *paths)
        return aside

    async def keep(self, received: ReceivedImage) -> Path:
        """Give received bytes their lasting name, durably; harmless to repeat.

        `discard` them when they are in the books.
        """
        return await asyncio.to_thread(self.keep_now, received)

    def keep_now(self, received: ReceivedImage) -> Path:
        """`keep` for a thread that may wait for the disk."""
        return self._keep(_token(received.token), _hash(received.sha256))

    async def discard(self, received: ReceivedImage) -> None:
        """Forget received bytes, be they kept elsewhere or not at all; harmless to repeat."""
        await asyncio.to_thread(self.discard_now, received)

    def discard_now(self, received: ReceivedImage) -> None:
        """`discard` for a thread that may wait for the disk."""
        _unlink(self.received_path(received))

    def received_path(self, received: ReceivedImage) -> Path:
        """Where the bytes are until they are kept or dropped."""
        return self.incoming(received.token)

    def incoming(self, token: str) -> Path:
        """The same by the store's own name; ValueError for what is none."""
        return self._root / _INCOMING / _token(token)

    def left_by(self, attempt_id: str) -> tuple[ReceivedImage, ...]:
        """What an attempt received that is in no books, whole or not, in the order it began.

        For a thread that may wait for the disk.
        """
        paths = (self._root / _INCOMING).glob(f"{_attempt(attempt_id)}-*.part")
        files = [path for path in paths if S_ISREG(path.lstat().st_mode)]
        files.sort(key=lambda path: int(path.stem.rpartition("-")[2]))
        return tuple(_received(path) for path in files)

    def older(self, before: float) -> Leftovers:
        """What came before `before`, in seconds since 1970; most of it is wanted.

        For a thread that may wait for the disk, as all that sweeps.
        """
        kept = (path for path in self._root.glob("[0-9a-f][0-9a-f]/*") if _older(path, before))
        incoming = self._root / _INCOMING
        received = (path for path in incoming.glob("*-*.part") if _older(path, before))
        return Leftovers(
            hashes=frozenset(path.parent.name + path.name for path in kept),
            attempts=frozenset(path.stem.rpartition("-")[0] for path in received),
        )

    def sweep(self, unwanted: Leftovers, before: float) -> int:
        """Delete what is unwanted and still came before `before`; how many files."""
        paths = [self._root / sha256[:2] / sha256[2:] for sha256 in unwanted.hashes]
        for attempt_id in unwanted.attempts:
            paths += (self._root / _INCOMING).glob(f"{_attempt(attempt_id)}-*.part")
        with _folder(self._root) as root:
            fcntl.flock(root, fcntl.LOCK_EX)  # nobody gives a lasting name meanwhile
            old = [path for path in paths if _older(path, before)]
            for path in old:
                _unlink(path)
        return len(old)

    def path(self, sha256: str) -> Path:
        """The file of kept bytes; ValueError for no hash, FileNotFoundError for an unknown one."""
        path = self._root / _hash(sha256)[:2] / sha256[2:]
        if path.parent.is_symlink() or not S_ISREG(path.lstat().st_mode):
            raise FileNotFoundError(path)
        return path

    def _keep(self, token: str, sha256: str) -> Path:
        shard, name = sha256[:2], sha256[2:]
        with _folder(self._root) as root, _folder(_INCOMING, within=root) as incoming:
            fcntl.flock(root, fcntl.LOCK_SH)
            _make_folder(shard, within=root)
            with _folder(shard, within=root) as target:
                try:
                    _name_too(token, incoming, name, target)
                except FileNotFoundError:
                    return self.path(sha256)
                os.fsync(target)
        return self._root / shard / name


class _Sink:
    """Opens one numbered file for each image of an attempt."""

    def __init__(self, root: Path, attempt_id: str, show: Show) -> None:
        self._root = root
        self._attempt_id = attempt_id
        self._show = show
        self._numbers = count()

    def open(self) -> ImageWriter:
        # An earlier, crashed hand may have left a file; it is evidence and stays.
        with _folder(self._root) as root, _folder(_INCOMING, within=root) as incoming:
            while True:
                token = f"{self._attempt_id}-{next(self._numbers)}.part"
                try:
                    descriptor = os.open(token, _NEW_FILE, 0o600, dir_fd=incoming)
                except FileExistsError:
                    continue
                return _Writer(self._root / _INCOMING / token, descriptor)

    async def preview(self, index: int, image: ReceivedImage) -> None:
        await self._show(index, image)


class _Writer:
    """One image on its way to the disk: decoded, hashed and written in one hop off the loop."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()
        self._size = 0
        self._padded = False
        # A cancelled task leaves its thread writing; nobody may close the file under it.
        self._lock = threading.Lock()

    async def write(self, data: bytes) -> None:
        await _hop(len(data), lambda: self._append(data))

    async def write_base64(self, window: bytes) -> None:
        await _hop(len(window), lambda: self._append_base64(window))

    async def finish(self) -> ReceivedImage:
        return await asyncio.to_thread(self._finish)

    async def discard(self) -> None:
        await asyncio.to_thread(self._discard)

    def _append(self, data: bytes) -> None:
        with self._lock:
            self._file.write(data)
            self._hash.update(data)
            self._size += len(data)

    def _append_base64(self, window: bytes) -> None:
        if self._padded or len(window) % 4:
            raise ValueError("not base64: padding before the end")
        data = pybase64.b64decode(window, validate=True)
        self._padded = window.endswith(b"=")
        self._append(data)

    def _finish(self) -> ReceivedImage:
        with self._lock:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        with _folder(self._path.parent) as folder:
            os.fsync(folder)
        return ReceivedImage(token=self._path.name, sha256=self._hash.hexdigest(), size=self._size)

    def _discard(self) -> None:
        with self._lock, suppress(OSError):  # a full disk may refuse the last bytes
            self._file.close()
        _unlink(self._path)


def _name_too(token: str, incoming: int, name: str, target: int) -> None:
    try:
        os.link(token, name, src_dir_fd=incoming, dst_dir_fd=target, follow_symlinks=False)
    except FileExistsError:
        pass
    except PermissionError:  # a file system without second names
        os.replace(token, name, src_dir_fd=incoming, dst_dir_fd=target)
    os.utime(name, dir_fd=target)  # it is about to be booked: not to be swept meanwhile


def _older(path: Path, before: float) -> bool:
    try:
        return path.lstat().st_mtime < before
    except FileNotFoundError:
        return False


def _received(path: Path) -> ReceivedImage:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return ReceivedImage(token=path.name, sha256=digest, size=file.tell())


async def _hop(size: int, work: Callable[[], None]) -> None:
    if size < INLINE_BYTES:
        work()
    else:
        await asyncio.to_thread(work)


def _attempt(attempt_id: str) -> str:
    if not _NAME.fullmatch(attempt_id):
        raise ValueError(f"not an attempt id: {attempt_id!r}")
    return attempt_id


def _token(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"not a received image: {token!r}")
    return token


def _hash(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return sha256


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)


def _make_folder(name: str, *, within: int) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=within)
    except FileExistsError:
        return
    os.fsync(within)


@contextmanager
def _folder(path: Path | str, *, within: int | None = None) -> Iterator[int]:
    """A folder's descriptor; OSError when it is a symbolic link."""
    descriptor = os.open(path, _FOLDER, dir_fd=within)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
