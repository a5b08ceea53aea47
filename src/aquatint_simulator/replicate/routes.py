"""The routes under /replicate."""

from starlette.responses import Response
from starlette.routing import Route

from aquatint_simulator.call import Handler, route
from aquatint_simulator.replicate import account, errors, predictions, uploads, webhook
from aquatint_simulator.replicate.call import Call
from aquatint_simulator.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_API = "/replicate/v1"
_ROUTES: tuple[tuple[str, str, Handler[Call]], ...] = (
    ("POST", "/predictions", predictions.create_by_version),
    ("GET", "/predictions", predictions.list_all),
    ("GET", "/predictions/{id}", predictions.show),
    ("POST", "/predictions/{id}/cancel", predictions.cancel),
    ("POST", "/models/{owner}/{name}/predictions", predictions.create_by_name),
    ("GET", "/models/{owner}/{name}", account.show_model),
    ("GET", "/models/{owner}/{name}/versions", account.list_versions),
    ("GET", "/models/{owner}/{name}/versions/{version}", account.show_version),
    ("POST", "/files", uploads.upload_file),
    ("GET", "/files", uploads.list_files),
    ("GET", "/files/{id}", uploads.show_file),
    ("DELETE", "/files/{id}", uploads.delete_file),
    ("GET", "/webhooks/default/secret", webhook.show_secret),
    ("GET", "/account", account.show_account),
    ("GET", "/hardware", account.list_hardware),
)


def replicate_routes(world: World) -> list[Route]:
    """Every route, and an answer in Replicate's shape for whatever is none."""
    return [
        *(
            Route(_API + path, route(world, Call, handler), methods=[method])
            for method, path, handler in _ROUTES
        ),
        Route("/replicate/{rest:path}", route(world, Call, _nowhere), methods=_METHODS),
    ]


async def _nowhere(_call: Call) -> Response:
    raise errors.not_found()
