"""The pages: what GET shows changes nothing, one click leaves, and no answer tells who subscribes."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from delivery import subscribe, tokens
from delivery.models import OutgoingMail, Subscriber
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def _situations():
    make.situation("CAF")
    make.situation("SSD")


@pytest.fixture
def strict():
    """A browser as it is: forms without their token are refused."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def reader():
    return make.follower("CAF", address="anna@post.example")


@pytest.fixture
def leave_url(reader):
    return reverse("delivery:leave", args=[tokens.leave_token(reader.public_id)])


@pytest.fixture
def manage_url(reader):
    return reverse("delivery:manage", args=[tokens.manage_token(reader.public_id)])


def wanted(address="new@post.example", **changes):
    return {
        "address": address,
        "situations": ["CAF"],
        "language": "en",
        "send_at": "07:00",
        "time_zone": "Africa/Bangui",
        **changes,
    }


def confirm_url(address="new@post.example"):
    choices = subscribe.Choices(("CAF",))
    subscribe.ask(address, choices=choices, at=dt.datetime.now(tz=dt.UTC))
    return reverse("delivery:confirm", args=[tokens.confirm_token(OutgoingMail.objects.latest("pk").pk)])


class TestSubscribing:
    def test_the_page_offers_every_situation_and_takes_one_from_the_link(self, client):
        page = client.get("/subscribe/?situation=SSD").content.decode()
        assert 'value="CAF"' in page
        assert 'value="SSD" id="id_situations_1" checked' in page or 'value="SSD" checked' in page.replace("  ", " ")

    @pytest.mark.parametrize(
        "state",
        [
            None,
            {},
            {"left_at": make.NOW},
            {"suppressed_at": make.NOW},
            {"confirmed_at": None},
        ],
        ids=["unknown", "subscribed", "left", "suppressed", "unconfirmed"],
    )
    def test_the_answer_never_tells_whether_an_address_is_known(self, client, state):
        if state is not None:
            make.follower("CAF", address="new@post.example", **state)
        answer = client.post("/subscribe/", wanted())
        page = client.get(answer["Location"])
        other = Client().post("/subscribe/", wanted("other@post.example"))
        assert (answer.status_code, answer["Location"], answer.content) == (302, other["Location"], other.content)
        assert b"If that address takes mail" in page.content
        assert OutgoingMail.objects.count() == 2

    def test_the_answer_is_the_same_when_a_mail_went_out_within_the_hour(self, client):
        first, second = (client.post("/subscribe/", wanted()) for _ in range(2))
        assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
        assert OutgoingMail.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("address", "no address"),
            ("situations", []),
            ("situations", ["XXX"]),
            ("language", "tlh"),
            ("time_zone", "Mars/Olympus"),
            ("send_at", "25:00"),
        ],
    )
    def test_a_wrong_answer_is_shown_beside_its_field(self, client, field, value):
        page = client.post("/subscribe/", wanted(**{field: value}))
        assert page.status_code == 422
        assert list(page.context["form"].errors) == [field]
        assert not OutgoingMail.objects.exists()

    def test_a_client_that_asks_too_often_is_slowed_down(self, client, monkeypatch):
        monkeypatch.setattr("delivery.views.ASKS_PER_CLIENT", 2)
        codes = [client.post("/subscribe/", wanted(f"r{n}@post.example")).status_code for n in range(3)]
        assert codes == [302, 302, 429]
        other = client.post("/subscribe/", wanted("r9@post.example"), REMOTE_ADDR="198.51.100.7")
        assert other.status_code == 302

    def test_behind_a_proxy_clients_are_told_apart_and_none_can_pretend(self, client, settings, monkeypatch):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        monkeypatch.setattr("delivery.views.ASKS_PER_CLIENT", 1)

        def ask(forwarded):
            return client.post("/subscribe/", wanted(), headers={"X-Forwarded-For": forwarded}).status_code

        assert [ask("198.51.100.7"), ask("198.51.100.8"), ask("203.0.113.1, 198.51.100.7")] == [302, 302, 429]

    def test_the_form_is_guarded(self, strict):
        assert strict.post("/subscribe/", wanted()).status_code == 403
        assert not OutgoingMail.objects.exists()


