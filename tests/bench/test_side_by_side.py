from __future__ import annotations

import gc

import pytest

from bench.side_by_side import Comparison, Side, Timing, compare, report


class Stopwatch:
    """A clock that moves only when somebody works."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []

    def side(self, name: str, *takes: float) -> Side:
        durations = iter(takes)

        def act() -> None:
            self.now += next(durations)
            self.log.append(name)

        return Side(name, act)


def test_sides_take_turns_after_one_warm_up_each():
    watch = Stopwatch()
    compare("goal", ours=watch.side("A", *[1] * 4), peer=watch.side("B", *[1] * 4), rounds=3, clock=lambda: watch.now)
    assert "".join(watch.log) == "ABABABAB"


def test_the_warm_up_is_not_counted():
    watch = Stopwatch()
    ours, peer = watch.side("A", 100, 2, 2, 2), watch.side("B", 100, 3, 3, 3)
    assert compare("goal", ours=ours, peer=peer, rounds=3, clock=lambda: watch.now).ratio == 1.5


def test_one_slow_round_does_not_move_the_ratio():
    watch = Stopwatch()
    ours, peer = watch.side("A", 1, 2, 90, 2), watch.side("B", 1, 4, 4, 4)
    found = compare("goal", ours=ours, peer=peer, rounds=3, clock=lambda: watch.now)
    assert found.ratio == 2
    assert max(found.ours.seconds) == 90


def test_what_prepares_a_round_runs_before_each_and_is_not_counted():
    watch = Stopwatch()
    prepare = watch.side("p", *[50] * 3).act
    ours = Side("A", watch.side("A", 1, 1, 1).act, prepare)
    found = compare("goal", ours=ours, peer=watch.side("B", 2, 2, 2), rounds=2, clock=lambda: watch.now)
    assert "".join(watch.log) == "pABpABpAB"
    assert found.ratio == 2


def test_the_ratio_is_below_one_where_we_are_slower():
    assert Comparison("goal", ours=Timing("A", (4.0,)), peer=Timing("B", (1.0,))).ratio == 0.25


def test_the_last_line_names_the_goal_and_its_ratio():
    found = Comparison("page_vs_static", ours=Timing("our page", (0.004,)), peer=Timing("a string", (0.001,)))
    lines = report(found, note="40 pages").splitlines()
    assert lines[-1] == "ratio page_vs_static 0.250"
    assert "40 pages" in lines


def test_the_table_shows_median_fastest_and_slowest_of_each_side():
    found = Comparison("goal", ours=Timing("A", (0.001, 0.002, 0.009)), peer=Timing("B", (0.005,)))
    head, ours, peer, *_ = report(found).splitlines()
    assert head.split() == ["median", "fastest", "slowest", "rounds"]
    assert ours.split() == ["A", "2.00", "ms", "1.00", "ms", "9.00", "ms", "3"]
    assert peer.split() == ["B", "5.00", "ms", "5.00", "ms", "5.00", "ms", "1"]


def test_no_round_is_refused():
    with pytest.raises(ValueError, match="rounds is 0"):
        compare("goal", ours=Side("A", int), peer=Side("B", int), rounds=0)


def test_the_collector_rests_while_a_side_runs_and_works_again_afterwards():
    seen: list[bool] = []
    compare("goal", ours=Side("A", lambda: seen.append(gc.isenabled())), peer=Side("B", int), rounds=1)
    assert seen == [True, False]  # the warm-up is ordinary, the measured round is not
    assert gc.isenabled()


def test_the_collector_works_again_after_a_side_failed():
    rounds = iter([None])

    def fails_second_time() -> None:
        next(rounds)

    with pytest.raises(StopIteration):
        compare("goal", ours=Side("A", fails_second_time), peer=Side("B", int), rounds=1)
    assert gc.isenabled()
