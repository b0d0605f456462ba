"""One page, as bytes: what is taken from it, and that each ends in one stated way."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.ingest import urls
from sources.ingest.document import Kind
from sources.ingest.extract import Extracted, NoArticle, extract
from sources.ingest.text import clean_text
from tests.factories.originals import docx, pdf
from tests.sources.test_full_text import PAGE, PARAGRAPHS


def page(head: str = "", body: str = "") -> bytes:
    return PAGE.replace("<head>", f"<head>{head}").replace("</article>", f"{body}</article>").encode()


def test_the_article_is_found_and_the_rest_of_the_page_left():
    text = extract(PAGE.encode(), content_type="text/html; charset=utf-8").text
    assert all(words in text for words in PARAGRAPHS)
    assert "newsletter" not in text
    assert "Home" not in text
    assert "\n\n" in text


def test_a_page_that_lies_about_its_encoding_is_read():
    latin = PAGE.replace("Traders", "Les commerçants étaient").encode("latin-1", "replace")
    assert "commerçants étaient" in extract(latin, content_type="text/html; charset=utf-8").text


def test_a_page_of_plain_text_is_its_own_article():
    assert extract(" ".join(PARAGRAPHS).encode(), content_type="text/plain").text.startswith("The ferry")


@pytest.mark.parametrize("called", ["application/pdf", "application/octet-stream", "text/html; charset=utf-8", ""])
def test_a_pdf_is_read_page_by_page_whatever_its_server_calls_it(called):
    found = extract(pdf(PARAGRAPHS[0], PARAGRAPHS[1], author="Whistle Blower"), content_type=called, with_metadata=True)
    assert found.text == f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}"
    assert found.extractor.startswith("pypdf")
    assert found.author == ""


def test_a_word_document_is_read():
    found = extract(docx(*PARAGRAPHS), content_type=Kind.DOCX.value)
    assert (found.text, found.extractor) == ("\n\n".join(PARAGRAPHS), "docx 1")


def test_a_document_too_long_to_be_handed_on_is_refused_and_not_cut(monkeypatch):
    monkeypatch.setattr("sources.ingest.extract.MOST_OF_A_DOCUMENT", 150)
    assert extract(pdf(PARAGRAPHS[0]), content_type="application/pdf").text
    with pytest.raises(NoArticle, match="more than 150 characters"):
        extract(pdf(*PARAGRAPHS), content_type="application/pdf")


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"%PDF-1.7", "application/pdf", "damaged"),
        (pdf("", ""), "application/pdf", "pictures of pages"),
        (pdf("Twelve people were killed, a local official said.", password="x"), "application/pdf", "password"),
        (b"<html>", "application/pdf", "web page"),
        (b"MZ", "application/octet-stream", "application/octet-stream, not a page of text"),
        (b"\x89PNG\x00\x00\x00", "text/html", "holds data"),
        (b"<html><body><p>Just a moment...</p></body></html>", "text/html", "No article"),
        (b"", "text/html", "empty"),
        (b" \n", "text/html", "empty"),
        (b"", "text/plain", "No article"),
        (b"<" * 100_000, "text/html", "no web page"),
        (b'{"items": ["' + b"word " * 100 + b'"]}', "text/html", "no web page"),
        (b"<div>" * 100_000, "text/html", "no web page|cannot be read"),
        (b"<!-- nothing -->", "text/html", "no web page|cannot be read"),
        (b"<html><frameset><frame src='/a'></frameset></html>", "text/html", "No article"),
    ],
)
def test_what_is_no_article_is_refused_with_a_reason(body, content_type, reason):
    with pytest.raises(NoArticle, match=reason):
        extract(body, content_type=content_type)


def test_a_control_character_far_down_the_page_is_left_out():
    found = extract(page(body="<p>" + "word " * 300 + "en\x00d\x08ed</p>"), content_type="text/html")
    assert "ended" in found.text


def test_five_megabytes_of_one_paragraph_are_cut_and_stay_words():
    text = extract(page(body="<p>" + "ferry " * 800_000 + "</p>"), content_type="text/html").text
    assert 100_000 < len(text) <= 200_000


@given(
    st.binary(max_size=400),
    st.sampled_from(["text/html", "text/plain", "application/xml", "", "a/b", "text/html;charset=x"]),
)
@settings(max_examples=150, deadline=None)
def test_any_bytes_end_as_clean_text_or_as_no_article(body, content_type):
    holds_it(body, content_type)


_PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div class='comment'>",
            "</div>",
            "<table><tr><td>",
            "<ul><li>",
            "<article>",
            "<h1>",
            "<a href='//x'>",
        ),
        *(
            "<base href='http://['>",
            "<link rel=canonical href='http://['>",
            "<link rel=canonical href='/a'>",
            "<title>",
        ),
        *("<script type='application/ld+json'>", '{"@type":"NewsArticle","author":[{"name":1}],"datePublished":[]}'),
        *(
            "</script>",
            "<meta name=author content='&#0;A B'>",
            "<time datetime='0000-99-99'>",
            "&#xD800;",
            "\0",
            "\ud800",
        ),
        *(
            "<math alttext='x'>",
            "<svg>",
            "<template>",
            "<form>",
            "<blockquote>",
            "<pre>",
            "<br>",
            "words " * 40,
            "<html",
            "<!--",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=40), st.sampled_from(["https://a.example/x", "", "http://["]))
@settings(max_examples=200, deadline=None)
def test_any_soup_of_tags_ends_as_clean_text_or_as_no_article(pieces, url):
    holds_it("".join(pieces).encode("utf-8", "surrogatepass"), "text/html", url)


def holds_it(body: bytes, content_type: str, url: str = "") -> None:
    try:
        found = extract(body, content_type=content_type, url=url, with_metadata=True)
    except NoArticle:
        return
    assert isinstance(found, Extracted)
    assert found.text == clean_text(found.text)
    assert "\n" not in found.title + found.author
    assert found.canonical_url == urls.canonical(found.canonical_url)


# ------------------------------------------------------------------------------------------------ what it says of itself
@pytest.mark.parametrize(
    ("head", "canonical_url"),
    [
        ("<link rel='canonical' href='https://a.example/ferry/?utm_source=x'>", "https://a.example/ferry"),
        ("<link rel='shortlink Canonical' href='/ferry'>", "https://b.example/ferry"),
        ("<base href='https://c.example/d/'><link rel='canonical' href='ferry'>", "https://c.example/d/ferry"),
        ("<link rel='canonical' href='javascript:alert(1)'>", ""),
        ("<link rel='canonical' href='ftp://a.example/ferry'>", ""),
        ("<link rel='canonical' href='https://u:p@a.example/ferry'>", ""),
        ("<link rel='canonical'>", ""),
        ("<link rel='canonical' href='/one'><link rel='canonical' href='/two'>", ""),
        ("<link rel='canonical' href='/one'><link rel='canonical' href='/one#part'>", "https://b.example/one"),
        ("<link rel='alternate' href='/amp'>", ""),
        ("", ""),
    ],
)
def test_a_page_may_give_its_own_address(head, canonical_url):
    found = extract(page(head), content_type="text/html", url="https://b.example/copy")
    assert found.canonical_url == canonical_url


def test_an_address_that_a_commenter_writes_into_the_page_is_not_the_pages_own():
    body = "<link rel='canonical' href='https://a.example/other'>"
    assert extract(page(body=body), content_type="text/html", url="https://b.example/x").canonical_url == ""


HEAD = (
    "<script type='application/ld+json'>"
    '{"@context":"https://schema.org","@type":"NewsArticle","headline":"Ferry sails &amp; stays",'
    '"datePublished":"2026-02-20T09:30:00+03:00","author":{"@type":"Person","name":"Amina Okafor"}}</script>'
)


def test_title_author_and_day_are_there_where_somebody_asks():
    found = extract(page(HEAD), content_type="text/html", with_metadata=True)
    assert (found.title, found.author) == ("Ferry sails & stays", "Amina Okafor")
    assert found.published == dt.date(2026, 2, 20)
    bare = extract(page(HEAD), content_type="text/html")
    assert (bare.title, bare.author, bare.published) == ("", "", None)
    assert bare.text == found.text


@pytest.mark.parametrize("author", ["admin", "webmaster", "", " "])
def test_a_login_is_no_author(author):
    head = f"<meta name='author' content='{author}'>"
    assert extract(page(head), content_type="text/html", with_metadata=True).author == ""


def test_broken_metadata_costs_no_text():
    head = "<script type='application/ld+json'>" + '{"author":' * 3_000 + "</script>"
    assert PARAGRAPHS[0] in extract(page(head), content_type="text/html", with_metadata=True).text