class TestConfirming:
    def test_looking_confirms_nothing(self, client):
        url = confirm_url()
        for _ in range(2):
            assert client.get(url).status_code == 200
        client.head(url)
        assert not Subscriber.objects.mailable().exists()

    def test_pressing_confirms_and_pressing_again_says_so(self, client):
        url = confirm_url()
        assert "Your first mail comes" in client.post(url).content.decode()
        assert "You had confirmed before" in client.post(url).content.decode()
        assert Subscriber.objects.mailable().count() == 1

    def test_a_link_is_refused_after_72_hours(self, client):
        url = confirm_url()
        with time_machine.travel(dt.datetime.now(tz=dt.UTC) + dt.timedelta(hours=72, minutes=1)):
            page = client.post(url)
        assert page.status_code == 404
        assert "Ask again" in page.content.decode()
        assert not Subscriber.objects.mailable().exists()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_forged_link_is_refused(self, client, method):
        page = getattr(client, method)("/subscribe/confirm/12.forged/")
        assert page.status_code == 404
        assert "Ask again" in page.content.decode()


class TestLeaving:
    def test_looking_never_leaves(self, client, reader, leave_url):
        for method in (client.get, client.head):
            assert method(leave_url).status_code == 200
        reader.refresh_from_db()
        assert reader.left_at is None

    def test_one_click_leaves_and_a_second_is_no_error(self, strict, reader, leave_url):
        first, second = strict.post(leave_url, ONE_CLICK), strict.post(leave_url, ONE_CLICK)
        assert (first.status_code, second.status_code) == (200, 200)
        reader.refresh_from_db()
        when = reader.left_at
        assert when is not None
        strict.post(leave_url, ONE_CLICK)
        reader.refresh_from_db()
        assert reader.left_at == when

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
            (
                '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
                "multipart/form-data; boundary=b",
            ),
            ("", "application/x-www-form-urlencoded"),
            ("\x00\xff{{{%zz", "multipart/form-data"),
            ("x" * 3_000_000, "application/x-www-form-urlencoded"),
        ],
        ids=["form", "multipart", "empty", "garbage", "huge"],
    )
    def test_whatever_the_provider_posts_leaves(self, strict, reader, leave_url, body, kind):
        assert strict.post(leave_url, body, content_type=kind).status_code == 200
        reader.refresh_from_db()
        assert reader.left_at is not None

    def test_leaving_sets_no_cookie_and_redirects_nowhere(self, strict, leave_url):
        for page in (strict.get(leave_url), strict.post(leave_url, ONE_CLICK)):
            assert page.status_code == 200
            assert not page.cookies
            assert "Set-Cookie" not in page.headers

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("kind", ["forged", "manage"])
    def test_another_word_does_not_leave(self, strict, reader, method, kind):
        word = "x.y" if kind == "forged" else tokens.manage_token(reader.public_id)
        assert getattr(strict, method)(f"/leave/{word}/").status_code == 404
        reader.refresh_from_db()
        assert reader.left_at is None


class TestManaging:
    def test_the_page_shows_the_choices_and_never_the_address(self, client, manage_url):
        page = client.get(manage_url).content.decode()
        assert "checked" in page
        assert "anna" not in page

    def test_a_change_is_kept(self, client, reader, manage_url, settings):
        settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
        choices = wanted(situations=["SSD"], language="ar", send_at="05:00")
        assert client.post(manage_url, choices).status_code == 200
        reader.refresh_from_db()
        assert subscribe.current_choices(reader) == subscribe.Choices(("SSD",), "ar", "Africa/Bangui", dt.time(5))

    def test_following_nothing_is_refused_since_leaving_is_another_button(self, client, reader, manage_url):
        assert client.post(manage_url, wanted(situations=[])).status_code == 422
        assert subscribe.current_choices(reader).situations == ("CAF",)

    def test_who_left_is_told_to_ask_again(self, client, reader, manage_url):
        subscribe.leave(reader.public_id, at=make.NOW)
        assert b"Ask again" in client.get(manage_url).content
        assert client.post(manage_url, wanted()).status_code == 409

    def test_the_form_is_guarded(self, strict, reader, manage_url):
        assert strict.post(manage_url, wanted(situations=["SSD"])).status_code == 403
        assert subscribe.current_choices(reader).situations == ("CAF",)

    def test_the_leave_word_does_not_open_it(self, client, reader):
        assert client.get(f"/subscription/{tokens.leave_token(reader.public_id)}/").status_code == 404


def test_secret_pages_are_kept_from_caches_and_search_engines(client, leave_url, manage_url):
    for url in (leave_url, manage_url, confirm_url()):
        page = client.get(url)
        assert "no-store" in page["Cache-Control"]
        assert "noindex" in page["X-Robots-Tag"]
        assert page["Referrer-Policy"] in {"same-origin", "no-referrer"}


def test_every_page_has_one_heading_and_no_script(client, leave_url, manage_url):
    urls = ["/subscribe/", "/subscribe/asked/", confirm_url(), leave_url, manage_url, "/subscribe/confirm/x/"]
    for url in urls:
        page = client.get(url).content.decode()
        assert page.count("<h1") == 1
        assert "<script" not in page
        assert "style=" not in page
