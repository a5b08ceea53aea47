"""What `aquatint doctor` looks at: each check tells what it found, and changes nothing."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from aquatint.settings import Settings, SettingsError

_MIB = 2**20
_LITTLE_ROOM = 1024 * _MIB  # bytes
_NO_ROOM = 100 * _MIB


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; `remedy` says what to do, empty when all is well."""

    level: Level
    what: str
    told: str
    remedy: str = ""

    def without(self, secrets: Iterable[str]) -> "Finding":
        """The same with nothing secret in it."""
        told = self.told
        for secret in secrets:
            told = told.replace(secret, "[hidden]")
        return replace(self, told=told)


def check_folder(settings: Settings) -> Iterator[Finding]:
    """The data folder: there, writable, with room."""
    folder = settings.data_dir
    yield _writable(folder)
    above = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    yield _room(shutil.disk_usage(above).free)
    yield _clock(datetime.now(UTC))


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Stores, keys, the studio: what the settings name."""
    for check in (_database, _secret_key, _sign_in, _moderation, _valkey, _providers, _chat):
        yield from _told(check, settings)
    yield _studio()


def _told(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    """What `check` finds; a setting that cannot be used is one of them."""
    try:
        yield from check(settings)
    except SettingsError as error:
        yield Finding(Level.FAIL, "settings", str(error), "mend it in the environment or in .env")


def _writable(folder: Path) -> Finding:
    if not folder.exists():
        return Finding(Level.WARN, "data folder", f"{folder} is not there yet", _FIRST_START)
    if not folder.is_dir():
        remedy = "name a folder with DATA_DIR or --data-dir"
        return Finding(Level.FAIL, "data folder", f"{folder} is a file", remedy)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
        images = folder / "images"
        if images.exists() and not os.access(images, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied", str(images))
    except OSError as error:
        told = f"{error.filename or folder}: {error.strerror}"
        return Finding(Level.FAIL, "data folder", told, "give it to the user who runs the gateway")
    return Finding(Level.OK, "data folder", f"{folder} can be written to")


_FIRST_START = "the first `aquatint serve` makes it"


def _room(free: int) -> Finding:
    level = Level.FAIL if free < _NO_ROOM else Level.WARN if free < _LITTLE_ROOM else Level.OK
    remedy = "" if level is Level.OK else "make room: a picture that is paid for needs a place"
    return Finding(level, "disk", f"{free // _MIB} MiB are free", remedy)


def _clock(now: datetime) -> Finding:
    """Prices and days follow the clock; it cannot be before the catalog was written."""
    from aquatint.catalog.files import read  # noqa: PLC0415  # pydantic is slow to import

    written = max(row.checked for row in read().rows.values())
    told = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now.date() < written:
        remedy = f"set the clock: the catalog is of {written}"
        return Finding(Level.FAIL, "clock", told, remedy)
    return Finding(Level.OK, "clock", told)


def _database(settings: Settings) -> Iterator[Finding]:
    from aquatint.db.migrate import DatabaseTooOld  # noqa: PLC0415  # slow to import
    from aquatint.db.opening import (  # noqa: PLC0415  # as above
        DatabaseMissing,
        DatabaseUnusable,
        shown,
        transaction,
    )

    what = "database"
    try:
        with transaction(settings.database):
            yield Finding(Level.OK, what, f"{shown(settings.database)}, its schema up to date")
    except DatabaseMissing as error:
        yield Finding(Level.WARN, what, str(error), _FIRST_START)
    except DatabaseUnusable as error:
        if isinstance(error.__cause__, DatabaseTooOld):
            yield Finding(Level.WARN, what, str(error), "the next `aquatint serve` mends it")
        else:
            yield Finding(Level.FAIL, what, str(error), "look at DATABASE_URL and its server")


def _secret_key(settings: Settings) -> Iterator[Finding]:
    from aquatint.container.folder import open_signer  # noqa: PLC0415  # slow to import

    if settings.secret_key is None and not (settings.data_dir / "secret.key").exists():
        yield Finding(Level.WARN, "secret key", "there is none yet", _FIRST_START)
        return
    open_signer(settings)
    yield Finding(Level.OK, "secret key", "it can be used")


def _sign_in(settings: Settings) -> Iterator[Finding]:
    from aquatint.container.sign_in import sign_in_of  # noqa: PLC0415  # slow to import

    sign_in_of(settings)
    unused = [name.upper() for name in _OF_SIGN_IN if getattr(settings, name)]
    if settings.auth != "none":
        yield Finding(Level.OK, "sign-in", settings.auth)
    elif unused:
        told = f"nobody signs in, so that these mean nothing: {', '.join(unused)}"
        yield Finding(Level.WARN, "sign-in", told, "set AUTH to google or oidc")
    else:
        remedy = "only this machine is served; AUTH lets others in"
        yield Finding(Level.OK, "sign-in", "nobody signs in", remedy)


_OF_SIGN_IN = ("google_client_id", "oidc_issuer", "allowed_users", "allowed_domains", "operators")


def _moderation(settings: Settings) -> Iterator[Finding]:
    from aquatint.container.moderation import mode_of  # noqa: PLC0415  # slow to import

    mode = mode_of(settings)
    remedy = "MODERATION=local checks prompts without a key" if mode == "off" else ""
    yield Finding(Level.WARN if mode == "off" else Level.OK, "moderation", mode, remedy)


def _valkey(settings: Settings) -> Iterator[Finding]:
    if settings.valkey is None:
        return
    from aquatint.container.conditions import look  # noqa: PLC0415  # slow to import

    look(settings)
    yield Finding(Level.OK, "valkey", "it answers")


def _providers(settings: Settings) -> Iterator[Finding]:
    from aquatint.container.conditions import look  # noqa: PLC0415  # slow to import
    from aquatint.container.servers import provider_configs  # noqa: PLC0415  # as above
    from aquatint.db.opening import DatabaseUnusable  # noqa: PLC0415  # as above
    from aquatint.resilience.availability import availability  # noqa: PLC0415  # as above

    configs = provider_configs(settings)
    try:
        seen = look(settings)
        states = availability(configs, seen, seen.taken_at)
    except DatabaseUnusable:  # told already; the keys can be looked at without it
        states = availability(configs)
    for name, state in states.items():
        level = Level.OK if state.available else Level.WARN
        yield Finding(level, name, state.reason, _remedy(name, state.code))
    if not any(config.usable for config in configs):
        remedy = "put a provider's key into .env, or try `aquatint demo`"
        yield Finding(Level.FAIL, "providers", "none of them can be asked", remedy)


def _remedy(name: str, code: str) -> str:
    remedies = {
        "no_key": "put its key into .env if you want to use it",
        "breaker_open": f"find out why it failed; `aquatint providers reset {name}` tries again",
        "cooling_down": f"wait; `aquatint providers reset {name}` asks it again at once",
    }
    return remedies.get(code, "")


def _chat(settings: Settings) -> Iterator[Finding]:
    if settings.chat is None:
        told = "no chat server: the studio quotes and generates from the composer alone"
        yield Finding(Level.WARN, "chat", told, "set CHAT_BASE_URL, or OPENAI_API_KEY")
        return
    yield Finding(Level.OK, "chat", f"{settings.chat.models[0]} at {settings.chat.base_url}")


def _studio() -> Finding:
    page = Path(__file__).parent.parent / "static" / "index.html"
    if page.is_file():
        return Finding(Level.OK, "studio", "it is built")
    return Finding(Level.WARN, "studio", "it is not built", "run `make setup`")
