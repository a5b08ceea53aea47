"""The simulator as an ASGI application."""

from datetime import date

from starlette.applications import Starlette
from starlette.types import ASGIApp

from aquatint_simulator.control import control_routes
from aquatint_simulator.gemini.routes import gemini_routes
from aquatint_simulator.openai.routes import openai_routes
from aquatint_simulator.replicate.routes import replicate_routes
from aquatint_simulator.together.routes import together_routes
from aquatint_simulator.wire import KeepTransport
from aquatint_simulator.world import World


def create_app(as_of: date | None = None) -> ASGIApp:
    """All providers and the control routes, with a memory of their own.

    With `as_of` it serves and bills what that day had; without, every model it knows.
    Faults of the wire need uvicorn underneath.
    """
    world = World(as_of)
    routes = [
        *control_routes(),
        *openai_routes(world),
        *together_routes(world),
        *replicate_routes(world),
        *gemini_routes(world),
    ]
    app = Starlette(routes=routes)
    app.state.world = world
    return KeepTransport(app)
