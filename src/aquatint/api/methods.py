"""Which methods a path knows: what a 405 says in `Allow`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path

if TYPE_CHECKING:
    import re


class Methods:
    """Of all routes; the router itself would name those of the first that has the path."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._known: list[tuple[re.Pattern[str], set[str]]] = [
            (compile_path(route.path)[0], set(route.methods))
            for route in iter_route_contexts(routes)
            if route.path and route.methods
        ]

    def allow(self, path: str) -> str:
        """``GET, HEAD, POST``."""
        found = (methods for pattern, methods in self._known if pattern.match(path))
        return ", ".join(sorted(set().union(*found)))
