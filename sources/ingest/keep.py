"""Writes the items of many looks at once: new ones, new revisions, sightings of what other feeds have. Called by ``store``
inside its transaction, under locks on the feeds, and by nothing else. Decides nothing: ``dedupe`` does.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Max

from sources.ingest import rows
from sources.ingest.dedupe import Decision, Elsewhere, Known, Verdict, address_key, candidates, decide
from sources.ingest.normalise import Publication
from sources.ingest.recognise import home_of
from sources.models import ExtractState, Feed, Item, ReusePolicy, Revision, Sighting


@dataclass(frozen=True, slots=True)
class Brought:
    """What one look at a feed brought."""

    feed: Feed
    publications: Sequence[Publication]
    at: dt.datetime

    @property
    def terms(self) -> ReusePolicy:
        return ReusePolicy(self.feed.reuse_policy)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of a look's entries were new, changed, or new here but another feed's. ``is_put_off``: nothing was
    written, since another feed of the same call brought one of these articles; ask again."""

    new: int = 0
    changed: int = 0
    carried: int = 0
    is_put_off: bool = False

    @property
    def is_news(self) -> bool:
        return bool(self.new or self.changed or self.carried)


@dataclass(slots=True)
class _ToWrite:
    """What is to be written, over all feeds of one call."""

    new: list[tuple[Brought, Decision]] = field(default_factory=list)
    changed: list[tuple[Brought, Decision]] = field(default_factory=list)
    carried: list[tuple[Brought, Decision]] = field(default_factory=list)
    adopted: list[tuple[Brought, Decision]] = field(default_factory=list)

    def add(self, brought: Brought, decision: Decision) -> None:
        match decision.verdict:
            case Verdict.NEW:
                self.new.append((brought, decision))
            case Verdict.CHANGED:
                self.changed.append((brought, decision))
            case Verdict.CARRIED:
                self.carried.append((brought, decision))
            case Verdict.ADOPTED:
                self.adopted.append((brought, decision))


def keep(looks: Sequence[Brought]) -> list[Kept]:
    """Every article stands as an item, each change as a revision, each copy as a sighting; one answer a look. Raises
    IntegrityError where somebody else stored the same article at this moment; the caller begins again."""
    with_entries = [look for look in looks if look.publications]
    known, elsewhere = _stored(with_entries) if with_entries else ({}, {})
    todo = _ToWrite()
    kept: list[Kept] = []
    taken: set[str] = set()
    for look in looks:
        addresses = {entry.canonical_url for entry in look.publications if entry.canonical_url}
        if not taken.isdisjoint(addresses):
            kept.append(Kept(is_put_off=True))
            continue
        decisions = decide(look.publications, known.get(look.feed.pk, ()), _seen_by(look.feed, elsewhere, addresses))
        kept.append(_planned(look, decisions, todo))
        taken |= {one.publication.canonical_url for one in decisions if one.verdict is not Verdict.UNCHANGED}
    _insert(todo.new)
    _take_over(todo.adopted)
    _revise([*todo.changed, *((look, decision) for look, decision in todo.adopted if decision.differs)])
    _sight(todo.carried)
    return kept


def _planned(look: Brought, decisions: Iterable[Decision], todo: _ToWrite) -> Kept:
    found = dict.fromkeys(Verdict, 0)
    for decision in decisions:
        found[decision.verdict] += 1
        todo.add(look, decision)
    return Kept(found[Verdict.NEW], found[Verdict.CHANGED], found[Verdict.CARRIED] + found[Verdict.ADOPTED])


# ------------------------------------------------------------------------------------------------ what stands already
@dataclass(frozen=True, slots=True)
class _Owner:
    """An item that owns an address: whose it is, where that feed comes from, and which feeds are seen to carry it."""

    item_id: int
    feed_id: int
    canonical_url: str
    content_hash: str
    feed_url: str
    carriers: frozenset[int]


# By index, row for row (LATERAL and OFFSET 0), whatever the planner believes of a table that has just grown: else it reads
# all of it for each batch. Two ways in and no OR, for the same reason.
_STORED = """
    WITH found AS MATERIALIZED (
        SELECT o.id
          FROM unnest(%(owners)s::bigint[], %(keys)s::text[]) AS k (feed_id, external_id)
         CROSS JOIN LATERAL (
              SELECT id FROM sources_item WHERE feed_id = k.feed_id AND external_id = k.external_id OFFSET 0) o
         UNION
        SELECT a.id
          FROM unnest(%(addresses)s::uuid[]) AS k (address_key)
         CROSS JOIN LATERAL (SELECT id FROM sources_item WHERE address_key = k.address_key OFFSET 0) a
    )
    SELECT i.id, i.feed_id, i.external_id, i.canonical_url, i.title, i.owns_address, coalesce(r.content_hash, ''), f.url,
           ARRAY(SELECT s.feed_id FROM sources_sighting s WHERE s.item_id = i.id AND s.feed_id = ANY(%(feeds)s))
      FROM found
     CROSS JOIN LATERAL (SELECT * FROM sources_item WHERE id = found.id OFFSET 0) i
      JOIN sources_feed f ON f.id = i.feed_id
      LEFT JOIN LATERAL (SELECT content_hash FROM sources_revision WHERE id = i.current_id OFFSET 0) r ON true
     ORDER BY i.id
"""


