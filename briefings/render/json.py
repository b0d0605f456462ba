"""The JSON form: the Document itself, with its stable ids, readable by people too."""

from __future__ import annotations

import json

from briefings.render.document import Document, content_hash, to_json


def render(document: Document) -> str:
    """The Document and the hash of what was approved, ending with a line break."""
    return (
        json.dumps(
            {**to_json(document), "content_sha256": content_hash(document)},
            ensure_ascii=False,
            indent=1,
            sort_keys=True,
        )
        + "\n"
    )
