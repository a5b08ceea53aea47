"""Every setting, read once from the environment and `.env`; the only reader of either."""

import os
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class SettingsError(Exception):
    """A setting that cannot be used; the message names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """What only the command line says, for no variable may lift a protection unnoticed."""

    insecure: bool = False  # serve other hosts without sign-in
    demo: bool = False


SERVED = Launch()


def _off(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() in {"off", "none"} else value


def _split(separator: str) -> BeforeValidator:
    def split(value: object) -> object:
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(separator) if part.strip()]

    return BeforeValidator(split)


def _blank(value: object) -> object:
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


DAY_MS = 86_400_000
MONTH_SECONDS = 30 * 86_400
YEAR_SECONDS = 365 * 86_400

Secret = Annotated[SecretStr | None, BeforeValidator(_blank)]
Key = Annotated[Secret, AfterValidator(_key)]
DatabaseUrl = Annotated[Secret, AfterValidator(_database)]
Text = Annotated[str | None, BeforeValidator(_blank)]
Url = Annotated[Text, AfterValidator(_url)]
Images = Annotated[Annotated[int, Field(ge=0, le=1_000_000)] | None, BeforeValidator(_off)]
Dollars = Annotated[Annotated[Decimal, Field(ge=0, le=1_000_000)] | None, BeforeValidator(_off)]
TokenPrice = Annotated[
    Annotated[Decimal, Field(ge=0, le=100_000)] | None, BeforeValidator(_blank)
]  # dollars per million tokens
Calls = Annotated[int, Field(ge=1, le=1000)]
UpToADay = Annotated[int, Field(ge=1, le=DAY_MS)]
Origins = Annotated[tuple[str, ...], NoDecode, _split(","), AfterValidator(_origins)]
Names = Annotated[tuple[str, ...], NoDecode, _split(",")]
Patterns = Annotated[tuple[str, ...], NoDecode, _split("\n"), AfterValidator(_patterns)]

DEFAULT_BLOCKED = (r"eval\(", r"exec\(", r"<script>")
OPENAI_BASE_URL = "https://api.openai.com/v1"


class Settings(BaseSettings):
    """Names are the environment's, in lower case. Limits take `off` for none."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    # providers
    openai_api_key: Key = None
    together_api_key: Key = None
    replicate_api_token: Key = None
    gemini_api_key: Key = None
    enable_image_generation_openai: bool = True
    enable_image_generation_together: bool = True
    enable_image_generation_replicate: bool = True
    enable_image_generation_gemini: bool = True
    openai_base_url: Annotated[str, AfterValidator(_url)] = OPENAI_BASE_URL
    together_base_url: Url = None  # None: the provider's own
    replicate_base_url: Url = None
    gemini_base_url: Url = None
    replicate_webhooks: Literal["auto", "on", "off"] = "auto"
    replicate_webhook_secret: Secret = None
    providers_file: Annotated[Path | None, BeforeValidator(_blank)] = None
    read_shutdown_dates: bool = True
    attempt_timeout_seconds: Annotated[
        Annotated[float, Field(gt=0, le=3600)] | None, BeforeValidator(_blank)
    ] = None

    # circuit breaker
    circuit_breaker_failure_threshold: Calls = 5
    circuit_breaker_failure_window_ms: UpToADay = 600_000
    circuit_breaker_timeout_ms: UpToADay = 600_000
    circuit_breaker_success_threshold: Calls = 1
    circuit_breaker_failure_rate: Annotated[float, Field(ge=0, le=1)] = 0.5

    # chat
    chat_base_url: Url = None
    chat_api_key: Key = None
    chat_model: Text = None
    chat_models: Names = ()  # to choose from, the first by default; none: chat_model alone
    chat_price_input: TokenPrice = None
    chat_price_output: TokenPrice = None

    # catalog and quotes
    catalog_as_of: Annotated[date | None, BeforeValidator(_blank)] = None
    quote_ttl_seconds: Annotated[int, Field(gt=0, le=MONTH_SECONDS)] = 900
    prompt_max_length: Annotated[int, Field(gt=0, le=32_000)] = 1000
    prompt_blocked_patterns: Patterns = DEFAULT_BLOCKED  # regular expressions, one a line

    # limits of one person
    images_per_hour: Images = 10
    images_per_day: Images = 50
    images_per_month: Images = None
    hourly_cost_limit: Dollars = None
    daily_cost_limit: Dollars = Decimal(10)
    monthly_cost_limit: Dollars = None

    # limits of everybody together
    global_images_per_hour: Images = None
    global_images_per_day: Images = None
    global_images_per_month: Images = None
    global_hourly_cost_limit: Dollars = None
    global_daily_cost_limit: Dollars = None
    global_monthly_cost_limit: Dollars = None

    # the server
    data_dir: Path = Path("data")
    lease_seconds: Annotated[int, Field(ge=5, le=3600)] = 15
    valkey_url: Annotated[Secret, AfterValidator(_valkey)] = None
    database_url: DatabaseUrl = None
    public_url: Url = None
    auth: Literal["none", "google", "oidc"] = "none"
    cors_origins: Origins = ()
    secret_key: Secret = None

    # sign-in
    google_client_id: Text = None
    google_client_secret: Key = None
    google_tokeninfo_url: Url = None  # None: Google's own
    google_jwks_url: Url = None
    oidc_issuer: Annotated[Text, AfterValidator(_issuer)] = None
    oidc_client_id: Text = None
    oidc_client_secret: Key = None
    allowed_users: Names = ()
    allowed_domains: Names = ()
    operators: Names = ()
    session_idle_seconds: Annotated[int, Field(ge=300, le=YEAR_SECONDS)] = 7 * 86_400
    session_max_seconds: Annotated[int, Field(ge=300, le=YEAR_SECONDS)] = MONTH_SECONDS

    @property
    def database(self) -> str:
        """The address of the database; it may hold a password."""
        given = self.database_url
        return given.get_secret_value() if given else f"sqlite:///{self.data_dir / 'aquatint.db'}"

    @property
    def valkey(self) -> str | None:
        """The address of the shared Valkey; None: breakers are kept in the database."""
        return self.valkey_url.get_secret_value() if self.valkey_url else None

    @property
    def chat(self) -> "ChatServer | None":
        """The chat server, OpenAI's when only its key is given; None: quotes without a chat."""
        key = self.chat_api_key or (None if self.chat_base_url else self.openai_api_key)
        if not self.chat_base_url and key is None:
            return None
        return ChatServer(
            base_url=self.chat_base_url or self.openai_base_url,
            api_key=key,
            models=self.chat_models or (self.chat_model or "gpt-5.4-mini",),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatServer:
    """An OpenAI-compatible chat server, and the names of its models that may be used."""

    base_url: str
    api_key: SecretStr | None
    models: tuple[str, ...]


def named_variable(name: str) -> str | None:
    """A variable that another file names, from the environment or `.env`; None when unset."""
    return os.environ.get(name) or dotenv_values(".env").get(name) or None


def secrets_of(settings: Settings) -> list[str]:
    """The value of every secret that is set, to be hidden wherever text leaves the process."""
    values = (getattr(settings, name) for name in Settings.model_fields)
    secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    passwords = (urlsplit(url).password for url in (settings.database, settings.valkey or ""))
    return [*secrets, *(password for password in passwords if password)]


def load_settings(**overrides: object) -> Settings:
    """Read the settings; raises SettingsError with one clear line for the first bad one."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks each value
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env: cannot be read: {error}") from None
