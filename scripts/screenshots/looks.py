"""In what the studio is photographed: a desk and a phone, by day and by night."""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    width: int
    height: int
    theme: Literal["light", "dark"]


LOOKS: Final = (
    Look("desktop-light", 1280, 900, "light"),
    Look("desktop-dark", 1280, 900, "dark"),
    Look("phone-light", 375, 812, "light"),
    Look("phone-dark", 375, 812, "dark"),
)
