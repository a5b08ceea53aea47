"""What every test may ask for, and the rule that CI skips nothing."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from aquatint.db.engine import Database, Tx
from aquatint.db.migrate import migrate_sqlite
from aquatint.db.opening import open_database, transaction
from aquatint.db.sqlite import connect
from tests.support import canaries
from tests.support.postgres import HINT, PostgresServer, postgres_server, programs
from tests.support.valkey import ValkeyServer, valkey_server

_SKIPPED: list[str] = []
_BUNDLE = Path(__file__).parents[1] / "src/aquatint/static"
_CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; a test that asks for it carries the marker `browser`."""
    path = _chromium()
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """The one Chromium of the session; a test opens a context or page of its own in it."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium, args=list(_CHROMIUM_ARGUMENTS)
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole session."""
    binaries = programs()
    if binaries is None:
        pytest.skip(HINT)
    with postgres_server(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new database of either kind; what asks for it runs on both."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database(template=server.migrated()) as url:
        yield url


@pytest.fixture
async def db(database: str) -> AsyncIterator[Database]:
    """A new database of either kind, open."""
    opened = open_database(database)
    yield opened
    await opened.close()


@pytest.fixture
def tx(database: str) -> Iterator[Tx]:
    """A writing transaction on a new database of either kind."""
    if database.startswith("sqlite"):
        with closing(connect(Path(database.removeprefix("sqlite:///")))) as connection:
            migrate_sqlite(connection)
    with transaction(database, write=True) as opened:
        yield opened


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    """An empty server; it may be killed and started again."""
    with valkey_server(tmp_path) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After the last test, no log, database or other file made by tests holds a secret."""
    yield
    found = list(canaries.in_folders((tmp_path_factory.getbasetemp(), _BUNDLE)))
    if found:
        pytest.fail("secrets were written:\n" + "\n".join(found), pytrace=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Last, because Playwright's own event loop stays in the thread and asyncio tests need it free.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if _chromium() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium: apt-get install chromium"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _SKIPPED.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") == "true" and _SKIPPED:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") == "true" and _SKIPPED:
        terminalreporter.write_line(f"CI=true, and {len(_SKIPPED)} tests were skipped", red=True)
