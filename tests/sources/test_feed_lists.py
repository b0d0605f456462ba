"""Lists of feeds in and out: what other readers write is understood, what stands is left alone, what goes out comes back."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from sources import catalogue, feed_lists, opml
from sources.models import Feed, FeedFormat, FeedMove, Publisher, PublisherKind, ReusePolicy, StarterPack
from tests.factories.sources import FeedFactory, PublisherFactory
from tests.sources.serving import Answer
from tests.sources.test_look import rss

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head><title>From another reader</title></head>
  <body>
    <outline text="Africa">
      <outline text="Local media">
    <outline text="Valley Post (news)" xmlUrl="https://valley.example/feed" htmlUrl="https://valley.example/" language="en-GB"/>
    <outline text="x" title="صوت الوادي" xmlUrl="https://sawt.example/feed" category="/news/exile,/un" language="no language"/>
      </outline>
    </outline>
    <outline type="rss" text="Known" xmlUrl="http://known.example/feed/"/>
    <outline type="rss" text="Again" xmlUrl="https://valley.example/feed?utm_source=x"/>
    <outline type="rss" text="No address"/>
    <outline text="Other scheme" xmlUrl="ftp://old.example/feed"/>
    <outline text="Secret" xmlUrl="https://user:word@old.example/feed"/>
    <outline type="rss" text="Forbidden" xmlUrl="https://www.forbidden.example/sport"/>
    <outline type="link" text="A page" url="https://page.example/"/>
    <outline text="Empty folder and a leaf without address look alike"/>
  </body>
</opml>
"""


# ------------------------------------------------------------------------------------------------ the format
def test_folders_nest_and_lines_are_known():
    first, second, *_ = opml.read(LIST.encode())
    assert (first.url, first.title, first.page) == (
        *("https://valley.example/feed", "Valley Post (news)", "https://valley.example/"),
    )
    assert (first.folders, first.line, first.language) == (("Africa", "Local media"), 7, "en-GB")
    assert (second.title, second.category) == ("صوت الوادي", "/news/exile,/un")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not XML"),
        (b"{}", "not XML"),
        (b"<rss/>", "begins with .rss."),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline xmlUrl="&a;"/></body></opml>', "entities"),
        (b"<opml><body>" + b'<outline xmlUrl="https://a.example/"/>' * 10_001 + b"</body></opml>", "10,001 entries"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(body, reason):
    with pytest.raises(opml.NotOpml, match=reason):
        opml.read(body)


def test_half_a_character_in_a_list_costs_itself_and_nothing_else():
    (one,) = opml.read(b'<opml><body><outline text="Ferry&#xD800;" xmlUrl="https://ferry.example/feed"/></body></opml>')
    assert one.title == "Ferry"


def test_a_list_nested_deeper_than_any_is_read_as_far_as_it_goes():
    deep = b"<opml><body>" + b'<outline text="x">' * 100_000
    with contextlib.suppress(opml.NotOpml):
        assert len(opml.read(deep)) <= 1


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"), max_size=30
)
outlines = st.builds(
    opml.Outline,
    url=words.map(lambda word: f"https://a.example/{word}"),
    title=words,
    page=words,
    language=words,
    category=words,
    publisher=words,
    format=words,
    selector=words,
)


@given(st.lists(outlines, max_size=5))
def test_what_is_written_is_read_again(rows):
    found = opml.read(opml.write(rows, title="A & B", at=AT))
    assert [without_line(row) for row in found] == [without_line(row, title=row.title or row.url) for row in rows]


def without_line(row, **changes):
    return dataclasses.replace(row, line=0, **changes)


@given(st.binary(max_size=300))
def test_whatever_the_bytes_only_one_error_comes_out(body):
    with contextlib.suppress(opml.NotOpml):
        opml.read(body)


