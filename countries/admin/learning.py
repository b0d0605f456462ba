"""The learning page: how each suggester has stood up to people's decisions, and from which score it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from countries import learning
from countries.learning import Cut, Standing
from countries.models import Situation, Suggester, Threshold
from countries.querysets import LEAST_OF_TERMS


@dataclass(frozen=True, slots=True)
class Row:
    """One line: whose numbers these are, and the numbers."""

    label: str
    standing: Standing


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """All suggesters, and one of them by version, language and situation with its thresholds."""
    if not request.user.has_perm("countries.view_tag"):
        raise PermissionDenied
    chosen = request.GET.get("suggester", "")
    suggester = Suggester(chosen) if chosen in Suggester.values else Suggester.SITUATION
    names = dict(Situation.objects.values_list("code", "name"))
    context = {
        **admin.site.each_context(request),
        "title": _("Learning"),
        "suggester": suggester,
        "overview": _overview(),
        "cuts": [
            (_("Version"), _cut(suggester, "version", {"": _("no version had read the text")})),
            (_("Language"), _cut(suggester, "language", {"": _("unknown")})),
            (_("Situation"), _cut(suggester, "situation", names)),
        ],
        "together": _together(suggester, names),
        "steps": learning.steps(suggester),
        "thresholds": Threshold.objects.current()
        .filter(suggester=suggester)
        .select_related("situation", "set_by")
        .order_by("language", "situation__name"),
        "delivered": 0.0 if suggester is Suggester.SITUATION else LEAST_OF_TERMS,
        "situations": Situation.objects.by_name(),
        "may_set": request.user.has_perm("countries.add_threshold"),
    }
    return TemplateResponse(request, "admin/countries/learning.html", context)


@require_POST
def set_threshold(request: HttpRequest) -> HttpResponse:
    """Sets one threshold and comes back to its suggester."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm("countries.add_threshold"):
        raise PermissionDenied
    asked = request.POST
    suggester = asked.get("suggester", "")
    code = asked.get("situation", "")
    situation = Situation.objects.filter(code=code).first()
    try:
        if suggester not in Suggester.values or (code and situation is None):
            raise learning.NotAThreshold
        threshold = learning.set_threshold(
            Suggester(suggester),
            least=float(asked.get("least", "").replace(",", ".")),
            language=asked.get("language", "").strip().lower()[:35],
            situation=situation,
            by=user,
            at=timezone.now(),
            reason=asked.get("reason", "").strip()[:300],
        )
    except ValueError:
        messages.error(request, _("A threshold is a number from 0 to 1."))
    else:
        messages.success(request, _("Shown from %(least).2f now.") % {"least": threshold.least})
    return HttpResponseRedirect(f"{reverse('admin:countries_learning')}?suggester={suggester}")


def _overview() -> list[tuple[Suggester, Standing]]:
    found = learning.standings(by=[])
    return [(each, found.get(Cut(each.value), Standing())) for each in Suggester]


def _cut(suggester: Suggester, name: str, labels: dict[str, str]) -> list[Row]:
    found = learning.standings(by=[name], suggester=suggester)
    rows = [Row(labels.get(value := getattr(cut, name), value), standing) for cut, standing in found.items()]
    return sorted(rows, key=lambda row: (-row.standing.judged - row.standing.added, row.label))


def _together(suggester: Suggester, names: dict[str, str]) -> list[Row]:
    """Version, language and situation at once."""
    found = learning.standings(by=["version", "language", "situation"], suggester=suggester)
    rows = [
        Row(f"{names.get(cut.situation, cut.situation)} · {cut.language or '–'} · {cut.version or '–'}", standing)
        for cut, standing in found.items()
    ]
    return sorted(rows, key=lambda row: row.label)
