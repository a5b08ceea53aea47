"""A provider that keeps failing is left alone, and comes back by itself or by a person's word."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.client import Client, client
from tests.support.servers import Server, gateway


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory, providers: Server) -> Iterator[Server]:
    """A gateway whose breaker waits for no time at all before it tries again."""
    folder = tmp_path_factory.mktemp("impatient")
    with gateway(folder, providers.url, CIRCUIT_BREAKER_TIMEOUT_MS="1") as server:
        yield server


@pytest.fixture
async def quick(impatient: Server, providers: Server) -> AsyncIterator[Client]:
    async with client(impatient.url, providers.url) as ready:
        await ready.reset()
        yield ready


async def state(app: Client) -> dict[str, object]:
    found: dict[str, object] = (await app.get("/health-check/image-providers")).body["providers"]
    openai: dict[str, object] = found["openai"]  # type: ignore[assignment]
    return openai


async def fail(app: Client, times: int) -> None:
    await app.fault("bad_key", times=times)
    for _ in range(times):
        assert (await app.confirm(await app.quote())).status == 502


async def test_the_fifth_failure_opens_it_and_the_sixth_call_is_not_made(app: Client) -> None:
    waiting = await app.quote()
    await fail(app, 4)
    assert (await state(app))["circuitBreakerState"] == "CLOSED"
    await fail(app, 1)
    shown = await state(app)
    assert (shown["circuitBreakerState"], shown["available"]) == ("OPEN", False)
    assert shown["reason"] == "Circuit breaker OPEN (5 failures)"

    calls = await app.paid_calls()
    refused = await app.post("/generate-image", {"prompt": "a photorealistic fox"})
    assert refused.status == 503
    assert refused.body["error"] == "Circuit breaker OPEN: provider unavailable"
    confirmed = await app.confirm(waiting)
    assert confirmed.status == 503
    assert await app.paid_calls() == calls
    await app.audit()


async def test_an_operator_puts_it_back(app: Client) -> None:
    await fail(app, 5)
    answer = await app.post("/api/providers/openai/reset")
    assert answer.body["circuitBreakerState"] == "CLOSED"
    assert (await app.confirm(await app.quote())).status == 200
    assert (await app.post("/api/providers/nobody/reset")).status == 404


async def test_a_good_probe_closes_it(quick: Client) -> None:
    await fail(quick, 5)
    assert (await state(quick))["circuitBreakerState"] == "HALF_OPEN"
    assert (await quick.confirm(await quick.quote())).status == 200
    assert (await state(quick))["circuitBreakerState"] == "CLOSED"


async def test_refused_prompts_do_not_count(app: Client) -> None:
    await app.fault("refused_input", times=6)
    for _ in range(6):
        assert (await app.confirm(await app.quote())).status == 422
    assert (await state(app))["circuitBreakerState"] == "CLOSED"


async def test_a_throttled_provider_is_left_alone_for_its_time(app: Client) -> None:
    await app.fault("rate_limited", times=1, retryAfter=60)
    assert (await app.confirm(await app.quote())).status == 502
    shown = await state(app)
    assert str(shown["reason"]).startswith("Rate limited by provider until 20")
    assert shown["circuitBreakerState"] == "CLOSED"
    assert (await app.post("/api/quotes", {"prompt": "a fox"})).status == 503


async def test_a_missing_model_is_remembered(app: Client) -> None:
    await app.fault("model_gone", times=1)
    first = await app.quote()
    assert (await app.confirm(first)).body["fallbackUsed"] is True
    second = await app.quote()
    assert second["model"] != first["model"]
    assert second["fallbackUsed"] is True
    gone = [each for each in second["whyThisModel"]["rejected"] if each["code"] == "model_gone"]
    assert gone[0]["reason"] == "Model not available at provider"
