"""What a person is told of their spending, and the books as a table."""

import csv
from datetime import date

import pytest

from aquatint.db.engine import Tx
from aquatint.ledger import export
from aquatint.ledger import service as ledger
from aquatint.ledger.export import Span, span_of
from aquatint.ledger.limits import GATEWAY, Limit
from aquatint.ledger.store import Ending
from aquatint.ledger.usage import usage
from tests.unit.ledger.support import DAY, NOON, dispatch, reserve, settle

LIMITS = (
    Limit("me", "images", "hour", 10),
    Limit(GATEWAY, "images", "day", 20),
    Limit("me", "money", "day", 1_000_000),
)


def bought(tx: Tx, name: str, *, owner: str = "me", billed: int = 250_000, now: int = NOON) -> None:
    reserve(tx, name, owner=owner, ceiling=300_000, limits=LIMITS[1:2], now=now)
    dispatch(tx, name, f"a{name}", share=300_000, now=now)
    settle(tx, f"a{name}", billed, now=now)
    ledger.trim(tx, name, now=now)


def test_usage_tells_today_and_every_limit(tx: Tx) -> None:
    bought(tx, "g")
    bought(tx, "h", owner="you")
    told = usage(tx, "me", LIMITS, now=NOON)
    assert told["today"] == {"spent": 0.25, "held": 0.0, "images": 1}
    assert told["limits"]["imagesPerHour"] == 10
    assert told["limits"]["imagesPerDay"] is None
    assert (told["remaining"]["imagesThisHour"], told["remaining"]["imagesToday"]) == (9, None)
    assert told["remaining"]["cost"] == 0.75
    assert told["windows"][1] == {
        "scope": "gateway",
        "metric": "images",
        "period": "day",
        "cap": 20,
        "used": None,
        "held": None,
        "remaining": 18,
        "resetsAt": "2026-11-23T00:00:00.000Z",
    }
    assert told["windows"][2] == {
        "scope": "user",
        "metric": "money",
        "period": "day",
        "cap": 1.0,
        "used": 0.25,
        "held": 0.0,
        "remaining": 0.75,
        "resetsAt": "2026-11-23T00:00:00.000Z",
    }
    assert usage(tx, "me", LIMITS, now=NOON, everything=True)["windows"][1]["used"] == 2


def test_the_groups_tell_unknown_and_overrun_apart(tx: Tx) -> None:
    bought(tx, "g", billed=450_000)
    reserve(tx, "u", ceiling=70_000)
    dispatch(tx, "u", "au", share=70_000)
    ledger.lose(tx, "au", ending=Ending(), now=NOON)
    told = usage(tx, "me", LIMITS, now=NOON)
    figures = {"spent": 0.3, "unknown": 0.07, "overrun": 0.15, "images": 1, "attempts": 2}
    assert told["byDay"] == [{"day": "2026-11-22", **figures}]
    assert told["byProvider"] == [{"provider": "openai", **figures}]
    assert told["byModel"] == [{"provider": "openai", "model": "m", **figures}]
    assert (told["unknown"], told["overrun"]) == (0.07, 0.15)
    later = usage(tx, "me", LIMITS, now=NOON + 3 * DAY, days=1)
    assert (later["unknown"], later["overrun"], later["byDay"]) == (0.07, 0.0, [])
    assert usage(tx, "you", LIMITS, now=NOON)["unknown"] == 0.0


def test_the_groups_cover_as_many_days_as_asked_for(tx: Tx) -> None:
    for number in range(4):
        bought(tx, f"g{number}", now=NOON - number * DAY)
    told = usage(tx, "me", (), now=NOON, days=2)
    assert [row["day"] for row in told["byDay"]] == ["2026-11-21", "2026-11-22"]


def entries(tx: Tx, span: Span) -> list[dict[str, str]]:
    after: int | None = 0
    lines = [export.line(export.ENTRY_HEADINGS)]
    while after is not None:
        page, after = export.entry_page(tx, span, after)
        lines += page
    return list(csv.DictReader("".join(lines).splitlines()))


def test_every_entry_is_in_the_table_once(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    bought(tx, "g", billed=450_000)
    bought(tx, "h", owner="you")
    whole = entries(tx, Span())
    assert [row["kind"] for row in whole] == [
        *("reserve", "dispatch", "settle", "overrun"),
        *("reserve", "dispatch", "settle", "release"),
    ]
    assert whole[2]["held"] == "-0.300000"
    assert {row["owner"] for row in whole} == {"me", "you"}
    monkeypatch.setattr(export, "PAGE", 2)
    assert entries(tx, Span()) == whole


def test_a_span_is_whole_days(tx: Tx) -> None:
    for number in range(3):
        bought(tx, f"g{number}", now=NOON - number * DAY)
    found = entries(tx, span_of(date(2026, 11, 21), date(2026, 11, 21)))
    assert {row["at"][:10] for row in found} == {"2026-11-21"}
    assert span_of(None, date.max) == Span()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1"])
def test_no_text_runs_as_a_formula(text: str) -> None:
    line = export.line([text, 5, None, "a,b"])
    assert line.lstrip('"').startswith(f"'{text}")
    assert line.endswith(',5,,"a,b"\r\n')
