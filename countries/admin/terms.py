"""Terms and figures in the queue: what the machine reads in the text, each with its sentence; a key for each decision.

Works without JavaScript: every act is a form that comes back to the item. ``static/js/queue.js`` sends the same forms in
the background, so that nobody waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.read_only import ReadOnly
from countries.models import Situation, Suggester, Tag, Term, TermSuggestion
from countries.tagging import decide
from sources.models import Item

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_SHOWN = 6  # of one kind; what the machine is less sure of can be added by hand
_ORDER = [
    Suggester.INDICATOR,
    Suggester.EVENT,
    Suggester.HARM,
    Suggester.PERPETRATOR,
    Suggester.TARGET,
    Suggester.FRAME,
]
_ASSERTIONS = {"hypothetical": _lazy("feared or planned"), "past": _lazy("recalled")}
_TRIGGERS = "8."  # risk factor 8 of the Framework: what can set it off comes first
_WITH_FIGURE = {Suggester.HARM.value}
_WITH_WORDS = {Suggester.HARM.value, Suggester.TARGET.value}


class Unusable(Exception):
    """What was typed names no term or is no figure; the message is for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One suggestion as the queue shows it: what it says, the sentence it rests on, and what else says so."""

    suggestion: TermSuggestion
    label: str
    quote: str
    assertion: StrOrPromise
    more: int
    has_figure: bool
    has_words: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """The suggestions of one vocabulary, surest first."""

    scheme: str
    label: str
    offers: tuple[Offer, ...]


def offered(item: Item, situation: Situation) -> dict[str, object]:
    """What the pane of terms shows: kinds with suggestions that nobody has decided on, and terms to choose from."""
    waiting = (
        TermSuggestion.objects.newest()
        .filter(item=item)
        .undecided(situation)
        .shown(situation)
        .select_related("term__scheme")
        .order_by("-score", "term__position", "id")
    )
    by_scheme: dict[str, list[Offer]] = {}
    for suggestion in sorted(waiting, key=lambda each: not each.term.code.startswith(_TRIGGERS)):
        by_scheme.setdefault(suggestion.term.scheme.code, []).append(_offer(suggestion))
    kinds = [
        Kind(kind.value, str(kind.label), tuple(by_scheme[kind.value][:_SHOWN]))
        for kind in _ORDER
        if kind.value in by_scheme
    ]
    return {"kinds": kinds, "vocabularies": _vocabularies()}


def _offer(suggestion: TermSuggestion) -> Offer:
    scheme = suggestion.term.scheme.code
    first = suggestion.evidence[0] if suggestion.evidence else {"exact": "", "assertion": ""}
    name = f"{suggestion.term.code} " if scheme == Suggester.INDICATOR else ""
    return Offer(
        suggestion=suggestion,
        label=f"{name}{suggestion.term.label}",
        quote=first["exact"],
        assertion=_ASSERTIONS.get(first["assertion"], ""),
        more=len(suggestion.evidence) - 1,
        has_figure=scheme in _WITH_FIGURE,
        has_words=scheme in _WITH_WORDS,
    )


def _vocabularies() -> list[tuple[Suggester, list[Term]]]:
    """The terms that can be chosen by hand, by kind: leaves only, none that is a note to ourselves."""
    terms = (
        Term.objects.filter(scheme__code__in=_ORDER, scheme__is_current=True, children=None)
        .exclude(label__startswith="[")
        .select_related("scheme")
        .order_by("position")
    )
    by_scheme: dict[str, list[Term]] = {}
    for term in terms:
        by_scheme.setdefault(term.scheme.code, []).append(term)
    return [(kind, by_scheme.get(kind.value, [])) for kind in _ORDER]


@require_POST
def decide_one(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Records one decision on one suggestion."""
    user = _curator(request)
    situation = get_object_or_404(Situation, code=code)
    suggestion = get_object_or_404(TermSuggestion.objects.select_related("item", "term__scheme"), pk=pk)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        return _answer(request, situation, suggestion.item, problem=_("No such decision."))
    try:
        tag = act(request, suggestion, situation, user)
    except (Unusable, decide.BoundsOutOfOrder) as error:
        return _answer(request, situation, suggestion.item, problem=_problem(error))
    return _answer(request, situation, suggestion.item, verdict=tag.get_verdict_display())


