"""The parts of an edition copied into another one: a next version, a translation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from briefings.models import CalendarDate, Claim, CoveredItem, Edition, Passage, TriggerRow

_Row = TypeVar("_Row", Claim, Passage, CalendarDate, TriggerRow)


def copy_parts(old: Edition, new: Edition, *, blank: Iterable[str] = ()) -> None:
    """Claims with their passages, dates to come, and what was read for it. Fields named in ``blank`` come empty."""
    empty = dict.fromkeys(blank, "")
    for claim in old.claims.order_by("id"):
        passages = list(claim.passages.order_by("id"))
        copied = _copy(claim, edition=new, is_drafted=False, **empty)
        for passage in passages:
            _copy(passage, claim=copied)
    for entry in old.calendar.order_by("id"):
        _copy(entry, edition=new, **({"text": ""} if "text" in empty else {}))
    for row in old.triggers.order_by("id"):
        _copy(row, edition=new)
    CoveredItem.objects.bulk_create(
        [CoveredItem(edition=new, item_id=item) for item in old.covered_items.values_list("item_id", flat=True)]
    )


def _copy(row: _Row, **changes: object) -> _Row:
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row
