"""The operators' page on the feeds: who answers, who is silent, what each brings and brought, and what to do about it.

Everything is in the address, so that a view can be kept as a bookmark. Works without JavaScript.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sources import health
from sources.admin import failed_pages
from sources.display import neutral
from sources.models import Feed, FetchState, Publisher, PublisherKind, Silence
from sources.querysets import FeedQuerySet

_PER_PAGE = 100
_NUMBER = re.compile(r"[0-9]{1,9}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: A look that is late by more than this means that the workers do not keep up, or do not run.
_OVERDUE = dt.timedelta(hours=2)
#: Feeds of a file that are in memory at once.
_CHUNK = 500
_SILENT = Exists(Silence.objects.filter(feed=OuterRef("pk"), ended_at=None))

#: What can be asked for, and how the database is asked.
VIEWS: Mapping[str, tuple[object, Q]] = {
    "": (gettext_lazy("all that are fetched"), Q(is_active=True)),
    "silent": (gettext_lazy("silent"), Q(is_silent=True)),
    "failing": (gettext_lazy("failing"), Q(is_active=True, consecutive_failures__gt=0)),
    "blocked": (gettext_lazy("blocked"), Q(is_active=True, last_state=FetchState.BLOCKED)),
    "drop": (gettext_lazy("suspicious drop"), Q(is_active=True, last_state=FetchState.SUSPICIOUS_DROP)),
    "held": (
        gettext_lazy("set aside"),
        Q(held_at__isnull=False) | Q(is_active=True, last_state=FetchState.QUARANTINED),
    ),
    "overdue": (gettext_lazy("overdue"), Q(is_active=True, next_check_at__lt=Now() - _OVERDUE)),
    "retired": (gettext_lazy("withdrawn"), Q(retired_at__isnull=False)),
    "never": (gettext_lazy("never looked at"), Q(is_active=True, last_fetch_at=None)),
    "off": (gettext_lazy("switched off"), Q(is_active=False)),
}
#: Columns and the field that each is sorted by; the volume by how much less than usual came, which no field holds.
SORTS: Mapping[str, tuple[object, str]] = {
    "name": (pgettext_lazy("of a feed", "Name"), "name"),
    "state": (gettext_lazy("State"), "last_state"),
    "success": (gettext_lazy("Last success"), "last_success_at"),
    "failures": (gettext_lazy("Failures"), "consecutive_failures"),
    "volume": (gettext_lazy("Usual / seen in 7 days"), ""),
    "next": (gettext_lazy("Next look"), "next_check_at"),
    "error": (gettext_lazy("Last error"), "last_error"),
}
#: What a person can do, by the state of the last look.
ADVICE: Mapping[str, object] = {
    FetchState.BLOCKED: gettext_lazy(
        "The server refuses us. Write to the publisher, or look for another address of theirs."
    ),
    FetchState.FAILED: gettext_lazy(
        "Tried again by itself, less and less often. If it lasts: has the address changed?"
    ),
    FetchState.EMPTY: gettext_lazy("It answers with nothing in it. Open the address: has it moved?"),
    FetchState.SUSPICIOUS_DROP: gettext_lazy("Far less than usual. Open the address: is the page cut short?"),
    FetchState.QUARANTINED: gettext_lazy(
        "What it brought could not be read or stored; the next look tries again. If it lasts, report what the look’s record says."
    ),
}
_HELD = gettext_lazy("Nothing of it is stored until you have said on the feed’s page whether the change is right.")
#: What a person can do about silence, where the last look does not say.
_SILENCE_ADVICE: Mapping[str, object] = {
    Silence.Reason.NOTHING_NEW: gettext_lazy(
        "Open the address: is there anything new that we do not see? Else the outlet itself has gone quiet, which may be news."
    ),
    Silence.Reason.NO_ANSWER: gettext_lazy("Open the address. If it answers you and not us, write to the publisher."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    view: str
    words: str
    kind: str
    language: str
    publisher: int
    sort: str
    is_down: bool

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """What is not known is left out: an old bookmark still opens."""
        given = request.GET
        sort = given.get("sort", "").removeprefix("-")
        return cls(
            view=given.get("view", "") if given.get("view", "") in VIEWS else "",
            words=given.get("q", "").replace("\0", "").strip()[:100],
            kind=given.get("kind", "") if given.get("kind", "") in PublisherKind.values else "",
            language=given.get("language", "").replace("\0", "")[:35],
            publisher=int(number) if _NUMBER.fullmatch(number := given.get("publisher", "")) else 0,
            sort=sort if sort in SORTS else "failures",
            is_down=given.get("sort", "-").startswith("-"),
        )

    def address(self, **changes: str) -> str:
        """The query of the same page with something else asked for."""
        sort = f"{'-' if self.is_down else ''}{self.sort}"
        given = {
            "view": self.view,
            "q": self.words,
            "kind": self.kind,
            "language": self.language,
            "publisher": str(self.publisher or ""),
            "sort": sort,
        } | changes
        return "?" + urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class Row:
    """One feed as the page shows it."""

    feed: Feed
    silence: Silence | None
    volume: health.Volume | None
    today: int
    advice: object


def page(request: HttpRequest) -> HttpResponseBase:
    """One page of feeds, or all of them as CSV with ``?as=csv``; a POST has one looked at next."""
    if not request.user.has_perm("sources.view_feed"):
        raise PermissionDenied
    asked, at = Asked.of(request), timezone.now()
    if request.method == "POST":
        return _look_now(request, asked, at)
    pks = _ordered(asked, at)
    if request.GET.get("as") == "csv":
        return _as_csv(pks, at)
    found = Paginator(pks, _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("Health of the feeds"),
        "asked": asked,
        "rows": _rows(list(found.object_list), at),
        "page": found,
        "views": _views(asked),
        "unread": failed_pages.count(),
        "publisher": Publisher.objects.filter(pk=asked.publisher).first() if asked.publisher else None,
        "all_publishers": asked.address(publisher=""),
        "may_change": request.user.has_perm("sources.change_feed"),
        "kinds": PublisherKind.choices,
        "languages": Feed.objects.active()
        .exclude(language="")
        .values_list("language", flat=True)
        .distinct()
        .order_by("language"),
        "columns": _columns(asked),
        "orders": _orders(asked),
        "earlier": asked.address(page=str(found.previous_page_number())) if found.has_previous() else "",
        "later": asked.address(page=str(found.next_page_number())) if found.has_next() else "",
        "csv": asked.address(**{"as": "csv"}),
        "opts": Feed._meta,
    }
    return TemplateResponse(request, "admin/sources/feed/health.html", context)


def _look_now(request: HttpRequest, asked: Asked, at: dt.datetime) -> HttpResponseBase:
    if not request.user.has_perm("sources.change_feed"):
        raise PermissionDenied
    number = request.POST.get("look", "")
    feed = Feed.objects.active().filter(pk=number).first() if _NUMBER.fullmatch(number) else None
    if feed is None:
        messages.warning(request, _("A feed that is switched off, or gone, is not looked at."))
    else:
        Feed.objects.filter(pk=feed.pk).update(next_check_at=at)
        messages.success(request, _("“%s” is looked at next.") % feed.name)
    return HttpResponseRedirect(reverse("admin:sources_feed_health") + asked.address())


def _chosen(asked: Asked) -> FeedQuerySet:
    feeds = Feed.objects.annotate(is_silent=_SILENT).filter(VIEWS[asked.view][1])
    if asked.words:
        feeds = feeds.filter(
            Q(name__icontains=asked.words)
            | Q(url__icontains=asked.words)
            | Q(publisher__name__icontains=asked.words)
            | Q(last_error__icontains=asked.words)
        )
    if asked.kind:
        feeds = feeds.filter(publisher__kind=asked.kind)
    if asked.language:
        feeds = feeds.filter(language=asked.language)
    if asked.publisher:
        feeds = feeds.filter(publisher=asked.publisher)
    return feeds


def _ordered(asked: Asked, at: dt.datetime) -> list[int]:
    """The feeds that were asked for, in order; a few thousand numbers at most."""
    feeds = _chosen(asked)
    if asked.sort == "volume":
        pks = list(feeds.order_by("name", "pk").values_list("pk", flat=True))
        found = health.volumes(pks, on=at.date())
        missing = {pk: found[pk].missing if pk in found else 0.0 for pk in pks}
        return sorted(pks, key=lambda pk: -missing[pk] if asked.is_down else missing[pk])
    column = F(SORTS[asked.sort][1])
    order = column.desc(nulls_last=True) if asked.is_down else column.asc(nulls_first=True)
    return list(feeds.order_by(order, "name", "pk").values_list("pk", flat=True))


def _rows(pks: list[int], at: dt.datetime) -> list[Row]:
    feeds = Feed.objects.select_related("publisher").in_bulk(pks)
    silences = {one.feed_id: one for one in Silence.objects.filter(feed__in=pks, ended_at=None)}
    volumes = health.volumes(pks, on=at.date())
    today = health.brought_since(pks, since=at - dt.timedelta(hours=24))
    return [
        Row(feed, silence, volumes.get(pk), today.get(pk, 0), _advice(feed, silence))
        for pk in pks
        if (feed := feeds.get(pk)) is not None
        for silence in [silences.get(pk)]
    ]


def _advice(feed: Feed, silence: Silence | None) -> object:
    if feed.held_at is not None:
        return _HELD
    return ADVICE.get(feed.last_state) or (_SILENCE_ADVICE[silence.reason] if silence is not None else "")


def _views(asked: Asked) -> list[tuple[object, int, str, bool]]:
    """Each view with how many feeds are in it, in one query."""
    counts = Feed.objects.annotate(is_silent=_SILENT).aggregate(
        **{f"n{position}": Count("pk", filter=condition) for position, (_name, condition) in enumerate(VIEWS.values())}
    )
    return [
        (label, counts[f"n{position}"], asked.address(view=name), name == asked.view)
        for position, (name, (label, _condition)) in enumerate(VIEWS.items())
    ]


def _columns(asked: Asked) -> list[tuple[str, object, str, str]]:
    """Name, words, address that sorts by it, and the order it is in now (for aria-sort)."""
    columns = []
    for name, (label, _column) in SORTS.items():
        is_here = name == asked.sort
        order = ("descending" if asked.is_down else "ascending") if is_here else ""
        turned = name if is_here and asked.is_down else f"-{name}"
        columns.append((name, label, asked.address(sort=turned), order))
    return columns


def _orders(asked: Asked) -> list[tuple[str, str, bool]]:
    """Every order there is, for the form: on a phone there are no column heads. Value, words, whether it is here."""
    return [
        (f"{sign}{name}", f"{label} {arrow}", (name, sign == "-") == (asked.sort, asked.is_down))
        for name, (label, _column) in SORTS.items()
        for sign, arrow in (("", "↑"), ("-", "↓"))
    ]


# ------------------------------------------------------------------------------------------------ as a file
_HEAD = (
    *("name", "publisher", "kind", "language", "url", "is_fetched", "state", "silent_since", "last_success_utc"),
    *("failures_in_a_row", "usual_per_day", "last_24_hours", "last_7_days", "next_look_utc", "last_error"),
)


class _Line:
    """What csv writes to: gives back each line."""

    def write(self, line: str) -> str:
        return line


def _as_csv(pks: list[int], at: dt.datetime) -> StreamingHttpResponse:
    """Everything that is chosen, in the order of the page; times in UTC, RFC 4180."""
    writer = csv.writer(_Line())
    lines = (writer.writerow(row) for row in (_HEAD, *_csv_rows(pks, at)))
    headers = {"Content-Disposition": f'attachment; filename="feeds-health-{at:%Y-%m-%d}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _csv_rows(pks: list[int], at: dt.datetime) -> Iterator[Iterable[str]]:
    rows = (row for start in range(0, len(pks), _CHUNK) for row in _rows(pks[start : start + _CHUNK], at))
    for row in rows:
        feed, volume = row.feed, row.volume
        usual = volume.usual_per_day if volume else None
        values = (
            *(feed.name, feed.publisher.name, feed.publisher.kind, feed.language, feed.url),
            *("yes" if feed.is_active else "no", feed.last_state, _utc(row.silence.since if row.silence else None)),
            *(_utc(feed.last_success_at), str(feed.consecutive_failures), "" if usual is None else f"{usual:.2f}"),
            *(str(row.today), str(volume.last_week) if volume else "0", _utc(feed.next_check_at), feed.last_error),
        )
        yield [_no_formula(neutral(value)) for value in values]


def _utc(when: dt.datetime | None) -> str:
    return "" if when is None else f"{when.astimezone(dt.UTC):%Y-%m-%d %H:%M}"


def _no_formula(value: str) -> str:
    """No program takes it for a formula (OWASP, CSV Injection)."""
    return f"'{value}" if value.startswith(_FORMULA) else value
