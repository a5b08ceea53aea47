"""The data files: TOML that groups what models share, flattened to rows and checked."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import combinations
from pathlib import Path

from pydantic import ValidationError

from aquatint.catalog.model import Row, Tier
from aquatint.money import from_usd

DATA = Path(__file__).parent / "data"
CHAINS = "chains.toml"

Table = dict[str, object]

_MONEY = frozenset(
    {"text_in", "image_in", "image_out", "text_out"}  # tokens
    | {"amount", "input_image", "rate", "run", "in_megapixel", "out_megapixel"}
)
_KINDS = ("kind", "rule")  # what sort of table it is


class CatalogError(Exception):
    """A data file that cannot be used; the message names the file and the row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offers:
    """Every row by its key, in the files' order, and each tier's chain of keys."""

    rows: Mapping[str, Row]
    chains: Mapping[Tier, tuple[str, ...]]


@cache
def read(folder: Path = DATA) -> Offers:
    """Every data file of `folder`, read once. Raises CatalogError."""
    rows: dict[str, Row] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name != CHAINS:
            _add(rows, path)
    _check_successors(rows)
    _check_tiers(rows.values())
    return Offers(rows=rows, chains=_chains(folder / CHAINS, rows))


def _add(rows: dict[str, Row], path: Path) -> None:
    for row in _rows(path):
        if row.key in rows:
            raise CatalogError(f"{path.name}: {row.key}: this key is taken")
        rows[row.key] = row


def _parse(path: Path) -> Table:
    try:
        with path.open("rb") as file:
            return tomllib.load(file, parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise CatalogError(f"{path.name}: {error}") from error


def _rows(path: Path) -> Iterator[Row]:
    """The file's rows: each is the file, its model and itself, merged in this order.

    A model and a row stand on their family. A model without rows is one.
    """
    document = _parse(path)
    families = _table(path, document, "families")
    shared = _without(document, "families", "models")
    for model in _tables(path, document, "models"):
        base = _merge(shared, _with_family(path, families, model))
        rows = _tables(path, model, "rows") if "rows" in model else [{}]
        for row in rows:
            yield _row(path, _merge(_without(base, "rows"), _with_family(path, families, row)))


def _with_family(path: Path, families: Table, table: Table) -> Table:
    """`table` on top of the family that it names."""
    name = table.get("family")
    if name is None:
        return table
    if name not in families:
        raise CatalogError(f"{path.name}: {table.get('model', 'a row')}: no family {name!r}")
    family = families[str(name)]
    if not isinstance(family, dict):
        raise CatalogError(f"{path.name}: families.{name} is not a table")
    return _merge(family, _without(table, "family"))


def _row(path: Path, merged: Table) -> Row:
    """A model's short name is the last part of the provider's, unless it has one of its own."""
    wired = merged.get("provider_model") or merged.get("model")
    model = merged.get("model") or str(wired).rpartition("/")[2]
    names = (merged.get("provider"), model, merged.get("quality"))
    key = str(merged.get("key") or "-".join(str(name) for name in names if name).lower())
    filled = {**merged, "provider_model": wired, "model": model, "key": key}
    try:
        return Row.model_validate(filled | {"price": price_in_micro(filled.get("price"))})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise CatalogError(f"{path.name}: {key}: {field}: {first['msg']}") from error
    except ValueError as error:
        raise CatalogError(f"{path.name}: {key}: price: {error}") from error


def price_in_micro(price: object) -> object:
    """The price table with its dollars as micro-dollars."""
    if not isinstance(price, dict):
        return price
    exact = {key: _micro(value) if key in _MONEY else value for key, value in price.items()}
    if isinstance(sizes := price.get("by_size"), dict):
        exact["by_size"] = {size: _micro(amount) for size, amount in sizes.items()}
    return exact


def _micro(dollars: object) -> int:
    if not isinstance(dollars, int | Decimal):
        raise ValueError(f"not an amount of money: {dollars!r}")  # noqa: TRY004  one error for all
    return from_usd(dollars)


def _merge(base: Table, over: Table) -> Table:
    """`over` on top of `base`; tables of both are merged, one level deep, if of one kind."""
    merged = base | over
    for key, value in over.items():
        below = base.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = below | value if _alike(below, value) else value
    return merged


def _alike(below: Table, over: Table) -> bool:
    return all(over.get(kind, below.get(kind)) == below.get(kind) for kind in _KINDS)


def _without(table: Table, *keys: str) -> Table:
    return {key: value for key, value in table.items() if key not in keys}


def _table(path: Path, table: Table, key: str) -> Table:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise CatalogError(f"{path.name}: {key} is not a table")
    return value


def _tables(path: Path, table: Table, key: str) -> list[Table]:
    value = table.get(key)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise CatalogError(f"{path.name}: {table.get('model', '')} {key}: not a list of tables")
    return value


def _check_successors(rows: Mapping[str, Row]) -> None:
    for row in rows.values():
        after = rows.get(row.continued_by) if row.continued_by else row
        if after is None or (after is not row and after.available_from != row.ends):
            raise CatalogError(f"{row.key}: {row.continued_by} does not take over on {row.ends}")


def _check_tiers(rows: Iterable[Row]) -> None:
    for one, two in combinations(rows, 2):
        same = (one.provider, one.model) == (two.provider, two.model)
        shared = set(one.tiers) & set(two.tiers)
        if same and shared and one.available_from < two.ends and two.available_from < one.ends:
            raise CatalogError(f"{two.key}: {one.key} is this model's {min(shared)} already")


def _chains(path: Path, rows: Mapping[str, Row]) -> dict[Tier, tuple[str, ...]]:
    document = _parse(path)
    if set(document) != set(Tier):
        raise CatalogError(f"{path.name}: needs one list for each of {', '.join(Tier)}")
    return {tier: _chain(path, tier, document[tier], rows) for tier in Tier}


def _chain(path: Path, tier: Tier, keys: object, rows: Mapping[str, Row]) -> tuple[str, ...]:
    if not isinstance(keys, list) or len(set(map(str, keys))) < len(keys):
        raise CatalogError(f"{path.name}: {tier}: must be a list of different keys")
    for key in keys:
        if not isinstance(key, str) or key not in rows:
            raise CatalogError(f"{path.name}: {tier}: no row {key!r}")
    return tuple(keys)
