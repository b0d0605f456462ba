"""Recorded feeds, each beside what is to be read in it. Run with CURATOR_RECORD=1 to write the expectations anew."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from sources import adapters
from sources.ingest.normalise import publication

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
FOLDER = Path(__file__).resolve().parent.parent / "recordings"
RECORDINGS = sorted(path for path in FOLDER.iterdir() if not path.name.endswith(".expected.json"))


def read(body: bytes, *, content_type: str = "", url: str = "https://recorded.example/feed") -> adapters.ParsedFeed:
    return adapters.choose(body, content_type=content_type).parse(body, content_type=content_type, url=url)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_a_recorded_feed_reads_as_expected(recording):
    parsed = read(recording.read_bytes())
    found = {
        "title": parsed.title,
        "language": parsed.language,
        "skipped": list(parsed.skipped),
        "publications": [
            {
                "external_id": one.external_id,
                "url": one.url,
                "canonical_url": one.canonical_url,
                "title": one.title,
                "text": one.text,
                "author": one.author,
                "published_at": one.published_at.isoformat() if one.published_at else None,
                "precision": one.precision,
            }
            for one in (publication(entry, feed_url="https://recorded.example/feed", at=AT) for entry in parsed.entries)
        ],
    }
    expectation = recording.parent / f"{recording.name}.expected.json"
    if os.environ.get("CURATOR_RECORD"):
        expectation.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    assert found == json.loads(expectation.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!doctype html><html><title>Checking your browser</title></html>", "web page"),
        (b"plain words", "neither RSS nor Atom"),
        (b"{", "not valid JSON"),
        (b"[1, 2]", "neither RSS nor Atom"),
        (b'{"items": 3}', "no list of items"),
        (b'{"items": ["a", 3, null]}', "None of the 3 entries"),
        (b"<rss><channel><item/><item></item></channel></rss>", "None of the 2 entries"),
        (b"[" * 100_000, "neither RSS nor Atom"),
        (b'{"items":' * 50_000, "not valid JSON"),
        (b"\x00\x01\x02" * 50, "neither RSS nor Atom"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(body, reason):
    with pytest.raises(adapters.NotAFeed, match=reason):
        read(body)


def test_a_feed_without_entries_is_a_feed():
    assert read(b'<rss version="2.0"><channel><title>Quiet</title></channel></rss>').entries == ()
    assert read(b'{"version": "https://jsonfeed.org/version/1.1", "items": []}').entries == ()


def test_a_json_feed_is_known_by_its_bytes_whatever_the_server_calls_it():
    assert (
        read(b' \n{"items": [{"id": "1", "title": "One"}]}', content_type="text/html").entries[0].title.value == "One"
    )


def test_a_format_chosen_by_staff_is_obeyed():
    with pytest.raises(adapters.NotAFeed):
        adapters.choose(b'{"items": []}', content_type="", wanted="rss").parse(
            b'{"items": []}', content_type="", url="https://recorded.example/"
        )


def test_the_charset_of_the_header_is_used_where_the_document_names_none():
    body = "<rss><channel><item><title>Жертвы</title></item></channel></rss>".encode("cp1251")
    parsed = read(body, content_type="application/rss+xml; charset=windows-1251")
    assert parsed.entries[0].title.value == "Жертвы"


def test_a_codec_that_is_no_text_encoding_is_not_used():
    body = b'<?xml version="1.0" encoding="zlib"?><rss version="2.0"><channel><item><title>One</title></item></channel></rss>'
    assert read(body).entries[0].title.value == "One"


def test_an_entity_bomb_does_not_go_off():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]><rss version="2.0"><channel>'
    bomb += "<item><title>&l9;</title><guid>x</guid></item></channel></rss>"
    parsed = read(bomb.encode())
    assert len(parsed.entries[0].title.value) < 1_000


def test_more_entries_than_anybody_follows_are_cut_and_said_to_be():
    entries = "".join(f"<item><title>{n}</title></item>" for n in range(adapters.MAX_ENTRIES + 10))
    parsed = read(f'<rss version="2.0"><channel>{entries}</channel></rss>'.encode())
    assert len(parsed.entries) == adapters.MAX_ENTRIES
    assert "Only the first" in parsed.skipped[0]
