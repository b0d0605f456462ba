"""WebSub, from what a feed offers to a look that a hub's message brings forward. The hub is a real server on this machine."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sources import client, tasks
from sources.ingest import subscribe
from sources.ingest.look import look_at
from sources.models import Feed, Item, SubscriptionState, WebSubSubscription
from tests.factories.countries import UserFactory
from tests.factories.sources import FeedFactory
from tests.sources.serving import Answer, no_manners
from tests.sources.test_look import rss

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
TOPIC = "https://outlet.example/feed"


@pytest.fixture
def hub(site):
    site.answers["/hub"] = Answer(status=202)
    return site


@pytest.fixture
def feed(hub):
    return FeedFactory(hub=f"{hub.base}/hub", hub_topic=TOPIC, next_check_at=AT + HOUR, last_fetch_at=AT - HOUR)


def keep(hub, at: dt.datetime = AT) -> int:
    """One turn of the task."""
    subscribe.plan(at=at)
    with hub.fetcher() as fetcher:
        return subscribe.ask_hubs(
            fetcher=fetcher,
            manners=no_manners(),
            callback=lambda token: f"https://desk.example/{token}",
            at=at,
            limit=10,
        )


def told(hub) -> dict[str, str]:
    """What the hub was told last."""
    return {name: values[0] for name, values in parse_qs(hub.posts[-1].decode(), strict_parsing=True).items()}


def confirm(subscription, *, at=AT, mode="subscribe", topic=TOPIC, lease="86400", reason=""):
    subscribe.confirm(subscription.token, mode=mode, topic=topic, lease=lease, reason=reason, at=at)
    subscription.refresh_from_db()


def subscribed(hub, at=AT) -> WebSubSubscription:
    keep(hub, at)
    subscription = WebSubSubscription.objects.get()
    confirm(subscription, at=at)
    return subscription


def message(subscription, *, body=b"<rss/>", method="sha256", secret=None, at=AT) -> subscribe.Heard:
    key = (subscription.secret if secret is None else secret).encode()
    signature = f"{method}={hmac.new(key, body, getattr(hashlib, method)).hexdigest()}"
    return subscribe.hear(subscription.token, signature=signature, parts=[body[:3], body[3:]], at=at)


# ------------------------------------------------------------------------------------------------ asking
def test_a_feed_that_offers_a_hub_is_subscribed_there(hub, feed):
    assert keep(hub) == 1
    subscription = WebSubSubscription.objects.get()
    assert subscription.state == SubscriptionState.ASKED
    path, headers = hub.requests[0]
    assert (path, headers["content-type"]) == ("/hub", "application/x-www-form-urlencoded")
    assert headers["user-agent"].startswith("Curator/")
    assert told(hub) == {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.callback": f"https://desk.example/{subscription.token}",
        "hub.secret": subscription.secret,
        "hub.lease_seconds": "864000",
    }
    assert keep(hub) == 0  # once


def test_each_subscription_has_a_path_and_a_secret_that_nobody_guesses(hub):
    for number in range(20):
        FeedFactory(hub=f"{hub.base}/hub", hub_topic=f"{TOPIC}/{number}")
    subscribe.plan(at=AT)
    rows = WebSubSubscription.objects.values_list("token", "secret")
    assert len({word for row in rows for word in row}) == 40
    assert all(len(token) == 43 and 48 <= len(secret) < 200 for token, secret in rows)


@pytest.mark.parametrize("changes", [{"is_active": False}, {"hub": ""}, {"hub_topic": ""}])
def test_nobody_is_asked_for_a_feed_that_is_off_or_offers_none(hub, feed, changes):
    Feed.objects.update(**changes)
    assert keep(hub) == 0
    assert not WebSubSubscription.objects.exists()


def test_a_hub_on_a_private_address_is_not_asked_and_the_row_says_so(hub):
    FeedFactory(hub="http://10.0.0.1/hub", hub_topic=TOPIC)
    keep(hub)
    subscription = WebSubSubscription.objects.get()
    assert "private or reserved" in subscription.last_error
    assert subscription.next_step_at == AT + dt.timedelta(minutes=10)
    keep(hub, at=subscription.next_step_at)
    subscription.refresh_from_db()
    assert (subscription.attempts, subscription.next_step_at - AT) == (2, dt.timedelta(minutes=30))


def test_a_hub_that_redirects_is_followed_where_it_wants_the_same_request_elsewhere(hub, feed):
    hub.answers["/hub"] = Answer(status=307, headers={"Location": "/other"})
    hub.answers["/other"] = Answer(status=202)
    keep(hub)
    assert [path for path, _ in hub.requests] == ["/hub", "/other"]
    assert hub.posts[0] == hub.posts[1]
    assert not WebSubSubscription.objects.get().last_error


def test_a_hub_that_says_no_is_asked_again_later(hub, feed):
    hub.answers["/hub"] = Answer(b"go away", status=503)
    keep(hub)
    assert "answers 503" in WebSubSubscription.objects.get().last_error
    assert keep(hub, at=AT + dt.timedelta(minutes=9)) == 0
    hub.answers["/hub"] = Answer(status=202)
    assert keep(hub, at=AT + dt.timedelta(minutes=10)) == 1
    assert not WebSubSubscription.objects.get().last_error


def test_a_hub_that_never_asks_back_is_asked_again(hub, feed):
    keep(hub)
    assert keep(hub, at=AT + HOUR - dt.timedelta(seconds=1)) == 0
    assert keep(hub, at=AT + HOUR) == 1


@pytest.mark.django_db(transaction=True)
def test_a_hub_may_ask_back_before_it_has_answered(hub, feed):
    def verify_first(handler):
        confirm(WebSubSubscription.objects.get())
        return Answer(status=202)

    hub.answers["/hub"] = verify_first
    keep(hub)
    subscription = WebSubSubscription.objects.get()
    assert (subscription.state, subscription.attempts, subscription.last_error) == (SubscriptionState.ACTIVE, 0, "")
    assert subscription.next_step_at > AT + HOUR


# ------------------------------------------------------------------------------------------------ the hub asks back
def test_what_was_asked_for_is_confirmed_for_the_lease_that_the_hub_grants(hub, feed):
    subscription = subscribed(hub)
    assert (subscription.state, subscription.lease_ends_at) == (SubscriptionState.ACTIVE, AT + DAY)
    assert AT < subscription.next_step_at < subscription.lease_ends_at


@pytest.mark.parametrize(
    "answer", [{"topic": "https://other.example/"}, {"mode": "unsubscribe"}, {"mode": ""}, {"mode": "publish"}]
)
def test_what_was_not_asked_for_is_not_confirmed(hub, feed, answer):
    keep(hub)
    subscription = WebSubSubscription.objects.get()
    with pytest.raises(subscribe.Unknown):
        confirm(subscription, **answer)
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ASKED


def test_a_confirmed_subscription_is_not_confirmed_again_unasked(hub, feed):
    subscription = subscribed(hub)
    with pytest.raises(subscribe.Unknown):
        confirm(subscription, at=AT + HOUR, lease="99999999")
    subscription.refresh_from_db()
    assert subscription.lease_ends_at == AT + DAY


@pytest.mark.parametrize(
    ("granted", "seconds"), [("3600", 3600), ("1", 300), ("", 864_000), ("-5", 864_000), ("9" * 12, 366 * 86_400)]
)
def test_a_lease_counts_within_limits(hub, feed, granted, seconds):
    keep(hub)
    subscription = WebSubSubscription.objects.get()
    confirm(subscription, lease=granted)
    assert subscription.lease_ends_at == AT + dt.timedelta(seconds=seconds)


def test_it_is_renewed_before_it_runs_out_and_messages_count_meanwhile(hub, feed):
    subscription = subscribed(hub)
    assert keep(hub, at=AT + 0.79 * DAY) == 0
    later = AT + 0.81 * DAY
    assert keep(hub, at=later) == 1
    assert told(hub)["hub.mode"] == "subscribe"
    assert message(subscription, at=later) is subscribe.Heard.LOOK_SOON
    confirm(subscription, at=later)
    assert (subscription.state, subscription.lease_ends_at) == (SubscriptionState.ACTIVE, later + DAY)


def test_a_refusal_is_kept_with_its_reason_and_asked_about_again_after_a_week(hub, feed):
    keep(hub)
    subscription = WebSubSubscription.objects.get()
    confirm(subscription, mode="denied", reason="too\nmany")
    assert (subscription.state, subscription.last_error) == (SubscriptionState.DENIED, "The hub refuses: toomany")
    assert keep(hub, at=AT + 6 * DAY) == 0
    assert keep(hub, at=AT + 7 * DAY) == 1


# ------------------------------------------------------------------------------------------------ messages
@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signed_message_brings_the_next_look_forward_and_nothing_else(hub, feed, method):
    subscription = subscribed(hub)
    body = rss(("1", "Pushed", "Text of the hub's own"))
    assert message(subscription, method=method, body=body) is subscribe.Heard.LOOK_SOON
    feed.refresh_from_db()
    assert feed.next_check_at == AT
    assert not Item.objects.exists()
    subscription.refresh_from_db()
    assert subscription.last_push_at == AT


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "md5=" + "0" * 40, "sha256", "=", "SHA256=" + "a" * 64, "sha1=" + "ü" * 40],
)
def test_an_unsigned_message_changes_nothing(hub, feed, signature):
    subscription = subscribed(hub)
    heard = subscribe.hear(subscription.token, signature=signature, parts=[b"<rss/>"], at=AT)
    assert heard is subscribe.Heard.IGNORED
    feed.refresh_from_db()
    assert feed.next_check_at == AT + HOUR
    subscription.refresh_from_db()
    assert subscription.last_ignored_at == AT


def test_a_message_signed_with_another_secret_or_over_other_bytes_changes_nothing(hub, feed):
    subscription = subscribed(hub)
    assert message(subscription, secret="another") is subscribe.Heard.IGNORED
    signature = "sha256=" + hmac.new(subscription.secret.encode(), b"one", "sha256").hexdigest()
    assert subscribe.hear(subscription.token, signature=signature, parts=[b"two"], at=AT) is subscribe.Heard.IGNORED


def test_many_messages_mean_one_look_a_minute(hub, feed):
    subscription = subscribed(hub)
    Feed.objects.update(last_fetch_at=AT - dt.timedelta(seconds=20))
    message(subscription)
    feed.refresh_from_db()
    assert feed.next_check_at == AT + dt.timedelta(seconds=40)


@pytest.mark.parametrize("changes", [{"consecutive_failures": 1}, {"is_active": False}])
def test_a_feed_that_fails_or_is_off_is_not_looked_at_sooner(hub, feed, changes):
    subscription = subscribed(hub)
    Feed.objects.update(**changes)
    message(subscription)
    feed.refresh_from_db()
    assert feed.next_check_at == AT + HOUR


def test_a_message_before_confirmation_or_after_the_lease_changes_nothing(hub, feed):
    keep(hub)
    subscription = WebSubSubscription.objects.get()
    assert message(subscription) is subscribe.Heard.IGNORED
    confirm(subscription)
    assert message(subscription, at=AT + DAY) is subscribe.Heard.IGNORED


# ------------------------------------------------------------------------------------------------ the end
@pytest.mark.parametrize("changes", [{"is_active": False}, {"hub": ""}, {"hub_topic": f"{TOPIC}/new"}])
def test_it_is_ended_where_the_feed_is_off_or_offers_another(hub, feed, changes):
    subscription = subscribed(hub)
    Feed.objects.update(**changes)
    keep(hub)
    assert told(hub) == {
        "hub.mode": "unsubscribe",
        "hub.topic": TOPIC,
        "hub.callback": f"https://desk.example/{subscription.token}",
    }
    with pytest.raises(subscribe.Unknown):
        confirm(subscription)  # not that
    confirm(subscription, mode="unsubscribe")
    assert subscription.state == SubscriptionState.ENDED
    with pytest.raises(subscribe.Over):
        message(subscription)
    assert keep(hub, at=AT + HOUR) == 0


def test_a_hub_that_does_not_take_the_farewell_is_left(hub, feed):
    subscribed(hub)
    Feed.objects.update(is_active=False)
    hub.answers["/hub"] = Answer(status=500)
    asked = sum(keep(hub, at=AT + hours * HOUR) for hours in range(0, 20))
    subscription = WebSubSubscription.objects.get()
    assert (subscription.state, len(hub.posts)) == (SubscriptionState.ENDED, 1 + 3)
    assert asked == 4


def test_a_feed_that_changes_its_hub_is_subscribed_anew_after_a_day(hub, feed):
    old = subscribed(hub)
    Feed.objects.update(hub_topic=f"{TOPIC}/new")
    keep(hub)
    confirm(old, mode="unsubscribe")
    assert keep(hub, at=AT + DAY / 2) == 0
    assert keep(hub, at=AT + DAY) == 1
    new = WebSubSubscription.objects.get()
    assert told(hub)["hub.topic"] == new.topic == f"{TOPIC}/new"
    assert new.token != old.token
    assert new.secret != old.secret


# ------------------------------------------------------------------------------------------------ from a look
def test_a_look_notes_the_hub_that_the_document_or_its_headers_offer(site):
    links = f'<{site.base}/hub>; rel="hub", <{TOPIC}>; rel="self"'
    site.answers["/feed"] = Answer(rss(("1", "One", "Text")), headers={"Link": links, "ETag": '"1"'})
    feed = FeedFactory(url=f"{site.base}/feed")
    with site.fetcher() as fetcher:
        look_at(feed, fetcher=fetcher, at=AT, interval=HOUR)
        feed.refresh_from_db()
        assert (feed.hub, feed.hub_topic) == (f"{site.base}/hub", TOPIC)
        site.answers["/feed"] = Answer(status=304)
        look_at(feed, fetcher=fetcher, at=AT + HOUR, interval=HOUR)
        feed.refresh_from_db()
        assert feed.hub
        head = b'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'
        site.answers["/feed"] = Answer(rss(("2", "Two", "Text")).replace(b"<item>", head + b"<item>", 1))
        look_at(feed, fetcher=fetcher, at=AT + 2 * HOUR, interval=HOUR)
    feed.refresh_from_db()
    assert (feed.hub, feed.hub_topic) == ("", "")  # no topic, no offer


# ------------------------------------------------------------------------------------------------ the address hubs call
@pytest.fixture
def public(settings, hub):
    settings.SITE_URL = "https://desk.example"
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [hub.host]
    return hub


def call(subscription, **query):
    fields = {f"hub.{name}": value for name, value in query.items()}
    return Client(enforce_csrf_checks=True).get(reverse("sources:websub", args=[subscription.token]), fields)


def push(subscription, body: bytes, signature: str = ""):
    address = reverse("sources:websub", args=[subscription.token])
    headers = {"X-Hub-Signature": signature} if signature else {}
    return Client(enforce_csrf_checks=True).post(address, body, content_type="application/rss+xml", headers=headers)


def signed(subscription, body: bytes) -> str:
    return "sha256=" + hmac.new(subscription.secret.encode(), body, "sha256").hexdigest()


def test_the_whole_way_from_task_to_message(public, feed):
    Feed.objects.update(next_check_at=timezone.now() + HOUR, last_fetch_at=None)
    tasks.keep_subscriptions(unknown_argument_of_a_newer_caller=1)
    subscription = WebSubSubscription.objects.get()
    assert told(public)["hub.callback"] == f"https://desk.example/websub/{subscription.token}"
    answer = call(subscription, mode="subscribe", topic=TOPIC, challenge="a<b>7", lease_seconds="3600")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"a<b>7", "text/plain; charset=utf-8")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert push(subscription, b"news").status_code == 202
    assert Feed.objects.get().next_check_at > timezone.now()
    answer = push(subscription, b"news", signed(subscription, b"news"))
    assert (answer.status_code, answer.content) == (202, b"")
    assert Feed.objects.get().next_check_at <= timezone.now()


def test_a_stranger_is_told_nothing(public, feed):
    keep(public)
    subscription = WebSubSubscription.objects.get()
    assert call(subscription, mode="subscribe", topic="https://other.example/", challenge="x").status_code == 404
    assert call(subscription, mode="subscribe", topic=TOPIC, challenge="x" * 1001).status_code == 404
    subscription.token = "A" * 43
    assert call(subscription, mode="subscribe", topic=TOPIC, challenge="x").status_code == 404
    assert push(subscription, b"news").status_code == 404
    assert Client().get("/websub/short").status_code == 404
    assert Client().put(reverse("sources:websub", args=[subscription.token])).status_code == 405


def test_a_message_that_is_too_long_is_acknowledged_and_ignored(public, feed, settings):
    subscription = subscribed(public, at=timezone.now())
    settings.FETCH_MAX_BYTES = 1000
    body = b"x" * 1001
    assert push(subscription, body, signed(subscription, body)).status_code == 202
    subscription.refresh_from_db()
    assert (subscription.last_push_at, subscription.last_ignored_at is None) == (None, False)


def test_a_hub_whose_subscription_has_ended_is_told_so(public, feed):
    subscription = subscribed(public)
    WebSubSubscription.objects.update(state=SubscriptionState.ENDED)
    assert push(subscription, b"news").status_code == 410


@pytest.mark.parametrize(
    "site_url",
    ["http://desk.example", "https://localhost", "https://127.0.0.1:8000", "https://10.1.2.3", "https://desk"],
)
def test_where_no_hub_could_reach_us_none_is_asked(public, feed, settings, site_url):
    settings.SITE_URL = site_url
    tasks.keep_subscriptions()
    assert client.callback() is None
    assert public.posts == []


def test_an_operator_can_switch_it_off(public, feed, settings):
    settings.WEBSUB = False
    tasks.keep_subscriptions()
    assert public.posts == []


# ------------------------------------------------------------------------------------------------ the desk
def test_every_state_is_shown_on_the_feeds_page(public, feed):
    desk = Client()
    desk.force_login(UserFactory(is_superuser=True))

    def page():
        return desk.get(reverse("admin:sources_feed_change", args=[feed.pk])).content.decode()

    assert "which will be asked soon" in page()
    keep(public, at=timezone.now())
    assert "the hub has not confirmed yet" in page()
    subscription = WebSubSubscription.objects.get()
    for state in SubscriptionState:
        WebSubSubscription.objects.update(state=state, last_error="<b>&'", last_push_at=AT, last_ignored_at=AT)
        shown = page()
        assert str(state.label) in shown
        assert "&lt;b&gt;&amp;&#x27;" in shown
        assert subscription.secret not in shown
        assert subscription.token not in shown
    WebSubSubscription.objects.update(lease_ends_at=AT)
    assert "ran out on" in page()
    WebSubSubscription.objects.all().delete()
    Feed.objects.update(hub="")
    assert "offers no hub" in page()
