"""Builds the application: the services behind the routes."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from aquatint import __version__
from aquatint.api import openapi, problems
from aquatint.api.guard import Guard
from aquatint.api.head import heads
from aquatint.api.routes import (
    catalog,
    chat,
    gateway,
    generations,
    house,
    images,
    providers,
    quotes,
    usage,
)
from aquatint.api.tracing import RequestIds
from aquatint.container import Services

_ROUTERS = (gateway, chat, quotes, generations, images, catalog, providers, usage, house)


def create_app(services: Services) -> FastAPI:
    """The ASGI application over open services; whoever opened them closes them."""
    settings = services.settings
    app = FastAPI(
        title="Aquatint",
        version=__version__,
        summary="See the price, confirm, get exactly one image.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    problems.install(app)
    for module in _ROUTERS:
        app.include_router(module.router)
    for module in _ROUTERS:
        app.include_router(heads(module.router))
    house.mount_files(app)
    openapi.describe(app)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "Last-Event-ID", "Idempotency-Key", "Prefer"],
        )
    app.add_middleware(
        Guard, loopback_only=not services.launch.insecure, trusted_origins=settings.cors_origins
    )
    app.add_middleware(RequestIds)
    return app
