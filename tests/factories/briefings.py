"""Editions on the way to publication, made through the domain functions, and the rows they start from."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import factory

from accounts.models import User
from briefings import assemble, passages, workflow, writing
from briefings.models import Claim, Edition
from countries.models import Situation
from countries.tagging import decide
from sources.models import Blob, FullText, Item, Snapshot, Story
from tests.factories.countries import SituationFactory, UserFactory
from tests.factories.sources import FeedFactory, ItemFactory, PublisherFactory, StoryFactory

DATE = dt.date(2013, 12, 24)
#: 06:00 in Bangui.
CUT_OFF = dt.datetime(2013, 12, 24, 5, tzinfo=dt.UTC)
AFTER = CUT_OFF + dt.timedelta(minutes=30)
SHOTS = (
    "Soldiers fired on a crowd near the airport on 23 December, wounding four people, a hospital said. "
    "The mission said that it was looking into who fired first."
)


class EditionFactory(factory.django.DjangoModelFactory):
    """An empty draft, as nobody assembled it."""

    class Meta:
        model = Edition

    situation = factory.SubFactory(SituationFactory)
    date = DATE
    period_start = CUT_OFF - dt.timedelta(days=1)
    period_end = CUT_OFF
    assembled_at = AFTER


def accepted(
    situation: Situation,
    *,
    title: str = "Shots near the airport",
    text: str = SHOTS,
    story: Story | None = None,
    before: dt.timedelta = dt.timedelta(hours=8),
    at: dt.datetime = CUT_OFF,
    by: User | None = None,
    full: bool = True,
    publisher: dict[str, object] | None = None,
    **item: Any,
) -> Item:
    """An item with full text that somebody accepted for the situation, reported ``before`` the cut-off."""
    if "feed" not in item:
        item["feed"] = FeedFactory(publisher=PublisherFactory(**(publisher or {})))
    found = ItemFactory(title=title, text=text[:80], story=story, reported_at=at - before, **item)
    if full:
        add_full_text(found, text)
    decide.accept(found, situation=situation, by=by or UserFactory(), at=found.reported_at)
    return found


def add_full_text(item: Item, text: str) -> FullText:
    digest = hashlib.sha256(text.encode()).hexdigest()
    blob, _ = Blob.objects.get_or_create(sha256=digest, defaults={"path": f"snapshots/{digest}", "size": len(text)})
    snapshot = Snapshot.objects.create(blob=blob, url=item.url, retrieved_at=item.first_seen_at)
    return FullText.objects.create(
        revision=item.revisions.get(),
        snapshot=snapshot,
        text=text,
        sha256=digest,
        extractor="test",
        extracted_at=item.first_seen_at,
    )


def story_of(situation: Situation, *kinds: str, **changes: Any) -> Story:
    """A story reported by one publisher of each kind, each in its own words, all accepted."""
    story = StoryFactory(item_count=len(kinds), origin_count=len(kinds))
    for number, kind in enumerate(kinds):
        own = {"text": SHOTS if number == 0 else f"We heard shots near the airport, said witness {number}."}
        accepted(situation, story=story, publisher={"kind": kind}, **(own | changes))
    return story


def ready(edition: Edition, *, by: User, at: dt.datetime = AFTER, item: Item | None = None) -> Claim:
    """Writes what an edition needs to be signed; returns the claim."""
    writing.write(
        edition,
        by=by,
        at=at,
        bottom_line="Part of the population now treats the peacekeepers as a party.",
        likelihood="Further shootings in Bangui within three days are likely.",
        confidence="Our confidence is moderate: two origins, no access to the hospital.",
    )
    if edition.kind == "quiet":
        writing.write(edition, by=by, at=at, kind="routine", assessment="")
    item = item or accepted(edition.situation, at=edition.period_end)
    for drafted in edition.claims.filter(is_drafted=True):
        writing.remove_claim(drafted, by=by, at=at)
    claim = writing.add_claim(
        edition,
        section="key_developments",
        by=by,
        at=at,
        headline="Trust in the mission is breaking.",
        text="Soldiers fired on a crowd near the airport; a hospital counted 4 wounded.",
        label="single_source",
    )
    passages.quote(claim, item=item, exact="wounding four people, a hospital said", by=by, at=at)
    return claim


def published(
    situation: Situation | None = None, *, date: dt.date = DATE, at: dt.datetime = AFTER, by: User | None = None
) -> Edition:
    """An edition that one person wrote and another approved."""
    situation = situation or SituationFactory()
    writer, approver = by or UserFactory(), UserFactory()
    item = accepted(situation, at=at - (AFTER - CUT_OFF))
    edition = assemble.assemble(situation, date=date, at=at)
    ready(edition, by=writer, at=at, item=item)
    workflow.submit(edition, by=writer, at=at)
    workflow.approve(edition, by=approver, at=at)
    return workflow.publish(edition, by=approver, at=at)
