"""Hostile text to plain text. Pure. Removes what breaks a database, a header or a page; changes no word.

Bidi controls and zero-width characters stay: Persian, Urdu and many names need them, and pages isolate what is foreign.
"""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

MAX_TEXT = 200_000
MAX_TITLE = 500
#: nh3 is quadratic in nesting depth (40,000 nested divs take four seconds), so both are bounded before it sees them.
MAX_HTML = 1_000_000
MAX_DEPTH = 200

# C0 and C1 controls except tab and line feed, lone surrogates, and code points that are no characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_GAP = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^<>]*>")
_OPENING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
_PARAGRAPH_TAG = re.compile(
    r"</?(?:p|div|section|article|header|footer|blockquote|pre|ul|ol|dl|table|tr|h[1-6]|hr|figure|figcaption|aside)\b[^>]*>",
    re.IGNORECASE,
)
_LINE_TAG = re.compile(r"<(?:br|/?li|/?dt|/?dd)\b[^>]*>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style|template|noscript|svg|math|iframe|object|title)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_WELL_KNOWN_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|div|em|embed|font|form|h[1-6]|hr|i|iframe|img|input|li|link|meta|"
    r"noscript|object|ol|p|q|script|small|span|strike|strong|style|sub|sup|svg|table|td|tr|u|ul|video)(?=[\s/>])",
    re.IGNORECASE,
)
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "source", "area", "col", "embed", "track", "base", "param"}
_KEPT_TAGS = {
    *("p", "div", "section", "article", "header", "footer", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "br", "figure", "figcaption", "aside"),
}
_DROPPED_WITH_CONTENT = {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "title"}


def clean_text(value: str) -> str:
    """Plain text, paragraphs separated by one empty line, no controls. Idempotent."""
    value = _LINE_ENDS.sub("\n", value[: MAX_TEXT * 2])
    value = unicodedata.normalize("NFC", _FORBIDDEN.sub("", value))
    value = "\n".join(" ".join(line.split()) for line in value.split("\n"))
    return _GAP.sub("\n\n", value).strip()[:MAX_TEXT].strip()


def clean_line(value: str, limit: int) -> str:
    """One line, so that it can stand in a mail's header. Cut at a word where it is too long. Idempotent."""
    value = " ".join(clean_text(value[: limit * 20]).split())
    if len(value) <= limit:
        return value
    cut = value[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:-") + "…"


def text_of_html(value: str) -> str:
    """The words of an HTML fragment, with paragraph breaks where its blocks are. Already clean.

    Many feeds escape their HTML twice, so what still looks like markup is taken for markup again; what looks like it
    after that is cut out. The result is plain text all the same and has to be escaped where it is shown.
    """
    value = _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", value[:MAX_HTML]))
    for _ in range(3):
        value = html.unescape(_without_tags(value) if "<" in value else value)
        if not looks_like_html(value):
            return clean_text(value)
    return clean_text(_WELL_KNOWN_TAG.sub(" ", value))


def looks_like_html(value: str) -> bool:
    """Whether text that was said to be plain holds tags: many feeds write ``<b>`` into titles without saying so."""
    return _WELL_KNOWN_TAG.search(value) is not None


def _without_tags(value: str) -> str:
    if _is_too_deep(value):
        value = _HIDDEN.sub(" ", value)
    else:
        value = nh3.clean(
            value, tags=_KEPT_TAGS, attributes={}, clean_content_tags=_DROPPED_WITH_CONTENT, link_rel=None
        )
    value = " ".join(value.split())  # line ends inside HTML are no line ends
    value = _PARAGRAPH_TAG.sub("\n\n", value)
    value = _LINE_TAG.sub("\n", value)
    return _TAG.sub("", value)


def _is_too_deep(value: str) -> bool:
    """Whether elements nest deeper than we let nh3 see. Tags that are never closed count as open."""
    depth = 0
    for match in _OPENING.finditer(value):
        closing, name, rest = match.groups()
        if closing:
            depth = max(0, depth - 1)
        elif not rest.endswith("/") and name.lower() not in _VOID:
            depth += 1
            if depth > MAX_DEPTH:
                return True
    return False
