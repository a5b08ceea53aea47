"""How servers that imitate OpenAI speak: one of each profile that changes a shape.

All bodies here are *derived* from the servers' documents; none was recorded.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from aquatint.catalog.files import read
from aquatint.catalog.model import Row
from aquatint.catalog.pricing import Usage
from aquatint.errors import ModelGone
from aquatint.providers.base import ImageProvider
from aquatint.providers.declared import Server, read_declared
from aquatint.providers.openai_compatible import OpenAICompatible
from tests.contract.adapter import KEY, Adapter, Check, Complaint
from tests.contract.openai_words import OPENAI

_PRICE = 20_000


@dataclass(frozen=True)
class Offer:
    """A declared server and its one model."""

    server: Server
    row: Row

    def construct(self, session: aiohttp.ClientSession, url: str) -> ImageProvider:
        return OpenAICompatible(
            session,
            name=self.server.name,
            api_key=KEY,
            base_url=f"{url}/v1/",
            profile=self.server.profile,
        )


def declare(
    profile: str, model: str = "", quirks: str = "", price: str = "price = { per_image = 0.02 }"
) -> Offer:
    """A server of this profile; the others are lines of TOML for its model and itself."""
    text = f"""
        [[servers]]
        name = "my-{profile}"
        profile = "{profile}"
        base_url = "http://127.0.0.1:8000/v1"
        {quirks}
        [[servers.models]]
        model = "acme/painter"
        {price}
        {model}
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "servers.toml"
        path.write_text(text)
        declared = read_declared(path, catalog=read().rows, taken=())
    return Offer(declared.servers[0], declared.rows[0])


def compatible_answer(images: Sequence[object], *, usage: object = None, **more: object) -> bytes:
    """No more than the images, as most of these servers answer."""
    del usage
    data = [{"b64_json": image, "revised_prompt": None} for image in images]
    return json.dumps({"created": 1787150086, "data": data} | more).encode()


def compatible_links(*urls: str) -> bytes:
    return json.dumps({"created": 1787150086, "data": [{"url": url} for url in urls]}).encode()


def _body(request: Any) -> Any:
    return request


def compatible(
    profile: str,
    *,
    path: str = "/v1/images/generations",
    check: str = "/v1/models",
    header: tuple[str, str] = ("authorization", f"Bearer {KEY}"),
    model: str = "capabilities = { seed = false }",
    settings: Callable[[Any], Any] = _body,
) -> Adapter:
    """The adapter as this profile makes it."""
    offer = declare(profile, model)
    gone = {"error": {"message": "The deployment is not there.", "code": "DeploymentNotFound"}}
    return Adapter(
        name=f"compatible-{profile}",
        row=offer.row,
        construct=offer.construct,
        path=path,
        wrap=compatible_answer,
        linked=compatible_links,
        settings=settings,
        usage=None,
        usage_read=Usage(images=1),
        billed=_PRICE,
        check=Check(path=check, header=header, answer=b'{"object":"list","data":[]}'),
        shapeless={
            "MAL-14 no data": b'{"created":1}',
            "MAL-15 data empty": compatible_answer([]),
            "MAL-16 data an object": b'{"data":{}}',
            "MAL-16 data of numbers": b'{"data":[1,2]}',
            "MAL-17 image null": compatible_answer([None]),
            "MAL-17 image a number": compatible_answer([0]),
            "MAL-18 image empty": compatible_answer([""]),
            "an address that is none": compatible_links("nowhere"),
        },
        echoes=lambda words: [
            *OPENAI.echoes(words),
            json.dumps({"detail": words}).encode(),
            json.dumps({"code": "denied", "message": words}).encode(),
        ],
        complaints={
            **OPENAI.complaints,
            "no such deployment": Complaint(404, gone, ModelGone, words="The deployment"),
        },
    )


def _within_prompt(body: Any) -> Any:
    """The settings that ride in the prompt, and those beside it."""
    _, _, tagged = body["prompt"].partition("<sd_cpp_extra_args>")
    return body | (json.loads(tagged.partition("<")[0]) if tagged else {})


COMPATIBLE = (
    compatible("vllm-omni"),
    compatible(
        "azure",
        path="/v1/deployments/acme%2Fpainter/images/generations?api-version=2025-04-01-preview",
        check="/v1/models?api-version=2025-04-01-preview",
        header=("api-key", KEY),
    ),
    compatible("xai", model='quality = "1k"'),
    compatible("stable-diffusion-cpp", settings=_within_prompt),
    compatible("deepinfra", model=""),
    compatible("recraft", model="", check="/v1/users/me"),
    compatible("sglang"),
    compatible("localai", model=""),
    compatible("ollama", model=""),
)
