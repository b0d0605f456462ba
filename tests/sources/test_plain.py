"""The quick reader beside the parser of record: to the same values, or not at all."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sources import adapters
from sources.adapters import rss
from sources.adapters.entry import Markup
from sources.ingest import dates

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
URL = "https://recorded.example/feed"
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "georss": "http://www.georss.org/georss",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "threads": "http://purl.org/syndication/thread/1.0",
    "yt": "http://www.youtube.com/xml/schemas/2015",
    "x": "urn:x",
}
DECLARED = "".join(f' xmlns:{prefix}="{address}"' for prefix, address in NAMESPACES.items())


def plainly(document: str | bytes) -> adapters.ParsedFeed | None:
    return rss.read_plainly(document if isinstance(document, bytes) else document.encode(), content_type="", url=URL)


def thoroughly(document: str | bytes) -> adapters.ParsedFeed:
    body = document if isinstance(document, bytes) else document.encode()
    data = rss.in_utf8(body, content_type="")
    return rss.parse_thoroughly(data, content_type="application/xml; charset=utf-8", url=URL, whole=body)


def comparable(parsed: adapters.ParsedFeed) -> tuple[object, ...]:
    """Everything, with dates as they are stored: the parser's guess counts only where ours finds none."""
    entries = [
        (replace(one, published_guess=None), dates.read(one.published, guess=one.published_guess, at=AT))
        for one in parsed.entries
    ]
    return replace(parsed, entries=()), entries


def rss20(items: str, head: str = "", root: str = "") -> str:
    return f'<rss version="2.0"{DECLARED}{root}><channel>{head}{items}</channel></rss>'


def atom(entries: str, head: str = "", root: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{DECLARED}{root}>{head}{entries}</feed>'


def rdf(items: str, head: str = "", root: str = "") -> str:
    declared = DECLARED.replace(f' xmlns:atom="{NAMESPACES["atom"]}"', "")
    declared += ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    return f"<rdf:RDF{declared}{root}><channel rdf:about='c'>{head}</channel>{items}</rdf:RDF>"


# ------------------------------------------------------------------------------------------------ feeds made up
VALUES = st.sampled_from(
    [
        *(
            "",
            "One",
            "Two words",
            " spaced \n out ",
            "https://a.example/1",
            "/rel",
            "?q",
            "https://a.example/?a=1&b;=2",
        ),
        *("<b>bold</b>", "<p>a longer text of one paragraph</p>", "&copy; &lt;", "<foo>x</foo>", "GuaidÃ³", "café"),
        *("\x93quoted\x94", "عربي GuaidÃ³", "Fri, 21 Nov 2025 10:00:00 GMT", "2025-11-21", "3", "hourly", "en_GB"),
        *("tag:x,2020:1", "http:///a.example/x", "x@y.example (Jo)", "javascript:x", "https://a.example/é?x=Ã³"),
    ]
)
PLAIN_NAMES = [
    *("title", "link", "description", "pubDate", "guid", "id", "summary", "content", "published", "updated", "author"),
    *("category", "comments", "enclosure", "content:encoded", "dc:creator", "dc:date", "dc:subject", "slash:comments"),
    *("media:content", "media:thumbnail", "media:keywords", "threads:total", "yt:videoId", "x:y", "georss:point"),
    *("feedburner:origLink", "contributor", "dcterms:modified", "itunes:author"),
]
WILD_NAMES = [
    *PLAIN_NAMES,
    *(
        "media:title",
        "media:description",
        "media:group",
        "source",
        "atom:link",
        "atom:author",
        "itunes:summary",
        "body",
    ),
    *("dc:title", "title_detail", "ttl", "sy:updatePeriod", "sy:updateFrequency", "x:link", "image", "url", "name"),
    *("itunes:owner", "modified", "created", "issued", "language", "dc:language", "rights", "managingEditor", "email"),
]
ATTRIBUTES = st.sampled_from(
    [
        *([""] * 12),
        *(' type="html"', ' type="text"', ' type="xhtml"', ' mode="escaped"', ' isPermaLink="false"', ' xml:lang="fr"'),
        *(' href="/l?a=1&amp;b=2"', ' rel="self" href="s"', ' rel="hub" href="https://hub.example/"', ' href=""'),
        *(' rel="Alternate" type="text/html" href="q"', ' xml:base="https://b.example/y/"', ' url="u"', ' term="t"'),
        *(' x:base="z"', ' base="https://q.example/"', ' lang="de"', ' src="z"', ' x:href="h"'),
    ]
)


def element(name: str, attributes: str, inside: str) -> str:
    return f"<{name}{attributes}>{inside}</{name}>"


def elements(names: list[str], attributes: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    words = VALUES.map(escape) | VALUES.map("<![CDATA[{}]]>".format)
    person = st.lists(st.builds(element, st.sampled_from(["name", "email", "uri"]), st.just(""), words), max_size=3)
    leaf = st.builds(element, st.sampled_from(names), attributes, words)
    nested = st.builds(
        element, st.sampled_from(["media:group", "media:content", "x:y", "itunes:owner"]), attributes, leaf
    )
    people = st.builds(element, st.sampled_from(["author", "contributor"]), st.just(""), person.map("".join))
    return st.lists(leaf | leaf | leaf | nested | people, max_size=7).map("".join)


WILD = elements(WILD_NAMES, ATTRIBUTES)
DOCUMENTS = st.one_of(
    [
        st.builds(
            lambda make, item, items, head, root, own: make(
                "".join(f"<{item}{own}>{one}</{item}>" for one in items), head, root
            ),
            st.just(make),
            st.just(item),
            st.lists(WILD, min_size=1, max_size=3),
            WILD,
            ATTRIBUTES,
            ATTRIBUTES,
        )
        for make, item in ((rss20, "item"), (atom, "entry"), (rdf, "item"))
    ]
)


@settings(max_examples=400)
@given(DOCUMENTS)
@example(rss20("<item><title>One</title><dc:creator>GuaidÃ³</dc:creator></item>"))
@example(atom("<entry><title>One</title><author><name>GuaidÃ³</name></author></entry>"))
@example(
    atom("<entry><author><name>A</name><email>a@x.example</email></author><author><name>B</name></author></entry>")
)
@example(rss20("<item><title>One</title><source>S</source><media:title>Two</media:title></item>"))
def test_whatever_it_takes_it_reads_as_feedparser_does(document):
    found = plainly(document)
    if found is not None:
        assert comparable(found) == comparable(thoroughly(document))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))


