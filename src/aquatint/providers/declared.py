"""The servers that the operator declares in PROVIDERS_FILE, checked and made into catalog rows."""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from aquatint.catalog.files import price_in_micro
from aquatint.catalog.model import Capabilities, Row, SecondPrice, Skill
from aquatint.providers.declarations import (
    DeclarationError,
    DeclaredModel,
    DeclaredServer,
    invalid,
    wrong,
)
from aquatint.providers.profiles import Profile, profiles

SINCE = date(2024, 1, 1)  # what is declared is offered from the first day the catalog knows
_OUR_OWN = frozenset({"model", "prompt", "stream", "partial_images"})
_KINDS_OF_PRICE = {"per_image": "image", "per_megapixel": "megapixel"}
_OF_A_LIKE = frozenset({"price", "sizes", "capabilities", "limits", "operations", "quality"})

_Table = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A declared server, checked. Without a `key_variable` it wants no key."""

    name: str
    base_url: str
    profile: Profile
    key_variable: str | None
    enabled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """All of them, with their rows; `first` are the keys that come before a tier's own chain."""

    servers: tuple[Server, ...] = ()
    rows: tuple[Row, ...] = ()
    first: frozenset[str] = field(default_factory=frozenset)


def read_declared(path: Path, *, catalog: Mapping[str, Row], taken: Collection[str]) -> Declared:
    """The servers of the file. Raises DeclarationError.

    `catalog` are the rows a model may be like; names and keys must differ from `taken` and theirs.
    """
    servers: list[Server] = []
    rows: dict[str, Row] = {}
    first: set[str] = set()
    names = set(taken)
    for place, told in _servers(path):
        server = _checked(path, place, told)
        if server.name in names:
            raise wrong(path, f"{place}.name", f"{server.name!r} is taken")
        names.add(server.name)
        profile = _profile(path, place, server)
        servers.append(_server(server, profile))
        for index, model in enumerate(server.models):
            spot = f"{place}.models[{index}]"
            row = _row(path, spot, model, server, profile, catalog)
            if row.key in rows or row.key in catalog:
                raise wrong(path, spot, f"{row.key} is there already; give it another name")
            rows[row.key] = row
            first |= {row.key} if model.place == "first" else set()
    return Declared(servers=tuple(servers), rows=tuple(rows.values()), first=frozenset(first))


def _servers(path: Path) -> Iterator[tuple[str, object]]:
    """Each server's table and where it stands."""
    try:
        with path.open("rb") as file:
            document = tomllib.load(file, parse_float=Decimal)
    except OSError as error:
        raise DeclarationError(f"{path}: {error.strerror}") from None
    except ValueError as error:  # it tells line and column
        raise DeclarationError(f"{path}: {error}") from None
    for key in document:
        if key != "servers":
            raise wrong(path, key, "is not known; the file holds [[servers]]")
    told = document.get("servers")
    if not isinstance(told, list):
        raise wrong(path, "servers", "must be a list: [[servers]]")
    for index, each in enumerate(told):
        yield f"servers[{index}]", each


def _checked(path: Path, place: str, told: object) -> DeclaredServer:
    try:
        return DeclaredServer.model_validate(told)
    except ValidationError as error:
        raise invalid(path, place, error) from None


def _profile(path: Path, place: str, server: DeclaredServer) -> Profile:
    fields = profiles().get(server.profile)
    if fields is None:
        known = ", ".join(profiles())
        raise wrong(path, f"{place}.profile", f"no profile {server.profile!r}; there are {known}")
    try:
        profile = Profile.model_validate(_over(fields, server.quirks))
    except ValidationError as error:
        raise invalid(path, f"{place}.quirks", error) from None
    if told := _within(profile.parameters.values()):
        raise wrong(path, f"{place}.quirks.parameters", told)
    return profile


def _within(names: Iterable[str]) -> str | None:
    """What is wrong with names of which one lies within another: objects stand for the dots."""
    every = _OUR_OWN.union(names)
    for name in sorted(every):
        above = (name[:at] for at, letter in enumerate(name) if letter == ".")
        for outer in every.intersection(above):
            return f"{name!r} lies within {outer!r}, a value of its own"
    return None


def _over(fields: Mapping[str, object], quirks: Mapping[str, object]) -> _Table:
    """`quirks` on top of `fields`; tables of both are merged."""
    merged = dict(fields)
    for name, value in quirks.items():
        below = merged.get(name)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[name] = {**below, **value} if both else value  # type: ignore[dict-item]  # both are
    return merged


def _server(server: DeclaredServer, profile: Profile) -> Server:
    return Server(
        name=server.name,
        base_url=server.base_url,
        profile=profile,
        key_variable=server.key_variable,
        enabled=server.enabled,
    )


