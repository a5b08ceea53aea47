"""What the contract suite needs to know of a provider to play its server."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from aquatint.catalog.model import Row
from aquatint.catalog.pricing import Usage
from aquatint.errors import ProviderError
from aquatint.providers.base import ImageProvider
from tests.contract.replies import REQUEST_ID

KEY = "sk-test-canary-0123456789abcdef"


@dataclass(frozen=True)
class Complaint:
    """An error as the provider words it, and what we make of it."""

    status: int
    body: object
    expected: type[ProviderError]
    words: str = ""

    def encode(self) -> bytes:
        return json.dumps(self.body).encode()


@dataclass(frozen=True)
class Check:
    """The free check of a key: what is asked, and the answer to a good one."""

    path: str
    header: tuple[str, str]
    answer: bytes


@dataclass(frozen=True)
class Adapter:
    """`usage` is what an answer with one image tells; None for a provider that tells none."""

    name: str
    row: Row
    construct: Callable[[aiohttp.ClientSession, str], ImageProvider]  # session, server's URL
    path: str
    wrap: Callable[..., bytes]  # (images as base64 text, usage=..., **more) -> a whole answer
    settings: Callable[[Any], Mapping[str, Any]]  # where a request holds its parameters
    usage: Mapping[str, Any] | None
    usage_read: Usage
    billed: int  # micro-dollars for `usage` at the row's price
    complaints: Mapping[str, Complaint]
    check: Check
    shapeless: Mapping[str, bytes]  # whole answers, but for the images
    echoes: Callable[[str], Sequence[bytes]]  # complaints with these words
    impossible: Mapping[str, object] = field(default_factory=dict)  # usages
    linked: Callable[..., bytes] | None = None  # (addresses) -> a whole answer
    counts_all: bool = False  # a usage counts images that are none
    request_id: str = REQUEST_ID


def encoded(*images: bytes) -> list[str]:
    return [base64.b64encode(image).decode() for image in images]
