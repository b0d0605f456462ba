"""Plain text for mail: lines short enough for every mail program."""

from __future__ import annotations

import textwrap

from django import template

register = template.Library()

WIDTH = 72
_ARROWS = {"worsening": "▲", "unchanged": "▶", "easing": "▼"}


@register.filter
def lines(text: str, hanging: int = 0) -> str:
    """The text in lines of at most 72 characters, those after the first indented by ``hanging``. Addresses stay whole."""
    wrapped = textwrap.wrap(
        text, WIDTH, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(wrapped)


@register.filter
def arrow(trend: str) -> str:
    """The trend's arrow as a character; a word always stands beside it."""
    return _ARROWS.get(trend, "")
