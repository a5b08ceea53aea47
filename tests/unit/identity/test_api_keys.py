"""API keys: what they open, when they stop, and what is kept of them."""

from pathlib import Path

import pytest

from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from aquatint.identity import api_keys
from aquatint.identity.api_keys import NewKey, fresh_token, scopes_from, well_formed
from aquatint.identity.config import Admission
from aquatint.identity.model import Caller, Scope, Terms, bounded
from aquatint.identity.service import Identity
from aquatint.signing import Signer
from tests.support.identity_provider import IdentityProvider
from tests.unit.identity.conftest import House, Open, on_disk, sign_in_at

DAY = 86_400
TERMS = Terms(images_per_day=5, money_per_month=2_000_000, models=("openai/*",), max_image_cost=9)


def wanted(terms: Terms = TERMS) -> NewKey:
    return NewKey(name="ci", scopes=frozenset({Scope.QUOTE, Scope.READ}), terms=terms)


@pytest.mark.parametrize(
    ("terms", "is_bounded"),
    [
        (Terms(), False),
        (Terms(max_image_cost=9, models=("openai/*",), expires_at=1), False),
        (Terms(images_per_month=9), False),
        (Terms(images_per_hour=0, max_image_cost=9), True),
        (Terms(money_per_day=0), True),
        (Terms(money_per_hour=9), True),
    ],
)
def test_a_sum_or_a_number_at_a_price_bounds_the_money(terms: Terms, is_bounded: bool) -> None:
    assert bounded(terms) is is_bounded


async def works(house: House, token: str) -> bool:
    try:
        await house.identity.caller_of(bearer=token)
    except Unauthenticated:
        return False
    return True


@pytest.fixture
async def ann(house: House) -> Caller:
    return await house.caller()


async def test_a_key_acts_for_its_owner_within_its_terms(house: House, ann: Caller) -> None:
    issued = await house.identity.create_key(ann.id, wanted())
    caller = await house.identity.caller_of(bearer=issued.token)
    assert (caller.id, caller.name, caller.via) == (ann.id, "Ann", "key")
    assert caller.scopes == {Scope.QUOTE, Scope.READ}
    assert caller.key is not None
    assert (caller.key.key_id, caller.key.images_per_day) == (issued.key.id, 5)
    assert (caller.key.models, caller.key.max_image_cost) == (("openai/*",), 9)


async def test_a_key_of_an_operator_is_no_operator(
    open_house: Open, provider: IdentityProvider
) -> None:
    admission = Admission(operators=frozenset({"ann@example.com"}))
    house = open_house(sign_in_at(provider, admission=admission))
    ann = await house.caller()
    assert ann.operator
    issued = await house.identity.create_key(ann.id, wanted())
    assert not (await house.identity.caller_of(bearer=issued.token)).operator


async def test_a_revoked_key_stops_at_once_on_every_process(
    open_house: Open, second_db: Database, ann: Caller
) -> None:
    house, other = open_house(), open_house(over=second_db)
    issued = await house.identity.create_key(ann.id, wanted())
    assert await works(other, issued.token)
    revoked = await house.identity.revoke_key(ann.id, issued.key.id)
    assert revoked.revoked_at is not None
    assert not await works(other, issued.token)
    assert not await works(house, issued.token)
    again = await house.identity.revoke_key(ann.id, issued.key.id)
    assert again.revoked_at == revoked.revoked_at


async def test_a_key_stops_when_it_expires(house: House, ann: Caller, clock: ManualClock) -> None:
    ends = clock.now() + DAY * 1000
    issued = await house.identity.create_key(ann.id, wanted(Terms(expires_at=ends)))
    clock.advance(DAY - 0.001)
    assert await works(house, issued.token)
    clock.advance(0.001)
    assert not await works(house, issued.token)


