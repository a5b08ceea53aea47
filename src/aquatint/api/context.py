"""What routes get from the application: the services, who is asking, and where they came by."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from aquatint.api.address import address_of
from aquatint.api.cookies import SESSION, read_cookie
from aquatint.api.problems import of_specification
from aquatint.container import Services
from aquatint.errors import AuthUnavailable, Forbidden, InvalidRequest, Unauthenticated
from aquatint.identity.model import Caller, Scope
from aquatint.policy.text import MAX_TOKEN, usable

T = TypeVar("T")


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _base_url(request: Request) -> str:
    """Where links point: PUBLIC_URL, else the host the request came by."""
    public = request.app.state.services.settings.public_url
    return str(public) if public else str(request.base_url).rstrip("/")


_LOOK_AGAIN_MS = 1000  # a stream outlives its sign-in by no more

ServicesDep = Annotated[Services, Depends(_services)]
BaseUrlDep = Annotated[str, Depends(_base_url)]


def bearer_of(request: Request) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


async def _body_token(request: Request) -> str | None:
    """The `accessToken` of a body, where the specification's routes take one."""
    if request.method != "POST" or not of_specification(request.url.path):
        return None
    # What is no JSON was refused before any dependency is asked; what is empty was not.
    body = await request.json() if await request.body() else None
    token = body.get("accessToken") if isinstance(body, dict) else None
    fits = isinstance(token, str) and len(token) <= MAX_TOKEN and usable(token)
    return token or None if fits else None


async def caller_of(request: Request, services: ServicesDep) -> Caller:
    """Whoever is signed in, or an API key's owner; the one local user without sign-in.

    Counts the request as theirs, or as that of their address when it is nobody's.
    """
    try:
        caller = await _known(request, services)
    except (Unauthenticated, Forbidden):
        await _count_stranger(request, services)
        raise
    await services.pace.spend(f"caller {caller.id}")
    return caller


async def _count_stranger(request: Request, services: ServicesDep) -> None:
    """Count the request as that of its address; raises LimitReached."""
    address = address_of(request, services.settings.trusted_proxies)
    await services.pace.spend(f"address {address}")


async def _known(request: Request, services: Services) -> Caller:
    return await services.identity.caller_of(
        cookie=read_cookie(request.headers, SESSION),
        bearer=bearer_of(request),
        body_token=await _body_token(request),
    )


CallerDep = Annotated[Caller, Depends(caller_of)]


def watched_by(
    request: Request, services: Services, caller: Caller, frames: AsyncGenerator[T, None]
) -> AsyncGenerator[T, None]:
    """`while_admitted`, as one of the caller's streams; raises LimitReached for one too many."""
    return services.streams.admit(caller.id, while_admitted(request, services, frames))


async def while_admitted(
    request: Request, services: Services, frames: AsyncGenerator[T, None]
) -> AsyncGenerator[T, None]:
    """`frames`, until whoever asked for them has signed out or their key was revoked."""
    seen = services.clock.now()
    async with aclosing(frames):
        async for frame in frames:
            now = services.clock.now()
            if now - seen >= _LOOK_AGAIN_MS:
                if not await _is_admitted(request, services):
                    return
                seen = now
            yield frame


async def _is_admitted(request: Request, services: Services) -> bool:
    try:
        await _known(request, services)
    except (Unauthenticated, Forbidden):
        return False
    except AuthUnavailable:  # an outage signs nobody out
        return True
    return True


def require(caller: Caller, *scopes: Scope) -> Caller:
    """The caller, who must have one of `scopes`; raises Forbidden."""
    if caller.scopes.isdisjoint(scopes):
        raise Forbidden(f"This API key lacks the scope {' or '.join(scopes)}")
    return caller


def _allowed(*scopes: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    async def check(caller: CallerDep) -> Caller:
        return require(caller, *scopes)

    return check


_ONCE = ("Idempotency-Key", "X-Max-Cost")


async def _buyer(
    request: Request, caller: Annotated[Caller, Depends(_allowed(Scope.GENERATE, Scope.QUOTE))]
) -> Caller:
    """Which request this is, and what it may cost, is said once: nobody guesses which one holds."""
    for name in _ONCE:
        if len(request.headers.getlist(name)) > 1:
            raise InvalidRequest(f"The header {name} is there more than once")
    return caller


async def person(caller: CallerDep) -> Caller:
    """The caller, unless it is an API key."""
    if caller.key:
        raise Forbidden("An API key cannot do this; a person has to")
    return caller


Person = Annotated[Caller, Depends(person)]


async def _operator(caller: Person) -> Caller:
    if not caller.operator:
        raise Forbidden("Only an operator may do this")
    return caller


# A route takes one of these, or is public; a test knows the place of each.
Quoter = Annotated[Caller, Depends(_allowed(Scope.QUOTE))]
Spender = Annotated[Caller, Depends(_allowed(Scope.GENERATE))]
Buyer = Annotated[Caller, Depends(_buyer)]  # with the scope quote alone its owner confirms
Asker = Annotated[Caller, Depends(_allowed(Scope.READ, Scope.QUOTE))]
Follower = Annotated[Caller, Depends(_allowed(Scope.READ, Scope.GENERATE))]
Reader = Annotated[Caller, Depends(_allowed(Scope.READ))]
Chatter = Annotated[Caller, Depends(_allowed(Scope.CHAT))]
Operator = Annotated[Caller, Depends(_operator)]
STRANGER = Depends(_count_stranger)  # where nobody is known yet
SIGNED_IN = Depends(caller_of)  # where it does not matter who
OPERATOR = Depends(_operator)
