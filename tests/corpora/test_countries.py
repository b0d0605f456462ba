"""Countries in documents that people have read: as many found as promised; and every hostile string is read to its end."""

from __future__ import annotations

import json

import pytest

from bench.countries import documents, score
from countries.places.read import read


@pytest.mark.parametrize(
    ("name", "least"), [("humset-geo", 0.93), ("tr-news", 0.93), ("lgl", 0.85), ("geovirus", 0.93)]
)
def test_countries_are_told_as_well_as_promised(shared_data, name, least):
    result = score(list(documents(shared_data / "geo-gold" / f"{name}.jsonl")))
    assert result.f1 >= least


def test_the_focus_of_humanitarian_reports_is_told(shared_data):
    result = score(list(documents(shared_data / "geo-gold" / "humset-geo.jsonl")))
    assert result.right_foci >= 0.8 * result.foci > 0


def test_hostile_strings_are_read_and_what_is_quoted_stands_there(shared_data):
    strings = json.loads((shared_data / "hostile-strings" / "blns.json").read_text(encoding="utf-8"))
    for path in (shared_data / "hostile-strings").glob("*.txt"):
        strings += path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    assert len(strings) > 500
    for string in strings:
        for mention in read(string).mentions:
            assert string[mention.start : mention.end] == mention.exact
