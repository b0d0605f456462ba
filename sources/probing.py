"""Tries feeds and sites for people: who asked for what, and what was found, as evidence with its date.

What an address holds is found by ``ingest.probe``; here it is written down, and a feed that was never fetched gets the
address at which it was found. A feed that is fetched keeps its address: moving it is for its publisher's redirect or for a
person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from sources import catalogue
from sources.ingest import moves, urls
from sources.ingest.fetch import Fetcher
from sources.ingest.probe import Manners, Probed, best, find, probe
from sources.models import Feed, FeedFormat, Probe, StarterPack

_FORBIDDEN = "Its publisher forbids automated collection, so it is not tried."
#: How long a probe that is being carried out is left alone; longer than one can take.
_LEASE = dt.timedelta(minutes=15)
#: Formats that a person chose for this address, so that no other can stand in for it.
_ONLY_AS_GIVEN = {FeedFormat.RELIEFWEB, FeedFormat.HTML_LIST, FeedFormat.SITEMAP}


class CannotProbe(Exception):
    """The address is none that may be tried; says why, fit for staff."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished probe changed. ``taken_by``: the feed that has the better address already."""

    best: Probed | None
    moved: bool = False
    switched_on: bool = False
    taken_by: str = ""


def ask_about(feed: Feed, *, by: AbstractBaseUser | None, at: dt.datetime) -> Probe:
    """The feed waits to be tried; once, however often that is asked for. Raises CannotProbe."""
    if not FeedFormat(feed.format).is_fetched:
        raise CannotProbe("It has no address on the web.")
    if feed.starter_pack == StarterPack.NEVER:
        raise CannotProbe(_FORBIDDEN)
    waiting = Probe.objects.filter(feed=feed, finished_at=None).first()
    by_id = by.pk if by else None
    return (
        waiting
        or Probe.objects.get_or_create(
            feed=feed, finished_at=None, defaults={"url": feed.url, "asked_at": at, "asked_by_id": by_id}
        )[0]
    )


def ask_for_feeds_of(address: str, *, by: AbstractBaseUser, at: dt.datetime) -> Probe:
    """The site waits to be searched for feeds. Raises CannotProbe."""
    address = address.strip()
    url = urls.followable(address if "://" in address else f"https://{address}")
    if not url or len(url) > 1000:
        raise CannotProbe("That is no http or https address.")
    if _host(url) in _forbidden():
        raise CannotProbe(_FORBIDDEN)
    return Probe.objects.create(url=url, asked_at=at, asked_by_id=by.pk)


def claim(*, limit: int, at: dt.datetime) -> list[Probe]:
    """Probes to carry out now; nobody else gets them for the length of the lease."""
    with transaction.atomic():
        waiting = Probe.objects.filter(finished_at=None).exclude(claimed_until__gt=at).select_related("feed")
        probes = list(waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:limit])
        Probe.objects.filter(pk__in=[probe.pk for probe in probes]).update(claimed_until=at + _LEASE)
    return probes


def finish(probe: Probe, tried: Sequence[Probed], *, at: dt.datetime, switch_on: bool = False) -> Outcome:
    """What was found stands as evidence. A feed that is off has the best address afterwards, unless another one has it;
    with ``switch_on`` it is fetched from now on, if it was waiting for a probe."""
    kept = best(tried, at=at)
    with transaction.atomic():
        _write(probe, tried, kept, at)
        if probe.feed_id is None or kept is None:
            return Outcome(kept)
        feed = Feed.objects.select_for_update().get(pk=probe.feed_id)
        taken_by = _moved(feed, kept, probe, at)
        if taken_by is None:
            return Outcome(kept, switched_on=switch_on and _switched_on(feed))
        if taken_by:
            return Outcome(kept, taken_by=taken_by)
        return Outcome(kept, moved=True, switched_on=switch_on and _switched_on(feed))


def attempt(
    thing: Feed | Probe, *, fetcher: Fetcher, manners: Manners, at: dt.datetime, appname: str
) -> tuple[Probed, ...]:
    """What the feed or site holds; everything that was tried. Touches no database, so that threads may call it."""
    feed = thing if isinstance(thing, Feed) else thing.feed
    if feed is not None and feed.format in _ONLY_AS_GIVEN:
        found = probe(feed.url, fetcher=fetcher, at=at, wanted=feed.format, selector=feed.selector, appname=appname)
        return (found,)
    url, is_whole = (feed.url, False) if feed is not None else (thing.url, True)
    return find(url, fetcher=fetcher, manners=manners, at=at, appname=appname, is_whole=is_whole)


def _write(probe: Probe, tried: Sequence[Probed], kept: Probed | None, at: dt.datetime) -> None:
    probe.finished_at, probe.claimed_until = at, None
    probe.tried = [
        {**asdict(one), "newest": one.newest.isoformat() if one.newest else None, "url": one.url[:1000]}
        for one in tried
    ]
    if kept is not None and len(kept.url) <= 1000:
        probe.found_url, probe.why, probe.entries, probe.newest_at = kept.url, kept.why, kept.entries, kept.newest
    else:
        probe.message = next((one.message for one in tried if one.message), "")[:500]
    probe.save()


def _moved(feed: Feed, kept: Probed, probe: Probe, at: dt.datetime) -> str | None:
    """ "" where the feed has the better address now, the name of the feed that has it, or None where nothing is to move."""
    if kept.url == feed.url or feed.is_active or len(kept.url) > 1000:
        return None
    if _host(kept.url) in _forbidden():
        return "a publisher who forbids automated collection"
    other = moves.others_at(feed, kept.url).first()
    if other is not None:
        return other.name
    moves.record(feed, old_url=feed.url, new_url=kept.url, at=at, by=probe.asked_by)
    feed.url, feed.etag, feed.last_modified, feed.moved_to, feed.moved_looks = kept.url, "", "", "", 0
    feed.save(update_fields=["url", "etag", "last_modified", "moved_to", "moved_looks"])
    return ""


def _switched_on(feed: Feed) -> bool:
    return feed.starter_pack == StarterPack.AFTER_PROBE and catalogue.switch_on(feed)


def _forbidden() -> set[str]:
    """Hosts of publishers who forbid automated collection."""
    return {_host(url) for url in Feed.objects.filter(starter_pack=StarterPack.NEVER).values_list("url", flat=True)}


def _host(url: str) -> str:
    return urls.host_of(url).removeprefix("www.")
