"""Roles as groups, each a list of permissions by name. ``load_reference`` brings the database in line."""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.models import User


class Role(StrEnum):
    """Who may do what on the desk. An administrator is a superuser, not a group."""

    CURATOR = "curator"
    EDITOR = "editor"
    READER = "reader"


_READ = (
    "sources.view_publisher",
    "sources.view_feed",
    "sources.view_fetch",
    "sources.view_item",
    "sources.view_revision",
    "sources.view_story",
    "sources.view_storydecision",
    "sources.view_handentry",
    "sources.view_eventrecord",
    "sources.view_eventimport",
    "sources.view_mailbox",
    "sources.view_mailleftout",
    "countries.view_situation",
    "countries.view_term",
    "countries.view_scheme",
    "countries.view_phase",
    "countries.view_tag",
    "countries.view_tagsuggestion",
    "countries.view_termsuggestion",
    "countries.view_threshold",
    "countries.view_name",
    "countries.view_risklistentry",
    "monitoring.view_dailycount",
    "monitoring.view_coverageday",
    "monitoring.view_shutdown",
    "briefings.view_edition",
    "briefings.view_claim",
    "briefings.view_passage",
    "briefings.view_calendardate",
    "briefings.view_triggerrow",
    "briefings.view_artefact",
    "briefings.view_rendering",
    "briefings.view_statement",
)
_CURATE = (
    *_READ,
    "sources.change_story",
    "sources.add_handentry",
    "sources.change_handentry",
    "countries.add_tag",
    "countries.add_phase",
    "countries.add_name",
    "countries.change_name",
    "countries.view_feedscope",
    "countries.change_feedscope",
    "monitoring.add_shutdown",
    "monitoring.change_shutdown",
    "briefings.add_edition",
    "briefings.change_edition",
    "briefings.add_claim",
    "briefings.change_claim",
    "briefings.delete_claim",
    "briefings.add_passage",
    "briefings.change_passage",
    "briefings.delete_passage",
    "briefings.add_calendardate",
    "briefings.change_calendardate",
    "briefings.delete_calendardate",
    "briefings.add_triggerrow",
    "briefings.change_triggerrow",
    "briefings.delete_triggerrow",
    "briefings.view_situationdate",
    "briefings.add_situationdate",
    "briefings.change_situationdate",
    "briefings.delete_situationdate",
    "briefings.add_resolution",
)
PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.READER: _READ,
    Role.CURATOR: _CURATE,
    Role.EDITOR: (
        *_CURATE,
        "briefings.approve_edition",
        "sources.change_feed",
        "sources.add_feed",
        "sources.change_publisher",
        "sources.add_publisher",
        "sources.add_eventimport",
        "sources.change_mailleftout",
        "countries.change_situation",
        "countries.add_threshold",
        "delivery.view_digest",
        "delivery.view_dispatch",
        "delivery.view_subscription",
    ),
}


#: Not a role but a superuser: may do everything, invites people, and gives and takes roles.
ADMINISTRATOR = "administrator"
#: Roles whose work is on the desk.
_AT_THE_DESK = frozenset({Role.CURATOR, Role.EDITOR})


class UnknownPermission(Exception):
    """A role names a permission that no app defines."""


class RolesNotLoaded(Exception):
    """The groups do not exist yet: ``manage.py load_reference`` makes them."""


def assign(user: User, role: Role | None) -> None:
    """Afterwards the user has exactly this role; None makes an administrator. Raises RolesNotLoaded."""
    groups = list(Group.objects.filter(name=role.value)) if role else []
    if role and not groups:
        raise RolesNotLoaded(role.value)
    with transaction.atomic():
        user.is_superuser = role is None
        user.is_staff = role is None or role in _AT_THE_DESK
        user.save(update_fields=["is_superuser", "is_staff"])
        user.groups.set(groups)


def role_of(user: User) -> str:
    """The role's name, ``administrator``, or an empty string."""
    if user.is_superuser:
        return ADMINISTRATOR
    names = {group.name for group in user.groups.all()}
    return next((role.value for role in reversed(Role) if role.value in names), "")


@transaction.atomic
def sync_roles() -> None:
    """Afterwards each role is a group with exactly its permissions. Raises UnknownPermission."""
    for role, names in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set([_permission(name) for name in names])


def _permission(name: str) -> Permission:
    app_label, codename = name.split(".")
    try:
        return Permission.objects.get(content_type__app_label=app_label, codename=codename)
    except Permission.DoesNotExist as error:
        raise UnknownPermission(name) from error
