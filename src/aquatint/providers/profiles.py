"""How servers that imitate OpenAI's Images API differ from it: data, one profile for each kind."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from aquatint.catalog.frozen import Frozen
from aquatint.catalog.model import Fixed, Parameter

DATA = Path(__file__).parent / "data/profiles.toml"
_PATH = r"^/([^{}]|\{model\})*$"


class Profile(Frozen):
    """What one kind of server wants, and what its models can usually be asked for.

    `edit_form` is how pictures go along: in a form, as data URLs in OpenAI's JSON, or as objects
    with a `url`. With `prompt_tag` the settings that `parameters` puts below that name ride
    within the prompt, as JSON between such tags.
    """

    generate: str = Field(default="/images/generations", pattern=_PATH)
    edit: str | None = Field(default=None, pattern=_PATH)  # None: it takes no pictures
    edit_form: Literal["form", "json", "objects"] = "form"
    models: str = Field(default="/models", pattern="^/")  # free, and refuses a bad key
    header: str = Field(default="Authorization", pattern=r"^[A-Za-z0-9-]+$")
    scheme: str = Field(default="Bearer", pattern=r"^[!-~]*$")  # before the key; may be empty
    query: Mapping[str, str] = {}
    body: Mapping[str, Fixed] = {}  # the same in each request without pictures
    prompt_tag: str | None = Field(default=None, pattern=r"^\w+$")
    parameters: Mapping[Parameter, str] = {}
    capabilities: Mapping[str, object] = {}  # as in a row of the catalog
    ratios: Mapping[str, str] = {}  # the sizes to be had, and their shapes

    def sign_in(self, key: str | None) -> dict[str, str]:
        """The header that carries the key; none without one."""
        return {self.header: f"{self.scheme} {key}".strip()} if key else {}


@cache
def profiles() -> dict[str, dict[str, object]]:
    """Every profile as its fields, by name; a name's own fields on top of those of `openai`."""
    with DATA.open("rb") as file:
        told: dict[str, dict[str, object]] = tomllib.load(file)
    usual = {"parameters": told["openai"]["parameters"]}
    return {name: usual | fields for name, fields in told.items()}
