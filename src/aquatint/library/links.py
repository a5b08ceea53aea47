"""Links to images that work by themselves, for a while: for `<img>` and for handing on."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from aquatint.clock import Clock, Millis
from aquatint.errors import Forbidden
from aquatint.library.store import Image
from aquatint.signing import Signer

Variant = Literal["content", "download", "thumbnail"]

_STEP: Millis = 30 * 60_000  # a link stays the same this long, so that it can be cached
_PURPOSE = "image link"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """What a signed link carries, as it came; `expires` in seconds of the epoch."""

    owner: str
    expires: str
    signature: str


class ImageLinks:
    """Makes links, signed when there is a `signer`; without sign-in there is none."""

    def __init__(self, *, clock: Clock, signer: Signer | None) -> None:
        self._clock = clock
        self._signer = signer

    def link(self, image: Image, variant: Variant, base_url: str) -> str:
        """A link that works for half an hour to an hour, absolute when `base_url` is."""
        path = f"{base_url}/api/images/{image.id}/{variant}"
        if self._signer is None:
            return path
        expires = str((self._clock.now() // _STEP + 2) * _STEP // 1000)
        signature = self._signer.sign(_PURPOSE, image.id, variant, image.owner, expires)
        query = {"owner": image.owner, "exp": expires, "sig": signature}
        return f"{path}?{urlencode(query)}"

    def check(self, image_id: str, variant: Variant, given: Signature) -> Millis:
        """How long the link goes on working.

        Raises Forbidden for one that was not made here, was changed, or has expired.
        """
        fields = (image_id, variant, given.owner, given.expires)
        if self._signer is None or not self._signer.verify(given.signature, _PURPOSE, *fields):
            raise Forbidden("This image link was not made here, or was changed")
        left = int(given.expires) * 1000 - self._clock.now()
        if left <= 0:
            raise Forbidden("This image link has expired; ask for the image again")
        return left
