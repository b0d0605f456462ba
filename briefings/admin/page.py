"""What the editor's page shows beside its form: sections in their order, findings, history, sources to quote from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.admin.helpers import InlineAdminFormSet
from django.db.models import Prefetch
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from briefings import lint, passages, phrases, seal
from briefings.admin.acts import ACTS, Act
from briefings.limits import LIMITS, SECTIONS, Limit
from briefings.models import Comment, CoveredItem, Edition, Part, Passage, Section
from sources.models import Item

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Pane:
    """One section of the editor: its number and name as readers see them, its fields, its claims or dates."""

    code: str
    number: str
    name: StrOrPromise
    limit: Limit
    fields: tuple[BoundField, ...] = ()
    formset: InlineAdminFormSet | None = None
    findings: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One finding in words, with the place on the page where it can be mended."""

    text: str
    place: str
    anchor: str
    is_blocking: bool
    key: str = ""
    reason: str = ""
    may_be_overridden: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment, the name of the place that it is on, and where that stands on the page."""

    comment: Comment
    place: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Source:
    """One item that can be quoted, with its text."""

    item: Item
    paragraphs: tuple[str, ...] = field(default=())
    is_quoted: bool = False


_LAYOUT: tuple[tuple[str, str, StrOrPromise, tuple[str, ...]], ...] = (
    ("head", "", _("Edition"), ("kind", "tlp", "correction_note")),
    (
        "bottom_line",
        "1",
        _("Bottom line"),
        (
            "bottom_line",
            "trend",
            "trend_reason",
            "level",
            "level_since",
            "level_reason",
            "likelihood",
            "likelihood_reason",
            "horizon",
            "resolution_rule",
            "confidence",
        ),
    ),
    ("what_changed", "2", _("What changed"), ()),
    ("key_developments", "3", _("Key developments"), ()),
    ("triggers", "4", _("Triggers"), ()),
    ("calendar", "4", _("Dates to come"), ()),
    ("assessment", "5", _("Assessment and outlook"), ("assessment", "alternative", "signs")),
    ("local_perspective", "6", _("Local perspective"), ()),
    ("actors", "7", _("Actors and alleged perpetrators"), ()),
    ("engaged", "8", _("Who is engaged"), ()),
    ("options", "9", _("Options, not recommendations"), ()),
    ("unknown", "10", _("What we do not know"), ("unknown",)),
    ("waiver", "", _("Over a limit"), ("waiver",)),
)


def panes(form: Any, formsets: Iterable[InlineAdminFormSet]) -> list[Pane]:
    """The sections in reading order."""
    by_section = {formset.opts.section: formset for formset in formsets}
    return [
        Pane(
            code=code,
            number=number,
            name=name,
            limit=LIMITS.get(code, Limit()),
            fields=tuple(form[each] for each in names if each in form.fields and _is_wanted(each, form.instance)),
            formset=by_section.get(code),
        )
        for code, number, name, names in _LAYOUT
        if code in {"head", "waiver"} or code in SECTIONS[form.instance.kind] or _is_filled(by_section.get(code))
    ]


def _is_filled(formset: InlineAdminFormSet | None) -> bool:
    """Whether a section that this kind of edition has no place for holds something: it must be seen to be removed."""
    return formset is not None and bool(formset.formset.initial_form_count())


def _is_wanted(name: str, edition: Edition) -> bool:
    return name != "correction_note" or edition.version > 1


def found(findings: Iterable[lint.Finding]) -> list[Found]:
    return [
        Found(
            text=phrases.phrase(finding),
            place=phrases.place(finding),
            anchor=_anchor(finding.where),
            is_blocking=finding.is_blocking,
            key=finding.key,
            reason=finding.reason,
            may_be_overridden=finding.may_be_overridden,
        )
        for finding in findings
    ]


def problems(context: Mapping[str, Any]) -> list[str]:
    """What kept the form from being saved, in words."""
    form = context["adminform"].form
    said = [str(error) for error in form.non_field_errors()]
    said += [
        f"{form[name].label}: {error}"
        for name, errors in form.errors.items()
        if name in form.fields
        for error in errors
    ]
    for formset in context["inline_admin_formsets"]:
        for each in formset.formset.forms:
            said += [
                f"{phrases.place_name(formset.opts.section)}: {error}"
                for errors in each.errors.values()
                for error in errors
            ]
    return said


def remarks(edition: Edition) -> list[Remark]:
    """Every comment on the edition with its answers: the open ones first, each lot in the order they were made."""
    firsts = (
        Comment.objects.filter(edition=edition, answers=None)
        .select_related("by", "resolved_by")
        .prefetch_related(Prefetch("replies", Comment.objects.select_related("by").order_by("at", "id")))
        .order_by("at", "id")
    )
    made = [Remark(each, phrases.place_name(each.where), _anchor(each.where)) for each in firsts]
    return sorted(made, key=lambda remark: remark.comment.resolved_at is not None)


def places(edition: Edition) -> list[tuple[str, str]]:
    """What can be commented on: where, and its name with the first words that stand there."""
    found = [
        (code, str(name)) for code, _number, name, _fields in _LAYOUT if code not in {"head", "waiver", *Section.values}
    ]
    for claim in edition.claims.order_by("section", "position", "id"):
        where = f"{claim.section}/c{claim.pk}"
        found.append((where, f"{phrases.place_name(where)}: {lint.short(str(claim))}"))
    return found


def _anchor(where: str) -> str:
    section, _slash, claim = where.partition("/")
    if claim:
        return f"claim-{claim.removeprefix('c')}"
    return {"page": "pane-bottom_line", "whole": "pane-waiver", "tlp": "id_tlp", "kind": "id_kind"}.get(
        section, f"pane-{section}" if section in {code for code, *_rest in _LAYOUT} else f"id_{section}"
    )


def standing(edition: Edition) -> StrOrPromise:
    """The status in words; an approval that no longer holds is not shown as one."""
    return _("approved, then changed") if seal.changed_after_approval(edition) else edition.get_status_display()


def offered(edition: Edition, user: User) -> list[tuple[str, Act]]:
    """The acts that this person may do with the edition as it stands: what changed after approval cannot be published."""
    withheld = {"publish"} if seal.changed_after_approval(edition) else set()
    return [
        (name, act)
        for name, act in ACTS.items()
        if edition.status in act.statuses
        and user.has_perm(act.permission)
        and name not in withheld
        and not (edition.translation_of_id and name in {"assemble", "translate"})
    ]


def history(edition: Edition) -> list[tuple[dt.datetime, str, str]]:
    """Who did what and when: steps, and the first time that each person wrote. Oldest first."""
    steps = [(step.at, str(step.by), step.get_act_display()) for step in edition.steps.select_related("by")]
    wrote = [
        (part.at, str(part.user), str(part.get_part_display()))
        for part in edition.participations.filter(part=Part.WROTE).select_related("user")
    ]
    return sorted([*steps, *wrote], key=lambda row: row[0])


def quotable(edition: Edition) -> list[Item]:
    """Items that the edition covers or already quotes, newest first."""
    covered = CoveredItem.objects.filter(edition=edition).values("item")
    quoted = Passage.objects.filter(claim__edition=edition).values("revision__item")
    items = Item.objects.filter(pk__in=covered) | Item.objects.filter(pk__in=quoted)
    return list(
        items.distinct()
        .with_text()
        .select_related("feed__publisher", "current__full_text")
        .order_by("-reported_at", "-pk")
    )


def sources(items: Sequence[Item], edition: Edition) -> list[Source]:
    """The items with their text, for the reading pane."""
    quoted = set(Passage.objects.filter(claim__edition=edition).values_list("revision__item_id", flat=True))
    return [Source(item, _paragraphs(item), item.pk in quoted) for item in items]


def _paragraphs(item: Item) -> tuple[str, ...]:
    if item.current is None:
        return ()
    stored = dict(passages.texts(item.current))
    text = stored.get("page") or stored.get("feed") or ""
    return tuple(paragraph for paragraph in re.split(r"\n+", text) if paragraph.strip())
