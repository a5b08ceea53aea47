"""What a setting may hold: how its text is read, and what is refused with which words."""

import re
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode


def _off(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() in {"off", "none"} else value


def _split(separator: str) -> BeforeValidator:
    def split(value: object) -> object:
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(separator) if part.strip()]

    return BeforeValidator(split)


def blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _key(value: SecretStr | None) -> SecretStr | None:
    key = value.get_secret_value() if value else ""
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError("holds blanks or characters that no header can carry")
    return value


def _url(value: str | None) -> str | None:
    """An absolute address to which a path can be added."""
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https"):
        raise ValueError("must start with http:// or https://")
    if not parts.hostname or not value.isprintable() or " " in value:
        raise ValueError("must name a host, as in https://host.example/path")
    if parts.port == 0 or parts.query or parts.fragment:
        raise ValueError("must be a plain address, as in https://host.example:8443/path")
    return value.rstrip("/")


def _valkey(value: SecretStr | None) -> SecretStr | None:
    """The address of a server; the messages keep its password to themselves."""
    if value is None:
        return None
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("redis", "rediss", "valkey", "valkeys"):
        raise ValueError("must start with valkey://, valkeys://, redis:// or rediss://")
    if not parts.hostname or not re.fullmatch(r"/?\d*", parts.path) or parts.query:
        raise ValueError("must name a host and at most a database, as in valkey://host:6379/0")
    return value


def _issuer(value: str | None) -> str | None:
    """An issuer is compared letter by letter, so that a slash at its end is part of it."""
    _url(value)
    return value


_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+])(?P<port>:\d{1,5})?/?"
)
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_origin(value) for value in values))


def _origin(value: str) -> str:
    """An origin as browsers send it: lower case, no path, no port that its scheme implies."""
    found = _ORIGIN.fullmatch(value.lower())
    if not found:
        raise ValueError(f"{value!r} is no origin, such as https://studio.example:8443")
    scheme, host, port = found.group("scheme", "host", "port")
    if port and int(port[1:]) not in range(1, 65_536):
        raise ValueError(f"{value!r} has no possible port")
    return f"{scheme}://{host}" + ("" if port in (None, _USUAL_PORTS.get(scheme)) else port)


_DATABASES = ("sqlite:///", "postgresql://", "postgres://")


def _database(value: SecretStr | None) -> SecretStr | None:
    address = value.get_secret_value() if value else None
    if address is not None and (not address.startswith(_DATABASES) or address in _DATABASES):
        raise ValueError("must be sqlite:///path or postgresql://user:password@host/name")
    try:
        urlsplit(address)
    except ValueError:
        raise ValueError("must name a host, as in postgresql://user@[::1]/name") from None
    return value


def _patterns(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            re.compile(value, re.IGNORECASE)
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from None
    return values


def _unset(value: object) -> object:
    """`off` is a number without end, for nothing at all means a default of its own."""
    return OFF if isinstance(value, str) and value.strip().lower() in {"off", "none"} else value


OFF = 10**9
DAY_MS = 86_400_000
MONTH_SECONDS = 30 * 86_400
YEAR_SECONDS = 365 * 86_400

Secret = Annotated[SecretStr | None, BeforeValidator(blank)]
Key = Annotated[Secret, AfterValidator(_key)]
DatabaseUrl = Annotated[Secret, AfterValidator(_database)]
Text = Annotated[str | None, BeforeValidator(blank)]
Url = Annotated[Text, AfterValidator(_url)]
BaseUrl = Annotated[str, AfterValidator(_url)]
Issuer = Annotated[Text, AfterValidator(_issuer)]
ValkeyUrl = Annotated[Secret, AfterValidator(_valkey)]
File = Annotated[Path | None, BeforeValidator(blank)]
Images = Annotated[Annotated[int, Field(ge=0, le=1_000_000)] | None, BeforeValidator(_off)]
Rate = Annotated[
    Annotated[int, Field(ge=1, le=OFF)] | None, BeforeValidator(blank), BeforeValidator(_unset)
]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, _split(",")]
Dollars = Annotated[Annotated[Decimal, Field(ge=0, le=1_000_000)] | None, BeforeValidator(_off)]
TokenPrice = Annotated[
    Annotated[Decimal, Field(ge=0, le=100_000)] | None, BeforeValidator(blank)
]  # dollars per million tokens
Calls = Annotated[int, Field(ge=1, le=1000)]
UpToADay = Annotated[int, Field(ge=1, le=DAY_MS)]
Origins = Annotated[tuple[str, ...], NoDecode, _split(","), AfterValidator(_origins)]
Names = Annotated[tuple[str, ...], NoDecode, _split(",")]
Patterns = Annotated[tuple[str, ...], NoDecode, _split("\n"), AfterValidator(_patterns)]
