"""An item outlives the database: written as WARC, read back with warcio, every digest checked."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from warcio.archiveiterator import ArchiveIterator

from sources import snapshots, warc
from sources.models import Arrival, Blob, Feed, Fetch, FullText, Item, ReusePolicy, Revision, Sighting
from tests.factories.countries import UserFactory
from tests.factories.sources import FeedFactory, FetchFactory, ItemFactory, StoryFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
PAGE = "<html><p>قال شهود</p></html>".encode()
FEED = b"<rss><item>Feed text</item></rss>"
HEADERS = {"content-type": "text/html", "etag": '"x"\r\nWARC-Type: response', "set-cookie": "secret=1"}


def kept_item(policy: str = ReusePolicy.FULL_TEXT_PUBLIC, **fields) -> Item:
    """Two revisions, the first with feed document and page."""
    feed = FeedFactory(reuse_policy=policy, terms_read_on=AT.date())
    item = ItemFactory(feed=feed, title="Title – قال", text="Feed text", **fields)
    document = snapshots.keep(FEED, url=feed.url, media_type="application/rss+xml", at=item.current.seen_at)
    FetchFactory(feed=feed, started_at=item.current.seen_at - dt.timedelta(seconds=3), finished_at=item.current.seen_at)
    Fetch.objects.update(snapshot=document)
    page = snapshots.keep(PAGE, url="https://outlet.example/1", media_type="text/html", headers=HEADERS, at=AT)
    text = "قال شهود\ud800".encode("utf-8", "ignore").decode()
    FullText.objects.create(
        revision=item.current,
        snapshot=page,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        extractor="trafilatura 2",
        extracted_at=AT,
    )
    Revision.objects.create(item=item, number=2, title="Later", text="Feed text, mended", content_hash="h", seen_at=AT)
    return item


def records(data: bytes) -> list[tuple[str, dict[str, str], bytes]]:
    """Type, headers and block of each, every digest verified: warcio raises where one does not hold."""
    found = []
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise", no_record_parse=True):
        found.append((record.rec_type, dict(record.rec_headers.headers), record.content_stream().read()))
        assert record.rec_headers.protocol == "WARC/1.1"
        assert record.digest_checker.passed is True
    return found


def exported(item: Item, **options) -> tuple[warc.Written, list[tuple[str, dict[str, str], bytes]]]:
    out = io.BytesIO()
    written = warc.write(item, out, at=AT, **options)
    found = records(out.getvalue())
    assert written.records == len(found)
    return written, found


def fields_of(found):
    return json.loads(found[-1][2])


def test_everything_comes_back_as_it_was_kept():
    item = kept_item()
    written, found = exported(item)
    assert (written.withheld, written.damaged) == (0, 0)
    assert [kind for kind, _, _ in found] == [
        *("warcinfo", "resource", "metadata", "conversion", "resource", "metadata", "conversion", "conversion"),
        "metadata",
    ]
    page, its_headers, text = found[4], found[5], found[6]
    assert page[2] == PAGE
    assert page[1]["WARC-Target-URI"] == "https://outlet.example/1"
    assert page[1]["WARC-Date"] == "2026-03-04T12:00:00Z"
    assert page[1]["Content-Type"] == "text/html"
    assert page[1]["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(PAGE).hexdigest()}"
    assert its_headers[1]["WARC-Refers-To"] == page[1]["WARC-Record-ID"]
    assert b"content-type: text/html" in its_headers[2]
    assert b"secret" not in its_headers[2]
    assert text[2].decode() == item.current.full_text.text
    assert text[1]["WARC-Refers-To"] == page[1]["WARC-Record-ID"]
    assert found[1][2] == FEED
    assert found[3][1]["WARC-Refers-To"] == found[1][1]["WARC-Record-ID"]
    assert found[7][2] == b"Feed text, mended"
    assert "WARC-Refers-To" not in found[7][1]
    info = found[0][1]["WARC-Record-ID"]
    assert {headers["WARC-Warcinfo-ID"] for _, headers, _ in found[1:]} == {info}


def test_our_own_fields_stand_in_a_record_of_their_own():
    item = kept_item()
    other = FeedFactory(name="Aggregator", reuse_policy=ReusePolicy.METADATA_ONLY)
    Sighting.objects.create(
        item=item, feed=other, url="https://agg.example/1", title="Copied", text="words", seen_at=AT
    )
    _, found = exported(item)
    fields = fields_of(found)
    assert fields["title"] == "Title – قال"
    assert [one["title"] for one in fields["revisions"]] == ["Title – قال", "Later"]
    assert fields["revisions"][0]["page_text"]["record"] == found[6][1]["WARC-Record-ID"]
    assert fields["revisions"][0]["page"]["sha256"] == hashlib.sha256(PAGE).hexdigest()
    assert fields["terms_read_on"] == "2026-03-04"
    assert [(one["feed"], one["title"], one["text"]) for one in fields["sightings"]] == [("Aggregator", "Copied", "")]


@pytest.mark.parametrize(
    ("policy", "is_internal", "has_feed_text", "has_page"),
    [
        (ReusePolicy.METADATA_ONLY, False, False, False),
        (ReusePolicy.METADATA_ONLY, True, False, False),
        (ReusePolicy.EXCERPT, False, True, False),
        (ReusePolicy.EXCERPT, True, True, False),
        (ReusePolicy.FULL_TEXT_INTERNAL, False, True, False),
        (ReusePolicy.FULL_TEXT_INTERNAL, True, True, True),
        (ReusePolicy.FULL_TEXT_PUBLIC, False, True, True),
        (ReusePolicy.FULL_TEXT_PUBLIC, True, True, True),
    ],
)
def test_only_what_the_terms_of_today_let_out_is_written(policy, is_internal, has_feed_text, has_page):
    item = kept_item(policy)
    written, found = exported(item, is_internal=is_internal)
    blocks = b"".join(block for _, _, block in found)
    assert (b"Feed text" in blocks) is has_feed_text
    assert (PAGE in blocks) is has_page
    assert ("قال شهود".encode() in blocks) is has_page
    assert (written.withheld > 0) is not (has_feed_text and has_page)
    first = fields_of(found)["revisions"][0]
    assert first["page"]["sha256"] == hashlib.sha256(PAGE).hexdigest()
    assert ("withheld" in first["page"]) is not has_page
    assert (b"INTERNAL" in found[0][2]) is is_internal


@pytest.mark.parametrize("is_internal", [False, True])
def test_a_mail_as_it_came_stays_in_the_house_and_so_does_who_handed_in_a_report(is_internal):
    item = kept_item()
    Feed.objects.filter(pk=item.feed_id).update(format="mailbox", url="mailto:press@outlet.example")
    mail = snapshots.keep(b"To: desk@our.example", url="mid:1@outlet.example", media_type="message/rfc822", at=AT)
    Arrival.objects.create(
        revision=item.current, door="mail", at=AT, note="from a friend", sender_domain="outlet.example", original=mail
    )
    _, found = exported(Item.objects.get(pk=item.pk), is_internal=is_internal)
    blocks = b"".join(block for _, _, block in found)
    assert (b"To: desk@our.example" in blocks) is is_internal
    assert b"from a friend" not in blocks
    assert fields_of(found)["revisions"][0]["arrival"]["sender_domain"] == "outlet.example"
    assert "قال شهود".encode() in blocks


def test_a_damaged_snapshot_is_named_and_stops_nothing():
    item = kept_item()
    Blob.objects.filter(sha256=hashlib.sha256(PAGE).hexdigest()).update(path="snapshots/nowhere.zst")
    written, found = exported(item)
    assert written.damaged == 1
    assert "damaged" in fields_of(found)["revisions"][0]["page"]
    assert any(block.decode() == item.current.full_text.text for kind, _, block in found if kind == "conversion")


def test_nothing_from_outside_can_write_a_header():
    item = kept_item(url="https://outlet.example/\r\nWARC-Type: response")
    item.current.full_text.snapshot.__class__.objects.update(
        url="https://x.example/\r\nWARC-Date: 1970-01-01T00:00:00Z", media_type="text/html\r\nX: y"
    )
    _, found = exported(item)
    for _, headers, _ in found:
        assert "X" not in headers
        assert not headers["WARC-Date"].startswith("1970")
    assert "response" not in {kind for kind, _, _ in found}
    assert len(found[5][2].splitlines()) == 3  # the note and two headers


def test_two_exports_have_the_same_records():
    item = kept_item()
    one, two = ({headers["WARC-Record-ID"] for _, headers, _ in exported(item)[1]} for _ in range(2))
    assert one == two
    assert len(one) == 9


# ------------------------------------------------------------------------------------------------ command and desk
def run(folder, *arguments: str) -> list[list[tuple[str, dict[str, str], bytes]]]:
    call_command("export_warc", str(folder), *arguments, stdout=io.StringIO())
    return [records(path.read_bytes()) for path in sorted(folder.iterdir())]


def test_the_command_writes_one_file_per_item_by_id_story_and_day(tmp_path):
    story = StoryFactory()
    first, second, third = kept_item(story=story), ItemFactory(story=story), ItemFactory(reported_at=AT)
    by_story = run(tmp_path / "story", "--story", str(story.pk))
    assert [fields_of(found)["item"] for found in by_story] == [first.pk, second.pk]
    assert len(run(tmp_path / "id", "--item", str(third.pk))) == 1
    assert [
        fields_of(found)["item"] for found in run(tmp_path / "day", "--since", "2026-03-04", "--until", "2026-03-04")
    ] == [third.pk]
    internal = run(tmp_path / "in", "--item", str(first.pk), "--internal")
    assert b"INTERNAL" in internal[0][0][2]
    assert "INTERNAL" in next((tmp_path / "in").iterdir()).name


@pytest.mark.parametrize("arguments", [[], ["--item", "0"], ["--since", "yesterday"], ["--story", "0"]])
def test_the_command_says_what_is_wrong(tmp_path, arguments):
    with pytest.raises(CommandError):
        run(tmp_path, *arguments)
    assert not list(tmp_path.iterdir())


def test_the_command_says_that_snapshots_are_damaged_and_writes_the_rest(tmp_path):
    item = kept_item()
    Blob.objects.update(path="snapshots/nowhere.zst")
    with pytest.raises(CommandError, match="2 snapshots are missing or damaged"):
        run(tmp_path / "out", "--item", str(item.pk))
    (path,) = (tmp_path / "out").iterdir()
    assert gzip.decompress(path.read_bytes())


def test_the_desk_gives_one_file_of_what_may_leave(client):
    client.force_login(UserFactory(is_superuser=True))
    items = [kept_item(), kept_item(ReusePolicy.FULL_TEXT_INTERNAL)]
    data = {"action": "export_warc", "_selected_action": [item.pk for item in items]}
    answer = client.post(reverse("admin:sources_item_changelist"), data)
    found = records(b"".join(answer.streaming_content))
    assert [kind for kind, _, _ in found].count("warcinfo") == 2
    assert sum(block == PAGE for _, _, block in found) == 1
    assert "attachment" in answer["Content-Disposition"]
