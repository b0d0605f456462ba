"""What the pipeline still has to do with the sample, and waiting for it. Reads rows; does none of the work itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from briefings.models import Artefact, Edition
from countries.models import Screening
from countries.tagging import terms
from countries.tagging.suggest import VERSION
from sample.content import Library
from sample.load import CATALOGUE
from sample.outlets import Behaviour, Outlet
from sources.models import ExtractState, Feed, FetchState, Item

_PAUSE = 0.5
_NAMED = 4


class StillWaiting(Exception):
    """Nothing has moved for too long; the message says what is missing."""


def wait(missing: Callable[[], Sequence[str]], *, what: str, patience: float) -> None:
    """Returns once nothing is missing. Raises StillWaiting after ``patience`` seconds in which nothing moved."""
    left = list(missing())
    moved = time.monotonic()
    while left:
        time.sleep(_PAUSE)
        now_left = list(missing())
        if now_left != left:
            left, moved = now_left, time.monotonic()
        if time.monotonic() - moved > patience:
            named = "; ".join(left[:_NAMED])
            more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
            raise StillWaiting(f"{what}: nothing has moved for {patience:.0f} seconds. Missing: {named}{more}.")


def items_by_article(library: Library, paths: Mapping[str, str]) -> dict[str, Item]:
    """The item that the pipeline made of each article, by the article's id. ``paths`` are addresses of pages to ids."""
    found = {}
    for item in _items().select_related("story", "current__full_text", "feed__publisher"):
        article_id = paths.get(urlsplit(item.url).path)
        if article_id is not None and article_id in library.versions:
            found[article_id] = item
    return found


def unread(library: Library, outlets: Sequence[Outlet], paths: Mapping[str, str]) -> list[str]:
    """Feeds not yet looked at, articles without an item, items that some stage has not finished with."""
    slugs = [outlet.slug for outlet in outlets]
    feeds = Feed.objects.filter(catalogue_version=CATALOGUE, publisher__slug__in=slugs, last_success_at=None)
    empty = {outlet.slug for outlet in outlets if Behaviour.EMPTY in outlet.behaviours}
    unseen = feeds.exclude(publisher__slug__in=empty, last_fetch_at__isnull=False).order_by("name")
    left = [f"the feed of {feed.name} ({feed.last_error or 'not looked at yet'})" for feed in unseen]
    found = items_by_article(library, paths)
    left += [f"an item of {article.path.name} ({article.feed})" for article in library if article.id not in found]
    return left + _unfinished(_items())


def unchanged(library: Library, outlets: Sequence[Outlet], paths: Mapping[str, str]) -> list[str]:
    """Articles whose later version has not been read, and feeds that have not died yet, though they should have."""
    found = items_by_article(library, paths)
    later = [found[article.id].pk for article in library if article.version > 1 and article.id in found]
    waiting = _items().filter(pk__in=later).annotate(versions=Count("revisions")).filter(versions__lt=2)
    left = [f"the changed text of “{item.title}”" for item in waiting.order_by("pk")]
    dying = [outlet.slug for outlet in outlets if Behaviour.DIES in outlet.behaviours]
    alive = Feed.objects.filter(publisher__slug__in=dying).exclude(last_state=FetchState.FAILED)
    left += [f"the failure of {feed.name}" for feed in alive]
    return left + _unfinished(_items())


def feeds_to_look_at_again(outlets: Sequence[Outlet], library: Library) -> QuerySet[Feed]:
    """The feeds that have something new to show at their second look."""
    slugs = {article.feed for article in library if article.version > 1}
    slugs |= {outlet.slug for outlet in outlets if Behaviour.DIES in outlet.behaviours}
    return Feed.objects.filter(catalogue_version=CATALOGUE, publisher__slug__in=slugs)


def unrendered() -> list[str]:
    """Published editions without all their outputs."""
    forms = len(Artefact.Form)
    editions = Edition.objects.standing().select_related("situation").annotate(made=Count("artefacts"))
    return [f"the PDFs of {edition.public_id}" for edition in editions.filter(made__lt=forms).order_by("pk")]


def _items() -> QuerySet[Item]:
    return Item.objects.filter(feed__catalogue_version=CATALOGUE)


def _unfinished(items: QuerySet[Item]) -> list[str]:
    screened = Screening.objects.filter(revision=OuterRef("current"), version=VERSION)
    stages = (
        ("full text", Q(extract_state=ExtractState.PENDING)),
        ("language", Q(language_version="") & ~Q(extract_state=ExtractState.PENDING)),
        ("story", Q(story=None) & ~Q(language_version="")),
        ("suggestions", ~Exists(screened) & ~Q(language_version="") & Q(copy_of=None)),
    )
    left = []
    for name, is_waiting in stages:
        count = items.filter(is_waiting).count()
        if count:
            left.append(f"the {name} of {count} item{'s' if count > 1 else ''}")
    unread = terms.unread().filter(pk__in=items).count()
    if unread:
        left.append(f"the terms of {unread} item{'s' if unread > 1 else ''}")
    return left
