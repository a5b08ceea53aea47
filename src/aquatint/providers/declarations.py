"""What an operator may write in PROVIDERS_FILE, and how it is told what is wrong with it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError

from aquatint.catalog.frozen import Frozen
from aquatint.catalog.model import Fixed, Tier


class DeclarationError(Exception):
    """A file that cannot be used; the message names the file and the place in it."""


def _address(value: str) -> str:
    parts = urlsplit(value)
    _ = parts.port  # ValueError for one that is none
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a plain address, as in http://127.0.0.1:8080/v1")
    if any(each.isspace() for each in value):
        raise ValueError("must hold no blanks")
    if parts.username or parts.password:
        raise ValueError("must hold no password; name a key_variable")
    return value.rstrip("/")


def _word(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise ValueError("must be printable, without blanks around it")
    return value


class DeclaredModel(Frozen):
    """A model as it is declared; what is None is the profile's, or that of the row it is `like`."""

    model: Annotated[str, Field(min_length=1), AfterValidator(_word)]  # its id on the wire
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


class DeclaredServer(Frozen):
    """A server as it is declared."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    base_url: Annotated[str, AfterValidator(_address)]
    profile: str = "openai"
    key_variable: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    enabled: bool = True
    quirks: Mapping[str, object] = {}  # fields of the profile that are otherwise here
    models: tuple[DeclaredModel, ...] = Field(min_length=1)


def invalid(path: Path, place: str, error: ValidationError) -> DeclarationError:
    first = error.errors(include_input=False)[0]
    spot = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    return wrong(path, place + spot, first["msg"].removeprefix("Value error, "))


def wrong(path: Path, place: str, why: str) -> DeclarationError:
    return DeclarationError(f"{path}: {place}: {why}")
