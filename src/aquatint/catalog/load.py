"""The catalog as of a date: which rows are offered, what a name means, what is tried in turn."""

from datetime import date

from aquatint.catalog import reasons
from aquatint.catalog.files import Offers, read
from aquatint.catalog.model import Row, Tier
from aquatint.catalog.reasons import Code, Reason


class Catalog:
    """Every row, judged once, at one date; the files are read once per process.

    `rows` holds every row, offered or not, in the files' order.
    """

    def __init__(self, as_of: date, offers: Offers | None = None) -> None:
        self.as_of = as_of
        self._offers = offers or read()
        self.rows = tuple(self._offers.rows.values())
        self.providers = frozenset(row.provider for row in self.rows)
        self._successors = {row.continued_by for row in self.rows if row.continued_by}
        self._statuses = {row.key: self._judged(row) for row in self.rows}
        self._own_chains = {tier: self._own_chain(tier) for tier in Tier}
        self._chains = {tier: self._chain(tier) for tier in Tier}
        self._tiers = self._tiers_of_models()
        self._found: dict[tuple[Tier, str | None, str | None], Row] = {}

    def get(self, key: str) -> Row | None:
        """The row with this `modelKey`, whatever its dates."""
        return self._offers.rows.get(key)

    def status(self, row: Row) -> Reason:
        """Code and words: ``ok``, ``not_yet``, ``retired``, ``superseded`` or ``no_price``."""
        return self._statuses[row.key]

    def _judged(self, row: Row) -> Reason:
        if self.as_of < row.available_from:
            return reasons.not_yet(row.available_from)
        if row.retired_on and self.as_of >= row.retired_on:
            return reasons.retired(row.retired_on)
        if row.continued_by and self.as_of >= row.ends:
            return reasons.superseded(row.continued_by, row.ends)
        return reasons.OPERATIONAL if row.price else reasons.NO_PRICE

    def live(self, row: Row) -> bool:
        """Whether the catalog offers `row` at its date."""
        return self.status(row).code == Code.OK

    def current(self, row: Row) -> Row:
        """The row that carries this row's model at the date: itself, or the one it passed to."""
        while row.continued_by and self.status(row).code == Code.SUPERSEDED:
            row = self._offers.rows[row.continued_by]
        return row

    def own_chain(self, tier: Tier) -> tuple[Row, ...]:
        """What is tried for `tier`, in order, rows outside their dates included.

        Of a row and the one that takes over from it, only the one whose time it is.
        """
        return self._own_chains[tier]

    def _own_chain(self, tier: Tier) -> tuple[Row, ...]:
        rows = (self._offers.rows[key] for key in self._offers.chains[tier])
        return tuple(row for row in rows if self._has_its_turn(row))

    def _has_its_turn(self, row: Row) -> bool:
        passed_on = row.continued_by and self.as_of >= row.ends
        waits = row.key in self._successors and self.as_of < row.available_from
        return not (passed_on or waits)

    def chain(self, tier: Tier) -> tuple[Row, ...]:
        """The tier's own chain, then those of the lower tiers; each row once."""
        return self._chains[tier]

    def _chain(self, tier: Tier) -> tuple[Row, ...]:
        rows = (row for step in (tier, *tier.below) for row in self.own_chain(step))
        return tuple({row.key: row for row in rows}.values())

    def tiers(self, row: Row) -> tuple[Tier, ...]:
        """At which tiers `row` and its sisters, the same model at other qualities, are offered."""
        return self._tiers.get((row.provider, row.model), ())

    def _tiers_of_models(self) -> dict[tuple[str, str], tuple[Tier, ...]]:
        offered: dict[tuple[str, str], set[Tier]] = {}
        for row in filter(self.live, self.rows):
            offered.setdefault((row.provider, row.model), set()).update(row.tiers)
        return {
            model: tuple(tier for tier in Tier if tier in some) for model, some in offered.items()
        }

    def find(
        self, *, tier: Tier, provider: str | None = None, model: str | None = None
    ) -> Row | None:
        """The row a caller means: `model` is a modelKey, a short name or the provider's id.

        A modelKey is exact; else the model's setting for `tier`, or the nearest one it has. With a
        provider alone, what that provider has first in the tier's chain. Offered rows come before
        others. None: nothing has this name, or none was given.
        """
        asked = (tier, provider, model)
        found = self._found.get(asked) or self._search(tier, provider, model)
        if found:  # what does not exist is not kept, for there is no end of it
            self._found[asked] = found
        return found

    def _search(self, tier: Tier, provider: str | None, model: str | None) -> Row | None:
        exact = self.get(model) if model else None
        if exact and provider in (None, exact.provider):
            return self.current(exact)
        if provider is None and model is None:
            return None
        named = [
            row
            for row in self.rows
            if provider in (None, row.provider) and model in (None, row.model, row.provider_model)
        ]
        place = {row.key: index for index, row in enumerate(self.chain(tier))}
        order = (tier, *tier.below, *Tier)
        found = min(
            named,
            key=lambda row: (
                not self.live(row),
                0 if self.live(row) else -row.ends.toordinal(),
                min(map(order.index, row.tiers), default=len(order)),
                place.get(row.key, len(place)),
            ),
            default=None,
        )
        return found and self.current(found)
