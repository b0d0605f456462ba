"""What is new, changed, unchanged or said twice; and that the order of a document does not matter."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.ingest.dates import Precision
from sources.ingest.dedupe import Known, Reason, Verdict, decide
from sources.ingest.normalise import Publication, content_hash

DAY = dt.datetime(2025, 11, 21, tzinfo=dt.UTC)


def entry(identifier: str = "", path: str = "", title: str = "Title", text: str = "Text") -> Publication:
    url = f"https://example.org/{path}" if path else ""
    return Publication(identifier, url, url, title, text, "", DAY, Precision.SECOND, content_hash(title, text))


def stored(*decisions, start: int = 1) -> list[Known]:
    """What a feed knows after these decisions were stored."""
    new = [one for one in decisions if one.verdict is Verdict.NEW]
    return [
        Known(
            number, one.external_id, one.publication.canonical_url, one.publication.title, one.publication.content_hash
        )
        for number, one in enumerate(new, start)
    ]


def verdicts(entries, known=()) -> dict[str, int]:
    found = [one.verdict for one in decide(entries, known)]
    return {verdict.value: found.count(verdict) for verdict in Verdict if verdict in found}


def test_a_first_document_is_all_new_and_the_same_again_all_unchanged():
    entries = [entry("1", "a"), entry("2", "b"), entry("", "c", title="Other")]
    first = decide(entries, [])
    assert verdicts(entries) == {"new": 3}
    assert verdicts(entries, stored(*first)) == {"unchanged": 3}


def test_changed_words_are_a_change_of_the_same_item():
    known = stored(*decide([entry("1", "a")], []))
    (one,) = decide([entry("1", "a", text="Other words")], known)
    assert (one.verdict, one.item_id) == (Verdict.CHANGED, 1)


def test_a_live_page_under_changing_titles_is_one_item():
    known = stored(*decide([entry("live", "live", title="Morning")], []))
    (one,) = decide([entry("live", "live", title="Evening")], known)
    assert one.verdict is Verdict.CHANGED


def test_tracking_copies_in_one_document_are_one_item():
    assert verdicts([entry(str(n), "s") for n in range(5)]) == {"new": 1, "repeated": 4}


def test_an_identifier_shared_by_different_addresses_loses_nothing():
    entries = [entry("same", str(n), title=f"Story {n}") for n in range(10)]
    first = decide(entries, [])
    assert verdicts(entries) == {"new": 10}
    assert len({one.external_id for one in first}) == 10
    assert verdicts(entries, stored(*first)) == {"unchanged": 10}


def test_an_address_shared_by_different_entries_loses_nothing():
    entries = [entry(f"id{n}", "home", title=f"Story {n}") for n in range(5)]
    first = decide(entries, [])
    assert verdicts(entries) == {"new": 5}
    assert verdicts([*entries, entry("id9", "home", title="Story 9")], stored(*first)) == {"unchanged": 5, "new": 1}


def test_entries_with_one_address_and_no_identifiers_are_known_by_their_titles():
    entries = [entry("", "home", title=f"Notice {n}") for n in range(3)]
    first = decide(entries, [])
    assert verdicts(entries) == {"new": 3}
    again = decide(entries, stored(*first))
    assert {one.reason for one in again} == {Reason.TITLE}
    assert {one.verdict for one in again} == {Verdict.UNCHANGED}


def test_one_new_entry_at_a_known_address_with_another_name_is_another_article():
    known = stored(*decide([entry("id1", "home", title="First")], []))
    assert verdicts([entry("id2", "home", title="Second")], known) == {"new": 1}


def test_an_article_whose_identifier_changed_is_known_by_its_address():
    known = stored(*decide([entry("old", "a")], []))
    (one,) = decide([entry("new", "a")], known)
    assert (one.verdict, one.reason) == (Verdict.UNCHANGED, Reason.ADDRESS)


def test_an_article_that_moved_is_known_by_its_identifier():
    known = stored(*decide([entry("1", "old-place")], []))
    (one,) = decide([entry("1", "new-place")], known)
    assert (one.verdict, one.reason) == (Verdict.UNCHANGED, Reason.IDENTIFIER)


ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from(["", "1", "2", "3"]),
        st.sampled_from(["", "a", "b", "c"]),
        st.sampled_from(["One", "Two"]),
        st.sampled_from(["x", "y", "zz"]),
    ),
    max_size=8,
)


@given(ENTRIES, ENTRIES, st.randoms())
def test_the_order_of_a_document_does_not_matter(before, entries, random):
    known = stored(*decide(before, []))
    shuffled = list(entries)
    random.shuffle(shuffled)
    random.shuffle(known)
    assert set(decide(entries, known)) == set(decide(shuffled, known))


@given(ENTRIES)
def test_everything_stored_has_a_name_of_its_own_and_nothing_is_lost(entries):
    found = decide(entries, [])
    new = [one for one in found if one.verdict is Verdict.NEW]
    assert len({one.external_id for one in new}) == len(new)
    assert len(found) == len(entries)
    # Whatever was left out says the same as something kept: same address, same identifier, or same title.
    for one in found:
        if one.verdict is Verdict.REPEATED:
            said = one.publication
            assert any(
                said.canonical_url == kept.publication.canonical_url != ""
                or said.external_id == kept.publication.external_id != ""
                or said.title == kept.publication.title
                for kept in new
            )


@given(ENTRIES)
def test_the_same_document_again_brings_nothing_new(entries):
    known = stored(*decide(entries, []))
    assert {one.verdict for one in decide(entries, known)} <= {Verdict.UNCHANGED, Verdict.REPEATED}


@pytest.mark.parametrize("length", [10, 2_000])
def test_a_key_made_of_an_address_fits_an_index(length):
    (one,) = decide([entry("", "x" * length)], [])
    assert len(one.external_id) < 1_000
