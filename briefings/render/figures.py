"""The geometry of the small figures: the 28-day strip, the coverage field, the phase ribbon.

Plain numbers for inline SVG, in user units; page, PDF and front page draw the same ones. No words, no colours, no
Django: templates phrase, style sheets colour.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from briefings.render.document import CoverageGroup, DayCount

#: Fewest complete days from which a usual range is drawn: quartiles of fewer say more than is known.
LEAST_DAYS_FOR_RANGE = 10
#: The scale never zooms in beyond this many reports, or one report would look like a wave.
LEAST_SCALE = 4

_PITCH, _BAR, _PLOT, _HEADROOM = 10.0, 7.0, 56.0, 14.0
_HATCH_STEP = 3.5

#: Reading order of the coverage field, and which kinds of publisher each group holds.
COVERAGE_ORDER: dict[str, tuple[str, ...]] = {
    "local": ("local_media", "citizen_media", "diaspora_media"),
    "ngo": ("ngo", "advocacy"),
    "un": ("un", "regional_org", "international_org", "court"),
    "news": ("international_news", "aggregator", "fact_checker"),
    "scholarly": ("think_tank", "scholarly"),
    "party": ("government_media", "party_media"),
    "other": ("other",),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. ``state``: counted | incomplete | missing; a missing day's bar is an outline as high as the plot."""

    x: float
    y: float
    width: float
    height: float
    state: str
    day: DayCount
    hatch: str  # path data of the hatching; empty but for incomplete days
    is_peak: bool

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def above(self) -> float:
        """Where the foot of a figure over the bar stands."""
        return self.y - 3


@dataclass(frozen=True, slots=True)
class Strip:
    """The 28-day strip. The band is the middle half of the complete days before the last one."""

    width: float
    height: float
    baseline: float
    bars: tuple[Bar, ...]
    band_y: float
    band_height: float
    usual: tuple[int, int] | None
    peak: DayCount | None

    @property
    def first(self) -> DayCount:
        return self.bars[0].day

    @property
    def last(self) -> DayCount:
        return self.bars[-1].day

    @property
    def is_empty(self) -> bool:
        """Whether no day was counted at all."""
        return all(bar.state == "missing" for bar in self.bars)

    @property
    def missing(self) -> int:
        return sum(bar.state == "missing" for bar in self.bars)

    @property
    def incomplete(self) -> int:
        return sum(bar.state == "incomplete" for bar in self.bars)


def strip(days: Sequence[DayCount], *, rtl: bool = False) -> Strip | None:
    """The strip of those days, oldest first; in a right-to-left edition time runs to the left. None without days."""
    if not days:
        return None
    usual = _usual_range(days[:-1])
    counted = [day for day in days if day.value is not None]
    peak = max(counted, key=lambda day: (day.value or 0, day.date), default=None)
    if peak is not None and not peak.value:
        peak = None
    scale = _PLOT / max(LEAST_SCALE, usual[1] if usual else 0, (peak.value or 0) if peak else 0)
    baseline = _HEADROOM + _PLOT
    bars = tuple(_bar(day, position, len(days), scale, rtl, day is peak) for position, day in enumerate(days))
    return Strip(
        width=_PITCH * len(days) - (_PITCH - _BAR),
        height=baseline + 1,
        baseline=baseline,
        bars=bars,
        band_y=round(baseline - usual[1] * scale, 1) if usual else 0,
        band_height=round(max(1.5, (usual[1] - usual[0]) * scale), 1) if usual else 0,
        usual=usual,
        peak=peak,
    )


def _usual_range(days: Iterable[DayCount]) -> tuple[int, int] | None:
    values = [day.value for day in days if day.value is not None and day.is_complete]
    if len(values) < LEAST_DAYS_FOR_RANGE:
        return None
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return round(low), round(high)


def _bar(day: DayCount, position: int, count: int, scale: float, rtl: bool, is_peak: bool) -> Bar:
    x = _PITCH * (count - 1 - position if rtl else position)
    if day.value is None:
        return Bar(x + 0.5, _HEADROOM + 0.5, _BAR - 1, _PLOT - 0.5, "missing", day, "", False)
    # A day without reports still leaves a trace: zero was counted, which is not the same as nothing known.
    height = round(max(1.0, day.value * scale), 1)
    y = round(_HEADROOM + _PLOT - height, 1)
    if day.is_complete:
        return Bar(x, y, _BAR, height, "counted", day, "", is_peak)
    return Bar(x + 0.5, y + 0.5, _BAR - 1, max(0.5, height - 0.5), "incomplete", day, _hatch(x, y, height), is_peak)


