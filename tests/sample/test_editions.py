from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zoneinfo
from pathlib import Path

import pytest

from sample import editions
from sample.content import Library
from sample.editions import EditionError, WrittenEdition

WRITTEN = editions.load()
ZONES = {"CAF": "Africa/Bangui", "SSD": "Africa/Juba"}
CITED = {"what_changed", "key_developments", "local_perspective", "actors", "engaged"}


def _name(edition: WrittenEdition) -> str:
    return f"{edition.situation}-{edition.date}"


def test_the_desk_wrote_several_days_of_both_situations() -> None:
    assert {edition.situation for edition in WRITTEN} == {"CAF", "SSD"}
    assert max(edition.date for edition in WRITTEN) == dt.date(2013, 12, 24)
    assert len({edition.date for edition in WRITTEN}) >= 2


@pytest.mark.parametrize("edition", WRITTEN, ids=_name)
def test_every_quotation_is_exact_and_stood_there_at_the_cut_off(edition: WrittenEdition, library: Library) -> None:
    cut_off = dt.datetime.combine(edition.date, dt.time(6), zoneinfo.ZoneInfo(ZONES[edition.situation]))
    for claim in edition.claims:
        for quotation in claim.quotations:
            article = library.latest(quotation.article)
            lines = [article.title, article.summary, *article.text.split("\n")]
            assert any(quotation.exact in line for line in lines), (quotation.article, quotation.exact)
            assert article.changed <= cut_off, (quotation.article, "was published after the cut-off")
            assert edition.situation in article.situations


@pytest.mark.parametrize("edition", WRITTEN, ids=_name)
def test_every_claim_of_fact_rests_on_a_quotation(edition: WrittenEdition) -> None:
    assert edition.claims
    for claim in edition.claims:
        assert claim.quotations or claim.section not in CITED, claim.text


@pytest.mark.parametrize("edition", WRITTEN, ids=_name)
def test_every_large_number_is_in_a_quotation_of_its_claim(edition: WrittenEdition) -> None:
    for claim in edition.claims:
        if claim.section in CITED:
            quoted = _numbers(" ".join(quotation.exact for quotation in claim.quotations))
            # Numbers up to 31 are mostly days of the month; the editor's own check reads those in their context.
            wanted = {number for number in _numbers(claim.text) if number > 31}
            assert wanted <= quoted, (claim.text, wanted - quoted)


def _numbers(text: str) -> set[int]:
    digits = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
    joined = re.sub(r"(?<=\d)[ ,.\u00a0\u202f](?=\d{3}\b)", "", digits)
    return {int(number) for number in re.findall(r"\d+", joined)}


def test_an_unknown_key_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    (source,) = editions.FOLDER.glob("CAF-2013-12-24.toml")
    path = tmp_path / source.name
    path.write_text("headlines = 3\n" + source.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(EditionError, match=r"CAF-2013-12-24\.toml: not a key: headlines"):
        editions.load(tmp_path)


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    (source,) = editions.FOLDER.glob("CAF-2013-12-24.toml")
    path = tmp_path / source.name
    path.write_text(source.read_text(encoding="utf-8").replace("bottom_line =", "confidence2 =", 1), encoding="utf-8")
    with pytest.raises(EditionError, match=r"CAF-2013-12-24\.toml"):
        editions.load(tmp_path)
