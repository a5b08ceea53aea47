"""GET /models and /models/{id}, with the shutdown dates that OpenAI announces there."""

from starlette.responses import Response

from aquatint_simulator.call import after_work
from aquatint_simulator.openai import errors
from aquatint_simulator.openai.call import Call, before_work
from aquatint_simulator.openai.models import find, table

_CHAT_MODEL = {
    "id": "sim-chat",
    "object": "model",
    "created": 1767225600,
    "owned_by": "aquatint-simulator",
    "shutdown_date": None,
}


async def list_models(call: Call) -> Response:
    early = before_work(call, fault := call.fault(), model="")
    if early is not None:
        return early
    alive = [model.shown(name) for name, model in table().items() if model.alive(call.world.today)]
    return after_work(fault, call.answer({"object": "list", "data": [*alive, _CHAT_MODEL]}))


async def show_model(call: Call) -> Response:
    name = call.request.path_params["model"]
    early = before_work(call, fault := call.fault(), model=name)
    if early is not None:
        return early
    if name == _CHAT_MODEL["id"]:
        return after_work(fault, call.answer(_CHAT_MODEL))
    model = find(name, call.world.today)
    if model is None:
        raise errors.no_such_model(name)
    return after_work(fault, call.answer(model.shown(name)))
