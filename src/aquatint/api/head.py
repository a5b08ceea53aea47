"""HEAD beside every GET, out of the documents: what is there, without its bytes."""

from fastapi import APIRouter
from fastapi.routing import APIRoute


def heads(router: APIRouter) -> APIRouter:
    """The GET routes of `router` again, for HEAD; the server leaves their bodies out."""
    beside = APIRouter(include_in_schema=False)
    for route in router.routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            beside.add_api_route(
                route.path, route.endpoint, methods=["HEAD"], dependencies=route.dependencies
            )
    return beside
