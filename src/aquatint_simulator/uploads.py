"""Files that callers uploaded, to be named in later calls."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import md5, sha256

_MOST = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One file; the times are Unix times. `purpose` is the caller's word or JSON for it."""

    id: str
    name: str
    media: str
    data: bytes = field(repr=False)
    created: float
    expires: float | None
    purpose: str = ""

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    @property
    def md5(self) -> str:
        return md5(self.data, usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Uploads:
    """Of all providers, oldest first."""

    _kept: dict[tuple[str, str], Upload] = field(default_factory=dict)

    def keep(self, provider: str, upload: Upload) -> None:
        while len(self._kept) >= _MOST:
            self._kept.pop(next(iter(self._kept)))
        self._kept[provider, upload.id] = upload

    def find(self, provider: str, id_: str, now: float) -> Upload | None:
        """The file, unless its time is over."""
        upload = self._kept.get((provider, id_))
        if upload is None or (upload.expires is not None and now > upload.expires):
            return None
        return upload

    def of(self, provider: str, now: float) -> Iterator[Upload]:
        """The latest first."""
        for owner, id_ in reversed(list(self._kept)):
            upload = self.find(owner, id_, now) if owner == provider else None
            if upload is not None:
                yield upload

    def remove(self, provider: str, id_: str) -> None:
        self._kept.pop((provider, id_), None)
