"""Words, dates and figures of the templates; and the templates themselves on whole Documents."""

import dataclasses
import datetime as dt
import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from pypdf import PdfReader

from briefings.render import figures, pdf
from briefings.render.document import CoverageGroup
from briefings.templatetags import briefings as tags
from tests.factories import documents

UTC_NOON = dt.datetime(2013, 7, 1, 12, 0, tzinfo=dt.UTC)


# ------------------------------------------------------------------------------------------------ words
@pytest.mark.parametrize(
    ("code", "vocabulary", "expected"),
    [
        ("claimed_by_party", "label", "Claimed by a party"),
        ("downgraded", "mark", "Downgraded"),
        ("easing", "trend", "easing"),
        ("local_media", "publisher", "local media"),
    ],
)
def test_codes_become_words(code, vocabulary, expected):
    assert tags.word(code, vocabulary) == expected


def test_a_code_that_is_no_longer_known_is_shown_as_it_is():
    assert tags.word("moon_media", "publisher") == "moon media"


def test_language_names_follow_the_reader():
    with translation.override("fr"):
        assert tags.language_word("ar") == "arabe"
    with translation.override("en"):
        assert tags.language_word("xx-nonsense-tag") == "xx-nonsense-tag"


def test_origins_are_counted_in_words():
    claim = documents.claim(1, "text", reports=5, origins=1)
    assert tags.origins_words(claim) == "5 reports, 1 independent origin"
    assert tags.origins_words(documents.claim(1, "text")) == ""


# ------------------------------------------------------------------------------------------------ dates
@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Africa/Bangui", "WAT, UTC+1"),
        ("Asia/Yangon", "UTC+6:30"),
        ("America/Port-au-Prince", "EDT, UTC−4"),
        ("UTC", "UTC"),
        ("Not/AZone", "UTC"),
    ],
)
def test_a_zone_is_named_with_its_offset_on_that_day(zone, expected):
    assert tags.zone_name(UTC_NOON, zone) == expected


def test_the_period_is_told_on_local_clocks():
    assert tags.period(documents.rich()) == "23 Dec, 06:00 to 24 Dec 2013, 06:00"


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        ("minute", "1 Jul 2013, 12:00 UTC"),
        ("day", "1 Jul 2013"),
        ("inferred", "1 Jul 2013 (date inferred)"),
    ],
)
def test_a_publication_date_is_no_more_precise_than_known(precision, expected):
    entry = documents.source(1, "Outlet", "Title", published_at=UTC_NOON, published_precision=precision)
    assert tags.published(entry) == expected


def test_a_source_without_a_date_says_so():
    assert tags.published(documents.source(1, "Outlet", "Title", published_at=None)) == "undated"


# ------------------------------------------------------------------------------------------------ the strip
def test_no_count_is_hollow_and_zero_leaves_a_trace():
    drawn = figures.strip(documents.days((0, None, 3)))
    zero, missing, three = drawn.bars
    assert (zero.state, missing.state, three.state) == ("counted", "missing", "counted")
    assert 0 < zero.height < three.height < missing.height
    assert drawn.missing == 1


def test_an_incomplete_day_is_hatched_within_its_bar():
    bar = figures.strip(documents.days((4, 4), incomplete=(1,))).bars[1]
    points = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", bar.hatch)]
    assert bar.state == "incomplete"
    assert points
    for x, y in points:
        assert bar.x - 1 <= x <= bar.x + bar.width + 1
        assert bar.y - 1 <= y <= bar.y + bar.height + 1


def test_the_usual_range_needs_ten_complete_days_and_leaves_the_last_day_out():
    assert figures.strip(documents.days((5,) * 10)).usual is None
    assert figures.strip(documents.days((*(5,) * 10, 99))).usual == (5, 5)


def test_in_a_right_to_left_edition_time_runs_to_the_left():
    days = documents.days((1, 2, 3))
    ltr, rtl = figures.strip(days), figures.strip(days, rtl=True)
    assert [bar.x for bar in ltr.bars] == [bar.x for bar in reversed(rtl.bars)]


def test_no_days_no_strip():
    assert figures.strip(()) is None


def test_the_strip_says_in_words_what_it_shows():
    words = tags.strip_words(figures.strip(documents.rich().days))
    assert words == ("Highest 14 on 7 Dec. 4 on 24 Dec, still incomplete. Usual range 3 to 7. No count on 2 days.")


# ------------------------------------------------------------------------------------------------ coverage, phases
def test_coverage_is_grouped_in_reading_order_and_loses_no_source():
    groups = documents.rich().coverage.groups
    rows = figures.coverage_field((*groups, CoverageGroup("carrier_pigeon", 2, 1, ("Pigeon",))))
    assert [row.group for row in rows] == ["local", "ngo", "un", "news", "scholarly", "party", "other"]
    assert sum(len(row.dots) for row in rows) == sum(group.expected for group in groups) + 2
    assert rows[-1].silent == ("Pigeon",)


