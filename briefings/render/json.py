"""The JSON form: the Document itself, with its stable ids, readable by people too."""

from __future__ import annotations

import json

from briefings.render.document import Document, content_hash, to_json


def render(document: Document, *, approved_hash: str = "") -> str:
    """The Document and the hash of what was approved, ending with a line break.

    An issued edition's hash is given: fields that the schema gained since would make another of it.
    """
    return (
        json.dumps(
            {**to_json(document), "content_sha256": approved_hash or content_hash(document)},
            ensure_ascii=False,
            indent=1,
            sort_keys=True,
        )
        + "\n"
    )
