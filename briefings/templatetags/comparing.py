"""Words for comparisons of editions and for the archive's months. Formatting only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import template
from django.utils import dateformat
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from briefings.models import Section
from briefings.since import Comparison, State

register = template.Library()

_TEXTS = {
    "bottom_line": gettext_lazy("Bottom line"),
    "likelihood": gettext_lazy("Likelihood"),
    "confidence": gettext_lazy("Confidence"),
    "assessment": gettext_lazy("Assessment and outlook"),
    "alternative": gettext_lazy("Another view"),
    "unknown": gettext_lazy("What we do not know"),
}


@dataclass(frozen=True, slots=True)
class Weekday:
    """Its name in the head of a column, and in full."""

    short: str
    long: str


@register.filter
def text_name(name: str) -> str:
    """The heading of a text of the Document."""
    return str(_TEXTS[name])


@register.filter
def section_name(code: str) -> str:
    """The heading of a section of claims."""
    return str(Section(code).label)


@register.filter
def since_words(comparison: Comparison) -> str:
    """How many claims are new, changed, gone: marks in the text show which."""
    parts = []
    if new := comparison.count(State.NEW):
        parts.append(ngettext("%(count)d claim is new", "%(count)d claims are new", new) % {"count": new})
    if changed := comparison.count(State.CHANGED):
        parts.append(ngettext("%(count)d was changed", "%(count)d were changed", changed) % {"count": changed})
    if gone := comparison.count(State.GONE):
        parts.append(ngettext("%(count)d is no longer here", "%(count)d are no longer here", gone) % {"count": gone})
    return ", ".join(parts) + "." if parts else _("The claims are the same.")


@register.filter
def month_year(value: dt.date) -> str:
    """December 2013."""
    return dateformat.format(value, _("F Y"))


@register.filter
def iso_date(value: str) -> dt.date:
    """The date that ISO 8601 writes so."""
    return dt.date.fromisoformat(value)


@register.simple_tag
def weekdays() -> list[Weekday]:
    """Monday first."""
    return [Weekday(str(WEEKDAYS_ABBR[number]), str(WEEKDAYS[number])) for number in range(7)]
