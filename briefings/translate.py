"""Translations of an edition: the same edition in another language, written by a person.

A translation is an edition of its own, with its own two keys. It has the structure of its source (the same claims in the same
order on the same passages, the same trend, level, dates and counts) and only texts can be written in it: ``writing`` refuses
all else. It begins from a published edition, and cannot be sent once that one was corrected or withdrawn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from accounts.models import User
from briefings import languages, writing
from briefings.copying import copy_parts
from briefings.models import CalendarDate, Claim, Edition, EditionStatus, Part, Section, Step, TriggerRow

#: Texts of the edition itself, before its claims and after them.
_BEFORE = ("correction_note", "bottom_line", "likelihood", "confidence")
_AFTER = (
    "assessment", "alternative", "signs", "unknown", "trend_reason", "level_reason", "likelihood_reason", "resolution_rule",
)  # fmt: skip
CLAIM_TEXTS = ("name", "role", "headline", "text", "risk")
_SAME = (
    "situation",
    "date",
    "kind",
    "sequence",
    "tlp",
    "period_start",
    "period_end",
    "trend",
    "level",
    "level_since",
    "horizon",
)


class CannotTranslate(Exception):
    """Only a published edition in its source language is translated, into another language of ours."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One text of the source and what stands for it in the translation. ``signs`` has one sign on each line."""

    key: str  # "bottom_line", "claim-12-text", "date-3-text"
    place: str  # section of the brief
    field: str
    source: str
    text: str
    most: int | None  # characters that the field takes


def open_languages(source: Edition) -> tuple[str, ...]:
    """The languages that a translation can be begun into, or was begun and not yet issued."""
    if source.status != EditionStatus.PUBLISHED or source.translation_of_id:
        return ()
    issued = set(source.translations.issued().values_list("language", flat=True))
    return tuple(code for code in languages.offered() if code != source.language and code not in issued)


@transaction.atomic
def begin(source: Edition, *, language: str, by: User, at: dt.datetime) -> Edition:
    """A draft of the source in that language: its structure, no texts but those that an earlier version's translation had
    for the same words. Where one was begun already, that one is returned. Raises CannotTranslate.
    """
    current = Edition.objects.select_for_update(of=("self",)).select_related("situation").get(pk=source.pk)
    begun = current.translations.filter(language=language).order_by("-version").first()
    if begun is not None:
        return begun
    is_other = language in languages.offered() and language != current.language
    earlier = _versions_in(current, language)
    if current.status != EditionStatus.PUBLISHED or current.translation_of_id or not is_other:
        raise CannotTranslate
    if earlier.filter(translation_of=None).exists():
        raise CannotTranslate
    last = earlier.order_by("-version").first()
    edition = Edition.objects.create(
        **{name: getattr(current, name) for name in _SAME},
        language=language,
        version=max(current.version, last.version + 1 if last else 1),
        translation_of=current,
        assembled_at=at,
    )
    copy_parts(current, edition, blank=CLAIM_TEXTS)
    if last is not None:
        known = {(pair.field, pair.source): pair.text for pair in pairs(last)}
        kept = {pair.key: known.get((pair.field, pair.source), "") for pair in pairs(edition)}
        _put(edition, {key: text for key, text in kept.items() if text})
    writing.take_part(edition, by=by, part=Part.WROTE, at=at)
    Step.objects.create(edition=edition, act=Step.Act.OPENED, by=by, at=at)
    return edition


def write(edition: Edition, texts: Mapping[str, str], *, by: User, at: dt.datetime) -> Edition:
    """Afterwards the translation holds these texts, by ``Pair.key``. Writing what already stands changes nothing.

    Raises writing.UnknownField, writing.Issued and writing.OwnWriting.
    """
    standing = {pair.key: pair.text for pair in pairs(edition)}
    if unknown := texts.keys() - standing.keys():
        raise writing.UnknownField(", ".join(sorted(unknown)))
    changed = {key: text for key, text in texts.items() if text != standing[key]}
    if not changed:
        return edition
    with writing.opened(edition.pk, by=by, at=at, is_text=True) as current:
        _put(current, changed)
    return current


def pairs(edition: Edition) -> tuple[Pair, ...]:
    """Every text of the source in reading order, each with its translation. Empty texts of the source are left out."""
    source = edition.translation_of
    if source is None:
        return ()
    return tuple(pair for pair in _pairs(source, edition) if pair.source)


def _pairs(source: Edition, edition: Edition) -> Iterator[Pair]:
    yield from (_pair(name, name, name, source, edition) for name in _BEFORE)
    claims = list(zip(_claims(source), _claims(edition), strict=True))
    for section in Section.values:
        for original, own in claims:
            if own.section == section:
                yield from (_pair(f"claim-{own.pk}-{name}", section, name, original, own) for name in CLAIM_TEXTS)
    for kind, place, rows in (("trigger", "triggers", _triggers), ("date", "calendar", _dates)):
        for original_row, own_row in zip(rows(source), rows(edition), strict=True):
            yield _pair(f"{kind}-{own_row.pk}-text", place, "text", original_row, own_row)
    yield from (_pair(name, name, name, source, edition) for name in _AFTER)


def _pair(key: str, place: str, name: str, source: models.Model, own: models.Model) -> Pair:
    most = getattr(own._meta.get_field(name), "max_length", None)
    return Pair(key, place, name, _text(source, name), _text(own, name), most)


def _text(row: models.Model, name: str) -> str:
    value = getattr(row, name)
    return "\n".join(value) if isinstance(value, list) else str(value)


def _put(edition: Edition, texts: Mapping[str, str]) -> None:
    for key, text in texts.items():
        kind, _, rest = key.partition("-")
        number, _, name = rest.partition("-")
        if kind == "claim":
            Claim.objects.filter(pk=int(number), edition=edition).update(**{name: text})
        elif kind == "trigger":
            TriggerRow.objects.filter(pk=int(number), edition=edition).update(text=text)
        elif kind == "date":
            CalendarDate.objects.filter(pk=int(number), edition=edition).update(text=text)
        else:
            setattr(edition, key, [line for line in text.splitlines() if line.strip()] if key == "signs" else text)
            edition.save(update_fields=[key])


def _claims(edition: Edition) -> list[Claim]:
    return list(edition.claims.order_by("section", "position", "id"))


def _triggers(edition: Edition) -> Sequence[models.Model]:
    return list(edition.triggers.exclude(verdict="").order_by("id"))


def _dates(edition: Edition) -> Sequence[models.Model]:
    return list(edition.calendar.order_by("date", "id"))


def _versions_in(source: Edition, language: str) -> models.QuerySet[Edition]:
    return Edition.objects.filter(
        situation=source.situation_id,
        date=source.date,
        kind=source.kind,
        sequence=source.sequence,
        language=language,
    )
