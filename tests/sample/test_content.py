from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from sample import content
from sample.content import ContentError, Form, Library, Stress
from sample.outlets import Outlet

ROOT = Path(__file__).resolve().parents[2]

GOOD = """+++
id = "caf-1"
feed = "echo"
title = "A title"
published = 2013-12-05T09:40:00+01:00
language = "fr"
summary = "In short."
situations = ["CAF"]
story = "caf-story"
+++
First **paragraph** with *stress*.

## A heading

> Words of
> somebody.

- one
- two
"""


def _file(folder: Path, text: str, name: str = "2013-12-05-a-title.md") -> Path:
    path = folder / "echo" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_an_article_is_read_with_its_blocks(tmp_path: Path) -> None:
    article = content.read(_file(tmp_path, GOOD))
    assert [block.form for block in article.blocks] == [Form.PARAGRAPH, Form.HEADING, Form.QUOTATION, Form.LIST]
    assert article.text == "First paragraph with stress.\nA heading\nWords of somebody.\none\ntwo"
    assert [run.stress for run in article.blocks[0].lines[0]] == [
        Stress.PLAIN,
        Stress.STRONG,
        Stress.PLAIN,
        Stress.EMPHASIS,
        Stress.PLAIN,
    ]
    assert article.published == dt.datetime(2013, 12, 5, 8, 40, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("wrong", "line", "reason"),
    [
        (GOOD.replace('story = "caf-story"\n', ""), 1, "`story` is missing"),
        (GOOD.replace("+01:00", ""), 5, "no offset"),
        (GOOD.replace('title = "A title"', "title = 3"), 4, "not a str"),
        (GOOD.replace('title = "A title"', 'title = "A title'), 4, "front matter"),
        (GOOD.replace("story =", "stories ="), 1, "`story` is missing"),
        (GOOD.replace("summary =", 'author = "x"\nsummary ='), 7, "`author` is not a key"),
        (GOOD.replace("2013-12-05T", "2013-12-06T"), 5, "the one in the file name"),
        (GOOD.replace('"echo"', '"other"'), 3, "the folder it lies in"),
        (GOOD.replace("> somebody", "somebody"), 15, "must begin with"),
        (GOOD.replace("## A heading\n", "## A heading\nand more\n"), 13, "stands alone"),
        (GOOD.replace("one", "[one](x)"), 18, "marks other than"),
        (GOOD.split("First")[0], 11, "no text"),
        (GOOD.replace("+++\nFirst", "First"), 1, "no front matter"),
    ],
)
def test_a_mistake_names_file_line_and_reason(tmp_path: Path, wrong: str, line: int, reason: str) -> None:
    path = _file(tmp_path, wrong)
    with pytest.raises(ContentError) as caught:
        content.read(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert reason in str(caught.value)


def test_a_later_version_follows_the_first(tmp_path: Path) -> None:
    _file(tmp_path, GOOD)
    _file(
        tmp_path, GOOD.replace("language", "updated = 2013-12-05T15:00:00+01:00\nlanguage"), "2013-12-05-a-title.v2.md"
    )
    first, later = content.load(tmp_path).versions["caf-1"]
    assert (first.version, later.version) == (1, 2)
    assert later.changed > first.changed


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    _file(tmp_path, GOOD)
    _file(tmp_path, GOOD, "2013-12-05-b-title.md")
    with pytest.raises(ContentError, match="is already that of"):
        content.load(tmp_path)


def test_the_sample_is_as_large_and_as_varied_as_promised(library: Library, all_outlets: tuple[Outlet, ...]) -> None:
    assert len(library) >= 120
    assert {article.language for article in library} == {"en", "fr", "ar"}
    assert {article.feed for article in library} <= {outlet.slug for outlet in all_outlets}
    assert {"CAF", "SSD"} == {code for article in library for code in article.situations}
    assert sum(1 for article in library if not article.situations) >= 3
    assert sum(1 for article in library if article.copy_of) >= 3
    assert sum(1 for article in library if article.party_claim) >= 3
    assert sum(1 for versions in library.versions.values() if len(versions) > 1) >= 1


def test_every_text_is_its_own(library: Library) -> None:
    texts = [article.text for article in library if not article.copy_of]
    assert len(set(texts)) == len(texts)
    openings = [text[:60] for text in texts]
    assert len(set(openings)) == len(openings)


def test_a_copy_names_an_article_of_another_outlet(library: Library) -> None:
    for article in library:
        if article.copy_of:
            origin = library.latest(article.copy_of)
            assert origin.feed != article.feed, article.id
            assert origin.story == article.story, article.id


def test_indicators_are_those_of_the_framework(library: Library) -> None:
    with (ROOT / "countries/data/un_framework.csv").open(encoding="utf-8") as file:
        codes = {cell for row in csv.reader(file) for cell in row}
    used = {code for article in library for code in article.indicators}
    assert used
    assert used <= codes


def test_facts_rest_on_events_that_happened_before_they_were_reported(library: Library, shared_data: Path) -> None:
    (path,) = (shared_data / "events-ucdp-car").glob("*.geojson.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        events = {row["properties"]["id"]: row["properties"] for row in json.load(file)["features"]}
    rested = [(article, number) for article in library for number in article.ged]
    assert rested
    for article, number in rested:
        began = dt.date.fromisoformat(str(events[number]["date_start"])[:10])
        assert began <= article.published.date(), (article.id, number)
