"""The Document that an edition would be with what stands in the editor's form now. Reads the form; saves nothing.

What was stored is the ground: the form's words are laid over it, so it costs no more queries than the stored Document.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from briefings.lint.finding import CLAIM_SECTIONS
from briefings.render.document import Claim, Document

_TEXTS = ("bottom_line", "likelihood", "confidence", "assessment", "alternative", "unknown", "tlp", "kind", "trend")
_CLAIM_TEXTS = ("kind", "headline", "text", "label", "mark", "name", "role", "attribution", "risk")
#: Choices whose values other than these would be no Document.
_TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
_KINDS = ("routine", "flash", "quiet")
_TRENDS = ("worsening", "unchanged", "easing")
_MOST_CLAIMS = 200


def document_with(document: Document, form: Mapping[str, str], dropped: Mapping[str, list[str]]) -> Document:
    """``document`` with the posted words. ``dropped`` holds ids of passages to let go, by the form's prefix."""
    fields: dict[str, Any] = {name: _text(form[name]) for name in _TEXTS if name in form}
    for name, allowed in (("tlp", _TLP), ("kind", _KINDS), ("trend", _TRENDS)):
        if fields.get(name) not in allowed:
            fields.pop(name, None)
    if form.get("level") in {"0", "1", "2", "3"}:
        fields["level"] = int(form["level"])
    if "signs" in form:
        fields["signs"] = tuple(_lines(form["signs"]))
    if "level_since" in form:
        fields["level_since"] = _date(form["level_since"])
    for section in CLAIM_SECTIONS:
        if f"{section}-TOTAL_FORMS" in form:
            fields[section] = tuple(_claims(document, section, form, dropped))
    return dataclasses.replace(document, **fields)


def _claims(
    document: Document, section: str, form: Mapping[str, str], dropped: Mapping[str, list[str]]
) -> Iterator[Claim]:
    stored: dict[str, Claim] = {claim.id: claim for claim in getattr(document, section)}
    total = form[f"{section}-TOTAL_FORMS"]
    placed: list[tuple[int, int, Claim]] = []
    for number in range(min(int(total) if total.isdecimal() else 0, _MOST_CLAIMS)):
        prefix = f"{section}-{number}"
        if form.get(f"{prefix}-DELETE") or not form.get(f"{prefix}-text", "").strip():
            continue
        claim = stored.get(f"c{form.get(f'{prefix}-id', '')}", Claim(f"new-{prefix}", "claim", "", "", "", "", ()))
        gone = {f"p{pk}" for pk in dropped.get(prefix, [])}
        kept = tuple(passage for passage in claim.passages if passage.id not in gone)
        words = {
            name: _text(form[f"{prefix}-{name}"]) for name in _CLAIM_TEXTS if form.get(f"{prefix}-{name}") is not None
        }
        marked = form.get(f"{prefix}-judgements")
        judgements = claim.judgements if marked is None else tuple(" ".join(line.split()) for line in _lines(marked))
        position = form.get(f"{prefix}-position", "")
        made = dataclasses.replace(claim, passages=kept, judgements=judgements, **words)  # type: ignore[arg-type]
        placed.append((int(position) if position.isdecimal() else 10**6, number, made))
    yield from (claim for _position, _number, claim in sorted(placed, key=lambda each: each[:2]))


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


def _lines(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()]


def _date(value: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None
