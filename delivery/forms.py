"""The forms of signing up and changing. They check and phrase; ``subscribe`` acts."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from functools import lru_cache

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from briefings import languages
from countries.models import Situation
from countries.naming import name_in
from delivery.subscribe import DEFAULT_SEND_AT, Choices

_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_HOURS = tuple(dt.time(hour) for hour in range(24))
Grouped = list[tuple[str, list[tuple[str, str]] | str]]


class ChoicesForm(forms.Form):
    """What to receive, in which language, and when."""

    situations = forms.MultipleChoiceField(
        label=_("Situations"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one situation.")},
    )
    language = forms.ChoiceField(
        label=_("Language of the mail"),
        help_text=_("Briefs come in it where a person translated them, else in the language they were written in."),
    )
    send_at = forms.TypedChoiceField(
        label=_("Send it at"),
        choices=[(f"{hour:%H:%M}", f"{hour:%H:%M}") for hour in _HOURS],
        coerce=dt.time.fromisoformat,
        initial=f"{DEFAULT_SEND_AT:%H:%M}",
        help_text=_("One mail a day, as soon after this hour as the day's briefs are signed."),
    )
    time_zone = forms.ChoiceField(label=_("In the time zone of"), initial="UTC")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        language = get_language() or "en"
        rows = [(situation.code, name_in(situation, language)) for situation in Situation.objects.by_name()]
        self._field("situations").choices = rows
        self._field("language").choices = [(code, languages.own_name(code)) for code in languages.offered()]
        self._field("time_zone").choices = time_zones()

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker; declared above
        return field

    def chosen(self) -> Choices:
        """The checked choices."""
        data = self.cleaned_data
        return Choices(
            situations=tuple(data["situations"]),
            language=data["language"],
            time_zone=data["time_zone"],
            send_at=data["send_at"],
        )


class SubscribeForm(ChoicesForm):
    """The same with an address."""

    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Stored encrypted and used for this mail only."),
    )
    field_order = ("address", "situations", "language", "send_at", "time_zone")


def initial_of(choices: Choices) -> dict[str, object]:
    """Choices as a form shows them."""
    return {
        "situations": list(choices.situations),
        "language": choices.language,
        "send_at": f"{choices.send_at:%H:%M}",
        "time_zone": choices.time_zone,
    }


@lru_cache(maxsize=1)
def time_zones() -> Grouped:
    """Every zone that is named after a place, by region."""
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in _REGIONS}
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, place = name.partition("/")
        if place and region in groups:
            groups[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *groups.items()]
