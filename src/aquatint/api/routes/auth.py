"""Signing in and out: by the identity provider's own page, then a cookie or a token of ours."""

import logging
from typing import Annotated
from urllib.parse import urldefrag

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, StrictBool

from aquatint.api.context import STRANGER, BaseUrlDep, ServicesDep, bearer_of, caller_of, person
from aquatint.api.cookies import LOGIN, SESSION, drop_cookie, read_cookie, set_cookie
from aquatint.api.guard import is_loopback
from aquatint.api.openapi import Responses, errors
from aquatint.clock import iso
from aquatint.container import Services
from aquatint.errors import (
    AquatintError,
    AuthUnavailable,
    Forbidden,
    InvalidRequest,
    Unauthenticated,
)
from aquatint.identity.logins import PendingLogin
from aquatint.policy.text import Name, Text

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/auth", tags=["sign-in"], dependencies=[STRANGER], responses=errors(429))

_NO_STORE = {"Cache-Control": "no-store"}
_AWAY: Responses = {
    303: {"description": "To the identity provider's page, or back as from there if it is away"}
}
_BACK: Responses = {303: {"description": "Back to the studio, with `#signInError=` if it failed"}}


class CodeBody(BaseModel):
    """`code` is what the address of a studio elsewhere carried after the sign-in."""

    model_config = ConfigDict(extra="forbid")

    code: Name


class LogoutBody(BaseModel):
    """`everywhere` ends the sessions of other browsers and studios too."""

    model_config = ConfigDict(extra="forbid")

    everywhere: StrictBool = False


@router.get("/login", response_class=Response, responses={**_AWAY, **errors(400)})
async def login(
    request: Request,
    services: ServicesDep,
    base_url: BaseUrlDep,
    return_to: Annotated[Text, Query(alias="returnTo", max_length=2000)] = "/",
    *,
    anew: Annotated[bool, Query()] = False,
) -> Response:
    """Begin a sign-in. `returnTo` is a path here, or an address under one of CORS_ORIGINS.

    With `anew` the provider asks who it is, also if it knows somebody in this browser.
    """
    _check_reachable(request, services)
    try:
        begun = await services.identity.begin_login(
            return_to=return_to, redirect_uri=f"{base_url}/auth/callback", anew=anew
        )
    except AuthUnavailable as away:
        return _refused(return_to, "unavailable", away.message)
    response = RedirectResponse(begun.url, 303, headers=_NO_STORE)
    set_cookie(response, LOGIN, begun.browser_secret, seconds=begun.max_age)
    return response


def _check_reachable(request: Request, services: Services) -> None:
    """The provider sends people back to an address it knows, which a Host header cannot choose."""
    if not services.settings.public_url and not is_loopback(request.url.hostname or ""):
        raise InvalidRequest("To sign in under this host, set PUBLIC_URL to its address")


@router.get("/callback", response_class=Response, responses=_BACK)
async def callback(  # FastAPI hands in what the route needs
    request: Request,
    services: ServicesDep,
    state: Annotated[Text, Query(max_length=500)] = "",
    code: Annotated[Text, Query(max_length=4000)] = "",
    error: Annotated[Text, Query(max_length=200)] = "",
) -> Response:
    """Where the identity provider sends people back to."""
    try:
        pending = await services.identity.claim_login(
            state=state, browser_secret=read_cookie(request.headers, LOGIN)
        )
    except Unauthenticated:  # begun too long ago, finished before, or in another browser
        return _back("/#signInError=expired")
    if error or not code:
        failure = "cancelled" if error == "access_denied" else "failed"
        return _refused(pending.return_to, failure, f"The identity provider said {error!r}")
    try:
        return await _finished(request, services, pending, code)
    except AquatintError as refused:
        return _refused(pending.return_to, _reason(refused), refused.message)


async def _finished(
    request: Request, services: Services, pending: PendingLogin, code: str
) -> Response:
    signed_in = await services.identity.finish_login(
        pending, code=code, old_cookie=read_cookie(request.headers, SESSION)
    )
    response = _back(signed_in.location)
    if signed_in.session:
        set_cookie(
            response,
            SESSION,
            signed_in.session.token,
            seconds=(signed_in.session.expires_at - services.clock.now()) // 1000,
        )
    return response


def _back(location: str) -> Response:
    response = RedirectResponse(location, 303, headers=_NO_STORE)
    drop_cookie(response, LOGIN)
    return response


def _refused(return_to: str, reason: str, why: str) -> Response:
    """Back with a word for the person; the whole story is the operator's."""
    logger.warning("a sign-in did not succeed (%s): %s", reason, why)
    return _back(f"{urldefrag(return_to).url}#signInError={reason}")


def _reason(refused: AquatintError) -> str:
    """What the studio explains in its own words."""
    if isinstance(refused, Forbidden):
        return "not_allowed"
    return "unavailable" if isinstance(refused, AuthUnavailable) else "failed"


@router.post("/token", responses=errors(401))
async def token(body: CodeBody, services: ServicesDep) -> JSONResponse:
    """`{token, expiresAt}` for the one-time code of a studio on another host; Bearer from then."""
    session = await services.identity.exchange_code(body.code)
    given = {"token": session.token, "expiresAt": iso(session.expires_at)}
    return JSONResponse(given, headers=_NO_STORE)


@router.post("/logout", responses=errors(401, 404))
async def logout(
    request: Request, services: ServicesDep, body: LogoutBody | None = None
) -> JSONResponse:
    """End this session, or all of this person's, on every process."""
    if body and body.everywhere:
        caller = await person(await caller_of(request, services))
        await services.identity.sign_out_everywhere(caller.id, by=caller.id)
    else:
        await services.identity.logout(read_cookie(request.headers, SESSION))
        await services.identity.logout(bearer_of(request))
    response = JSONResponse({"signedOut": True})
    drop_cookie(response, SESSION)
    return response
