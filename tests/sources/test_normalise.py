"""Addresses, dates and words: what goes in hostile comes out clean, and once clean it stays as it is."""

from __future__ import annotations

import datetime as dt
import resource
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sources.adapters import Entry, Markup
from sources.ingest import dates, text, urls
from sources.ingest.nesting import is_too_deep
from sources.ingest.normalise import Unusable, content_hash, publication
from sources.models import DatePrecision

AT = dt.datetime(2025, 11, 22, 12, tzinfo=dt.UTC)
CHARACTERS = st.text(st.characters(), max_size=300)
URLISH = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["http", "https", "HTTP", "ftp", "javascript"]),
    st.sampled_from(
        ["Example.org", "example.org:80", "example.org:443", "xn--e1afmkfd.example", "пример.example", "a.b-c.de"]
    ),
    st.sampled_from(["", "/a", "/a/../b", "/./x/", "//y", "/%7Euser", "/a%2fb"]),
    st.text(st.sampled_from("abc/?&=#%;:+ éع\x00utm_source2é."), max_size=40),
)
COPIES = st.builds(
    "https://{}{}.org{}{}".format,
    st.lists(
        st.sampled_from(["www.", "m.", "amp.", "mobile.", "touch.", "amp-", "m-", "en.", "cdn.ampproject.org/c/s/"]),
        max_size=4,
    ).map("".join),
    st.sampled_from(["example", "news.un", "a-b", "co", "com", "www"]),
    st.lists(
        st.sampled_from(
            [
                *(
                    "/amp",
                    "/amp/",
                    "/a-b-c",
                    "/12345",
                    "/x",
                    "/index.html",
                    "/feed/view",
                    ".amp",
                    ".amp.html",
                    "/platform",
                ),
                *("/google.com/amp/s/m.example.org", "/%61mp", "/cnn", "/"),
            ]
        ),
        max_size=6,
    ).map("".join),
    st.lists(
        st.sampled_from(["?amp", "&amp=1", "&outputType=amp", "&a=b", "?_amp=true", "&output=", "&utm_x=1"]), max_size=3
    ).map("".join),
)


# ------------------------------------------------------------------------------------------------ addresses
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.org/s?utm_source=rss&utm_medium=feed", "https://example.org/s"),
        ("https://example.org/s/#top", "https://example.org/s"),
        ("http://example.org/s?at_medium=RSS&at_campaign=KARANGA", "https://example.org/s"),
        ("https://www.aljazeera.com/n/1?traffic_source=rss", "https://aljazeera.com/n/1"),
        ("https://example.org:443/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
        ("https://example.org/%7Euser/%e2%82%ac", "https://example.org/~user/%E2%82%AC"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org", "https://example.org/"),
        ("https://news.un.org/feed/view/en/story/2026/02/1", "https://news.un.org/en/story/2026/02/1"),
        ("https://пример.example/статья", "https://xn--e1afmkfd.example/%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F"),
        ("https://example.org/?p=364", "https://example.org/?p=364"),
        ("http://127.0.0.1:8010/x/feed.xml", "http://127.0.0.1:8010/x/feed.xml"),
        ("http://www.example.org:8010/x/amp/", "http://www.example.org:8010/x/amp"),
        ("https://[2001:db8::1]/x/", "https://[2001:db8::1]/x"),
        ("https://news.un.org/feed/view/feed/view/en/1", "https://news.un.org/en/1"),
    ],
)
def test_one_page_has_one_canonical_address(url, expected):
    assert urls.canonical(url) == expected


