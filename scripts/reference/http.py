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


async def openapi() -> Schema:
    """The application's own document, from a gateway that nobody will call."""
    with TemporaryDirectory() as folder:
        async with open_services(Settings(_env_file=None, data_dir=Path(folder))) as services:
            document: Schema = create_app(services).openapi()
    return document


def type_name(schema: Schema, named: Schema) -> str:
    """A JSON Schema in one short phrase; `named` are the document's own schemas."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return type_name(named[name], named) if "enum" in named[name] else name
    if alternatives := schema.get("anyOf"):
        kinds = (type_name(one, named) for one in alternatives if one.get("type") != "null")
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema or "const" in schema:
        return " or ".join(code(value) for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {type_name(schema['items'], named)}"
    return str(schema.get("type", "anything"))


def fields(schema: Schema, named: Schema) -> str:
    """The properties of an object as a table."""
    required = schema.get("required", ())
    return table(
        ("Field", "Type", "Meaning"),
        [
            (
                code(name) + ("" if name in required else " (optional)"),
                type_name(one, named),
                str(one.get("description", "")),
            )
            for name, one in schema.get("properties", {}).items()
        ],
    )


def parameters(operation: Schema, named: Schema) -> Iterator[str]:
    if given := operation.get("parameters"):
        rows = [
            (
                code(one["name"]),
                one["in"],
                type_name(one["schema"], named),
                str(one.get("description", "")),
            )
            for one in given
        ]
        yield table(("Parameter", "In", "Type", "Meaning"), rows)


def body(operation: Schema, named: Schema) -> Iterator[str]:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = content.get("schema", {})
        if schema.get("format") == "binary":
            yield f"Body, `{media}`: the bytes."
            continue
        yield f"Body, `{media}`:"
        yield fields(named.get(type_name(schema, named), schema), named)


def answers(operation: Schema) -> Iterator[str]:
    lines = []
    for status, answer in operation["responses"].items():
        media = ", ".join(code(name) for name in answer.get("content", {}))
        lines.append(f"- **{status}** {answer['description']}" + (f" ({media})" if media else ""))
    yield "\n".join(lines)


def operations(document: Schema, named: Schema) -> Iterator[str]:
    """Heading, text and tables of every operation, in the document's order."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if operation := item.get(method):
                yield f"## `{method.upper()} {path}`"
                yield str(operation.get("description") or operation.get("summary", "")).strip()
                yield from parameters(operation, named)
                yield from body(operation, named)
                yield from answers(operation)


def page() -> str:
    """The whole page."""
    document = asyncio.run(openapi())
    named = document.get("components", {}).get("schemas", {})
    parts = [
        "# HTTP API",
        NOTICE,
        "A running gateway shows the same at `/docs`.",
        *operations(document, named),
        "## Shapes",
    ]
    for name, schema in named.items():
        if "enum" not in schema:
            parts += [f"### {name}", schema.get("description", ""), fields(schema, named)]
    return "\n\n".join(part for part in parts if part) + "\n"
