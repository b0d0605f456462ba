"""The public pages. Only issued editions are public; staff who may see editions also read drafts and their sources.

Each view finds its rows, makes values of them (``reading``, ``compose``) and renders one template.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import get_script_prefix
from django.utils import formats, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from briefings import calendar, reading, record, scales, shelf, since
from briefings.compose import document_of
from briefings.limits import LIMITS, PAGE_ONE, WHOLE
from briefings.models import Artefact, Edition, EditionStatus, Section
from briefings.querysets import EditionQuerySet
from briefings.render.document import DayCount
from countries.clock import edition_now, newest_edition_date
from countries.models import Phase, Situation
from monitoring import counts
from sources.models import EvidenceLabel

_PER_PAGE = 60


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The latest edition of each situation."""
    at = edition_now()
    rows = reading.front_rows(at, language=translation.get_language() or "en")
    return render(request, "briefings/front.html", {"today": at.date(), "rows": rows})


@require_safe
def situation(request: HttpRequest, code: str) -> HttpResponse:
    """One situation: its latest edition, recent ones, 28 days of reports, the phases the desk set."""
    found = get_object_or_404(Situation, code=code)
    at = edition_now()
    editions = list(_issued_of(found)[:10])
    latest = (
        Edition.objects.standing()
        .in_source_language()
        .filter(situation=found)
        .select_related("situation")
        .newest_first()
        .first()
    )
    today = newest_edition_date(at, time_zone=found.time_zone, cut_off=found.cut_off)
    context = {
        "situation": found,
        "document": document_of(latest) if latest else None,
        "notice": "" if latest is None or latest.date >= today else _no_edition_today(latest),
        "editions": reading.archive_entries(editions),
        "days": [
            DayCount(day.date, day.value, day.feeds_active, day.feeds_expected, day.is_complete)
            for day in counts.strip(found, until=today)
        ],
        "phases": list(Phase.objects.filter(situation=found).order_by("since")),
    }
    return render(request, "briefings/situation.html", context)


@require_safe
def archive(request: HttpRequest, code: str) -> HttpResponse:
    """Every issued edition of a situation: months as a calendar, and a list, newest first."""
    found = get_object_or_404(Situation, code=code)
    page = Paginator(_issued_of(found), _PER_PAGE).get_page(request.GET.get("page"))
    today = newest_edition_date(edition_now(), time_zone=found.time_zone, cut_off=found.cut_off)
    context = {
        "situation": found,
        "editions": reading.archive_entries(list(page)),
        "page": page,
        "months": calendar.months(reading.issues(found), until=today) if page.number == 1 else (),
    }
    return render(request, "briefings/archive.html", context)


@require_safe
def edition(request: HttpRequest, edition_id: str) -> HttpResponse:
    """One edition; with ``?since=`` marked by what it says that an earlier one did not. Rendered once for all readers."""
    asked = request.GET.get("since", "")
    is_reader = _is_reader(request)
    place = f"{translation.get_language()} {get_script_prefix()}"
    address = f"{place} {request.path_info}?since={asked}"
    kept = shelf.find(address) if is_reader else None
    if kept is None:
        generation = shelf.generation()
        found = _readable(request, edition_id)
        earlier = reading.earlier(found, asked) if asked else None
        files = reading.files_of(found)
        notice = _notice(found)
        tongues = reading.languages_of(found)

        def page() -> bytes:
            return _edition_page(request, found, earlier, asked, files, notice, tongues)

        if not found.is_frozen or not is_reader:
            response = HttpResponse(page())
            patch_cache_control(response, private=True, no_store=True)
            return response
        words = [_mark(found), notice, reading.newer_source(found), *(tongue.id for tongue in tongues)]
        words += [*(file.sha256 for file in files), asked, _mark(earlier) if earlier else ""]
        kept = shelf.keep(address, _hash(*words, place, _look()), page, since=generation)
    etag = f'W/"{kept.mark}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(kept.body)
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=60)
    return response


def _edition_page(
    request: HttpRequest,
    found: Edition,
    earlier: Edition | None,
    asked: str,
    files: list[reading.File],
    notice: str,
    tongues: list[reading.Tongue],
) -> bytes:
    document = document_of(found)
    comparison = since.compare(document_of(earlier), document) if earlier else None
    context = {
        "document": since.marked(comparison) if comparison else document,
        "comparison": comparison,
        "asked_since": asked if asked and comparison is None else "",
        "before": reading.day_before(found),
        "artefacts": files,
        "notice": notice,
        "tongues": tongues,
        "source_newer": reading.newer_source(found),
        "mistake": record.mistake_of(found),
        "newer": reading.newer_version(found) if found.status == EditionStatus.CORRECTED else "",
    }
    return render(request, "briefings/edition.html", context).content


