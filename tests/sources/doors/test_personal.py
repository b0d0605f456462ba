"""What is about us is taken out of a mail, and the link to its news is told from all the others."""

from __future__ import annotations

import pytest

from sources.doors.personal import Ourselves, impersonal, links_in, strip, useful

US = Ourselves(frozenset({"desk@brief.example"}))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Sent to Desk@Brief.example.", "Sent to […]."),
        ("Write to press@ngo.example.", "Write to press@ngo.example."),
        ("Out: https://ngo.example/unsubscribe/abc123.", "Out: ."),
        ("https://ngo.example/r?id=5&utm_source=x&e=abc", "https://ngo.example/r?id=5"),
        ("https://ngo.example/r?who=desk%40brief.example", "https://ngo.example/r"),
        ("https://ngo.example/r?w=ZGVza0BicmllZi5leGFtcGxl", "https://ngo.example/r"),
        ("https://ngo.example/d/ZGVza0BicmllZi5leGFtcGxl/x", ""),
        ("mailto:leave-desk%40brief.example@ngo.example", ""),
        ("https://ngo.example/report?year=2013&page=2", "https://ngo.example/report?year=2013&page=2"),
        ("(https://ngo.example/report).", "(https://ngo.example/report)."),
    ],
)
def test_only_what_is_about_us_is_taken_out(text, clean):
    assert strip(text, US) == clean


def test_taking_out_is_done_at_once():
    text = "https://ngo.example/r?utm_source=x&id=5 desk@brief.example https://ngo.example/unsubscribe"
    assert strip(strip(text, US), US) == strip(text, US)


@pytest.mark.parametrize(
    "url",
    [
        "https://ngo.us2.list-manage.com/track/click?u=1&id=2&e=3",
        "https://mailchi.mp/ngo/report?e=abc",
        "https://ngo.example/mail/view-in-browser/77",
        "https://click.ngo.example/ls/click?upn=abc",
        "https://ngo.example/manage-preferences",
        "https://ngo.example/se-d%C3%A9sabonner",
    ],
)
def test_links_for_one_recipient_are_not_kept(url):
    assert impersonal(url, US) == ""


SITES = {"ngo.example"}


@pytest.mark.parametrize(
    ("links", "sites", "url"),
    [
        (["https://ngo.example/", "https://ngo.example/boali"], SITES, "https://ngo.example/boali"),
        (["https://news.example/a", "https://www.ngo.example/boali?mc_eid=1"], SITES, "https://www.ngo.example/boali"),
        (
            ["https://facebook.com/ngo", "https://ngo.example/donate", "https://ngo.example/boali"],
            SITES,
            "https://ngo.example/boali",
        ),
        (["https://news.example/a"], set(), "https://news.example/a"),
        (["https://news.example/a", "https://other.example/b"], SITES, ""),
        (["javascript:alert(1)", "mailto:x@y.example", "https://user:word@ngo.example/x"], SITES, ""),
        (["https://ngo.example/unsubscribe"], SITES, ""),
        ([], SITES, ""),
    ],
)
def test_the_link_to_the_news_is_found(links, sites, url):
    assert useful(links, archived_at="", sites=sites, ourselves=US) == url


def test_the_senders_own_word_for_where_it_stands_goes_first():
    where = useful(
        ["https://ngo.example/boali"], archived_at="<https://lists.ngo.example/archive/5>", sites=SITES, ourselves=US
    )
    assert where == "https://lists.ngo.example/archive/5"


def test_links_are_read_from_the_page_and_else_from_the_text():
    page = "<A class=x HREF='https://ngo.example/a?b=1&amp;c=2'>x</a><a href=\"https://ngo.example/d\">"
    assert links_in(page, "https://no.example/") == ["https://ngo.example/a?b=1&c=2", "https://ngo.example/d"]
    assert links_in("", "See https://ngo.example/a, and <https://ngo.example/b>.") == [
        "https://ngo.example/a",
        "https://ngo.example/b",
    ]
