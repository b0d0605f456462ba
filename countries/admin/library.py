"""The library's search in the desk: what was found, the item being read, the filters and saved searches beside it.

Works without JavaScript: every act is a link or a form. ``static/js/queue.js`` only presses them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from countries.library import TAGGING, about
from countries.models import Situation, Tag
from countries.tagging.reading import paragraphs, segments
from sources import saved_searches, search
from sources.asked import Note
from sources.models import Item, PublisherKind, SavedSearch, SearchLanguage
from sources.saved_searches import KEYS, MOST_SHOWN

_ANY = [("", gettext_lazy("any"))]
_STATES = [
    (search.State.FULL_TEXT, gettext_lazy("with full text")),
    (search.State.FAILED, gettext_lazy("full text failed")),
    (search.State.REVISED, gettext_lazy("revised")),
    (search.State.COPY, gettext_lazy("copies")),
    (search.State.IN_STORY, gettext_lazy("in a story with others")),
]
_NOTES = {
    Note.CUT: gettext_lazy("The search was longer than 500 characters; its beginning was looked for."),
    Note.TOO_MANY_WORDS: gettext_lazy("Only the first 16 words were looked for."),
    Note.UNCLOSED: gettext_lazy("A quotation mark has no partner; the phrase was taken to go on to the end."),
    Note.NO_WORDS: gettext_lazy("There are no words in this search; nothing was left out of the library."),
    Note.ONLY_ABSENT: gettext_lazy("An alternative that only excludes words was left out."),
    Note.COMMON_WORDS: gettext_lazy("These words stand in every text, so nothing was left out of the library."),
    Note.CURSOR: gettext_lazy("That page is no longer known; these are the newest."),
}


class LibraryForm(forms.Form):
    """The search as a person fills it in. A field that makes no sense is left out, and said."""

    q = forms.CharField(label=gettext_lazy("words"), required=False, strip=True)
    situation = forms.ModelChoiceField(
        Situation.objects.by_name(),
        label=gettext_lazy("Situation"),
        to_field_name="code",
        required=False,
        empty_label=_ANY[0][1],
    )
    tagging = forms.ChoiceField(label=gettext_lazy("Tags"), choices=[*_ANY, *TAGGING], required=False)
    source = forms.CharField(label=gettext_lazy("Source"), required=False, max_length=200)
    feed = forms.IntegerField(
        label=gettext_lazy("Feed"), required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of publisher"), choices=[*_ANY, *PublisherKind.choices], required=False
    )
    language = forms.CharField(label=gettext_lazy("Language"), required=False, max_length=35)
    since = forms.DateField(label=gettext_lazy("From"), required=False)
    until = forms.DateField(label=gettext_lazy("to"), required=False)
    state = forms.MultipleChoiceField(label=gettext_lazy("State"), choices=_STATES, required=False)

    def filled(self) -> dict[str, str | list[str]]:
        """The fields that say something, as they were typed: what is kept of a saved search."""
        kept: dict[str, str | list[str]] = {}
        data = self.data
        for name in self.fields:
            value = data.getlist(name) if isinstance(data, QueryDict) and name == "state" else data.get(name, "")
            if value and name in self.cleaned_data:
                kept[name] = value
        return kept

    def query(self, *, cursor: str = "") -> search.Query:
        """Days are days in UTC, the last one included."""
        wanted = self.cleaned_data
        return search.Query(
            text=wanted.get("q") or "",
            source=wanted.get("source") or "",
            feed=wanted.get("feed"),
            kind=wanted.get("kind") or "",
            language=wanted.get("language") or "",
            since=_midnight(wanted.get("since")),
            until=_midnight(wanted.get("until"), days=1),
            states=frozenset(search.State(state) for state in wanted.get("state") or ()),
            cursor=cursor,
        )

    def within(self) -> QuerySet[Item] | None:
        return about(self.cleaned_data.get("situation"), self.cleaned_data.get("tagging") or "")


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved search in the list; ``has_news`` is None where that would take too long to say."""

    search: SavedSearch
    has_news: bool | None
    is_open: bool


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """One page of what was found beside the item being read."""
    person = _person(request)
    form = LibraryForm(request.GET)
    form.full_clean()
    query, at = form.query(cursor=request.GET.get("at", "")), timezone.now()
    page = search.find(query, within=form.within())
    chosen = _chosen(request.GET.get("item", ""), page)
    context = {
        **admin.site.each_context(request),
        "title": _("Library"),
        "form": form,
        "page": page,
        "notes": [_NOTES[note] for note in page.notes],
        "problems": [(form.fields[name].label or name, errors) for name, errors in form.errors.items()],
        "filled": form.filled(),
        "address": _address({**form.filled(), "at": ""}).removesuffix("at="),  # for links that add to it
        "place": request.GET.get("at", ""),
        "languages": SearchLanguage.objects.order_by("tag").values_list("tag", flat=True),
        "saved": _kept(person, at=at, opened=request.GET.get("saved", "")),
        "keys": KEYS,
        **(_reading(chosen, query) if chosen else {}),
    }
    return TemplateResponse(request, "admin/countries/library.html", context)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keeps the search under a name and shows it again."""
    person = _person(request)
    form = LibraryForm(request.POST)
    form.full_clean()
    address = _address(form.filled())
    try:
        saved = saved_searches.save(
            form.filled(),
            name=request.POST.get("name", ""),
            key=request.POST.get("key", ""),
            is_shared=bool(request.POST.get("is_shared")),
            by=person,
            at=timezone.now(),
        )
    except saved_searches.CannotSave as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved as “%(name)s”.") % {"name": saved.name})
    return HttpResponseRedirect(address)


@require_POST
def open_saved(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows a saved search; what it finds now is no news any more."""
    person = _person(request)
    saved = get_object_or_404(saved_searches.open_to(person), pk=pk)
    saved_searches.look(saved, by=person, at=timezone.now())
    return HttpResponseRedirect(_address({**saved.query, "saved": str(saved.pk)}))


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request)
    saved = get_object_or_404(saved_searches.open_to(person), pk=pk)
    try:
        saved_searches.forget(saved, by=person)
    except saved_searches.NotYours:
        raise PermissionDenied from None
    messages.success(request, _("“%(name)s” is no longer saved.") % {"name": saved.name})
    return HttpResponseRedirect(reverse("admin:countries_library"))


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not request.user.has_perm("sources.view_item"):
        raise PermissionDenied
    return request.user


