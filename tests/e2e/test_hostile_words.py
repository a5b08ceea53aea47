"""Words of a stranger, of a model and of a provider stay words, wherever the studio shows them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, expect

from tests.e2e.conftest import visitor
from tests.e2e.test_sign_in import compose, open_page, sign_in
from tests.support.hostile import words
from tests.support.identity_provider import oidc_provider, oidc_settings, person
from tests.support.servers import Server, demo, gateway

pytestmark = pytest.mark.browser

OWN = ("data:", "blob:")
# Whatever in the page could act or load; a picture of the gateway's own is no stranger.
STRANGERS = """() => [...document.querySelectorAll(
  '#root script, iframe, object, embed, base, form[action], meta[http-equiv], template,'
  + ' video, audio, link[rel=stylesheet], style, img, a, [onerror], [onload], [onfocus], [srcdoc]'
)].filter(e => {
  const url = e.src ?? e.href ?? '';
  if (e.matches('link, img') && url.startsWith(location.origin)) return false;
  return !(e.matches('a') && (url.startsWith(location.origin) || url.startsWith('https://')));
}).map(e => e.outerHTML)"""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Parrot(BaseHTTPRequestHandler):
    """A chat model and a provider that say again whatever they were told."""

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "messages" in told:
            self._answer(200, "text/event-stream", self._talk(told["messages"]))
        else:
            error = {"message": told["prompt"], "type": "invalid_request_error", "code": "x"}
            self._answer(400, "application/json", json.dumps({"error": error}))

    def do_GET(self) -> None:
        self._answer(200, "application/json", '{"object": "list", "data": []}')

    def _talk(self, messages: list[dict[str, Any]]) -> str:
        said = next(m["content"] for m in reversed(messages) if m["role"] == "user")
        call = {"name": "generate_image", "arguments": json.dumps({"prompt": said})}
        delta = {"tool_calls": [{"index": 0, "id": "call_0", "type": "function", "function": call}]}
        if messages[-1]["role"] == "tool":
            delta = {"content": said}
        return f"data: {json.dumps({'choices': [{'delta': delta}]})}\n\ndata: [DONE]\n\n"

    def _answer(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:  # stands for what prints each request
        pass


@dataclass
class Canary:
    """Nobody has a reason to call here."""

    url: str = ""
    heard: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    canary = Canary()

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            canary.heard.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with listening(Listener) as canary.url:
        yield canary


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway that refuses no words: what is tried here has to hold without that."""
    with (
        listening(_Parrot) as parrot,
        gateway(
            tmp_path_factory.mktemp("hostile"),
            parrot,
            OPENAI_BASE_URL=f"{parrot}/v1",
            CHAT_BASE_URL=f"{parrot}/v1",
            PROMPT_BLOCKED_PATTERNS="(?!)",
            MODERATION="off",
            CIRCUIT_BREAKER_FAILURE_THRESHOLD="1000",
        ) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def told(browser: Browser, house: Server, canary: Canary) -> dict[str, str]:
    """Conversation of each mark: said, said again by the model, quoted, and failed with it."""
    context = browser.new_context(base_url=house.url)
    found = {mark: _told(context.request, text) for mark, text in words(canary.url)}
    context.close()
    return found


def _told(request: APIRequestContext, text: str) -> str:
    said = {"messages": [{"role": "user", "content": text}]}
    stream = request.post("/chat", data=said).text()
    events = [json.loads(line[6:]) for line in stream.split("\n") if line.startswith("data: ")]
    quote_id = next(e["quoteId"] for e in _inside(events) if "quoteId" in e)
    failed = request.post("/generate-image", data={"quoteId": quote_id})
    assert (failed.status // 100, failed.json()["success"]) != (2, True)
    conversation: str = next(e["conversationId"] for e in events if "conversationId" in e)
    return conversation


def _inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in `value`."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from _inside(each)


@contextmanager
def watched(browser: Browser, house: Server, canary: Canary) -> Iterator[Page]:
    """A page in which nothing may happen but what the studio does by itself."""
    with visitor(browser, house.url) as page, nothing_else(page, house.url, canary):
        yield page


@contextmanager
def nothing_else(page: Page, own: str, canary: Canary) -> Iterator[None]:
    surprises: list[str] = []
    page.on("dialog", lambda dialog: surprises.append(dialog.message))
    page.on("popup", lambda popup: surprises.append(popup.url))
    page.on("download", lambda download: surprises.append(download.url))
    page.on("request", lambda request: _note(request.url, own, surprises))
    yield
    assert page.evaluate("window.__hit") is None
    assert surprises == []
    assert canary.heard == []


def _note(url: str, own: str, surprises: list[str]) -> None:
    if not url.startswith((f"{own}/", *OWN)):
        surprises.append(url)


def check_harmless(page: Page) -> None:
    assert page.evaluate(STRANGERS) == []


def test_there_are_many(canary: Canary) -> None:
    assert len(dict(words(canary.url))) >= 50


def test_a_page_that_let_them_would_be_noticed(browser: Browser, canary: Canary) -> None:
    page = browser.new_page()
    page.set_content(
        f"<div id=root><img src={canary.url}/b.png><img src=x onerror=window.__hit=1></div>"
    )
    page.wait_for_function("() => window.__hit === 1")
    assert len(page.evaluate(STRANGERS)) == 2
    page.close()
    assert canary.heard == ["/b.png"]
    canary.heard.clear()


def test_words_stay_words(
    browser: Browser, house: Server, canary: Canary, told: dict[str, str]
) -> None:
    with watched(browser, house, canary) as page:
        for mark, conversation in told.items():
            page.evaluate("hash => { location.hash = hash }", f"#/c/{conversation}")
            log = page.get_by_role("log")
            expect(log.get_by_text(mark).first).to_be_visible(timeout=15_000)
            expect(log.get_by_text("failed").first).to_be_visible()
            check_harmless(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0


def test_titles_stay_words(
    browser: Browser, house: Server, canary: Canary, told: dict[str, str]
) -> None:
    with watched(browser, house, canary) as page:
        listed = page.get_by_role("navigation").get_by_role("link")
        expect(listed.nth(49)).to_be_visible(timeout=15_000)  # a whole page of them
        shown = " ".join(listed.all_inner_texts())
        assert sum(mark in shown for mark in told) >= 50
        check_harmless(page)


def test_what_is_typed_stays_words(browser: Browser, house: Server, canary: Canary) -> None:
    with watched(browser, house, canary) as page:
        mark, text = next(words(canary.url))
        box = page.get_by_role("textbox").first
        box.fill(text.replace(mark, "typed"))
        box.press("Enter")
        expect(page.get_by_role("log").get_by_text("typed").first).to_be_visible(timeout=15_000)
        page.get_by_role("button", name="Generate Image").click(timeout=15_000)
        expect(page.get_by_role("log").get_by_text("failed").first).to_be_visible(timeout=15_000)
        page.get_by_role("button", name="LLM Info").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        check_harmless(page)


def test_names_stay_words(browser: Browser, canary: Canary, tmp_path: Path) -> None:
    """Of people, as their provider tells them, and of keys."""
    _, name = next(words(canary.url))
    ada = person("ada", "ada@studio.example", name=name)
    with (
        oidc_provider(tmp_path, ada) as provider,
        demo(tmp_path, **oidc_settings(provider.url, OPERATORS="ada@studio.example")) as server,
        visitor(browser, server.url) as page,
    ):
        sign_in(page, "ada")
        compose(page)
        with nothing_else(page, server.url, canary):
            kept = 0
            for _, text in words(canary.url):
                told = {"name": text[:100].strip(), "scopes": ["read"]}
                made = page.request.post("/api/keys", data=told, headers={"Origin": server.url})
                kept += made.status == 201  # what no name may hold is refused
            assert kept >= 45
            for place in ("API keys", "Users"):
                open_page(page, place)
                expect(page.get_by_text("word000").first).to_be_visible(timeout=15_000)
                check_harmless(page)
