"""Writes what the editor's formsets hold, by the domain's acts. Each tells which row stands for which form now."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from briefings import passages, writing
from briefings.admin.forms import ClaimFormSet
from briefings.models import Claim, Edition
from countries.clock import edition_now


def keep_claims(formset: ClaimFormSet, edition: Edition, *, by: User) -> dict[str, int]:
    at = edition_now()
    made: dict[str, int] = {}
    for form in formset.forms:
        if form in formset.deleted_forms:
            if form.instance.pk:
                writing.remove_claim(form.instance, by=by, at=at)
        elif form.has_changed():
            made[str(form.prefix)] = _keep_claim(form, formset.section, edition, by=by).pk
    return made


def _keep_claim(form: Any, section: str, edition: Edition, *, by: User) -> Claim:
    at = edition_now()
    data = form.cleaned_data
    if form.instance.pk:
        changed = {name: data[name] for name in form.changed_data if name in writing.CLAIM_FIELDS}
        claim = writing.change_claim(form.instance, by=by, at=at, **changed)
    else:
        fields = {
            name: value for name, value in data.items() if name in writing.CLAIM_FIELDS and value not in ("", None)
        }
        if not fields.get("position"):
            fields.pop("position", None)
        claim = writing.add_claim(edition, section=section, by=by, at=at, **fields)
    for passage in claim.passages.filter(pk__in=data.get("drop") or ()):
        writing.detach(passage, by=by, at=at)
    if data.get("quote_item") and data.get("quote_exact"):
        passages.quote(claim, item=form.items[data["quote_item"]], exact=data["quote_exact"], by=by, at=at)
    return claim


def keep_dates(formset: Any, edition: Edition, *, by: User) -> dict[str, int]:
    at = edition_now()
    made: dict[str, int] = {}
    for form in formset.forms:
        if form in formset.deleted_forms:
            if form.instance.pk:
                writing.remove_date(form.instance, by=by, at=at)
        elif form.has_changed():
            fields = {name: form.cleaned_data[name] for name in ("date", "text")}
            if form.instance.pk:
                writing.change_date(form.instance, by=by, at=at, **fields)
            else:
                made[str(form.prefix)] = writing.add_date(edition, by=by, at=at, **fields).pk
    return made


def keep_triggers(formset: Any, edition: Edition, *, by: User) -> dict[str, int]:
    at = edition_now()
    made: dict[str, int] = {}
    for form in formset.forms:
        if form in formset.deleted_forms:
            if form.instance.pk:
                writing.remove_trigger(form.instance, by=by, at=at)
        elif form.has_changed():
            fields = {name: form.cleaned_data[name] for name in writing.TRIGGER_FIELDS}
            if form.instance.pk:
                writing.change_trigger(form.instance, by=by, at=at, **fields)
            else:
                made[str(form.prefix)] = writing.add_trigger(edition, by=by, at=at, **fields).pk
    return made
