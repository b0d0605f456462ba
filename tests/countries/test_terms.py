"""Texts read for terms: only those about a situation, once per version, and nothing that stood is changed."""

from __future__ import annotations

import pytest

from countries import reference
from countries.models import Screening, Suggester, Term, TermSuggestion
from countries.tagging import decide
from countries.tagging import terms as stage
from countries.tagging.coding import prototypes
from countries.tagging.coding.code import VERSION
from countries.tagging.coding.lexicon import LANGUAGES, load
from countries.tagging.coding.values import Scheme
from countries.tagging.queue import suggest_pending
from countries.tagging.terms import code_pending
from sources.models import Revision
from tests.factories.countries import NameFactory, UserFactory
from tests.factories.sources import NOON, ItemFactory

pytestmark = pytest.mark.django_db
RAID = "Soldiers killed twelve villagers near Bangui on Monday, a local priest said. Houses were burned."


@pytest.fixture(autouse=True)
def vocabularies():
    reference._load_vocabularies()
    reference._load_framework()
    reference._load_event_types()


@pytest.fixture
def situation():
    return NameFactory(text="Bangui").situation


def read(**item):
    made = ItemFactory(**{"title": "Raid near Bangui", "text": RAID, **item})
    suggest_pending(at=NOON)
    code_pending(at=NOON)
    return made


def suggested(item, scheme):
    return TermSuggestion.objects.newest().filter(item=item, term__scheme__code=scheme).order_by("-score", "id")


def test_what_is_suggested_rests_on_sentences_of_the_stored_text(situation):
    item = read()
    reading = f"{item.current.title}\n{item.current.reading_text}"
    rows = TermSuggestion.objects.filter(item=item)
    assert rows
    for row in rows:
        assert all(reading[part["start"] : part["end"]] == part["exact"] for part in row.evidence)
    figure = suggested(item, "harm-kind").get()
    assert (figure.term.code, figure.low, figure.best, figure.words) == ("killed", None, 12, "a local priest")
    assert suggested(item, "perpetrator-kind").get().term.code == "state_force"


def test_the_cost_of_a_batch_does_not_grow_with_its_size(situation, django_assert_max_num_queries):
    ItemFactory.create_batch(12, title="Raid near Bangui", text=RAID)
    suggest_pending(at=NOON)
    with django_assert_max_num_queries(12):
        assert code_pending(at=NOON) == 12


def test_a_text_is_read_once_and_one_that_is_about_nothing_we_follow_never(situation):
    read()
    ItemFactory(title="Raid in Atlantis", text=RAID.replace("Bangui", "Atlantis"))
    suggest_pending(at=NOON)

    assert code_pending(at=NOON) == 0
    assert Screening.objects.filter(version=VERSION).count() == 1


def test_an_item_that_a_person_added_is_read_too(situation):
    item = ItemFactory(title="Raid", text=RAID.replace("Bangui", "the river"))
    suggest_pending(at=NOON)
    assert code_pending(at=NOON) == 0
    decide.add(item, situation=situation, by=UserFactory(), at=NOON)
    assert code_pending(at=NOON) == 1


def test_a_newer_version_adds_and_changes_nothing_that_an_older_one_said(situation, monkeypatch):
    item = read()
    before = list(TermSuggestion.objects.order_by("id").values())
    monkeypatch.setattr(stage, "VERSION", "lexicon-test")

    assert code_pending(at=NOON) == 1

    assert list(TermSuggestion.objects.filter(version=VERSION).order_by("id").values()) == before
    assert set(suggested(item, "harm-kind").values_list("version", flat=True)) == {"lexicon-test"}


def test_a_changed_text_is_read_anew_and_what_it_no_longer_says_is_no_longer_shown(situation):
    item = read()
    item.current = Revision.objects.create(
        item=item, number=2, title=item.title, text="Calm in Bangui.", content_hash="b" * 64, seen_at=NOON
    )
    item.save()

    assert code_pending(at=NOON) == 1

    assert not suggested(item, "harm-kind").exists()
    assert TermSuggestion.objects.filter(item=item, revision__number=1).exists()


