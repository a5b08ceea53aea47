"""Who may see an image's bytes: its owner, and whoever holds a signed link to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Query, Request

from aquatint.api.context import ServicesDep, caller_of, require
from aquatint.errors import Forbidden
from aquatint.identity.model import Scope
from aquatint.library.links import Signature, Variant
from aquatint.policy.text import Name

# Bytes never change, but who may see them does: without a link they are asked for again.
_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}
_ASKED_AGAIN = {"Cache-Control": "private, no-cache"}


@dataclass(frozen=True, slots=True)
class _Viewer:
    """Whose image is shown, and the headers that say how long."""

    owner: str
    headers: Mapping[str, str] = field(default_factory=dict)


async def viewer(  # the parts of a link
    request: Request,
    services: ServicesDep,
    owner: Annotated[Name | None, Query()] = None,
    exp: Annotated[Name | None, Query()] = None,
    sig: Annotated[Name | None, Query()] = None,
) -> _Viewer:
    """The image's owner: by the link, else whoever asks. Raises Forbidden for a bad link."""
    if services.identity.mode == "none":
        return _Viewer((await caller_of(request, services)).id, _FOR_GOOD)
    if owner is exp is sig is None:
        caller = require(await caller_of(request, services), Scope.READ)
        return _Viewer(caller.id, _ASKED_AGAIN)
    if owner is None or exp is None or sig is None:
        raise Forbidden("This image link is not whole")
    image_id, variant = request.path_params["image_id"], request.url.path.rpartition("/")[2]
    given = Signature(owner=owner, expires=exp, signature=sig)
    left = services.links.check(image_id, cast("Variant", variant), given)
    return _Viewer(owner, {"Cache-Control": f"private, max-age={left // 1000}, immutable"})


Viewer = Annotated[_Viewer, Depends(viewer)]
