"""Plain RSS and Atom by lxml: nearly all real feeds, many times as fast as feedparser and to the same values.

feedparser stays the parser of record. This reader follows its rules for the elements that feeds consist of, and hands over
any document in which it meets anything else: a declaration of a document type, markup that is not escaped, a prefix that
means something uncommon, an element that feedparser has a rule for and this reader has none. That both give the same for
whatever this one takes is tested on every feed of the corpora and on feeds made up at random. Whoever adds an element here
looks up what feedparser does with it (``vocabulary`` has the names).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from sources.adapters import charset, vocabulary
from sources.adapters.elements import (
    Elements,
    Record,
    attributes_of,
    bare_text,
    check_leaf,
    href_of,
    is_html,
    raw,
    text,
)
from sources.adapters.entry import Markup
from sources.adapters.vocabulary import ATOM, RSS1, NotPlain, names

__all__ = ["PlainEntry", "PlainFeed", "Record", "read"]

_AMPERSAND = re.compile("&([A-Za-z0-9_]+);")
_PAGES = {"text/html", "html", "application/xhtml+xml", "xhtml"}
_NO_WORDS = Markup()
H = TypeVar("H")


@dataclass(slots=True)
class PlainEntry:
    """One entry, in the values that feedparser gives, and what it has of them by now."""

    external_id: str = ""
    link: str | None = None
    original_link: str = ""
    title: Markup = _NO_WORDS
    contents: list[Markup] = field(default_factory=list)
    summary: Markup = _NO_WORDS
    author: str = ""
    published: str = ""
    updated: str = ""
    created: str = ""
    has_title: bool = False
    has_summary: bool = False
    has_content: bool = False
    has_source: bool = False
    has_other_title: bool = False

    @property
    def url(self) -> str:
        return self.original_link or self.link or ""


@dataclass(slots=True)
class PlainFeed:
    """A plain document's head, and its entries. The period and its frequency are those of the syndication module; ``hub``
    and ``self_url`` are WebSub's."""

    title: str = ""
    language: str = ""
    entries: tuple[PlainEntry, ...] = ()
    ttl: str = ""
    period: str = ""
    frequency: str = ""
    hub: str = ""
    self_url: str = ""
    has_title: bool = False
    has_summary: bool = False


def read(document: bytes, *, url: str, record: Record) -> PlainFeed | None:
    """A document in UTF-8, without a declaration, as feedparser reads it; None where it is feedparser's to read."""
    if b"<!DOCTYPE" in document:  # entities are declared nowhere else
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document, parser)
        declared = vocabulary.declared(document, root.nsmap)
        record.namespaces.check(declared)
        return _Reader(url, record).read(root, {address.lower() for _, address in declared})
    except (etree.LxmlError, NotPlain, ValueError):
        return None