def test_a_language_without_lexicon_waits_for_a_model_and_then_is_read_by_it(situation):
    class Model:
        def code(self, title, text):
            return ()

    read(language="sw")
    assert not Screening.objects.filter(reads="terms").exists()
    assert code_pending(at=NOON, prototypes=Model()) == 1
    assert code_pending(at=NOON, prototypes=Model()) == 0


def test_a_decision_outlives_the_version_that_suggested_it(situation, monkeypatch):
    item = read()
    figure = suggested(item, "harm-kind").get()
    killed = figure.term
    decide.correct_term(
        figure,
        situation=situation,
        term=killed,
        words="a local priest",
        figure=decide.Figure(low=12, best=15),
        by=UserFactory(),
        at=NOON,
    )
    monkeypatch.setattr(stage, "VERSION", "lexicon-test")
    code_pending(at=NOON)

    assert not suggested(item, "harm-kind").undecided(situation).exists()
    tag = item.tags.standing().get()
    assert (tag.verdict, tag.low, tag.best, tag.suggester, tag.term_suggestion) == (
        "corrected",
        12,
        15,
        VERSION,
        figure,
    )


def test_a_rejected_term_is_decided_and_one_taken_back_waits_again(situation):
    item = read()
    killer = suggested(item, "perpetrator-kind").get()
    curator = UserFactory()
    decide.reject_term(killer, situation=situation, by=curator, at=NOON)
    assert not suggested(item, "perpetrator-kind").undecided(situation).exists()
    decide.withdraw(item, situation=situation, term=killer.term, by=curator, at=NOON)
    assert suggested(item, "perpetrator-kind").undecided(situation).exists()


def test_what_a_person_adds_names_the_version_that_missed_it(situation):
    item = read()
    torture = Term.objects.get(scheme__code="event-type", code="torture")
    tag = decide.tag_term(item, situation=situation, term=torture, by=UserFactory(), at=NOON)
    assert (tag.verdict, tag.suggester) == ("added", VERSION)
    killing = Term.objects.get(scheme__code="event-type", code="killing")
    tag = decide.tag_term(item, situation=situation, term=killing, by=UserFactory(), at=NOON)
    assert (tag.verdict, tag.suggester) == ("accepted", VERSION)


def test_bounds_out_of_order_are_refused():
    with pytest.raises(decide.BoundsOutOfOrder):
        decide.Figure(low=5, best=3)


@pytest.mark.parametrize("text", ["", "\x00\ud800killed", "killed 12 " * 250_000])
def test_odd_texts_stop_nothing(situation, text):
    item = ItemFactory(title="Bangui", text="")
    Revision.objects.filter(item=item).update(text=text.replace("\x00", "").encode("utf-8", "ignore").decode())
    suggest_pending(at=NOON)
    assert code_pending(at=NOON) == 1


def test_every_code_that_lexicons_and_prototypes_name_is_a_term():
    tables = {
        "indicator": Scheme.INDICATOR,
        "event": Scheme.EVENT,
        "frame": Scheme.FRAME,
        "perpetrator": Scheme.PERPETRATOR,
        "target": Scheme.TARGET,
        "harm": Scheme.HARM,
    }
    known = set(Term.objects.values_list("scheme__code", "code"))
    cues = {(cue.table, cue.code) for language in LANGUAGES for cue in load(language).matcher.cues}
    assert {(tables[table].value, code) for table, code in cues if table in tables} - known == set()
    assert {(scheme, code) for scheme, code, _ in prototypes.rows() if scheme != "neutral"} - known == set()
    assert {scheme.value for scheme in Scheme} == set(Suggester.values) - {Suggester.SITUATION.value}
