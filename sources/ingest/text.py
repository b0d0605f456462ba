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
_OTHER_LINE_ENDS = ("\r", "\x85", "\u2028", "\u2029")
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
_LINE_TAGS = {"br", "li", "dt", "dd"}
_CLEAN_TAG = re.compile(r"</?([a-z][a-z0-9]*)>")
_CLEANER = nh3.Cleaner(
    tags=_KEPT_TAGS,
    attributes={"*": set()},  # without the star, nh3 keeps title and lang
    clean_content_tags={"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "title"},
    link_rel=None,
)


def clean_text(value: str) -> str:
    """Plain text, paragraphs separated by one empty line, no controls. Idempotent."""
    return _laid_out(_storable(value[: MAX_TEXT * 2]))


def _storable(value: str) -> str:
    """Without what no text may hold, composed (NFC); line ends as line feeds."""
    return unicodedata.normalize("NFC", _without_controls(_with_line_feeds(value)))


def _with_line_feeds(value: str) -> str:
    return _LINE_ENDS.sub("\n", value) if any(end in value for end in _OTHER_LINE_ENDS) else value


def _without_controls(value: str) -> str:
    return value if value.isprintable() else _FORBIDDEN.sub("", value)


def _laid_out(value: str) -> str:
    """Paragraphs separated by one empty line, words by one space."""
    if "\n" not in value:
        return " ".join(value.split())[:MAX_TEXT].strip()
    value = "\n".join([" ".join(line.split()) for line in value.split("\n")])
    if "\n\n\n" in value:
        value = _GAP.sub("\n\n", value)
    return value.strip()[:MAX_TEXT].strip()


def clean_line(value: str, limit: int) -> str:
    """One line, so that it can stand in a mail's header. Cut at a word where it is too long. Idempotent."""
    value = clean_text(value[: limit * 20])
    if "\n" in value:
        value = " ".join(value.split())
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
    value = _without_controls(_with_line_feeds(value[:MAX_HTML]))
    for _ in range(3):
        if "<" in value:
            value = _without_tags(value)
            if "&" not in value:
                return _composed(value)
        value = html.unescape(value) if "&" in value else value
        if not looks_like_html(value):
            return clean_text(value)
    return clean_text(_WELL_KNOWN_TAG.sub(" ", value))


def looks_like_html(value: str) -> bool:
    """Whether text that was said to be plain holds tags: many feeds write ``<b>`` into titles without saying so."""
    return "<" in value and _WELL_KNOWN_TAG.search(value) is not None


def _without_tags(value: str) -> str:
    """The words with line feeds where blocks and lines end, one space between two words."""
    if _is_too_deep(value):
        value = " ".join(_HIDDEN.sub(" ", value).split())
        value = _PARAGRAPH_TAG.sub("\n\n", value)
        return _laid_out(_TAG.sub("", _LINE_TAG.sub("\n", value)))
    return _CLEAN_TAG.sub(_break, _in_one_line(_CLEANER.clean(value)))


def _in_one_line(value: str) -> str:
    """Line ends inside HTML are no line ends: words separated by one space. Of what is printable only that is white."""
    return value if value.isprintable() and "  " not in value else " ".join(value.split())


def _composed(value: str) -> str:
    """``clean_text`` for words that are separated by one space already and hold no controls."""
    value = unicodedata.normalize("NFC", value[: MAX_TEXT * 2])
    value = "\n".join([line.strip() for line in value.split("\n")])
    if "\n\n\n" in value:
        value = _GAP.sub("\n\n", value)
    return value.strip()[:MAX_TEXT].strip()


def _break(tag: re.Match[str]) -> str:
    """What stands in a text where the cleaner left one of its tags, which have no attributes any more."""
    return "\n" if tag.group(1) in _LINE_TAGS else "\n\n"


def _is_too_deep(value: str) -> bool:
    """Whether elements nest deeper than we let nh3 see. Tags that are never closed count as open."""
    if value.count("<") <= MAX_DEPTH:
        return False
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
