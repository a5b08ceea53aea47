"""API keys of a running gateway, made and stopped by a person it knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aquatint.cli.gateway import gateway

Raw = Mapping[str, Any]
_KEYS = "/api/keys"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key as it was asked for: money in dollars as it was typed, `expires` at midnight in UTC."""

    name: str
    scopes: list[str]
    models: list[str]
    limits: Mapping[str, int | str | None]
    max_image_cost: str | None
    expires: datetime | None

    @property
    def body(self) -> Raw:
        """As a gateway takes it."""
        return {
            "name": self.name,
            "scopes": self.scopes,
            "models": self.models,
            "limits": {_camel(name): limit for name, limit in self.limits.items()},
            "maxImageCost": self.max_image_cost,
            "expiresAt": f"{self.expires:%Y-%m-%d}T00:00:00Z" if self.expires else None,
        }


def listed(url: str, api_key: str | None, *, as_json: bool) -> list[Raw]:
    found: list[Raw] = _asked(url, api_key, "GET", _KEYS, as_json=as_json)
    return found


def create(url: str, api_key: str | None, wanted: Wanted, *, as_json: bool) -> Raw:
    made: Raw = _asked(url, api_key, "POST", _KEYS, wanted.body, as_json=as_json)
    return made


def rotate(url: str, api_key: str | None, key_id: str, overlap: int, *, as_json: bool) -> Raw:
    path, body = f"{_path(key_id)}/rotate", {"overlapSeconds": overlap}
    made: Raw = _asked(url, api_key, "POST", path, body, as_json=as_json)
    return made


def revoke(url: str, api_key: str | None, key_id: str, *, as_json: bool) -> Raw:
    stopped: Raw = _asked(url, api_key, "DELETE", _path(key_id), as_json=as_json)
    return stopped


def _asked(
    url: str,
    api_key: str | None,
    method: str,
    path: str,
    body: Raw | None = None,
    *,
    as_json: bool,
) -> Any:  # noqa: ANN401  # JSON is anything
    with gateway(url, api_key, None, as_json=as_json) as client:
        return client.call(method, path, body)


def _path(key_id: str) -> str:
    return f"{_KEYS}/{quote(key_id, safe='')}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
