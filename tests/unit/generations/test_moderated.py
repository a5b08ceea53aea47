"""Moderation stands before the books: what it refuses, or cannot judge, leaves no trace there."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aquatint.clock import ManualClock
from aquatint.container import Services
from aquatint.container.moderation import mode_of
from aquatint.errors import AquatintError, ModerationUnavailable, PromptRejected
from aquatint.generations.confirmation import Confirmation
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.policy import refusals
from aquatint.policy.refusals import Refused
from aquatint.quotes.model import QuoteRequest
from aquatint.settings import Settings, SettingsError
from tests.contract.replies import answer, each
from tests.contract.server import Reply, Server, serve
from tests.support.fake import OWNER, FakeProvider, books, buy, buy_at_once, house, quote, settings
from tests.unit.container.test_housekeeping import keeper

HOUR = 3600
TABLES = ("quotes", "generations", "attempts", "entries", "counters", "idempotency")


def verdict(*found: str) -> Reply:
    result = {"flagged": bool(found), "categories": dict.fromkeys(found, True)}
    return answer(json.dumps({"results": [result]}).encode())


ALLOWED, REFUSED, DOWN = verdict(), verdict("sexual"), answer(b"", status=503)


@pytest.fixture
async def judge() -> AsyncIterator[Server]:
    async with serve(ALLOWED) as started:
        yield started


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
async def services(
    tmp_path: Path, judge: Server, clock: ManualClock, provider: FakeProvider
) -> AsyncIterator[Services]:
    changes: dict[str, Any] = {"moderation": "openai", "quote_ttl_seconds": 2 * HOUR}
    base = f"{judge.url}/v1"
    async with house(tmp_path, provider, clock, openai_base_url=base, **changes) as opened:
        yield opened


async def rows(services: Services) -> dict[str, int]:
    """How many rows each table has that a purchase would write to."""

    def counted(tx: Any) -> dict[str, int]:
        found = ((t, tx.execute(f"SELECT count(*) AS n FROM {t}").fetchone()["n"]) for t in TABLES)  # noqa: S608  # our own names
        return {table: number for table, number in found if number}

    return await services.db.read(counted)


async def log(services: Services) -> list[Refused]:
    return await services.db.read(lambda tx: refusals.page(tx, limit=100))


async def test_what_was_allowed_when_quoted_is_not_asked_about_again(
    services: Services, judge: Server
) -> None:
    made = await quote(services)
    generation = await services.generations.wait(OWNER, await buy(services, made))

    assert generation.state == "completed"
    assert len(judge.requests) == 1
    assert await log(services) == []


@pytest.mark.parametrize("change", [{"prompt": "a fox, Photorealistic"}, {}])
async def test_only_the_same_words_are_remembered_and_only_for_minutes(
    services: Services, judge: Server, clock: ManualClock, change: dict[str, str]
) -> None:
    await quote(services)
    clock.advance(0 if change else 901)
    await quote(services, **change)
    assert len(judge.requests) == 2


@pytest.mark.parametrize(
    ("reply", "error"), [(REFUSED, PromptRejected), (DOWN, ModerationUnavailable)]
)
async def test_no_quote_is_made(
    services: Services, judge: Server, reply: Reply, error: type[AquatintError]
) -> None:
    judge.reply = reply
    with pytest.raises(error):
        await quote(services)
    assert await rows(services) == {}


@pytest.mark.parametrize(
    ("reply", "error"), [(REFUSED, PromptRejected), (DOWN, ModerationUnavailable)]
)
async def test_what_was_allowed_once_may_be_refused_when_it_is_confirmed(
    services: Services,
    judge: Server,
    clock: ManualClock,
    provider: FakeProvider,
    reply: Reply,
    error: type[AquatintError],
) -> None:
    made = await quote(services)
    clock.advance(901)
    judge.reply = reply
    with pytest.raises(error):
        await buy(services, made, key=IdempotencyKey.of("/x", "key-1", {}))

    assert await rows(services) == {"quotes": 1}
    assert provider.calls == []
    assert (await books(services)).attempts == {
        "settled": 0,
        "released": 0,
        "unknown": 0,
        "open": 0,
    }

    judge.reply = ALLOWED  # neither the quote nor the key was used up
    key = IdempotencyKey.of("/x", "key-1", {})
    generation_id = await buy(services, made, key=key)
    assert (await services.generations.wait(OWNER, generation_id)).state == "completed"


@pytest.mark.parametrize(
    ("reply", "error"), [(REFUSED, PromptRejected), (DOWN, ModerationUnavailable)]
)
async def test_in_one_step_nothing_is_held(
    services: Services,
    judge: Server,
    provider: FakeProvider,
    reply: Reply,
    error: type[AquatintError],
) -> None:
    judge.reply = reply
    key = IdempotencyKey.of("/x", "key-1", {})
    assert key
    with pytest.raises(error):
        await buy_at_once(services, key)
    assert await rows(services) == {}
    assert provider.calls == []


async def test_whoever_buys_is_asked_about(
    services: Services, judge: Server, clock: ManualClock, provider: FakeProvider
) -> None:
    """A quote that was made and not kept is no way around it."""
    made = await services.quotes.make(OWNER, QuoteRequest(prompt="a photorealistic fox"))
    clock.advance(901)
    judge.reply = REFUSED
    with pytest.raises(PromptRejected):
        await services.generations.buy(made, Confirmation(owner=OWNER))
    assert await rows(services) == {}
    assert provider.calls == []


async def test_what_was_bought_is_given_again_while_nobody_can_be_asked(
    services: Services, judge: Server, clock: ManualClock, provider: FakeProvider
) -> None:
    made = await quote(services)
    first = await buy(services, made)
    await services.generations.wait(OWNER, first)
    clock.advance(901)
    judge.reply = DOWN
    assert await buy(services, made) == first
    assert len(provider.calls) == 1


async def test_what_was_refused_is_written_down(
    services: Services, judge: Server, clock: ManualClock
) -> None:
    judge.reply = each([REFUSED, verdict("violence"), DOWN])
    with pytest.raises(PromptRejected):
        await quote(services, "a fox\nwith the key sk-0123456789abc")
    clock.advance(1)
    with pytest.raises(PromptRejected) as caught:
        await quote(services, "a fox\n" + "x" * 300)
    with pytest.raises(ModerationUnavailable):
        await quote(services)

    assert caught.value.message == "The prompt was refused by moderation: violence"
    assert caught.value.details == {"rule": "violence", "moderation": "openai"}
    latest, first = await log(services)
    assert (first.owner, first.rule, first.provider, first.images) == (OWNER, "sexual", "openai", 0)
    assert first.excerpt == "a fox with the key [key]"
    assert (latest.rule, len(latest.excerpt)) == ("violence", 200)
    assert len({latest.digest, first.digest}) == 2
    assert await services.db.read(lambda tx: refusals.page(tx, limit=1)) == [latest]
    older = await services.db.read(lambda tx: refusals.page(tx, limit=9, before=latest.id))
    assert older == [first]


async def test_it_is_forgotten_after_90_days(
    services: Services, judge: Server, clock: ManualClock
) -> None:
    judge.reply = REFUSED
    with pytest.raises(PromptRejected):
        await quote(services)
    clock.advance(90 * 24 * HOUR)
    await keeper(services).sweep()
    assert len(await log(services)) == 1
    clock.advance(1)
    await keeper(services).sweep()
    assert await log(services) == []


async def test_words_of_ones_own_come_first_and_ask_nobody(tmp_path: Path, judge: Server) -> None:
    file = tmp_path / "words.txt"
    file.write_text("\ufeff[our rules]\nfox\n", encoding="utf-8")
    base = f"{judge.url}/v1"
    own: dict[str, Any] = {"openai_base_url": base, "moderation_words_file": file}
    async with house(tmp_path, moderation="openai", **own) as services:
        with pytest.raises(PromptRejected, match="our rules") as caught:
            await quote(services, "a photorealistic f0x")
        assert caught.value.details["moderation"] == "local"
        assert judge.requests == []
        await quote(services, "a hen")
        assert len(judge.requests) == 1


async def test_the_list_alone_needs_no_key(tmp_path: Path) -> None:
    async with house(tmp_path, moderation="local") as services:
        with pytest.raises(PromptRejected, match=r"moderation: sexual/minors"):
            await quote(services, "c h i l d p o r n")
        await quote(services)


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words").write_text("fox\n")
    (tmp_path / "bad").write_text("??\n")


OFFICIAL = "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({"openai_base_url": OFFICIAL}, "openai"),
        ({"openai_base_url": OFFICIAL + "/"}, "openai"),
        ({"openai_base_url": OFFICIAL, "openai_api_key": None}, "off"),
        ({}, "off"),
        ({"moderation": "openai"}, "openai"),
        ({"openai_base_url": OFFICIAL, "moderation": "off"}, "off"),
        ({"moderation": "local"}, "local"),
        ({"moderation": ""}, "off"),
    ],
)
def test_who_is_asked_by_default(tmp_path: Path, given: dict[str, Any], mode: str) -> None:
    assert mode_of(settings(tmp_path, **given)) == mode


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"moderation": "openai", "openai_api_key": None}, "MODERATION: openai needs"),
        ({"moderation_words_file": "words"}, "MODERATION_WORDS_FILE: nobody reads it"),
        ({"moderation": "local", "moderation_words_file": "none"}, "MODERATION_WORDS_FILE: "),
        ({"moderation": "local", "moderation_words_file": "bad"}, "line 1 has no word"),
    ],
)
@pytest.mark.usefixtures("lists")
async def test_settings_that_could_not_work_are_told_at_the_start(
    tmp_path: Path, given: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(SettingsError, match=complaint):
        async with house(tmp_path, **given):
            pass


def test_another_name_is_no_moderation() -> None:
    with pytest.raises(ValueError, match="moderation"):
        Settings(_env_file=None, moderation="google")
