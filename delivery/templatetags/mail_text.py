"""Plain text for mail: lines short enough for every mail program."""

from __future__ import annotations

import re
import textwrap

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WIDTH = 72
_ARROWS = {"worsening": "▲", "unchanged": "▶", "easing": "▼"}


@register.filter
def lines(text: str, hanging: int = 0) -> str:
    """The text in lines of at most 72 characters, those after the first of each indented by ``hanging``. Its own line
    ends stay, and addresses stay whole."""
    return "\n".join(
        textwrap.fill(line, WIDTH, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )


@register.filter
def own_links(text: str, site_url: str) -> SafeString:
    """The text as HTML, in which only addresses of this site can be followed: the others came from outside."""
    parts = re.split(rf"({re.escape(site_url)}/\S*)", text)
    return mark_safe(  # noqa: S308 - each part is escaped here
        "".join(
            format_html('<a href="{0}">{0}</a>', part) if position % 2 else escape(part).replace("\n", "<br>")
            for position, part in enumerate(parts)
        )
    )


@register.filter
def arrow(trend: str) -> str:
    """The trend's arrow as a character; a word always stands beside it."""
    return _ARROWS.get(trend, "")