def _stored(looks: Sequence[Brought]) -> tuple[dict[int, list[Known]], dict[str, _Owner]]:
    """The items that any of these entries could be: each feed's own, and by address those that own one."""
    feeds = {look.feed.pk for look in looks}
    pairs = [(look.feed.pk, key) for look in looks for key in candidates(look.publications)]
    addresses = {key for look in looks for entry in look.publications if (key := address_key(entry.canonical_url))}
    parameters: dict[str, list[int] | list[str]] = {
        "feeds": list(feeds),
        "owners": [feed for feed, _ in pairs],
        "keys": [key for _, key in pairs],
        "addresses": list(addresses),
    }
    known: defaultdict[int, list[Known]] = defaultdict(list)
    owners: dict[str, _Owner] = {}
    with connection.cursor() as cursor:
        cursor.execute(_STORED, parameters)
        for pk, feed_id, external_id, url, title, owns_address, content_hash, feed_url, carriers in cursor.fetchall():
            if feed_id in feeds:
                known[feed_id].append(Known(pk, external_id, url, title, content_hash))
            if owns_address:
                owners[url] = _Owner(pk, feed_id, url, content_hash, feed_url, frozenset(carriers))
    return known, owners


def _seen_by(feed: Feed, owners: dict[str, _Owner], addresses: Iterable[str]) -> list[Elsewhere]:
    """What others have at these addresses, as this feed sees it."""
    found = [owners[address] for address in addresses if address in owners]
    return [
        Elsewhere(
            owner.item_id,
            owner.canonical_url,
            owner.content_hash,
            is_carried=feed.pk in owner.carriers,
            goes_over=_goes_over(owner.canonical_url, current=owner.feed_url, other=feed.url),
        )
        for owner in found
        if owner.feed_id != feed.pk
    ]


def _goes_over(url: str, *, current: str, other: str) -> bool:
    """Whether the article's own site is where the other feed comes from, and not where its current one does."""
    home = home_of(url)
    return bool(home) and home == home_of(other) != home_of(current)


# ------------------------------------------------------------------------------------------------ new
_ITEM = (
    *("id", "feed_id", "external_id", "url", "canonical_url", "address_key", "owns_address", "title", "author"),
    *(
        "published_at",
        "published_precision",
        "first_seen_at",
        "reported_at",
        "current_id",
        "extract_state",
        "last_error",
    ),
)
_REVISION = ("id", "item_id", "number", "title", "text", "content_hash", "seen_at")
_SIGHTING = ("id", "item_id", "feed_id", "url", "title", "text", "published_at", "seen_at")


def _insert(found: Sequence[tuple[Brought, Decision]]) -> None:
    items, revisions = [], []
    terms = {look.feed.pk: look.terms for look, _ in found}
    pks = zip(rows.ids(Item, len(found)), rows.ids(Revision, len(found)), strict=True)
    for (look, decision), (item_id, revision_id) in zip(found, pks, strict=True):
        items.append(_item(look, decision, terms[look.feed.pk], item_id, revision_id))
        revisions.append(_revision(look, decision, terms[look.feed.pk], item_id, revision_id, 1))
    rows.insert(Item, _ITEM, items)
    rows.insert(Revision, _REVISION, revisions)


def _item(look: Brought, decision: Decision, terms: ReusePolicy, item_id: int, revision_id: int) -> tuple[object, ...]:
    entry = decision.publication
    state, error = _extraction(terms, entry)
    return (
        *(
            item_id,
            look.feed.pk,
            decision.external_id,
            entry.url,
            entry.canonical_url,
            address_key(entry.canonical_url),
        ),
        *(decision.owns_address, entry.title, entry.author, entry.published_at, entry.precision, look.at),
        *(entry.published_at or look.at, revision_id, state, error),
    )


def _revision(
    look: Brought, decision: Decision, terms: ReusePolicy, item_id: int, revision_id: int, number: int
) -> tuple[object, ...]:
    entry = decision.publication
    text = entry.text if terms.stores_feed_text else ""
    return revision_id, item_id, number, entry.title, text, entry.content_hash, look.at


