"""Replicate's webhooks: who is told what, how it is signed, and who is never called."""

import json
import queue
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from replicate.client import Client
from replicate.webhook import InvalidSignatureError, Webhooks, WebhookSigningSecret
from yarl import URL

from aquatint_simulator.replicate.models import table
from aquatint_simulator.replicate.order import read_order
from aquatint_simulator.replicate.prediction import Event, Prediction
from aquatint_simulator.replicate.webhook import (
    SIGNING_KEY,
    Messenger,
    Webhook,
    _OnlyLocalhost,
    signature,
)
from tests.simulator.conftest import KEY, Simulator
from tests.simulator.test_replicate import SDXL

ALL: frozenset[Event] = frozenset({"start", "output", "logs", "completed"})
USUAL: frozenset[Event] = frozenset({"start", "completed"})
SCHNELL = "black-forest-labs/flux-schnell"


@dataclass(frozen=True, kw_only=True)
class Told:
    path: str
    headers: dict[str, str]
    body: str

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(kw_only=True)
class Receiver:
    url: str = ""
    status: int = 200
    told: "queue.Queue[Told]" = field(default_factory=queue.Queue)

    def hear(self) -> Told:
        return self.told.get(timeout=20)

    def all(self) -> list[Told]:
        return [self.told.get_nowait() for _ in range(self.told.qsize())]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    heard = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard.told.put(Told(path=self.path, headers=headers, body=body))
            self.send_response(heard.status)
            self.send_header("Location", f"{heard.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the name is the base class's

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield heard
        server.shutdown()
        thread.join()


def order(simulator: Simulator, **body: Any) -> httpx2.Response:
    return simulator.http.post(
        f"{simulator.url}/replicate/v1/models/{SCHNELL}/predictions",
        json={"input": {"prompt": "a cat"}, **body},
        headers={"Authorization": f"Bearer {KEY}"},
    )


def prediction() -> Prediction:
    return Prediction(
        id="x",
        order=read_order(table()[SCHNELL], {"prompt": "a cät"}),
        api="http://sim",
        seconds=Decimal(1),
        cancel_after=None,
    )


async def told(
    receiver: Receiver, events: frozenset[Event] = USUAL, *, twice: bool = False
) -> list[Told]:
    """All that is told of a prediction that goes well."""
    webhook = Webhook(url=URL(f"{receiver.url}/hook"), events=events)
    of = prediction()
    messenger = Messenger(webhook, of, twice=twice)
    of.begin(0)
    of.output = ["http://sim/a.png"]
    of.end("succeeded")
    await messenger.deliver()
    return receiver.all()


def test_the_known_answer() -> None:
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_start_and_end_are_told_and_signed(simulator: Simulator, receiver: Receiver) -> None:
    sdk = Client(api_token=KEY, base_url=f"{simulator.url}/replicate")
    secret = sdk.webhooks.default.secret()
    made = sdk.models.predictions.create(
        SCHNELL, input={"prompt": "a cät"}, webhook=f"{receiver.url}/hook?job=7"
    )
    sdk._client.close()
    start, completed = receiver.hear(), receiver.hear()
    for each in (start, completed):
        assert each.path == "/hook?job=7"
        assert each.headers["content-type"] == "application/json"
        Webhooks.validate(headers=each.headers, body=each.body, secret=secret, tolerance=300)
        with pytest.raises(InvalidSignatureError):
            Webhooks.validate(headers=each.headers, body=each.body + " ", secret=secret)
    assert start.id != completed.id
    assert (start.document["id"], start.document["status"]) == (made.id, "processing")
    assert completed.document == simulator.prediction(made.id)
    assert completed.document["status"] == "succeeded"


def test_the_key_never_changes(simulator: Simulator) -> None:
    url = f"{simulator.url}/replicate/v1/webhooks/default/secret"
    headers = {"Authorization": f"Bearer {KEY}"}
    answers = [simulator.http.get(url, headers=headers).json() for _ in range(2)]
    assert answers == [{"key": SIGNING_KEY}] * 2
    assert WebhookSigningSecret(key=SIGNING_KEY).key.startswith("whsec_")
    assert simulator.http.get(url).status_code == 401


@pytest.mark.parametrize(
    ("events", "statuses"),
    [
        (USUAL, ["processing", "succeeded"]),
        (USUAL | {"output"}, ["processing", "processing", "succeeded"]),
        (ALL, ["processing"] * 3 + ["succeeded"]),
    ],
)
async def test_what_is_told(
    receiver: Receiver, events: frozenset[Event], statuses: list[str]
) -> None:
    documents = [each.document for each in await told(receiver, events)]
    assert [each["status"] for each in documents] == statuses
    outputs = [each for each in documents[:-1] if "output" in each]
    assert [each["output"] for each in outputs] == [["http://sim/a.png"]] * ("output" in events)


@pytest.mark.parametrize(
    ("asked", "count"), [(["output"], 3), (["completed"], 2), ([], 2), (["output", "logs"], 4)]
)
def test_the_filter_adds(
    simulator: Simulator, receiver: Receiver, asked: list[str], count: int
) -> None:
    order(simulator, webhook=receiver.url, webhook_events_filter=asked)
    heard = [receiver.hear() for _ in range(count)]
    assert [each.document["status"] for each in heard] == ["processing"] * (count - 1) + [
        "succeeded"
    ]


async def test_logs_are_told_as_they_grow(receiver: Receiver) -> None:
    of = prediction()
    webhook = Webhook(url=URL(receiver.url), events=ALL)
    messenger = Messenger(webhook, of, twice=False)
    of.begin(0)
    of.tell("logs")  # nothing new
    of.end("failed", error="broken")
    await messenger.deliver()
    start, logs, completed = receiver.all()
    assert start.document["logs"] == logs.document["logs"] != ""
    assert completed.document["error"] == "broken"


async def test_the_end_is_told_twice_under_one_id(receiver: Receiver) -> None:
    start, *completed = await told(receiver, twice=True)
    assert start.document["status"] == "processing"
    assert [each.document["status"] for each in completed] == ["succeeded"] * 2
    assert len({each.id for each in completed}) == 1
    assert start.id not in {each.id for each in completed}


def test_the_fault_waits_for_a_webhook(simulator: Simulator, receiver: Receiver) -> None:
    simulator.fault("duplicate_webhook", provider="replicate", times=1)
    simulator.ended(order(simulator).json()["id"])
    assert len(simulator.control("GET", "faults")) == 1
    order(simulator, webhook=receiver.url)
    ids = [receiver.hear().id for _ in range(3)]
    assert (ids[0] != ids[1], ids[1] == ids[2]) == (True, True)
    assert simulator.control("GET", "faults") == []
    assert simulator.billed() == [3_000] * 2


async def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.status = 303
    assert [each.path for each in await told(receiver)] == ["/hook"] * 2


async def test_a_receiver_that_is_gone_stops_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert await told(Receiver(url=f"http://127.0.0.1:{port}")) == []


def test_localhost_is_loopback(simulator: Simulator, receiver: Receiver) -> None:
    order(simulator, webhook=receiver.url.replace("127.0.0.1", "localhost"))
    assert receiver.hear().document["status"] == "processing"


async def test_no_other_name_is_looked_up() -> None:
    with pytest.raises(OSError, match="not looked up"):
        await _OnlyLocalhost().resolve("example.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "http://127.0.0.1@example.com/",
        "http://localhost.example.com/",
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://[::ffff:10.0.0.1]/",
        "http://127.0.0.1:99999/",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "/hook",
        "http://",
        "",
        7,
        ["http://127.0.0.1/"],
    ],
)
def test_nobody_else_is_called(simulator: Simulator, url: object) -> None:
    answer = order(simulator, webhook=url)
    assert (answer.status_code, "loopback" in answer.json()["detail"]) == (422, True)
    assert simulator.invoice() == []


@pytest.mark.parametrize("asked", ["completed", ["finished"], [["start"]], {"start": True}])
def test_bad_filters(simulator: Simulator, asked: object) -> None:
    answer = order(simulator, webhook="http://127.0.0.1:9/", webhook_events_filter=asked)
    assert answer.status_code == 422
    assert "webhook_events_filter" in answer.json()["detail"]


def test_a_caller_that_waits_gets_the_usual_answer(
    simulator: Simulator, receiver: Receiver
) -> None:
    simulator.fault("duplicate_webhook", provider="replicate")
    answer = simulator.http.post(
        f"{simulator.url}/replicate/v1/predictions",
        json={"version": SDXL, "input": {"prompt": "a cat"}, "webhook": receiver.url},
        headers={"Authorization": f"Bearer {KEY}", "Prefer": "wait"},
    )
    assert answer.json()["output"][0].startswith("data:image/png;base64,")
    assert [receiver.hear().document["status"] for _ in range(3)][1:] == ["succeeded"] * 2
