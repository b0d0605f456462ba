"""Lists that stay cheap when a table has a million rows: nothing is counted beyond what is shown, filters ask the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from sources import search
from sources.models import Item, PublisherKind, SearchLanguage

#: A list shows so many rows and no more: what is older is found by the library's search.
MOST_LISTED = search.MOST_COUNTED


class ShortPaginator(Paginator[Model]):
    """The first thousand rows. Counts no further, so that the table's size costs nothing."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            raise TypeError("this paginator counts rows of a table")
        return rows.order_by()[:MOST_LISTED].count()


class _Searched(SimpleListFilter):
    """A filter that the search answers, together with the words: see ``narrowed``."""

    choices_of: Callable[[], Iterable[tuple[str, str]]]

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Item]) -> list[tuple[str, str]]:
        return list(type(self).choices_of())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        return queryset


class StateFilter(_Searched):
    title = _("state")
    parameter_name = "state"

    @staticmethod
    def choices_of() -> list[tuple[str, str]]:
        return [
            (search.State.FULL_TEXT, str(_("with full text"))),
            (search.State.FAILED, str(_("full text failed"))),
            (search.State.REVISED, str(_("revised"))),
            (search.State.COPY, str(_("copies"))),
            (search.State.IN_STORY, str(_("in a story with others"))),
        ]


class LanguageFilter(_Searched):
    title = _("language")
    parameter_name = "lang"

    @staticmethod
    def choices_of() -> list[tuple[str, str]]:
        return [(tag, tag) for tag in SearchLanguage.objects.order_by("tag").values_list("tag", flat=True)]


class KindFilter(_Searched):
    title = _("kind of publisher")
    parameter_name = "kind"

    @staticmethod
    def choices_of() -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in PublisherKind.choices]


def narrowed(items: QuerySet[Item], request: HttpRequest, words: str) -> QuerySet[Item]:
    """The newest thousand items that the words and the filters of this list find; all of them where nothing is asked."""
    state = request.GET.get("state", "")
    query = search.Query(
        text=words,
        kind=request.GET.get("kind", ""),
        language=request.GET.get("lang", ""),
        states=frozenset({search.State(state)}) if state in list(search.State) else frozenset(),
    )
    if query == search.Query():
        return items
    return items.filter(pk__in=search.newest(query, most=MOST_LISTED))