async def test_a_rotation_lets_both_keys_work_for_a_while(
    house: House, ann: Caller, clock: ManualClock
) -> None:
    old = await house.identity.create_key(ann.id, wanted())
    new = await house.identity.rotate_key(ann.id, old.key.id, overlap_seconds=60)
    clock.advance(59)
    assert [await works(house, each.token) for each in (old, new)] == [True, True]
    clock.advance(1)
    assert [await works(house, each.token) for each in (old, new)] == [False, True]
    assert (new.key.scopes, new.key.rotated_from) == (old.key.scopes, old.key.id)
    assert new.key.terms.images_per_day == 5


async def test_rotated_keys_share_their_line_so_that_limits_do_not_begin_anew(
    house: House, ann: Caller
) -> None:
    first = await house.identity.create_key(ann.id, wanted())
    second = await house.identity.rotate_key(ann.id, first.key.id, overlap_seconds=60)
    third = await house.identity.rotate_key(ann.id, second.key.id, overlap_seconds=60)
    assert {each.key.terms.line for each in (first, second, third)} == {first.key.id}


async def test_a_key_that_was_to_expire_lives_as_long_again(
    house: House, ann: Caller, clock: ManualClock
) -> None:
    ends = clock.now() + 10 * DAY * 1000
    old = await house.identity.create_key(ann.id, wanted(Terms(expires_at=ends)))
    clock.advance(9.5 * DAY)
    new = await house.identity.rotate_key(ann.id, old.key.id, overlap_seconds=7 * DAY)
    assert new.key.expires_at == clock.now() + 10 * DAY * 1000
    clock.advance(0.5 * DAY)
    assert not await works(house, old.token)  # no overlap makes a key live longer


async def test_a_key_is_rotated_once_and_while_it_works(house: House, ann: Caller) -> None:
    old = await house.identity.create_key(ann.id, wanted())
    new = await house.identity.rotate_key(ann.id, old.key.id, overlap_seconds=60)
    await house.identity.revoke_key(ann.id, new.key.id)
    for key_id in (old.key.id, new.key.id):
        with pytest.raises(InvalidRequest, match="rotated before"):
            await house.identity.rotate_key(ann.id, key_id, overlap_seconds=60)
    with pytest.raises(InvalidRequest, match="overlap"):
        await house.identity.rotate_key(ann.id, old.key.id, overlap_seconds=-1)