@given(
    st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), min_size=1, max_size=4),
    st.sampled_from([rss20, atom, rdf]),
)
def test_ordinary_feeds_are_taken_whatever_their_words(rows, make):
    names = {"item": ("title", "link", "description"), "entry": ("title", "id", "summary")}
    name = "entry" if make is atom else "item"
    entries = "".join(
        f"<{name}><title>x{escape(title)}</title>{element(names[name][1], '', 'https://a.example/' + escape(link))}"
        f"{element(names[name][2], '', escape(text))}<category term={quoteattr(term)}/></{name}>"
        for title, link, text, term in rows
    )
    document = make(entries, "<title>Outlet</title>")
    try:
        expected = thoroughly(document)
    except adapters.NotAFeed:
        return
    found = plainly(document)
    if found is None:  # an address that neither can read
        assert any("[" in link or "]" in link or not link.isascii() for _, link, _, _ in rows)
    else:
        assert comparable(found) == comparable(expected)


# ------------------------------------------------------------------------------------------------ what it passes on
ONE = "<item><title>One</title><link>https://a.example/1</link></item>"


@pytest.mark.parametrize(
    "document",
    [
        f'<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd">{rss20(ONE)}',
        f'<!DOCTYPE rss [<!ENTITY e "boom">]>{rss20(ONE.replace("One", "&e;"))}',
        rss20(ONE.replace("One", "&nbsp;")),
        rss20(ONE.replace("One", "<b>One</b>")),
        rss20(ONE.replace("One", "\x01One")),
        rss20(ONE) + "<rss/>",
        rss20(ONE)[:-10],
        rss20(ONE.replace("<title>", "<x:title>")).replace("x:title>", "undeclared:title>"),
        rss20(ONE + "<item><body>Words</body></item>"),
        rss20(ONE, root=' xmlns:y="http://purl.org/dc/elements/1.1/"').replace("/elements/1.1/", "/terms/", 1),
        rss20(ONE).replace("<item>", '<item xmlns:media="urn:other">'),
        rss20(ONE, root=' xmlns:u="http://backend.userland.com/rss2"'),
        atom('<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">One</div></title></entry>'),
        atom('<entry><title>One</title><content type="application/xml" mode="base64">T25l</content></entry>'),
        atom("<entry><title>One</title><source><title>Other</title></source></entry>"),
        rss20(ONE.replace("One", "<x:y>" * 300 + "</x:y>" * 300)),
        rss20(ONE).encode("utf-16")[:-3],
        rss20(ONE).replace("One", "caf\udce9").encode("utf-8", "surrogateescape"),
        "<html><body>Words</body></html>",
        "",
    ],
)
def test_what_it_does_not_know_whole_it_passes_on(document):
    assert plainly(document) is None


def test_a_feed_whose_prefixes_are_uncommon_but_clear_is_taken():
    document = rss20("<item><dc2:creator>Ann</dc2:creator><title>One</title></item>").replace("xmlns:dc=", "xmlns:dc2=")
    found = plainly(document)
    assert found is not None
    assert [one.author for one in found.entries] == ["Ann"]