def _extraction(terms: ReusePolicy, entry: Publication) -> tuple[ExtractState, str]:
    """Where the full text of a new or changed entry stands, and why it never will."""
    if not terms.stores_full_text:
        return ExtractState.NOT_ALLOWED, ""
    if entry.url:
        return ExtractState.PENDING, ""
    return ExtractState.FAILED, "The entry has no link that can be followed."


# ------------------------------------------------------------------------------------------------ carried and adopted
def _sight(found: Sequence[tuple[Brought, Decision]]) -> None:
    pks = rows.ids(Sighting, len(found))
    rows.insert(
        Sighting, _SIGHTING, [_sighting(look, decision, pk) for (look, decision), pk in zip(found, pks, strict=True)]
    )


def _sighting(look: Brought, decision: Decision, pk: int) -> tuple[object, ...]:
    entry = decision.publication
    is_kept = decision.differs and look.terms.stores_feed_text
    text = entry.text if is_kept else ""
    return pk, decision.item_id, look.feed.pk, entry.url, entry.title, text, entry.published_at, look.at


def _take_over(found: Sequence[tuple[Brought, Decision]]) -> None:
    """The items are these feeds' now; the feed that had one is kept as a sighting, with what it said last."""
    by_item = {decision.item_id: (look, decision) for look, decision in found}
    items = list(Item.objects.filter(pk__in=[pk for pk in by_item if pk]).select_related("current"))
    pks = rows.ids(Sighting, len(items))
    formers = [_former(item, by_item[item.pk][1], pk) for item, pk in zip(items, pks, strict=True)]
    for item in items:
        look, decision = by_item[item.pk]
        Sighting.objects.filter(feed=look.feed, item=item).delete()  # it is the item's own feed now
        item.feed, item.external_id, item.index_version = look.feed, decision.external_id, 0
        item.extract_state, item.last_error = _extraction(look.terms, decision.publication)
        item.extract_attempts, item.extract_after = 0, None
    rows.insert(Sighting, _SIGHTING, formers)
    rows.update(items, _TAKEN_OVER)


_TAKEN_OVER = (
    *("feed", "external_id", "index_version", "extract_state", "extract_attempts", "extract_after", "last_error"),
)


def _former(item: Item, decision: Decision, pk: int) -> tuple[object, ...]:
    """The feed that had the item, with its words where the publisher's are others."""
    text = item.current.text if item.current is not None and decision.differs else ""
    return pk, item.pk, item.feed_id, item.url, item.title, text, item.published_at, item.first_seen_at


# ------------------------------------------------------------------------------------------------ changed
_REVISED = (
    *("current", "title", "url", "canonical_url", "address_key", "owns_address", "author", "extract_state"),
    *("extract_attempts", "extract_after", "last_error", "language_version", "published_at", "published_precision"),
    *("reported_at", "is_dated_by_page"),
)


def _revise(found: Sequence[tuple[Brought, Decision]]) -> None:
    """A changed entry is read anew: its page, its language. Its story stays, and so does when it was first published,
    unless that was not known or only its page said so. No date says that it changed: feeds move those as they like."""
    by_item = {decision.item_id: (look, decision) for look, decision in found if decision.item_id is not None}
    if not by_item:
        return
    last = dict(Revision.objects.filter(item__in=by_item).values_list("item").annotate(last=Max("number")))
    newest = dict(zip(by_item, rows.ids(Revision, len(by_item)), strict=True))
    rows.insert(
        Revision,
        _REVISION,
        [_revision(look, one, look.terms, pk, newest[pk], last.get(pk, 0) + 1) for pk, (look, one) in by_item.items()],
    )
    items = list(Item.objects.filter(pk__in=by_item))
    for item in items:
        look, decision = by_item[item.pk]
        _bring_up_to_date(item, look, decision, newest[item.pk])
    rows.update(items, _REVISED)


def _bring_up_to_date(item: Item, look: Brought, decision: Decision, revision_id: int) -> None:
    entry = decision.publication
    item.current_id = revision_id
    item.title, item.url, item.canonical_url, item.author = entry.title, entry.url, entry.canonical_url, entry.author
    item.address_key, item.owns_address = address_key(entry.canonical_url), decision.owns_address
    item.extract_state, item.last_error = _extraction(look.terms, entry)
    item.extract_attempts, item.extract_after = 0, None
    item.language_version = ""
    if (item.published_at is None or item.is_dated_by_page) and entry.published_at is not None:
        item.is_dated_by_page = False
        item.published_at, item.published_precision = entry.published_at, entry.precision
        item.reported_at = min(entry.published_at, item.first_seen_at)
