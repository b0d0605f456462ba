"""A site's address is tried, and those that sites use for their feeds; entries are evidence, an answer is none."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from sources import probing, tasks
from sources.adapters import feed_links
from sources.ingest.manners import Manners
from sources.ingest.probe import MOST_REQUESTS, Why, best, find
from sources.ingest.robots import Robots
from sources.models import Feed, FeedMove, Item, Probe, StarterPack
from tests.factories.countries import UserFactory
from tests.factories.sources import FeedFactory
from tests.sources.serving import Answer

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
NEW = "Tue, 03 Mar 2026 10:00:00 GMT"
OLD = "Mon, 04 Mar 2019 10:00:00 GMT"


class Shelf(dict):
    """Where robots are kept, for one test."""

    def set(self, key, value, timeout):
        self[key] = value

    def add(self, key, value, timeout):
        return self.setdefault(key, value) is value

    def delete(self, key):
        self.pop(key, None)


def rss(date: str = NEW, title: str = "The feed", entries: int = 2) -> Answer:
    items = "".join(
        f"<item><guid>{n}</guid><title>{n}</title><link>https://x.example/{n}</link><pubDate>{date}</pubDate></item>"
        for n in range(entries)
    )
    return Answer(f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode())


def page(*heads: str) -> Answer:
    return Answer(
        f"<html><head>{''.join(heads)}</head><p>News</p></html>".encode(), headers={"Content-Type": "text/html"}
    )


def link(href: str, title: str = "", type: str = "application/rss+xml") -> str:
    return f"<link rel='alternate' type='{type}' title='{title}' href='{href}'>"


def search(site, path: str, **options):
    with site.fetcher() as fetcher:
        return find(
            f"{site.base}{path}",
            fetcher=fetcher,
            manners=Robots(fetcher, Manners(Shelf(), at_once=2, pause=0, longest=60)),
            at=AT,
            **options,
        )


def asked(site) -> list[str]:
    return [path for path, _ in site.requests if path != "/robots.txt"]


# ------------------------------------------------------------------------------------------------ what is tried
def test_a_feed_that_holds_news_is_asked_once_and_nobody_else_is_bothered(site):
    site.answers["/rss"] = rss()
    (found,) = search(site, "/rss")
    assert (found.entries, found.newest.date(), found.why, found.title) == (
        2,
        dt.date(2026, 3, 3),
        Why.GIVEN,
        "The feed",
    )
    assert asked(site) == ["/rss"]


def test_a_pages_own_feed_is_found_by_the_link_it_names(site):
    site.answers["/news"] = page(link("/comments/feed", "Comments"), link("/main.xml"), link("/other.xml"))
    site.answers["/main.xml"] = rss(title="Main")
    kept = best(search(site, "/news"), at=AT)
    assert (kept.url, kept.why, kept.title) == (f"{site.base}/main.xml", Why.NAMED, "Main")
    assert asked(site) == ["/news", "/main.xml"]


def test_a_lost_address_is_found_by_way_of_the_sites_front_page(site):
    site.answers["/"] = page(link("/new.xml"))
    site.answers["/new.xml"] = rss()
    assert best(search(site, "/old.xml"), at=AT).url == f"{site.base}/new.xml"


@pytest.mark.parametrize("place", ["/feed", "/feed/", "/rss", "/rss.xml", "/atom.xml", "/index.xml", "/?feed=rss2"])
def test_usual_places_are_tried_where_nobody_names_a_feed(site, place):
    site.answers["/news"] = page()
    site.answers[place] = rss()
    kept = best(search(site, "/news"), at=AT)
    assert (kept.url, kept.why) == (f"{site.base}{place}", Why.USUAL)
    assert asked(site)[-1] == place


def test_a_stale_feed_gives_way_to_the_one_that_the_site_uses_today(site):
    site.answers["/rss"] = rss(OLD)
    site.answers["/"] = page(link("/today.xml"))
    site.answers["/today.xml"] = rss(NEW)
    tried = search(site, "/rss")
    assert [(one.url, one.entries) for one in tried] == [(f"{site.base}/rss", 2), (f"{site.base}/today.xml", 2)]
    assert best(tried, at=AT).url == f"{site.base}/today.xml"


def test_a_feed_without_dates_is_as_good_as_it_is(site):
    site.answers["/rss"] = rss("")
    site.answers["/"] = page(link("/today.xml"))
    (found,) = search(site, "/rss")
    assert (found.entries, found.newest) == (2, None)
    assert asked(site) == ["/rss"]


def test_of_stale_feeds_the_one_with_the_newest_entry_is_kept(site):
    site.answers["/news"] = page(link("/a.xml"), link("/b.xml"))
    site.answers["/a.xml"] = rss("Mon, 04 Mar 2013 10:00:00 GMT")
    site.answers["/b.xml"] = rss(OLD)
    assert best(search(site, "/news"), at=AT).url == f"{site.base}/b.xml"


def test_an_answer_without_entries_is_no_evidence(site):
    site.answers["/news"] = page(link("/empty.xml"))
    site.answers["/empty.xml"] = rss(entries=0)
    tried = search(site, "/news")
    assert best(tried, at=AT) is None
    assert "there is nothing in it" in {one.url: one.message for one in tried}[f"{site.base}/empty.xml"]


def test_what_robots_txt_forbids_is_not_asked_for_and_the_given_address_is(site):
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /")
    site.answers["/news"] = page(link("/main.xml"))
    site.answers["/main.xml"] = rss()
    tried = search(site, "/news")
    assert asked(site) == ["/news"]
    assert "robots.txt asks us not to" in tried[1].message


def test_a_redirect_to_where_robots_txt_forbids_is_not_followed(site):
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /private")
    site.answers["/news"] = page(link("/main.xml"))
    site.answers["/main.xml"] = Answer(status=302, headers={"Location": "/private/feed"})
    site.answers["/private/feed"] = rss()
    assert best(search(site, "/news"), at=AT) is None
    assert "/private/feed" not in asked(site)


def test_a_permanent_redirect_is_kept_where_it_ends_and_tried_once(site):
    site.answers["/news"] = page(link("/a.xml"), link("/end.xml"))
    site.answers["/a.xml"] = Answer(status=301, headers={"Location": "/end.xml"})
    site.answers["/end.xml"] = rss(OLD)
    tried = search(site, "/news")
    assert best(tried, at=AT).url == f"{site.base}/end.xml"
    assert asked(site).count("/end.xml") == 1


def test_a_site_that_names_hundreds_of_feeds_is_asked_for_a_few(site):
    site.answers["/news"] = page(*(link(f"/{n}.xml") for n in range(500)))
    search(site, "/news", is_whole=True)
    assert len(asked(site)) <= MOST_REQUESTS


def test_a_private_address_that_a_page_names_is_refused(site):
    site.answers["/news"] = page(link("http://169.254.169.254/latest/meta-data/"), link("file:///etc/passwd"))
    tried = search(site, "/news")
    assert any("169.254.169.254" in one.url and not one.entries for one in tried)
    assert not any(one.url.startswith("file") for one in tried)


def test_links_are_read_from_pages_in_any_state():
    html = (
        "<base href='https://b.example/x/'><a href='feed/'>RSS</a><a href='/feedback'>No</a>"
        "<link rel=alternate type=text/html href=/fr>"
    )
    assert feed_links.named(html.encode(), content_type="text/html", url="https://a.example/") == [
        "https://b.example/x/feed/"
    ]
    assert feed_links.named(b"\0\xff", content_type="", url="https://a.example/") == []


# ------------------------------------------------------------------------------------------------ what is kept
@pytest.fixture
def here(site, settings):
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [site.host]
    settings.FETCH_PAUSE = 0
    return site


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("probe_sources", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestCommand:
    def test_a_feed_found_elsewhere_gets_that_address_and_is_switched_on_with_its_evidence(self, here):
        here.answers["/"] = page(link("/new.xml"))
        here.answers["/new.xml"] = rss()
        feed = FeedFactory(name="Lost", url=f"{here.base}/old.xml", is_active=False, etag="x")
        said = run()
        feed.refresh_from_db()
        assert (feed.url, feed.is_active, feed.etag) == (f"{here.base}/new.xml", True, "")
        assert "(named by the page) – address changed – switched on" in said
        assert FeedMove.objects.get().old_url == f"{here.base}/old.xml"
        probe = Probe.objects.get()
        assert (probe.feed, probe.found_url, probe.entries, probe.asked_by) == (feed, feed.url, 2, None)
        assert probe.newest_at.date() == dt.date(2026, 3, 3)
        assert probe.finished_at is not None
        assert not Item.objects.exists()

    def test_an_address_that_another_feed_has_is_left_to_it(self, here):
        here.answers["/"] = page(link("/new.xml"))
        here.answers["/new.xml"] = rss()
        FeedFactory(name="Has it", url=f"{here.base}/new.xml/")
        lost = FeedFactory(name="Lost", url=f"{here.base}/old.xml", is_active=False)
        assert "already “Has it”" in run("Lost")
        lost.refresh_from_db()
        assert (lost.url, lost.is_active) == (f"{here.base}/old.xml", False)

    def test_a_feed_that_is_fetched_keeps_its_address(self, here):
        here.answers["/"] = page(link("/new.xml"))
        here.answers["/new.xml"] = rss()
        feed = FeedFactory(name="On", url=f"{here.base}/old.xml")
        assert f"at {here.base}/new.xml" in run("--all")
        feed.refresh_from_db()
        assert feed.url == f"{here.base}/old.xml"

    def test_a_dry_run_changes_nothing(self, here):
        here.answers["/"] = page(link("/new.xml"))
        here.answers["/new.xml"] = rss()
        feed = FeedFactory(url=f"{here.base}/old.xml", is_active=False)
        run("--dry-run")
        feed.refresh_from_db()
        assert (feed.url, feed.is_active, Probe.objects.count()) == (f"{here.base}/old.xml", False, 0)

    def test_what_has_no_address_on_the_web_is_not_tried(self, here):
        FeedFactory(name="By hand", url="by-hand:x", format="by_hand", is_active=False)
        FeedFactory(name="Web", url=f"{here.base}/x", is_active=False)
        assert "of 1 feeds" in run()


@pytest.mark.django_db
class TestDesk:
    @pytest.fixture
    def user(self, client):
        user = UserFactory(is_superuser=True)
        client.force_login(user)
        return user

    def test_a_sites_feeds_are_found_and_can_be_added(self, here, client, user):
        known = FeedFactory(url=f"{here.base}/b.xml")
        here.answers["/"] = page(link("/a.xml"), link("/b.xml"), link("/gone.xml"))
        here.answers["/a.xml"] = rss(title="<b>A & B</b>")
        here.answers["/b.xml"] = rss()
        answer = client.post(reverse("admin:sources_feed_find"), {"address": f"{here.base}/"})
        waiting = client.get(answer.url)
        assert waiting.context["is_waiting"]
        assert 'http-equiv="refresh"' in waiting.content.decode()
        tasks.carry_out_probes()
        page_of = client.get(answer.url)
        assert not page_of.context["is_waiting"]
        rows = {row.url: row for row in page_of.context["rows"]}
        assert rows[f"{here.base}/a.xml"].entries == 2
        assert rows[f"{here.base}/b.xml"].known == known
        assert "answers 404" in rows[f"{here.base}/gone.xml"].message
        add = client.get(f"{reverse('admin:sources_feed_add')}?{rows[f'{here.base}/a.xml'].add}")
        assert f'value="{here.base}/a.xml"' in add.content.decode()
        assert Feed.objects.count() == 1
        assert Probe.objects.get().asked_by == user

    @pytest.mark.parametrize(
        "address", ["", "file:///etc/passwd", "javascript:alert(1)", "https://u:p@x.example/", "\0"]
    )
    def test_what_is_no_address_is_refused_in_words(self, client, user, address):
        answer = client.post(reverse("admin:sources_feed_find"), {"address": address})
        assert "no http or https address" in answer.content.decode()
        assert not Probe.objects.exists()

    def test_a_publisher_who_forbids_collection_is_not_searched(self, client, user):
        FeedFactory(url="https://www.never.example/rss", is_active=False, starter_pack=StarterPack.NEVER)
        answer = client.post(reverse("admin:sources_feed_find"), {"address": "never.example"})
        assert "forbids automated collection" in answer.content.decode()

    def test_the_action_tries_feeds_and_their_pages_say_what_was_found(self, here, client, user):
        here.answers["/rss"] = rss()
        feed = FeedFactory(url=f"{here.base}/rss", name="Tried")
        never = FeedFactory(is_active=False, starter_pack=StarterPack.NEVER)
        data = {"action": "probe", "_selected_action": [feed.pk, never.pk]}
        for _ in range(2):
            client.post(reverse("admin:sources_feed_changelist"), data)
        assert Probe.objects.get().feed == feed
        change = reverse("admin:sources_feed_change", args=[feed.pk])
        assert "waits to be carried out" in client.get(change).content.decode()
        tasks.carry_out_probes()
        assert "2 entries, the newest of" in client.get(change).content.decode()
        tasks.carry_out_probes()
        assert asked(here).count("/rss") == 1

    def test_a_probe_that_broke_off_is_carried_out_again_and_no_other_twice_at_once(self, here, user):
        feed = FeedFactory(url=f"{here.base}/rss")
        probing.ask_about(feed, by=user, at=AT)
        assert len(probing.claim(limit=5, at=AT)) == 1
        assert probing.claim(limit=5, at=AT + dt.timedelta(minutes=14)) == []
        assert len(probing.claim(limit=5, at=AT + dt.timedelta(minutes=16))) == 1

    def test_it_is_for_those_who_may_add_feeds(self, client):
        client.force_login(UserFactory(is_staff=True))
        assert client.get(reverse("admin:sources_feed_find")).status_code == 403
        assert client.post(reverse("admin:sources_feed_find"), {"address": "x.example"}).status_code == 403
