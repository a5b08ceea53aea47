"""Data files that cannot be used are refused with the file's name and the row's."""

from pathlib import Path

import pytest

from aquatint.catalog.files import CatalogError, read
from aquatint.catalog.model import (
    ImagePrice,
    MegapixelPrice,
    PriceRule,
    RunPrice,
    SecondPrice,
    Tier,
    TokenPrice,
)

FAMILY = """
provider = "acme"
checked = 2026-11-22

[families.paint]
source = "https://example.org/prices"
available_from = 2026-01-01
estimated_seconds = 10
deadline_seconds = 100
sizes = { kind = "list", popular = ["1024x1024"] }
price = { rule = "tokens", text_in = 2.5, image_in = 0, image_out = 30 }
capabilities = { max_n = 4 }
"""
MODEL = """
[[models]]
model = "brush"
family = "paint"
capabilities = { seed = true }
rows = [
  { quality = "low", tiers = ["fast"], price = { grid = 16 } },
  { quality = "high", tiers = ["high", "ultra"], price = { grid = 48 } },
]
"""
CHAINS = """
ultra = ["acme-brush-high"]
high = ["acme-brush-high"]
standard = []
fast = ["acme-brush-low"]
"""


def write(folder: Path, *, rows: str = FAMILY + MODEL, chains: str = CHAINS) -> Path:
    (folder / "acme.toml").write_text(rows)
    (folder / "chains.toml").write_text(chains)
    return folder


def test_rows_inherit_and_tables_merge(tmp_path: Path) -> None:
    offers = read(write(tmp_path))
    low = offers.rows["acme-brush-low"]
    assert list(offers.rows) == ["acme-brush-low", "acme-brush-high"]
    assert low.price == TokenPrice(text_in=2_500_000, image_in=0, image_out=30_000_000, grid=16)
    assert (low.capabilities.max_n, low.capabilities.seed) == (4, True)
    assert (low.provider, low.provider_model) == ("acme", "brush")
    assert offers.chains[Tier.FAST] == ("acme-brush-low",)


def test_dollars_become_micro_dollars_without_a_float(tmp_path: Path) -> None:
    flat = (
        'rows = [{ price = { rule = "image", amount = 0.0018, by_size = { 1024x1024 = 0.07 } } }]'
    )
    table = (
        FAMILY.replace("price =", "wire = {}\n#") + '[[models]]\nmodel = "b"\nfamily = "paint"\n'
    )
    chains = "ultra = []\nhigh = []\nstandard = []\nfast = []\n"
    row = read(write(tmp_path, rows=table + flat, chains=chains)).rows["acme-b"]
    assert row.price == ImagePrice(amount=1_800, by_size={"1024x1024": 70_000})


def test_names_come_from_the_providers_id_and_keys_are_in_lower_case(tmp_path: Path) -> None:
    rows = FAMILY + '[[models]]\nprovider_model = "vendor/Big.Brush-2"\nfamily = "paint"\n'
    one = rows + "price = { grid = 16 }\n"
    chains = "ultra = []\nhigh = []\nstandard = []\nfast = []\n"
    row = read(write(tmp_path, rows=one, chains=chains)).rows["acme-big.brush-2"]
    assert (row.model, row.provider_model) == ("Big.Brush-2", "vendor/Big.Brush-2")


def test_a_row_may_have_a_family_of_its_own(tmp_path: Path) -> None:
    second = "[families.quick]\ncapabilities = { max_n = 2 }\nestimated_seconds = 1\n"
    rows = changed(
        FAMILY + second + MODEL, '{ quality = "low"', '{ family = "quick", quality = "low"'
    )
    low = read(write(tmp_path, rows=rows)).rows["acme-brush-low"]
    assert (low.capabilities.max_n, low.capabilities.seed, low.estimated_seconds) == (2, True, 1)


def test_a_table_of_another_kind_replaces_and_is_not_merged(tmp_path: Path) -> None:
    rows = changed(FAMILY + MODEL, "{ grid = 48 }", '{ rule = "run", out_megapixel = 0.014 }')
    high = read(write(tmp_path, rows=rows)).rows["acme-brush-high"]
    assert high.price == RunPrice(out_megapixel=14_000)


