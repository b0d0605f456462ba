"""The one message a day to operators about the sources: what fell silent, spoke again, or needs a person. Never one per
failure, and none on a day on which nothing is silent and nothing happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delivery.models import OutgoingMail
from sources.models import Feed, FeedHold, FeedMove, FetchState, Silence

_KEY = "sources:"
#: Names of one kind that are written out; the page has the rest.
_NAMED = 30


@dataclass(frozen=True, slots=True)
class News:
    """What there is to say. Lines name the feed, its kind and language, and what is known."""

    silent: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.silent, self.still, self.back, self.held, self.broken, self.retired, self.moved))


def queue(*, at: dt.datetime) -> OutgoingMail | None:
    """Today's message is queued, unless it has been or there is nothing to say. Safe to repeat: one key a day."""
    key = f"{_KEY}{at.astimezone(dt.UTC):%Y-%m-%d}"
    if not settings.OPERATOR_EMAILS or OutgoingMail.objects.filter(key=key).exists():
        return None
    news = gather(since=_last(at), at=at)
    if not news:
        return None
    mail, is_new = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "kind": OutgoingMail.Kind.OPERATOR,
            "subject": _subject(news),
            "body": "\n\n".join(_paragraphs(news)),
            "created_at": at,
        },
    )
    return mail if is_new else None


def gather(*, since: dt.datetime, at: dt.datetime) -> News:
    """What happened after ``since``, and what is silent still."""
    silences = Silence.objects.select_related("feed__publisher").order_by("feed__publisher__kind", "feed__name")
    holds = FeedHold.objects.filter(settled_at=None).select_related("feed__publisher").order_by("feed__name")
    broken = Feed.objects.active().filter(last_state=FetchState.QUARANTINED, held_at=None).select_related("publisher")
    retired = Feed.objects.filter(retired_at__gt=since, retired_at__lte=at).select_related("publisher")
    moves = FeedMove.objects.filter(at__gt=since, at__lte=at, by=None).select_related("feed__publisher")
    return News(
        silent=_silences(silences.filter(ended_at=None, noticed_at__gt=since)),
        still=_silences(silences.filter(ended_at=None, noticed_at__lte=since)),
        back=tuple(
            _named(row.feed) for row in silences.filter(ended_at__gt=since, ended_at__lte=at, feed__is_active=True)
        ),
        held=tuple(f"{_named(hold.feed)}: {hold.reason}" for hold in holds),
        broken=tuple(f"{_named(feed)}: {feed.last_error}" for feed in broken.order_by("name")),
        retired=tuple(_named(feed) for feed in retired.order_by("name")),
        moved=tuple(f"{_named(move.feed)}: {move.new_url}" for move in moves.order_by("at")),
    )


def _last(at: dt.datetime) -> dt.datetime:
    """When the last message was written, at most a week ago."""
    last = (
        OutgoingMail.objects.filter(key__startswith=_KEY).order_by("-created_at").values_list("created_at", flat=True)
    )
    return max(last.first() or at - dt.timedelta(days=1), at - dt.timedelta(days=7))


def _silences(rows: QuerySet[Silence]) -> tuple[str, ...]:
    return tuple(
        _("%(feed)s: %(why)s, since %(since)s UTC")
        % {"feed": _named(row.feed), "why": row.get_reason_display(), "since": f"{row.since:%Y-%m-%d %H:%M}"}
        for row in rows
    )


def _named(feed: Feed) -> str:
    facts = ", ".join(filter(None, (feed.publisher.get_kind_display(), feed.language)))
    return " ".join(f"{feed.name} ({facts})".split())


def _subject(news: News) -> str:
    if news.silent:
        count = len(news.silent)
        return ngettext("%d source has fallen silent", "%d sources have fallen silent", count) % count
    if news.held or news.broken:
        count = len(news.held) + len(news.broken)
        return ngettext("%d source waits for a person", "%d sources wait for a person", count) % count
    return _("Sources: no new silence")


def _paragraphs(news: News) -> Iterable[str]:
    parts = (
        (_("Fallen silent since the last message:"), news.silent),
        (_("Silent still:"), news.still),
        (_("Speak again:"), news.back),
        (_("Set aside until a person has looked; nothing of them is stored meanwhile:"), news.held),
        (_("Cannot be read or stored by us, and tried less and less often:"), news.broken),
        (_("Withdrawn by their publishers, and switched off:"), news.retired),
        (_("Moved for good, and followed:"), news.moved),
    )
    for heading, lines in parts:
        if lines:
            yield "\n".join((heading, *_shortened(lines)))
    yield _("All of it, with what to do: %(address)s") % {
        "address": f"{settings.SITE_URL}{reverse('admin:sources_feed_health')}"
    }


def _shortened(lines: Sequence[str]) -> Iterable[str]:
    yield from (f"– {line}" for line in lines[:_NAMED])
    if len(lines) > _NAMED:
        rest = len(lines) - _NAMED
        yield ngettext("– and %d more", "– and %d more", rest) % rest