@pytest.mark.parametrize(
    ("copy", "page"),
    [
        ("https://www.google.com/amp/s/www.example.org/a/1?x=2", "https://example.org/a/1?x=2"),
        ("https://google.co.uk/amp/m.example.org/a/1", "https://example.org/a/1"),
        (
            "https://www-example-org.cdn.ampproject.org/c/s/www.example.org/amp/news/2025-a",
            "https://example.org/news/2025-a",
        ),
        ("https://cdn.ampproject.org/v/s/example.org/a/1.amp.html", "https://example.org/a/1.html"),
        ("https://www.google.com/amp/s/google.com/amp/s/example.org/a", "https://example.org/a"),
        ("https://amp.theguardian.com/world/2025/nov/21/a-b", "https://theguardian.com/world/2025/nov/21/a-b"),
        ("https://amp.cnn.com/cnn/2023/11/06/politics/a/index.html", "https://cnn.com/2023/11/06/politics/a"),
        ("https://amp-madame.lefigaro.fr/a-1", "https://madame.lefigaro.fr/a-1"),
        ("https://m-en.yna.co.kr/view/AEN20190820002300325", "https://en.yna.co.kr/view/AEN20190820002300325"),
        ("http://mobile.nytimes.com/2017/01/13/sudan.amp.html", "https://nytimes.com/2017/01/13/sudan.html"),
        ("https://touch.example.org/a", "https://example.org/a"),
        ("https://m.bbc.co.uk/news/1", "https://bbc.co.uk/news/1"),
        ("https://en.m.wikipedia.org/wiki/Sudan", "https://en.wikipedia.org/wiki/Sudan"),
        (
            "https://www.wired.com/story/ai-great-things-burn-planet/amp",
            "https://wired.com/story/ai-great-things-burn-planet",
        ),
        ("https://www.bbc.com/news/amp/world-us-canada-52241221", "https://bbc.com/news/world-us-canada-52241221"),
        ("https://www.cbsnews.com/amp/news/2020-election/", "https://cbsnews.com/news/2020-election"),
        ("https://newrepublic.com/amp/article/155970/collapse", "https://newrepublic.com/article/155970/collapse"),
        ("https://www.theverge.com/platform/amp/2019/7/3/20680681/a", "https://theverge.com/2019/7/3/20680681/a"),
        ("https://www.europe1.fr/politique/a-b-3934924.amp", "https://europe1.fr/politique/a-b-3934924"),
        ("https://time.com/6330957/a/?amp=true", "https://time.com/6330957/a"),
        ("https://lemire.me/a/?amp", "https://lemire.me/a"),
        ("https://www.latimes.com/story/a?_amp=true&id=1", "https://latimes.com/story/a?id=1"),
        ("https://example.org/a-1/?outputType=amp", "https://example.org/a-1"),
        ("https://example.org/2025/index.html", "https://example.org/2025"),
        ("https://example.org/a-b-c/index.html/amp/index.htm", "https://example.org/a-b-c"),
    ],
)
def test_a_copy_of_a_page_has_the_pages_address(copy, page):
    assert urls.canonical(copy) == page


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://amp.dev/a", "https://amp.dev/a"),
        ("https://www.com.br/a", "https://www.com.br/a"),
        ("https://m.co.uk/a", "https://m.co.uk/a"),
        ("https://m.me/a", "https://m.me/a"),
        ("https://amp-wp.org/a", "https://amp-wp.org/a"),
        ("https://example.org/amp", "https://example.org/amp"),
        ("https://example.org/tag/amp/", "https://example.org/tag/amp"),
        ("https://example.org/amp/guitars", "https://example.org/amp/guitars"),
        ("https://example.org/a/camp/1", "https://example.org/a/camp/1"),
        ("https://example.org/logo.amp", "https://example.org/logo.amp"),
        ("https://example.org/a?amp=2", "https://example.org/a?amp=2"),
        ("https://example.org/a?output=", "https://example.org/a?output="),
        ("https://example.org/a?output=1", "https://example.org/a?output=1"),
        ("https://example.org/w/index.html?title=A", "https://example.org/w/index.html?title=A"),
        ("https://www1.folha.uol.com.br/a", "https://www1.folha.uol.com.br/a"),
        ("https://mobile-news.example.org/a", "https://mobile-news.example.org/a"),
    ],
)
def test_what_only_looks_like_a_copy_is_left_alone(url, kept):
    assert urls.canonical(url) == kept


def test_what_readers_follow_is_the_copy_that_the_publisher_linked():
    one = clean(entry(url="https://amp.theguardian.com/world/2025/a?utm_source=x"))
    assert one.url == "https://amp.theguardian.com/world/2025/a?utm_source=x"
    assert one.canonical_url == "https://theguardian.com/world/2025/a"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "mailto:a@example.org",
            "https://",
            "//",
        ),
        *(
            "https://user:pass@example.org/",
            "https://exa mple.org/",
            "https://example.org:99999/",
            "https://[::1",
            "x" * 5000,
        ),
    ],
)
def test_what_cannot_be_followed_is_no_address(url):
    assert urls.followable(url) == ""


