"""The provider seam: one request in, images and usage out, our errors for everything else.

A provider maps a request to HTTP, the answer to a result and a failure to our error tree.
It knows no tiers, prices, users or other providers, and it never retries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol, runtime_checkable

from aquatint.catalog.model import Row
from aquatint.catalog.pricing import Usage
from aquatint.clock import Millis
from aquatint.errors import BadResponse, BreakerEffect, ContentRefused


class ImageWriter(Protocol):
    """One image on its way into the store. Either `finish` or `discard` ends it."""

    async def write(self, data: bytes) -> None:
        """Append raw bytes."""
        ...

    async def write_base64(self, window: bytes) -> None:
        """Append base64 text, a multiple of 4 characters; decoded off the event loop.

        Raises ValueError when it is not base64.
        """
        ...

    async def finish(self) -> "ReceivedImage":
        """Make the bytes durable and tell what they are."""
        ...

    async def discard(self) -> None:
        """Drop what was written."""
        ...


class ImageSink(Protocol):
    """Where a provider puts image bytes as they arrive: never a whole image in memory."""

    def open(self) -> ImageWriter: ...

    async def preview(self, index: int, image: "ReceivedImage") -> None:
        """Show an unfinished picture, the `index`-th from 0; it is no result and not kept."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedImage:
    """Bytes that are on disk but belong to nobody yet; `token` is the store's own name for them."""

    token: str
    sha256: str  # hex
    size: int  # bytes
    seed: int | None = None
    revised_prompt: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InputImage:
    """A picture that goes with a request: whole, checked, without the metadata of its camera.

    A mask is a greyscale PNG of the first picture's size: white changes, black stays.
    """

    path: Path
    sha256: str  # hex
    size: int  # bytes
    media_type: str  # image/png, image/jpeg or image/webp
    width: int  # pixels
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageRequest:
    """One call to a provider. Width and height are pixels the row supports."""

    row: Row
    prompt: str
    n: int
    width: int
    height: int
    attempt_id: str
    style: str | None = None
    negative_prompt: str | None = None
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None  # 0 to 100
    moderation: str | None = None
    input_fidelity: str | None = None
    partial_images: int = 0  # previews to stream on the way
    images: tuple[InputImage, ...] = ()
    mask: InputImage | None = None
    deadline_seconds: float = 180.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    """The provider is done. `usage` is None when the answer carried none."""

    images: tuple[ReceivedImage, ...]
    usage: Usage | None = None
    request_id: str | None = None
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """The provider is at work. `handle` finds the work again, in any process, after any restart."""

    handle: str
    look_again_seconds: float = 1.0
    progress: float | None = None  # 0 to 1, when the provider tells it
    request_id: str | None = None


class BilledBadResponse(BadResponse):
    """An answer that we cannot use and that told what it cost."""

    def __init__(self, message: str, *, usage: Usage, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.usage = usage


class DownloadFailed(BilledBadResponse):
    """The images were made, and billed, but could not be fetched from where they lie.

    That says nothing against the provider's next generation.
    """

    breaker = BreakerEffect.NEUTRAL


class Stopped(BilledBadResponse):
    """The work ended early because it was cancelled, by us or at its time limit."""

    breaker = BreakerEffect.NEUTRAL


class BilledRefusal(ContentRefused):
    """A refusal after the work was done; `usage` is None when the answer did not tell it."""

    def __init__(
        self,
        message: str,
        *,
        usage: Usage | None = None,
        request_id: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id, details=details)
        self.usage = usage


class ImageProvider(Protocol):
    """What every provider file offers."""

    name: str

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed | Pending:
        """Buy the images. Raises a `ProviderError`, never anything else from the network.

        A failure that told what it cost is a `BilledBadResponse` or a `BilledRefusal`.
        """
        ...

    async def verify(self) -> None:
        """Check the credentials for free; raises as `start` does."""
        ...


@runtime_checkable
class ResumableProvider(ImageProvider, Protocol):
    """A provider whose work outlives the call that began it."""

    async def poll(
        self, handle: str, request: ImageRequest, sink: ImageSink
    ) -> Completed | Pending:
        """Look at the work again, which is always safe.

        Raises `Unreachable`, with the `cool_down` asked for, when the look failed, for whatever
        reason; every other error tells how the work itself ended, as `start` does.
        """
        ...

    async def cancel(self, handle: str) -> None:
        """Ask the provider to stop; best effort, raises as `start` does."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhooks:
    """Where a provider can reach us: `url` ends before the attempt's id."""

    url: str
    secret: str | None = field(default=None, repr=False)  # None: the provider is asked for it


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What a provider told by webhook, as far as we believe it: that its work is worth a look."""

    id: str  # of the message, the same whenever it is told again
    handle: str
    attempt_id: str | None = None  # whose work it is, where the message says so


class Forged(Exception):
    """A message that claims to be a provider's and cannot be shown to be."""


@runtime_checkable
class TellingProvider(ResumableProvider, Protocol):
    """A provider that tells by webhook how its work goes."""

    def tell_at(self, webhooks: Webhooks) -> None:
        """From now on, ask for each piece of work to be told there."""
        ...

    async def hear(self, headers: Mapping[str, str], body: bytes, *, now: Millis) -> Message:
        """Check that a message is the provider's own, and fresh. `headers` in lower case.

        Raises `Forged`, or as `start` does when the means to check cannot be had.
        """
        ...


@runtime_checkable
class AnnouncingProvider(ImageProvider, Protocol):
    """A provider that tells beforehand when its models end."""

    async def shutdowns(self) -> Mapping[str, date]:
        """The first day without it, by the provider's own name of a model; raises as `start`."""
        ...