async def test_a_person_has_so_many_keys_that_work(
    house: House, ann: Caller, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    monkeypatch.setattr(api_keys, "MOST", 2)
    first = (await house.identity.create_key(ann.id, wanted())).key
    ends = Terms(expires_at=clock.now() + 1000)
    await house.identity.create_key(ann.id, wanted(ends))
    with pytest.raises(InvalidRequest, match="2 keys that work"):
        await house.identity.create_key(ann.id, wanted())
    again = await house.identity.rotate_key(ann.id, first.id, overlap_seconds=60)
    with pytest.raises(InvalidRequest, match="2 keys that work"):
        await house.identity.rotate_key(ann.id, again.key.id, overlap_seconds=60)
    await house.identity.revoke_key(ann.id, first.id)
    clock.advance(1)
    await house.identity.create_key(ann.id, wanted())
    await house.identity.create_key("usr_other", wanted())


async def test_nobody_touches_the_key_of_another(house: House, ann: Caller) -> None:
    issued = await house.identity.create_key(ann.id, wanted())
    with pytest.raises(NotFound):
        await house.identity.revoke_key("usr_bea", issued.key.id)
    with pytest.raises(NotFound):
        await house.identity.rotate_key("usr_bea", issued.key.id, overlap_seconds=0)
    assert await house.identity.keys("usr_bea") == []
    assert await works(house, issued.token)


async def test_the_key_of_somebody_who_may_not_come_in_any_more_stops(
    open_house: Open, provider: IdentityProvider, ann: Caller
) -> None:
    issued = await open_house().identity.create_key(ann.id, wanted())
    admission = Admission(users=frozenset({"bea@example.com"}))
    with pytest.raises(Forbidden):
        await open_house(sign_in_at(provider, admission=admission)).identity.caller_of(
            bearer=issued.token
        )


async def test_the_houses_own_key_needs_no_person(house: House) -> None:
    issued = await house.identity.create_key("local", wanted())
    caller = await house.identity.caller_of(bearer=issued.token)
    assert (caller.id, caller.name, caller.operator) == ("local", "ci", False)


async def test_last_used_is_written_once_a_minute(
    house: House, ann: Caller, clock: ManualClock
) -> None:
    issued = await house.identity.create_key(ann.id, wanted())

    async def used() -> int | None:
        await house.identity.caller_of(bearer=issued.token)
        return (await house.identity.keys(ann.id))[0].last_used_at

    assert issued.key.last_used_at is None
    first = await used()
    assert first == clock.now()
    clock.advance(59)
    assert await used() == first
    clock.advance(1)
    assert await used() == clock.now()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_nothing_on_disk_opens_anything(house: House, ann: Caller, tmp_path: Path) -> None:
    issued = await house.identity.create_key(ann.id, wanted())
    kept = on_disk(tmp_path)
    assert issued.key.id.encode() in kept
    assert issued.token.encode() not in kept
    assert issued.token[4:36].encode() not in kept
    assert issued.token not in repr(issued)
    assert issued.key.last4 == issued.token[-4:]


async def test_another_secret_key_ends_every_key(
    house: House, ann: Caller, db: Database, provider: IdentityProvider
) -> None:
    issued = await house.identity.create_key(ann.id, wanted())
    moved = Identity(
        db=db,
        clock=house.clock,
        signer=Signer("another-secret-key"),
        session=house.http,
        sign_in=sign_in_at(provider),
    )
    with pytest.raises(Unauthenticated):
        await moved.caller_of(bearer=issued.token)


def test_keys_are_long_random_and_checked() -> None:
    tokens = {fresh_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 42 and token[4:].isalnum() and well_formed(token) for token in tokens)


@pytest.mark.parametrize(
    "slip", [lambda t: t[:-1], lambda t: t + "x", lambda t: t[:9] + t[10:] + t[9]]
)
async def test_a_slip_of_the_finger_is_told_without_a_query(house: House, slip: object) -> None:
    assert callable(slip)
    token = "aqt_0123456789abcdefghijABCDEFGHIJXY" + "000000"
    assert not well_formed(token)
    with pytest.raises(Unauthenticated, match="copied in full"):
        await house.identity.caller_of(bearer=slip(fresh_token()))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "a" * 101},
        {"name": "a\nb"},
        {"scopes": frozenset()},
        {"terms": Terms(expires_at=1)},
    ],
)
async def test_a_key_that_could_not_be_used_is_not_made(
    house: House, changes: dict[str, object]
) -> None:
    asked = {"name": "ci", "scopes": frozenset({Scope.READ}), "terms": Terms(), **changes}
    with pytest.raises(InvalidRequest):
        await house.identity.create_key("local", NewKey(**asked))  # type: ignore[arg-type]  # a table of fields


def test_a_word_that_is_no_scope_is_named() -> None:
    assert scopes_from(["read", "chat"]) == {Scope.READ, Scope.CHAT}
    with pytest.raises(InvalidRequest, match="'spend'"):
        scopes_from(["read", "spend"])


@pytest.mark.parametrize(
    ("models", "allowed"),
    [
        ((), True),
        (("gpt-image",), True),
        (("openai/gpt-image",), True),
        (("openai/*",), True),
        (("together/*", "flux"), False),
        (("openai",), False),
        (("*",), False),
    ],
)
def test_a_key_may_buy_the_models_of_its_list(models: tuple[str, ...], *, allowed: bool) -> None:
    terms = Terms(models=models)
    assert terms.allows_model("gpt-image", "openai/gpt-image", provider="openai") is allowed
