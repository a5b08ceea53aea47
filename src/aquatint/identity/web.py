"""Questions to the identity provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from aquatint.errors import AuthUnavailable, ProviderError
from aquatint.net.http import call, read_json

OK = 200
DEADLINE = 10.0  # seconds
_LIMIT = 512 * 1024  # bytes of an answer
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status below 500, and the body if it is a JSON object."""

    status: int
    body: Mapping[str, object] | None


async def ask(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Answer:
    """One question; AuthUnavailable when no answer comes that could be one."""
    wanted = {"Accept": "application/json", **(headers or {})}
    try:
        async with call(
            session, method, url, deadline=DEADLINE, headers=wanted, form=form
        ) as response:
            body = await read_json(response, _LIMIT)
            status = response.status
    except ProviderError as error:
        failure = unavailable(error.message)
    else:
        if status < 500:  # noqa: PLR2004  # the server errors of HTTP
            return Answer(status, body if isinstance(body, dict) else None)
        failure = unavailable(f"It answered {status}")
    raise failure


async def document(session: aiohttp.ClientSession, url: str) -> Mapping[str, object]:
    """What the provider publishes there; AuthUnavailable when it is no JSON object."""
    answer = await ask(session, "GET", url)
    if answer.status != OK or answer.body is None:
        raise unavailable(f"It answered {answer.status} where its documents should be")
    return answer.body


def unavailable(why: str) -> AuthUnavailable:
    return AuthUnavailable(
        f"The identity provider cannot be asked now, so nobody is signed in or out. {why}",
        retry_after=10,
    )


def is_safe(url: object) -> bool:
    """Whether secrets may be sent there: TLS, or this machine."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
