"""What the command line does at a gateway that it reaches by its address alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aquatint.container import Services
from aquatint.container.folder import open_signer
from aquatint.container.sign_in import sign_in_of
from aquatint.identity import sessions
from tests.support import command
from tests.support.fake import house
from tests.support.people import SIGN_IN, Someone, someone
from tests.support.served import served

pytestmark = pytest.mark.timeout(120)


class Elsewhere:
    """A gateway where people sign in, and one of them at a shell."""

    def __init__(self, folder: Path, base: str, services: Services, ann: Someone) -> None:
        self.folder, self.base, self.services, self.ann = folder, base, services, ann

    async def token(self) -> str:
        """What a person has who signed in away from a browser."""
        settings, now = self.services.settings, self.services.clock.now()
        sign_in, signer = sign_in_of(settings), open_signer(settings)
        assert sign_in
        lifetime = sign_in.lifetime
        begun = await self.services.db.write(
            lambda tx: sessions.start(tx, signer, "bearer", self.ann.id, lifetime, now=now)
        )
        return begun.token

    async def json(self, *arguments: str, token: str, status: int = 0) -> Any:
        settings = {"AQUATINT_URL": self.base, "AQUATINT_API_KEY": token}
        done = await asyncio.to_thread(
            command.aquatint, *arguments, folder=self.folder, settings=settings
        )
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    async with house(tmp_path, **SIGN_IN) as services, served(services) as app:
        ann = await someone(services, "ann@x.example")
        shell = tmp_path / "shell"
        shell.mkdir()
        yield Elsewhere(shell, app.base, services, ann)


async def test_a_person_makes_and_stops_keys(elsewhere: Elsewhere) -> None:
    token = await elsewhere.token()
    options = ("--scopes", "quote,read", "--models", "openai/*", "--money-per-day", "2.50")
    more = ("--images-per-month", "3", "--max-image-cost", "0.1", "--expires", "2099-01-02")
    named = ("keys", "create", "--name", "ci", "--json")
    made = await elsewhere.json(*named, *options, *more, token=token)
    caller = await elsewhere.services.identity.caller_of(bearer=made["key"])
    assert caller.key
    assert caller.id == elsewhere.ann.id
    assert sorted(caller.scopes) == ["quote", "read"]
    assert (caller.key.money_per_day, caller.key.images_per_month) == (2_500_000, 3)
    assert (caller.key.max_image_cost, caller.key.models) == (100_000, ("openai/*",))
    assert made["expiresAt"].startswith("2099-01-02T00:00:00")
    turned = await elsewhere.json("keys", "rotate", made["id"], "--json", token=token)
    await elsewhere.json("keys", "revoke", turned["id"], "--json", token=token)
    listed = await elsewhere.json("keys", "list", "--json", token=token)
    assert [each["state"] for each in listed] == ["revoked", "works"]
    wrong = await elsewhere.json("keys", "revoke", "../usage", "--json", token=token, status=2)
    assert wrong["error"]["status"] == 404


async def test_a_key_makes_no_keys_and_audits_nothing(elsewhere: Elsewhere) -> None:
    token = await elsewhere.token()
    made = await elsewhere.json("keys", "create", "--name", "ci", "--json", token=token)
    for arguments in (("keys", "list", "--json"), ("ledger", "audit")):
        refused = await elsewhere.json(*arguments, token=made["key"], status=7)
        assert refused["error"]["code"] == "forbidden"
    other = ("keys", "create", "--name", "ci", "--user", "bob@x.example", "--json")
    assert (await elsewhere.json(*other, token=token, status=2))["error"]["status"] is None
