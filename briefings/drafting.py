"""How the machine drafts a claim: as an attributed quotation, never in words of our own. Reads no rows, writes none.

A draft is a value; ``assemble`` finds the stories and keeps the drafts.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils import formats, translation
from django.utils.translation import gettext

from briefings import passages
from briefings.models import ChangeMark, Claim, Passage, Section
from briefings.passages import Found
from briefings.sentences import lead
from sources.models import EvidenceLabel, Item, PublisherKind, Revision, Story

#: Words of a quotation and of our frame around it stay under the limit of a development (70).
_MOST_QUOTED = 42
#: A change is one line of 30 words.
_MOST_TITLE = 16
#: Share of their words that two lead sentences have in common to be one (Jaccard).
_ALIKE = 0.8
#: Who speaks for itself; everybody else reports what others said and did.
_SPEAK = frozenset(
    {
        PublisherKind.UN,
        PublisherKind.NGO,
        PublisherKind.ADVOCACY,
        PublisherKind.REGIONAL_ORG,
        PublisherKind.INTERNATIONAL_ORG,
        PublisherKind.COURT,
    }
)
#: How many other sources a drafted claim names.
_MOST_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Group:
    """The accepted items of the period that report one event, best to quote first."""

    story: Story | None
    items: tuple[Item, ...]
    mark: str  # how it stands to the last edition: a ChangeMark
    label: str  # a person's, where one has chosen it; else what these items bear out
    was: str = ""  # corrected: the words that the last edition quoted; downgraded: the label that it gave
    is_of_period: bool = True  # False: nothing new was reported of it, only what we said of it no longer stands

    @property
    def origins(self) -> int:
        return self.story.origin_count if self.story else 1

    @property
    def newest(self) -> dt.datetime:
        return max(item.reported_at for item in self.items)


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim that is not yet a row, with the words it rests on."""

    section: Section
    position: int
    story: Story | None
    text: str
    label: str
    mark: str
    found: tuple[Found, ...]

    def claim_fields(self) -> dict[str, object]:
        return {
            "position": self.position,
            "story": self.story,
            "text": self.text,
            "label": self.label,
            "mark": self.mark,
            "kind": "claim",
        }

    def passages_for(self, claim: Claim) -> list[Passage]:
        return [found.passage(claim) for found in self.found]


def best_first(items: Sequence[Item], *, language: str) -> tuple[Item, ...]:
    """In the order in which they are worth quoting: no party, the edition's language, then the earliest."""
    return tuple(
        sorted(
            items,
            key=lambda item: (
                item.feed.publisher.is_party,
                item.language.split("-")[0] != language.split("-")[0],
                item.reported_at,
                item.pk,
            ),
        )
    )


def development(group: Group, *, position: int, language: str, time_zone: str) -> Draft:
    """The story's lead sentence as a quotation of its first source; others that report it are named and cited."""
    first, *others = _one_per_owner(group.items)
    found, is_cut, is_title = _lead(first)
    quoted = found.text[found.start : found.end] + (" …" if is_cut else "")
    also = [(item, _lead(item)[0]) for item in others[:_MOST_OTHERS]]
    with translation.override(language):
        text = _frame(first, is_title=is_title) % {
            "publisher": first.feed.publisher.name,
            "kind": _kind(first),
            "date": _day(first.reported_at, time_zone),
            "quote": _inside(quoted),
        }
        if also:
            names = _and([item.feed.publisher.name for item, _ in also])
            text += " " + gettext("Also reported by %(names)s.") % {"names": names}
    return Draft(
        section=Section.KEY_DEVELOPMENTS,
        position=position,
        story=group.story,
        text=text,
        label=group.label,
        mark="",
        found=(found, *(each for _, each in also)),
    )


