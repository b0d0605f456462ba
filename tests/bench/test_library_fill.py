"""The made-up library of the measurements is one as the product would have it."""

from __future__ import annotations

import pytest

from bench import library_fill
from sources import search
from sources.models import Feed, Fetch, Item, Revision, SearchEntry, Story


@pytest.mark.django_db
def test_the_made_up_library_can_be_filled_and_searched(monkeypatch):
    monkeypatch.setattr(library_fill, "FEEDS", 10)
    monkeypatch.setattr(library_fill, "_VOCABULARY", 400)
    monkeypatch.setattr(library_fill, "_SENTENCES", 400)
    library_fill.fill(200)
    counts = [model.objects.count() for model in (Feed, Item, Revision, SearchEntry)]
    assert counts == [10, 200, 200, 200]
    assert Story.objects.exists()
    assert Fetch.objects.exists()
    assert search.find(search.Query(text="army")).hits
