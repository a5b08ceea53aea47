"""What there is besides predictions: the account, the hardware, models and their schemas."""

from typing import Any

from starlette.responses import Response

from aquatint_simulator.call import after_work
from aquatint_simulator.replicate import errors
from aquatint_simulator.replicate.call import Call, before_work
from aquatint_simulator.replicate.models import Model, find

_HARDWARE = {
    "cpu": "CPU",
    "gpu-t4": "Nvidia T4 GPU",
    "gpu-a40-large": "Nvidia A40 (Large) GPU",
    "gpu-l40s": "Nvidia L40S GPU",
    "gpu-a100-large": "Nvidia A100 (80GB) GPU",
    "gpu-h100": "Nvidia H100 GPU",
}


async def show_account(call: Call) -> Response:
    early = before_work(fault := call.fault())
    account = {
        "type": "user",
        "username": "aquatint",
        "name": "Aquatint",
        "github_url": None,
        "avatar_url": None,
    }
    return early or after_work(fault, call.answer(account))


async def list_hardware(call: Call) -> Response:
    early = before_work(fault := call.fault())
    hardware = [{"sku": sku, "name": name} for sku, name in _HARDWARE.items()]
    return early or after_work(fault, call.answer(hardware))


async def show_model(call: Call) -> Response:
    """GET /models/{owner}/{name}, with the schema of its inputs."""
    early = before_work(fault := call.fault())
    return early or after_work(fault, call.answer(_shown(_named(call))))


async def list_versions(call: Call) -> Response:
    """GET /models/{owner}/{name}/versions: the one there is."""
    early = before_work(fault := call.fault())
    page = {"previous": None, "next": None, "results": [_version(_named(call))]}
    return early or after_work(fault, call.answer(page))


async def show_version(call: Call) -> Response:
    """GET /models/{owner}/{name}/versions/{version}"""
    early = before_work(fault := call.fault())
    model = _named(call)
    if model.version != call.request.path_params["version"]:
        raise errors.not_found()
    return early or after_work(fault, call.answer(_version(model)))


def _named(call: Call) -> Model:
    """The model that the path names; raises `ApiError`."""
    names = call.request.path_params
    model = find(f"{names['owner']}/{names['name']}", call.world.today)
    if model is None:
        raise errors.not_found()
    return model


def _shown(model: Model) -> dict[str, Any]:
    owner, _, name = model.id.partition("/")
    return {
        "url": f"https://replicate.com/{model.id}",
        "owner": owner,
        "name": name,
        "description": "A simulated model.",
        "visibility": "public",
        "github_url": None,
        "paper_url": None,
        "license_url": None,
        "run_count": 1,
        "cover_image_url": None,
        "default_example": None,
        "is_official": model.version is None,
        "latest_version": _version(model),
    }


def _version(model: Model) -> dict[str, Any]:
    return {
        "id": model.version or "hidden",
        "created_at": f"{model.since.isoformat()}T12:00:00.000000Z",
        "cog_version": "0.16.0",
        "openapi_schema": _schema(model),
    }


def _schema(model: Model) -> dict[str, Any]:
    image = {"type": "string", "format": "uri"}
    schemas = {
        "Input": {
            "type": "object",
            "title": "Input",
            "required": ["prompt", *([model.needs] if model.needs else [])],
            "properties": {
                name: each.schema(name, order)
                for order, (name, each) in enumerate(model.input.items())
            },
        },
        "Output": {"type": "array", "items": image} if model.is_array else image,
    }
    return {"openapi": "3.1.0", "info": {"title": "Cog"}, "components": {"schemas": schemas}}
