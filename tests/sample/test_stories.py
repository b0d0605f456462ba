"""The sample's known stories, grouped one by one as their reports came, by the decision and the model of production."""

from __future__ import annotations

import pytest

from bench.stories import f1, group_sample

pytestmark = pytest.mark.slow


def test_most_of_the_sample_s_stories_are_found_and_few_reports_are_joined_wrongly() -> None:
    value, precision, recall = f1(group_sample(with_vectors=True))
    assert precision > 0.9
    assert recall > 0.5
    assert value > 2 * f1(group_sample(with_vectors=False))[0]
