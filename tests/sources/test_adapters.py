"""Recorded feeds, each beside what is to be read in it. Run with CURATOR_RECORD=1 to write the expectations anew."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from sources import adapters
from sources.adapters import css, reliefweb
from sources.ingest.normalise import publication

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
FOLDER = Path(__file__).resolve().parent.parent / "recordings"
RECORDINGS = sorted(path for path in FOLDER.iterdir() if not path.name.endswith(".expected.json"))
#: What staff say of a feed that its bytes do not: the format, and which links of a page to take.
SAID = {"reliefweb.json": ("reliefweb", ""), "links.xhtml": ("html_list", "main a:has(img), main h2")}


def read(
    body: bytes,
    *,
    content_type: str = "",
    url: str = "https://recorded.example/feed",
    wanted: str = "auto",
    selector: str = "",
) -> adapters.ParsedFeed:
    adapter = adapters.choose(body, content_type=content_type, wanted=wanted, selector=selector)
    return adapter.parse(body, content_type=content_type, url=url)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_a_recorded_feed_reads_as_expected(recording):
    wanted, selector = SAID.get(recording.name, ("auto", ""))
    parsed = read(recording.read_bytes(), wanted=wanted, selector=selector)
    found = {
        "title": parsed.title,
        "language": parsed.language,
        "skipped": list(parsed.skipped),
        "publications": [
            {
                "external_id": one.external_id,
                "url": one.url,
                "canonical_url": one.canonical_url,
                "title": one.title,
                "text": one.text,
                "author": one.author,
                "published_at": one.published_at.isoformat() if one.published_at else None,
                "precision": one.precision,
            }
            for one in (publication(entry, feed_url="https://recorded.example/feed", at=AT) for entry in parsed.entries)
        ],
    }
    expectation = recording.parent / f"{recording.name}.expected.json"
    if os.environ.get("CURATOR_RECORD"):
        expectation.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    assert found == json.loads(expectation.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!doctype html><html><title>Checking your browser</title></html>", "web page"),
        (b"plain words", "neither RSS nor Atom"),
        (b"{", "not valid JSON"),
        (b"[1, 2]", "neither RSS nor Atom"),
        (b'{"items": 3}', "no list of items"),
        (b'{"items": ["a", 3, null]}', "None of the 3 entries"),
        (b"<rss><channel><item/><item></item></channel></rss>", "None of the 2 entries"),
        (b"[" * 100_000, "neither RSS nor Atom"),
        (b'{"items":' * 50_000, "not valid JSON"),
        (b"\x00\x01\x02" * 50, "neither RSS nor Atom"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(body, reason):
    with pytest.raises(adapters.NotAFeed, match=reason):
        read(body)


def test_a_feed_without_entries_is_a_feed():
    assert read(b'<rss version="2.0"><channel><title>Quiet</title></channel></rss>').entries == ()
    assert read(b'{"version": "https://jsonfeed.org/version/1.1", "items": []}').entries == ()


def test_a_json_feed_is_known_by_its_bytes_whatever_the_server_calls_it():
    assert (
        read(b' \n{"items": [{"id": "1", "title": "One"}]}', content_type="text/html").entries[0].title.value == "One"
    )


def test_a_format_chosen_by_staff_is_obeyed():
    with pytest.raises(adapters.NotAFeed):
        adapters.choose(b'{"items": []}', content_type="", wanted="rss").parse(
            b'{"items": []}', content_type="", url="https://recorded.example/"
        )


def test_the_charset_of_the_header_is_used_where_the_document_names_none():
    body = "<rss><channel><item><title>Жертвы</title></item></channel></rss>".encode("cp1251")
    parsed = read(body, content_type="application/rss+xml; charset=windows-1251")
    assert parsed.entries[0].title.value == "Жертвы"


def test_a_codec_that_is_no_text_encoding_is_not_used():
    body = b'<?xml version="1.0" encoding="zlib"?><rss version="2.0"><channel><item><title>One</title></item></channel></rss>'
    assert read(body).entries[0].title.value == "One"


def test_an_entity_bomb_does_not_go_off():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]><rss version="2.0"><channel>'
    bomb += "<item><title>&l9;</title><guid>x</guid></item></channel></rss>"
    parsed = read(bomb.encode())
    assert len(parsed.entries[0].title.value) < 1_000


def test_more_entries_than_anybody_follows_are_cut_and_said_to_be():
    entries = "".join(f"<item><title>{n}</title></item>" for n in range(adapters.MAX_ENTRIES + 10))
    parsed = read(f'<rss version="2.0"><channel>{entries}</channel></rss>'.encode())
    assert len(parsed.entries) == adapters.MAX_ENTRIES
    assert "Only the first" in parsed.skipped[0]


# ------------------------------------------------------------------------------------------------ sitemaps
def sitemap(*pages: str) -> bytes:
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(pages)}</urlset>'.encode()


def test_a_sitemap_index_is_refused_and_says_what_it_lists():
    index = "<sitemapindex><sitemap><loc>https://valley.example/news.xml</loc></sitemap></sitemapindex>"
    with pytest.raises(adapters.NotAFeed, match=r"sitemap index, a list of 1 .* https://valley\.example/news\.xml"):
        read(index.encode())


@pytest.mark.parametrize("half", ["&#xD800;", "&#XDFFF;", "&#55296;"])
def test_half_a_character_in_a_sitemap_costs_itself_and_nothing_else(half):
    pages = (
        f"<url><loc>https://valley.example/1{half}</loc></url>",
        "<url><loc>https://valley.example/2&#x27;</loc></url>",
    )
    named = sitemap(*pages).replace(b"schemas/", f"schemas{half}/".encode())
    found = read(named, wanted="sitemap")
    assert [entry.url for entry in found.entries] == ["https://valley.example/1", "https://valley.example/2'"]


def test_a_packed_sitemap_is_unpacked_and_a_bomb_is_not():
    packed = gzip.compress(sitemap("<url><loc>https://valley.example/1</loc></url>"))
    assert [entry.url for entry in read(packed).entries] == ["https://valley.example/1"]
    with pytest.raises(adapters.NotAFeed, match="unpacks to more than"):
        read(gzip.compress(b"<urlset>" + b" " * 6_000_000))
    with pytest.raises(adapters.NotAFeed, match="breaks off"):
        read(packed[:-12])
    with pytest.raises(adapters.NotAFeed, match="cannot be unpacked"):
        read(b"\x1f\x8b" + b"no such thing")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not XML"),
        (b"plain words", "not XML"),
        (b"<html><body/></html>", "begins with .html."),
        (sitemap("<url><lastmod>2026-03-01</lastmod></url>"), "None of the 1 entries"),
        (b'<!DOCTYPE x [<!ENTITY e "boom">]><urlset><url><loc>&e;</loc></url></urlset>', "entities"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><urlset/>', "document type"),
    ],
)
def test_what_is_no_sitemap_is_refused_with_a_reason(body, reason):
    with pytest.raises(adapters.NotAFeed, match=reason):
        read(body, wanted="sitemap")


def test_a_sitemap_in_two_bytes_a_character_and_one_without_declared_prefixes_are_read():
    page = "<url><loc>https://valley.example/1</loc><news:news><news:title>Żniwa</news:title></news:news></url>"
    text = f'<?xml version="1.0" encoding="UTF-16"?><urlset>{page}</urlset>'
    assert read(text.encode("utf-16")).entries[0].title.value == "Żniwa"


def test_a_sitemap_that_breaks_off_is_read_as_far_as_it_goes():
    whole = sitemap("<url><loc>https://valley.example/1</loc></url>", "<url><loc>https://valley.example/2</loc></url>")
    assert read(whole[:-30]).entries[0].url == "https://valley.example/1"


def test_of_a_sitemap_that_is_too_long_the_newest_are_kept_in_their_order():
    count = adapters.MAX_ENTRIES + 1
    first = dt.date(2005, 1, 1)
    dates = [str(first + dt.timedelta(days=(n + 100) % count)) for n in range(count)]
    parsed = read(
        sitemap(*(f"<url><loc>https://v.example/{n}</loc><lastmod>{d}</lastmod></url>" for n, d in enumerate(dates)))
    )
    assert len(parsed.entries) == adapters.MAX_ENTRIES
    assert [entry.published for entry in parsed.entries] == [date for date in dates if date != str(first)]
    assert parsed.entries[-1].url == f"https://v.example/{count - 1}"
    assert "Only the newest" in parsed.skipped[0]


# ------------------------------------------------------------------------------------------------ ReliefWeb
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "not valid JSON"),
        (b"[]", "no list of reports"),
        (b'{"status": 400, "error": {"message": "Invalid"}}', "no list of reports"),
        (b'{"data": [{"id": "1"}, 7]}', "None of the 2 reports"),
        (b'{"data":' * 50_000, "not valid JSON"),
    ],
)
def test_what_is_no_answer_of_reliefweb_is_refused_with_a_reason(body, reason):
    with pytest.raises(adapters.NotAFeed, match=reason):
        read(body, wanted="reliefweb")


def test_odd_types_in_an_answer_of_reliefweb_cost_their_field_alone():
    fields = {
        "title": "One",
        "url": 3,
        "date": "2026",
        "source": {"name": "x"},
        "language": [None, {"code": 1}],
        "body": [],
    }
    parsed = read(json.dumps({"data": [{"id": True, "fields": fields}]}).encode(), wanted="reliefweb")
    assert parsed.entries == (adapters.Entry("", "", adapters.Markup("One"), adapters.Markup()),)


def test_a_real_answer_of_reliefweb_is_read(shared_data):
    parsed = read(
        (shared_data / "feeds-real-news/deep/relief_web_page_1.json").read_bytes(),
        wanted="reliefweb",
        url="https://api.reliefweb.int/v1/reports",
    )
    found = [publication(entry, feed_url="https://api.reliefweb.int/", at=AT) for entry in parsed.entries]
    assert (len(found), parsed.skipped) == (4, ())
    assert (found[0].author, found[0].precision) == ("World Bank", "day")
    assert {one.url.partition("/report/")[0] for one in found} == {"https://reliefweb.int"}


def test_the_address_asked_of_reliefweb_names_us_and_what_we_read():
    plain = reliefweb.address("https://api.reliefweb.int/v2/reports?filter[field]=country", appname="desk 1&x")
    assert "filter[field]=country&" in plain
    for part in ("fields[include][]=body-html", "sort[]=date.created:desc", "limit=50", "appname=desk%201%26x"):
        assert part in plain
    own = reliefweb.address(
        "https://api.reliefweb.int/v2/reports?appname=other&preset=latest&profile=full&limit=5", appname="desk"
    )
    assert own == "https://api.reliefweb.int/v2/reports?preset=latest&profile=full&limit=5&appname=desk"
    assert reliefweb.without_appname(own) == "https://api.reliefweb.int/v2/reports?preset=latest&profile=full&limit=5"
    assert reliefweb.without_appname("https://a.example/?appname=x&y=1 answers") == "https://a.example/?y=1 answers"


# ------------------------------------------------------------------------------------------------ links of a page
def links(page: str, selector: str, *, url: str = "https://recorded.example/news/") -> adapters.ParsedFeed:
    return read(page.encode(), wanted="html_list", selector=selector, url=url)


@pytest.mark.parametrize(
    ("page", "selector", "reason"),
    [
        ("<a href='/1'>One</a>", "h2 a", "“h2 a” matches nothing"),
        ("<h2>One</h2><h2><a href='mailto:x@y.example'>Two</a></h2>", "h2", "None of the 2 matches of “h2”"),
        ("<a href='#top'>Top</a>", "a", "leads back to the page itself"),
        ("<a href='/1'>One</a>", "a[", "“a\\[” is no CSS selector"),
        ("<a href='/1'>One</a>", "", "needs a CSS selector"),
        ("", "a", "cannot be read as a web page"),
        ("\0\0", "a", "cannot be read as a web page"),
    ],
)
def test_a_page_without_the_links_looked_for_is_a_failure_with_a_reason(page, selector, reason):
    with pytest.raises(adapters.NotAFeed, match=reason):
        links(page, selector)


@pytest.mark.parametrize(
    "selector", ["a[", "a::before", "a:hover(", "a:nth-child(x)", "", "a" * 301, "a:unheard-of", "x|a", "div:has(p a)"]
)
def test_a_selector_that_cannot_be_used_is_refused(selector):
    with pytest.raises(css.BadSelector):
        css.compiled(selector)


PAGE = """<main id=m><div class=a><p><a href=/1>1</a></p><h2>t</h2><p><a href=/2>2</a></p></div>
<div class=b><h2>t</h2><a href=/3>3</a><p><a href=/4 rel=x>4</a></p></div></main><p><a href=/5>5</a></p>"""


@pytest.mark.parametrize(
    "selector",
    [
        *("a", "main a", "main > a", "main > div > a", "h2 + a", "h2 ~ p a", "h2 + p > a", "div.a p + h2 + p a"),
        *(
            "#m .b a, p > a",
            "div:not(.a) a",
            "div a[rel]",
            "p:has(a[rel]) a",
            "main p:first-child a",
            ":is(.a, .b) > a",
        ),
        *("div div a", "a a", "body a:nth-child(2)", "* * * a", "h2 ~ p ~ p a", "html a", "main ~ p > a"),
    ],
)
def test_a_selector_picks_what_css_says(selector):
    page = lxml_html.document_fromstring(PAGE)
    expected = [link.get("href") for link in page.cssselect(selector)]
    assert [link.get("href") for link in css.compiled(selector).matches(page)] == expected


@pytest.mark.parametrize("selector", ["div div div div a", "* * * * * * * a", "div:has(a):not(:has(b)) ~ div a", "p"])
def test_a_page_made_to_be_slow_is_not(selector):
    page = "".join("<div>" * 200 + f"<a href='/{n}'>x</a>" + "</div>" * 200 for n in range(90))
    started = time.process_time()
    with contextlib.suppress(adapters.NotAFeed):
        links(page, selector)
    assert time.process_time() - started < 5


def test_a_page_larger_than_any_is_refused():
    with pytest.raises(adapters.NotAFeed, match=r"more than 20,000 elements"):
        links("<a href='/1'>1</a>" * 20_001, "a")


def test_relative_addresses_are_resolved_and_fragments_do_not_make_two_links_of_one():
    found = links(
        "<a href='1'>One</a><a href='../2?x=1#a'>Two</a><a href='1#more'>More</a><a href='//h.example/3'>", "a"
    )
    assert [(entry.url, entry.title.value) for entry in found.entries] == [
        ("https://recorded.example/news/1", "One"),
        ("https://recorded.example/2?x=1", "Two"),
        ("https://h.example/3", ""),
    ]


def test_a_page_nested_deeper_than_any_is_read_as_far_as_it_goes():
    page = "<a href='/1'>One</a>" + "<div>" * 100_000 + "<a href='/2'>Two</a>"
    assert links(page, "a").entries[0].url == "https://recorded.example/1"


def test_more_links_than_anybody_follows_are_cut_and_said_to_be():
    found = links("".join(f"<a href='/{n}'>{n}</a>" for n in range(adapters.MAX_ENTRIES + 3)), "a")
    assert len(found.entries) == adapters.MAX_ENTRIES
    assert "Only the first" in found.skipped[0]


@given(st.binary(max_size=400), st.sampled_from(["sitemap", "reliefweb", "html_list"]))
def test_whatever_the_bytes_only_one_error_comes_out(body, wanted):
    with contextlib.suppress(adapters.NotAFeed):
        read(body, wanted=wanted, selector="a")
