"""Writes the items of one look: new ones, new revisions, sightings of what other feeds have. Called by ``store`` inside its
transaction, and by nothing else. Decides nothing: ``dedupe`` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Q

from sources.ingest import rows
from sources.ingest.dedupe import Decision, Elsewhere, Known, Verdict, address_key, decide, title_key, url_key
from sources.ingest.normalise import Publication
from sources.ingest.recognise import site_of
from sources.models import ExtractState, Feed, Item, ReusePolicy, Revision, Sighting


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of a look's entries were new, changed, or new here but another feed's."""

    new: int = 0
    changed: int = 0
    carried: int = 0

    @property
    def is_news(self) -> bool:
        return bool(self.new or self.changed or self.carried)


def keep(feed: Feed, publications: Sequence[Publication], *, at: dt.datetime) -> Kept:
    """Every article of the document stands as an item, each change as a revision, each copy as a sighting. Raises
    IntegrityError where another feed stored the same article at this moment; the caller begins again."""
    if not publications:
        return Kept()
    known, elsewhere = _stored(feed, publications)
    decisions = decide(publications, known, elsewhere)
    new = [decision for decision in decisions if decision.verdict is Verdict.NEW]
    adopted = [decision for decision in decisions if decision.verdict is Verdict.ADOPTED]
    changed = [decision for decision in decisions if decision.verdict is Verdict.CHANGED]
    carried = [decision for decision in decisions if decision.verdict is Verdict.CARRIED]
    _insert(feed, new, at)
    _take_over(feed, adopted, at)
    _revise(feed, [*changed, *(decision for decision in adopted if decision.differs)], at)
    rows.insert(rows.with_ids([_sighting(feed, pk, decision, at) for pk, decision in _by_item(carried).items()]))
    return Kept(len(new), len(changed), len(carried) + len(adopted))


def _stored(feed: Feed, publications: Sequence[Publication]) -> tuple[list[Known], list[Elsewhere]]:
    """The items that any of these entries could be: this feed's own, and others' that own an address."""
    keys = {entry.external_id for entry in publications} | {url_key(entry) for entry in publications}
    keys |= {title_key(entry) for entry in publications}
    addresses = {key for entry in publications if (key := address_key(entry.canonical_url))}
    found = (
        Item.objects.filter(
            Q(feed=feed, external_id__in=keys)
            | Q(feed=feed, address_key__in=addresses)
            | Q(owns_address=True, address_key__in=addresses)
        )
        .values_list("pk", "external_id", "canonical_url", "title", "current__content_hash", "feed_id", "feed__url")
        .order_by("pk")
    )
    known, others = [], []
    for pk, external_id, url, title, content_hash, feed_id, feed_url in found:
        if feed_id == feed.pk:
            known.append(Known(pk, external_id, url, title, content_hash or ""))
        else:
            others.append((pk, url, content_hash or "", _goes_over(url, current=feed_url, other=feed.url)))
    pks = [other[0] for other in others]
    carried = set(Sighting.objects.filter(feed=feed, item__in=pks).values_list("item", flat=True)) if pks else set()
    elsewhere = [Elsewhere(pk, url, digest, pk in carried, goes_over) for pk, url, digest, goes_over in others]
    return known, elsewhere


def _goes_over(url: str, *, current: str, other: str) -> bool:
    """Whether the article's own site is where the other feed comes from, and not where its current one does."""
    site = site_of(url)
    return bool(site) and site == site_of(other) != site_of(current)


# ------------------------------------------------------------------------------------------------ new
def _insert(feed: Feed, decisions: Sequence[Decision], at: dt.datetime) -> None:
    items = rows.with_ids([_item(feed, decision, at) for decision in decisions])
    revisions = rows.with_ids(
        [_revision(feed, decision, item.pk, 1, at) for item, decision in zip(items, decisions, strict=True)]
    )
    for item, revision in zip(items, revisions, strict=True):
        item.current_id = revision.pk
    rows.insert(items)
    rows.insert(revisions)


def _item(feed: Feed, decision: Decision, at: dt.datetime) -> Item:
    entry = decision.publication
    return Item(
        feed_id=feed.pk,
        external_id=decision.external_id,
        url=entry.url,
        canonical_url=entry.canonical_url,
        address_key=address_key(entry.canonical_url),
        owns_address=decision.owns_address,
        title=entry.title,
        author=entry.author,
        published_at=entry.published_at,
        published_precision=str(entry.precision),
        first_seen_at=at,
        reported_at=entry.published_at or at,
        extract_state=str(_extract_state(feed, entry)),
        last_error=_extract_error(feed, entry),
    )


