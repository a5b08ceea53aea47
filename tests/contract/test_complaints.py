"""What every provider makes of a complaint (CON-11 to 21), and what it never tells (CON-38)."""

import logging
import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest

from aquatint.errors import (
    BadResponse,
    BreakerEffect,
    ContentRefused,
    CredentialsRejected,
    Next,
    ProviderError,
    Throttled,
)
from aquatint.providers.base import ImageProvider
from tests.contract.adapter import KEY, Adapter, encoded
from tests.contract.conftest import Buy, complain
from tests.contract.pictures import picture
from tests.contract.replies import (
    REQUEST_ID,
    answer,
    close_at_once,
    reset_after,
    unreadable,
)
from tests.contract.server import Server

LeftOver = Callable[[], list[str]]


NAMED = {
    "CON-11": "bad key",
    "CON-12": "no permission",
    "CON-13": "no credit",
    "CON-16": "model gone",
    "CON-17": "unknown parameter",
    "CON-18": "input refused",
    "CON-19": "output refused",
    "CON-20": "server error",
    "CON-21": "overloaded",
}


@pytest.mark.parametrize("case", NAMED.values(), ids=NAMED)
async def test_named_complaints(
    buy: Buy, adapter: Adapter, server: Server, left_over: LeftOver, case: str
) -> None:
    complaint = adapter.complaints[case]

    with pytest.raises(ProviderError) as caught:
        await buy(complain(complaint))

    assert type(caught.value) is complaint.expected
    assert caught.value.request_id == REQUEST_ID
    assert len(server.requests) == 1
    assert left_over() == []


async def test_every_complaint_keeps_the_providers_words(buy: Buy, adapter: Adapter) -> None:
    for name, complaint in adapter.complaints.items():
        with pytest.raises(ProviderError) as caught:
            await buy(complain(complaint))

        assert (name, type(caught.value)) == (name, complaint.expected)
        assert complaint.words in caught.value.message


@pytest.mark.parametrize("case", ["input refused", "output refused"], ids=["CON-18", "CON-19"])
async def test_con_18_and_19_a_refusal_is_never_tried_elsewhere(
    buy: Buy, adapter: Adapter, case: str
) -> None:
    with pytest.raises(ContentRefused) as caught:
        await buy(complain(adapter.complaints[case]))

    assert caught.value.next is Next.STOP
    assert caught.value.breaker is BreakerEffect.NEUTRAL


async def test_con_14_rate_limited_with_a_time(buy: Buy, adapter: Adapter) -> None:
    with pytest.raises(Throttled) as caught:
        await buy(complain(adapter.complaints["rate limited"], {"Retry-After": "12"}))

    assert caught.value.cool_down == 12


async def test_con_15_rate_limited_without_a_time(buy: Buy, adapter: Adapter) -> None:
    with pytest.raises(Throttled) as caught:
        await buy(complain(adapter.complaints["rate limited"]))

    assert caught.value.cool_down is None


async def test_con_21_overloaded_keeps_the_time_to_wait(buy: Buy, adapter: Adapter) -> None:
    with pytest.raises(ProviderError) as caught:
        await buy(complain(adapter.complaints["overloaded"], {"Retry-After": "30"}))

    assert caught.value.cool_down == 30


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


async def test_con_38_the_key_is_in_no_error_and_no_log(
    buy: Buy, adapter: Adapter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    masked = f"{KEY[:7]}{'*' * 12}{KEY[-4:]}"
    echo = f"Incorrect API key provided: {KEY}, also seen as Bearer {KEY} and {masked}."
    replies = [
        answer(body, status=status)
        for body in adapter.echoes(echo)
        for status in (200, 400, 401, 429, 500)
    ]
    replies += [answer(echo.encode(), status=401), answer(echo.encode())]
    replies += [close_at_once, reset_after(echo.encode()), unreadable]

    for reply in replies:
        with pytest.raises(ProviderError) as caught:
            await buy(reply, deadline_seconds=5.0)
        for error in _chain(caught.value):
            shown = f"{error!r} {error} {vars(error)} {traceback.format_exception(error)}"
            assert KEY not in shown
            assert masked not in shown
    assert KEY not in caplog.text


async def test_con_39_the_credential_check_spends_nothing(
    provider: ImageProvider, server: Server, adapter: Adapter
) -> None:
    server.reply = answer(adapter.check.answer)

    await provider.verify()

    (request,) = server.requests
    name, value = adapter.check.header
    assert (request.method, request.path) == ("GET", adapter.check.path)
    assert request.headers[name] == value

    server.reply = complain(adapter.complaints["bad key"])
    with pytest.raises(CredentialsRejected):
        await provider.verify()


@pytest.mark.parametrize("body", [b"<html>Please log in</html>", b"{}", b'"ok"'])
async def test_con_39_a_captive_portal_is_no_check(
    provider: ImageProvider, server: Server, body: bytes
) -> None:
    server.reply = answer(body)

    with pytest.raises(BadResponse):
        await provider.verify()


async def test_con_40_the_providers_request_id_is_kept(buy: Buy, adapter: Adapter) -> None:
    completed = await buy(answer(adapter.wrap(encoded(picture()))))
    assert completed.request_id == REQUEST_ID

    for body, status in ((b"{}", HTTPStatus.OK), (b"<html>", HTTPStatus.BAD_GATEWAY)):
        with pytest.raises(ProviderError) as caught:
            await buy(answer(body, status=status))
        assert caught.value.request_id == REQUEST_ID
