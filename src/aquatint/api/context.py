"""What routes get from the application: the services, the caller, and the address they came by."""

from typing import Annotated

from fastapi import Depends, Request

from aquatint.container import Services
from aquatint.identity.model import LOCAL, Caller


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _caller() -> Caller:
    # Without sign-in there is one local user, who runs the house too.
    return LOCAL


async def _base_url(request: Request) -> str:
    """Where image links point: PUBLIC_URL, else the host the request came by."""
    public = request.app.state.services.settings.public_url
    return str(public) if public else str(request.base_url).rstrip("/")


ServicesDep = Annotated[Services, Depends(_services)]
CallerDep = Annotated[Caller, Depends(_caller)]
BaseUrlDep = Annotated[str, Depends(_base_url)]
