"""The translator's page: each text of the source beside its translation, in reading order, everything by keyboard.

Only texts are on it. Mixed into ``EditionAdmin``; ``translate`` writes, ``workflow`` judges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from briefings import compose, phrases, translate, workflow
from briefings.admin import acts, page
from briefings.admin.fields import Prose
from briefings.models import Edition
from briefings.translate import Pair
from countries.clock import edition_now

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIELD_NAMES: dict[str, StrOrPromise] = {
    "name": _("actor"),
    "role": _("role"),
    "headline": _("headline"),
    "text": _("text"),
    "risk": _("risk of harm"),
}
_PAGE = "admin:briefings_edition_translate"
_CHANGE = "admin:briefings_edition_change"


@dataclass(frozen=True, slots=True)
class Line:
    """One text of the source and the field for its translation."""

    pair: Pair
    place: str  # named where a new section begins
    name: StrOrPromise
    field: BoundField


class TranslationForm(forms.Form):
    """A field for each text of the source; what was written stands in it."""

    def __init__(self, *args: Any, pairs: tuple[Pair, ...], language: str, direction: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairs = pairs
        for pair in pairs:
            field = Prose(required=False, initial=pair.text, max_length=pair.most)
            rows = max(2, len(pair.source) // 60 + pair.source.count("\n") + 1)
            field.widget.attrs = {"rows": rows, "class": "desk-prose", "lang": language, "dir": direction}
            self.fields[pair.key] = field

    def lines(self) -> list[Line]:
        """In reading order, each section named once."""
        named = ""
        lines = []
        for pair in self.pairs:
            place = str(phrases.place_name(pair.place))
            field = self[pair.key]
            name = FIELD_NAMES.get(pair.field, place)
            field.field.widget.attrs["aria-label"] = f"{place}: {name}"
            lines.append(Line(pair, place if place != named else "", name, field))
            named = place
        return lines


def page_url(edition: Edition) -> str:
    return reverse(_PAGE, args=[edition.pk])


def translate_view(request: HttpRequest, site_context: dict[str, Any], pk: int) -> HttpResponse:
    """Shows and saves a translation; sends it for review."""
    edition = get_object_or_404(Edition.objects.select_related("situation", "translation_of__situation"), pk=pk)
    user = request.user
    if edition.translation_of is None or not isinstance(user, User) or not user.has_perm(acts.CHANGE):
        raise PermissionDenied
    if edition.is_frozen:
        return HttpResponseRedirect(reverse(_CHANGE, args=[pk]))
    document = compose.compose(edition)
    form = TranslationForm(
        request.POST or None,
        pairs=translate.pairs(edition),
        language=edition.language,
        direction=document.direction,
    )
    if request.method == "POST" and form.is_valid():
        return _save(request, edition, form.cleaned_data, user)
    context = {
        **site_context,
        "title": edition.public_id,
        "original": edition,
        "source": edition.translation_of,
        "lines": form.lines(),
        "found": page.found(workflow.findings(edition)),
        "opts": Edition._meta,
    }
    return TemplateResponse(request, "admin/briefings/edition/translate.html", context)


def _save(request: HttpRequest, edition: Edition, texts: dict[str, str], by: User) -> HttpResponse:
    """One act of writing, and where it was asked for, of submitting."""
    try:
        translate.write(edition, texts, by=by, at=edition_now())
        if "_submit" in request.POST:
            workflow.submit(edition, by=by, at=edition_now())
            messages.success(request, _("Sent for review. Somebody who wrote nothing in it approves it."))
            return HttpResponseRedirect(reverse(_CHANGE, args=[edition.pk]))
    except acts.REFUSALS as error:
        messages.warning(request, str(acts.problem(error)))
    else:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(page_url(edition))