def _row(
    path: Path,
    place: str,
    model: DeclaredModel,
    server: DeclaredServer,
    profile: Profile,
    catalog: Mapping[str, Row],
) -> Row:
    like = catalog.get(model.like) if model.like else None
    if not _name(model):
        raise wrong(path, f"{place}.model", "ends in no name; give it one")
    if model.like and like is None:
        raise wrong(path, f"{place}.like", f"the catalog has no {model.like!r}")
    capabilities = _capabilities(path, place, model, profile, like)
    try:
        row = Row.model_validate(_fields(model, server, profile, like, capabilities))
    except ValidationError as error:
        raise invalid(path, place, error) from None
    except ValueError as error:
        raise wrong(path, f"{place}.price", str(error)) from None
    if isinstance(row.price, SecondPrice):
        raise wrong(path, f"{place}.price", "no such server tells how long it computed")
    if row.max_tokens is not None and "max_tokens" not in row.parameters:
        spot = "like" if model.price is None else "price"
        raise wrong(path, f"{place}.{spot}", "the price needs a cap, by a parameter max_tokens")
    if like and model.price is None and row.quality != like.quality:
        raise wrong(path, f"{place}.quality", f"the price of {like.key!r} is not that of this one")
    count = profile.parameters.get("n", "n")  # more would be bought than was confirmed
    if again := set(model.body) & {*_OUR_OWN, count, *row.parameters.values()}:
        raise wrong(path, f"{place}.body", f"{min(again)!r} is not for it to say")
    if told := _within({*model.body, *row.parameters.values()}):
        raise wrong(path, f"{place}.body", told)
    return row


def _capabilities(
    path: Path, place: str, model: DeclaredModel, profile: Profile, like: Row | None
) -> Capabilities:
    liked = like.capabilities.model_dump() if like else {}
    try:
        return Capabilities.model_validate({**profile.capabilities, **liked, **model.capabilities})
    except ValidationError as error:
        raise invalid(path, f"{place}.capabilities", error) from None


def _fields(
    model: DeclaredModel,
    server: DeclaredServer,
    profile: Profile,
    like: Row | None,
    capabilities: Capabilities,
) -> _Table:
    base = like.model_dump(include=set(_OF_A_LIKE)) if like else {}
    name = _name(model)
    quality = model.quality or base.get("quality")
    edits = (Skill.EDIT,) if capabilities.max_images else ()
    own: _Table = {
        "key": "-".join(each for each in (server.name, name, quality) if each).lower(),
        "provider": server.name,
        "model": name,
        "provider_model": model.model,
        "quality": quality,
        "tiers": model.tiers,
        "capabilities": capabilities,
        "operations": (Skill.GENERATE, *edits),
        "parameters": _parameters(profile, capabilities),
        "wire": model.body,
        "available_from": SINCE,
        "retired_on": model.retired_on,
        "estimated_seconds": model.estimated_seconds,
        "deadline_seconds": model.deadline_seconds,
        "source": "PROVIDERS_FILE",
        "checked": SINCE,
        "sizes": _sizes(model, profile, base.get("sizes")),
    }
    if model.price is not None:
        own["price"] = _price(model.price)
    if model.limits is not None:
        own["limits"] = model.limits
    return {**base, **own}


def _name(model: DeclaredModel) -> str:
    return model.name or model.model.rpartition("/")[2]


def _parameters(profile: Profile, capabilities: Capabilities) -> _Table:
    """The profile's names for what the model can be asked for; a size needs no ability."""
    every = _EVERYTHING.parameters
    return {
        name: wire
        for name, wire in profile.parameters.items()
        if name in capabilities.parameters or name not in every
    }


_ANY = ("any",)
_EVERYTHING = Capabilities(
    max_n=2,
    max_images=1,
    mask=True,
    styles=_ANY,
    negative_prompt=True,
    seed=True,
    steps=True,
    guidance=True,
    backgrounds=_ANY,
    output_formats=_ANY,
    output_compression=True,
    moderations=_ANY,
    input_fidelities=_ANY,
)


def _sizes(model: DeclaredModel, profile: Profile, liked: object) -> object:
    if isinstance(model.sizes, tuple):
        ratios = {size: profile.ratios.get(size) for size in model.sizes}
        if profile.ratios:
            return {"kind": "list", "ratios": ratios}
        return {"kind": "list", "popular": model.sizes}
    if model.sizes is not None:
        return model.sizes
    if profile.ratios:
        return {"kind": "list", "ratios": profile.ratios}
    return liked or {"kind": "list", "popular": ("1024x1024",)}


def _price(told: Mapping[str, object]) -> object:
    """The price as a rule of the catalog; ValueError for one that says nothing."""
    rules = [name for name in _KINDS_OF_PRICE if name in told]
    if "rule" in told or len(rules) != 1:
        if "rule" not in told or rules:
            raise ValueError("must have one of per_image, per_megapixel and rule")
        return price_in_micro(dict(told))
    rest = {name: value for name, value in told.items() if name not in rules}
    return price_in_micro({"rule": _KINDS_OF_PRICE[rules[0]], "amount": told[rules[0]], **rest})
