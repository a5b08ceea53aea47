"""The gateway's own cookies: for this host alone, over TLS or loopback, out of scripts' reach."""

from fastapi import Response
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

# With this prefix a browser takes the cookie from this very host only, and never over plain HTTP.
SESSION = "__Host-aquatint"
LOGIN = "__Host-aquatint-login"


def read_cookie(headers: Headers, name: str) -> str | None:
    """The cookie's value; None when there is none."""
    found = (cookie_parser(header).get(name) for header in headers.getlist("cookie"))
    return next((value for value in found if value is not None), None)


def set_cookie(response: Response, name: str, value: str, *, seconds: int) -> None:
    """`Lax`, for whoever comes back from the sign-in page of another site must be known."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