def test_a_declaration_below_the_root_is_seen():
    document = rss20(
        '<item><title>One</title><a10:updated xmlns:a10="http://www.w3.org/2005/Atom">2025-11-21</a10:updated></item>'
    )
    found = plainly(document)
    assert found is not None
    assert found.entries[0].published == "2025-11-21"


def test_a_bomb_is_not_even_parsed():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    started = time.process_time()
    assert plainly(f'<!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]><rss version="2.0" x="&l9;"/>') is None
    assert time.process_time() - started < 1


def test_declarations_without_end_are_not_followed():
    many = "".join(f'<x:y xmlns:n{n}="urn:{n}"/>' for n in range(6_000))
    assert plainly(rss20(f"<item><title>One</title>{many}</item>")) is None


# ------------------------------------------------------------------------------------------------ what a feed says of itself
HEADS = [
    ("<ttl>60</ttl>", 3_600),
    ("<ttl> 5 </ttl>", 300),
    ("<ttl>soon</ttl><sy:updatePeriod>daily</sy:updatePeriod>", 86_400),
    ("<sy:updatePeriod> Hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 1_800),
    ("<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 604_800),
    ("<sy:updatePeriod>whenever</sy:updatePeriod>", 0),
    ("<ttl>999999</ttl>", 31_536_000),
    ("<ttl>9999999999</ttl>", 0),
    ("<ttl>-5</ttl>", 0),
    ("", 0),
]


@pytest.mark.parametrize(("head", "seconds"), HEADS)
@pytest.mark.parametrize("make", [rss20, rdf])
def test_how_long_a_feed_stays_is_read_either_way(make, head, seconds):
    document = make(ONE, head)
    found = plainly(document)
    assert found is not None
    assert (found.ttl, thoroughly(document).ttl) == (seconds, seconds)


@pytest.mark.parametrize("make", [rss20, atom])
def test_the_hub_and_the_own_address_are_read_either_way(make):
    links = '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="SELF" href="/feed.xml"/>'
    document = make("<item><title>One</title></item>" if make is rss20 else "<entry><title>One</title></entry>", links)
    for parsed in (plainly(document), thoroughly(document)):
        assert parsed is not None
        assert (parsed.hub, parsed.self_url) == ("https://hub.example/", "https://recorded.example/feed.xml")


def test_a_json_feed_names_its_hub_and_its_own_address():
    hubs = '[{"type": "rssCloud", "url": "https://c.example/"}, 7, {"type": "WebSub", "url": "https://hub.example/"}]'
    body = f'{{"items": [{{"id": "1", "title": "One"}}], "feed_url": "/feed.json", "hubs": {hubs}}}'.encode()
    parsed = adapters.choose(body, content_type="").parse(body, content_type="", url=URL)
    assert (parsed.hub, parsed.self_url) == ("https://hub.example/", "https://recorded.example/feed.json")
    for odd in (b'{"items": [], "hubs": {"url": 3}, "feed_url": ["x"]}', b'{"items": [], "feed_url": "http://[x/"}'):
        parsed = adapters.choose(odd, content_type="").parse(odd, content_type="", url=URL)
        assert (parsed.hub, parsed.self_url, parsed.ttl) == ("", "", 0)


# ------------------------------------------------------------------------------------------------ traps
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("GuaidÃ³", "Guaidó"),
        ("GuaidÃ³ عربي", "GuaidÃ³ عربي"),
        ("“GuaidÃ³”", "“GuaidÃ³”"),
        ("café", "café"),
        ("\x93x\x94", "“x”"),
    ],
)
def test_text_encoded_twice_is_mended_where_all_of_it_was(written, read):
    document = rss20(f"<item><title>{written}</title></item>")
    for parsed in (plainly(document), thoroughly(document)):
        assert parsed is not None
        assert parsed.entries[0].title == Markup(read)


@pytest.mark.parametrize(
    "document",
    [
        f'<!-- made by hand -->\n<?xml?xml version="1.0" encoding="utf-8"??>\n<rss version="2.0"><channel>{ONE}</channel></rss>',
        f'<?xml?xml version="1.0"??><rss version="2.0"><channel>{ONE}</channel></rss>',
        f'<rss version="2.0"><meta name="robots" content="noindex"><channel>{ONE}</channel></rss>',
        f'\ufeff \n<?xml version="1.1" encoding="nonsense"?><rss version="2.0"><channel>{ONE}</channel></rss>',
    ],
)
def test_a_document_that_is_not_quite_xml_is_read_all_the_same(document):
    parsed = adapters.choose(document.encode(), content_type="").parse(document.encode(), content_type="", url=URL)
    assert [(one.title.value, one.url) for one in parsed.entries] == [("One", "https://a.example/1")]
