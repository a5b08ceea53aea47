"""The routes under /gemini/v1beta."""

from starlette.responses import Response
from starlette.routing import Route

from aquatint_simulator.call import after_work, route
from aquatint_simulator.dated import holds
from aquatint_simulator.gemini import errors, uploads
from aquatint_simulator.gemini.call import Call, before_work
from aquatint_simulator.gemini.content import generate
from aquatint_simulator.gemini.imagen import predict
from aquatint_simulator.gemini.models import Model, find, shown, table
from aquatint_simulator.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_CONTENT = ("generateContent", "streamGenerateContent")


def gemini_routes(world: World) -> list[Route]:
    """Every route, and an answer in Google's shape for whatever is none."""
    models = "/gemini/v1beta/models"
    return [
        Route(models, route(world, Call, _list_models)),
        Route(f"{models}/{{name}}", route(world, Call, _show_model)),
        Route(f"{models}/{{name}}", route(world, Call, _ask), methods=["POST"]),
        Route("/gemini/upload/v1beta/files", route(world, Call, _upload), methods=["POST"]),
        Route("/gemini/v1beta/files", route(world, Call, uploads.list_files)),
        Route("/gemini/v1beta/files/{name}", route(world, Call, uploads.show_file)),
        Route(
            "/gemini/v1beta/files/{name}",
            route(world, Call, uploads.delete_file),
            methods=["DELETE"],
        ),
        Route("/gemini/{rest:path}", route(world, Call, _nowhere), methods=_METHODS),
    ]


async def _upload(call: Call) -> Response:
    """The first step of an upload, or with an id one of the next."""
    began = "upload_id" in call.request.query_params
    return await (uploads.take_bytes(call) if began else uploads.begin_upload(call))


async def _ask(call: Call) -> Response:
    """POST /models/{model}:{method}"""
    name, _, method = call.request.path_params["name"].partition(":")
    model = find(name, call.world.today)
    if isinstance(model, Model) and method in _CONTENT:
        return await generate(call, model)
    if model is not None and not isinstance(model, Model) and method == "predict":
        return await predict(call, model)
    raise errors.no_such_model(name, method or "generateContent")


async def _list_models(call: Call) -> Response:
    early = before_work(fault := call.fault(), "", "generateContent")
    alive = [shown(model) for model in table().values() if holds(model, call.world.today)]
    return early or after_work(fault, call.answer({"models": alive}))


async def _show_model(call: Call) -> Response:
    name = call.request.path_params["name"]
    early = before_work(fault := call.fault(), name, "generateContent")
    model = find(name, call.world.today)
    if model is None:
        raise errors.no_such_model(name, "generateContent")
    return early or after_work(fault, call.answer(shown(model)))


async def _nowhere(_call: Call) -> Response:
    raise errors.no_such_url()
