"""Forms of the editor: the edition's own fields, a claim with its passages, a date to come.

They check what a form can check; every change is then made by ``writing`` and ``passages``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from briefings import passages, writing
from briefings.admin.fields import Lines, Prose
from briefings.limits import LIMITS
from briefings.models import CalendarDate, Claim, ClaimKind, Edition
from sources.models import Item

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


_BECAUSE = _("Goes on after “because”. Needed where it is not that of the last edition.")


def prose(name: str, label: StrOrPromise, *, rows: int, help_text: StrOrPromise = "") -> Prose:
    """A text of the edition, with its limit where the counter finds it."""
    field = Prose(label=label, required=False, help_text=help_text)
    field.widget.attrs = {"rows": rows, "class": "desk-prose", "dir": "auto"}
    limit = LIMITS.get(name)
    if limit and limit.words:
        field.widget.attrs["data-words-limit"] = str(limit.words)
    return field


class EditionForm(forms.ModelForm[Edition]):
    """What people write in an edition itself."""

    bottom_line = prose("bottom_line", _("Bottom line"), rows=3, help_text=_("One judgement."))
    likelihood = prose("likelihood", _("Likelihood"), rows=2, help_text=_("One sentence, one term of the scale."))
    confidence = prose(
        "confidence", _("Confidence"), rows=2, help_text=_("A sentence of its own: high, moderate or low, and why.")
    )
    assessment = prose(
        "assessment",
        _("Assessment"),
        rows=6,
        help_text=_("Why it matters for civilians; 72 hours; 30 days."),
    )
    alternative = prose("alternative", _("Alternative view"), rows=3)
    signs = Lines(
        label=_("Signs that would change our mind"), required=False, help_text=_("One on each line, at most three.")
    )
    unknown = prose(
        "unknown",
        _("What we do not know"),
        rows=3,
        help_text=_("Silent sources, blind areas, shutdowns."),
    )
    correction_note = prose(
        "correction_note", _("What was wrong"), rows=2, help_text=_("In the version before, and since when.")
    )
    trend_reason = prose("trend_reason", _("Why the trend changed"), rows=1, help_text=_BECAUSE)
    level_reason = prose("level_reason", _("Why the level changed"), rows=1, help_text=_BECAUSE)
    likelihood_reason = prose("likelihood_reason", _("Why the likelihood changed"), rows=1, help_text=_BECAUSE)
    resolution_rule = prose(
        "resolution_rule",
        _("Comes true if"),
        rows=2,
        help_text=_("What must be reported, and by whom. The day after the horizon somebody else judges it."),
    )
    #: What stood when the page was opened: a second person's changes are never overwritten unseen.
    state = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Edition
        fields: ClassVar = sorted(writing.EDITION_FIELDS)
        widgets: ClassVar = {
            "level": forms.Select(choices=[(0, "0"), (1, "1"), (2, "2"), (3, "3")]),
            "level_since": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "horizon": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "waiver": forms.TextInput(attrs={"class": "desk-line", "dir": "auto"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "signs" in self.fields:
            self.fields["signs"].widget.attrs = {"rows": 3, "class": "desk-prose", "dir": "auto"}
        if self.instance.pk and "state" in self.fields:
            self.fields["state"].initial = writing.state_of(self.instance)

    def has_changed(self) -> bool:
        return bool([name for name in self.changed_data if name != "state"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk and cleaned.get("state") != writing.state_of(self.instance):
            raise ValidationError(
                _(
                    "Somebody changed this edition while you had it open, so nothing was saved. Copy what you need from "
                    "below, then open the edition again."
                ),
                code="overtaken",
            )
        return cleaned


class ClaimForm(forms.ModelForm[Claim]):
    """A claim, the passages to let go, and one passage to add by quoting it."""

    text = Prose(label=_("Text"))
    judgements = Lines(
        label=_("Judgements among its sentences"),
        required=False,
        help_text=_(
            "One on each line, as it stands in the text: it needs no passage. Alt J marks the sentence you are in."
        ),
    )
    quote_item = forms.TypedChoiceField(label=_("Quote from"), required=False, coerce=int, empty_value=None)
    quote_exact = Prose(
        label=_("Exact words"),
        required=False,
        help_text=_("As they stand in the source; spaces and quotation marks may differ."),
    )
    drop = forms.TypedMultipleChoiceField(
        label=_("Let go"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Claim
        fields: ClassVar = [
            "position", "kind", "mark", "name", "role", "attribution", "headline", "text", "judgements", "label", "label_reason",
            "risk",
        ]  # fmt: skip

    def __init__(self, *args: Any, items: Sequence[Item] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = {item.pk: item for item in items}
        choices = [("", _("choose a source")), *((pk, _named(item)) for pk, item in self.items.items())]
        self.fields["quote_item"].choices = choices  # type: ignore[attr-defined]
        self.fields["drop"].choices = [  # type: ignore[attr-defined]
            (passage.pk, passage.exact) for passage in self.quoted()
        ]
        self._dress()

    def quoted(self) -> list[Any]:
        """The claim's passages; none where it is new."""
        return list(self.instance.passages.all()) if self.instance.pk else []

    def _dress(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field, Prose):
                field.widget.attrs = {"rows": 3 if name == "text" else 2, "class": "desk-prose", "dir": "auto"}
        if "position" in self.fields:
            self.fields["position"].required = False
            self.fields["position"].widget.attrs["class"] = "desk-position"
        if "kind" in self.fields:
            self.fields["kind"].required = False
            self.fields["kind"].initial = ClaimKind.CLAIM
        for name in ("headline", "name", "role", "risk", "label_reason"):
            if name in self.fields:
                self.fields[name].widget.attrs |= {"class": "desk-line", "dir": "auto"}

    def clean_position(self) -> int:
        position: int | None = self.cleaned_data.get("position")
        return self.instance.position if position is None else position

    def clean_kind(self) -> str:
        return self.cleaned_data.get("kind") or self.instance.kind

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        item, exact = self.items.get(cleaned.get("quote_item") or 0), cleaned.get("quote_exact", "")
        if exact and item is None:
            self.add_error("quote_item", _("Choose the source that these words are from."))
        elif item is not None and exact:
            try:
                passages.find(item, exact)
            except passages.PassageNotFound:
                self.add_error("quote_exact", _("These words are not in what is stored of that source."))
        return cleaned


class ClaimFormSet(BaseInlineFormSet[Claim, Edition, ClaimForm]):
    """The claims of one section; its name is the section's."""

    section: ClassVar[str] = ""

    @classmethod
    def get_default_prefix(cls) -> str:
        return cls.section


class DateForm(forms.ModelForm[CalendarDate]):
    class Meta:
        model = CalendarDate
        fields: ClassVar = ["date", "text"]
        widgets: ClassVar = {
            "date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "text": forms.TextInput(attrs={"class": "desk-line", "dir": "auto"}),
        }


def _named(item: Item) -> str:
    return f"{item.feed.publisher.name}, {item.reported_at:%d %b %H:%M}: {item.title}"[:110]
