"""Every setting, read once from the environment and `.env`; the only reader of either."""

import os
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from aquatint.setting_types import (
    MONTH_SECONDS,
    OFF,
    YEAR_SECONDS,
    BaseUrl,
    Calls,
    DatabaseUrl,
    Dollars,
    File,
    Images,
    Issuer,
    Key,
    Names,
    Networks,
    Origins,
    Patterns,
    Rate,
    Secret,
    Text,
    TokenPrice,
    UpToADay,
    Url,
    ValkeyUrl,
    blank,
)


class SettingsError(Exception):
    """A setting that cannot be used; the message names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """What only the command line says, for no variable may lift a protection unnoticed."""

    insecure: bool = False  # serve other hosts without sign-in
    demo: bool = False


SERVED = Launch()


DEFAULT_BLOCKED = (r"eval\(", r"exec\(", r"<script>")
REQUESTS, STREAMS = 600, 100
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
    openai_base_url: BaseUrl = OPENAI_BASE_URL
    together_base_url: Url = None  # None: the provider's own
    replicate_base_url: Url = None
    gemini_base_url: Url = None
    replicate_webhooks: Literal["auto", "on", "off"] = "auto"
    replicate_webhook_secret: Secret = None
    providers_file: File = None
    read_shutdown_dates: bool = True
    attempt_timeout_seconds: Annotated[
        Annotated[float, Field(gt=0, le=3600)] | None, BeforeValidator(blank)
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
    catalog_as_of: Annotated[date | None, BeforeValidator(blank)] = None
    quote_ttl_seconds: Annotated[int, Field(gt=0, le=MONTH_SECONDS)] = 900
    prompt_max_length: Annotated[int, Field(gt=0, le=32_000)] = 1000
    prompt_blocked_patterns: Patterns = DEFAULT_BLOCKED  # regular expressions, one a line
    moderation: Annotated[Literal["openai", "local", "off"] | None, BeforeValidator(blank)] = None
    moderation_words_file: File = None

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

    # provenance
    provenance: Literal["download", "always", "off"] = "download"
    provenance_prompt: bool = False
    c2pa_certificate: File = None
    c2pa_private_key: File = None
    c2pa_timestamp_url: Url = None

    # the server
    data_dir: Path = Path("data")
    lease_seconds: Annotated[int, Field(ge=5, le=3600)] = 15
    valkey_url: ValkeyUrl = None
    database_url: DatabaseUrl = None
    public_url: Url = None
    auth: Literal["none", "google", "oidc"] = "none"
    cors_origins: Origins = ()
    secret_key: Secret = None
    trusted_proxies: Networks = ()
    requests_per_minute: Rate = None
    streams_per_caller: Rate = None

    # sign-in
    google_client_id: Text = None
    google_client_secret: Key = None
    google_tokeninfo_url: Url = None  # None: Google's own
    google_jwks_url: Url = None
    oidc_issuer: Issuer = None
    oidc_client_id: Text = None
    oidc_client_secret: Key = None
    oidc_name: Text = None  # None: its host
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
    def pace(self) -> int | None:
        """Requests of one caller in a minute; None: any number."""
        return self._rate(self.requests_per_minute, REQUESTS)

    @property
    def streams(self) -> int | None:
        """Streams of one caller at a time; None: any number."""
        return self._rate(self.streams_per_caller, STREAMS)

    def _rate(self, given: int | None, usual: int) -> int | None:
        if given is None:  # without sign-in there is one user, on this machine
            return None if self.auth == "none" else usual
        return None if given == OFF else given

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
