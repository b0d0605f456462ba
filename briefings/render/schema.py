"""The JSON Schema (draft 2020-12) of the JSON form, made from the Document's own annotations, so that it cannot differ.

Fields that have a default came later: what was written before them lacks them, so they are not required.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from typing import Any

from briefings.render.document import SCHEMA_VERSION, Document

#: Never changes what it means: a later schema has another name.
NAME = f"edition-{SCHEMA_VERSION}.schema.json"

_SIMPLE: dict[type, dict[str, str]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
}


def schema(address: str) -> dict[str, Any]:
    """The schema under its own address. Every nested value is a definition named after its class."""
    definitions: dict[str, Any] = {}
    body = _object(Document, definitions)
    body["properties"] |= {
        "content_sha256": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "SHA-256 of what was approved: the document without status, issue times and approver.",
        }
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": "Edition of a country brief",
        **body,
        "$defs": definitions,
    }


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip().splitlines()[0],
        "properties": {field.name: _value(hints[field.name], definitions) for field in fields},
        "required": [field.name for field in fields if field.default is dataclasses.MISSING],
    }


def _value(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return {"anyOf": [{"type": "null"} if arg is types.NoneType else _value(arg, definitions) for arg in args]}
    if origin is tuple:
        return {"type": "array", "items": _value(args[0], definitions)}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}  # holds its place: a value may hold its own kind
            definitions[kind.__name__] = _object(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    return dict(_SIMPLE[kind])
