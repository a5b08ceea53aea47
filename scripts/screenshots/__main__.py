"""Photograph the studio in two sizes and two themes; exits 1 when a state could not be reached.

The gateway, the simulated providers and the browser are real; each look begins with empty books.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

from scripts.screenshots.files import keep, too_heavy, unwanted
from scripts.screenshots.looks import LOOKS, Look
from scripts.screenshots.stage import Stage, stage
from scripts.screenshots.states import HURRIED, SIGNED_IN, STUDIO, State

WAIT_MS = 20_000
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        sys.exit("screenshots: no Chromium; scripts/chromium.sh installs it")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--font-render-hinting=none"]
        )
        yield running
        running.close()


@contextmanager
def visitor(browser: Browser, look: Look, url: str) -> Iterator[Page]:
    """A page at `url` as this look has it, where nothing moves."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": look.width, "height": look.height},
        color_scheme=look.theme,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto("/")
    yield page
    context.close()


def grow(page: Page, look: Look) -> None:
    """A window as tall as the page: what sticks to its edges stays there."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": look.width, "height": max(look.height, height)})


def photograph(state: State, page: Page, set_: Stage, look: Look) -> str | None:
    """Reach a state and keep its picture; why not, where that fails."""
    try:
        state.reach(page, set_)
        if state.whole:
            grow(page, look)
        picture = page.screenshot(animations="disabled", caret="hide")
        state.leave(page)
    except (BrowserError, AssertionError) as error:
        return f"{state.name}, {look.name}: {str(error).splitlines()[0]}"
    finally:
        set_.calm()
        page.set_viewport_size({"width": look.width, "height": look.height})
    keep(f"{state.name}-{look.name}", picture)
    return None


def shoot(browser: Browser, look: Look, wanted: Callable[[str], bool]) -> list[str]:
    """Every wanted state in one look; what could not be reached."""
    failed: list[str | None] = []
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as set_:
        for url, states in (
            (set_.studio, STUDIO),
            (set_.hurried, HURRIED),
            (set_.house, SIGNED_IN),
        ):
            with visitor(browser, look, url) as page:
                failed += [
                    photograph(state, page, set_, look) for state in states if wanted(state.name)
                ]
    return [failure for failure in failed if failure]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots", description=__doc__)
    parser.add_argument("state", nargs="*", help="only these states; all without")
    parser.add_argument("--look", action="append", choices=[look.name for look in LOOKS])
    told = parser.parse_args()
    known = [state.name for state in (*STUDIO, *HURRIED, *SIGNED_IN)]
    failed: list[str] = []
    expect.set_options(timeout=WAIT_MS)  # a busy machine is no failure
    with chromium() as browser:
        for look in LOOKS:
            if not told.look or look.name in told.look:
                failed += shoot(browser, look, lambda name: not told.state or name in told.state)
                print(f"{look.name}: done", flush=True)
    problems = [
        *failed,
        *too_heavy(),
        *unwanted(f"{n}-{look.name}" for n in known for look in LOOKS),
    ]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
