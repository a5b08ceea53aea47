"""Where providers can reach us, if they can."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aquatint.net.fetch import is_public
from aquatint.providers.base import ImageProvider, TellingProvider, Webhooks
from aquatint.settings import Settings

PATH = "/webhooks"


def announce(settings: Settings, providers: Mapping[str, ImageProvider]) -> None:
    """Have those providers that tell of their work tell us, where the settings allow it."""
    secrets = {"replicate": settings.replicate_webhook_secret}
    for name, provider in providers.items():
        secret = secrets.get(name)
        if isinstance(provider, TellingProvider) and _reachable(settings):
            provider.tell_at(
                Webhooks(
                    url=f"{settings.public_url}{PATH}/{name}",
                    secret=secret.get_secret_value() if secret else None,
                )
            )


def _reachable(settings: Settings) -> bool:
    """Whether a provider can call PUBLIC_URL, or is to try."""
    if settings.public_url is None or settings.replicate_webhooks == "off":
        return False
    host = urlsplit(settings.public_url).hostname or ""
    is_address = ":" in host or host.replace(".", "").isdigit()
    at_home = host == "localhost" or host.endswith(".localhost")
    return settings.replicate_webhooks == "on" or (is_public(host) if is_address else not at_home)
