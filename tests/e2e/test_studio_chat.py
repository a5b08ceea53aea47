"""Conversations and the composer: found again, renamed, taken back, said in other words."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio import bought, card, new_chat, open_room, paid_calls, pay_button, quoted, told
from tests.e2e.test_main_path import ask

pytestmark = pytest.mark.browser


def rail(page: Page) -> Any:
    return page.get_by_role("list", name="Conversations")


def box(page: Page) -> Any:
    return page.get_by_role("textbox", name="Message")


def pick(page: Page, chip: str, choice: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=re.compile(f"^{chip}: ")).click()
    page.get_by_role("menuitemradio", name=choice).first.click()


def marked(name: str) -> str:
    """A prompt that no other test says."""
    return f"A quick sketch of a {name}"


def test_a_conversation_is_found_by_its_words(desk: Page) -> None:
    quoted(desk, marked("zebrafinch"))
    new_chat(desk)
    quoted(desk, marked("quokka"))
    search = desk.get_by_role("searchbox", name="Search conversations")
    search.fill("ZEBRAfin")
    told(desk, "1 found")
    expect(rail(desk).get_by_role("listitem")).to_have_count(1)
    rail(desk).get_by_role("link").first.click()
    expect(desk.get_by_role("log")).to_contain_text("zebrafinch")
    expect(desk.get_by_role("log")).not_to_contain_text("quokka")
    search.fill("100%_nothing")
    expect(desk.get_by_text("No conversation says that.")).to_be_visible()
    search.fill("")
    expect(rail(desk).get_by_role("listitem")).not_to_have_count(1)


def test_rename_delete_and_undo(desk: Page) -> None:
    bought(desk, marked("capybara"))
    row = rail(desk).get_by_role("listitem").first
    row.hover()
    row.get_by_role("button", name=re.compile("^Rename")).click()
    name = desk.get_by_role("textbox", name="New name")
    name.fill("Water pigs")
    name.press("Enter")
    expect(row).to_contain_text("Water pigs")
    desk.reload()
    expect(row).to_contain_text("Water pigs", timeout=15_000)

    row.hover()
    row.get_by_role("button", name="Delete Water pigs").click()
    expect(rail(desk).get_by_text("Water pigs")).to_have_count(0)
    expect(desk.get_by_role("article")).to_have_count(0)
    desk.get_by_role("button", name="Undo").click()
    expect(rail(desk).get_by_text("Water pigs")).to_be_visible()
    expect(card(desk).get_by_role("button", name="Grab")).to_be_visible(timeout=15_000)

    row.hover()
    row.get_by_role("button", name="Delete Water pigs").click()
    expect(desk.get_by_role("button", name="Undo")).to_be_visible()
    desk.reload()
    expect(box(desk)).to_be_visible(timeout=15_000)
    expect(rail(desk).get_by_text("Water pigs")).to_have_count(0)


def test_edit_and_send_again(desk: Page, control: Any) -> None:
    bought(desk, marked("lynx"))
    ask(desk, marked("marten"))
    expect(desk.get_by_role("article")).to_have_count(2, timeout=15_000)
    expect(pay_button(desk)).to_be_enabled()
    first = desk.get_by_role("log").get_by_text(marked("lynx"), exact=True).first
    first.hover()
    desk.get_by_role("button", name="Edit message").first.click()
    field = desk.get_by_role("textbox", name="Edit message")
    expect(field).to_have_value(marked("lynx"))
    field.fill(marked("badger"))
    field.press("Control+Enter")
    expect(desk.get_by_role("article")).to_have_count(1, timeout=15_000)
    expect(card(desk)).to_contain_text("badger")
    expect(desk.get_by_role("log")).not_to_contain_text("lynx")
    desk.reload()
    expect(card(desk)).to_contain_text("badger", timeout=15_000)
    expect(desk.get_by_role("log")).not_to_contain_text("marten")
    assert len(paid_calls(control)) == 1


def test_the_chips_decide_what_is_sent(wide_desk: Page, control: Any) -> None:
    page = wide_desk
    pick(page, "Model", re.compile(r"Replicate.*flux-1\.1-pro\b"))
    pick(page, "Size", re.compile("Landscape|Wide"))
    pick(page, "Count", "2 images")
    button = quoted(page, "Make a picture of a fox")
    expect(button).to_have_text(re.compile(r"^Generate 2 Images for \$"))
    expect(card(page)).to_contain_text("flux-1.1-pro")
    button.click()
    expect(card(page).get_by_role("button", name="Copy 2 links")).to_be_visible(timeout=20_000)
    calls = paid_calls(control)
    assert {call["provider"] for call in calls} == {"replicate"}
    asked = calls[0]["body"]["input"]
    assert asked["prompt"] == "Make a picture of a fox"
    new_chat(page)
    expect(page.get_by_role("button", name="Model: Auto model")).to_be_visible()


def test_a_model_is_named_in_the_text(wide_desk: Page) -> None:
    page = wide_desk
    field = box(page)
    field.press_sequentially("A fox @gemini-nano")
    options = page.get_by_role("listbox", name="Models").get_by_role("option")
    expect(options.first).to_contain_text("Gemini")
    field.press("ArrowDown")
    field.press("ArrowUp")
    field.press("Enter")
    expect(field).to_have_value(re.compile("^A fox ?$"))
    expect(page.get_by_role("button", name=re.compile("^Model: gemini"))).to_be_visible()
    field.press("End")
    field.press_sequentially(" in a sketch")
    field.press("Enter")
    expect(card(page)).to_contain_text("Gemini", timeout=15_000)


def test_the_arrows_bring_back_what_was_sent(desk: Page) -> None:
    quoted(desk, marked("first thing"))
    quoted(desk, marked("second thing"))
    field = box(desk)
    field.press_sequentially("half a th")
    field.press("Home")
    field.press("ArrowUp")
    expect(field).to_have_value(marked("second thing"))
    field.press("ArrowUp")
    expect(field).to_have_value(marked("first thing"))
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(field).to_have_value("half a th")
    open_room(desk, "Settings")
    desk.get_by_role("button", name="Clear prompt history").click()
    expect(desk.get_by_text("Nothing is remembered.")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text("The last 2 prompts are kept")).to_be_visible()


def test_settings_are_kept(desk: Page) -> None:
    open_room(desk, "Settings")
    desk.get_by_label("Tier").select_option("high")
    desk.get_by_role("radio", name="Dark").check()
    expect(desk.get_by_label("Who answers")).to_have_value("sim-chat")
    desk.reload()
    expect(desk.get_by_role("radio", name="Dark")).to_be_checked(timeout=15_000)
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    assert desk.evaluate(scheme) == "dark"
    desk.get_by_role("link", name="Back to the studio").click()
    expect(desk.get_by_role("button", name="Tier: high")).to_be_visible()
    quoted(desk, "Make a picture of a fox")
    expect(card(desk)).to_contain_text("high")
    desk.get_by_role("button", name="New chat").click()
    expect(desk.get_by_role("button", name="Tier: high")).to_be_visible()


def test_an_answer_can_be_stopped_and_shown_after_all(desk: Page, control: Any) -> None:
    control.post("/_sim/latency", data={"provider": "openai", "ms": 0, "tokenMs": 400})
    ask(desk, marked("slow loris"))
    desk.get_by_role("button", name="Stop").click(timeout=15_000)
    expect(desk.get_by_text("Stopped")).to_be_visible()
    control.post("/_sim/reset")
    again = desk.get_by_role("button", name=re.compile("^(Show the rest|Send again)$"))
    again.click()
    expect(desk.get_by_role("article")).to_have_count(1, timeout=25_000)


def test_a_chat_server_that_fails_is_told(desk: Page, control: Any) -> None:
    answer = control.post(
        "/_sim/faults",
        data={"provider": "openai", "fault": "status", "status": 500, "match": "chat/completions"},
    )
    assert answer.ok
    ask(desk, marked("lost one"))
    again = desk.get_by_role("button", name="Send again")
    expect(again).to_be_visible(timeout=25_000)
    control.delete("/_sim/faults")
    again.click()
    expect(desk.get_by_role("article")).to_have_count(1, timeout=15_000)
    expect(desk.get_by_role("log").get_by_text(marked("lost one"), exact=True)).to_have_count(1)
