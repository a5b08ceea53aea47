"""What a row makes of a request on the wire: the model's own names and values.

A dot in a name stands for an object within an object: ``imageConfig.aspectRatio``.
"""

from collections.abc import Mapping
from typing import TypeVar

from aquatint.catalog.model import ListedSizes, Parameter, Row, Size

Value = TypeVar("Value")


def settings_on_wire(row: Row, settings: Mapping[Parameter, Value]) -> dict[str, Value | str]:
    """`settings` by the names that `row` gives them; what it has no name for is left out.

    None stands for a setting that was not asked for and is left out too.
    """
    return {
        row.parameters[name]: _value(row, name, value)
        for name, value in settings.items()
        if name in row.parameters and value is not None
    }


def size_on_wire(row: Row, size: Size) -> dict[str, int | str]:
    """How `row` is asked for `size`, one that it supports: by pixels, shape or a word for them."""
    said: dict[Parameter, int | str | None] = {
        "width": size.width,
        "height": size.height,
        "size": str(size),
        "image_size": row.quality,
    }
    if isinstance(row.sizes, ListedSizes):
        said["aspect_ratio"] = row.sizes.ratios.get(str(size))
        said["megapixels"] = row.sizes.megapixels.get(str(size))
    told = {name: value for name, value in said.items() if value is not None}
    return settings_on_wire(row, told)


def _value(row: Row, name: Parameter, value: Value) -> Value | str:
    return row.values.get(name, {}).get(str(value), value)
