"""What an operator says of a lost answer: booked once, shown on the card, the rest given back."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aquatint.cli import app
from aquatint.container import Services
from aquatint.errors import OutcomeUnknown
from aquatint.generations.model import State
from tests.support.fake import OWNER, books, bought, buy, house, quote, raising
from tests.unit.generations.test_takeover import Slow, lose


def ledger(services: Services, *arguments: str) -> Result:
    """Beside the running house, on its database."""
    environment = {"DATABASE_URL": services.settings.database}
    return CliRunner().invoke(app, ["ledger", *arguments], env=environment)


def listed(services: Services) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(ledger(services, "unknown", "--json").stdout)
    return rows


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("billed", "charged", "state", "words"),
    [
        ("0", 0, "released", "it was not billed"),
        ("0.01", 10_000, "settled", "it was billed"),
        ("90", None, "settled", "it was billed"),
    ],
)
async def test_the_operators_word_ends_it(
    tmp_path: Path, billed: str, charged: int | None, state: str, words: str
) -> None:
    async with house(tmp_path, raising(OutcomeUnknown("The answer was lost"))) as services:
        lost = await bought(services)
        held = (await books(services)).unknown_held
        [row] = listed(services)
        assert round(float(str(row["held"])) * 1e6) == held > 0

        done = ledger(services, "resolve", str(row["attemptId"]), "--billed", billed)
        assert done.exit_code == 0, done.output

        after = await books(services)
        expected = held if charged is None else charged  # never above what was confirmed
        assert (after.charged, after.unknown_held) == (expected, 0)
        assert after.billed == float(billed) * 1e6
        generation = await services.generations.get(OWNER, lost.id)
        assert generation.state is State.FAILED
        [item] = await services.items.items(OWNER, [lost.quote_id])
        assert words in item["error"]
        assert item["attempts"][0]["state"] == state
        assert listed(services) == []


async def test_it_is_said_once_and_of_what_is_unknown(tmp_path: Path) -> None:
    async with house(tmp_path, raising(OutcomeUnknown("The answer was lost"))) as services:
        await bought(services)
        [row] = listed(services)
        name = str(row["attemptId"])
        for arguments, told in (
            ((name, "--billed", "-1"), "a bill is not negative"),
            ((name, "--billed", "much"), "not an amount of money"),
            (("att_nobodys", "--billed", "0"), "There is no attempt att_nobodys"),
        ):
            refused = ledger(services, "resolve", *arguments)
            assert (refused.exit_code, told in refused.output) == (1, True), refused.output
        assert (await books(services)).unknown_held > 0
        assert ledger(services, "resolve", name, "--billed", "0").exit_code == 0
        again = ledger(services, "resolve", name, "--billed", "0.01")
        assert (again.exit_code, "not unknown: it is released" in again.output) == (1, True)
        assert (await books(services)).charged == 0


@pytest.mark.parametrize("billed", ["0", "0.01"])
async def test_an_image_that_comes_all_the_same_is_kept(tmp_path: Path, billed: str) -> None:
    provider = Slow()
    async with house(tmp_path, provider) as services:
        made = await quote(services)
        generation_id = await buy(services, made)
        await provider.entered.wait()
        await lose(services, tmp_path, generation_id)
        [row] = listed(services)
        assert ledger(services, "resolve", str(row["attemptId"]), "--billed", billed).exit_code == 0
        provider.go.set()
        await asyncio.gather(*services.generations._tasks.values())
        [item] = await services.items.items(OWNER, [made.id])
        assert (item["status"], len(item["images"])) == ("complete", 1)
        assert (await books(services)).charged == float(billed) * 1e6
