"""Counters that begin at nought."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_counts_from_before():
    from django.core.cache import cache

    cache.clear()