def _address(fields: dict[str, str | list[str]]) -> str:
    return f"{reverse('admin:countries_library')}?{urlencode(fields, doseq=True)}"


def _midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    if day is None:
        return None
    try:
        return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) + dt.timedelta(days=days)
    except OverflowError:
        return None


def _kept(person: User, *, at: dt.datetime, opened: str) -> list[Kept]:
    found = []
    for saved in saved_searches.open_to(person)[:MOST_SHOWN]:
        data = QueryDict(urlencode(saved.query, doseq=True))
        form = LibraryForm(data)
        form.full_clean()
        is_open = opened == str(saved.pk)
        since = saved.looked_at  # type: ignore[attr-defined]  # annotated
        news = False if is_open else search.has_news(form.query(), since=since, at=at, within=form.within())
        found.append(Kept(saved, news, is_open))
    return found


def _chosen(wanted: str, page: search.Page) -> Item | None:
    items = Item.objects.with_text().select_related("story")
    if wanted.isascii() and wanted.isdigit() and (item := items.filter(pk=int(wanted[:18])).first()):
        return item
    return items.filter(pk=page.hits[0].pk).first() if page.hits else None


def _reading(item: Item, query: search.Query) -> dict[str, object]:
    """What the reading pane shows, the words that were looked for marked."""
    revision = item.current
    text = revision.reading_text if revision else ""
    spans = search.spans(item.pk, title=item.title, text=text, query=query)
    siblings: list[Item] = []
    if item.story_id is not None:
        others = Item.objects.filter(story=item.story_id).exclude(pk=item.pk).select_related("feed__publisher")
        siblings = list(others.order_by("reported_at", "id")[:12])
    return {
        "item": item,
        "revision": revision,
        "reading_title": segments(item.title, spans),
        "reading": list(paragraphs(text, spans, offset=len(item.title) + 1)),
        "has_full_text": revision is not None and hasattr(revision, "full_text"),
        "siblings": siblings,
        "sightings": item.sightings.select_related("feed__publisher").order_by("seen_at", "id")[:12],
        "tags": Tag.objects.standing().situations().filter(item=item).select_related("situation"),
    }