@require_POST
def add(request: HttpRequest, code: str, item_id: int) -> HttpResponse:
    """Adds what the machine did not suggest: a term, a group as the source names it, or a figure."""
    user = _curator(request)
    situation = get_object_or_404(Situation, code=code)
    item = get_object_or_404(Item, pk=item_id)
    term = Term.objects.filter(scheme__code__in=_ORDER, pk=_number(request.POST.get("term", "")) or 0).first()
    try:
        if term is None:
            raise Unusable(_("Choose a term."))
        words, figure = _detail(request, term)
        decide.tag_term(item, situation=situation, term=term, words=words, figure=figure, by=user, at=timezone.now())
    except (Unusable, decide.BoundsOutOfOrder) as error:
        return _answer(request, situation, item, problem=_problem(error))
    return _answer(request, situation, item, verdict=_("added"))


@require_POST
def withdraw(request: HttpRequest, code: str, item_id: int, pk: int) -> HttpResponse:
    """Takes back a decision on a term: it waits again."""
    user = _curator(request)
    situation = get_object_or_404(Situation, code=code)
    item = get_object_or_404(Item, pk=item_id)
    tag = get_object_or_404(Tag.objects.current(), pk=pk, item=item, situation=situation, term__isnull=False)
    figure = decide.Figure(tag.low, tag.best, tag.high)
    try:
        decide.withdraw(
            item, situation=situation, term=tag.term, words=tag.words, figure=figure, by=user, at=timezone.now()
        )
    except decide.NothingToWithdraw:
        return _answer(request, situation, item, problem=_("There is no decision to take back."))
    return _answer(request, situation, item, verdict=_("taken back"))


def _accept(request: HttpRequest, suggestion: TermSuggestion, situation: Situation, user: User) -> Tag:
    return decide.accept_term(suggestion, situation=situation, by=user, at=timezone.now())


def _reject(request: HttpRequest, suggestion: TermSuggestion, situation: Situation, user: User) -> Tag:
    return decide.reject_term(suggestion, situation=situation, by=user, at=timezone.now())


def _correct(request: HttpRequest, suggestion: TermSuggestion, situation: Situation, user: User) -> Tag:
    scheme = suggestion.term.scheme
    code = request.POST.get("term", "").strip().split(" ")[0]
    term = scheme.terms.filter(code=code).first()
    if term is None:
        raise Unusable(_("“%(code)s” is no term of this kind.") % {"code": code})
    words, figure = _detail(request, term)
    return decide.correct_term(
        suggestion, situation=situation, term=term, words=words, figure=figure, by=user, at=timezone.now()
    )


_ACTS: dict[str, Callable[[HttpRequest, TermSuggestion, Situation, User], Tag]] = {
    "accept": _accept,
    "reject": _reject,
    "correct": _correct,
}


def _detail(request: HttpRequest, term: Term) -> tuple[str, decide.Figure]:
    """The words and the figure that were typed, where terms of that kind have them. Raises Unusable."""
    scheme = term.scheme.code
    words = request.POST.get("words", "").strip()[:200] if scheme in _WITH_WORDS else ""
    if scheme == Suggester.TARGET and not words:
        raise Unusable(_("Name the group as the source names it."))
    if scheme not in _WITH_FIGURE:
        return words, decide.NO_FIGURE
    figure = decide.Figure(*(_number(request.POST.get(name, "")) for name in ("low", "best", "high")))
    if figure == decide.NO_FIGURE:
        raise Unusable(_("A figure needs a number."))
    return words, figure


def _number(typed: str) -> int | None:
    """A whole number as people type it, digits of any script; None where nothing is typed. Raises Unusable."""
    digits = typed.strip().replace(",", "").replace("\u202f", "").replace(" ", "")
    if not digits:
        return None
    if not digits.isdecimal() or len(digits) > 9:
        raise Unusable(_("“%(typed)s” is no number of people.") % {"typed": typed[:40]})
    return int(digits)


def _problem(error: Exception) -> str:
    return str(error) if isinstance(error, Unusable) else _("Low, best and high must rise.")


def _curator(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.has_perm("countries.add_tag"):
        raise PermissionDenied
    return user


def _answer(
    request: HttpRequest, situation: Situation, item: Item, *, verdict: str = "", problem: str = ""
) -> HttpResponse:
    """To the script a verdict or a problem, to a form the item it came from."""
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"verdict": verdict, "problem": problem}, status=400 if problem else 200)
    if problem:
        messages.error(request, problem)
    query = f"?state={request.POST.get('state', 'waiting')}&item={item.pk}"
    return HttpResponseRedirect(reverse("admin:countries_queue", args=[situation.code]) + query + "#queue-terms")


@admin.register(TermSuggestion)
class TermSuggestionAdmin(ReadOnly, admin.ModelAdmin[TermSuggestion]):
    list_display = ("item", "term", "words", "figure", "score", "version", "created_at")
    list_filter = ("term__scheme", "version")
    list_select_related = ("item", "term")
    ordering = ("-id",)  # as they were made; no other index stands for that
    show_full_result_count = False