def test_a_relative_link_is_read_against_the_feed():
    assert urls.followable("/a b", base="https://example.org/feed") == "https://example.org/a%20b"
    assert urls.followable("//other.example/x", base="https://example.org/feed") == "https://other.example/x"


def test_what_readers_follow_keeps_its_parameters():
    assert urls.followable("https://example.org/a?utm_source=rss&id=1") == "https://example.org/a?utm_source=rss&id=1"


@settings(max_examples=400)
@given(URLISH | COPIES | CHARACTERS)
def test_canonical_addresses_are_stable_and_plain(url):
    once = urls.canonical(url)
    assert urls.canonical(once) == once
    assert once.isascii()
    assert len(once) <= urls.MAX_URL
    assert once == "" or once.startswith(("https://", "http://"))


# ------------------------------------------------------------------------------------------------ dates
@pytest.mark.parametrize(
    ("written", "expected", "precision"),
    [
        ("Fri, 21 Nov 2025 10:00:00 GMT", "2025-11-21T10:00:00", "second"),
        ("Fri, 21 Nov 2025 10:00 +0300", "2025-11-21T07:00:00", "minute"),
        ("2025-11-21T10:00:00+01:00", "2025-11-21T09:00:00", "second"),
        ("2025-11-21T10:00Z", "2025-11-21T10:00:00", "minute"),
        ("20251121T100000Z", "2025-11-21T10:00:00", "second"),
        ("2025-11-21", "2025-11-21T00:00:00", "day"),
        ("2025-11-21 10:30:00", "2025-11-21T10:30:00", "day"),
        ("Friday, October 3, 2025 - 12:26", "2025-10-03T12:26:00", "day"),
        ("21 novembre 2025 10h00", "2025-11-21T10:00:00", "day"),
        ("21 نوفمبر 2025", "2025-11-21T00:00:00", "day"),
        ("November 21, 2025 3:05 pm UTC", "2025-11-21T15:05:00", "minute"),
        ("1763719200", "2025-11-21T10:00:00", "second"),
        ("1763719200000", "2025-11-21T10:00:00", "second"),
        ("Fri, 21 Nov 2025 10:00:00 +2500", "2025-11-21T10:00:00", "day"),
        ("Fri, 21 Nov 2025 10:00:00 -0530", "2025-11-21T15:30:00", "second"),
        ("Fri, 21 Nov 2025 10:00:00 -0000", "2025-11-21T10:00:00", "second"),
        ("  Fri,  21 Nov 2025\n10:00:00 GMT ", "2025-11-21T10:00:00", "second"),
        ("Sun, 1 Dec 2024 00:30:00 +0130", "2024-11-30T23:00:00", "second"),
        ("Fri, 21 Nov 2025 10:00:00", "2025-11-21T10:00:00", "day"),
    ],
)
def test_a_date_is_read_with_the_precision_it_has(written, expected, precision):
    found = dates.read(written, guess=None, at=AT)
    assert found.at == dt.datetime.fromisoformat(expected).replace(tzinfo=dt.UTC)
    assert found.precision == precision


@pytest.mark.parametrize(
    "written",
    [
        *("", "yesterday", "0", "-1", "2025-13-45T99:99:99Z", "Fri, 31 Feb 2025 10:00:00 GMT", "٢١"),
        *("Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 2125 00:00:00 GMT", "9999999999999", "0001-01-01T00:00:00Z"),
        *("9999-12-31T23:59:59-14:00", "November 99, 2025"),
    ],
)
def test_what_cannot_be_a_date_is_none(written):
    assert dates.read(written, guess=None, at=AT) == dates.UNKNOWN


def test_a_parsers_guess_counts_only_where_it_fits_what_was_written():
    guess = dt.datetime(2025, 11, 21, 10, tzinfo=dt.UTC)
    assert dates.read("Fri, 21 Nov 25 10:00 EAT", guess=guess, at=AT) == dates.Dated(guess, dates.Precision.DAY)
    overflow = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    later = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    assert dates.read("2025-13-45T99:99:99Z", guess=overflow, at=later) == dates.UNKNOWN


def test_a_clock_a_little_ahead_is_taken_for_now():
    ahead = AT + dt.timedelta(minutes=5)
    assert dates.read(ahead.isoformat(), guess=None, at=AT).at == AT


