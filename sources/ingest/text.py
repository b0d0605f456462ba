"""Hostile text to plain text. Pure. Removes what breaks a database, a header or a page; changes no word.

Bidi controls and zero-width characters stay: Persian, Urdu and many names need them, and pages isolate what is foreign.
"""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

from sources.ingest.nesting import is_too_deep

MAX_TEXT = 200_000
MAX_TITLE = 500
#: nh3 is quadratic in nesting depth (40,000 nested divs take four seconds), so size and depth are bounded before.
MAX_HTML = 1_000_000

# C0 and C1 controls except tab and line feed, lone surrogates, and code points that are no characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LATIN_CONTROLS = bytes([*range(9), *range(11, 32), *range(127, 133), *range(134, 160)])
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_GAP = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^<>]*>")
_PARAGRAPH_TAG = re.compile(
    r"</?(?:p|div|section|article|header|footer|blockquote|pre|ul|ol|dl|table|tr|h[1-6]|hr|figure|figcaption|aside)\b[^<>]*>",
    re.IGNORECASE,
)
_LINE_TAG = re.compile(r"<(?:br|/?li|/?dt|/?dd)\b[^<>]*>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDDEN = re.compile(r"<(script|style|template|noscript|svg|math|iframe|object|title)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_WELL_KNOWN_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|div|em|embed|font|form|h[1-6]|hr|i|iframe|img|input|li|link|meta|"
    r"noscript|object|ol|p|q|script|small|span|strike|strong|style|sub|sup|svg|table|td|tr|u|ul|video)(?=[\s/>])",
    re.IGNORECASE,
)
_KEPT_TAGS = {
    *("p", "div", "section", "article", "header", "footer", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "br", "figure", "figcaption", "aside"),
}
_LINE_TAGS = {"br", "li", "dt", "dd", "/li", "/dt", "/dd"}
#: What the cleaner writes for the characters that HTML keeps for itself; the ampersand comes last.
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_CLEANER = nh3.Cleaner(
    tags=_KEPT_TAGS,
    attributes={"*": set()},  # without the star, nh3 keeps title and lang
    clean_content_tags={"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "title"},
    link_rel=None,
)


def clean_text(value: str) -> str:
    """Plain text, paragraphs separated by one empty line, no controls. Idempotent."""
    if value.isascii() and value.isprintable() and "  " not in value:  # most titles and names
        return value.strip()[:MAX_TEXT].strip()
    value = _with_line_feeds(value[: MAX_TEXT * 2])
    if _is_odd(value):
        value = unicodedata.normalize("NFC", _FORBIDDEN.sub("", value))
        return _without_gaps("\n".join([" ".join(line.split()) for line in value.split("\n")]))
    value = _single_spaced(unicodedata.normalize("NFC", value).replace("\t", " ").replace("\xa0", " "))
    return _without_gaps(value.replace(" \n", "\n").replace("\n ", "\n"))


def _with_line_feeds(value: str) -> str:
    if "\r" in value or "\x85" in value or "\u2028" in value or "\u2029" in value:
        return _LINE_ENDS.sub("\n", value)
    return value


def _is_odd(value: str) -> bool:
    """Whether controls may be in it, or white other than spaces, tabs, line feeds and no-break spaces. In Latin-1, which
    has no such white, a pass over bytes tells; printable is the next best, though Persian's joiners are not."""
    try:
        latin = value.encode("iso-8859-1")
    except UnicodeEncodeError:
        return not _flat(value).isprintable()
    return len(latin.translate(None, _LATIN_CONTROLS)) != len(latin)


def _flat(value: str) -> str:
    """With spaces for the white that texts are full of."""
    return value.replace("\n", " ").replace("\t", " ").replace("\xa0", " ")


def _single_spaced(value: str) -> str:
    while "  " in value:
        value = value.replace("  ", " ")
    return value


def _without_gaps(value: str) -> str:
    """One empty line at the most between two lines, and none at the ends."""
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
    value = _with_line_feeds(value[:MAX_HTML])
    if _is_odd(value):
        value = _FORBIDDEN.sub("", value)
    for _ in range(3):
        if "<" in value and not is_too_deep(value):
            value, finish = _without_tags(value), _composed
        else:
            value, finish = html.unescape(_without_deep_tags(value) if "<" in value else value), clean_text
        if not looks_like_html(value):
            return finish(value)
    return clean_text(_WELL_KNOWN_TAG.sub(" ", value))


def looks_like_html(value: str) -> bool:
    """Whether text that was said to be plain holds tags: many feeds write ``<b>`` into titles without saying so."""
    return "<" in value and _WELL_KNOWN_TAG.search(value) is not None


def _without_deep_tags(value: str) -> str:
    """The words, roughly, where elements nest deeper than nh3 may see. Entities stay."""
    value = " ".join(_HIDDEN.sub(" ", _COMMENT.sub(" ", value)).split())
    value = _PARAGRAPH_TAG.sub("\n\n", value)
    value = _TAG.sub("", _LINE_TAG.sub("\n", value))
    return _without_gaps("\n".join([" ".join(line.split()) for line in value.split("\n")]))


def _without_tags(value: str) -> str:
    """The words with one line feed where a line ends, two where a block does, and one space between two of them."""
    value = _in_one_line(_CLEANER.clean(value).replace("&nbsp;", " "))
    first, *pieces = value.split("<")
    words, ends = [first.strip()], 0
    for piece in pieces:
        tag, _, text = piece.partition(">")
        ends += 1 if tag in _LINE_TAGS else 2
        if text and text != " ":
            words += "\n" if ends == 1 else "\n\n", text.strip()
            ends = 0
    value = "".join(words)
    if "&" in value:
        for entity, character in _ENTITIES:
            value = value.replace(entity, character)
    return value


def _in_one_line(value: str) -> str:
    """Line ends inside HTML are no line ends: words separated by one space. Controls that entities stood for are gone."""
    value = _flat(value)
    if _is_odd(value):  # other white, or what entities stood for
        return " ".join(_FORBIDDEN.sub("", _with_line_feeds(value)).split())
    return _single_spaced(value)


def _composed(value: str) -> str:
    """``clean_text`` for words that are laid out and hold no controls."""
    return unicodedata.normalize("NFC", value[: MAX_TEXT * 2]).strip()[:MAX_TEXT].strip()
