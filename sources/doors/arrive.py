"""Stores what came by a door: through ``ingest.store`` like everything else, and in the same transaction how it came and
its text. Nothing else of ``doors`` writes items."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from sources.ingest import store
from sources.ingest.normalise import Publication
from sources.models import (
    Arrival,
    Door,
    ExtractState,
    Feed,
    Fetch,
    FullText,
    Item,
    ReusePolicy,
    Revision,
    SenderCheck,
    Snapshot,
)


@dataclass(frozen=True, slots=True)
class Text:
    """The text of an original, and where its pages begin."""

    value: str
    extractor: str
    page_starts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Coming:
    """One publication on its way in. ``text`` and ``original`` are kept only together, and only where terms allow it."""

    publication: Publication
    door: Door
    original: Snapshot | None = None
    original_sha256: str = ""
    text: Text | None = None
    by: AbstractBaseUser | None = None
    note: str = ""
    sender_domain: str = ""
    sender_check: SenderCheck | None = None


def arrive(feed: Feed, look: store.Look, coming: Sequence[Coming], *, interval: dt.timedelta) -> Fetch | None:
    """Everything stands with one Fetch, as ``store.record`` has it; each revision that this made says how it came. What
    another feed's item has already is a sighting of that. Raises what the database raises; then nothing stands."""
    with transaction.atomic():
        fetch = store.record(feed.pk, look, interval=interval)
        if fetch is not None:
            items = _items(feed, coming)
            for one in coming:
                item = items.get(one.publication.external_id)
                revision = item.current if item is not None else None
                if revision is not None and not Arrival.objects.filter(revision=revision).exists():
                    _note(revision, one, look.finished_at)
    return fetch


def _items(feed: Feed, coming: Sequence[Coming]) -> dict[str, Item]:
    found = Item.objects.filter(feed=feed, external_id__in=[one.publication.external_id for one in coming])
    found = found.select_related("current")
    return {item.external_id: item for item in found}


def _note(revision: Revision, one: Coming, at: dt.datetime) -> None:
    Arrival.objects.create(
        revision=revision,
        door=one.door,
        at=at,
        by_id=one.by.pk if one.by is not None else None,
        note=one.note,
        sender_domain=one.sender_domain,
        sender_check=one.sender_check or "",
        original=one.original,
        original_sha256=one.original_sha256,
        page_starts=list(one.text.page_starts) if one.text is not None else [],
        published_at=one.publication.published_at,
        published_precision=one.publication.precision,
    )
    if one.text is not None and one.original is not None:
        FullText.objects.create(
            revision=revision,
            snapshot=one.original,
            text=one.text.value,
            sha256=hashlib.sha256(one.text.value.encode()).hexdigest(),
            extractor=one.text.extractor,
            extracted_at=at,
        )
    # What came is the publication itself: no page is fetched in its stead.
    Item.objects.filter(pk=revision.item_id, extract_state__in=[ExtractState.PENDING, ExtractState.FAILED]).update(
        extract_state=ExtractState.DONE, extract_after=None, last_error=""
    )


def keeps_originals(feed: Feed) -> bool:
    """Whether the feed's terms allow to keep more than its own words."""
    return ReusePolicy(feed.reuse_policy).stores_full_text
