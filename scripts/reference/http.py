"""The HTTP page, from the application's OpenAPI document."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aquatint.app import create_app
from aquatint.container import open_services
from aquatint.settings import Settings
from scripts.reference.markdown import NOTICE, code, table

Schema = Mapping[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")


def type_name(schema: Schema) -> str:
    """A JSON Schema in one short phrase; a named one by its name."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(type_name(one) for one in alternatives))
    if "const" in schema or "enum" in schema:
        return " or ".join(code(value) for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {type_name(schema.get('items', {})) or 'anything'}"
    return str(schema.get("type", ""))


def fields(schema: Schema) -> str:
    """The properties of an object as a table."""
    required = schema.get("required", ())
    return table(
        ("Field", "Type", "Meaning"),
        [
            (
                code(name) + ("" if name in required else " (optional)"),
                type_name(one),
                str(one.get("description", "")),
            )
            for name, one in schema.get("properties", {}).items()
        ],
    )


def parameters(operation: Schema) -> Iterator[str]:
    if given := operation.get("parameters"):
        yield table(
            ("Parameter", "In", "Type", "Meaning"),
            [
                (
                    code(one["name"]),
                    one["in"],
                    type_name(one.get("schema", {})),
                    str(one.get("description", "")),
                )
                for one in given
            ],
        )


def body(operation: Schema, schemas: Schema) -> Iterator[str]:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = content.get("schema", {})
        named = schemas.get(type_name(schema), schema)
        if named.get("properties"):
            yield f"Body, `{media}`:"
            yield fields(named)


def answers(operation: Schema) -> Iterator[str]:
    lines = []
    for status, answer in operation.get("responses", {}).items():
        media = ", ".join(code(name) for name in answer.get("content", {}))
        lines.append(
            f"- **{status}** {answer.get('description', '')}" + (f" ({media})" if media else "")
        )
    if lines:
        yield "\n".join(lines)


def operations(document: Schema) -> Iterator[str]:
    """Heading, text and tables of every operation, in the document's order."""
    schemas = document.get("components", {}).get("schemas", {})
    for path, item in document["paths"].items():
        for method in _METHODS:
            if operation := item.get(method):
                yield f"## `{method.upper()} {path}`"
                yield str(operation.get("description") or operation.get("summary", "")).strip()
                yield from parameters(operation)
                yield from body(operation, schemas)
                yield from answers(operation)


async def openapi() -> Schema:
    """The application's own document, from a gateway that nobody will call."""
    with TemporaryDirectory() as folder:
        async with open_services(Settings(_env_file=None, data_dir=Path(folder))) as services:
            document: Schema = create_app(services).openapi()
    return document


def page() -> str:
    """The whole page."""
    document = asyncio.run(openapi())
    parts = [
        "# HTTP API",
        NOTICE,
        "A running gateway shows the same at `/docs`.",
        *operations(document),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
