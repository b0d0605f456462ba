"""Counters that begin at nought."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_counts():
    from django.core.cache import cache

    cache.clear()