def test_a_list_names_its_version_and_its_date():
    document = opml.write([], title="Curator", at=AT).decode()
    assert 'version="2.0"' in document
    assert "<dateCreated>Wed, 04 Mar 2026 12:00:00 GMT</dateCreated>" in document


# ------------------------------------------------------------------------------------------------ in
@pytest.fixture
def standing(db):
    FeedFactory(url="https://forbidden.example/feed", is_active=False, starter_pack=StarterPack.NEVER)
    return FeedFactory(name="Ours", url="https://known.example/feed", language="fr")


def take(text: str = LIST) -> feed_lists.Taken:
    return feed_lists.take(opml.read(text.encode()))


def test_new_feeds_stand_switched_off_and_known_ones_are_left_alone(standing):
    taken = take()
    assert [outline.title for outline in taken.new] == ["Valley Post (news)", "صوت الوادي"]
    assert [outline.title for outline in taken.known] == ["Known", "Again"]
    feed = Feed.objects.get(url="https://valley.example/feed")
    assert (feed.name, feed.language, feed.is_active) == ("Valley Post (news)", "en-GB", False)
    assert (feed.starter_pack, feed.reuse_policy) == (StarterPack.AFTER_PROBE, ReusePolicy.EXCERPT)
    assert (feed.publisher.name, feed.publisher.slug, feed.publisher.kind) == (
        *("Valley Post", "valley-post", PublisherKind.LOCAL_MEDIA),
    )
    other = Feed.objects.get(url="https://sawt.example/feed")
    assert (other.publisher.name, other.publisher.kind, other.language) == ("صوت الوادي", PublisherKind.UN, "")
    standing.refresh_from_db()
    assert (standing.name, standing.language, standing.is_active) == ("Ours", "fr", True)


def test_each_refused_line_has_its_reason(standing):
    assert [(refused.outline.title, refused.reason.partition(" (")[0]) for refused in take().refused] == [
        ("No address", "it has no address"),
        ("Other scheme", "its address is no http or https address that can be fetched"),
        ("Secret", "its address is no http or https address that can be fetched"),
        ("Forbidden", "its publisher forbids automated collection"),
        ("Empty folder and a leaf without address look alike", "it has no address"),
    ]


def test_taking_the_same_list_again_changes_nothing(standing):
    take()
    before = list(Feed.objects.order_by("pk").values()), list(Publisher.objects.order_by("pk").values())
    taken = take()
    assert (len(taken.new), len(taken.known)) == (0, 4)
    assert before == (list(Feed.objects.order_by("pk").values()), list(Publisher.objects.order_by("pk").values()))


def test_an_old_list_does_not_bring_a_moved_feed_back(standing):
    FeedMove.objects.create(feed=standing, old_url="https://valley.example/feed", new_url=standing.url, at=AT)
    taken = take()
    assert [outline.title for outline in taken.new] == ["صوت الوادي"]
    assert not Feed.objects.filter(url="https://valley.example/feed").exists()


def test_a_publisher_that_stands_keeps_its_kind(db):
    publisher = PublisherFactory(name="Valley Post", slug="post", kind=PublisherKind.NGO)
    take()
    assert Feed.objects.get(url="https://valley.example/feed").publisher == publisher
    publisher.refresh_from_db()
    assert publisher.kind == PublisherKind.NGO


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ("c:format='smoke'", "format “smoke” is not known"),
        ("c:format='html_list'", "needs a CSS selector"),
        ("c:format='html_list' c:selector='a['", "“a[” is no CSS selector"),
    ],
)
def test_a_format_that_cannot_be_used_is_refused(attributes, reason):
    row = f"<outline text='One' xmlUrl='https://a.example/' {attributes}/>"
    taken = take(f"<opml xmlns:c='{opml.NAMESPACE}'><body>{row}</body></opml>")
    assert reason in taken.refused[0].reason
    assert not Feed.objects.exists()


