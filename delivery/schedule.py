"""Who is due a digest now, and what goes into it. Writes Digest and Dispatch rows; sends nothing.

A subscriber gets one mail a day, at the first look after ``send_at`` in their own time zone, on the real clock; a
missed hour or a missed day is caught up by one mail, never by several. Somebody who has just confirmed gets the first
at once. The mail waits a while for editions that are still being signed and for their PDFs, then goes without them and
says so. Edition dates come from ``countries.clock``, so the demo's date changes what is sent and never when.
"""

from __future__ import annotations

import datetime as dt
import logging
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from briefings.models import Artefact, Edition, EditionKind
from countries.clock import cut_off_on, newest_edition_date
from countries.models import Situation
from countries.querysets import SituationQuerySet
from delivery.models import Digest, Dispatch, Subscriber, Subscription

logger = logging.getLogger(__name__)

#: How long a regular mail waits for today's editions to be signed.
WAIT_FOR_SIGNATURE = dt.timedelta(hours=2)
#: How much longer any mail waits for PDFs that are still being made.
WAIT_FOR_PDF = dt.timedelta(minutes=15)
#: The oldest edition that is still news to somebody who has not had it, in days before the newest edition date.
STILL_NEWS = dt.timedelta(days=1)
#: A flash edition has a way of its own; the daily mail carries the daily brief.
_DAILY = (EditionKind.ROUTINE, EditionKind.QUIET)
#: How far before the newest edition date a mail that is made late may reach, with a day's difference of zones.
_READ_BACK = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one situation has to offer at a moment."""

    date: dt.date  # of the newest edition that can be
    standing: tuple[Edition, ...]  # signed ones that are still news, the newest first
    is_awaited: bool  # the newest date's is drafted and not yet signed
    was_ever_issued: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subscriber who has had no mail since the moment it was due."""

    subscriber: int
    since: dt.datetime
    is_first: bool
    had: dt.date | None  # the newest edition date of their mails
    follows: tuple[int, ...]  # situations


@dataclass(frozen=True, slots=True)
class Plan:
    """What a candidate's mail will carry."""

    date: dt.date
    offers: dict[int, Offer]  # by situation


class Shelf:
    """The editions of the last days and what is drafted, read once for all subscribers."""

    def __init__(self, situations: SituationQuerySet, *, edition_at: dt.datetime) -> None:
        self._situations = list(situations)
        since = edition_at.date() - STILL_NEWS - _READ_BACK
        recent = Edition.objects.filter(situation__in=self._situations, kind__in=_DAILY, date__gte=since)
        self._standing = list(recent.standing().newest_first().defer("document"))
        self._drafted = set(recent.unfinished().values_list("situation_id", "date"))
        self._signed = {(edition.situation_id, edition.date) for edition in self._standing}
        issued = Edition.objects.issued().filter(situation__in=self._situations)
        self._issued = set(issued.values_list("situation_id", flat=True))
        made = Artefact.objects.filter(edition__in=[e.pk for e in self._standing], form=Artefact.Form.PDF_A4)
        self.with_pdf = frozenset(made.values_list("edition_id", flat=True))
        self._offers: dict[dt.datetime, dict[int, Offer]] = {}

    def offers(self, edition_at: dt.datetime) -> dict[int, Offer]:
        """What each situation had to offer at that moment, by its own cut-off."""
        if edition_at not in self._offers:
            self._offers[edition_at] = {
                situation.pk: self._offer(situation, edition_at) for situation in self._situations
            }
        return self._offers[edition_at]

    def _offer(self, situation: Situation, edition_at: dt.datetime) -> Offer:
        date = newest_edition_date(edition_at, time_zone=situation.time_zone, cut_off=situation.cut_off)
        return Offer(
            date=date,
            standing=tuple(
                e for e in self._standing if e.situation_id == situation.pk and date - STILL_NEWS <= e.date <= date
            ),
            is_awaited=(situation.pk, date) in self._drafted - self._signed,
            was_ever_issued=situation.pk in self._issued,
        )


def queue_due(*, at: dt.datetime, edition_at: dt.datetime) -> int:
    """Every subscriber who is due, and whose mail need not wait, has a digest. Returns how many were made.

    ``at`` is real time and decides who is due; ``edition_at`` decides which editions are today's.
    """
    is_followed = Exists(Subscription.objects.filter(situation=OuterRef("pk"), ended_at=None))
    shelf = Shelf(Situation.objects.filter(is_followed), edition_at=edition_at)
    made = 0
    for candidate in _due(at):
        plan = _plan(candidate, shelf, at=at, edition_at=edition_at)
        if plan is None or _must_wait(candidate, plan, at=at):
            continue
        try:
            made += _queue_one(candidate, plan, shelf, at=at)
        except IntegrityError:
            # Another worker was quicker and the ledger's constraints held. The next look finds what is left.
            logger.warning("a digest was being queued twice", extra={"subscriber": candidate.subscriber})
    return made


def replace_fallen(digest: Digest, *, edition_at: dt.datetime) -> None:
    """Editions corrected or withdrawn since the digest was queued give way to what stands now, or to none."""
    fallen = digest.dispatches.filter(edition__isnull=False).exclude(edition__status="published")
    for dispatch in fallen.select_related("subscription"):
        situation = dispatch.subscription.situation_id
        shelf = Shelf(Situation.objects.filter(pk=situation), edition_at=edition_at)
        offer = shelf.offers(edition_at)[situation]
        dispatch.edition = _pick(offer, dispatch.subscription, language=digest.subscriber.language)
        dispatch.save(update_fields=["edition"])


