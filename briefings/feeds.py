"""Feeds of issued editions, per situation and language: Atom 1.0 (RFC 4287) and JSON Feed 1.1. And the schema of the JSON.

Public editions only. An entry's id is the edition's own; a correction is an entry of its own, and the corrected version's
entry says that it was corrected. Dates are those of publication, so that a reader that was away misses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from briefings.compose import document_of
from briefings.models import Edition, EditionStatus, Tlp, Trend
from briefings.render import schema as json_schema
from briefings.render.document import Claim, Document
from countries.models import Situation
from sources.display import neutral

#: Newest first; the archive has the rest.
ENTRIES = 30


@require_safe
def atom(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """The newest editions as Atom."""
    situation, editions = _found(code, language)
    with translation.override(language):
        feed = Atom1Feed(
            title=_title(situation),
            link=_absolute("briefings:situation", code),
            description="",
            language=language,
            feed_url=_absolute("briefings:atom", code, language),
            feed_guid=_absolute("briefings:atom", code, language),
            author_name=settings.SITE_NAME,
        )
        for edition in editions:
            document = document_of(edition)
            feed.add_item(
                title=_entry_title(document),
                link=_absolute("briefings:edition", document.id),
                unique_id=_absolute("briefings:edition", document.id),
                unique_id_is_permalink=True,
                description=str(_html(document)),
                pubdate=edition.published_at,
                updateddate=edition.published_at,
                categories=[document.kind, document.trend],
            )
        text = feed.writeString("utf-8")
    return _conditional(request, editions, HttpResponse(text, content_type="application/atom+xml; charset=utf-8"))


@require_safe
def json_feed(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """The newest editions as JSON Feed 1.1."""
    situation, editions = _found(code, language)
    with translation.override(language):
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": _title(situation),
            "home_page_url": _absolute("briefings:situation", code),
            "feed_url": _absolute("briefings:json_feed", code, language),
            "language": language,
            "authors": [{"name": settings.SITE_NAME, "url": f"{settings.SITE_URL}/"}],
            "items": [_item(edition) for edition in editions],
        }
    response = JsonResponse(
        feed, json_dumps_params={"ensure_ascii": False}, content_type="application/feed+json; charset=utf-8"
    )
    return _conditional(request, editions, response)


@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """The JSON Schema of the JSON form of an edition."""
    if name != json_schema.NAME:
        raise Http404
    response = JsonResponse(
        json_schema.schema(_absolute("briefings:schema", name)),
        json_dumps_params={"indent": 1},
        content_type="application/schema+json",
    )
    patch_cache_control(response, public=True, max_age=86_400)
    return response


def _found(code: str, language: str) -> tuple[Situation, list[Edition]]:
    """The situation and its newest issued editions in that language. Raises Http404: a language without any has no feed."""
    situation = get_object_or_404(Situation, code=code)
    issued = Edition.objects.issued().filter(situation=situation, language=language, tlp=Tlp.CLEAR)
    editions = list(issued.select_related("situation").order_by("-published_at", "-id")[:ENTRIES])
    if not editions and language != "en":
        raise Http404
    return situation, editions


def _item(edition: Edition) -> dict[str, Any]:
    document = document_of(edition)
    address = _absolute("briefings:edition", document.id)
    return {
        "id": address,
        "url": address,
        "title": _entry_title(document),
        "content_html": str(_html(document)),
        "summary": neutral(document.bottom_line),
        "date_published": edition.published_at.isoformat() if edition.published_at else None,
        "language": document.language,
        "tags": [document.kind, document.trend],
        "_curator": {"edition": document.id, "status": document.status, "level": document.level},
    }


def _title(situation: Situation) -> str:
    return gettext("%(country)s: daily brief") % {"country": situation.name}


def _entry_title(document: Document) -> str:
    """Country, trend, what became of it: ``Sudan: worsening (SDN-2026-09-14-v2, corrects v1)``."""
    title = f"{document.situation_name}: {Trend(document.trend).label} ({document.id})"
    if document.status == EditionStatus.WITHDRAWN:
        title = gettext("Withdrawn: %(title)s") % {"title": title}
    elif document.status == EditionStatus.CORRECTED:
        title = gettext("Corrected since: %(title)s") % {"title": title}
    elif document.version > 1:
        title = gettext("Correction: %(title)s") % {"title": title}
    return neutral(title)


def _html(document: Document) -> SafeString:
    """What was wrong, the bottom line, what changed: enough to know whether to open it."""
    wrong = [each.text for each in document.corrections]
    if document.status == EditionStatus.WITHDRAWN:
        return format_html("<p>{}</p>", gettext("This edition was withdrawn."))
    return format_html(
        '<div lang="{}" dir="{}">{}<p>{}</p>{}</div>',
        document.language,
        document.direction,
        format_html_join("", "<p>{}</p>", ((neutral(text),) for text in wrong)),
        neutral(document.bottom_line),
        format_html(
            "<ul>{}</ul>",
            format_html_join("", "<li>{}</li>", ((neutral(_line(each)),) for each in document.what_changed)),
        )
        if document.what_changed
        else "",
    )


def _line(claim: Claim) -> str:
    cited = "".join(f"[{number}]" for number in claim.citations)
    return " ".join(part for part in (claim.headline, claim.text, cited) if part)


def _absolute(name: str, *arguments: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=arguments)}"


def _conditional(request: HttpRequest, editions: Sequence[Edition], response: HttpResponse) -> HttpResponse:
    """304 for whoever has it. Anybody may keep it for five minutes: it is the same for all."""
    newest = "|".join([request.path, *(f"{each.pk}:{each.approved_hash}:{each.status}" for each in editions)])
    etag = f'W/"{hashlib.sha256(newest.encode()).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=etag) or response
    answer["ETag"] = etag
    patch_cache_control(answer, public=True, max_age=300)
    return answer
