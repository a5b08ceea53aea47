"""What the environment may say, and the one line for what it may not."""

from decimal import Decimal
from pathlib import Path

import pytest

from aquatint.settings import Settings, SettingsError, load_settings, secrets_of


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> object:
    """What becomes of one variable."""
    monkeypatch.setenv(name, value)
    return getattr(load_settings(), name.lower())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_API_KEY", "sk abc"),
        ("OPENAI_API_KEY", "sk-ключ"),
        ("GEMINI_API_KEY", "line\nbreak"),
        ("CHAT_API_KEY", "sk\tabc"),
        ("OPENAI_BASE_URL", "ftp://host"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "postgresql://[::1/name"),
        ("OPENAI_BASE_URL", "http://"),
        ("OPENAI_BASE_URL", "http://[::1"),
        ("OPENAI_BASE_URL", "http://host:99999"),
        ("CHAT_BASE_URL", "https:///v1"),
        ("CHAT_BASE_URL", "http://a host/v1"),
        ("PUBLIC_URL", "https://:8080"),
        ("PUBLIC_URL", "https://host/?a=b"),
        ("ATTEMPT_TIMEOUT_SECONDS", "inf"),
        ("ATTEMPT_TIMEOUT_SECONDS", "0"),
        ("CIRCUIT_BREAKER_FAILURE_THRESHOLD", "1001"),
        ("CIRCUIT_BREAKER_SUCCESS_THRESHOLD", "1001"),
        ("CIRCUIT_BREAKER_FAILURE_WINDOW_MS", "86400001"),
        ("CIRCUIT_BREAKER_TIMEOUT_MS", "86400001"),
        ("CIRCUIT_BREAKER_FAILURE_RATE", "nan"),
        ("CHAT_PRICE_INPUT", "-5"),
        ("CHAT_PRICE_OUTPUT", "1e30"),
        ("IMAGES_PER_HOUR", "99999999999999999999"),
        ("IMAGES_PER_DAY", "-1"),
        ("DAILY_COST_LIMIT", "1e30"),
        ("DAILY_COST_LIMIT", "Infinity"),
        ("QUOTE_TTL_SECONDS", "2592001"),
        ("PROMPT_BLOCKED_PATTERNS", "fine\n("),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "null"),
        ("CORS_ORIGINS", "https://host/path"),
        ("CORS_ORIGINS", "https://host:99999"),
        ("CORS_ORIGINS", "studio.example"),
    ],
)
def test_a_bad_value_is_one_line_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        said(monkeypatch, name, value)
    line = str(caught.value)
    assert line.startswith(f"{name}: ")
    assert "\n" not in line


def test_a_key_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        said(monkeypatch, "OPENAI_API_KEY", "sk-secret and more")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("QUOTE_TTL_SECONDS", "2592000", 2_592_000),
        ("CIRCUIT_BREAKER_FAILURE_THRESHOLD", "1000", 1000),
        ("CIRCUIT_BREAKER_TIMEOUT_MS", "86400000", 86_400_000),
        ("CIRCUIT_BREAKER_FAILURE_RATE", "0", 0.0),
        ("IMAGES_PER_HOUR", "off", None),
        ("IMAGES_PER_DAY", "0", 0),
        ("DAILY_COST_LIMIT", "0.50", Decimal("0.50")),
        ("CHAT_PRICE_INPUT", "0", Decimal(0)),
        ("CHAT_PRICE_INPUT", "", None),
        ("CATALOG_AS_OF", "", None),
        ("OPENAI_API_KEY", " ", None),
        ("PUBLIC_URL", "https://host.example:8443/base/", "https://host.example:8443/base"),
        ("CHAT_BASE_URL", "http://[::1]:11434/v1", "http://[::1]:11434/v1"),
        ("PROMPT_BLOCKED_PATTERNS", "a b\n\nc", ("a b", "c")),
        ("CORS_ORIGINS", "", ()),
    ],
)
def test_a_good_value_means_what_it_says(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, meant: object
) -> None:
    assert said(monkeypatch, name, value) == meant


def test_origins_are_kept_as_browsers_send_them(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "HTTPS://Studio.Example:443/, http://[::1]:8080, https://studio.example, tauri://app"
    assert said(monkeypatch, "CORS_ORIGINS", given) == (
        "https://studio.example",
        "http://[::1]:8080",
        "tauri://app",
    )


def test_what_the_command_line_says_is_no_setting() -> None:
    assert {"insecure", "demo"}.isdisjoint(Settings.model_fields)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env: "):
        load_settings()


def test_the_database_is_a_file_in_the_data_folder_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATA_DIR", "here")
    assert load_settings().database == "sqlite:///here/aquatint.db"
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:canary-word@host/books")
    settings = load_settings()
    assert settings.database == "postgresql://me:canary-word@host/books"
    assert "canary-word" in secrets_of(settings)
    assert "canary" not in repr(settings)


@pytest.mark.parametrize("url", ["http://host", "valkey://", "redis://h/a", "redis://h?x=1"])
def test_an_address_of_valkey_that_cannot_be_is_named_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="VALKEY_URL"):
        load_settings(valkey_url=url)


def test_the_password_of_valkey_is_a_secret() -> None:
    settings = load_settings(valkey_url="valkeys://:canary-word@host:6380/1")
    assert settings.valkey == "valkeys://:canary-word@host:6380/1"
    assert "canary-word" in secrets_of(settings)
