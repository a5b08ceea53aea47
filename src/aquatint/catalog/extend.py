"""Offers with more rows than the data files have, or with rows that end sooner."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from aquatint.catalog.files import Offers
from aquatint.catalog.model import Row


def with_rows(offers: Offers, rows: Iterable[Row], first: Collection[str]) -> Offers:
    """`offers` and `rows` too: in the chains of their tiers, before all others or after them.

    `first` are the keys of those that come before.
    """
    rows = tuple(rows)
    chains = {
        tier: (
            *(row.key for row in rows if tier in row.tiers and row.key in first),
            *chain,
            *(row.key for row in rows if tier in row.tiers and row.key not in first),
        )
        for tier, chain in offers.chains.items()
    }
    return Offers(rows={**offers.rows, **{row.key: row for row in rows}}, chains=chains)


def with_ends(offers: Offers, ends: Mapping[tuple[str, str], date]) -> Offers:
    """`offers` where models, as (provider, provider_model), retire on these days if not sooner."""
    rows = {key: _ending(row, ends) for key, row in offers.rows.items()}
    return replace(offers, rows=rows)


def _ending(row: Row, ends: Mapping[tuple[str, str], date]) -> Row:
    day = ends.get((row.provider, row.provider_model))
    if day is None or (row.retired_on and row.retired_on <= day):
        return row
    return row.model_copy(update={"retired_on": day})
