"""Who may open what on the desk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts import roles
from accounts.roles import Role
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db

OPEN, REFUSED, SIGN_IN = 200, 403, 302

#: page: (reader, curator, editor, administrator). Somebody not signed in is always sent to sign in.
MATRIX = {
    "index": (SIGN_IN, OPEN, OPEN, OPEN),
    "accounts_user_changelist": (SIGN_IN, REFUSED, REFUSED, OPEN),
    "accounts_user_add": (SIGN_IN, REFUSED, REFUSED, OPEN),
    "delivery_digest_changelist": (SIGN_IN, REFUSED, OPEN, OPEN),
    "delivery_digest_add": (SIGN_IN, REFUSED, REFUSED, REFUSED),
    "delivery_dispatch_changelist": (SIGN_IN, REFUSED, OPEN, OPEN),
    "delivery_dispatch_add": (SIGN_IN, REFUSED, REFUSED, REFUSED),
    "delivery_subscription_changelist": (SIGN_IN, REFUSED, OPEN, OPEN),
    "delivery_subscription_add": (SIGN_IN, REFUSED, REFUSED, REFUSED),
    "delivery_outgoingmail_changelist": (SIGN_IN, REFUSED, REFUSED, OPEN),
    "sources_feed_changelist": (SIGN_IN, OPEN, OPEN, OPEN),
    "countries_situation_changelist": (SIGN_IN, OPEN, OPEN, OPEN),
    "briefings_edition_changelist": (SIGN_IN, OPEN, OPEN, OPEN),
}
_NAMES = ("reader", "curator", "editor", "administrator")
CASES = [(page, name, status) for page, row in MATRIX.items() for name, status in zip(_NAMES, row, strict=True)]


@pytest.mark.parametrize(("page", "name", "status"), CASES)
def test_each_role_opens_its_pages_and_no_other(client, person, page, name, status):
    client.force_login(person(name))
    assert client.get(reverse(f"admin:{page}")).status_code == status


@pytest.mark.parametrize("page", MATRIX)
def test_nobody_is_let_in_unsigned(client, page):
    answer = client.get(reverse(f"admin:{page}"))
    assert answer.status_code == SIGN_IN
    assert answer["Location"].startswith(reverse("account_login")) or answer["Location"].startswith(
        reverse("admin:login")
    )


@pytest.mark.parametrize(("name", "status"), [("curator", REFUSED), ("editor", OPEN)])
def test_one_digest_is_seen_by_editors_only_and_cannot_be_written(client, person, name, status):
    make.follower("CAF", address="anna@post.example")
    digest = make.DigestFactory()
    client.force_login(person(name))
    url = reverse("admin:delivery_digest_change", args=[digest.pk])
    assert client.get(url).status_code == status
    assert client.post(url, {"state": "sent"}).status_code == REFUSED
    digest.refresh_from_db()
    assert digest.state == "queued"


class TestAssign:
    @pytest.mark.parametrize(
        ("role", "name", "staff", "superuser"),
        [
            (Role.READER, "reader", False, False),
            (Role.CURATOR, "curator", True, False),
            (Role.EDITOR, "editor", True, False),
            (None, "administrator", True, True),
        ],
    )
    def test_it_gives_exactly_one_role(self, person, role, name, staff, superuser):
        user = person("editor" if role is not Role.EDITOR else "administrator")
        roles.assign(user, role)
        user.refresh_from_db()
        assert (roles.role_of(user), user.is_staff, user.is_superuser) == (name, staff, superuser)
        assert user.groups.count() == (0 if role is None else 1)

    def test_without_its_group_it_refuses(self, django_user_model):
        user = django_user_model.objects.create_user("a@desk.example")
        with pytest.raises(roles.RolesNotLoaded):
            roles.assign(user, Role.EDITOR)
        user.refresh_from_db()
        assert not user.is_staff

    def test_bringing_roles_in_line_twice_changes_nothing(self, roles_loaded):
        before = roles.Group.objects.get(name="editor").permissions.count()
        roles.sync_roles()
        assert roles.Group.objects.get(name="editor").permissions.count() == before > 0

    def test_a_permission_added_by_hand_is_taken_back(self, roles_loaded):
        group = roles.Group.objects.get(name="curator")
        extra = roles.Permission.objects.get(codename="delete_user")
        group.permissions.add(extra)
        roles.sync_roles()
        assert extra not in group.permissions.all()