def change(group: Group, *, position: int, language: str, time_zone: str) -> Draft:
    """One line: new, updated, corrected by its source, or borne out less than the last edition said; dated and cited."""
    first, *others = _one_per_owner(group.items)
    title = _revision(first).title
    exact = _short(title, _MOST_TITLE if not group.was else _MOST_TITLE // 2)
    is_corrected = group.mark == ChangeMark.CORRECTED
    moment = _revision(first).seen_at if is_corrected else first.reported_at
    with translation.override(language):
        values = {
            "publisher": first.feed.publisher.name,
            "kind": _kind(first),
            "date": _day(moment, time_zone),
            "quote": _inside(exact + ("" if exact == title else " …")),
        }
        if is_corrected:
            was = _short(group.was, _MOST_TITLE // 2)
            values["was"] = _inside(was + ("" if was == group.was else " …"))
            text = (
                gettext("%(publisher)s (%(kind)s), changed on %(date)s: we quoted “%(was)s”; now “%(quote)s”") % values
            )
        elif group.mark == ChangeMark.DOWNGRADED:
            labels = {"before": EvidenceLabel(group.was).label, "after": EvidenceLabel(group.label).label}
            text = gettext("%(publisher)s (%(kind)s), %(date)s: “%(quote)s”. Was %(before)s, now %(after)s.") % (
                values | labels
            )
        else:
            text = gettext("%(publisher)s (%(kind)s), %(date)s: “%(quote)s”") % values
    return Draft(
        section=Section.WHAT_CHANGED,
        position=position,
        story=group.story,
        text=text,
        label=group.label,
        mark=group.mark,
        found=(_title(first, exact), *(_title(item, _revision(item).title) for item in others[:_MOST_OTHERS])),
    )


def _short(text: str, most_words: int) -> str:
    words = text.split()
    return text if len(words) <= most_words else " ".join(words[:most_words])


def fold(groups: Sequence[Group], *, most: int, settled: Collection[int]) -> list[list[Group]]:
    """The first ``most`` groups, best first, each with the later ones whose lead sentence says nearly the same words.

    Told apart as stories they may be; the reader would read one sentence twice. ``settled`` are the places of those that a
    person wrote about or set aside: neither they nor what reads like them comes. Grows with the groups, not their square.
    """
    done = [_lead_words(groups[place].items[0]) for place in sorted(settled)]
    kept: list[tuple[frozenset[str], list[Group]]] = []
    for place, group in enumerate(groups):
        if place in settled:
            continue
        words = _lead_words(group.items[0])
        if any(_is_alike(known, words) for known in done):
            continue
        twin = next((members for known, members in kept if _is_alike(known, words)), None)
        if twin is not None:
            twin.append(group)
        elif len(kept) < most:
            kept.append((words, [group]))
    return [members for _, members in kept]


def _lead_words(item: Item) -> frozenset[str]:
    found, _, _ = _lead(item)
    return frozenset(re.findall(r"\w+", found.text[found.start : found.end].casefold()))


def _is_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _ALIKE * len(one | other)


def _frame(item: Item, *, is_title: bool) -> str:
    if item.feed.publisher.is_party:
        return gettext("%(publisher)s (%(kind)s, speaks for a party) claimed on %(date)s: “%(quote)s”")
    if is_title:
        return gettext("%(publisher)s (%(kind)s) reported on %(date)s under the title “%(quote)s”.")
    if item.feed.publisher.kind in _SPEAK:
        return gettext("%(publisher)s (%(kind)s) said on %(date)s: “%(quote)s”")
    return gettext("%(publisher)s (%(kind)s) reported on %(date)s: “%(quote)s”")


def _lead(item: Item) -> tuple[Found, bool, bool]:
    """The words to quote of an item, whether they were cut, and whether they are only its title."""
    revision = _revision(item)
    for place, text in passages.texts(revision):
        if place == Passage.Place.TITLE:
            break
        try:
            start, end, is_cut = lead(text, most_words=_MOST_QUOTED)
        except ValueError:
            continue
        return Found(revision, place, text, start, end), is_cut, False
    return _title(item, revision.title), False, True


def _revision(item: Item) -> Revision:
    if item.current is None:
        raise ValueError(f"item {item.pk} has no revision")  # assemble takes none like that
    return item.current


def _title(item: Item, exact: str) -> Found:
    revision = _revision(item)
    start = revision.title.find(exact)
    start, end = (start, start + len(exact)) if start >= 0 else (0, len(revision.title))
    return Found(revision, Passage.Place.TITLE.value, revision.title, start, end)


def _one_per_owner(items: Sequence[Item]) -> list[Item]:
    """The first item of each owner; parties only where nobody else speaks."""
    independent = [item for item in items if not item.feed.publisher.is_party] or list(items)
    first: dict[str, Item] = {}
    for item in independent:
        first.setdefault(item.feed.publisher.owner, item)
    return list(first.values())


def _kind(item: Item) -> str:
    return str(PublisherKind(item.feed.publisher.kind).label)


def _day(moment: dt.datetime, time_zone: str) -> str:
    return formats.date_format(moment.astimezone(zoneinfo.ZoneInfo(time_zone)), "j F")


def _inside(quote: str) -> str:
    """Double marks within our own become single ones; the passage itself keeps what the source wrote."""
    return " ".join(quote.replace("“", "‘").replace("”", "’").split())


def _and(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
