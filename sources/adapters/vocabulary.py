"""The names of feeds' elements, and what feedparser makes of each, for the plain reader. Names alone; reads nothing.

feedparser has one vocabulary for all formats: elements of RSS, RSS 1.0 and Atom mean the same wherever they stand, and
other namespaces go by a prefix of its own, whatever a document calls them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ATOM = "{http://www.w3.org/2005/Atom}"
RSS1 = "{http://purl.org/rss/1.0/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
DCTERMS = "{http://purl.org/dc/terms/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
GEORSS = "{http://www.georss.org/georss}"
FEEDBURNER = "{http://rssnamespace.org/feedburner/ext/1.0}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
RDF_ROOT, RDF_ABOUT = f"{_RDF}RDF", f"{_RDF}about"
_ADMIN, _CC = "{http://webns.net/mvcb/}", "{http://creativecommons.org/ns#license}"
_MEDIA_BEFORE = "{http://search.yahoo.com/mrss}"  # before version 1.1.2 of Media RSS


def names(plain: str, **prefixed: str) -> frozenset[str]:
    """Elements in full: ``plain`` ones, which are RSS's, RSS 1.0's and Atom's alike, and those of other namespaces by the
    name of their constant here."""
    spaces = {"dc": (DC,), "dcterms": (DCTERMS,), "media": (MEDIA, _MEDIA_BEFORE), "itunes": (ITUNES,)}
    spaces |= {"content": (CONTENT,), "sy": (SYNDICATION,), "georss": (GEORSS,), "feedburner": (FEEDBURNER,)}
    spaces |= {"admin": (_ADMIN,), "cc": (_CC,)}
    found = {f"{space}{name}" for name in plain.split() for space in ("", ATOM, RSS1)}
    return frozenset(
        found | {f"{space}{name}" for key, some in prefixed.items() for name in some.split() for space in spaces[key]}
    )


#: feedparser keeps these under names that nobody asks for; they hold no elements.
HARMLESS = names(
    "category keywords enclosure generator rights copyright subtitle tagline webMaster expirationDate",
    dc="subject rights publisher contributor",
    media="category keywords thumbnail credit rating restriction license player",
    itunes="image subtitle keywords block explicit",
    georss="point line polygon box",
    feedburner="browserFriendly",
    admin="generatorAgent errorReportsTo",
    cc="license",
)
#: The same of a feed, where what would name or date an entry says nothing that is kept either.
HARMLESS_OF_FEED = names(
    "id guid pubDate published issued updated modified lastBuildDate created cloud",
    dc="date creator author",
    dcterms="created issued modified",
    itunes="author",
)
CONTAINERS = names("", media="group content", itunes="category")
PEOPLE = names("author managingEditor contributor", itunes="owner")
OF_PERSON = dict.fromkeys(names("name", itunes="name"), "name")
OF_PERSON |= dict.fromkeys(names("email", itunes="email"), "email")
OF_PERSON |= dict.fromkeys(names("uri url homepage"), "uri")
OF_IMAGE = names("url title link width height description")
SUMMARIES = names("summary", itunes="summary")

#: Under these names feedparser keeps what is read of a feed or an entry, or what it needs itself.
KEPT = frozenset(
    {
        *("id", "guid", "link", "links", "title", "title_detail", "summary", "summary_detail", "content", "author"),
        *("description", "description_detail", "authors", "author_detail", "contributors", "tags", "source", "where"),
        *("publisher", "publishers", "publisher_detail", "url", "href", "license", "image", "textinput", "language"),
        *("ttl", "sy_updateperiod", "sy_updatefrequency", "feedburner_origlink", "media_title", "media_description"),
        *("entries", "feed", "channel"),
        *(
            f"{name}{end}"
            for name in ("published", "updated", "created", "date", "modified", "issued")
            for end in ("", "_parsed")
        ),
    }
)
_DECLARED = re.compile(rb"xmlns(?::([^\s=<>]+))?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
#: No feed declares namespaces oftener.
_MOST_DECLARATIONS = 5_000


class NotPlain(Exception):
    """The document is for feedparser."""


@dataclass(frozen=True, slots=True)
class Namespaces:
    """feedparser's own prefixes, by the address of a namespace in lower case, and those that any rule of its is for."""

    prefixes: Mapping[str, str]
    reserved: frozenset[str]

    def check(self, declared: Iterable[tuple[str, str]]) -> None:
        """Every prefix that feedparser has a rule for stands for what it takes it for, and all others for one namespace that has
        no other. Raises NotPlain."""
        by_prefix: dict[str, str] = {}
        by_address: dict[str, str] = {}
        for prefix, address in declared:
            own = self.prefixes.get(address.lower())
            if "backend.userland.com/rss" in address.lower():
                raise NotPlain
            if prefix.lower() in self.reserved and own != prefix.lower():
                raise NotPlain
            if prefix and by_prefix.setdefault(prefix, address) != address:
                raise NotPlain
            if own is None and by_address.setdefault(address, prefix) != prefix:
                raise NotPlain

    def key(self, tag: str, prefix: str) -> str:
        """The name that feedparser files an element under."""
        if tag[0] != "{":
            return tag.lower()
        address, _, name = tag[1:].rpartition("}")
        prefix = self.prefixes.get(address.lower(), prefix)
        return f"{prefix}_{name}".lower() if prefix else name.lower()


def declared(document: bytes, root: Mapping[str | None, str]) -> list[tuple[str, str]]:
    """All namespaces that a document declares, at its root or below: feedparser forgets none that it has passed. Raises
    NotPlain where they are too many to look at."""
    found = [(prefix or "", address) for prefix, address in root.items()]
    count = document.count(b"xmlns")
    if count == len(found):
        return found
    if count > _MOST_DECLARATIONS:
        raise NotPlain
    below = {(one[0].decode(), (one[1] or one[2]).decode()) for one in _DECLARED.findall(document)}
    return [*{*found, *below}]
