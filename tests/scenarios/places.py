"""The place of every route: who may use it, and what to send there.

A new route is refused by test_tenancy.py until it stands here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aquatint.identity.model import Scope
from tests.support.fake import picture

Made = Mapping[str, str]  # what the owner made, by the names that paths give it

QUESTION = {"messages": [{"role": "user", "content": "hello"}]}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who may use a route. Without any of the three anybody who is signed in may.

    `scopes`: keys with one of them, and people. `links`: whoever holds a signed link, too.
    `others`: what somebody else is answered, where their own things or nobody's are meant.
    """

    public: bool = False
    scopes: frozenset[Scope] = frozenset()
    people: bool = False
    operators: bool = False
    links: bool = False
    body: Callable[[Made], Any] | None = None
    sends: bytes | None = None  # a picture instead of JSON
    others: int | None = None


def scoped(*scopes: Scope, **more: Any) -> Place:
    return Place(scopes=frozenset(scopes), **more)


PUBLIC, SIGNED_IN = Place(public=True), Place()
READ, GENERATE = scoped(Scope.READ), scoped(Scope.GENERATE)
FOLLOW = scoped(Scope.READ, Scope.GENERATE)
LINKED = scoped(Scope.READ, links=True)
PERSON = Place(people=True)
OPERATOR = Place(people=True, operators=True)


def _confirmed(made: Made) -> Any:
    return {"quoteId": made["token"]}


def _changed(made: Made) -> Any:
    return {"prompt": "make it blue", "image": {"file_id": made["image_id"]}}


PLACES: dict[tuple[str, str], Place] = {
    # the house, its studio and its documents
    ("GET", "/"): PUBLIC,
    ("GET", "/favicon.svg"): PUBLIC,
    ("GET", "/theme.js"): PUBLIC,
    ("GET", "/assets"): PUBLIC,
    ("GET", "/docs"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/health-check/image-providers"): PUBLIC,
    ("GET", "/api/about"): PUBLIC,
    ("POST", "/webhooks/{provider}/{attempt}"): PUBLIC,  # its signature says who sent it
    # signing in and out
    ("GET", "/auth/login"): PUBLIC,
    ("GET", "/auth/callback"): PUBLIC,
    ("POST", "/auth/token"): Place(public=True, body=lambda _: {"code": "none"}),
    ("POST", "/auth/logout"): PUBLIC,
    ("GET", "/api/keys"): PERSON,
    ("POST", "/api/keys"): Place(
        people=True, body=lambda _: {"name": "another", "scopes": ["read"]}
    ),
    ("POST", "/api/keys/{key_id}/rotate"): PERSON,
    ("DELETE", "/api/keys/{key_id}"): PERSON,
    ("GET", "/api/users"): OPERATOR,
    ("POST", "/api/users/{user_id}/sign-out"): OPERATOR,
    # asking
    ("POST", "/chat"): scoped(
        Scope.CHAT, body=lambda made: {**QUESTION, "conversationId": made["conversation_id"]}
    ),
    ("GET", "/chat/{turn}/events"): scoped(Scope.CHAT),
    ("POST", "/chat/{turn}/stop"): scoped(Scope.CHAT),
    ("GET", "/api/conversations"): READ,
    ("GET", "/api/conversations/{conversation_id}"): READ,
    ("PATCH", "/api/conversations/{conversation_id}"): scoped(
        Scope.CHAT, body=lambda _: {"title": "another"}
    ),
    ("DELETE", "/api/conversations/{conversation_id}"): scoped(Scope.CHAT),
    ("POST", "/api/conversations/{conversation_id}/restore"): scoped(Scope.CHAT),
    ("POST", "/api/images"): scoped(Scope.QUOTE, sends=picture()),
    ("POST", "/api/quotes"): scoped(Scope.QUOTE, body=lambda _: {"prompt": "a cat"}),
    ("GET", "/api/quotes"): PERSON,
    ("GET", "/api/quotes/{quote_id}"): READ,
    # buying, and what came of it
    ("POST", "/generate-image"): scoped(Scope.GENERATE, body=_confirmed),
    ("POST", "/api/generations"): scoped(Scope.GENERATE, body=_confirmed),
    ("GET", "/api/generations/{generation_id}"): FOLLOW,
    ("GET", "/api/generations/{generation_id}/events"): FOLLOW,
    ("GET", "/api/generations/{generation_id}/previews/{index}"): FOLLOW,
    ("POST", "/api/generations/{generation_id}/cancel"): GENERATE,
    ("POST", "/api/generations/{generation_id}/dismiss"): GENERATE,
    ("GET", "/api/images"): READ,
    ("GET", "/api/images/{image_id}"): READ,
    ("PATCH", "/api/images/{image_id}"): scoped(
        Scope.GENERATE, body=lambda _: {"altText": "A fox"}
    ),
    ("GET", "/api/images/{image_id}/content"): LINKED,
    ("GET", "/api/images/{image_id}/download"): LINKED,
    ("GET", "/api/images/{image_id}/thumbnail"): LINKED,
    # the same for OpenAI's clients
    ("POST", "/v1/images/generations"): scoped(
        Scope.GENERATE, body=lambda _: {"prompt": "a cat"}, others=200
    ),
    ("POST", "/v1/images/edits"): scoped(Scope.GENERATE, body=_changed),
    ("POST", "/v1/images/variations"): scoped(Scope.GENERATE, body=_changed),
    ("POST", "/v1/chat/completions"): scoped(Scope.CHAT, body=lambda _: QUESTION, others=502),
    ("GET", "/v1/models"): SIGNED_IN,
    ("GET", "/v1/models/{model}"): Place(others=200),
    # the house's own books
    ("GET", "/api/usage"): READ,
    ("GET", "/api/usage/export.csv"): READ,
    ("GET", "/api/catalog"): SIGNED_IN,
    ("GET", "/api/catalog/examples"): SIGNED_IN,
    ("GET", "/api/ledger/audit"): OPERATOR,
    ("GET", "/api/ledger/export.csv"): OPERATOR,
    ("GET", "/api/providers"): SIGNED_IN,
    ("GET", "/api/moderation/log"): OPERATOR,
    ("POST", "/api/providers/{provider}/reset"): OPERATOR,
}
