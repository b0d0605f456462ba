"""One edition against another: what is new, changed, gone."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefings.render.document import Claim
from briefings.since import State, compare, marked
from tests.factories.documents import rich


def claim(number, text, **more):
    return Claim(f"x{number}", "claim", "", text, "single_source", "new", (), **more)


@pytest.fixture
def then():
    return rich()


def edited(document, *claims, **fields):
    return dataclasses.replace(document, key_developments=claims, **fields)


def states(comparison):
    return [(each.state, each.claim.text) for each in comparison.claims if each.section == "key_developments"]


def test_an_edition_beside_itself_has_not_changed(then):
    found = compare(then, then)
    assert found.is_same
    assert all(each.mark == "" for each in marked(found).claims)


def test_claims_are_told_again_whatever_their_id_and_place(then):
    first = edited(then, claim(1, "Soldiers fired on a crowd near the airport."), claim(2, "The market stayed shut."))
    second = edited(
        then,
        claim(9, "A column left for Bossangoa at dawn."),
        claim(8, "The market stayed shut."),
        claim(7, "Soldiers fired on a crowd near the airport, wounding six."),
    )
    found = compare(first, second)
    assert states(found) == [
        (State.NEW, "A column left for Bossangoa at dawn."),
        (State.SAME, "The market stayed shut."),
        (State.CHANGED, "Soldiers fired on a crowd near the airport, wounding six."),
    ]
    assert [each.mark for each in marked(found).key_developments] == ["new", "", "updated"]
    back = compare(second, first)
    assert back.gone[0].claim.text == "A column left for Bossangoa at dawn."


def test_a_claim_with_another_label_or_other_passages_has_changed(then):
    at = then.key_developments[0]
    other = dataclasses.replace(at, label="disputed")
    bare = dataclasses.replace(at, passages=())
    assert states(compare(edited(then, at), edited(then, other)))[0][0] is State.CHANGED
    assert states(compare(edited(then, at), edited(then, bare)))[0][0] is State.CHANGED


def test_texts_and_values_of_the_head_are_told(then):
    now = dataclasses.replace(then, trend="easing", bottom_line="Another judgement.")
    found = compare(then, now)
    assert [each.name for each in found.values] == ["trend"]
    assert "".join(run.text for run in found.texts[0].runs if run.kind != "gone") == "Another judgement."


_TEXTS = st.lists(st.text("ab c", min_size=1, max_size=12), max_size=6)


@given(_TEXTS, _TEXTS)
def test_every_claim_of_both_is_told_once(old, new):
    document = rich()
    first = edited(document, *(claim(number, text) for number, text in enumerate(old)))
    second = edited(document, *(claim(number, text) for number, text in enumerate(new)))
    found = [each for each in compare(first, second).claims if each.section == "key_developments"]
    assert sorted(each.now.text for each in found if each.now) == sorted(new)
    assert sorted(each.then.text for each in found if each.then) == sorted(old)
