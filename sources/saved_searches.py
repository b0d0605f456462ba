"""Searches that people keep: under a name, with a key if they like, shared with the desk or not. The only writer of these.

What a search consists of is the caller's: its fields are kept as they are and given back. They may name what this library
knows nothing of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from sources.models import SavedSearch, SavedSearchLook

MOST_SHOWN = 20
KEYS = tuple("123456789")


class CannotSave(Exception):
    """The message is fit for the person who tried."""


class NotYours(Exception):
    """Only who saved a search may remove it."""


@transaction.atomic
def save(
    query: Mapping[str, str | list[str]],
    *,
    name: str,
    key: str = "",
    is_shared: bool = False,
    by: User,
    at: dt.datetime,
) -> SavedSearch:
    """The search stands under the person's name for it, in place of an earlier one of that name; its key is taken from the
    search that had it. What has arrived until now is not news. Raises CannotSave."""
    name = " ".join(name.split())
    if not name or "\0" in name:
        raise CannotSave("A saved search needs a name.")
    if len(name) > 80:
        raise CannotSave("The name is longer than 80 characters.")
    if key and key not in KEYS:
        raise CannotSave("The key is one of 1 to 9.")
    if not query:
        raise CannotSave("There is nothing to save yet: look for something first.")
    if key:
        SavedSearch.objects.filter(owner=by, key=key).exclude(name=name).update(key="")
    search, _ = SavedSearch.objects.update_or_create(
        owner=by, name=name, defaults={"query": dict(query), "key": key, "is_shared": is_shared, "saved_at": at}
    )
    look(search, by=by, at=at)
    return search


def forget(search: SavedSearch, *, by: User) -> None:
    """The search is gone, for everybody it was shared with too. Raises NotYours."""
    if search.owner_id != by.pk:
        raise NotYours
    search.delete()


def look(search: SavedSearch, *, by: User, at: dt.datetime) -> None:
    """What arrives after this moment is news to this person."""
    SavedSearchLook.objects.update_or_create(search=search, person=by, defaults={"looked_at": at})


def open_to(person: User) -> QuerySet[SavedSearch]:
    """The person's own searches and those shared with the desk, own ones first; ``looked_at`` is when the person last
    looked, or when the search was saved."""
    return (
        SavedSearch.objects.filter(Q(owner=person) | Q(is_shared=True))
        .annotate(own=FilteredRelation("looks", condition=Q(looks__person=person)))
        .annotate(looked_at=Coalesce(F("own__looked_at"), F("saved_at")), is_own=Q(owner=person))
        .select_related("owner")
        .order_by("-is_own", "key", "name", "pk")
    )
