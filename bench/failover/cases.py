"""The cases: every fault that the simulator knows, met by one image that a person asks for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aquatint_simulator.faults import FAULTS
from aquatint_simulator.testing import Provider

PROVIDERS: Final[tuple[Provider, ...]] = ("openai", "together", "replicate", "gemini")
REFUSALS: Final = frozenset({"refused_input", "refused_output"})
# The provider has answered, and what it sent is no image: buying elsewhere is a fallback.
WORTHLESS: Final = frozenset({"truncated_json", "empty_data", "corrupt_image", "expired_url"})
# A whole image comes all the same: a gateway that does not hand it out has lost it.
WHOLE: Final = frozenset(
    {None, "slow_drip", "over_usage", "wrong_size", "fewer_images", "huge_body"}
)
# One request for an image does not bring these about.
NEEDS_MORE: Final = {
    "late_success_after_cancel": "needs a cancellation",
    "duplicate_webhook": "needs a webhook",
}

_SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "slow_drip": {"bytes": 262_144, "ms": 100},  # about a second
    "over_usage": {"factor": 1.5},
    "huge_body": {"megabytes": 80},  # still a picture
    "rate_limited": {"retryAfter": 2},
}
_SEVERAL: Final = 2  # images, where fewer may come
# Where a fault happens that OpenAI's images have not.
_ELSEWHERE: Final[Mapping[str, Provider]] = {
    "expired_url": "replicate",
    "stuck_processing": "replicate",
    "failed_prediction": "replicate",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """`provider` is asked first; its next `times` calls fail, or all when that is None."""

    provider: Provider
    fault: str | None
    times: int | None = 1
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Images asked for."""
        return _SEVERAL if self.fault == "fewer_images" else 1

    @property
    def streams(self) -> bool:
        """Whether previews are asked for: only a stream can be cut between them."""
        return self.fault == "stream_cut"

    @property
    def label(self) -> str:
        return " ".join((self.fault or "none", *map(str, self._told())))

    def _told(self) -> Iterator[object]:
        if self.fault == "status":
            yield self.settings["status"]
        if self.times is None:
            yield "(lasting)"


def short() -> list[Case]:
    """No fault, then every fault once, at the provider that has it."""
    names = sorted(frozenset[str]().union(*FAULTS.values()) - NEEDS_MORE.keys())
    healthy = Case(provider="openai", fault=None)
    return [healthy, *(c for name in names for c in _of(_ELSEWHERE.get(name, "openai"), name))]


def full(*providers: Provider) -> list[Case]:
    """All that can go wrong at these providers, once and lasting."""
    return [
        case
        for provider in providers
        for case in (
            Case(provider=provider, fault=None),
            *(
                case
                for name in sorted(FAULTS[provider] - NEEDS_MORE.keys())
                for times in (1, None)
                for case in _of(provider, name, times)
            ),
        )
    ]


def _of(provider: Provider, fault: str, times: int | None = 1) -> Iterator[Case]:
    variants: tuple[Mapping[str, Any], ...] = (_SETTINGS.get(fault, {}),)
    if fault == "status":
        variants = ({"status": 500}, {"status": 503})
    for settings in variants:
        yield Case(provider=provider, fault=fault, times=times, settings=settings)
