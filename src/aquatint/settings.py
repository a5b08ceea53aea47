"""Every setting, read once from the environment and `.env`; the only reader of either."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from aquatint.money import Micro, from_usd


class SettingsError(Exception):
    """A setting that cannot be used; the message names it."""


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


Secret = Annotated[SecretStr | None, BeforeValidator(_blank)]
Text = Annotated[str | None, BeforeValidator(_blank)]
Limit = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_off)]
CommaList = Annotated[tuple[str, ...], NoDecode, _split(",")]
LineList = Annotated[tuple[str, ...], NoDecode, _split("\n")]

DEFAULT_BLOCKED = (r"eval\(", r"exec\(", r"<script>")
OPENAI_BASE_URL = "https://api.openai.com/v1"


class Settings(BaseSettings):
    """Names are the environment's, in lower case. Limits take `off` for none."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    # providers
    openai_api_key: Secret = None
    together_api_key: Secret = None
    replicate_api_token: Secret = None
    gemini_api_key: Secret = None
    enable_image_generation_openai: bool = True
    enable_image_generation_together: bool = True
    enable_image_generation_replicate: bool = True
    enable_image_generation_gemini: bool = True
    openai_base_url: str = OPENAI_BASE_URL
    together_base_url: Text = None  # None: the provider's own
    replicate_base_url: Text = None
    gemini_base_url: Text = None
    attempt_timeout_seconds: Annotated[float | None, Field(gt=0)] = None

    # circuit breaker
    circuit_breaker_failure_threshold: Annotated[int, Field(ge=1)] = 5
    circuit_breaker_failure_window_ms: Annotated[int, Field(ge=1)] = 600_000
    circuit_breaker_timeout_ms: Annotated[int, Field(ge=1)] = 600_000
    circuit_breaker_success_threshold: Annotated[int, Field(ge=1)] = 1
    circuit_breaker_failure_rate: Annotated[float, Field(ge=0, le=1)] = 0.5

    # chat
    chat_base_url: Text = None
    chat_api_key: Secret = None
    chat_model: Text = None
    chat_price_input: Decimal | None = None  # dollars per million tokens
    chat_price_output: Decimal | None = None

    # catalog and quotes
    catalog_as_of: date | None = None
    quote_ttl_seconds: Annotated[int, Field(gt=0)] = 900
    prompt_max_length: Annotated[int, Field(gt=0, le=32_000)] = 1000
    prompt_blocked_patterns: LineList = DEFAULT_BLOCKED  # regular expressions, one a line

    # limits of one person
    images_per_hour: Limit = 10
    images_per_day: Limit = 50
    daily_cost_limit: Annotated[Annotated[Decimal, Field(ge=0)] | None, BeforeValidator(_off)] = (
        Decimal(10)
    )

    # the server
    data_dir: Path = Path("data")
    public_url: Text = None
    auth: Literal["none"] = "none"
    cors_origins: CommaList = ()
    secret_key: Secret = None

    # set by the command line only
    insecure: bool = Field(default=False, validation_alias=AliasChoices("insecure"))
    demo: bool = Field(default=False, validation_alias=AliasChoices("demo"))

    @field_validator(
        "openai_base_url",
        "together_base_url",
        "replicate_base_url",
        "gemini_base_url",
        "chat_base_url",
        "public_url",
    )
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/") if value else value

    @property
    def daily_budget(self) -> Micro | None:
        """The money limit of one person and day in micro-dollars."""
        return None if self.daily_cost_limit is None else from_usd(self.daily_cost_limit)

    @property
    def chat(self) -> "ChatServer | None":
        """The chat server, OpenAI's when only its key is given; None: quotes without a chat."""
        key = self.chat_api_key or (None if self.chat_base_url else self.openai_api_key)
        if not self.chat_base_url and key is None:
            return None
        return ChatServer(
            base_url=self.chat_base_url or self.openai_base_url,
            api_key=key,
            model=self.chat_model or "gpt-5.4-mini",
        )


class ChatServer:
    """An OpenAI-compatible chat server."""

    def __init__(self, *, base_url: str, api_key: SecretStr | None, model: str) -> None:
        self.base_url, self.api_key, self.model = base_url, api_key, model


def load_settings(**overrides: object) -> Settings:
    """Read the settings; raises SettingsError with one clear line for the first bad one."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks each value
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {first['msg']}") from None
