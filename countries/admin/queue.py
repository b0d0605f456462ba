"""The queue: one situation's suggestions, one item in the reading pane, one key per decision.

Works without JavaScript: every act is a form. ``static/js/queue.js`` only presses the buttons.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from countries.admin.terms import offered
from countries.models import Situation, Tag, TagSuggestion, Term
from countries.tagging import decide
from countries.tagging.reading import paragraphs, segments
from sources.models import Item

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    item: Item
    score: float | None
    verdict: str


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """All situations with what waits in their queues."""
    waiting = dict(
        TagSuggestion.objects.undecided().shown().values_list("situation").annotate(n=Count("item", distinct=True))
    )
    situations = sorted(Situation.objects.all(), key=lambda each: (-waiting.get(each.pk, 0), each.name))
    rows = [(situation, waiting.get(situation.pk, 0)) for situation in situations]
    context = {**admin.site.each_context(request), "title": _("Queues"), "rows": rows}
    return TemplateResponse(request, "admin/countries/queues.html", context)


@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The queue of one situation beside the item being read."""
    situation = get_object_or_404(Situation, code=code)
    state = request.GET.get("state", "waiting")
    rows = _waiting(situation) if state == "waiting" else _decided(situation, state)
    wanted = request.GET.get("item", "")
    chosen = next((row for row in rows if str(row.item.pk) == wanted), None)
    if chosen is None and wanted.isascii() and wanted.isdigit():
        chosen = _row_of(situation, int(wanted[:18]))
    if chosen is None and rows:
        chosen = rows[0]
    context = {
        **admin.site.each_context(request),
        "title": _("Queue: %(situation)s") % {"situation": situation.name},
        "situation": situation,
        "situations": Situation.objects.by_name(),
        "state": state,
        "rows": rows,
        "chosen": chosen,
        "may_decide": request.user.has_perm("countries.add_tag"),
        **(_reading(situation, chosen) if chosen else {}),
    }
    return TemplateResponse(request, "admin/countries/queue.html", context)


@require_POST
def decide_one(request: HttpRequest, code: str, item_id: int) -> HttpResponse:
    """Records one decision and goes on to the next item."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm("countries.add_tag"):
        raise PermissionDenied
    situation = get_object_or_404(Situation, code=code)
    item = get_object_or_404(Item, pk=item_id)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        return HttpResponseBadRequest(_("No such decision."))
    problem = act(request, item, situation, user)
    if problem:
        messages.error(request, problem)
        following = str(item.pk)
    else:
        following = request.POST.get("next", "")
    query = f"?state={request.POST.get('state', 'waiting')}&item={following}"
    return HttpResponseRedirect(reverse("admin:countries_queue", args=[code]) + query)


def _accept(request: HttpRequest, item: Item, situation: Situation, user: User) -> str:
    decide.accept(item, situation=situation, by=user, at=timezone.now())
    return ""


def _accept_story(request: HttpRequest, item: Item, situation: Situation, user: User) -> str:
    """The whole story at once: every item of it that waits in this queue."""
    items = [item]
    if item.story_id is not None:
        waiting = TagSuggestion.objects.undecided().shown().filter(situation=situation, item__story=item.story_id)
        items += [suggestion.item for suggestion in waiting.exclude(item=item).select_related("item")]
    for each in items:
        decide.accept(each, situation=situation, by=user, at=timezone.now())
    return ""


def _reject(request: HttpRequest, item: Item, situation: Situation, user: User) -> str:
    decide.reject(item, situation=situation, by=user, at=timezone.now(), reason=request.POST.get("reason", "")[:300])
    return ""


def _withdraw(request: HttpRequest, item: Item, situation: Situation, user: User) -> str:
    try:
        decide.withdraw(item, situation=situation, by=user, at=timezone.now())
    except decide.NothingToWithdraw:
        return _("There is no decision to take back.")
    return ""


def _add_situation(request: HttpRequest, item: Item, situation: Situation, user: User) -> str:
    code = request.POST.get("other", "").strip().upper().split(" ")[0]
    other = Situation.objects.filter(code=code).first()
    if other is None:
        return _("No situation has the code “%(code)s”.") % {"code": code}
    decide.add(item, situation=other, by=user, at=timezone.now())
    messages.success(request, _("Added to %(situation)s.") % {"situation": other.name})
    return ""


def _tag_term(request: HttpRequest, item: Item, situation: Situation, user: User) -> str:
    code = request.POST.get("term", "").strip().split(" ")[0]
    term = Term.objects.filter(scheme__code="un-framework", scheme__is_current=True, code=code).first()
    if term is None:
        return _("The framework has no indicator “%(code)s”.") % {"code": code}
    decide.tag_term(item, situation=situation, term=term, by=user, at=timezone.now())
    return ""


_ACTS: dict[str, Callable[[HttpRequest, Item, Situation, User], str]] = {
    "accept": _accept,
    "accept-story": _accept_story,
    "reject": _reject,
    "withdraw": _withdraw,
    "add": _add_situation,
    "term": _tag_term,
}


def _waiting(situation: Situation) -> list[Row]:
    suggestions = (
        TagSuggestion.objects.undecided()
        .shown()
        .filter(situation=situation)
        .select_related("item__feed__publisher", "item__story")
        .order_by("-item__reported_at", "-item_id")[:_SHOWN]
    )
    return [Row(each.item, each.score, "") for each in suggestions]


def _decided(situation: Situation, state: str) -> list[Row]:
    verdicts = ["rejected"] if state == "rejected" else ["accepted", "added"]
    tags = (
        Tag.objects.current()
        .situations()
        .filter(situation=situation, verdict__in=verdicts)
        .select_related("item__feed__publisher", "item__story")
        .order_by("-decided_at", "-id")[:_SHOWN]
    )
    return [Row(tag.item, None, tag.verdict) for tag in tags]


def _row_of(situation: Situation, item_id: int) -> Row | None:
    item = Item.objects.select_related("feed__publisher", "story").filter(pk=item_id).first()
    if item is None:
        return None
    tag = Tag.objects.current().situations().filter(item=item, situation=situation).first()
    return Row(item, None, tag.verdict if tag else "")


def _reading(situation: Situation, row: Row) -> dict[str, object]:
    """What the reading pane and the tag pane show."""
    item = Item.objects.with_text().select_related("story").get(pk=row.item.pk)
    revision = item.current
    suggestions = list(TagSuggestion.objects.current().filter(item=item).select_related("situation").order_by("-score"))
    own = next((each for each in suggestions if each.situation_id == situation.pk), None)
    spans = [(each["start"], each["end"]) for each in (own.evidence if own else [])]
    title = revision.title if revision else item.title
    text = revision.reading_text if revision else ""
    siblings: list[Item] = []
    if item.story_id is not None:
        siblings = list(
            Item.objects.filter(story=item.story_id)
            .exclude(pk=item.pk)
            .select_related("feed__publisher")
            .order_by("reported_at", "id")[:12]
        )
    return {
        "item": item,
        "revision": revision,
        "reading_title": segments(title, spans),
        "reading": list(paragraphs(text, spans, offset=len(title) + 1)),
        "has_full_text": revision is not None and hasattr(revision, "full_text"),
        "own": own,
        "suggestions": suggestions,
        "tags": Tag.objects.standing().filter(item=item).select_related("situation", "term", "decided_by"),
        "siblings": siblings,
        **offered(item, situation),
    }