class _Reader:
    """Reads one document. A rule is a method for an element, by its full name; what has none is looked up once."""

    def __init__(self, url: str, record: Record) -> None:
        self._elements = Elements(url, record)
        self._of_feed, self._within_feed = dict(_OF_FEED), dict(_WITHIN_FEED)
        self._of_entry, self._within_entry = dict(_OF_ENTRY), dict(_WITHIN_ENTRY)

    def read(self, root: etree._Element, namespaces: set[str]) -> PlainFeed:
        feed, attributes = PlainFeed(), attributes_of(root)
        self._elements.base = self._elements.based(attributes)
        if root.tag == "rss" or root.tag == f"{ATOM}feed":
            feed.language = attributes.get("lang", "").replace("_", "-")
        if root.tag == "rss" and len(root) == 1 and root[0].tag == "channel":
            self._head(feed, root[0], "item")
            feed.entries = tuple(self._entry(item) for item in root[0].iterchildren("item"))
        elif root.tag == f"{ATOM}feed" and RSS1[1:-1] not in namespaces:
            self._elements.is_atom = True
            self._head(feed, root, f"{ATOM}entry")
            feed.entries = tuple(self._entry(item) for item in root.iterchildren(f"{ATOM}entry"))
        elif root.tag == vocabulary.RDF_ROOT and ATOM[1:-1].lower() not in namespaces:
            feed.entries = self._rdf(feed, root)
        else:
            raise NotPlain
        return feed

    def _rdf(self, feed: PlainFeed, root: etree._Element) -> tuple[PlainEntry, ...]:
        """RSS 1.0 keeps its items beside the channel, which comes first."""
        if len(root) == 0 or root[0].tag != f"{RSS1}channel":
            raise NotPlain
        self._head(feed, root[0], f"{RSS1}item")
        entries = []
        for element in root.iterchildren():
            if element.tag == f"{RSS1}item":
                entries.append(self._entry(element))
            elif element.tag == f"{RSS1}image":
                self._image(feed, element)
            elif element is not root[0]:
                raise NotPlain
        return tuple(entries)

    # -------------------------------------------------------------------------------------------- the feed itself
    def _head(self, feed: PlainFeed, head: etree._Element, item: str) -> None:
        attributes = attributes_of(head)
        if "lastmod" in attributes or "href" in attributes or (head.getparent() is not None and "base" in attributes):
            raise NotPlain
        rules = self._of_feed
        for element in head:
            tag = element.tag
            if tag == item:
                continue
            rule = rules.get(tag) or self._rule(element, rules, _Reader._others_of_feed)
            rule(self, feed, element)

    def _feed_title(self, feed: PlainFeed, element: etree._Element) -> None:
        if feed.has_title or element.get("mode"):
            raise NotPlain
        is_html(element, "text")
        feed.title, feed.has_title = text(element), True

    def _feed_language(self, feed: PlainFeed, element: etree._Element) -> None:
        feed.language = text(element)

    def _feed_ttl(self, feed: PlainFeed, element: etree._Element) -> None:
        feed.ttl = bare_text(element)

    def _feed_period(self, feed: PlainFeed, element: etree._Element) -> None:
        feed.period = bare_text(element)

    def _feed_frequency(self, feed: PlainFeed, element: etree._Element) -> None:
        feed.frequency = bare_text(element)

    def _feed_summary(self, feed: PlainFeed, element: etree._Element) -> None:
        """A second one would count as content to feedparser, and the next entry would feel it."""
        if feed.has_summary or len(element):
            raise NotPlain
        feed.has_summary = element.tag in vocabulary.SUMMARIES

    def _feed_link(self, feed: PlainFeed, element: etree._Element) -> None:
        attributes = attributes_of(element)
        href = href_of(attributes)
        if len(element) or "base" in attributes:
            raise NotPlain
        match attributes.get("rel", "alternate").lower():
            case "hub":
                feed.hub = self._linked(href)
            case "self":
                feed.self_url = self._linked(href)

    def _linked(self, href: str) -> str:
        if not href:
            raise NotPlain
        return self._elements.resolved(href)

    def _image(self, feed: PlainFeed, element: etree._Element) -> None:
        if any(part.tag not in vocabulary.OF_IMAGE or len(part) or part.keys() for part in element):
            raise NotPlain

    # -------------------------------------------------------------------------------------------- one entry
    def _entry(self, item: etree._Element) -> PlainEntry:
        entry, base = PlainEntry(), self._elements.base
        if item.keys():
            attributes = attributes_of(item)
            if "lastmod" in attributes or "href" in attributes:
                raise NotPlain
            entry.external_id = str(item.get(vocabulary.RDF_ABOUT, ""))
            self._elements.base = self._elements.based(attributes)
        rules = self._of_entry
        for element in item:
            rule = rules.get(element.tag) or self._rule(element, rules, _Reader._others)
            rule(self, entry, element)
        if entry.has_other_title and (entry.has_source or not entry.has_title):
            raise NotPlain
        self._elements.base = base
        return entry

    def _title(self, entry: PlainEntry, element: etree._Element) -> None:
        markup = self._elements.words(element, "text")
        if not entry.has_title:
            entry.title, entry.has_title = markup, markup.value != ""

    def _other_title(self, entry: PlainEntry, element: etree._Element) -> None:
        """What media are called. It counts where the entry has no title of its own, or after a source."""
        is_html(element, "text")
        _leaf(self, entry, element)
        entry.has_other_title = True

    def _source(self, entry: PlainEntry, element: etree._Element) -> None:
        _leaf(self, entry, element)
        entry.has_source, entry.has_title = True, False

    def _link(self, entry: PlainEntry, element: etree._Element) -> None:
        if not element.keys():
            value = charset.mended(self._elements.resolved(raw(element))).replace("&amp;", "&")
            entry.link = _AMPERSAND.sub(r"&\1", value) if "&" in value else value
            return
        attributes = attributes_of(element)
        href = href_of(attributes)
        if not href or "base" in attributes or len(element):
            raise NotPlain
        rel = attributes.get("rel", "alternate").lower()
        if rel == "alternate" and attributes.get("type", "text/html").lower() in _PAGES:
            entry.link = self._elements.resolved(href)

    def _original_link(self, entry: PlainEntry, element: etree._Element) -> None:
        entry.original_link = bare_text(element)

    def _identifier(self, entry: PlainEntry, element: etree._Element) -> None:
        attributes = attributes_of(element) if element.keys() else {}
        if "base" in attributes:
            raise NotPlain
        value = raw(element)
        is_link = attributes.get("ispermalink", "true") == "true"
        entry.external_id = value = charset.mended(self._elements.resolved(value) if is_link else value)
        if is_link and entry.link is None:
            entry.link = value

    def _summary(self, entry: PlainEntry, element: etree._Element) -> None:
        self._summarised(entry, element, "text")

    def _description(self, entry: PlainEntry, element: etree._Element) -> None:
        self._summarised(entry, element, "html")

    def _summarised(self, entry: PlainEntry, element: etree._Element, kind: str) -> None:
        """The second of two, where there is no content, is the content."""
        if entry.has_summary and not entry.has_content:
            self._content(entry, element)
        else:
            entry.summary, entry.has_summary = self._elements.words(element, kind), True

    def _content(self, entry: PlainEntry, element: etree._Element) -> None:
        entry.contents.append(self._elements.words(element, "text"))
        entry.has_content = entry.has_summary = True

    def _encoded(self, entry: PlainEntry, element: etree._Element) -> None:
        entry.contents.append(self._elements.words(element, "html"))
        entry.has_content = entry.has_summary = True

    def _published(self, entry: PlainEntry, element: etree._Element) -> None:
        entry.published = text(element)

    def _updated(self, entry: PlainEntry, element: etree._Element) -> None:
        entry.updated = text(element)

    def _created(self, entry: PlainEntry, element: etree._Element) -> None:
        entry.created = text(element)

    def _author(self, entry: PlainEntry, element: etree._Element) -> None:
        """A name, or a person: of whom names are not mended, and a second one takes the first one's place."""
        if not len(element):
            entry.author = text(element)
            return
        person = {"name": "", "email": ""}
        for part in element:
            name = vocabulary.OF_PERSON.get(str(part.tag))
            if name is None:
                self._elements.check_says_nothing(part)
            if name in person:
                person[name] = raw(part)
            check_leaf(part)
        if (element.text or "").strip() or any((part.tail or "").strip() for part in element):
            raise NotPlain
        name, email = person["name"], person["email"]
        if entry.author and (not name or "@" in entry.author):  # feedparser mixes the two
            raise NotPlain
        entry.author = f"{name} ({email})" if name and email else name or email

    # -------------------------------------------------------------------------------------------- what says nothing
    def _people(self, holder: object, element: etree._Element) -> None:
        for part in element:
            check_leaf(part)
            if str(part.tag) not in vocabulary.OF_PERSON:
                self._elements.check_says_nothing(part)

    def _rule(self, element: etree._Element, rules: dict[str, Rule[H]], other: Rule[H]) -> Rule[H]:
        """What to do with an element. Raises NotPlain where nobody here knows."""
        tag = str(element.tag)
        if tag not in rules:
            self._elements.check_says_nothing(element)
            rules[tag] = other
        return rules[tag]

    def _others(self, entry: PlainEntry, element: etree._Element) -> None:
        """Holds elements that say nothing, or what media are called."""
        for part in element:
            self._rule(part, self._within_entry, _Reader._others)(self, entry, part)

    def _others_of_feed(self, feed: PlainFeed, element: etree._Element) -> None:
        for part in element:
            self._rule(part, self._within_feed, _Reader._others_of_feed)(self, feed, part)


