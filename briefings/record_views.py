"""The public record: what we got wrong, how our judgements moved, how often our words came true. Public editions only."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from briefings import record
from briefings.models import Edition
from countries.models import Situation

_PER_PAGE = 60


@require_safe
def corrections(request: HttpRequest, code: str = "") -> HttpResponse:
    """What was wrong, since when, in which edition; of all situations or of one."""
    situation = get_object_or_404(Situation, code=code) if code else None
    page = Paginator(record.mistakes(situation), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "briefings/corrections.html", {"situation": situation, "page": page})


@require_safe
def judgements(request: HttpRequest, code: str) -> HttpResponse:
    """How trend, level and likelihood of a situation moved, when and why."""
    situation = get_object_or_404(Situation, code=code)
    issued = Edition.objects.issued().filter(situation=situation).select_related("situation").newest_first()
    page = Paginator(issued, _PER_PAGE).get_page(request.GET.get("page"))
    context = {"situation": situation, "page": page, "log": record.judgement_log(list(page))}
    return render(request, "briefings/judgements.html", context)


@require_safe
def words(request: HttpRequest, code: str = "") -> HttpResponse:
    """How often our words of likelihood came true."""
    situation = get_object_or_404(Situation, code=code) if code else None
    language = translation.get_language() or "en"
    context = {
        "situation": situation,
        "words": record.words(language, situation),
        "printed": record.printed(language, situation),
    }
    return render(request, "briefings/words.html", context)


@require_safe
def standing(request: HttpRequest, edition_id: str) -> HttpResponse:
    """Whether an issued edition still stands, as JSON: its own JSON is kept as it was published and cannot say so."""
    edition = Edition.objects.issued().with_public_id(edition_id).first()
    if edition is None:
        raise Http404
    mistake = record.mistake_of(edition)
    data = {
        "id": edition.public_id,
        "status": edition.status,
        "content_sha256": edition.approved_hash,
        "what_was_wrong": mistake.text if mistake else "",
        "since": mistake.mended_at if mistake else None,
        "replaced_by": mistake.replaced_by if mistake else "",
    }
    response = JsonResponse(data)
    patch_cache_control(response, public=True, max_age=60)
    return response