def _hatch(x: float, y: float, height: float) -> str:
    """Strokes rising to the right, clipped to the bar by hand: a pattern would need an id unique in its page."""
    strokes = []
    foot = y + height + _BAR
    while foot > y:
        left, right = (x, foot), (x + _BAR, foot - _BAR)
        if left[1] > y + height:
            left = (x + (foot - y - height), y + height)
        if right[1] < y:
            right = (x + (foot - y), y)
        if right[0] > left[0]:
            strokes.append(f"M{left[0]:.1f} {left[1]:.1f}L{right[0]:.1f} {right[1]:.1f}")
        foot -= _HATCH_STEP
    return "".join(strokes)


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    is_seen: bool


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One group of the coverage field; the dots wrap at ``DOTS_A_ROW``."""

    group: str
    expected: int
    seen: int
    silent: tuple[str, ...]
    dots: tuple[Dot, ...]
    width: float
    height: float


DOTS_A_ROW = 14
_DOT_PITCH = 11.0


def coverage_field(groups: Iterable[CoverageGroup]) -> tuple[FieldRow, ...]:
    """The groups in reading order, kinds of publisher summed into the group that holds them; empty ones left out."""
    listed = list(groups)
    rows = []
    for name, kinds in COVERAGE_ORDER.items():
        members = [
            group
            for group in listed
            if group.kind == name or group.kind in kinds or (name == "other" and _is_odd(group))
        ]
        expected = sum(group.expected for group in members)
        if expected:
            silent = tuple(who for group in members for who in group.silent)
            rows.append(_field_row(name, expected, sum(group.seen for group in members), silent))
    return tuple(rows)


def _is_odd(group: CoverageGroup) -> bool:
    known = {kind for kinds in COVERAGE_ORDER.values() for kind in kinds} | set(COVERAGE_ORDER)
    return group.kind not in known


def _field_row(name: str, expected: int, seen: int, silent: tuple[str, ...]) -> FieldRow:
    dots = tuple(
        Dot(
            x=_DOT_PITCH * (index % DOTS_A_ROW) + _DOT_PITCH / 2,
            y=_DOT_PITCH * (index // DOTS_A_ROW) + _DOT_PITCH / 2,
            is_seen=index < seen,
        )
        for index in range(expected)
    )
    lines = -(-expected // DOTS_A_ROW)
    return FieldRow(
        group=name,
        expected=expected,
        seen=seen,
        silent=silent,
        dots=dots,
        width=_DOT_PITCH * min(expected, DOTS_A_ROW),
        height=_DOT_PITCH * lines,
    )


@dataclass(frozen=True, slots=True)
class Spell:
    """One stretch of time at one level, on a ribbon of the given width."""

    level: int
    since: dt.date
    x: float
    width: float
    y: float
    height: float


RIBBON_WIDTH, RIBBON_HEIGHT = 640.0, 44.0


def phase_ribbon(changes: Iterable[tuple[dt.date, int]], *, until: dt.date, rtl: bool = False) -> tuple[Spell, ...]:
    """Spells from dated changes of level, oldest first. Each is at least wide enough to be seen."""
    ordered = sorted(changes)
    if not ordered:
        return ()
    ends = [since for since, _ in ordered[1:]] + [max(until, ordered[-1][0])]
    whole = max(1, (ends[-1] - ordered[0][0]).days)
    spells, x = [], 0.0
    for (since, level), end in zip(ordered, ends, strict=True):
        width = max(6.0, RIBBON_WIDTH * (end - since).days / whole)
        spells.append((since, level, x, width))
        x += width
    stretch = RIBBON_WIDTH / x
    result = []
    for since, level, left, width in spells:
        height = RIBBON_HEIGHT * (level + 1) / 4
        start = RIBBON_WIDTH - (left + width) * stretch if rtl else left * stretch
        result.append(
            Spell(level, since, round(start, 1), round(width * stretch - 1, 1), RIBBON_HEIGHT - height, height)
        )
    return tuple(result)