@require_safe
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """Two issued editions of a situation, ``?then=`` and ``?now=`` by their ids, side by side in words."""
    situation = get_object_or_404(Situation, code=code)
    editions = list(_issued_of(situation)[:_PER_PAGE])
    ids = [request.GET.get(name, "") for name in ("then", "now")]
    found = [
        Edition.objects.issued().with_public_id(each).filter(situation=situation).first() if each else None
        for each in ids
    ]
    missing = [each for each, edition in zip(ids, found, strict=True) if each and edition is None]
    comparison = None
    if found[0] is not None and found[1] is not None:
        comparison = since.compare(document_of(found[0]), document_of(found[1]))
    context = {
        "situation": situation,
        "editions": reading.archive_entries(editions),
        "then": ids[0],
        "now": ids[1],
        "missing": missing,
        "comparison": comparison,
    }
    return render(request, "briefings/compare.html", context, status=404 if missing else 200)


@require_safe
def passage(request: HttpRequest, edition_id: str, number: int) -> HttpResponse:
    """One source of an edition: the quoted passages in their near context; the whole text where its terms allow."""
    found = _readable(request, edition_id)
    document = document_of(found)
    try:
        entry = document.source(number)
    except KeyError as error:
        raise Http404 from error
    context = {
        "document": document,
        "source": entry,
        "entry": entry,
        "passages": document.passages_of(number),
        "full_text": reading.full_text(document, entry),
    }
    response = render(request, "briefings/passage.html", context)
    _cache(request, found, response)
    return response


@require_safe
def artefact(request: HttpRequest, edition_id: str, name: str) -> HttpResponseBase:
    """One file of an edition. Its bytes never change, so whoever has it need not ask again."""
    found = get_object_or_404(Artefact, name=name, edition__in=Edition.objects.issued().with_public_id(edition_id))
    etag = f'"{found.sha256}"'
    response: HttpResponseBase = get_conditional_response(request, etag=etag) or _file(found)
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """How we work: the level scale, the evidence labels, the likelihood words, the limits."""
    language = translation.get_language() or "en"
    context = {
        "likelihood": scales.LIKELIHOOD.get(language.split("-")[0], scales.LIKELIHOOD["en"]),
        "labels": EvidenceLabel.choices,
        "sections": Section.choices,
        "limits": LIMITS,
        "page_one": PAGE_ONE,
        "whole": WHOLE,
    }
    return render(request, "briefings/method.html", context)


# ------------------------------------------------------------------------------------------------ which rows


def _issued_of(found: Situation) -> EditionQuerySet:
    return (
        Edition.objects.issued()
        .in_source_language()
        .filter(situation=found)
        .select_related("situation")
        .defer("document")
        .newest_first()
    )


def _readable(request: HttpRequest, edition_id: str) -> Edition:
    """The edition, where this reader may see it; else 404, which does not tell whether it exists."""
    found = Edition.objects.with_public_id(edition_id).first()
    if found is None or not (found.is_frozen or _may_see_drafts(request)):
        raise Http404
    return found


def _is_reader(request: HttpRequest) -> bool:
    """Whether nobody is signed in. Without a session's cookie none is looked up: the answer does not vary on cookies."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated


def _may_see_drafts(request: HttpRequest) -> bool:
    return request.user.is_staff and request.user.has_perm("briefings.view_edition")


def _notice(found: Edition) -> str:
    if not found.is_frozen:
        return gettext("This edition has not been published: only the desk can see it.")
    situation = found.situation
    today = newest_edition_date(edition_now(), time_zone=situation.time_zone, cut_off=situation.cut_off)
    newest = (
        Edition.objects.standing()
        .in_source_language()
        .filter(situation=situation)
        .newest_first()
        .only("pk", "date")
        .first()
    )
    if newest is not None and newest.pk in {found.pk, found.translation_of_id} and found.date < today:
        return _no_edition_today(found)
    return ""


def _no_edition_today(latest: Edition) -> str:
    signed = formats.date_format(latest.published_at, "j F Y") if latest.published_at else ""
    return gettext("No edition issued today; last signed on %(date)s.") % {"date": signed}


# ------------------------------------------------------------------------------------------------ caching


def _mark(found: Edition) -> str:
    """What an issued edition's words and standing depend on."""
    return f"{found.pk}:{found.approved_hash}:{found.published_at}:{found.status}"


def _hash(*words: str) -> str:
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:32]


def _cache(request: HttpRequest, found: Edition, response: HttpResponse) -> None:
    if found.is_frozen and _is_reader(request):
        patch_cache_control(response, public=True, max_age=60)
    else:
        patch_cache_control(response, private=True, no_store=True)


@lru_cache(maxsize=1)
def _look() -> str:
    """A mark of the templates and sheets as this process found them: a new release makes new pages."""
    folders = [Path(settings.BASE_DIR) / "templates", Path(settings.BASE_DIR) / "static"]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".html", ".css", ".js"})
    states = "".join(f"{path}{path.stat().st_mtime_ns}" for path in files)
    return hashlib.sha256(states.encode()).hexdigest()[:16]


def _file(found: Artefact) -> FileResponse:
    return FileResponse(
        default_storage.open(found.path),
        as_attachment=False,
        filename=found.name,
        content_type=found.media_type,
    )
