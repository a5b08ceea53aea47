"""The simulator as an ASGI application."""

from datetime import date
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aquatint_simulator.control import control_routes
from aquatint_simulator.gemini.routes import gemini_routes
from aquatint_simulator.openai.routes import openai_routes
from aquatint_simulator.page import page_routes
from aquatint_simulator.replicate.routes import replicate_routes
from aquatint_simulator.together.routes import together_routes
from aquatint_simulator.wire import KeepTransport
from aquatint_simulator.world import World


def create_app(as_of: date | None = None, seed: str | None = None) -> ASGIApp:
    """All providers, the control routes and their page, with a memory of their own.

    With `as_of` it serves and bills what that day had; without, every model it knows. With `seed`
    the same requests get the same ids. Faults of the wire need uvicorn underneath.
    """
    world = World(as_of, seed)
    routes = [
        *control_routes(),
        *page_routes(),
        *openai_routes(world),
        *together_routes(world),
        *replicate_routes(world),
        *gemini_routes(world),
    ]
    app = Starlette(routes=routes)
    app.state.world = world
    return KeepTransport(_Dated(app, world))


class _Dated:
    """Puts the date of the simulator's clock on every answer."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app, self._world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = formatdate(self._world.clock.now(), usegmt=True)
                message["headers"] = [*message["headers"], (b"date", told.encode())]
            await send(message)

        await self._app(scope, receive, dated)
