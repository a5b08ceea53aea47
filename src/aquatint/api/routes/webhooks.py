"""What providers tell us. Open to anybody: who signed a message decides whether it counts."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aquatint.api.context import ServicesDep
from aquatint.api.openapi import errors

router = APIRouter(prefix="/webhooks", tags=["providers"])


@router.post("/{provider}/{attempt}", status_code=204, responses=errors(403, 404, 502))
async def hear(provider: str, attempt: str, request: Request, services: ServicesDep) -> Response:
    """News of a provider's work on an attempt, signed as it signs. It is asked before it counts."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    await services.listener.hear(provider, attempt, headers, await request.body())
    return Response(status_code=204)
