"""Thousands of other people's feeds: the parser raises nothing but its own error, loses no entry that feedparser finds,
and nothing active survives the cleaning."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest

from sources import adapters
from sources.adapters import rss
from sources.ingest import dates, urls
from sources.ingest.dedupe import Verdict, decide
from sources.ingest.normalise import Publication, Unusable, publication
from sources.ingest.text import MAX_TEXT, MAX_TITLE

pytestmark = pytest.mark.slow
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
URL = "https://recorded.example/feed"
FOLDERS = ["feeds-feedparser", "feeds-readers", "feeds-real-mixed", "feeds-real-news", "hostile-feeds"]
ACTIVE = re.compile(r"<\s*(?:script|iframe|object|embed|meta|base|svg|style|link|form)\b[^<]*>", re.IGNORECASE)
NOT_FEEDS = {".txt", ".md", ".jsonl", ".py", ".go", ".golden", ".LICENSE"}


def files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in NOT_FEEDS and not path.name.startswith("LICENSE"):
            yield path


def parse(body: bytes) -> adapters.ParsedFeed | None:
    try:
        return adapters.choose(body, content_type="").parse(body, content_type="", url=URL)
    except adapters.NotAFeed:
        return None


def publications(parsed: adapters.ParsedFeed) -> list[Publication]:
    found = []
    for entry in parsed.entries:
        try:
            found.append(publication(entry, feed_url=URL, at=AT))
        except Unusable:
            continue
    return found


def check(one: Publication) -> None:
    """What the database, a mail's header and a page rely on."""
    assert 0 < len(one.title) <= MAX_TITLE
    assert len(one.title.splitlines()) == 1
    assert len(one.text) <= MAX_TEXT
    assert "\x00" not in one.title + one.text + one.author + one.external_id
    "".join((one.title, one.text, one.author, one.external_id, one.url)).encode()
    assert one.url == "" or one.url.startswith(("https://", "http://"))
    assert len(one.external_id.encode()) <= 1_000
    assert len(one.canonical_url.encode()) <= 2_000
    assert one.published_at is None or one.published_at <= AT


@pytest.mark.parametrize("name", FOLDERS)
def test_every_feed_is_read_or_refused_and_what_is_read_can_be_stored(shared_data, name):
    read = refused = 0
    for path in files(shared_data / name):
        parsed = parse(path.read_bytes())
        if parsed is None:
            refused += 1
            continue
        read += 1
        found = publications(parsed)
        for one in found:
            check(one)
        decide(found, [])
    assert read > refused


@pytest.mark.parametrize("name", ["feeds-real-mixed", "feeds-real-news", "feeds-readers", "feeds-feedparser"])
def test_no_entry_that_feedparser_finds_is_lost(shared_data, name):
    lost = []
    for path in files(shared_data / name):
        body = path.read_bytes()
        if body[:64].lstrip().startswith(b"{") or len(body) > 2_000_000:
            continue
        theirs = [entry for entry in feedparser.parse(body).entries if entry.get("title") or entry.get("link")]
        parsed = parse(body)
        ours = len(parsed.entries) + len(parsed.skipped) if parsed else 0
        if ours < len(theirs):
            lost.append((path.name, len(theirs), ours))
    assert lost == []


def test_nothing_active_survives_the_sanitiser_cases(shared_data):
    read = with_words = 0
    for path in files(shared_data / "feeds-feedparser" / "wellformed" / "sanitize"):
        parsed = parse(path.read_bytes())
        assert parsed is not None, path.name
        read += 1
        for one in publications(parsed):
            with_words += 1
            assert not ACTIVE.search(one.title + one.text), path.name
    assert read > 700
    assert with_words > 150  # the others hold nothing but markup


