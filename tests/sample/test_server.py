from __future__ import annotations

import dataclasses
import datetime as dt
import gzip

import pytest

from sample import pages, syndication
from sample.content import Block, Form, Library, Run
from sample.outlets import Behaviour, Format, Outlet
from sample.server import HOST, main
from sources import adapters
from sources.adapters import Entry, ParsedFeed
from sources.ingest import dates, extract
from tests.sample.conftest import Answer, Visitor


def _parse(answer: Answer, visitor: Visitor, path: str) -> ParsedFeed:
    content_type = answer.headers["content-type"]
    adapter = adapters.choose(answer.body, content_type=content_type)
    return adapter.parse(answer.body, content_type=content_type, url=visitor.base + path)


def _published(entry: Entry) -> dt.datetime:
    found = dates.read(entry.published, guess=entry.published_guess, at=dt.datetime(2014, 1, 1, tzinfo=dt.UTC)).at
    assert found is not None
    return found


def _outlet(outlets: tuple[Outlet, ...], slug: str) -> Outlet:
    return next(outlet for outlet in outlets if outlet.slug == slug)


def test_every_feed_is_read_by_our_adapters(
    visitor: Visitor, all_outlets: tuple[Outlet, ...], library: Library
) -> None:
    formats = set()
    for outlet in all_outlets:
        if Behaviour.EMPTY in outlet.behaviours:
            continue
        articles = library.of_feed(outlet.slug, later=False)
        answer = visitor.get(outlet.feed_path)
        assert answer.status == 200
        parsed = _parse(answer, visitor, outlet.feed_path)
        assert parsed.title == outlet.name
        assert parsed.skipped == ()
        assert [entry.title.value for entry in parsed.entries] == [article.title for article in articles]
        assert [_published(entry) for entry in parsed.entries] == [article.published for article in articles]
        assert len({entry.external_id for entry in parsed.entries}) == len(articles)
        formats.add(outlet.format)
    assert formats == set(Format)


def test_links_of_every_entry_lead_to_a_page_that_says_what_it_is(
    visitor: Visitor, all_outlets: tuple[Outlet, ...]
) -> None:
    for outlet in all_outlets:
        if Behaviour.EMPTY in outlet.behaviours:
            continue
        parsed = _parse(visitor.get(outlet.feed_path), visitor, outlet.feed_path)
        for entry in parsed.entries:
            page = visitor.get(entry.url.removeprefix(visitor.base))
            assert page.status == 200
            assert b"Reconstruction: this outlet is invented" in page.body


def test_the_text_of_every_article_is_found_amid_its_page(
    visitor: Visitor, library: Library, all_outlets: tuple[Outlet, ...]
) -> None:
    by_slug = {outlet.slug: outlet for outlet in all_outlets}
    for versions in library.versions.values():
        article = versions[0]
        page = visitor.get(by_slug[article.feed].article_path(article))
        found = " ".join(extract.extract(page.body, content_type=page.headers["content-type"]).text.split())
        for block in article.blocks:
            if block.form != "heading":
                assert all(" ".join(text.split()) in found for text in block.texts), article.id
        assert "Reconstruction:" not in found


