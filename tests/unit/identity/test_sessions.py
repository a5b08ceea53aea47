"""Sessions end when they should, on every process, and their tokens are nowhere on disk."""

from pathlib import Path

import pytest

from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.errors import NotFound, Unauthenticated
from aquatint.identity.sessions import Lifetime
from tests.support.identity_provider import IdentityProvider
from tests.unit.identity.conftest import DAY, House, Open, on_disk, sign_in_at

HOUR = 3600


async def is_in(house: House, token: str) -> bool:
    try:
        await house.identity.caller_of(cookie=token)
    except Unauthenticated:
        return False
    return True


async def test_an_unused_session_ends(house: House, clock: ManualClock) -> None:
    token = (await house.session()).token
    clock.advance(7 * 24 * HOUR - 1)
    assert await is_in(house, token)  # which keeps it alive
    clock.advance(7 * 24 * HOUR - 1)
    assert await is_in(house, token)
    clock.advance(7 * 24 * HOUR)
    assert not await is_in(house, token)


async def test_a_used_one_ends_too(house: House, clock: ManualClock) -> None:
    session = await house.session()
    for _ in range(29):
        clock.advance(24 * HOUR)
        assert await is_in(house, session.token)
    clock.advance(24 * HOUR)
    assert clock.now() == session.expires_at
    assert not await is_in(house, session.token)


async def test_a_shorter_setting_holds_for_sessions_that_exist(
    open_house: Open, provider: IdentityProvider, clock: ManualClock
) -> None:
    token = (await open_house().session()).token
    clock.advance(2 * HOUR)
    stricter = open_house(sign_in_at(provider, lifetime=Lifetime(idle=HOUR * 1000, longest=DAY)))
    assert not await is_in(stricter, token)


async def test_a_login_ends_the_browsers_old_session_and_takes_no_id_from_it(house: House) -> None:
    old = (await house.session()).token
    other = (await house.session()).token
    signed_in = await house.login(old_cookie=old)
    assert signed_in.session is not None
    assert signed_in.session.token not in {old, other}
    assert [await is_in(house, token) for token in (old, other, signed_in.session.token)] == [
        False,
        True,
        True,
    ]


async def test_a_token_that_somebody_planted_never_becomes_a_session(house: House) -> None:
    signed_in = await house.login(old_cookie="aqs_planted")
    assert signed_in.session is not None
    assert signed_in.session.token != "aqs_planted"
    assert not await is_in(house, "aqs_planted")


async def test_a_logout_holds_on_every_process(open_house: Open, second_db: Database) -> None:
    house, other = open_house(), open_house(over=second_db)
    token = (await house.session()).token
    assert await is_in(other, token)
    await house.identity.logout(token)
    assert not await is_in(other, token)
    assert not await is_in(house, token)
    await house.identity.logout(token)  # again, and without a token: nothing happens
    await house.identity.logout(None)


async def test_signing_out_everywhere_ends_all_of_one_persons_sessions(
    open_house: Open, provider: IdentityProvider, second_db: Database
) -> None:
    house, other = open_house(), open_house(over=second_db)
    mine = [await house.session() for _ in range(3)]
    code = (await house.login("https://studio.example/")).location.partition("#code=")[2]
    provider.who = {**provider.who, "sub": "sub-bea"}
    theirs = (await house.session()).token
    assert await house.identity.sign_out_everywhere(mine[0].user_id, by="usr_1") == 3
    assert [await is_in(other, session.token) for session in mine] == [False] * 3
    assert await is_in(other, theirs)
    with pytest.raises(Unauthenticated):
        await house.identity.exchange_code(code)
    with pytest.raises(NotFound):
        await house.identity.sign_out_everywhere("usr_nobody", by="usr_1")


async def test_a_cookie_is_no_bearer_token_nor_the_other_way_round(house: House) -> None:
    cookie = (await house.session()).token
    with pytest.raises(Unauthenticated):
        await house.identity.caller_of(bearer=cookie)
    code = (await house.login("https://studio.example/")).location.partition("#code=")[2]
    bearer = (await house.identity.exchange_code(code)).token
    assert not await is_in(house, bearer)


async def test_a_bearer_token_outweighs_a_cookie(house: House, provider: IdentityProvider) -> None:
    cookie = (await house.session()).token
    with pytest.raises(Unauthenticated):
        await house.identity.caller_of(cookie=cookie, bearer="aqs_unknown")
    with pytest.raises(Unauthenticated, match="Sign in first"):
        await house.identity.caller_of()


async def test_last_seen_is_written_once_a_minute(
    house: House, db: Database, clock: ManualClock
) -> None:
    token = (await house.session()).token

    async def seen() -> int:
        row = await db.read(lambda tx: tx.execute("SELECT seen_at FROM sessions").fetchone())
        return int(row["seen_at"])

    begun = await seen()
    clock.advance(59)
    await is_in(house, token)
    assert await seen() == begun
    clock.advance(1)
    await is_in(house, token)
    assert await seen() == begun + 60_000
    assert (await house.identity.users())[0].user.seen_at == begun + 60_000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_nothing_on_disk_opens_anything(house: House, db: Database, tmp_path: Path) -> None:
    back = await house.callback()
    begun_with = house.browser_secret
    session = await house.session()
    code = (await house.login("https://studio.example/")).location.partition("#code=")[2]
    kept = on_disk(tmp_path)
    assert b"sub-ann" in kept
    for secret in (session.token, code, back["state"], begun_with):
        assert secret.encode() not in kept
    assert session.token not in repr(session)


async def test_the_operators_list_counts_living_sessions(
    house: House, provider: IdentityProvider, clock: ManualClock
) -> None:
    await house.session()
    clock.advance(8 * 24 * HOUR)
    await house.session()
    [listed] = await house.identity.users()
    assert (listed.user.email, listed.sessions, listed.operator) == ("ann@example.com", 1, False)
