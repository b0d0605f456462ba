"""When a feed still looks like itself. False alarms cost people's time; missed ones cost the library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.ingest.recognise import Seen, Usual, differences, registrable, see


def links(**counts: int) -> list[str]:
    return [f"https://www.{name}.org/{n}" for name, count in counts.items() for n in range(count)]


# ------------------------------------------------------------------------------------------------ title
@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Outlet", "OUTLET"),
        ("Radio  Tamazuj", " Radio\tTamazuj\n"),
        ("Sudan Tribune", "Sudan Tribune – latest news"),
        ("Sudan Tribune: Plural news and views on Sudan", "Sudan Tribune"),
        ("News from Sudan Tribune, Khartoum", "Sudan Tribune, news from Khartoum"),
        ("Outlet &amp; Sons", "Outlet & Sons"),
        ("Outlet: 3 March 2026", "Outlet: 4 March 2026"),
        ("Réveil d'Afrique", "Reveil d’Afrique"),
        ("وكالة الأنباء", "وكالة الأنباء | الأخبار"),
        ("新华网", "新华网新闻"),
        ("Outlet", ""),
        ("", "Outlet"),
        ("Outlet", "2026"),
    ],
)
def test_a_title_that_was_tidied_is_the_same(before, now):
    assert differences(Usual(title=before), Seen(title=now)) == ()


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Radio Tamazuj", "Best Online Casino"),
        ("BBC News", "Sky News"),
        ("Radio Okapi News", "Radio Dabanga News"),
        ("Outlet", "Outletter"),
        ("وكالة الأنباء", "كازينو اون لاين"),
        ("新华网", "在线赌场"),
    ],
)
def test_another_title_is_noticed(before, now):
    (sentence,) = differences(Usual(title=before), Seen(title=now))
    assert before in sentence
    assert now in sentence


# ------------------------------------------------------------------------------------------------ language
@pytest.mark.parametrize(
    ("before", "now"),
    [
        *(("en", "en-GB"), ("en-us", "EN_gb"), ("iw", "he"), ("fr", "fra"), ("spa", "es"), ("no", "nb-NO")),
        *(("en", ""), ("", "fr"), ("en", "und"), ("en", "English"), ("zh-Hans", "cmn")),
    ],
)
def test_the_same_language_in_another_form_is_the_same(before, now):
    assert differences(Usual(language=before), Seen(language=now)) == ()


def test_another_language_is_noticed():
    assert "language" in differences(Usual(language="en-GB"), Seen(language="ru"))[0]


# ------------------------------------------------------------------------------------------------ sites
@pytest.mark.parametrize(
    ("before", "now"),
    [
        (links(outlet=10), ["https://m.outlet.org/1", "http://outlet.org/2", "https://news.outlet.org:8443/3"]),
        (links(outlet=10), links(outlet=5, video=5)),
        (links(outlet=10), links(casino=2)),  # too few to say
        (links(outlet=10), []),
        (links(outlet=6, sister=4), links(outlet=1, sister=9)),
        (links(a=1, b=1, c=1, d=1, e=1, f=1), links(g=9)),  # it never had a site of its own
    ],
)
def test_sites_it_linked_before_are_no_news(before, now):
    usual = Usual().learn(see(title="", language="", urls=before))
    assert differences(usual, see(title="", language="", urls=now)) == ()


@pytest.mark.parametrize("now", [links(casino=10), links(outlet=4, casino=6), links(a=1, b=1, c=1, d=1)])
def test_most_entries_on_another_site_are_noticed(now):
    usual = Usual().learn(see(title="", language="", urls=links(outlet=10)))
    (sentence,) = differences(usual, see(title="", language="", urls=now))
    assert "outlet.org" in sentence


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("www.radiookapi.net", "radiookapi.net"),
        ("one.blogspot.com", "one.blogspot.com"),  # a neighbour there is somebody else
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("a.outlet.example", "outlet.example"),
        ("localhost", "localhost"),
    ],
)
def test_a_site_is_what_somebody_registered(host, domain):
    assert registrable(host) == domain


# ------------------------------------------------------------------------------------------------ learning
def test_what_is_known_does_not_change_in_small_steps():
    usual = Usual().learn(Seen("Radio Okapi", "fr")).learn(Seen("Radio Okapi casino", "fr-CD"))
    assert (usual.title, usual.language) == ("Radio Okapi", "fr")


def test_what_a_person_said_is_right_is_usual_from_then_on():
    before = Usual("Old", "en", ("old.org",))
    seen = see(title="New name", language="fr", urls=links(new=5))
    assert differences(before, seen)
    after = before.adopt(seen)
    assert differences(after, seen) == ()
    assert after.domains == ("old.org", "new.org")


@given(st.text(), st.text(max_size=40), st.lists(st.text(max_size=30), max_size=8))
def test_what_a_document_showed_is_never_different_from_itself(title, language, urls):
    seen = see(title=title, language=language, urls=[f"https://{url}" for url in urls])
    assert differences(Usual().learn(seen), seen) == ()
    assert "\x00" not in seen.title + seen.language
    seen.title.encode()  # no lone surrogates
