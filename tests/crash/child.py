"""`python -m tests.crash.child POINT SIGNAL serve …`: the gateway, which signals itself there.

The product knows nothing of it: one function is wrapped from outside before the program starts.
"""

import functools
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import aiohttp

import aquatint.container
from aquatint.cli import app
from aquatint.db import migrate
from aquatint.generations import attempt, keeping
from aquatint.generations.attempt import Attempts
from aquatint.generations.pickup import Pickup
from aquatint.generations.service import Generations
from aquatint.ledger import service as ledger
from aquatint.library import blobs
from aquatint.providers import registry
from aquatint.providers.base import Pending

Fire = Callable[[], None]
AsyncFunction = Callable[..., Awaitable[Any]]


def before(owner: Any, name: str, fire: Fire) -> None:
    """Fire when `owner.name` is called, then call it."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        fire()
        return original(*arguments, **named)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, fire: Fire) -> None:
    """Fire when `owner.name` has returned."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        fire()
        return result

    setattr(owner, name, wrapped)


def after_awaiting(
    owner: Any, name: str, fire: Fire, when: Callable[[Any], bool] = lambda _: True
) -> None:
    """Fire when `owner.name` was awaited, if its result is such."""
    original: AsyncFunction = getattr(owner, name)

    @functools.wraps(original)
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        result = await original(*arguments, **named)
        if when(result):
            fire()
        return result

    setattr(owner, name, wrapped)


def around_providers(change: Callable[[Any], None]) -> None:
    """Change every provider that the gateway builds."""
    original = registry.build

    def build(*arguments: Any, **named: Any) -> Mapping[str, Any]:
        made = original(*arguments, **named)
        for provider in made.values():
            change(provider)
        return made

    setattr(aquatint.container, "build", build)  # noqa: B010  # a name it only imports


def half_an_image(fire: Fire) -> None:
    writer = blobs._Writer
    original = writer._append

    def append(self: Any, data: bytes) -> None:
        original(self, data[: len(data) // 2])
        self._file.flush()
        fire()
        original(self, data[len(data) // 2 :])

    writer._append = append  # type: ignore[method-assign]


def within_a_migration(fire: Fire) -> None:
    """After its first statement, where statements are run one by one, else before the last."""
    original = migrate.bring_up_to_date
    statements = migrate._statements

    def some(script: str) -> Iterable[str]:
        for number, statement in enumerate(statements(script)):
            if number == 1:
                fire()
            yield statement

    def bring_up_to_date(tx: Any, dialect: Any) -> None:
        original(tx, dialect)
        fire()

    migrate._statements = some
    migrate.bring_up_to_date = bring_up_to_date


def images_asked_for(response: Any) -> bool:
    return response.method == "POST" and "/images/" in str(response.url)


POINTS: dict[str, Callable[[Fire], None]] = {
    "CRA-1": lambda fire: before(Generations, "confirm", fire),
    "CRA-2": lambda fire: after(ledger, "reserve", fire),
    "CRA-3": lambda fire: before(Generations, "_start", fire),
    "CRA-4": lambda fire: around_providers(lambda each: before(each, "start", fire)),
    "CRA-6": lambda fire: around_providers(
        lambda each: after_awaiting(each, "start", fire, lambda got: isinstance(got, Pending))
    ),
    "CRA-7": lambda fire: before(attempt, "watch", fire),
    "CRA-8": lambda fire: after_awaiting(aiohttp.ClientResponse, "start", fire, images_asked_for),
    "CRA-9": half_an_image,
    "CRA-10": lambda fire: after_awaiting(blobs._Writer, "finish", fire),
    "CRA-11": lambda fire: after_awaiting(keeping, "take_in", fire),
    "CRA-12": lambda fire: after_awaiting(Attempts, "_complete", fire),
    "CRA-13": lambda fire: before(Pickup, "_end", fire),
    "CRA-14": within_a_migration,
}


def main() -> None:
    point, how, *arguments = sys.argv[1:]
    number = signal.Signals[f"SIG{how}"]
    fired: list[bool] = []

    def fire() -> None:
        if not fired:
            fired.append(True)
            os.kill(os.getpid(), number)

    POINTS[point](fire)
    sys.argv = ["aquatint", *arguments]
    app()


if __name__ == "__main__":
    main()
