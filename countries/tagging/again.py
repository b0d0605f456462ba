"""Reads recent items again when the desk's names change: a name that a curator enters today also counts for last week.

Only items whose words hold the name are read, found by the search's index, and only as far back as the desk wants. Suggests
as ``queue`` does, and never touches what a person decided. How far it has come stands in a bookmark, so a crash repeats one
batch at most, which changes nothing.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from countries.models import Name, Screening
from countries.tagging.queue import screen
from countries.tagging.suggest import VERSION
from sources import search
from sources.asked import Note
from sources.conditions import prepare
from sources.models import Bookmark, Item

STAGE = "names read again"
#: A change is looked at when it is so old: its transaction has ended by then, so none before it can still appear.
_SETTLED = dt.timedelta(minutes=1)


def read_again(*, at: dt.datetime, window: dt.timedelta, limit: int = 200) -> bool:
    """Afterwards up to ``limit`` more items of the oldest change of a name, reported within ``window``, have been read
    again, the newest first. Returns whether anything is left to do; False where another is at it. Names from before the
    first call are not looked at: nothing was read without them."""
    if not window:
        return False
    with transaction.atomic():
        Bookmark.objects.bulk_create([Bookmark(stage=STAGE, reached_at=at - _SETTLED)], ignore_conflicts=True)
        mark = Bookmark.objects.select_for_update(skip_locked=True).filter(stage=STAGE).first()
        name = _next(mark, at=at) if mark is not None else None
        if mark is None or name is None:
            return False
        found = _holding(name, since=at - window, until=mark.until, limit=limit)
        items = list(
            Item.objects.exclude(language_version="")
            .filter(_was_screened(), pk__in=found, copy_of=None)
            .select_for_update(of=("self",), no_key=True)
            .only("title", "current_id")
            .order_by("id")
        )
        if items:
            screen(items, at=at)
        _advance(mark, name, oldest=_oldest(found) if len(found) == limit else None)
    return True


def _next(mark: Bookmark, *, at: dt.datetime) -> Name | None:
    """The name whose change comes next."""
    later = Q(changed_at__gt=mark.reached_at) | Q(changed_at=mark.reached_at, pk__gt=mark.reached_id)
    return Name.objects.filter(later, changed_at__lte=at - _SETTLED).order_by("changed_at", "pk").first()


def _holding(name: Name, *, since: dt.datetime, until: dt.datetime | None, limit: int) -> list[int]:
    """The newest items of that stretch whose words hold the name; none for a name of common words alone, which every text
    would hold."""
    words = name.text.replace('"', " ").strip()
    query = search.Query(text=f'"{words}"', since=since, until=until)
    if {Note.NO_WORDS, Note.COMMON_WORDS} & set(prepare(query, None).notes) or not any(map(str.isalnum, words)):
        return []
    return search.newest(query, most=limit)


def _was_screened() -> Exists:
    """What this version has not read at all waits in ``queue`` anyhow."""
    return Exists(Screening.objects.filter(revision=OuterRef("current"), version=VERSION))


def _oldest(item_ids: list[int]) -> dt.datetime | None:
    return Item.objects.filter(pk__in=item_ids).order_by("reported_at").values_list("reported_at", flat=True).first()


def _advance(mark: Bookmark, name: Name, *, oldest: dt.datetime | None) -> None:
    """To what was reported before ``oldest``; past the name where nothing is left of it. What was reported in the same
    microsecond as the oldest is read again, but for more of it than a batch holds."""
    onwards = oldest + dt.timedelta(microseconds=1) if oldest is not None else None
    mark.until = oldest if onwards == mark.until else onwards
    if oldest is None:
        mark.reached_at, mark.reached_id = name.changed_at, name.pk
    mark.save()
