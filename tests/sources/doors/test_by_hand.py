"""Reports by hand: one item each, every edit a revision, the file kept as it came, and all of it as quotable as the rest."""

from __future__ import annotations

import datetime as dt
import hashlib
import io

import pytest
from warcio.archiveiterator import ArchiveIterator

from briefings import passages
from sources import snapshots, warc
from sources.doors import by_hand
from sources.doors.by_hand import AlreadyThere, Report, Upload
from sources.ingest import claim, document, identify
from sources.ingest.dates import Precision
from sources.ingest.dedupe import address_key
from sources.models import Arrival, Door, ExtractState, Feed, Fetch, FullText, Item, ReusePolicy
from tests.factories.countries import UserFactory
from tests.factories.originals import docx, pdf
from tests.factories.sources import FeedFactory, ItemFactory, PublisherFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(hours=2)
SAID = "Armed men attacked the village of Boali on 5 December."
PAGES = ("First page: an attack on the village of Boali took place.", "Second page: twelve people were killed there.")


@pytest.fixture
def curator():
    return UserFactory()


def report(**changes) -> Report:
    return Report(
        **{"publisher": PublisherFactory(), "title": "Attack on Boali", "text": SAID, "note": "their page", **changes}
    )


def upload(body: bytes | None = None) -> Upload:
    body = pdf(*PAGES) if body is None else body
    return Upload(body, document.recognise(body).value, document.read(body))


def test_an_entry_is_an_item_with_who_entered_it_and_how_it_came(curator):
    day = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    item = by_hand.enter(report(published_at=day, precision=Precision.DAY, language="fr"), by=curator, at=AT)
    item.refresh_from_db()
    assert (item.published_at, item.published_precision, item.reported_at) == (day, "day", day)
    assert (item.language, item.extract_state, item.last_error) == ("fr", ExtractState.DONE, "")
    assert item.current.reading_text == SAID
    arrival = item.current.arrival
    assert (arrival.door, arrival.by, arrival.note, arrival.at) == (Door.ENTRY, curator, "their page", AT)
    assert Fetch.objects.get().state == "new"


def test_an_entry_without_a_date_counts_from_when_it_was_entered(curator):
    item = by_hand.enter(report(), by=curator, at=AT)
    assert (item.published_at, item.published_precision, item.reported_at) == (None, "inferred", AT)


def test_a_stated_language_is_not_guessed_over_and_a_missing_one_is_found(curator):
    stated = by_hand.enter(report(language="sg"), by=curator, at=AT)
    found = by_hand.enter(report(), by=curator, at=AT)
    identify.identify_languages(limit=10)
    stated.refresh_from_db(), found.refresh_from_db()
    assert (stated.language, found.language) == ("sg", "en")


