"""Elements of one feed, with their values as feedparser takes them, for the plain reader. Raises NotPlain where it knows
better than to guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from sources.adapters import charset, vocabulary
from sources.adapters.entry import Markup
from sources.adapters.vocabulary import Namespaces, NotPlain

_ABSOLUTE = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9/._=-]*(?:\?[A-Za-z0-9&/._=-]+)?")
_SLASHES = re.compile("^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_IS_HTML = {"text": False, "plain": False, "text/plain": False, "html": True, "text/html": True}


@dataclass(frozen=True, slots=True)
class Record:
    """What is to be known of the parser of record. ``rules``: the elements it has rules for, as ``prefix_name`` in lower
    case; ``looks_like_html``: its guess for text that is said to be plain; ``absolute``: how it applies xml:base, from the
    base and the attribute."""

    namespaces: Namespaces
    rules: frozenset[str]
    looks_like_html: Callable[[str], bool]
    absolute: Callable[[str, str], str]


class Elements:
    """What depends on the document: the address that others are relative to, and whether it is Atom."""

    def __init__(self, base: str, record: Record) -> None:
        self.base, self.is_atom, self._record = base, False, record

    def words(self, element: etree._Element, kind: str) -> Markup:
        """What it holds, HTML if it or ``kind`` says so; RSS that says text is looked at."""
        says_html = is_html(element, kind) if element.keys() else kind == "html"
        value = text(element)
        if not says_html and not self.is_atom and ("<" in value or "&" in value):
            says_html = self._record.looks_like_html(value)
        return Markup(value, says_html)

    def resolved(self, uri: str) -> str:
        if not uri or _ABSOLUTE.fullmatch(uri):
            return uri
        return urljoin(self.base, _SLASHES.sub(r"\1\3", uri))

    def based(self, attributes: Mapping[str, str]) -> str:
        """The base that xml:base sets, if it is there and can be one."""
        base = attributes.get("base")
        return (self._record.absolute(self.base, base) or self.base) if base else self.base

    def check_says_nothing(self, element: etree._Element) -> None:
        """Elements that feedparser has no rule for are filed under their own name, which nobody here asks for."""
        key = self._record.namespaces.key(str(element.tag), element.prefix or "")
        if key in self._record.rules or key in vocabulary.KEPT:
            raise NotPlain


def attributes_of(element: etree._Element) -> dict[str, str]:
    """By name in lower case, whatever their namespaces. Two of one name are not plain."""
    found: dict[str, str] = {}
    for name, value in element.items():
        name = str(name).rpartition("}")[2].lower()
        if name in found:
            raise NotPlain
        found[name] = str(value)
    return found


def href_of(attributes: Mapping[str, str]) -> str:
    """Where a link leads, by any of the attributes that feedparser takes for that."""
    found = [attributes[name] for name in ("url", "uri", "href") if name in attributes]
    if len(found) > 1:
        raise NotPlain
    return found[0] if found else ""


def is_html(element: etree._Element, default: str) -> bool:
    """Whether an element says that it holds HTML. One that says anything else than HTML or text is not plain."""
    attributes = attributes_of(element)
    found = _IS_HTML.get(attributes.get("type", default).lower())
    if found is None or "mode" in attributes or "src" in attributes:
        raise NotPlain
    return found


def check_leaf(element: etree._Element) -> None:
    if len(element):
        raise NotPlain


def raw(element: etree._Element) -> str:
    if len(element):
        raise NotPlain
    return (element.text or "").strip()


def text(element: etree._Element) -> str:
    return charset.mended(raw(element))


def bare_text(element: etree._Element) -> str:
    """The same of an element without attributes, under which feedparser would keep those instead."""
    if element.keys():
        raise NotPlain
    return text(element)