@pytest.mark.parametrize(
    ("table", "price"),
    [
        (
            '{ rule = "megapixel", amount = 0.0027, usual_steps = 4 }',
            MegapixelPrice(amount=2_700, usual_steps=4),
        ),
        (
            '{ rule = "second", rate = 0.000975, typical_milliseconds = 10, max_seconds = 9 }',
            SecondPrice(rate=975, typical_milliseconds=10, max_seconds=9),
        ),
        (
            '{ rule = "run", run = 0.015, in_megapixel = 0.01, out_megapixel = 0.014 }',
            RunPrice(run=15_000, in_megapixel=10_000, out_megapixel=14_000),
        ),
    ],
)
def test_money_of_each_rule_is_in_micro_dollars(
    tmp_path: Path, table: str, price: PriceRule
) -> None:
    rows = changed(FAMILY + MODEL, "{ grid = 48 }", table)
    assert read(write(tmp_path, rows=rows)).rows["acme-brush-high"].price == price


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"high", tiers', '"low", tiers', "acme.toml: acme-brush-low: this key is taken"),
        ('["high", "ultra"]', '["fast"]', "acme-brush-high: acme-brush-low is this model's fast"),
        ("grid = 48", "grid = 48, patch = 16", "acme.toml: acme-brush-high: price.tokens: "),
        ("grid = 48", "grd = 48", "acme.toml: acme-brush-high: price.tokens"),
        ("grid = 48", 'text_in = "x"', "acme.toml: acme-brush-high: price: not an amount"),
        ("grid = 48", "text_in = true", "acme.toml: acme-brush-high: price: not an amount"),
        ("grid = 48", "text_in = -1", "acme.toml: acme-brush-high: price.tokens"),
        ("2026-01-01", '"soon"', "acme.toml: acme-brush-low: available_from: "),
        ("2026-01-01", "2026-01-01\nretired_on = 2026-01-01", "acme-brush-low: .*not after"),
        ("2026-01-01", "2026-01-01\noffered_until = 2026-02-01", "acme-brush-low: .*go together"),
        ('"1024x1024"', '"big"', "acme.toml: acme-brush-low: sizes.list.popular.0: "),
        ('"1024x1024"', "", "acme.toml: acme-brush-low: sizes.list.popular: "),
        ('family = "paint"', 'family = "ink"', "acme.toml: brush: no family 'ink'"),
        ("[families.paint]", "[families]\npaint = 1\n[x]", "acme.toml: families.paint is not"),
        ("rows = [", "rows = 1 #", "acme.toml: "),
        ("[[models]]", "[models]", "acme.toml:  models: not a list of tables"),
        ("checked =", "chcked =", "acme.toml: acme-brush-low: checked: Field required"),
        ('tiers = ["fast"]', 'tiers = ["best"]', "acme.toml: acme-brush-low: tiers.0: "),
        ("[[models]]", "[[models", "acme.toml: "),
        ('{ quality = "low"', '{ family = "ink", quality = "low"', "acme.toml: a row: no family"),
        (
            "{ max_n = 4 }",
            '{ max_n = 4 }\nparameters = { seed = "seed" }',
            "acme.toml: acme-brush-low: .*no parameter for n",
        ),
        (
            "{ max_n = 4 }",
            '{ steps = true }\nparameters = { seed = "seed" }',
            "acme.toml: acme-brush-low: .*no parameter for steps",
        ),
        ("{ max_n = 4 }", '{}\nparameters = { sede = "seed" }', "acme-brush-low: parameters.sede"),
        (
            'popular = ["1024x1024"]',
            'popular = ["1024x1024"], ratios = { 8x8 = "1:1" }',
            "acme-brush-low: .*must name the sizes of popular",
        ),
        ('popular = ["1024x1024"]', 'ratios = { 8x8 = "square" }', "ratios.8x8: "),
        (
            "grid = 48",
            'rule = "second", rate = 1, typical_milliseconds = 1, max_seconds = 101',
            "acme-brush-high: .*beyond deadline_seconds",
        ),
    ],
)
def test_bad_rows(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        read(write(tmp_path, rows=changed(FAMILY + MODEL, old, new)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("acme-brush-low", "acme-brush", "chains.toml: fast: no row 'acme-brush'"),
        ("standard = []", "", "chains.toml: needs one list for each of"),
        ("standard", "standart", "chains.toml: needs one list for each of"),
        ("standard = []", "standard = 1", "chains.toml: standard: must be a list"),
        ("standard = []", "standard = [[]]", "chains.toml: standard: "),
        (
            '["acme-brush-low"]',
            '["acme-brush-low", "acme-brush-low"]',
            "chains.toml: fast: must be a list of different keys",
        ),
    ],
)
def test_bad_chains(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        read(write(tmp_path, chains=changed(CHAINS, old, new)))


@pytest.mark.parametrize(
    "successor", ["nobody", "acme-brush-high"], ids=["unknown", "starts on another day"]
)
def test_a_row_passes_on_only_to_one_that_starts_the_day_after(
    tmp_path: Path, successor: str
) -> None:
    ended = f'price = {{ grid = 16 }}, offered_until = 2026-02-01, continued_by = "{successor}" '
    with pytest.raises(CatalogError, match=f"acme-brush-low: {successor} does not take over on"):
        read(write(tmp_path, rows=changed(FAMILY + MODEL, "price = { grid = 16 } ", ended)))


def test_one_tier_may_pass_from_row_to_row(tmp_path: Path) -> None:
    first = 'price = { grid = 16 }, offered_until = 2026-02-01, continued_by = "acme-brush-high" '
    rows = changed(FAMILY + MODEL, "price = { grid = 16 } ", first)
    rows = changed(rows, '["high", "ultra"]', '["fast"], available_from = 2026-02-02')
    assert len(read(write(tmp_path, rows=rows)).rows) == 2


def test_a_missing_chains_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(FAMILY + MODEL)
    with pytest.raises(CatalogError, match=r"chains\.toml"):
        read(tmp_path)
