"""Times two ways of doing the same work in one process, one after the other, again and again: A B A B A B.

Alternating is what makes the comparison fair on a machine that others use too: whatever slows it down meets both. The
ratio is the peer's median divided by ours, so 1 is as fast as the peer, 2 twice as fast, 0.5 half as fast.

It measures and prints, and decides nothing: no threshold here makes a run fail. Standard library only.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Side:
    """One way of doing the work, under the name it is printed with. ``prepare`` runs before each round, off the clock."""

    name: str
    act: Callable[[], object]
    prepare: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Timing:
    """What one side took, in seconds a round."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides of one goal, timed in the same run."""

    goal: str
    ours: Timing
    peer: Timing

    @property
    def ratio(self) -> float:
        """The peer's median over ours: above 1 we are faster."""
        return self.peer.median / self.ours.median


def compare(
    goal: str,
    *,
    ours: Side,
    peer: Side,
    rounds: int = 15,
    clock: Callable[[], float] = time.perf_counter,
) -> Comparison:
    """Both sides once to warm up, then ``rounds`` times in turn. The collector rests while a side runs.

    Raises ValueError where there is no round to take a median of.
    """
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}: at least one is needed")
    taken: dict[str, list[float]] = {"ours": [], "peer": []}
    sides = (("ours", ours), ("peer", peer))
    for _, side in sides:
        side.prepare()
        side.act()
    for _ in range(rounds):
        for key, side in sides:
            side.prepare()
            taken[key].append(_seconds(side.act, clock))
    return Comparison(goal, Timing(ours.name, tuple(taken["ours"])), Timing(peer.name, tuple(taken["peer"])))


def _seconds(act: Callable[[], object], clock: Callable[[], float]) -> float:
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        start = clock()
        act()
        return clock() - start
    finally:
        if was_on:
            gc.enable()


def report(comparison: Comparison, *, note: str = "") -> str:
    """A table of both sides in milliseconds, and ``ratio NAME VALUE`` as the last line."""
    sides: Sequence[Timing] = (comparison.ours, comparison.peer)
    width = max(len(side.name) for side in sides)
    lines = [f"{'':<{width}}  {'median':>10}  {'fastest':>10}  {'slowest':>10}  rounds"]
    lines += [
        f"{side.name:<{width}}  {_ms(side.median)}  {_ms(min(side.seconds))}  {_ms(max(side.seconds))}"
        f"  {len(side.seconds):>6}"
        for side in sides
    ]
    if note:
        lines += ["", note]
    return "\n".join([*lines, "", f"ratio {comparison.goal} {comparison.ratio:.3f}"])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:>7.2f} ms"
