"""A web site of the test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import caches

from tests.sources.serving import Site, serving


@pytest.fixture(autouse=True)
def robots_of_one_test():
    """Another test's server may have had the same port, or will."""
    caches["default"].clear()
    yield
    caches["default"].clear()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running
