"""Becoming somebody on the desk: invited, the first by command, and never by sign-up."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts import demo, invite, roles
from accounts.models import User
from accounts.roles import Role

pytestmark = pytest.mark.django_db

PASSWORD = "another-long-pass-phrase"


def link_in(text):
    return re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", text).group(1)


def set_password(client, link):
    """Opens the link as a browser does, and sets a password."""
    form = client.get(link, follow=True)
    return client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})


def sign_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


class TestInvite:
    def test_the_invited_sets_a_password_and_signs_in(self, client, person):
        invite.invite("New@Desk.example", role=Role.CURATOR, by=person("administrator"), display_name="N.")
        [message] = mail.outbox
        assert message.to == ["new@desk.example"]
        assert message.subject == "Curator: you are invited to the desk"
        html = message.alternatives[0][0]
        assert link_in(message.body) in html
        set_password(client, link_in(message.body))
        assert sign_in(client, "new@desk.example")["Location"] == "/desk/"
        assert client.get("/desk/").status_code == 200

    def test_until_then_no_password_opens_the_account(self, client, person):
        user = invite.invite("new@desk.example", role=Role.CURATOR, by=person("administrator"))
        assert not user.has_usable_password()
        assert sign_in(client, user.email, "").status_code == 200
        assert "_auth_user_id" not in client.session

    def test_the_link_works_once(self, client, person):
        invite.invite("new@desk.example", role=Role.CURATOR, by=person("administrator"))
        link = link_in(mail.outbox[0].body)
        set_password(client, link)
        again = client.get(link, follow=True)
        assert not again.redirect_chain
        assert again.context["token_fail"]

    @pytest.mark.parametrize("name", ["reader", "curator", "editor"])
    def test_only_administrators_invite(self, person, name):
        with pytest.raises(invite.NotAllowed):
            invite.invite("new@desk.example", role=Role.READER, by=person(name))
        assert not User.objects.filter(email="new@desk.example").exists()

    def test_an_administrator_who_was_switched_off_does_not(self, person):
        user = person("administrator")
        user.is_active = False
        with pytest.raises(invite.NotAllowed):
            invite.invite("new@desk.example", role=Role.READER, by=user)

    def test_nobody_is_invited_twice(self, person):
        by = person("administrator")
        person("editor")
        with pytest.raises(invite.AlreadyThere):
            invite.invite("EDITOR@desk.example", role=None, by=by)
        assert not User.objects.get(email="editor@desk.example").is_superuser

    def test_a_mail_server_that_is_away_leaves_the_account_to_be_sent_again(self, person, settings):
        by = person("administrator")
        settings.EMAIL_BACKEND = "tests.delivery.backends.Unsendable"
        with pytest.raises(invite.NotSent):
            invite.invite("new@desk.example", role=Role.READER, by=by)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        invite.send_link(User.objects.get(email="new@desk.example"), by=by)
        assert len(mail.outbox) == 1

    def test_the_link_is_not_built_from_the_request(self, client, person, settings):
        settings.ALLOWED_HOSTS = ["*"]
        user = person("editor")
        client.post(reverse("account_reset_password"), {"email": user.email}, HTTP_HOST="evil.example")
        assert "evil.example" not in mail.outbox[0].body
        assert link_in(mail.outbox[0].body)


class TestSignUp:
    def test_there_is_no_page_to_sign_up(self, client):
        page = client.get(reverse("account_signup"))
        assert b"password1" not in page.content

    def test_posting_to_it_makes_nobody(self, client):
        client.post(reverse("account_signup"), {"email": "me@x.example", "password1": PASSWORD, "password2": PASSWORD})
        assert not User.objects.exists()

    def test_an_unverified_address_does_not_sign_in(self, client, person):
        user = person("curator")
        EmailAddress.objects.filter(user=user).update(verified=False)
        sign_in(client, user.email, "a-long-pass-phrase")
        assert "_auth_user_id" not in client.session

    def test_a_switched_off_account_does_not_sign_in_and_its_sessions_end(self, client, person):
        user = person("curator")
        sign_in(client, user.email, "a-long-pass-phrase")
        assert client.get("/desk/").status_code == 200
        user.is_active = False
        user.save()
        assert client.get("/desk/").status_code == 302


class TestOnTheDesk:
    @pytest.fixture
    def administrator(self, client, person):
        user = person("administrator")
        client.force_login(user)
        return user

    def test_inviting(self, client, administrator):
        url = reverse("admin:accounts_user_add")
        assert client.get(url).status_code == 200
        answer = client.post(url, {"email": "New@desk.example", "display_name": "N.", "role": "editor"}, follow=True)
        user = User.objects.get(email="new@desk.example")
        assert roles.role_of(user) == "editor"
        assert "A mail with the link" in answer.content.decode()
        assert mail.outbox[0].to == ["new@desk.example"]
        assert LogEntry.objects.filter(user=administrator, object_id=str(user.pk)).exists()

    def test_inviting_somebody_known_is_said_beside_the_field(self, client, administrator, person):
        person("editor")
        page = client.post(
            reverse("admin:accounts_user_add"), {"email": "Editor@desk.example", "role": "administrator"}
        )
        assert "Somebody with this address has an account." in page.content.decode()
        assert not mail.outbox

    def test_changing_a_role(self, client, administrator, person):
        user = person("curator")
        url = reverse("admin:accounts_user_change", args=[user.pk])
        assert 'value="curator" selected' in client.get(url).content.decode()
        client.post(url, {"display_name": "C.", "role": "reader", "is_active": "on"})
        user.refresh_from_db()
        assert (roles.role_of(user), user.is_staff, user.display_name) == ("reader", False, "C.")

    def test_nobody_takes_their_own_key_away(self, client, administrator):
        url = reverse("admin:accounts_user_change", args=[administrator.pk])
        client.post(url, {"display_name": "Me", "role": "reader"})
        administrator.refresh_from_db()
        assert (administrator.is_superuser, administrator.is_active, administrator.display_name) == (True, True, "Me")

    def test_nobody_is_deleted(self, client, administrator, person):
        user = person("editor")
        assert client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=user.pk).exists()

    def test_sending_the_link_again(self, client, administrator, person):
        user = person("editor")
        client.post(
            reverse("admin:accounts_user_changelist"), {"action": "send_link_again", "_selected_action": [user.pk]}
        )
        assert mail.outbox[0].to == [user.email]

    def test_no_page_shows_a_password_hash(self, client, administrator, person):
        user = person("editor")
        for url in (
            reverse("admin:accounts_user_change", args=[user.pk]),
            reverse("admin:accounts_user_changelist"),
        ):
            assert user.password not in client.get(url).content.decode()


class TestFirstAdministrator:
    def make(self, email="first@desk.example"):
        out = StringIO()
        call_command("create_administrator", email=email, stdout=out)
        return out.getvalue()

    def test_the_link_opens_the_desk(self, client):
        set_password(client, link_in(self.make()))
        sign_in(client, "first@desk.example")
        assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200

    def test_a_lost_link_is_made_again(self, client):
        self.make()
        set_password(client, link_in(self.make()))
        assert User.objects.get().has_usable_password()

    def test_once_there_is_one_who_signs_in_it_refuses(self, client, settings):
        set_password(client, link_in(self.make()))
        with pytest.raises(CommandError, match="can invite others"):
            self.make()
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="can invite others"):
            self.make("second@desk.example")

    @pytest.mark.parametrize("email", ["no address", "admin@demo.example"])
    def test_what_cannot_be_an_administrator_is_refused(self, email):
        with pytest.raises(CommandError):
            self.make(email)
        assert not User.objects.exists()

    def test_somebody_with_another_role_is_not_raised_by_it(self, person):
        user = person("curator")
        with pytest.raises(CommandError, match="change its role on the desk"):
            self.make(user.email)
        user.refresh_from_db()
        assert not user.is_superuser

    def test_a_database_of_the_demo_is_refused_in_production(self, roles_loaded, settings):
        demo.make_demo_accounts()
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="accounts of the demo"):
            self.make()


class TestDemo:
    def test_its_accounts_sign_in(self, client, roles_loaded, settings):
        demo.make_demo_accounts()
        for email, password, name in settings.DEMO_ACCOUNTS:
            sign_in(client, email, password)
            assert roles.role_of(User.objects.get(pk=client.session["_auth_user_id"])) == name
            client.logout()

    def test_making_them_twice_changes_nothing(self, roles_loaded):
        demo.make_demo_accounts()
        before = list(User.objects.order_by("pk").values_list("pk", "password"))
        demo.make_demo_accounts()
        assert list(User.objects.order_by("pk").values_list("pk", "password")) == before

    def test_production_makes_none(self, roles_loaded, settings):
        settings.PRODUCTION = True
        with pytest.raises(demo.DemoRefused):
            demo.make_demo_accounts()
        assert not User.objects.exists()

    def test_production_lets_none_in(self, client, roles_loaded, settings):
        demo.make_demo_accounts()
        settings.PRODUCTION = True
        for email, password, _role in settings.DEMO_ACCOUNTS:
            for written in (email, email.upper()):
                page = sign_in(client, written, password)
                assert "cannot sign in here" in page.content.decode()
        assert "_auth_user_id" not in client.session
