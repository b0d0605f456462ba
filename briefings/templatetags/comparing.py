"""Words for comparisons of editions and for the archive's months. Formatting only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import template
from django.utils import dateformat
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from briefings.models import Section

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
