"""Scenarios 1 and 2 of the specification as a person sees them, on its own day and today."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.servers import gateway, provider_settings, simulator

pytestmark = pytest.mark.browser

BADGE = "Primary provider unavailable, fallback provider used"


@contextmanager
def studio(browser: Browser, folder: Path, day: str, **settings: str) -> Iterator[Page]:
    """The studio of one day with all four providers."""
    with simulator(folder) as sim:
        given = provider_settings(sim.url, "together", "replicate", "gemini")
        with gateway(folder, sim.url, CATALOG_AS_OF=day, **given, **settings) as server:
            context = browser.new_context(base_url=server.url)
            context.request.post(f"{sim.url}/_sim/clock", data={"date": day})
            page = context.new_page()
            page.goto("/")
            yield page
            context.close()


def ask(page: Page, text: str) -> None:
    box = page.get_by_role("textbox").first
    box.fill(text)
    box.press("Enter")


@pytest.mark.parametrize(
    ("day", "price", "model"),
    [("2025-01-12", "0.1200", "dall-e-3"), ("2026-11-22", "0.0937", "gpt-image-2.6-sunburst")],
)
def test_scenario_1(browser: Browser, tmp_path: Path, day: str, price: str, model: str) -> None:
    with studio(browser, tmp_path, day) as page:
        ask(page, "Generate a photorealistic sunset over mountains")
        button = page.get_by_role("button", name=re.compile(rf"Generate Image for \${price}"))
        expect(button).to_be_visible(timeout=15_000)
        card = page.get_by_role("article")
        expect(card.get_by_text("OpenAI").first).to_be_visible()
        expect(card.get_by_text(model).first).to_be_visible()
        expect(card.get_by_text("ultra").first).to_be_visible()
        button.click()
        expect(page.get_by_role("button", name="Grab")).to_be_visible(timeout=20_000)
        expect(page.get_by_text(BADGE)).to_have_count(0)
        page.get_by_role("button", name="LLM Info").first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text(f"${price}").first).to_be_visible()
        expect(dialog.get_by_text(re.compile("1024.1024")).first).to_be_visible()


@pytest.mark.parametrize(
    ("day", "label", "price"),
    [("2025-01-12", "Together AI", "0.0030"), ("2026-11-22", "Gemini", "0.0504")],
)
def test_scenario_2(browser: Browser, tmp_path: Path, day: str, label: str, price: str) -> None:
    off = {"ENABLE_IMAGE_GENERATION_OPENAI": "false"}
    with studio(browser, tmp_path, day, **off) as page:
        ask(page, "Generate a high-quality artistic landscape with mountains")
        button = page.get_by_role("button", name=re.compile(rf"Generate Image for \${price}"))
        expect(button).to_be_visible(timeout=15_000)
        expect(page.get_by_role("article").get_by_text(label).first).to_be_visible()
        button.click()
        expect(page.get_by_role("button", name="Grab")).to_be_visible(timeout=20_000)
        expect(page.get_by_text(BADGE).first).to_be_visible()
