"""The settings page: meaning from `.env.example`, type and default from the code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aquatint.settings import Settings
from scripts.reference.markdown import NOTICE, code, table

_ASSIGNMENT = re.compile(r"^(?:# )?(?P<name>[A-Z][A-Z0-9_]*)=")
INTRODUCTION = (
    "Read from the environment and from `.env` in the folder where the gateway starts; the "
    "environment wins. A value that cannot be used ends the start with one line that names it."
)
_GROUP = "# ---- "


@dataclass(frozen=True, slots=True)
class Described:
    group: str
    name: str
    meaning: str


def described(text: str) -> Iterator[Described]:
    """The settings of an `.env` file, each with its group and the comment lines above it."""
    group, comment = "", list[str]()
    for line in text.splitlines():
        if line.startswith(_GROUP):
            group, comment = line.removeprefix(_GROUP), []
        elif found := _ASSIGNMENT.match(line):
            yield Described(group, found["name"], " ".join(comment))
            comment = []
        elif line.startswith("# "):
            comment.append(line.removeprefix("# "))
        else:
            comment = []


def kind(schema: Mapping[str, Any]) -> str:
    """What a value must look like, in a word or two, from its JSON Schema."""
    if "anyOf" in schema:
        kinds = dict.fromkeys(kind(one) for one in schema["anyOf"] if one.get("type") != "null")
        return "number" if "number" in kinds else " or ".join(kinds)
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return " or ".join(code(value) for value in schema["enum"])
    formats = {"password": "secret", "date": "date", "path": "file or folder"}
    types = {
        "integer": "whole number",
        "boolean": "`true` or `false`",
        "array": "list",
        "string": "text",
    }
    form, plain = schema.get("format", ""), schema.get("type", "")
    return formats.get(form) or types.get(plain, plain)


def default(value: object) -> str:
    """A default as one would write it in `.env`."""
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return " ".join(code(each) for each in value)
    return code(str(value).lower() if isinstance(value, bool) else value)


def page(root: Path) -> str:
    """The whole page; raises ValueError when file and code name different settings."""
    fields = {name.upper(): field for name, field in Settings.model_fields.items()}
    schemas = {
        name.upper(): one for name, one in Settings.model_json_schema()["properties"].items()
    }
    rows = list(described((root / ".env.example").read_text("utf-8")))
    if strays := {row.name for row in rows} ^ fields.keys():
        raise ValueError(f".env.example and settings.py disagree about {', '.join(sorted(strays))}")
    parts = [
        "# Settings",
        NOTICE,
        INTRODUCTION,
    ]
    for group in dict.fromkeys(row.group for row in rows):
        parts.append(f"## {group}")
        parts.append(
            table(
                ("Setting", "Value", "Default", "Meaning"),
                [
                    (
                        code(row.name),
                        kind(schemas[row.name]),
                        default(fields[row.name].default),
                        row.meaning,
                    )
                    for row in rows
                    if row.group == group
                ],
            )
        )
    return "\n\n".join(parts) + "\n"
