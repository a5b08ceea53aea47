"""A real browser on the real demo: gateway, studio and simulated providers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.support.servers import gateway, provider_settings, simulator

AXE = Path(__file__).parents[2] / "ui/node_modules/axe-core/axe.min.js"


@dataclass(frozen=True)
class Studio:
    """Where the studio is, and the simulator behind it."""

    url: str
    simulator: str


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with (
        simulator(tmp_path_factory.mktemp("simulator")) as providers,
        gateway(tmp_path_factory.mktemp("studio"), providers.url) as server,
    ):
        yield Studio(server.url, providers.url)


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory, studio: Studio) -> Iterator[Studio]:
    """A studio with all four providers, over the same simulator."""
    others = provider_settings(studio.simulator, "together", "replicate", "gemini")
    folder = tmp_path_factory.mktemp("wide")
    with gateway(folder, studio.simulator, **others) as server:
        yield Studio(server.url, studio.simulator)


@pytest.fixture
def control(browser: Browser, studio: Studio) -> Iterator[Any]:
    """The simulator's control routes, on a clean slate."""
    context = browser.new_context(base_url=studio.simulator)
    context.request.post("/_sim/reset")
    context.request.post(f"{studio.url}/api/providers/openai/reset")
    yield context.request
    context.close()


def _complaint(message: ConsoleMessage) -> list[str]:
    """An error of the page; that an answer had an error status is the studio's to show."""
    told = message.type == "error" and "Failed to load resource" not in message.text
    return [message.text] if told else []


@contextmanager
def visitor(browser: Browser, url: str, *, phone: bool = False) -> Iterator[Page]:
    """A browser of its own at `url` that may use the clipboard.

    Any complaint of a page fails the test.
    """
    context = browser.new_context(
        base_url=url,
        viewport={"width": 375, "height": 812} if phone else {"width": 1280, "height": 900},
        color_scheme="dark" if phone else "light",
        permissions=["clipboard-read", "clipboard-write"],
    )
    complaints: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.extend(_complaint(message)))
    opened.goto("/")
    expect(opened.get_by_role("heading").first).to_be_visible(timeout=30_000)
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture(params=["desktop-light", "phone-dark"])
def page(
    request: pytest.FixtureRequest, browser: Browser, studio: Studio, control: Any
) -> Iterator[Page]:
    """An empty studio, in two sizes and colours."""
    del control
    with visitor(browser, studio.url, phone=request.param == "phone-dark") as opened:
        yield opened


@pytest.fixture
def desk(browser: Browser, studio: Studio, control: Any) -> Iterator[Page]:
    """An empty studio on a desk by day."""
    del control
    with visitor(browser, studio.url) as opened:
        yield opened


@pytest.fixture
def wide_desk(browser: Browser, wide: Studio, control: Any) -> Iterator[Page]:
    """The same with all four providers."""
    for provider in ("openai", "together", "replicate", "gemini"):
        control.post(f"{wide.url}/api/providers/{provider}/reset")
    with visitor(browser, wide.url) as opened:
        yield opened