Rule = Callable[[_Reader, H, etree._Element], None]


def _leaf(reader: _Reader, holder: object, element: etree._Element) -> None:
    """Says nothing that is kept."""
    check_leaf(element)


def _rules(rules: Mapping[frozenset[str], Rule[H]]) -> dict[str, Rule[H]]:
    return {tag: rule for tags, rule in rules.items() for tag in tags}


_WITHIN_FEED: dict[str, Rule[PlainFeed]] = _rules(
    {vocabulary.HARMLESS: _leaf, vocabulary.CONTAINERS: _Reader._others_of_feed}
)
_OF_FEED: dict[str, Rule[PlainFeed]] = _WITHIN_FEED | _rules(
    {
        vocabulary.HARMLESS_OF_FEED: _leaf,
        vocabulary.PEOPLE: _Reader._people,
        names("title"): _Reader._feed_title,
        names("link"): _Reader._feed_link,
        names("image"): _Reader._image,
        names("language", dc="language"): _Reader._feed_language,
        names("ttl"): _Reader._feed_ttl,
        names("", sy="updatePeriod"): _Reader._feed_period,
        names("", sy="updateFrequency"): _Reader._feed_frequency,
        names("description", dc="description") | vocabulary.SUMMARIES: _Reader._feed_summary,
    }
)
_WITHIN_ENTRY: dict[str, Rule[PlainEntry]] = _rules(
    {
        vocabulary.HARMLESS: _leaf,
        vocabulary.CONTAINERS: _Reader._others,
        names("language", dc="language"): _leaf,
        names("", media="title"): _Reader._other_title,
        names("", media="description"): _Reader._description,
    }
)
_OF_ENTRY: dict[str, Rule[PlainEntry]] = _WITHIN_ENTRY | _rules(
    {
        names("title"): _Reader._title,
        names("link"): _Reader._link,
        names("", feedburner="origLink"): _Reader._original_link,
        names("guid id"): _Reader._identifier,
        names("description", dc="description"): _Reader._description,
        vocabulary.SUMMARIES: _Reader._summary,
        names("content"): _Reader._content,
        names("", content="encoded"): _Reader._encoded,
        names("pubDate published issued", dcterms="issued"): _Reader._published,
        names("updated modified lastBuildDate", dc="date", dcterms="modified"): _Reader._updated,
        names("created", dcterms="created"): _Reader._created,
        names("author managingEditor", dc="creator author", itunes="author"): _Reader._author,
        names("contributor"): _Reader._people,
        names("source"): _Reader._source,
    }
)
