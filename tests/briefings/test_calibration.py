"""Figures checked by hand: fourteen of nineteen, and what a few cases prove."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefings.calibration import BANDS, Outcome, chance, scores, total

#: "likely" said 19 times, true 14 times.
LIKELY = [Outcome(4, True)] * 14 + [Outcome(4, False)] * 5


def test_the_example_of_fourteen_of_nineteen():
    score = scores(LIKELY)[4]
    assert (score.resolved, score.came_true, score.is_few) == (19, 14, False)
    assert score.share == pytest.approx(14 / 19)
    # By hand: centre (0.736842 + 3.841459/38) / (1 + 3.841459/19) = 0.697010, half width 0.184926.
    assert score.interval == pytest.approx((0.512084, 0.881936), abs=1e-6)
    # The middle of 55 to 80 % is 0.675: (14 x 0.325^2 + 5 x 0.675^2) / 19.
    assert score.brier == pytest.approx((14 * 0.105625 + 5 * 0.455625) / 19)


def test_all_terms_together():
    score = total([Outcome(0, False), Outcome(6, True), Outcome(3, True)])
    # (0.03^2 + 0.03^2 + 0.5^2) / 3
    assert score.brier == pytest.approx(0.2518 / 3)
    assert (score.resolved, score.came_true, score.is_few) == (3, 2, True)


def test_without_a_case_there_is_no_figure():
    score = total([])
    assert (score.share, score.interval, score.brier) == (None, None, None)


def test_one_case_proves_next_to_nothing():
    low, high = scores([Outcome(5, True)])[5].interval
    # By hand, one of one: low end 1 / (1 + 3.841459).
    assert (low, high) == (pytest.approx(0.206549, abs=1e-5), 1.0)


def test_the_bands_meet_and_cover_the_scale():
    assert [high for _, high in BANDS[:-1]] == [low for low, _ in BANDS[1:]]
    assert [round(chance(term), 3) for term in range(7)] == [0.03, 0.125, 0.325, 0.5, 0.675, 0.875, 0.97]


@given(st.lists(st.builds(Outcome, st.integers(0, 6), st.booleans()), min_size=1))
def test_figures_add_up_whatever_the_order(outcomes):
    per_term, whole = scores(outcomes), total(outcomes)
    assert [(s.resolved, s.came_true) for s in scores(outcomes[::-1])] == [(s.resolved, s.came_true) for s in per_term]
    assert sum(score.resolved for score in per_term) == whole.resolved == len(outcomes)
    weighted = sum(score.brier * score.resolved for score in per_term if score.resolved)
    assert weighted / whole.resolved == pytest.approx(whole.brier)
    assert all(low <= s.share <= high for s in per_term if s.resolved for low, high in [s.interval])