def _revision(feed: Feed, decision: Decision, item_id: int, number: int, at: dt.datetime) -> Revision:
    entry = decision.publication
    text = entry.text if ReusePolicy(feed.reuse_policy).stores_feed_text else ""
    return Revision(
        item_id=item_id, number=number, title=entry.title, text=text, content_hash=entry.content_hash, seen_at=at
    )


def _sighting(feed: Feed, item_id: int, decision: Decision, at: dt.datetime) -> Sighting:
    entry = decision.publication
    is_kept = decision.differs and ReusePolicy(feed.reuse_policy).stores_feed_text
    return Sighting(
        item_id=item_id,
        feed_id=feed.pk,
        url=entry.url,
        title=entry.title,
        text=entry.text if is_kept else "",
        published_at=entry.published_at,
        seen_at=at,
    )


def _extract_state(feed: Feed, entry: Publication) -> ExtractState:
    if not ReusePolicy(feed.reuse_policy).stores_full_text:
        return ExtractState.NOT_ALLOWED
    return ExtractState.PENDING if entry.url else ExtractState.FAILED


def _extract_error(feed: Feed, entry: Publication) -> str:
    return "The entry has no link that can be followed." if _extract_state(feed, entry) is ExtractState.FAILED else ""


# ------------------------------------------------------------------------------------------------ changed
def _take_over(feed: Feed, decisions: Sequence[Decision], at: dt.datetime) -> None:
    """The items are this feed's; the feed that had them is kept as a sighting, with what it said last."""
    by_item = _by_item(decisions)
    items = list(Item.objects.filter(pk__in=by_item).select_related("current"))
    rows.insert(rows.with_ids([_former(item, by_item[item.pk]) for item in items]))
    Sighting.objects.filter(feed=feed, item__in=items).delete()  # it is the item's own feed now
    for item in items:
        entry = by_item[item.pk].publication
        item.feed, item.external_id = feed, by_item[item.pk].external_id
        item.index_version = 0
        item.extract_state, item.extract_attempts, item.extract_after = _extract_state(feed, entry), 0, None
        item.last_error = _extract_error(feed, entry)
    fields = [
        "feed",
        "external_id",
        "index_version",
        "extract_state",
        "extract_attempts",
        "extract_after",
        "last_error",
    ]
    Item.objects.bulk_update(items, fields, batch_size=200)


def _by_item(decisions: Sequence[Decision]) -> dict[int, Decision]:
    return {decision.item_id: decision for decision in decisions if decision.item_id is not None}


def _former(item: Item, decision: Decision) -> Sighting:
    """The feed that had the item, with its words where the publisher's are others."""
    return Sighting(
        item_id=item.pk,
        feed_id=item.feed_id,
        url=item.url,
        title=item.title,
        text=item.current.text if item.current is not None and decision.differs else "",
        published_at=item.published_at,
        seen_at=item.first_seen_at,
    )


def _revise(feed: Feed, decisions: Sequence[Decision], at: dt.datetime) -> None:
    """A changed entry is read anew: its page, its language. Its story stays, and so does when it was first published,
    unless that was not known. No date says that it changed: feeds move those as they like."""
    by_item = _by_item(decisions)
    numbers = dict(Revision.objects.filter(item__in=by_item).values_list("item").annotate(last=Max("number")))
    revisions = rows.with_ids(
        [_revision(feed, decision, pk, numbers.get(pk, 0) + 1, at) for pk, decision in by_item.items()]
    )
    rows.insert(revisions)
    newest = {revision.item_id: revision.pk for revision in revisions}
    items = list(Item.objects.filter(pk__in=by_item))
    for item in items:
        decision = by_item[item.pk]
        entry = decision.publication
        item.current_id = newest[item.pk]
        item.title, item.url, item.canonical_url = entry.title, entry.url, entry.canonical_url
        item.address_key, item.owns_address = address_key(entry.canonical_url), decision.owns_address
        item.author = entry.author
        item.extract_state, item.extract_attempts, item.extract_after = _extract_state(feed, entry), 0, None
        item.last_error = _extract_error(feed, entry)
        item.language_version = ""
        if item.published_at is None and entry.published_at is not None:
            item.published_at, item.published_precision = entry.published_at, entry.precision
            item.reported_at = min(entry.published_at, item.first_seen_at)
    Item.objects.bulk_update(items, _REVISED, batch_size=200)


_REVISED = [
    *("current", "title", "url", "canonical_url", "address_key", "owns_address", "author", "extract_state"),
    *("extract_attempts", "extract_after", "last_error", "language_version", "published_at", "published_precision"),
    "reported_at",
]
