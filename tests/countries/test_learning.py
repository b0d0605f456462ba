"""The learning page's numbers: from decisions to shares, intervals and thresholds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from countries import learning
from countries.learning import Cut, Standing, standings, steps
from countries.models import Scheme, Suggester, TagSuggestion, Term, TermSuggestion, Threshold
from countries.shares import wilson
from countries.tagging import decide
from tests.factories.countries import SituationFactory, UserFactory
from tests.factories.sources import NOON, ItemFactory


@pytest.fixture
def situation():
    return SituationFactory()


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def events():
    scheme = Scheme.objects.create(code="event-type", version="1", title="Types of event")
    return [Term.objects.create(scheme=scheme, code=code, label=code) for code in ("killing", "protest")]


def suggested(term, *, score=0.8, version="lexicon-1", language="en"):
    item = ItemFactory(language=language)
    return TermSuggestion.objects.create(
        item=item, revision=item.current, term=term, score=score, version=version, created_at=NOON
    )


@pytest.mark.django_db
def test_shares_are_counted_by_version_language_and_situation(situation, person, events):
    killing, protest = events
    answers = {"situation": situation, "by": person, "at": NOON}
    for language in ("en", "en", "fr"):
        decide.accept_term(suggested(killing, language=language), **answers)
    decide.reject_term(suggested(killing, version="lexicon-2"), **answers)
    decide.correct_term(suggested(killing), term=protest, **answers)
    decide.tag_term(ItemFactory(), term=protest, **answers)

    assert standings(by=[]) == {Cut("event-type"): Standing(accepted=3, corrected=1, rejected=1, added=1)}
    by_language = standings(by=["language"], suggester="event-type")
    assert by_language[Cut("event-type", language="fr")] == Standing(accepted=1)
    by_version = standings(by=["version"])
    assert by_version[Cut("event-type", version="lexicon-2")] == Standing(rejected=1)
    standing = standings(by=["situation"])[Cut("event-type", situation="CAF")]
    assert (standing.precision, standing.miss_rate) == (3 / 5, 1 / 5)


@pytest.mark.django_db
def test_only_the_last_word_counts(situation, person, events):
    suggestion = suggested(events[0])
    decide.reject_term(suggestion, situation=situation, by=person, at=NOON)
    decide.accept_term(suggestion, situation=situation, by=person, at=NOON)
    assert standings(by=[]) == {Cut("event-type"): Standing(accepted=1)}
    decide.withdraw(suggestion.item, situation=situation, term=events[0], by=person, at=NOON)
    assert standings(by=[]) == {}


@pytest.mark.django_db
def test_situations_are_judged_as_terms_are(situation, person):
    item = ItemFactory()
    TagSuggestion.objects.create(
        item=item, revision=item.current, situation=situation, score=0.7, version="names-1", created_at=NOON
    )
    decide.reject(item, situation=situation, by=person, at=NOON)
    decide.add(ItemFactory(), situation=situation, by=person, at=NOON)
    assert standings(by=["version"]) == {
        Cut("situation", version="names-1"): Standing(rejected=1),
        Cut("situation"): Standing(added=1),
    }


@pytest.mark.django_db
def test_what_the_machine_did_not_show_is_no_credit_to_it_and_no_blame(situation, person):
    def suggested_situation(score, **changes):
        item = ItemFactory()
        return TagSuggestion.objects.create(
            item=item, revision=item.current, situation=situation, score=score, version="v", created_at=NOON, **changes
        )

    answers = {"situation": situation, "by": person, "at": NOON}
    learning.set_threshold(Suggester.SITUATION, least=0.5, by=person, at=NOON)
    shown, hidden = suggested_situation(0.6), suggested_situation(0.4)
    outdated = suggested_situation(0.9, is_current=False)
    for suggestion in (shown, hidden, outdated):
        decide.accept(suggestion.item, **answers)
    decide.reject(ItemFactory(), **answers)  # a report of the same story that nobody suggested
    assert standings(by=[]) == {Cut("situation"): Standing(accepted=1, added=2)}

    learning.set_threshold(Suggester.SITUATION, least=0.8, by=person, at=NOON)
    decide.accept(shown.item, **answers)
    assert standings(by=[]) == {Cut("situation"): Standing(accepted=1, added=2)}


@pytest.mark.django_db
def test_steps_say_what_a_threshold_would_have_shown_and_hidden(situation, person, events):
    answers = {"situation": situation, "by": person, "at": NOON}
    for score, act in ((0.95, "accept"), (0.7, "accept"), (0.7, "reject"), (0.3, "accept"), (0.2, "reject")):
        suggestion = suggested(events[0], score=score)
        (decide.accept_term if act == "accept" else decide.reject_term)(suggestion, **answers)
    found = {step.least: (step.shown, step.right, step.hidden_right) for step in steps("event-type")}
    assert (found[0.0], found[0.3], found[0.7], found[0.9]) == ((5, 3, 0), (4, 3, 0), (3, 2, 1), (1, 1, 2))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("score", "language", "is_shown"),
    [(0.55, "fr", False), (0.65, "fr", True), (0.55, "en", True), (0.45, "en", False)],
)
def test_the_narrowest_threshold_counts(situation, person, events, score, language, is_shown):
    learning.set_threshold(Suggester.EVENT, least=0.9, by=person, at=NOON)
    learning.set_threshold(Suggester.EVENT, least=0.5, situation=situation, by=person, at=NOON)
    learning.set_threshold(Suggester.EVENT, least=0.6, situation=situation, language="fr", by=person, at=NOON)
    learning.set_threshold(Suggester.EVENT, least=0.0, situation=SituationFactory(code="SSD"), by=person, at=NOON)
    suggested(events[0], score=score, language=language)
    assert TermSuggestion.objects.shown(situation).exists() == is_shown


@pytest.mark.django_db
def test_a_threshold_is_replaced_and_its_history_kept(person):
    learning.set_threshold(Suggester.SITUATION, least=0.2, by=person, at=NOON)
    learning.set_threshold(Suggester.SITUATION, least=0.4, by=person, at=NOON)
    assert list(Threshold.objects.order_by("id").values_list("least", "is_current")) == [(0.2, False), (0.4, True)]
    with pytest.raises(learning.NotAThreshold):
        learning.set_threshold(Suggester.SITUATION, least=1.2, by=person, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_set_one_threshold_at_once_leave_one(person):
    def set_one(least):
        try:
            met.wait()
            learning.set_threshold(Suggester.SITUATION, least=least, by=person, at=NOON)
        finally:
            connections.close_all()

    met = threading.Barrier(2, timeout=20)
    with ThreadPoolExecutor() as pool:
        list(pool.map(set_one, (0.2, 0.4)))
    assert (Threshold.objects.count(), Threshold.objects.current().count()) == (2, 1)


@pytest.mark.django_db
def test_the_page_prints_the_numbers_and_sets_a_threshold(client, situation, person, events):
    answers = {"situation": situation, "by": person, "at": NOON}
    for _each in range(3):
        decide.accept_term(suggested(events[0]), **answers)
    decide.reject_term(suggested(events[0]), **answers)
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_tag", "add_threshold"]))
    client.force_login(person)
    address = reverse("admin:countries_learning")

    page = client.get(address, {"suggester": "event-type"}).content.decode()
    assert "75 %" in page
    assert "(30–95)" in page

    sent = {"suggester": "event-type", "least": "0,7", "situation": "CAF", "reason": "too many"}
    client.post(reverse("admin:countries_learning_threshold"), sent)
    threshold = Threshold.objects.get()
    assert (threshold.least, threshold.situation, threshold.set_by, threshold.reason) == (
        0.7,
        situation,
        person,
        "too many",
    )
    for least in ("many", "nan", "7"):
        client.post(reverse("admin:countries_learning_threshold"), {**sent, "least": least})
    assert Threshold.objects.count() == 1


@pytest.mark.django_db
def test_only_who_may_sets_a_threshold(client, person):
    client.force_login(person)
    sent = client.post(reverse("admin:countries_learning_threshold"), {"suggester": "frame", "least": "0.5"})
    assert sent.status_code == 403
    assert not Threshold.objects.exists()


def test_wilson_agrees_with_the_worked_example_of_the_literature():
    low, high = wilson(81, 263)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) is None


@given(st.integers(0, 400), st.integers(1, 400))
def test_an_interval_holds_its_share(successes, more):
    trials = successes + more
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
