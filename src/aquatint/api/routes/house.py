"""The house itself: alive or not, what it is, its documents, and the studio's files."""

from importlib import resources
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from aquatint import __version__
from aquatint.api.context import ServicesDep, bearer_of, caller_of
from aquatint.api.shelter import DOCUMENTS, STUDIO
from aquatint.container import Services
from aquatint.errors import Forbidden, NotFound, Unauthenticated
from aquatint.identity.model import Caller

router = APIRouter()
STATIC = Path(str(resources.files("aquatint"))) / "static"

_NO_STUDIO = """<!doctype html><meta charset="utf-8"><title>Aquatint</title>
<p>The gateway is running, but its studio is not built. Run <code>make setup</code> and reload.
The API is described at <a href="/docs">/docs</a>."""
_DOCS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Aquatint API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/init.js"></script></html>"""


@router.get("/healthz", tags=["house"])
async def healthz() -> dict[str, str]:
    """Alive."""
    return {"status": "ok"}


@router.get("/api/about", tags=["house"])
async def about(request: Request, services: ServicesDep) -> dict[str, Any]:
    """What the studio needs to know before it shows anything; `user` is null before sign-in."""
    identity, caller = services.identity, await _visitor(request, services)
    chat = services.settings.chat
    return {
        "version": __version__,
        "demo": services.launch.demo,
        "chat": chat is not None,
        "chatModels": list(chat.models) if chat else [],
        "auth": {
            "mode": identity.mode,
            "signIn": None if identity.mode == "none" else "/auth/login",
            "label": identity.label,
        },
        "user": caller and _user(caller),
    }


async def _visitor(request: Request, services: Services) -> Caller | None:
    """Who is asking, if anybody is known; only a token that is over is refused, to be dropped."""
    try:
        return await caller_of(request, services)
    except (Unauthenticated, Forbidden):
        if bearer_of(request):
            raise
        return None


def _user(caller: Caller) -> dict[str, Any]:
    return {
        "id": caller.id,
        "name": caller.name,
        "email": caller.email,
        "operator": caller.operator,
    }


@router.get("/docs", include_in_schema=False)
async def documents() -> Response:
    return HTMLResponse(_DOCS, headers={"Content-Security-Policy": DOCUMENTS})


@router.get("/", include_in_schema=False)
async def studio(request: Request) -> Response:
    """The studio's one page."""
    del request
    page = STATIC / "index.html"
    headers = {"Content-Security-Policy": STUDIO, "Cache-Control": "no-cache"}
    if not page.is_file():
        return HTMLResponse(_NO_STUDIO, headers=headers)
    return FileResponse(page, headers=headers)


@router.get("/favicon.svg", include_in_schema=False)
@router.get("/theme.js", include_in_schema=False)
async def studio_file(request: Request) -> Response:
    """What the page needs before its assets."""
    path = STATIC / request.url.path.removeprefix("/")
    if not path.is_file():
        raise NotFound("The studio is not built; run `make setup`")
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


def mount_files(app: FastAPI) -> None:
    """Serve the studio's assets, which are named by their content, and the documents' own."""
    for folder in ("assets", "docs"):
        app.mount(
            f"/{folder}", StaticFiles(directory=STATIC / folder, check_dir=False), name=folder
        )