def test_nothing_active_survives_attack_strings(shared_data):
    """As an entry's HTML, and as a title, a text and a link that claim to be plain."""
    cases = 0
    for path in sorted((shared_data / "hostile-strings").glob("xss-*.txt")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            as_html = adapters.Entry("1", URL, adapters.Markup("T"), adapters.Markup(line, is_html=True))
            assert not ACTIVE.search(publication(as_html, feed_url=URL, at=AT).text), line
            plain = adapters.Entry("1", line, adapters.Markup(line), adapters.Markup(line))
            for entry in (as_html, plain):
                try:
                    check(publication(entry, feed_url=URL, at=AT))
                except Unusable:
                    continue
                cases += 1
    assert cases > 2_000


def test_strings_that_break_other_programs_can_be_stored(shared_data):
    for value in json.loads((shared_data / "hostile-strings" / "blns.json").read_text(encoding="utf-8")):
        for is_html in (False, True):
            entry = adapters.Entry(
                value, URL, adapters.Markup(value, is_html), adapters.Markup(value, is_html), value, value
            )
            check(publication(entry, feed_url=URL, at=AT))


# ------------------------------------------------------------------------------------------------ hostile feeds
@pytest.fixture
def hostile(shared_data):
    def read(name: str) -> list[Publication]:
        parsed = parse((shared_data / "hostile-feeds" / name).read_bytes())
        return [] if parsed is None else publications(parsed)

    return read


def test_an_entity_bomb_neither_expands_nor_takes_long(hostile):
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    found = hostile("billion-laughs.xml")
    assert sum(len(one.title) for one in found) < 1_000
    assert time.monotonic() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_file_of_this_machine_is_not_read(hostile):
    assert all("root:" not in one.title + one.text for one in hostile("xxe-file.xml"))


def test_hostile_feeds_behave_as_their_manifest_says(hostile, shared_data):
    verdicts = [one.verdict for one in decide(hostile("dup-guids.xml"), [])]
    assert verdicts.count(Verdict.NEW) == 10
    verdicts = [one.verdict for one in decide(hostile("tracking-param-dups.xml"), [])]
    assert verdicts.count(Verdict.NEW) == 1
    assert [one.title for one in hostile("enc-windows-1251.xml")] == ["Жертвы в Хартуме"]
    assert [one.title for one in hostile("enc-nul-and-controls.xml")] == ["ABCDEF"]
    assert [one.url for one in hostile("js-link.xml")] == [
        *("", "", "", "https://evil.example/x", "https://recorded.example/relative/path")
    ]
    assert hostile("truncated.xml")[0].text == "text"
    assert parse((shared_data / "hostile-feeds" / "html-instead-of-feed.html").read_bytes()) is None
    assert len(hostile("bad-dates.xml")) == 19
    assert [one.title for one in hostile("script-in-title.xml")] == ["Massacre in Djibo"]
    assert [one.title for one in hostile("crlf-title.xml")] == ["Brief Bcc: victim@example.org"]


# ------------------------------------------------------------------------------------------------ quirks of real feeds
@pytest.fixture
def real(shared_data):
    def read(name: str) -> list[Publication]:
        parsed = parse((shared_data / "feeds-real-news" / name).read_bytes())
        assert parsed is not None
        return publications(parsed)

    return read


def test_un_news_links_become_the_address_the_page_calls_its_own(real):
    (first, *_) = real("quirks/un-news-2022.xml")
    assert first.canonical_url.startswith("https://news.un.org/en/story/")
    assert "/feed/view/" in first.url  # what readers follow stays the publisher's
    assert first.title == first.title.strip() != ""


def test_crisis_group_dates_tell_the_day(real):
    (report, *_) = real("quirks/crisisgroup-date.xml")
    assert (str(report.published_at), report.precision) == ("2025-10-03 12:26:00+00:00", "day")
    assert report.external_id.endswith("26736")  # a guid that is no address counts as one where it does not deny it


def test_reliefweb_names_country_and_source_in_its_first_lines(real):
    found = real("deep/rss_feed.xml")
    assert found
    assert all("Country: " in one.text or "Countries: " in one.text for one in found)
    assert all("Source: " in one.text or "Sources: " in one.text for one in found)


def test_emm_and_dw_are_read_whole(real):
    emm = real("deep/emm.xml")
    assert emm
    assert all(one.title and one.url and one.published_at for one in emm)
    dw = real("world-news/dw-all-rdf.xml")
    assert len(dw) == 141
    assert {one.precision for one in dw} == {"second"}


def test_old_entries_keep_their_own_dates(real):
    """A first fetch brings entries of months and years: none counts as today's."""
    for name in ("aljazeera-all", "bbc-world", "dawn-world", "npr-world"):
        assert all(one.published_at and one.published_at < AT for one in real(f"world-news/{name}.xml"))


def test_where_a_reader_came_from_is_no_part_of_an_address(real):
    for name in ("aljazeera-all", "bbc-world"):
        found = real(f"world-news/{name}.xml")
        assert any("?" in one.url for one in found)
        assert all("?" not in one.canonical_url for one in found)


# ------------------------------------------------------------------------------------------------ copies of pages
LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
REL = re.compile(r"""\brel\s*=\s*["']?(canonical|amphtml)\b""", re.IGNORECASE)
HREF = re.compile(r"""\bhref\s*=\s*["']?(https?:[^"'\s>]+)""", re.IGNORECASE)


def test_the_amp_copies_that_pages_name_have_the_pages_own_address(shared_data):
    """What cannot be told from the address (an AMP copy under another name) stays apart; nothing is joined wrongly."""
    pairs = set()
    for folder in ("articles-trafilatura", "articles-newspaper4k", "articles-readability"):
        for path in sorted((shared_data / folder).rglob("*.htm*")):
            found = {
                rel[1].lower(): html.unescape(href[1])
                for link in LINK.findall(path.read_text(encoding="utf-8", errors="replace"))
                if (rel := REL.search(link)) and (href := HREF.search(link))
            }
            if len(found) == 2:
                pairs.add((found["amphtml"], found["canonical"]))
    joined = [copy for copy, page in pairs if urls.canonical(copy) == urls.canonical(page)]
    sys.stdout.write(f"{len(joined)} of {len(pairs)} AMP copies have their page's address\n")
    assert len(joined) / len(pairs) > 0.8


def test_no_two_articles_of_a_feed_are_joined(shared_data):
    """Where two entries of one real feed come to one canonical address, they had it but for tracking before."""
    for name in ("feeds-real-mixed", "feeds-real-news"):
        for path in files(shared_data / name):
            parsed = parse(path.read_bytes())
            addresses: dict[str, set[str]] = {}
            for one in publications(parsed) if parsed else []:
                if one.canonical_url:
                    addresses.setdefault(one.canonical_url, set()).add(one.url.partition("?")[0].rstrip("/"))
            assert [found for found in addresses.values() if len(found) > 1] == [], path


@pytest.mark.parametrize(
    ("name", "at_least"),
    [("feeds-feedparser", 480), ("feeds-readers", 75), ("feeds-real-mixed", 105), ("feeds-real-news", 8)],
)
def test_the_plain_reader_gives_what_feedparser_gives_or_passes(shared_data, name, at_least):
    """``at_least``: a plain reader that takes nothing would agree with everything. Of the real feeds it takes nearly all;
    of feedparser's own cases, each of which is odd in one way, few."""
    taken = total = 0
    for path in files(shared_data / name):
        body = path.read_bytes()
        total += 1
        if (found := rss.read_plainly(body, content_type="", url=URL)) is None:
            continue
        taken += 1
        text = rss.in_utf8(body, content_type="")
        try:
            expected = rss.parse_thoroughly(text, content_type="application/xml; charset=utf-8", url=URL, whole=body)
        except adapters.NotAFeed as error:
            pytest.fail(f"{path} is read plainly, and feedparser says: {error}")
        assert [as_read(entry) for entry in found.entries] == [as_read(entry) for entry in expected.entries], path
        assert replace(found, entries=()) == replace(expected, entries=()), path
        assert publications(found) == publications(expected), path
    sys.stdout.write(f"{name}: the plain reader takes {taken} of {total}\n")
    assert taken >= at_least


def as_read(entry: adapters.Entry) -> tuple[object, ...]:
    """Everything, with the date as it is stored: the parser's guess counts only where ours finds none."""
    dated = dates.read(entry.published, guess=entry.published_guess, at=AT)
    return replace(entry, published_guess=None), dated
