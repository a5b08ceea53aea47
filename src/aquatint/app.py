"""Builds the application: the services behind the routes."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from aquatint import __version__
from aquatint.api import openapi, problems
from aquatint.api.failures import Failures
from aquatint.api.guard import MCP, Guard, Rules
from aquatint.api.head import heads
from aquatint.api.methods import Methods
from aquatint.api.openai import chat as openai_chat
from aquatint.api.openai import images as openai_images
from aquatint.api.openai import listing as openai_models
from aquatint.api.openai.answers import FACTS
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
    moderation,
    providers,
    quotes,
    usage,
    users,
    webhooks,
)
from aquatint.api.shelter import Shelter
from aquatint.api.tracing import HEADER, RequestIds
from aquatint.container import Services
from aquatint.mcp.door import Door

_ROUTERS = (  # looked through in this order for every request
    *(openai_images, openai_models, openai_chat),
    *(gateway, chat, conversations, quotes, generations, images, catalog, providers, usage),
    *(auth, keys, users, moderation, webhooks, house),
)
_METHODS = ("GET", "POST", "PATCH", "DELETE")
_TAKEN = (
    "Authorization",
    "Content-Type",
    "Last-Event-ID",
    "Idempotency-Key",
    "Prefer",
    "X-Max-Cost",
    "Mcp-Session-Id",
    "Mcp-Protocol-Version",
)
# What OpenAI's clients say of themselves; in a browser it has to be allowed.
_STAINLESS = ("Lang", "Package-Version", "OS", "Arch", "Runtime", "Runtime-Version")
_OF_CLIENTS = tuple(f"X-Stainless-{n}" for n in (*_STAINLESS, "Retry-Count", "Timeout", "Async"))
_FACTS = tuple(f"X-Aquatint-{name}" for name in FACTS)
_SHOWN = ("Location", "Retry-After", "Idempotency-Replayed", "WWW-Authenticate", HEADER, *_FACTS)


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
    app.state.methods = Methods(app.routes)
    app.router.routes.append(Route(MCP, Door(services), methods=_METHODS, include_in_schema=False))
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
            allow_headers=(*_TAKEN, *_OF_CLIENTS),
            expose_headers=_SHOWN,
        )
    app.add_middleware(Shelter)
    app.add_middleware(RequestIds)