def test_no_expected_source_is_not_full_coverage():
    coverage = dataclasses.replace(documents.rich().coverage, expected=0, seen=0, groups=())
    assert "could see nothing" in str(tags.blind_spots(coverage)[0])


def test_the_phase_ribbon_fills_its_width_and_rises_with_the_level():
    changes = [(dt.date(2013, 12, 5), 3), (dt.date(2012, 12, 10), 1)]
    early, late = figures.phase_ribbon(changes, until=documents.DATE)
    assert early.x == 0
    assert late.x + late.width == pytest.approx(figures.RIBBON_WIDTH, abs=1.5)
    assert early.height < late.height
    assert figures.phase_ribbon([], until=documents.DATE) == ()


# ------------------------------------------------------------------------------------------------ whole templates
class _Page(HTMLParser):
    """Ids, in-page links, addresses and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.headings: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if (
            tag == "style"
            or (tag == "script" and "src" not in found)
            or "style" in found
            or any(name.startswith("on") for name in found)
        ):
            self.inline.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)


def _page(rf, document, **context):
    request = rf.get("/edition/")
    html = render_to_string("briefings/edition.html", {"document": document, "artefacts": [], **context}, request)
    return html, _Page(html)


MAKERS = [documents.rich, documents.quiet, documents.arabic, documents.long_names, documents.burmese]


@pytest.mark.parametrize("make", MAKERS)
def test_every_edition_page_obeys_the_security_policy_and_stays_small(rf, make):
    html, page = _page(rf, make())
    assert page.inline == []
    assert len(html.encode()) < 100_000
    assert len(page.ids) == len(set(page.ids))
    assert page.headings[0] == "h1"
    assert page.headings.count("h1") == 1


@pytest.mark.parametrize("make", MAKERS)
def test_every_citation_opens_its_passage_and_on_paper_its_entry(rf, make):
    document = make()
    wanted = {number for claim in document.claims for number in claim.citations}
    _, page = _page(rf, document)
    for number in wanted:
        assert f"/edition/{document.id}/source/{number}/" in page.links
    paper = _Page(
        render_to_string("pdf/edition.html", {"document": document, "paper": "A4", "site_url": "https://x.example"})
    )
    for number in wanted:
        assert f"#source-{number}" in paper.links
        assert f"source-{number}" in paper.ids


def test_an_edition_is_shown_in_its_own_language_and_direction(rf):
    html, _ = _page(rf, documents.arabic())
    assert re.search(r'<article[^>]* lang="ar" dir="rtl"', html)


def test_a_party_site_is_printed_but_not_linked(rf):
    document = documents.rich()
    party = next(entry for entry in document.sources if entry.is_party)
    html, page = _page(rf, document)
    assert party.url in html
    assert party.url not in page.links


def test_the_sample_says_that_it_is_a_reconstruction(rf):
    said = "Reconstruction for demonstration"
    assert said in _page(rf, documents.rich())[0]
    assert said not in _page(rf, documents.rich(is_sample=False))[0]
    paper = render_to_string("pdf/edition.html", {"document": documents.rich(), "paper": "A4", "site_url": ""})
    assert said in paper


def test_text_from_outside_is_escaped(rf):
    hostile = documents.rich(bottom_line="<script>alert(1)</script>", situation_name="<b>x</b>")
    html, page = _page(rf, hostile)
    assert page.inline == []
    assert "&lt;script&gt;" in html


def test_only_the_scripts_in_use_are_linked_on_paper():
    assert tags.scripts(documents.quiet()) == []
    assert tags.scripts(documents.rich()) == ["arabic"]
    assert tags.scripts(documents.burmese()) == ["arabic", "myanmar"]


def test_a_silent_day_names_the_silent_sources(rf):
    assert "Radio Imbo" in _page(rf, documents.quiet())[0]


def test_arabic_copied_from_the_pdf_is_the_arabic_that_was_written():
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.render(documents.arabic(), paper="A4"))).pages)
    assert "الثقة متوسطة" in text
    assert "القوات الأفريقية تتسلم" in text


def test_the_fullest_edition_is_two_pages_and_its_annex_a_quiet_one_is_one():
    for paper in pdf.PAPERS:
        pages = [page.extract_text() for page in PdfReader(BytesIO(pdf.render(documents.rich(), paper=paper))).pages]
        assert next(number for number, page in enumerate(pages) if "sha256" in page) == 2
    assert len(PdfReader(BytesIO(pdf.render(documents.quiet(), paper="A4"))).pages) == 1
