"""Builds the application: the services behind the routes."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from aquatint import __version__
from aquatint.api import openapi, problems
from aquatint.api.failures import Failures
from aquatint.api.guard import Guard, Rules
from aquatint.api.head import heads
from aquatint.api.routes import (
    auth,
    catalog,
    chat,
    conversations,
    gateway,
    generations,
    house,
    images,
    keys,
    providers,
    quotes,
    usage,
    users,
    webhooks,
)
from aquatint.api.tracing import HEADER, RequestIds
from aquatint.container import Services

_ROUTERS = (
    *(gateway, chat, conversations, quotes, generations, images, catalog, providers, usage),
    *(auth, keys, users, webhooks, house),
)
_METHODS = ("GET", "POST", "PATCH", "DELETE")
_TAKEN = ("Authorization", "Content-Type", "Last-Event-ID", "Idempotency-Key", "Prefer")
_SHOWN = ("Location", "Retry-After", "Idempotency-Replayed", "WWW-Authenticate", HEADER)


def create_app(services: Services) -> FastAPI:
    """The ASGI application over open services; whoever opened them closes them."""
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
        if module is not auth:  # looking must not begin a sign-in, or use one up
            app.include_router(heads(module.router))
    house.mount_files(app)
    openapi.describe(app)
    _protect(app, services)
    return app


def _protect(app: FastAPI, services: Services) -> None:
    """What every request passes first; the one added last is met first."""
    settings = services.settings
    sign_in = services.identity.mode != "none"
    rules = Rules(
        sign_in=sign_in,
        any_host=services.launch.insecure and not sign_in,
        public_url=settings.public_url,
        trusted_origins=settings.cors_origins,
    )
    app.add_middleware(Guard, rules=rules)
    app.add_middleware(Failures)
    if settings.cors_origins:
        # Around the guard and the failures: a page that may ask can read why it got nothing.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=_METHODS,
            allow_headers=_TAKEN,
            expose_headers=_SHOWN,
        )
    app.add_middleware(RequestIds)
