"""Replicate's webhooks: whether a message is Replicate's own, and of which prediction it tells.

Signed is ``{webhook-id}.{webhook-timestamp}.{body}``, by HMAC-SHA256 with the key that stands in
base64 behind ``whsec_``; any of the signatures told may be the right one.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping

from aquatint.clock import Millis
from aquatint.providers.base import Forged, Message

TOLERANCE_SECONDS = 300  # either way
_PREFIX = "whsec_"
_ID = re.compile(r"[!-~]{1,200}")
_TIME = re.compile(r"\d{1,12}")
_HANDLE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def fresh(headers: Mapping[str, str], *, now: Millis) -> tuple[str, str]:
    """The message's id and time as its headers tell them. Raises `Forged` for odd or old ones."""
    name, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(name) or not _TIME.fullmatch(moment):
        raise Forged("no usable webhook-id or webhook-timestamp")
    if abs(now - int(moment) * 1000) > TOLERANCE_SECONDS * 1000:
        raise Forged("too old, or from the future")
    return name, moment


def read_message(secret: str, headers: Mapping[str, str], body: bytes, *, now: Millis) -> Message:
    """A message that Replicate signed with `secret`. Raises `Forged`."""
    name, moment = fresh(headers, now=now)
    expected = _signature(secret, f"{name}.{moment}.".encode() + body)
    told = headers.get("webhook-signature", "").split()
    signatures = [each[3:] for each in told if each.startswith("v1,") and each.isascii()]
    matches = [hmac.compare_digest(each, expected) for each in signatures]
    if not any(matches):
        raise Forged("no signature fits")
    document = _document(body)
    return Message(id=name, handle=_handle(document), attempt_id=_attempt(document))


def is_secret(text: object) -> bool:
    """Whether this is a signing secret as Replicate writes them."""
    return isinstance(text, str) and text.startswith(_PREFIX) and _key(text) is not None


def _signature(secret: str, signed: bytes) -> str:
    key = _key(secret)
    if not key:
        raise Forged("the signing secret is none")
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _key(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None


def _document(body: bytes) -> Mapping[str, object]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    return told if isinstance(told, dict) else {}


def _attempt(told: Mapping[str, object]) -> str | None:
    """The end of the address that Replicate was given for this work, where it repeats it."""
    address = told.get("webhook")
    if not isinstance(address, str):
        return None
    return address.partition("?")[0].rpartition("/")[2] or None


def _handle(told: Mapping[str, object]) -> str:
    handle = told.get("id")
    if not isinstance(handle, str) or not _HANDLE.fullmatch(handle):
        raise Forged("the message tells of no prediction")
    return handle