def test_an_edit_is_a_revision_and_the_first_words_stand(curator):
    first = report()
    item = by_hand.enter(first, by=curator, at=AT)
    editor = UserFactory()
    changed = report(publisher=first.publisher, text=f"{SAID} Twelve people died.")
    by_hand.revise(item, changed, by=editor, at=LATER)
    assert [
        (revision.number, revision.text, revision.arrival.by) for revision in item.revisions.order_by("number")
    ] == [
        (1, SAID, curator),
        (2, f"{SAID} Twelve people died.", editor),
    ]
    assert Item.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"published_at": AT - dt.timedelta(days=2), "precision": Precision.DAY},
        {"language": "fr"},
        {"note": "from the meeting"},
        {"url": "https://ngo.example/report"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_corrected_statement_is_a_revision_too(curator, changes):
    first = report()
    item = by_hand.enter(first, by=curator, at=AT)
    by_hand.revise(item, report(publisher=first.publisher, **changes), by=curator, at=LATER)
    item.refresh_from_db()
    assert item.current.number == 2
    for name, value in changes.items() - {("precision", Precision.DAY)}:
        assert getattr(item.current.arrival if name == "note" else item, name) == value


def test_saving_without_a_change_changes_nothing(curator):
    first = report()
    item = by_hand.enter(first, by=curator, at=AT)
    by_hand.revise(item, first, by=curator, at=LATER)
    assert item.revisions.count() == Arrival.objects.count() == 1


def test_the_same_entry_again_is_refused_also_after_an_edit(curator):
    first = report()
    item = by_hand.enter(first, by=curator, at=AT)
    by_hand.revise(item, report(publisher=first.publisher, text="Other words."), by=curator, at=LATER)
    with pytest.raises(AlreadyThere) as caught:
        by_hand.enter(first, by=curator, at=LATER)
    assert caught.value.item == item
    item.refresh_from_db()
    assert item.current.text == "Other words."


def test_an_address_that_the_library_has_is_refused(curator):
    url = "https://ngo.example/report"
    known = ItemFactory(url=url, address_key=address_key(url), owns_address=True)
    with pytest.raises(AlreadyThere) as caught:
        by_hand.enter(report(url="http://ngo.example/report/?utm_source=x"), by=curator, at=AT)
    assert caught.value.item == known
    assert Item.objects.count() == 1


# ------------------------------------------------------------------------------------------------ files
def test_an_upload_is_kept_as_it_came_with_its_hash_and_who_brought_it(curator):
    body = pdf(*PAGES, author="Whistle Blower")
    item = by_hand.enter(report(text=""), upload=upload(body), by=curator, at=AT)
    arrival = item.current.arrival
    assert snapshots.read(arrival.original) == body
    assert arrival.original.blob.sha256 == arrival.original_sha256 == hashlib.sha256(body).hexdigest()
    assert (arrival.original.retrieved_at, arrival.by, arrival.door) == (AT, curator, Door.UPLOAD)
    assert arrival.original.media_type == "application/pdf"
    assert item.current.reading_text == "\n\n".join(PAGES)
    assert "Whistle" not in f"{item.author}{item.current.reading_text}{item.title}"


def test_a_quotation_from_an_upload_is_found_with_its_page(curator):
    item = by_hand.enter(report(text=""), upload=upload(), by=curator, at=AT)
    found = passages.find(item, "twelve people were killed")
    assert found.place == "page"
    assert item.current.arrival.page_at(found.start) == 2
    assert item.current.arrival.page_at(passages.find(item, "an attack on the village").start) == 1


def test_a_quotation_from_an_entry_is_found(curator):
    item = by_hand.enter(report(), by=curator, at=AT)
    assert passages.find(item, "the village of Boali").place == "feed"


def test_the_same_bytes_are_one_item_whoever_uploads_them(curator):
    item = by_hand.enter(report(text=""), upload=upload(), by=curator, at=AT)
    with pytest.raises(AlreadyThere) as caught:
        by_hand.enter(report(title="Another title", text=""), upload=upload(), by=UserFactory(), at=LATER)
    assert caught.value.item == item


def test_a_corrected_title_keeps_the_file_and_its_text(curator):
    first = report(text="")
    item = by_hand.enter(first, upload=upload(), by=curator, at=AT)
    by_hand.revise(item, report(publisher=first.publisher, title="Massacre in Boali", text=""), by=curator, at=LATER)
    item.refresh_from_db()
    assert (item.title, item.current.number) == ("Massacre in Boali", 2)
    assert item.current.reading_text == "\n\n".join(PAGES)
    assert passages.find(item, "twelve people").revision.arrival.page_at(70) == 2
    assert FullText.objects.count() == 2


def test_another_file_is_a_revision_with_its_own_original(curator):
    first = report(text="")
    item = by_hand.enter(first, upload=upload(), by=curator, at=AT)
    other = docx("The corrected report: thirteen people were killed in Boali.")
    by_hand.revise(item, first, upload=upload(other), by=curator, at=LATER)
    item.refresh_from_db()
    assert snapshots.read(item.current.arrival.original) == other
    assert snapshots.read(item.revisions.get(number=1).arrival.original).startswith(b"%PDF-")
    assert "thirteen" in item.current.reading_text


def test_a_scan_is_kept_with_the_words_that_a_person_typed(curator):
    body = pdf("", "")
    item = by_hand.enter(report(), upload=Upload(body, "application/pdf", None), by=curator, at=AT)
    assert snapshots.read(item.current.arrival.original) == body
    assert item.current.reading_text == SAID


# ------------------------------------------------------------------------------------------------ terms
@pytest.mark.parametrize(
    ("policy", "text", "has_original"),
    [
        (ReusePolicy.METADATA_ONLY, "", False),
        (ReusePolicy.EXCERPT, SAID, False),
        (ReusePolicy.FULL_TEXT_INTERNAL, "\n\n".join(PAGES), True),
        (ReusePolicy.FULL_TEXT_PUBLIC, "\n\n".join(PAGES), True),
    ],
)
def test_what_the_terms_forbid_is_not_stored(curator, policy, text, has_original):
    mine = report()
    Feed.objects.filter(pk=by_hand.feed_of(mine.publisher).pk).update(reuse_policy=policy)
    item = by_hand.enter(mine, upload=upload(), by=curator, at=AT)
    assert item.current.reading_text == text
    assert (item.current.arrival.original is not None) == has_original
    assert item.current.arrival.original_sha256


def test_a_feed_by_hand_is_never_fetched_nor_waits_for_a_page(curator):
    item = by_hand.enter(report(url="https://ngo.example/report"), by=curator, at=AT)
    Feed.objects.filter(pk=item.feed_id).update(next_check_at=None)
    assert claim.claim_due(limit=10, per_host=2, at=LATER) == []
    assert not Item.objects.to_extract(LATER).exists()
    assert FeedFactory() in claim.claim_due(limit=10, per_host=2, at=LATER)


def test_an_uploaded_original_leaves_with_its_item_as_far_as_the_terms_let_it(curator):
    mine = report(text="")
    item = by_hand.enter(mine, upload=upload(), by=curator, at=AT)
    inside, outside = io.BytesIO(), io.BytesIO()
    warc.write(item, inside, at=LATER, is_internal=True)
    warc.write(item, outside, at=LATER)
    assert upload().body in _bodies(inside)
    assert upload().body not in _bodies(outside)


def _bodies(file: io.BytesIO) -> list[bytes]:
    file.seek(0)
    return [record.content_stream().read() for record in ArchiveIterator(file)]
