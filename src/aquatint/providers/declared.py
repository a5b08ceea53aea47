"""The servers that the operator declares in PROVIDERS_FILE, checked and made into catalog rows."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError

from aquatint.catalog.files import price_in_micro
from aquatint.catalog.frozen import Frozen
from aquatint.catalog.model import Capabilities, Fixed, Row, SecondPrice, Skill, Tier
from aquatint.providers.profiles import Profile, profiles

SINCE = date(2024, 1, 1)  # what is declared is offered from the first day the catalog knows
_OUR_OWN = frozenset({"model", "prompt", "stream", "partial_images"})
_KINDS_OF_PRICE = {"per_image": "image", "per_megapixel": "megapixel"}
_OF_A_LIKE = frozenset({"price", "sizes", "capabilities", "limits", "operations", "quality"})

_Table = dict[str, object]


class DeclarationError(Exception):
    """A file that cannot be used; the message names the file and the place in it."""


def _address(value: str) -> str:
    parts = urlsplit(value)
    _ = parts.port  # ValueError for one that is none
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a plain address, as in http://127.0.0.1:8080/v1")
    if parts.username or parts.password:
        raise ValueError("must hold no password; name a key_variable")
    return value.rstrip("/")


class _Model(Frozen):
    """A model as it is declared; what is None is the profile's, or that of the row it is `like`."""

    model: str = Field(min_length=1)  # its id on the wire
    name: str | None = Field(default=None, pattern=r"^[\w.-]+$")  # for people; else the id's end
    like: str | None = None  # a modelKey of the catalog: its price, sizes and abilities
    quality: str | None = None
    tiers: tuple[Tier, ...] = ()
    place: Literal["first", "last"] = "last"  # in the chain of each of its tiers
    price: Mapping[str, object] | None = None
    sizes: tuple[str, ...] | Mapping[str, object] | None = None
    capabilities: Mapping[str, object] = {}
    limits: Mapping[str, object] | None = None
    body: Mapping[str, Fixed] = {}
    estimated_seconds: int = Field(default=30, gt=0)
    deadline_seconds: int = Field(default=300, gt=0, le=3600)
    retired_on: date | None = None


class _Server(Frozen):
    """A server as it is declared."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    base_url: Annotated[str, AfterValidator(_address)]
    profile: str = "openai"
    key_variable: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    enabled: bool = True
    quirks: Mapping[str, object] = {}  # fields of the profile that are otherwise here
    models: tuple[_Model, ...] = Field(min_length=1)


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
            raise _wrong(path, f"{place}.name", f"{server.name!r} is taken")
        names.add(server.name)
        profile = _profile(path, place, server)
        servers.append(_server(server, profile))
        for index, model in enumerate(server.models):
            spot = f"{place}.models[{index}]"
            row = _row(path, spot, model, server, profile, catalog)
            if row.key in rows or row.key in catalog:
                raise _wrong(path, spot, f"{row.key} is there already; give it another name")
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
            raise _wrong(path, key, "is not known; the file holds [[servers]]")
    told = document.get("servers")
    if not isinstance(told, list):
        raise _wrong(path, "servers", "must be a list: [[servers]]")
    for index, each in enumerate(told):
        yield f"servers[{index}]", each


def _checked(path: Path, place: str, told: object) -> _Server:
    try:
        return _Server.model_validate(told)
    except ValidationError as error:
        raise _invalid(path, place, error) from None


def _profile(path: Path, place: str, server: _Server) -> Profile:
    fields = profiles().get(server.profile)
    if fields is None:
        known = ", ".join(profiles())
        raise _wrong(path, f"{place}.profile", f"no profile {server.profile!r}; there are {known}")
    try:
        return Profile.model_validate(_over(fields, server.quirks))
    except ValidationError as error:
        raise _invalid(path, f"{place}.quirks", error) from None


def _over(fields: Mapping[str, object], quirks: Mapping[str, object]) -> _Table:
    """`quirks` on top of `fields`; tables of both are merged."""
    merged = dict(fields)
    for name, value in quirks.items():
        below = merged.get(name)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[name] = {**below, **value} if both else value  # type: ignore[dict-item]  # both are
    return merged


def _server(server: _Server, profile: Profile) -> Server:
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
    model: _Model,
    server: _Server,
    profile: Profile,
    catalog: Mapping[str, Row],
) -> Row:
    like = catalog.get(model.like) if model.like else None
    if model.like and like is None:
        raise _wrong(path, f"{place}.like", f"the catalog has no {model.like!r}")
    try:
        row = Row.model_validate(_fields(model, server, profile, like))
    except ValidationError as error:
        raise _invalid(path, place, error) from None
    except ValueError as error:
        raise _wrong(path, f"{place}.price", str(error)) from None
    if isinstance(row.price, SecondPrice):
        raise _wrong(path, f"{place}.price", "no such server tells how long it computed")
    if like and model.price is None and row.quality != like.quality:
        raise _wrong(path, f"{place}.quality", f"the price of {like.key!r} is not that of this one")
    count = profile.parameters.get("n", "n")  # more would be bought than was confirmed
    if again := set(model.body) & {*_OUR_OWN, count, *row.parameters.values()}:
        raise _wrong(path, f"{place}.body", f"{min(again)!r} is not for it to say")
    return row


def _fields(model: _Model, server: _Server, profile: Profile, like: Row | None) -> _Table:
    base = like.model_dump(include=set(_OF_A_LIKE)) if like else {}
    abilities = {**profile.capabilities, **base.get("capabilities", {}), **model.capabilities}
    capabilities = Capabilities.model_validate(abilities)
    name = model.name or model.model.rpartition("/")[2]
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


def _sizes(model: _Model, profile: Profile, liked: object) -> object:
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


def _invalid(path: Path, place: str, error: ValidationError) -> DeclarationError:
    first = error.errors(include_input=False)[0]
    spot = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    return _wrong(path, place + spot, first["msg"].removeprefix("Value error, "))


def _wrong(path: Path, place: str, why: str) -> DeclarationError:
    return DeclarationError(f"{path}: {place}: {why}")
