"""What the tools tell, as structured content. Money is dollars. No token that confirms a quote."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from aquatint.library.store import Image

_SCHEME = "aquatint://images/"
URI = _SCHEME + "{image_id}"


class Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    @property
    def told(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Offer(Shape):
    """Another model that could be confirmed instead, by its `modelKey`."""

    provider: str
    model: str
    model_key: str
    cost: float
    max_cost: float


class Quoted(Shape):
    """A price. `id` is what confirm_image takes; `maxCost` is the most that it can cost."""

    id: str
    status: str
    provider: str
    model: str
    model_key: str
    quality_tier: str
    cost: float
    max_cost: float
    prompt: str
    size: str
    n: int
    expires_at: str
    estimated_seconds: int
    available_alternatives: list[Offer]
    warnings: list[str]
    message: str


class Picture(Shape):
    """A kept picture. `uri` is its resource here; `url` is its address where there is one."""

    id: str
    uri: str
    url: str | None = None
    media_type: str
    width: int
    height: int
    bytes: int
    created_at: str


class Pictures(Shape):
    images: list[Picture]


class Made(Shape):
    """What became of a quote. `cost` is what was charged."""

    status: str = Field(description="complete, error, refused, unknown, cancelled or declined")
    quote: str
    generation_id: str | None = None
    provider: str
    model: str
    cost: float
    max_cost: float
    fallback_used: bool
    images: list[Picture]
    warnings: list[str]
    message: str


def uri_of(image_id: str) -> str:
    return _SCHEME + image_id


def quoted(item: Mapping[str, Any]) -> Quoted:
    return Quoted.model_validate(item)


def picture(view: Mapping[str, Any]) -> Picture:
    """Of an image as the API shows it; a path alone is no address."""
    told = {**view, "uri": uri_of(view["id"])}
    return Picture.model_validate(told if view["url"].startswith("http") else {**told, "url": None})


def made(item: Mapping[str, Any], status: str | None = None, message: str = "") -> Made:
    return Made(
        status=status or item["status"],
        quote=item["id"],
        generation_id=item.get("generationId"),
        provider=item["provider"],
        model=item["model"],
        cost=0.0 if status else item["cost"],
        max_cost=item["maxCost"],
        fallback_used=item["fallbackUsed"],
        images=[picture(each) for each in item.get("images", ())],
        warnings=item["warnings"],
        message=message or item["message"],
    )


def name_of(image: Image | Picture) -> str:
    """A file's name for it."""
    ending = image.media_type.rpartition("/")[2].replace("jpeg", "jpg")
    return f"aquatint-{image.id.removeprefix('pic_')}.{ending}"
