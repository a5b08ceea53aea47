"""The routes under /openai/v1."""

from starlette.responses import Response
from starlette.routing import Route

from aquatint_simulator.call import route
from aquatint_simulator.openai import errors
from aquatint_simulator.openai.call import Call, Handler
from aquatint_simulator.openai.chat import complete
from aquatint_simulator.openai.images import edit, generate, vary
from aquatint_simulator.openai.listing import list_models, show_model
from aquatint_simulator.openai.moderations import moderate
from aquatint_simulator.openai.uploads import (
    delete_file,
    fetch_file,
    list_files,
    show_file,
    upload_file,
)
from aquatint_simulator.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_ROUTES: dict[str, dict[str, Handler]] = {
    "/openai/v1/images/generations": {"POST": generate},
    "/openai/v1/images/edits": {"POST": edit},
    "/openai/v1/images/variations": {"POST": vary},
    "/openai/v1/files": {"POST": upload_file, "GET": list_files},
    "/openai/v1/files/{id}": {"GET": show_file, "DELETE": delete_file},
    "/openai/v1/files/{id}/content": {"GET": fetch_file},
    "/openai/v1/chat/completions": {"POST": complete},
    "/openai/v1/moderations": {"POST": moderate},
    "/openai/v1/models": {"GET": list_models},
    "/openai/v1/models/{model}": {"GET": show_model},
}


def openai_routes(world: World) -> list[Route]:
    """Every route, and an answer in OpenAI's shape for whatever is none."""
    routes = [
        Route(path, route(world, Call, _by_method(handlers)), methods=_METHODS)
        for path, handlers in _ROUTES.items()
    ]
    return [*routes, Route("/openai/{rest:path}", route(world, Call, _nowhere), methods=_METHODS)]


def _by_method(handlers: dict[str, Handler]) -> Handler:
    async def choose(call: Call) -> Response:
        handler = handlers.get(call.request.method)
        if handler is None:
            raise errors.no_such_method(call.request.method, _public(call))
        return await handler(call)

    return choose


async def _nowhere(call: Call) -> Response:
    raise errors.no_such_url(call.request.method, _public(call))


def _public(call: Call) -> str:
    """The path as OpenAI's own server knows it."""
    return call.path.removeprefix("/openai")
