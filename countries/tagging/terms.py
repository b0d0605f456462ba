"""Finds texts that no version of the coder has read yet, and writes which terms and figures it suggests.

Only texts about a situation are read: those for which one is suggested or stands. Writes TermSuggestion and Screening,
never Tag. Safe to repeat: unique(revision, value, version); what an older version said stays.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from countries.models import Reads, Screening, Tag, TagSuggestion, Term, TermSuggestion
from countries.tagging.coding.code import VERSION, code
from countries.tagging.coding.lexicon import LANGUAGES
from countries.tagging.coding.prototypes import VERSION as PROTOTYPES_VERSION
from countries.tagging.coding.prototypes import Prototypes
from countries.tagging.coding.values import Coded
from sources.models import Item, Revision
from sources.querysets import ItemQuerySet
from sources.words import storable

_MAX_WORDS = 200
_WITH_LEXICON = rf"^({'|'.join(sorted(LANGUAGES))})(-|$)"


def code_pending(*, at: dt.datetime, prototypes: Prototypes | None = None, limit: int = 100) -> int:
    """Afterwards up to ``limit`` more texts have been read; returns how many. Copies of another item are not.

    Languages without a lexicon are read by ``prototypes``, or not at all where there is no model.
    """
    waiting = unread(with_prototypes=prototypes is not None)
    with transaction.atomic():
        # Claims revisions, not items: who decides on an item meanwhile waits for nobody.
        claimed = Revision.objects.filter(pk__in=waiting.values("current")).select_for_update(
            skip_locked=True, no_key=True
        )
        revisions = list(claimed.order_by("id").values_list("pk", flat=True)[:limit])
        items = Item.objects.with_text().filter(current__in=revisions).order_by("id")
        found = [(item, _read(item, prototypes)) for item in items]
        _write(found, at=at)
    return len(found)


def unread(*, with_prototypes: bool = False) -> ItemQuerySet:
    """Items whose standing text waits to be read: about a situation, and in a language that can be read."""
    has_lexicon = Q(language__regex=_WITH_LEXICON)
    waits = has_lexicon & Q(~Exists(_read_by(VERSION)))
    if with_prototypes:
        waits |= ~has_lexicon & ~Q(language="") & Q(~Exists(_read_by(PROTOTYPES_VERSION)))
    suggested = TagSuggestion.objects.order_by().values("item")
    standing = Tag.objects.standing().situations().order_by().values("item")
    about_one = Item.objects.filter(pk__in=suggested.union(standing))
    return about_one.exclude(language_version="").filter(waits, current__isnull=False, copy_of=None)


def _read_by(version: str) -> QuerySet[Screening]:
    return Screening.objects.filter(revision=OuterRef("current"), version=version)


def _read(item: Item, prototypes: Prototypes | None) -> tuple[str, tuple[Coded, ...]]:
    """The version that read the item's text, and what it says of it."""
    revision = item.current
    if revision is None:
        return VERSION, ()
    if re.match(_WITH_LEXICON, item.language) or prototypes is None:
        return VERSION, code(revision.title, revision.reading_text, item.language, year=item.reported_at.year)
    return PROTOTYPES_VERSION, prototypes.code(revision.title, revision.reading_text)


def _write(found: Sequence[tuple[Item, tuple[str, tuple[Coded, ...]]]], *, at: dt.datetime) -> None:
    terms = {
        (scheme, term): pk
        for scheme, term, pk in Term.objects.filter(scheme__is_current=True).values_list("scheme__code", "code", "pk")
    }
    TermSuggestion.objects.bulk_create(
        [
            TermSuggestion(
                item=item,
                revision_id=item.current_id,
                term_id=terms[coded.scheme, coded.code],
                words=storable(coded.words)[:_MAX_WORDS],
                low=coded.low,
                best=coded.best,
                high=coded.high,
                score=coded.score,
                evidence=[{**dataclasses.asdict(each), "exact": storable(each.exact)} for each in coded.passages],
                version=version,
                created_at=at,
            )
            for item, (version, values) in found
            if item.current_id is not None
            for coded in values
            if (coded.scheme, coded.code) in terms
        ],
        ignore_conflicts=True,
    )
    Screening.objects.bulk_create(
        [
            Screening(revision_id=item.current_id, version=version, reads=Reads.TERMS, screened_at=at)
            for item, (version, _) in found
            if item.current_id is not None
        ],
        ignore_conflicts=True,
    )
