"""The routes under /together."""

from starlette.responses import Response
from starlette.routing import Route

from aquatint_simulator.call import after_work, indented, route
from aquatint_simulator.dated import holds
from aquatint_simulator.together import errors
from aquatint_simulator.together.call import Call, before_work
from aquatint_simulator.together.images import follow, generate
from aquatint_simulator.together.models import table
from aquatint_simulator.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def together_routes(world: World) -> list[Route]:
    """Every route, and an answer in Together's shape for whatever is none."""
    return [
        Route("/together/shrt/{name}", follow),
        Route("/together/v1/images/generations", route(world, Call, generate), methods=["POST"]),
        Route("/together/v1/models", route(world, Call, _list_models)),
        Route("/together/{rest:path}", route(world, Call, _nowhere), methods=_METHODS),
    ]


async def _list_models(call: Call) -> Response:
    """A bare list, of the models that answer on the day."""
    early = before_work(fault := call.fault(), "")
    if early is not None:
        return early
    alive = [model.shown() for model in table().values() if holds(model, call.world.today)]
    whole = Response(indented(alive), headers=call.headers(), media_type="application/json")
    return after_work(fault, whole)


async def _nowhere(call: Call) -> Response:
    raise errors.no_such_url(call.request.method, call.path.removeprefix("/together"))
