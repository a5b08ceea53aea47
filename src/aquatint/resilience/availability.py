"""Whether a provider may be asked now, in the words that health, quotes and errors share."""

from collections.abc import Iterable

from aquatint.catalog.reasons import NO_KEY, OPERATIONAL, Availability, Code, Reason
from aquatint.providers.registry import PROVIDERS, ProviderConfig


def availability(configs: Iterable[ProviderConfig]) -> dict[str, Availability]:
    """Each provider's state by name: flag first, then key."""
    return {config.name: _state(config) for config in configs}


def _state(config: ProviderConfig) -> Availability:
    if not config.enabled:
        flag = f"ENABLE_IMAGE_GENERATION_{config.name.upper()}"
        return _off(Reason(Code.DISABLED, f"Feature flag disabled: {flag}"))
    if config.api_key is None:
        return _off(NO_KEY)
    if config.name not in PROVIDERS:
        return _off(Reason(Code.DISABLED, "Not supported by this version"))
    return Availability(available=True, code=OPERATIONAL.code, reason=OPERATIONAL.reason)


def _off(reason: Reason) -> Availability:
    return Availability(available=False, code=reason.code, reason=reason.reason)
