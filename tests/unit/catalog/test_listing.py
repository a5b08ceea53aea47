"""The catalog on the command line and as data."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from aquatint.catalog.listing import entry, retiring
from aquatint.catalog.load import Catalog
from aquatint.cli import app

TODAY = date(2026, 11, 22)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, as_of: str = "2026-11-22") -> str:
    monkeypatch.setenv("CATALOG_AS_OF", as_of)
    result = CliRunner().invoke(app, ["catalog", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_what_retires_within_60_days_and_what_replaces_it() -> None:
    december = date(2026, 12, 1)
    assert retiring(Catalog(TODAY)) == (
        (december, "openai", "chatgpt-image-latest", "gpt-image-2.6-sunburst"),
        (december, "openai", "gpt-image-1-mini", "gpt-image-2.6-flare"),
        (december, "openai", "gpt-image-1.5", "gpt-image-2.6-sunburst"),
        (december, "together", "gpt-image-1.5", "gpt-image-2"),
    )


@pytest.mark.parametrize(
    ("as_of", "count"),
    [("2026-10-01", 0), ("2026-10-02", 4), ("2026-11-30", 4), ("2026-12-01", 0)],
)
def test_the_sixty_days_are_counted_from_the_catalogs_date(as_of: str, count: int) -> None:
    days = [day for day, *_ in retiring(Catalog(date.fromisoformat(as_of)))]
    assert days.count(date(2026, 12, 1)) == count


def test_what_is_gone_or_not_there_yet_is_not_announced() -> None:
    assert all(Catalog(TODAY).as_of < day for day, *_ in retiring(Catalog(TODAY)))
    assert retiring(Catalog(date(2023, 12, 31))) == ()


def test_check(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "check").splitlines() == [
        "4 models retire within 60 days of 2026-11-22.",
        "2026-12-01  openai chatgpt-image-latest, replaced by gpt-image-2.6-sunburst",
        "2026-12-01  openai gpt-image-1-mini, replaced by gpt-image-2.6-flare",
        "2026-12-01  openai gpt-image-1.5, replaced by gpt-image-2.6-sunburst",
        "2026-12-01  together gpt-image-1.5, replaced by gpt-image-2",
    ]
    empty = run(monkeypatch, "check", as_of="2026-12-01")
    assert empty == "No models retire within 60 days of 2026-12-01.\n"


def test_check_counts_models_and_not_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "check", as_of="2026-08-03").splitlines() == [
        "1 model retires within 60 days of 2026-08-03.",
        "2026-10-02  gemini gemini-2.5-flash-image, replaced by gemini-nano-banana-2.1",
    ]
    assert run(monkeypatch, "check", as_of="2026-03-13").splitlines() == [
        "2 models retire within 60 days of 2026-03-13.",
        "2026-05-12  openai dall-e-2, replaced by gpt-image-2.5-flare",
        "2026-05-12  openai dall-e-3, replaced by gpt-image-2.6-flare or gpt-image-2.6-sunburst",
    ]


def test_the_whole_catalog_as_json_tells_sources_and_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = json.loads(run(monkeypatch, "--json"))
    assert len(rows) == len(Catalog(TODAY).rows)
    assert {row["provider"] for row in rows} == {"openai", "together", "replicate", "gemini"}
    for row in rows:
        assert row["source"]
        assert row["checked"] == "2026-11-22"
        assert row["availableFrom"]


def test_the_whole_catalog_as_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    table = run(monkeypatch)
    assert "Catalog as of 2026-11-22" in table
    assert "together-flux.2-max" in table
    assert "$0.0734" in table


def test_an_entry_tells_what_a_model_takes() -> None:
    catalog = Catalog(TODAY)
    row = catalog.get("replicate-flux-kontext-dev")
    assert row is not None
    told = entry(catalog, row)
    assert told["operations"] == ["edit"]
    assert told["limits"]["steps"] == {"min": 4, "max": 50, "default": 28}
    assert told["price"] == {
        "rule": "image",
        "amount": 25_000,
        "by_size": {},
        "input_image": 0,
    }
    assert told["replacedBy"] is None
