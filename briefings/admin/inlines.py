"""The sections of an edition that hold claims or dates, as inlines of the editor: one class per section."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from briefings.admin.forms import ClaimForm, ClaimFormSet, DateForm
from briefings.models import CalendarDate, Claim, Edition, Passage, Section, TriggerRow


class ClaimInline(admin.StackedInline[Claim, Edition]):
    """The claims of one section, with their passages in two queries."""

    model = Claim
    form = ClaimForm
    formset: Any = ClaimFormSet
    extra = 0
    section: ClassVar[str] = ""
    asks: ClassVar[tuple[str, ...]] = ()

    def get_fields(self, request: HttpRequest, obj: Edition | None = None) -> Any:
        return ["position", *self.asks, "quote_item", "quote_exact", "drop"]

    def get_extra(self, request: HttpRequest, obj: Edition | None = None, **kwargs: Any) -> int:
        # Without JavaScript the link "add" opens the page with an empty form in that section.
        return 1 if request.GET.get("add") == self.section else 0

    def get_formset(self, request: HttpRequest, obj: Edition | None = None, **kwargs: Any) -> Any:
        own = type("ClaimFormSet", (ClaimFormSet,), {"section": self.section})
        return super().get_formset(request, obj, formset=own, fields=["position", *self.asks], **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        passages = (
            Passage.objects.select_related("revision__item__feed__publisher").defer("revision__text").order_by("id")
        )
        claims: QuerySet[Claim] = super().get_queryset(request)
        return (
            claims.filter(section=self.section)
            .prefetch_related(Prefetch("passages", queryset=passages))
            .order_by("position", "id")
        )


def _section(section: Section, *asks: str) -> type[ClaimInline]:
    return type(f"{section.name.title()}Inline", (ClaimInline,), {"section": section.value, "asks": asks})


SECTIONS: tuple[type[ClaimInline], ...] = (
    _section(Section.WHAT_CHANGED, "mark", "text", "judgements", "label"),
    _section(Section.KEY_DEVELOPMENTS, "headline", "text", "judgements", "label", "label_reason", "kind"),
    _section(Section.LOCAL_PERSPECTIVE, "text", "judgements", "label"),
    _section(Section.ACTORS, "name", "role", "attribution", "text", "judgements"),
    _section(Section.ENGAGED, "text", "judgements", "kind"),
    _section(Section.OPTIONS, "headline", "text", "risk"),
)


class DateInline(admin.TabularInline[CalendarDate, Edition]):
    """Dates to come."""

    model = CalendarDate
    form = DateForm
    extra = 0
    section = "calendar"

    def get_extra(self, request: HttpRequest, obj: Edition | None = None, **kwargs: Any) -> int:
        return 1 if request.GET.get("add") == self.section else 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarDate]:
        dates: QuerySet[CalendarDate] = super().get_queryset(request)
        return dates.order_by("date", "id")


class TriggerInline(admin.TabularInline[TriggerRow, Edition]):
    """Signals of the day with a person's verdict; what is counted is shown and not typed."""

    model = TriggerRow
    extra = 0
    fields = ("code", "text", "verdict")
    section = "triggers"

    def get_extra(self, request: HttpRequest, obj: Edition | None = None, **kwargs: Any) -> int:
        return 1 if request.GET.get("add") == self.section else 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[TriggerRow]:
        rows: QuerySet[TriggerRow] = super().get_queryset(request)
        return rows.order_by("id")
