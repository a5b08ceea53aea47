"""Logs: a line of names and values for each event, with its request's id and without secrets."""

import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Final

from aquatint.clock import iso

request_id: Final[ContextVar[str]] = ContextVar("request_id", default="-")

HIDDEN = "[hidden]"
# What keys look like, wherever they come from; the ones that are set are hidden by their value.
_LOOKS_SECRET = re.compile(
    r"\b(?:sk-[\w-]{8,}|r8_\w{8,}|AIza[\w-]{8,}|ya29\.[\w.-]{8,}|aq[st]_[\w-]{8,}"
    r"|eyJ[\w-]{8,}(?:\.[\w-]*){1,4})|(?<=[Bb]earer )[\w.~+/-]{8,}=*"
)
_SHORTEST_SECRET = 6


class Lines(logging.Formatter):
    """``2026-11-22T15:00:00.000Z WARNING aquatint.x request=req_... what happened``"""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len)

    def format(self, record: logging.LogRecord) -> str:
        told = super().format(record)
        moment = iso(int(record.created * 1000))
        line = f"{moment} {record.levelname} {record.name} request={request_id.get()} {told}"
        return self.redact(line)

    def redact(self, text: str) -> str:
        """`text` without the secrets that are set and without what looks like one."""
        for secret in reversed(self._secrets):
            text = text.replace(secret, HIDDEN)
        return _LOOKS_SECRET.sub(HIDDEN, text)


def configure_logs(secrets: Iterable[str] = ()) -> None:
    """Log to standard error, `secrets` hidden wherever they turn up."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