@given(
    CHARACTERS | st.datetimes().map(str) | st.integers().map(str), st.none() | st.datetimes(timezones=st.just(dt.UTC))
)
def test_no_date_is_in_the_future_or_before_feeds(written, guess):
    found = dates.read(written, guess=guess, at=AT)
    assert found.at is None or dates.EARLIEST <= found.at <= AT
    assert (found.at is None) == (found.precision is dates.Precision.INFERRED)


def test_the_precisions_of_pure_code_and_of_the_table_are_the_same():
    assert {one.value for one in dates.Precision} == set(DatePrecision.values)


# ------------------------------------------------------------------------------------------------ words
ODD = st.text(
    st.sampled_from("ab é\xa0\t\n\r\x85\u2028\u3000\u200b\u200c\x00\x01\x7f\x9f\ud800\ufdd0e\u0301<>&"), max_size=60
)


@given(CHARACTERS | ODD)
def test_clean_text_stays_clean(value):
    once = text.clean_text(value)
    assert text.clean_text(once) == once
    once.encode()  # no lone surrogates
    assert not set(once) & set("\x00\r\x0b\x0c\x1b\x7f")


@given(CHARACTERS, st.integers(20, 60))
def test_a_clean_line_is_one_line_of_bounded_length(value, limit):
    once = text.clean_line(value, limit)
    assert text.clean_line(once, limit) == once
    assert len(once) <= limit
    assert len(once.splitlines()) <= 1


PIECES = [
    *(
        "<p>",
        "</p>",
        "<br>",
        "<li>",
        "<b>",
        "</b>",
        "<script>x</script>",
        "<pre>\n a\n</pre>",
        "<!-- c -->",
        "<scr\x00ipt>",
    ),
    *(
        "&nbsp;",
        "&amp;",
        "&amp;nbsp;",
        "&lt;b&gt;",
        "&lt;",
        "&#1;",
        "&#13;",
        "&#x85;",
        "&shy;",
        "&emsp;",
        "&copy",
        "&#xd800;",
    ),
    *(
        " ",
        "\n",
        "\t",
        "word",
        "é",
        "\xa0",
        "\u200b",
        "\x85",
        "\r\n",
        "\u2028",
        "\u3000",
        "\x00",
        "<",
        "&",
        ">",
        "e\u0301",
    ),
]


@given(
    st.text(st.sampled_from("<>/ab\"'=& scriptonerr;:!-#x3\n"), max_size=200)
    | st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
)
@example("<p>&#1;a&#13;b</p>")
def test_words_of_html_are_already_clean(value):
    found = text.text_of_html(value)
    assert text.clean_text(found) == found
    assert not set(found) & {*map(chr, range(9)), "\r", "\x7f", "\x85"}


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("One<br>two<br> <br>three", "One\ntwo\n\nthree"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("<p>One</p><p>&nbsp;</p><p>Two&nbsp;&nbsp;three</p>", "One\n\nTwo three"),
        ("<p>A &amp; B &lt; C</p>", "A & B < C"),
        ("<p>&amp;nbsp;</p>", "&nbsp;"),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\n\nTwo"),
        ("<p>\u3000One\u2003two</p>", "One two"),
        ("<p>می\u200cخواهم\n عربي</p>", "می\u200cخواهم عربي"),
        ("One &copy; two", "One © two"),
        ("<p>e\u0301</p>", "é"),
        ("<p>One</p" + " " * 5, "One"),
    ],
)
def test_the_words_of_a_fragment_are_laid_out(fragment, words):
    assert text.text_of_html(fragment) == words


def test_html_becomes_paragraphs():
    html = "<h2>Head</h2><p>One\n two&nbsp;three.</p><p>Four<br>five</p><script>alert(1)</script><style>p{}</style>"
    assert text.text_of_html(html) == "Head\n\nOne two three.\n\nFour\nfive"


def test_deep_nesting_is_read_without_the_quadratic_cleaner():
    deep = "<div>" * 40_000 + "<script>bad()</script>words" + "</div>" * 40_000
    assert text.text_of_html(deep) == "words"


