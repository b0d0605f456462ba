"""Whether an HTML fragment nests so deep that parsing it would take long, or much memory. Pure.

An HTML parser is quadratic in depth, and in formatting elements that are never closed: it opens all of them anew in each
paragraph, so that 13 kB make a million nodes. What counts here is never less than what a parser would have open: whatever
two readers of the same bytes might see differently (a bracket in an attribute, a comment with tags in it, raw text) counts
as too deep. Closing tags that close nothing count for nothing.
"""

from __future__ import annotations

import re

MAX_DEPTH = 200
#: Elements that may be open, summed over all tags of a fragment: what a parser may have to open anew. A long real entry
#: (PyPy's blog, 5,000 elements) comes to less than a third.
MAX_WORK = 250_000

_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "source", "area", "col", "embed", "track", "base", "param"}
#: Void elements as they are mostly written, and so sure that they can be counted without looking.
_VOID_AS_WRITTEN = ("<br>", "<br/>", "<br />", "<img ")
_ATTRIBUTES = r"""(?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'=<>`]+))?)*\s*"""
_SHAPE = "path|circle|ellipse|line|polygon|polyline|rect|use"
#: A picture of a few shapes, none in another, as GitHub's pages have one at each heading.
_ICON = rf"<svg{_ATTRIBUTES}>\s*(?:<(?:{_SHAPE}){_ATTRIBUTES}(?:/>|>\s*</(?:{_SHAPE})>)\s*){{0,20}}</svg>"
_TAG = re.compile(
    rf"{_ICON}|<(/?)([a-zA-Z][^\s/<>\"'=]*){_ATTRIBUTES}/?>|<!--[^<]*?-->|<[!?/][^<>a-zA-Z][^<>]*>|<(?![a-zA-Z/!?])"
)
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"}
_NEVER = {"plaintext", "svg", "math", "template", "select", "frameset"}
#: Elements that end where what holds them does, and those that end them so.
_ENDS_BY_ITSELF = {"p", "li", "dd", "dt", "tr", "td", "th", "tbody", "thead", "tfoot"}
_ENDS_OTHERS = {
    *("ul", "ol", "dl", "table", "tbody", "thead", "tfoot", "tr", "div", "blockquote", "section", "article", "main"),
    *("figure", "header", "footer", "aside", "nav"),
}
_ENDS_A_PARAGRAPH = {*_ENDS_OTHERS, *("h1", "h2", "h3", "h4", "h5", "h6", "pre")} - {
    "table",
    "tbody",
    "thead",
    "tfoot",
    "tr",
}


def is_too_deep(value: str) -> bool:
    """Whether the fragment is more than a parser should be given."""
    brackets = value.count("<")
    if brackets <= MAX_DEPTH or brackets - value.count("</") - sum(map(value.count, _VOID_AS_WRITTEN)) <= MAX_DEPTH:
        return False
    opened: list[str] = []
    work, end, raw = 0, 0, ""
    for tag in _TAG.finditer(value):
        if value.find("<", end, tag.start()) >= 0:
            return True  # something that is no plain tag
        end = tag.end()
        name = (tag[2] or "").lower()
        if raw and (name != raw or not tag[1]):
            return True
        raw = name if name in _RAW and not tag[1] else ""
        if tag[1]:
            _close(opened, name)
        elif name and name not in _VOID:
            _open(opened, name)
        work += len(opened)
        if len(opened) > MAX_DEPTH or work > MAX_WORK or name in _NEVER:
            return True
    return value.find("<", end) >= 0


def _open(opened: list[str], name: str) -> None:
    """The element is open, and not the paragraph or the point of a list that it ends."""
    if (
        opened
        and opened[-1] in {"p", "li"}
        and (name == opened[-1] or (opened[-1] == "p" and name in _ENDS_A_PARAGRAPH))
    ):
        opened.pop()
    opened.append(name)


def _close(opened: list[str], name: str) -> None:
    """The element and what ends with it are no longer open, where nothing else stands between."""
    last = len(opened) - 1
    if name in _ENDS_OTHERS:
        while last >= 0 and opened[last] != name and opened[last] in _ENDS_BY_ITSELF:
            last -= 1
    if last >= 0 and opened[last] == name:
        del opened[last:]
