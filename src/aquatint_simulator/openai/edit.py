"""Reading orders that come with pictures: a form with files, or JSON that names them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aquatint_simulator import inputs
from aquatint_simulator.forms import Part
from aquatint_simulator.openai import errors
from aquatint_simulator.openai.call import PROVIDER, Call
from aquatint_simulator.openai.models import Family, find
from aquatint_simulator.openai.order import Order, read_order
from aquatint_simulator.pictures.photo import Mask, Photo, PhotoError
from aquatint_simulator.uploads import Uploads

_MEDIA = ("image/png", "image/jpeg", "image/webp")
_IMAGES = ("image", "image[]")
_MOST_IMAGES, _MOST_BYTES, _MOST_BYTES_DALL_E = 16, 50 * 1024 * 1024, 4 * 1024 * 1024
_NUMBERS = ("n", "partial_images", "output_compression")
_TRUTHS = {"true": True, "false": False}
_PREVIEW = "needs a preview this organization has no access to."


async def read_edit(call: Call) -> Order:
    """The order, its photos and its mask; raises `ApiError`."""
    if call.form is not None:
        fields, photos, mask = await _from_form(call.form)
    else:
        fields, photos, mask = await _from_json(call)
    family = _family(call, fields)
    if not family.edits:
        raise errors.invalid("model", f"The model '{fields['model']}' does not edit images.")
    if "markup" in fields:
        raise errors.unsupported("markup", _PREVIEW)
    order = _ordered(call, fields, family, photos)
    _check_dall_e(family, photos, has_form=call.form is not None)
    return replace(order, kind="edit", photos=tuple(photos), mask=_mask(mask, photos[0]))


async def read_variation(call: Call) -> Order:
    """A square PNG is all that dall-e-2 needs; raises `ApiError`."""
    if call.form is None:
        raise errors.invalid("image", "Expected a form with an 'image'.")
    fields, photos, _ = await _from_form(call.form)
    fields = {"model": "dall-e-2", **fields}
    if "prompt" in fields or "mask" in call.fields():
        raise errors.unknown("prompt" if "prompt" in fields else "mask")
    if find(str(fields["model"]), call.world.today) and fields["model"] != "dall-e-2":
        raise errors.not_among("model", str(fields["model"]), ("dall-e-2",))
    _check_dall_e(_family(call, fields), photos, has_form=True)
    order = read_order({**fields, "prompt": "a variation"}, call.world.today)
    return replace(order, kind="variation", prompt="", photos=tuple(photos))


def _family(call: Call, fields: Mapping[str, Any]) -> Family:
    name = fields.get("model")
    if name is None:
        raise errors.missing("model")
    model = find(name, call.world.today) if isinstance(name, str) else None
    if model is None:
        raise errors.no_such_model(str(name))
    return model.family


def _ordered(
    call: Call, fields: Mapping[str, Any], family: Family, photos: Sequence[Photo]
) -> Order:
    if not photos:
        raise errors.missing("image" if call.form is not None else "images")
    if len(photos) > _MOST_IMAGES:
        message = (
            f"Invalid 'images': array too long. Expected an array with maximum length "
            f"{_MOST_IMAGES}, but got an array with length {len(photos)} instead."
        )
        raise errors.ApiError(400, message, param="images", code="array_above_max_length")
    fidelity = fields.get("input_fidelity")
    also = frozenset({"input_fidelity"} if family.fidelities else ())
    shape = (photos[0].width, photos[0].height)
    order = read_order(fields, call.world.today, also=also, shape=shape)
    if fidelity is not None and fidelity not in family.fidelities:
        raise errors.not_among("input_fidelity", fidelity, family.fidelities)
    return order


async def _from_form(
    form: Sequence[Part],
) -> tuple[dict[str, Any], list[Photo], Photo | None]:
    fields: dict[str, Any] = {}
    photos: list[Photo] = []
    mask: Photo | None = None
    for part in form:
        if part.name in _IMAGES:
            photos.append(await _file(part))
        elif part.name == "mask":
            mask = await _file(part)
        else:
            fields[part.name] = _value(part)
    return fields, photos, mask


def _value(part: Part) -> str | int | bool:
    """A form's texts as the numbers and truths that they mean."""
    text = part.text
    if part.name in _NUMBERS and text.removeprefix("-").isdecimal():
        return int(text)
    return _TRUTHS.get(text, text) if part.name == "stream" else text


async def _file(part: Part) -> Photo:
    name = part.name.removesuffix("[]")
    if part.media not in _MEDIA:
        raise errors.unsupported_file(name, part.media)
    return await _decoded(part.data, name)


async def _decoded(data: bytes, param: str) -> Photo:
    if len(data) > _MOST_BYTES:
        raise errors.invalid(param, f"Invalid file '{param}': it must be smaller than 50 MB.")
    try:
        return await inputs.whole(data)
    except PhotoError:
        raise errors.bad_image(param) from None


async def _from_json(call: Call) -> tuple[dict[str, Any], list[Photo], Photo | None]:
    fields = dict(call.fields())
    images, mask = fields.pop("images", None), fields.pop("mask", None)
    if images is not None and not isinstance(images, list):
        raise errors.wrong_type("images", "an array of objects", images)
    photos = [await _named(call, each, f"images[{at}]") for at, each in enumerate(images or ())]
    return fields, photos, None if mask is None else await _named(call, mask, "mask")


async def _named(call: Call, item: object, param: str) -> Photo:
    """A picture by ``image_url`` or ``file_id``, exactly one of them."""
    if not isinstance(item, dict):
        raise errors.wrong_type(param, "an object", item)
    keys = [key for key in item if item[key] is not None]
    if keys not in (["image_url"], ["file_id"]) or not isinstance(item[keys[0]], str):
        raise errors.invalid(param, f"'{param}' needs exactly one of 'image_url' and 'file_id'.")
    if keys == ["file_id"]:
        now, id_ = call.world.clock.now(), item["file_id"]
        upload = call.world.memory_of(Uploads).find(PROVIDER, id_, now)
        if upload is None:
            raise errors.no_such_file(id_)
        return await _decoded(upload.data, f"{param}.file_id")
    try:
        return await inputs.at(call, item["image_url"])
    except inputs.UnreachableError:
        raise errors.not_downloaded() from None
    except PhotoError:
        raise errors.bad_image(f"{param}.image_url") from None


def _mask(mask: Photo | None, photo: Photo) -> Mask | None:
    """A PNG as large as the first picture; where it is clear, there is to be painted."""
    if mask is None:
        return None
    if mask.media != "png" or not mask.has_alpha:
        raise errors.invalid("mask", "Invalid mask: it must be a PNG with an alpha channel.")
    if (mask.width, mask.height) != (photo.width, photo.height):
        raise errors.invalid("mask", "Invalid mask: its size must be that of the image.")
    return Mask(photo=mask, marks="clear")


def _check_dall_e(family: Family, photos: Sequence[Photo], *, has_form: bool) -> None:
    if not family.dall_e:
        return
    if not has_form:
        raise errors.invalid("images", "This model takes its image in a form.")
    if len(photos) != 1:
        raise errors.invalid("image", "This model takes exactly one image.")
    photo = photos[0]
    if photo.media != "png" or photo.width != photo.height or len(photo.data) >= _MOST_BYTES_DALL_E:
        message = "Uploaded image must be a square PNG and less than 4 MB."
        raise errors.ApiError(400, message, param="image")