def send_moment(at: dt.datetime, *, time_zone: str, send_at: dt.time) -> dt.datetime:
    """The newest moment, not after ``at``, at which that wall time came round in that zone."""
    try:
        zone = zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        logger.warning("a subscriber's time zone is not known any more; UTC is taken", extra={"time_zone": time_zone})
        zone, time_zone = zoneinfo.ZoneInfo("UTC"), "UTC"
    today = at.astimezone(zone).date()
    moment = cut_off_on(today, time_zone=time_zone, cut_off=send_at)
    if moment > at:
        moment = cut_off_on(today - dt.timedelta(days=1), time_zone=time_zone, cut_off=send_at)
    return moment


def _due(at: dt.datetime) -> Iterator[Candidate]:
    mailable = Subscriber.objects.mailable().annotate(
        follows=ArrayAgg("subscriptions__situation", filter=Q(subscriptions__ended_at=None), default=[]),
        had=Subquery(Digest.objects.filter(subscriber=OuterRef("pk")).order_by("-date").values("date")[:1]),
    )
    for pk, since, follows in mailable.filter(had=None).order_by("pk").values_list("pk", "confirmed_at", "follows"):
        if since is not None:
            yield Candidate(pk, since, True, None, tuple(follows))
    for time_zone, send_at in Subscriber.objects.mailable().values_list("time_zone", "send_at").distinct():
        moment = send_moment(at, time_zone=time_zone, send_at=send_at)
        served = Exists(Digest.objects.filter(subscriber=OuterRef("pk"), created_at__gte=moment))
        unserved = mailable.filter(~served, had__isnull=False, time_zone=time_zone, send_at=send_at)
        for pk, had, follows in unserved.order_by("pk").values_list("pk", "had", "follows"):
            yield Candidate(pk, moment, False, had, tuple(follows))


def _plan(candidate: Candidate, shelf: Shelf, *, at: dt.datetime, edition_at: dt.datetime) -> Plan | None:
    """The mail of the moment it fell due, however late it is made, so that an outage skips no edition. None: had it.

    Somebody who confirmed shortly before their hour has had it. So has, for a day, somebody for whom a clock change put
    the cut-off just behind their hour: the usual wait allows for that one, and no longer, so that the hour stays theirs.
    """
    late = at - candidate.since
    moments = [edition_at] if candidate.is_first else [edition_at - late]
    if late <= WAIT_FOR_SIGNATURE:
        moments.append(edition_at)
    for moment in moments:
        all_offers = shelf.offers(moment)
        offers = {pk: all_offers[pk] for pk in candidate.follows if pk in all_offers}
        date = min((offer.date for offer in offers.values()), default=None)
        if date is not None and (candidate.had is None or date > candidate.had):
            return Plan(date, offers)
    return None


def _must_wait(candidate: Candidate, plan: Plan, *, at: dt.datetime) -> bool:
    offers = plan.offers.values()
    if not any(offer.was_ever_issued for offer in offers):
        return True  # nothing was ever signed: there is nothing to say, and nothing to be silent about
    return at < _signed_by(candidate) and any(offer.is_awaited for offer in offers)


def _signed_by(candidate: Candidate) -> dt.datetime:
    return candidate.since if candidate.is_first else candidate.since + WAIT_FOR_SIGNATURE


def _queue_one(candidate: Candidate, plan: Plan, shelf: Shelf, *, at: dt.datetime) -> bool:
    with transaction.atomic():
        subscriber = Subscriber.objects.mailable().select_for_update().filter(pk=candidate.subscriber).first()
        if subscriber is None or subscriber.digests.filter(date__gte=plan.date).exists():
            return False
        followed = subscriber.subscriptions.filter(ended_at=None, situation__in=plan.offers)
        picks = {s.pk: _pick(plan.offers[s.situation_id], s, language=subscriber.language) for s in followed}
        lacking = any(edition is not None and edition.pk not in shelf.with_pdf for edition in picks.values())
        if not picks or (lacking and at < _signed_by(candidate) + WAIT_FOR_PDF):
            return False
        digest = Digest.objects.create(subscriber=subscriber, date=plan.date, created_at=at)
        Dispatch.objects.bulk_create(
            [Dispatch(digest=digest, subscription_id=pk, edition=edition) for pk, edition in picks.items()]
        )
    return True


def _pick(offer: Offer, subscription: Subscription, *, language: str) -> Edition | None:
    """The newest standing edition this subscription has not had, in the reader's language where there is one."""
    had = subscription.dispatches.filter(edition__isnull=False).values_list(
        "edition_id", "edition__date", "edition__language"
    )
    had_ids = {pk for pk, _, _ in had}
    had_in = {(date, language) for _, date, language in had}

    def is_fresh(edition: Edition) -> bool:
        in_another_language = any(date == edition.date and lang != edition.language for date, lang in had_in)
        return edition.pk not in had_ids and not in_another_language

    fresh = [edition for edition in offer.standing if is_fresh(edition)]
    newest = [edition for edition in fresh if edition.date == fresh[0].date]
    return min(newest, key=lambda edition: (edition.language != language, edition.language != "en"), default=None)
