"""Which providers there are, and how each is made from its settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from aquatint.providers import gemini, openai, replicate, together
from aquatint.providers.base import ImageProvider
from aquatint.providers.discreet import discreet
from aquatint.providers.openai_compatible import OpenAICompatible
from aquatint.providers.profiles import Profile


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderConfig:
    """The settings of one provider; ValueError for a key that no header can carry."""

    name: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None  # None: the provider's own
    enabled: bool = True
    needs_key: bool = True
    profile: Profile | None = None  # of a server that the operator declared

    @property
    def label(self) -> str:
        """Its name for people."""
        return PROVIDERS[self.name].label if self.name in PROVIDERS else self.name

    @property
    def usable(self) -> bool:
        """Whether it can be asked at all."""
        return self.enabled and bool(self.api_key or not self.needs_key)

    def __post_init__(self) -> None:
        key = self.api_key or ""
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ValueError(f"the API key of {self.name} holds blanks or unusual characters")


class _Constructor(Protocol):
    def __call__(
        self, session: aiohttp.ClientSession, *, api_key: str, base_url: str
    ) -> ImageProvider: ...


@dataclass(frozen=True, slots=True)
class _Kind:
    label: str
    construct: _Constructor
    base_url: str


PROVIDERS: Mapping[str, _Kind] = {
    "openai": _Kind("OpenAI", openai.OpenAI, openai.BASE_URL),
    "together": _Kind("Together AI", together.Together, together.BASE_URL),
    "replicate": _Kind("Replicate", replicate.Replicate, replicate.BASE_URL),
    "gemini": _Kind("Gemini", gemini.Gemini, gemini.BASE_URL),
}


def build(
    configs: Iterable[ProviderConfig], session: aiohttp.ClientSession
) -> dict[str, ImageProvider]:
    """The providers that are enabled and have a key, by name; KeyError for an unknown name."""
    made = ((config, _build(config, session)) for config in configs if config.usable)
    return {config.name: discreet(provider, config.api_key) for config, provider in made}


def _build(config: ProviderConfig, session: aiohttp.ClientSession) -> ImageProvider:
    if config.profile is not None:
        return OpenAICompatible(
            session,
            name=config.name,
            api_key=config.api_key,
            base_url=config.base_url or "",
            profile=config.profile,
        )
    kind = PROVIDERS[config.name]
    return kind.construct(
        session, api_key=config.api_key or "", base_url=config.base_url or kind.base_url
    )
