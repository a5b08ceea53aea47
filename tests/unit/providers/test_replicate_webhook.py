"""Whether a webhook's message is Replicate's own."""

import base64
import hmac
from collections.abc import Callable, Mapping

import aiohttp
import pytest

from aquatint.errors import BadResponse, CredentialsRejected
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import Forged, ImageRequest, Message, TellingProvider, Webhooks
from aquatint.providers.replicate import Replicate
from aquatint.providers.replicate_webhook import read_message
from tests.contract.adapter import KEY
from tests.contract.replicate_words import REPLICATE_ROW, prediction
from tests.contract.replies import answer
from tests.contract.server import Server

# The example of Replicate's own client library.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # published with its example
EXAMPLE_ID, EXAMPLE_TIME = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
EXAMPLE_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

BODY = b'{"id":"p123","status":"succeeded","output":["https://evil.example/1.png"]}'
NOW = 1_795_348_800_000


def signed(
    body: bytes = BODY, *, name: str = "msg_1", seconds: int = NOW // 1000, secret: str = SECRET
) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{name}.{seconds}.".encode() + body, "sha256")
    return {
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def test_the_published_example() -> None:
    """Its signature is right; its body tells of no prediction, which is found out later."""
    headers = {
        "webhook-id": EXAMPLE_ID,
        "webhook-timestamp": str(EXAMPLE_TIME),
        "webhook-signature": EXAMPLE_SIGNATURE,
    }
    with pytest.raises(Forged, match="tells of no prediction"):
        read_message(SECRET, headers, b'{"test": 2432232314}', now=EXAMPLE_TIME * 1000)
    with pytest.raises(Forged, match="no signature fits"):
        read_message(SECRET, headers, b'{"test": 2432232315}', now=EXAMPLE_TIME * 1000)


def test_a_message() -> None:
    assert read_message(SECRET, signed(), BODY, now=NOW) == Message(id="msg_1", handle="p123")


@pytest.mark.parametrize(
    ("webhook", "attempt_id"),
    [
        ('"https://us.example/api/webhooks/replicate/att_1"', "att_1"),
        ('"https://us.example/hooks/att_1?key=a/b"', "att_1"),
        ("null", None),
        ('""', None),
        ("7", None),
    ],
)
def test_a_message_may_say_whose_work_it_tells_of(webhook: str, attempt_id: str | None) -> None:
    body = f'{{"id":"p123","webhook":{webhook}}}'.encode()
    told = read_message(SECRET, signed(body), body, now=NOW)
    assert told == Message(id="msg_1", handle="p123", attempt_id=attempt_id)


def test_any_of_several_signatures_may_be_the_right_one() -> None:
    headers = signed()
    right = headers["webhook-signature"]
    for told in (f"v1,AAAA v2,BBBB {right}", f"{right} v1,ä", f"v1a,x  {right} v1,"):
        headers["webhook-signature"] = told
        assert read_message(SECRET, headers, BODY, now=NOW).handle == "p123"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way_are_fresh(seconds: int) -> None:
    told = read_message(SECRET, signed(seconds=NOW // 1000 + seconds), BODY, now=NOW)
    assert told.handle == "p123"


OTHER = "whsec_" + base64.b64encode(b"another secret").decode()
FORGED: dict[str, tuple[str, Mapping[str, str], bytes]] = {
    "no headers": (SECRET, {}, BODY),
    "no signature": (SECRET, signed() | {"webhook-signature": ""}, BODY),
    "another version": (
        SECRET,
        signed() | {"webhook-signature": signed()["webhook-signature"].replace("v1", "v2")},
        BODY,
    ),
    "another secret": (SECRET, signed(secret=OTHER), BODY),
    "another body": (SECRET, signed(), BODY.replace(b"p123", b"p124")),
    "another id": (SECRET, signed() | {"webhook-id": "msg_2"}, BODY),
    "another time": (SECRET, signed() | {"webhook-timestamp": str(NOW // 1000 + 1)}, BODY),
    "too old": (SECRET, signed(seconds=NOW // 1000 - 301), BODY),
    "from the future": (SECRET, signed(seconds=NOW // 1000 + 301), BODY),
    "a time that is none": (SECRET, signed() | {"webhook-timestamp": "-1"}, BODY),
    "an id that is none": (SECRET, signed(name="a b"), BODY),
    "no secret": ("whsec_", signed(), BODY),
    "a secret that is none": ("whsec_!", signed(), BODY),
    "not JSON": (SECRET, signed(b"{"), b"{"),
    "a list": (SECRET, signed(b"[]"), b"[]"),
    "an id that is no handle": (SECRET, signed(b'{"id":"../x"}'), b'{"id":"../x"}'),
}


@pytest.mark.parametrize(("secret", "headers", "body"), FORGED.values(), ids=FORGED)
def test_what_is_not_replicates(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    with pytest.raises(Forged):
        read_message(secret, headers, body, now=NOW)


@pytest.fixture
def provider(session: aiohttp.ClientSession, server: Server) -> Replicate:
    made = Replicate(session, api_key=KEY, base_url=f"{server.url}/v1")
    assert isinstance(made, TellingProvider)
    return made


async def test_the_secret_is_asked_for_once(provider: Replicate, server: Server) -> None:
    server.reply = answer(f'{{"key":"{SECRET}"}}'.encode())

    for _ in range(2):
        assert (await provider.hear(signed(), BODY, now=NOW)).handle == "p123"

    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/v1/webhooks/default/secret")


async def test_the_operators_secret_needs_no_call(provider: Replicate, server: Server) -> None:
    provider.tell_at(Webhooks(url="https://aquatint.example/webhooks/replicate", secret=SECRET))

    assert (await provider.hear(signed(), BODY, now=NOW)).id == "msg_1"
    assert server.requests == []


async def test_nobody_is_asked_because_of_a_stale_message(
    provider: Replicate, server: Server
) -> None:
    with pytest.raises(Forged):
        await provider.hear(signed(seconds=1), BODY, now=NOW)

    assert server.requests == []


async def test_a_secret_that_cannot_be_had(provider: Replicate, server: Server) -> None:
    for body, status, kind in (
        (b'{"detail":"no"}', 401, CredentialsRejected),
        (b"<html>", 200, BadResponse),
        (b'{"key":"secret"}', 200, BadResponse),
    ):
        server.reply = answer(body, status=status)
        with pytest.raises(kind):
            await provider.hear(signed(), BODY, now=NOW)
    server.reply = answer(f'{{"key":"{SECRET}"}}'.encode())
    assert (await provider.hear(signed(), BODY, now=NOW)).handle == "p123"


async def test_the_attempt_stands_in_the_address(
    provider: Replicate, server: Server, store: BlobStore, ask: Callable[..., ImageRequest]
) -> None:
    server.reply = answer(prediction("starting"), status=201)

    await provider.start(ask(REPLICATE_ROW), store.sink("att_1"))
    provider.tell_at(Webhooks(url="https://aquatint.example/webhooks/replicate"))
    await provider.start(ask(REPLICATE_ROW), store.sink("att_1"))

    before, after = (request.json() for request in server.requests)
    assert "webhook" not in before
    assert after["webhook"] == "https://aquatint.example/webhooks/replicate/att_1"
    assert after["webhook_events_filter"] == ["start", "completed"]