def test_a_feed_that_has_not_changed_answers_304(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    path = _outlet(all_outlets, "radio-pirogue").feed_path
    first = visitor.get(path)
    assert first.headers["etag"]
    assert first.headers["last-modified"].endswith("GMT")
    by_tag = visitor.get(path, If_None_Match=first.headers["etag"])
    by_date = visitor.get(path, If_Modified_Since=first.headers["last-modified"])
    assert (by_tag.status, by_tag.body) == (304, b"")
    assert (by_date.status, by_date.body) == (304, b"")
    assert visitor.get(path, If_None_Match='"something else"').status == 200


def test_the_entity_tag_does_not_depend_on_the_port(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    path = _outlet(all_outlets, "radio-pirogue").feed_path
    tag = visitor.get(path).headers["etag"]
    visitor.server.site._base = "http://127.0.0.1:1"
    assert visitor.get(path).headers["etag"] == tag


def test_an_article_changes_between_two_looks(
    visitor: Visitor, library: Library, all_outlets: tuple[Outlet, ...]
) -> None:
    outlet = _outlet(all_outlets, "harbour-post")
    first, later = library.versions["caf-1203-harbour-boali"]
    page = outlet.article_path(first)
    before, shown_before = visitor.get(outlet.feed_path), visitor.get(page)
    after, shown_after = visitor.get(outlet.feed_path, If_None_Match=before.headers["etag"]), visitor.get(page)
    assert first.title in before.body.decode()
    assert later.title in after.body.decode()
    assert (before.status, after.status) == (200, 200)
    assert first.blocks[0].texts[0] in shown_before.body.decode()
    assert later.blocks[0].texts[0] in shown_after.body.decode()
    again = visitor.get(outlet.feed_path, If_None_Match=after.headers["etag"])
    assert again.status == 304


def test_a_server_started_anew_does_not_go_back_behind_a_change(
    visitor: Visitor, library: Library, all_outlets: tuple[Outlet, ...]
) -> None:
    outlet = _outlet(all_outlets, "harbour-post")
    _, later = library.versions["caf-1203-harbour-boali"]
    answer = visitor.get(outlet.feed_path, If_None_Match='"known from an earlier run"')
    assert later.title in answer.body.decode()


def test_an_article_does_not_change_before_its_page_was_read(
    visitor: Visitor, library: Library, all_outlets: tuple[Outlet, ...]
) -> None:
    outlet = _outlet(all_outlets, "harbour-post")
    first, later = library.versions["caf-1203-harbour-boali"]
    answers = [visitor.get(outlet.feed_path).body.decode() for _ in range(3)]
    assert all(first.title in answer for answer in answers)
    visitor.get(outlet.article_path(first), method="HEAD")
    assert first.title in visitor.get(outlet.feed_path).body.decode()
    visitor.get(outlet.article_path(first))
    assert later.title in visitor.get(outlet.feed_path).body.decode()


def test_asking_for_the_head_does_not_count_as_a_look(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    path = _outlet(all_outlets, "ouaka-hebdo").feed_path
    head = visitor.get(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 1000
    assert visitor.get(path).status == 200


def test_one_feed_dies_after_its_first_answer(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    path = _outlet(all_outlets, "ouaka-hebdo").feed_path
    assert [visitor.get(path).status for _ in range(3)] == [200, 503, 503]


def test_one_feed_answers_with_nothing_in_it(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    answer = visitor.get(_outlet(all_outlets, "basse-kotto-fm").feed_path)
    assert (answer.status, answer.body) == (200, b"")


def test_one_feed_has_moved(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    outlet = _outlet(all_outlets, "crossroads")
    answer = visitor.get(outlet.known_feed_path)
    assert answer.status == 301
    assert answer.headers["location"] == visitor.base + outlet.feed_path
    assert visitor.get(outlet.feed_path).status == 200


def test_one_feed_is_in_another_encoding_than_it_says(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    answer = visitor.get(_outlet(all_outlets, "veille-droits").feed_path)
    assert "charset=utf-8" in answer.headers["content-type"]
    assert b'encoding="UTF-8"' in answer.body
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")
    assert "é" in answer.body.decode("iso-8859-1")


def test_tracking_parameters_are_in_some_links_and_harmless(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    path = _outlet(all_outlets, "longitude-wire").feed_path
    entry = _parse(visitor.get(path), visitor, path).entries[0]
    assert "?utm_source=" in entry.url
    assert visitor.get(entry.url.removeprefix(visitor.base)).status == 200


def test_an_answer_is_compressed_only_where_the_reader_accepts_it(
    visitor: Visitor, all_outlets: tuple[Outlet, ...]
) -> None:
    path = _outlet(all_outlets, "relief-ledger").feed_path
    plain = visitor.get(path)
    squeezed = visitor.get(path, Accept_Encoding="gzip, deflate", Cache_Control="no-cache")
    assert squeezed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(squeezed.body) == plain.body


def test_a_copied_article_names_the_agency(visitor: Visitor, library: Library, all_outlets: tuple[Outlet, ...]) -> None:
    copy = next(article for article in library if article.copy_of and article.feed == "harbour-post")
    origin = _outlet(all_outlets, library.latest(copy.copy_of).feed)
    page = visitor.get(_outlet(all_outlets, copy.feed).article_path(copy)).body.decode()
    assert f"Report supplied by {origin.name}" in page


def test_index_home_pages_and_robots_are_served(visitor: Visitor, all_outlets: tuple[Outlet, ...]) -> None:
    index = visitor.get("/").body.decode()
    for outlet in all_outlets:
        assert f'href="{outlet.home}"' in index
        home = visitor.get(outlet.home)
        assert home.status == 200
        assert b"Reconstruction:" in home.body
    assert visitor.get("/robots.txt").body.startswith(b"User-agent: *")
    assert visitor.get("/nowhere").status == 404


def test_what_an_article_says_is_escaped_in_page_and_feed(all_outlets: tuple[Outlet, ...], library: Library) -> None:
    outlet = _outlet(all_outlets, "veille-droits")
    plain = library.of_feed(outlet.slug, later=False)[0]
    hostile = "</title><script>alert('x')</script> & more"
    block = Block(Form.PARAGRAPH, ((Run(hostile),),))
    article = dataclasses.replace(plain, title=hostile, summary=hostile, blocks=(block,))
    page = pages.article_page(outlet, article, [article, plain], credit="")
    assert "<script" not in page
    assert "&amp; more" in page
    entries = syndication.entries(outlet, [article], base="http://127.0.0.1:1", authors={})
    assert b"<script" not in syndication.write(outlet, entries, base="http://127.0.0.1:1")


def test_it_listens_on_this_machine_only(visitor: Visitor) -> None:
    assert HOST == "127.0.0.1"
    assert visitor.server.server_address[0] == "127.0.0.1"


def test_a_port_in_use_is_said_plainly(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    port = visitor.server.server_port
    assert main(["--port", str(port)]) == 1
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err