@pytest.mark.parametrize(
    "opening",
    [
        *(
            "<div>",
            "<DIV>",
            "<brx>",
            "<imgx >",
            "<p/ a=1 ",
            "<div/>",
            "<div></b>",
            "<div><br>",
            "<b a=1><p></b>",
            "<p",
            "<!--",
        ),
        *(
            '<div a="</">',
            '<div a="</div>">',
            '<div a="<br>">',
            "<div a=>'></div>'>",
            "<div a='\n</div>'>",
            "<?</div><div>",
        ),
        *(
            "<div><!--</div>-->",
            "<div><!--><div>-->",
            "<script></div></script><div>",
            "<textarea></div></textarea><div>",
        ),
        *("<svg><path/>", "<svg><p><path/>", "<svg><path a=1><path a=1>", "<svg ", "<a b="),
    ],
)
def test_depth_is_not_hidden_by_what_is_counted_off(opening):
    """Closing and void tags are counted off in haste; none lets a deep document through."""
    started = time.process_time()
    text.text_of_html(opening * 40_000 + "words")
    assert time.process_time() - started < 2


@pytest.mark.parametrize("block", ["<p>x</p>", "<div>x</div>", "<p>x"])
def test_formatting_that_is_never_closed_is_not_opened_anew_for_ever(block):
    """13 kB of it would make a parser build a million nodes."""
    value = "<p>" + "".join(f"<b a={n}>" for n in range(190)) + block * 60_000
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert text.text_of_html(value).startswith("x")
    assert time.process_time() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_long_entry_with_icons_comments_and_lists_is_cleaned_and_not_cut_roughly():
    icon = '<svg viewBox="0 0 16 16"><path d="M0 0h24"></path><circle r="1"/></svg>'
    piece = f"<!-- wp:list --><h2><a href='#x' title='a &gt; b'>{icon}Head</a></h2><ul><li>One<li>Two</ul><p>It is<p>so"
    assert text.text_of_html(piece * 100) == "\n\n".join(["Head\n\nOne\n\nTwo\n\nIt is\n\nso"] * 100)
    assert not is_too_deep(piece * 100)


def test_many_flat_tags_are_not_taken_for_depth():
    flat = "<p>One <b>two</b><br/><img src='x'> three<br></p>" * 300
    assert text.text_of_html(flat) == "\n\n".join(["One two\nthree"] * 300)


def test_joiners_and_marks_of_direction_are_kept():
    assert text.clean_text("می\u200cخواهم \u200fعربي") == "می\u200cخواهم \u200fعربي"


# ------------------------------------------------------------------------------------------------ publications
def entry(**changes):
    values = {"external_id": "1", "url": "https://example.org/1", "title": Markup("Title"), "text": Markup("Text")}
    return Entry(**(values | changes))


def clean(one: Entry):
    return publication(one, feed_url="https://example.org/feed", at=AT)


def test_an_identifier_that_only_repeats_the_address_is_none():
    url = "https://www.bbc.com/news/articles/c1?at_medium=RSS"
    assert clean(entry(url=url, external_id="https://www.bbc.com/news/articles/c1#1")).external_id == ""
    assert clean(entry(url=url, external_id="https://www.bbc.com/?p=1")).external_id == "https://www.bbc.com/?p=1"


def test_an_identifier_too_long_for_an_index_is_kept_as_its_hash():
    assert len(clean(entry(external_id="ع" * 5_000)).external_id) == len("sha256:") + 64


def test_an_entry_that_says_nothing_is_refused():
    with pytest.raises(Unusable):
        clean(entry(title=Markup("\x00 "), text=Markup("<p> </p>", is_html=True), url="javascript:alert(1)"))


def test_the_hash_is_of_the_words_and_not_of_their_spacing():
    assert content_hash("A title", "One\n\ntwo") == content_hash("A  title", "One two")
    assert content_hash("A title", "One two") != content_hash("A title", "One three")


@given(CHARACTERS, CHARACTERS, st.booleans(), st.booleans())
def test_any_entry_becomes_something_a_database_can_hold(title, body, title_is_html, body_is_html):
    one = clean(entry(title=Markup(title, title_is_html), text=Markup(body, body_is_html)))
    assert one.title
    assert len(one.title) <= text.MAX_TITLE
    assert "\x00" not in one.title + one.text
    assert "\n" not in one.title
    (one.title + one.text).encode()