@pytest.mark.django_db
def test_an_address_of_reliefwebs_api_gets_its_format():
    take("<opml><body><outline text='R' xmlUrl='https://api.reliefweb.int/v2/reports?preset=latest'/></body></opml>")
    assert Feed.objects.get().format == FeedFormat.RELIEFWEB


# ------------------------------------------------------------------------------------------------ out
@pytest.mark.django_db
def test_what_goes_out_comes_back_as_it_was():
    catalogue.load_feeds(version="test", activate=False)
    FeedFactory(
        url="https://valley.example/news",
        format=FeedFormat.HTML_LIST,
        selector="main > h2 a",
        publisher__name="A & <B>",
    )
    FeedFactory(url="https://api.reliefweb.int/v2/reports?appname=desk", format=FeedFormat.RELIEFWEB)
    kept = ("name", "url", "format", "selector", "language", "publisher__name", "publisher__kind")
    before = set(Feed.objects.exclude(starter_pack=StarterPack.NEVER).values_list(*kept))
    document = feed_lists.as_opml(only_active=False, at=AT)
    assert b"appname" not in document
    Feed.objects.all().delete()
    Publisher.objects.all().delete()
    taken = feed_lists.take(opml.read(document))
    assert taken.refused == []
    after = set(Feed.objects.values_list(*kept))
    assert {row[1] for row in before - after} == {"https://api.reliefweb.int/v2/reports?appname=desk"}
    assert len(after) == len(before) == 162
    assert not Feed.objects.active().exists()


@pytest.mark.django_db
def test_feeds_that_are_off_are_left_out_where_asked_and_forbidden_ones_always():
    FeedFactory(url="https://on.example/feed")
    FeedFactory(url="https://off.example/feed", is_active=False)
    FeedFactory(url="https://never.example/feed", is_active=False, starter_pack=StarterPack.NEVER)
    out = io.StringIO()
    call_command("export_opml", stdout=out)
    assert {row.url for row in opml.read(out.getvalue().encode())} == {
        *("https://on.example/feed", "https://off.example/feed"),
    }
    out = io.StringIO()
    call_command("export_opml", "--active", stdout=out)
    assert [row.url for row in opml.read(out.getvalue().encode())] == ["https://on.example/feed"]


# ------------------------------------------------------------------------------------------------ the command
def run(file) -> str:
    out = io.StringIO()
    call_command("import_opml", str(file), stdout=out)
    return out.getvalue()


def test_the_command_says_what_became_of_each_line(standing, tmp_path):
    file = tmp_path / "feeds.opml"
    file.write_text(LIST, encoding="utf-8")
    said = run(file)
    assert "line 7: Valley Post (news) <https://valley.example/feed>: new" in said
    assert "line 11: Known <http://known.example/feed/>: known already" in said
    assert "line 13: No address: refused, it has no address (xmlUrl)" in said
    assert "2 new, 2 known, 5 refused." in said
    assert "0 new, 4 known, 5 refused." in run(file)


def test_a_file_that_cannot_be_used_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run(tmp_path / "missing.opml")
    file = tmp_path / "feeds.opml"
    file.write_text("<rss/>", encoding="utf-8")
    with pytest.raises(CommandError, match="no OPML"):
        run(file)


@pytest.mark.django_db
def test_a_probe_switches_on_what_a_list_brought(site, settings):
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [site.host]
    site.answers["/full"] = Answer(rss(("1", "One", "Text")))
    site.answers["/page"] = Answer(b"<h2><a href='/1'>One</a></h2>")
    rows = [
        opml.Outline(url=f"{site.base}/full", title="Full"),
        opml.Outline(url=f"{site.base}/gone", title="Gone"),
        opml.Outline(url=f"{site.base}/page", title="Page", format="html_list", selector="h2 a"),
    ]
    feed_lists.take(rows)
    call_command("probe_sources", stdout=io.StringIO())
    assert set(Feed.objects.active().values_list("name", flat=True)) == {"Full", "Page"}
