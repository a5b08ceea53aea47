"""What is photographed: gateways over one simulator, and its faults to order."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.identity_provider import oidc_provider, oidc_settings, person
from tests.support.servers import gateway, provider_settings, simulator

PROVIDERS: Final = ("openai", "together", "replicate", "gemini")
_LIMITS: Final = {"IMAGES_PER_HOUR": "40", "IMAGES_PER_DAY": "60", "DAILY_COST_LIMIT": "10"}
_BREAKER: Final = {"CIRCUIT_BREAKER_FAILURE_THRESHOLD": "2"}
_SEED: Final = "screenshots"


@dataclass(frozen=True, slots=True)
class Stage:
    """Addresses: the studio, one whose prices soon expire, one behind sign-in, the simulator."""

    studio: str
    hurried: str
    house: str
    simulator: str

    def fault(self, provider: str, fault: str, **told: object) -> None:
        """Until `calm`, calls for images at the provider go wrong."""
        post(f"{self.simulator}/_sim/faults", {"provider": provider, "fault": fault, **told})

    def slow(self, provider: str, ms: int) -> None:
        post(f"{self.simulator}/_sim/latency", {"provider": provider, "ms": ms})

    def calm(self) -> None:
        """No faults and no waits any more; the providers are trusted again."""
        post(f"{self.simulator}/_sim/reset", {"seed": _SEED})
        for provider in PROVIDERS:
            self.trust(provider)

    def trust(self, provider: str) -> None:
        """Forget its failures."""
        post(f"{self.studio}/api/providers/{provider}/reset", {})


def post(url: str, body: object) -> None:
    request = urllib.request.Request(  # noqa: S310  # loopback
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310  # loopback
        pass


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Everything running, on free ports, for as long as the block lasts."""
    rooms = [folder / name for name in ("simulator", "studio", "hurried", "house")]
    for room in rooms:
        room.mkdir()
    ada = person("ada", "ada@studio.example", name="Ada Lovelace")
    with simulator(rooms[0]) as sim, oidc_provider(rooms[0], ada) as door:
        all_four = {**provider_settings(sim.url, *PROVIDERS[1:]), **_LIMITS, **_BREAKER}
        behind = {**all_four, **oidc_settings(door.url, OPERATORS="ada@studio.example")}
        with (
            gateway(rooms[1], sim.url, **all_four) as studio,
            gateway(rooms[2], sim.url, **all_four, QUOTE_TTL_SECONDS="3") as hurried,
            gateway(rooms[3], sim.url, **behind) as house,
        ):
            set_ = Stage(studio.url, hurried.url, house.url, sim.url)
            set_.calm()
            yield set_
