"""Lists of feeds in and out: what another reader exported becomes feeds here, and ours become a list.

A list says where feeds are and nothing of their terms, so a new feed is off until a probe has found items in it, and
starts with the default reuse policy. What stands already is never changed. Reads no file and no network.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.text import slugify

from sources import catalogue, opml
from sources.adapters import css, reliefweb
from sources.ingest import urls
from sources.ingest.text import clean_line
from sources.models import Feed, FeedFormat, FeedMove, Publisher, PublisherKind, StarterPack
from sources.opml import Outline

_MAX_NAME = 200
_MAX_URL = 1_000
_MAX_LANGUAGE = 35
#: One language tag, or several as the catalogue writes them ("en;fa;ps").
_LANGUAGES = re.compile(r"[A-Za-z]{2,8}(?:[-;][A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Refused:
    """A line of the list that became no feed, and why, in plain words."""

    outline: Outline
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a list's lines, each in exactly one of the three."""

    new: list[Outline] = field(default_factory=list)
    known: list[Outline] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def take(outlines: Iterable[Outline]) -> Taken:
    """The list's feeds stand, new ones switched off and waiting for a probe. Again with the same list: nothing changes."""
    taken = Taken()
    with transaction.atomic():
        feeds = Feed.objects.values_list("url", "starter_pack")
        known = {urls.canonical(url) for url, _ in feeds}
        # An old list must not bring a feed back under the address it moved from.
        known |= {urls.canonical(url) for url in FeedMove.objects.values_list("old_url", flat=True)}
        forbidden = {_host(url) for url, pack in feeds if pack == StarterPack.NEVER}
        for outline in outlines:
            url = urls.followable(outline.url)
            if reason := _reason_against(outline, url, forbidden):
                taken.refused.append(Refused(outline, reason))
            elif urls.canonical(url) in known:
                taken.known.append(outline)
            else:
                _make(outline, url)
                known.add(urls.canonical(url))
                taken.new.append(outline)
    return taken


def as_opml(*, only_active: bool, at: dt.datetime) -> bytes:
    """Our feeds as an OPML document, by publisher and name. Those whose publisher forbids collection stay out: the list
    is meant to be fetched by whoever gets it."""
    feeds = Feed.objects.fetched().exclude(starter_pack=StarterPack.NEVER).select_related("publisher")
    if only_active:
        feeds = feeds.filter(is_active=True)
    rows = [_outline(feed) for feed in feeds.order_by("publisher__name", "name", "pk")]
    return opml.write(rows, title="Curator", at=at)


def _outline(feed: Feed) -> Outline:
    return Outline(
        url=reliefweb.without_appname(feed.url) if feed.format == FeedFormat.RELIEFWEB else feed.url,
        title=feed.name,
        page=feed.url if feed.format == FeedFormat.HTML_LIST else "",
        language=feed.language,
        category=feed.publisher.kind,
        publisher=feed.publisher.name,
        format="" if feed.format == FeedFormat.AUTO else feed.format,
        selector=feed.selector,
    )


# ------------------------------------------------------------------------------------------------ in
def _reason_against(outline: Outline, url: str, forbidden: set[str]) -> str:
    """Why this line becomes no feed; "" where it may."""
    if not outline.url:
        return "it has no address (xmlUrl)"
    if not url:
        return "its address is no http or https address that can be fetched"
    if len(url) > _MAX_URL:
        return f"its address is longer than {_MAX_URL} characters"
    if _host(url) in forbidden:
        return "its publisher forbids automated collection"
    if outline.format and (outline.format not in FeedFormat.values or not FeedFormat(outline.format).is_fetched):
        return f"its format “{outline.format[:40]}” is not known here"
    if outline.format == FeedFormat.HTML_LIST:
        try:
            css.compiled(outline.selector)
        except css.BadSelector as error:
            return f"its selector cannot be used: {error}"
    return ""


def _make(outline: Outline, url: str) -> Feed:
    name = clean_line(outline.title, _MAX_NAME) or _host(url)
    format = FeedFormat.RELIEFWEB if reliefweb.is_api(url) else FeedFormat(outline.format or FeedFormat.AUTO)
    return Feed.objects.create(
        publisher=_publisher(outline, name),
        name=name,
        url=url,
        format=format,
        selector=outline.selector if format == FeedFormat.HTML_LIST else "",
        language=_language(outline.language),
        starter_pack=StarterPack.AFTER_PROBE,
        is_active=False,
    )


def _language(written: str) -> str:
    return written if len(written) <= _MAX_LANGUAGE and _LANGUAGES.fullmatch(written) else ""


def _publisher(outline: Outline, feed_name: str) -> Publisher:
    """The publisher of that name, new where there is none. Of one that stands nothing is changed."""
    name = clean_line(outline.publisher, _MAX_NAME) or catalogue.speaker(feed_name) or feed_name
    slug = slugify(name)[:100] or f"publisher-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    standing = Publisher.objects.filter(name=name).first() or Publisher.objects.filter(slug=slug).first()
    return standing or Publisher.objects.create(name=name, slug=slug, kind=_kind(outline))


def _kind(outline: Outline) -> PublisherKind:
    """The first of the categories, then of the folders from the innermost, that names a kind of publisher."""
    categories = [part.strip("/ ").rpartition("/")[2] for part in outline.category.split(",")]
    for word in (*categories, *reversed(outline.folders)):
        folded = word.strip().casefold()
        for kind in PublisherKind:
            if folded in {kind.value, kind.value.replace("_", " "), str(kind.label).casefold()}:
                return kind
    return PublisherKind.OTHER


def _host(url: str) -> str:
    return urls.host_of(url).removeprefix("www.")
