"""The locator map of a situation, and the sentence that says the same. The maps are drawn by ``scripts/maps``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django import template
from django.utils.translation import gettext as _

from briefings.render import side
from briefings.render.document import Document

register = template.Library()
_LIST = Path(__file__).resolve().parent.parent / "data" / "maps.json"


@dataclass(frozen=True, slots=True)
class Locator:
    """A map that stands beside an edition: its template, and its text equivalent in the active language."""

    template: str
    words: str
    is_disputed: bool  # whether a dotted line is on it


@lru_cache(maxsize=1)
def _listed() -> dict[str, dict[str, object]]:
    """What stands on each map, by the code of its situation: places, the capital, whether lines on it are disputed."""
    listed: dict[str, dict[str, object]] = json.loads(_LIST.read_text(encoding="utf-8"))
    return listed


@register.filter
def locator(document: Document) -> Locator | None:
    """The map to show with that edition; None on a quiet day, and where the situation has none."""
    about = _listed().get(document.situation_code)
    if about is None or document.is_quiet:
        return None
    places = about["places"]
    assert isinstance(places, list)  # noqa: S101 - of our own file
    words = [
        _("Map of %(name)s and its neighbours. Places named on it: %(places)s.")
        % {"name": document.situation_name, "places": ", ".join(places)}
    ]
    if about["capital"]:
        words.append(_("The capital is %(place)s.") % {"place": about["capital"]})
    if about["disputed"]:
        words.append(_("Dotted lines are disputed."))
    return Locator(f"maps/{document.situation_code}.svg", " ".join(words), bool(about["disputed"]))


@register.filter
def map_is_beside(document: Document, paper: str) -> bool:
    """On paper: whether the map stands in the side column of page 1; else it stands with the sources."""
    return side.map_fits(document, paper=paper)
