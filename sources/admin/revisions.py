"""Two revisions of an item side by side: what was taken out and what was put in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from sources.diff import Kind, Run, diff
from sources.display import marked
from sources.models import FullText, Item, Revision

#: What stays the same for longer than this is folded, but for a paragraph, or so much of one, on either side. Characters.
_FOLDED, _NEAR = 900, 240
#: Between two paragraphs: shown as one ¶, however many line ends it has.
_LINE_ENDS = re.compile(r"\n+")
#: Revisions that are offered, newest first: a live blog has thousands.
_OFFERED = 300


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, or several that are folded since nothing changed in them: the runs of each."""

    paragraphs: tuple[tuple[Run, ...], ...]
    is_folded: bool = False

    @property
    def size(self) -> int:
        return sum(len(run.text) for paragraph in self.paragraphs for run in paragraph)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts of one kind, compared. ``gone`` and ``new`` count words."""

    blocks: tuple[Block, ...]
    gone: int
    new: int
    is_same: bool

    @classmethod
    def of(cls, older: str, newer: str) -> Comparison:
        """Hidden characters are marked, so that a change of nothing else shows too."""
        runs = diff(marked(older), marked(newer))
        count = {kind: sum(len(run.text.split()) for run in runs if run.kind is kind) for kind in Kind}
        is_same = all(run.kind is Kind.SAME for run in runs)
        return cls(tuple(_blocks(_paragraphs(runs))), count[Kind.GONE], count[Kind.NEW], is_same)


def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """``?old=1&new=2``: the two revisions; without, the last two."""
    if not request.user.has_perm("sources.view_item"):
        raise PermissionDenied
    item = Item.objects.select_related("feed__publisher").filter(pk=pk).first()
    if item is None:
        raise Http404
    offered = list(item.revisions.order_by("-number").values_list("number", "seen_at")[:_OFFERED])
    old, new = _asked(request, offered)
    found = {one.number: one for one in item.revisions.filter(number__in=[old, new]).select_related("full_text")}
    context = {
        **admin.site.each_context(request),
        "title": _("Compare revisions"),
        "item": item,
        "offered": offered,
        "old": found.get(old),
        "new": found.get(new),
        "comparisons": _comparisons(found[old], found[new]) if old in found and new in found and old != new else [],
        "opts": Item._meta,
    }
    return TemplateResponse(request, "admin/sources/item/compare.html", context)


def _asked(request: HttpRequest, offered: list[tuple[int, dt.datetime]]) -> tuple[int, int]:
    """The numbers of the older and the newer one, in that order whichever way they were chosen."""
    numbers = [number for number, _ in offered] or [0]
    given = [request.GET.get(name, "") for name in ("old", "new")]
    old, new = (int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else 0 for value in given)
    new = new or numbers[0]
    old = old or max((number for number in numbers if number < new), default=new)
    return min(old, new), max(old, new)


def _comparisons(old: Revision, new: Revision) -> list[tuple[str, Comparison]]:
    """The titles, and the fullest text that both have: what the page said is not compared with what the feed said."""
    before, after = _page(old), _page(new)
    if before is not None and after is not None:
        text = (_("Text of the page"), Comparison.of(before, after))
    else:
        text = (_("Feed’s own text"), Comparison.of(old.text, new.text))
    return [(_("Title"), Comparison.of(old.title, new.title)), text]


def _page(revision: Revision) -> str | None:
    full = getattr(revision, "full_text", None)
    return full.text if isinstance(full, FullText) else None


def _paragraphs(runs: Iterable[Run]) -> Iterator[tuple[Run, ...]]:
    """The runs line by line. A line end that came or went is shown as ¶."""
    line: list[Run] = []
    for run in runs:
        first, *others = _LINE_ENDS.split(run.text)
        sign = "" if run.kind is Kind.SAME else "¶"
        line.append(Run(run.kind, first + sign if others else first))
        for position, text in enumerate(others, start=1):
            yield tuple(part for part in line if part.text)
            line = [Run(run.kind, text + sign if position < len(others) else text)]
    yield tuple(part for part in line if part.text)


def _blocks(paragraphs: Iterable[tuple[Run, ...]]) -> Iterator[Block]:
    for is_same, found in groupby(filter(None, paragraphs), key=_is_same):
        lines = list(found)
        if is_same and sum(len(run.text) for line in lines for run in line) > _FOLDED:
            first, *middle, last = [part for line in lines for part in _cut(line)]
            yield from (Block((first,)), Block(tuple(middle), is_folded=True), Block((last,)))
        else:
            yield from (Block((line,)) for line in lines)


def _is_same(paragraph: tuple[Run, ...]) -> bool:
    return all(run.kind is Kind.SAME for run in paragraph)


def _cut(paragraph: tuple[Run, ...]) -> Iterator[tuple[Run, ...]]:
    """An unchanged paragraph; in three where it is so long that its middle may be folded."""
    text = "".join(run.text for run in paragraph)
    first, last = text.find(" ", _NEAR), text.rfind(" ", 0, len(text) - _NEAR)
    parts = [text[:first], text[first:last], text[last:]] if _NEAR < first < last else [text]
    yield from ((Run(Kind.SAME, part.strip()),) for part in parts)
