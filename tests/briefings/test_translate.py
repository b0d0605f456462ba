"""Translations: the structure of the source, words of a person, two keys, and no life of their own beyond the source's."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from briefings import compose, fidelity, lint, translate, workflow, writing
from briefings.models import Edition
from tests.factories.briefings import AFTER, published
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db

FRENCH = {
    "bottom_line": "Une partie de la population considère désormais les soldats de la paix comme une partie au conflit.",
    "likelihood": "De nouveaux tirs à Bangui dans les trois jours sont probables.",
    "confidence": "Notre confiance est modérée : deux origines, aucun accès à l’hôpital.",
    "headline": "La confiance dans la mission se brise.",
    "text": "Des soldats ont tiré sur une foule près de l’aéroport ; un hôpital a compté 4 blessés.",
}


@pytest.fixture
def source():
    return published()


@pytest.fixture
def translator():
    return UserFactory()


@pytest.fixture
def draft(source, translator):
    return translate.begin(source, language="fr", by=translator, at=AFTER)


def fill(edition, by, **changes):
    words = FRENCH | changes
    texts = {pair.key: words[pair.field] for pair in translate.pairs(edition) if pair.field in words}
    return translate.write(edition, texts, by=by, at=AFTER)


def sign(edition, by):
    workflow.submit(edition, by=by, at=AFTER)
    other = UserFactory()
    workflow.approve(edition, by=other, at=AFTER)
    return workflow.publish(edition, by=other, at=AFTER)


def codes(edition):
    return {finding.code for finding in workflow.findings(Edition.objects.get(pk=edition.pk)) if finding.is_blocking}


def test_it_is_the_same_edition_with_empty_texts(source, draft):
    ours, theirs = compose.compose(draft), compose.document_of(source)
    assert draft.public_id == f"{source.situation.code}-{source.date}-fr-v{source.version}"
    assert (ours.trend, ours.level, ours.days, ours.coverage) == (
        theirs.trend,
        theirs.level,
        theirs.days,
        theirs.coverage,
    )
    assert [claim.citations for claim in ours.claims] == [claim.citations for claim in theirs.claims]
    assert [[p.exact for p in claim.passages] for claim in ours.claims] == [
        [p.exact for p in claim.passages] for claim in theirs.claims
    ]
    assert {claim.text for claim in ours.claims} == {""}
    assert (ours.translated_from, ours.source_id) == ("en", source.public_id)


def test_beginning_twice_is_one_translation(source, draft, translator):
    assert translate.begin(source, language="fr", by=translator, at=AFTER) == draft


@pytest.mark.parametrize("language", ["en", "xx"])
def test_it_is_into_another_language_of_ours(source, translator, language):
    with pytest.raises(translate.CannotTranslate):
        translate.begin(source, language=language, by=translator, at=AFTER)


def test_a_translation_is_not_translated(draft, translator):
    published_one = sign(fill(draft, translator), translator)
    with pytest.raises(translate.CannotTranslate):
        translate.begin(published_one, language="ar", by=translator, at=AFTER)


def test_only_texts_can_be_written(draft, translator):
    claim = draft.claims.get()
    acts = [
        lambda: writing.write(draft, by=translator, at=AFTER, trend="easing"),
        lambda: writing.add_claim(draft, section="engaged", by=translator, at=AFTER, text="Another."),
        lambda: writing.change_claim(claim, by=translator, at=AFTER, label="confirmed"),
        lambda: writing.remove_claim(claim, by=translator, at=AFTER),
        lambda: writing.detach(claim.passages.get(), by=translator, at=AFTER),
        lambda: writing.add_date(draft, date=draft.date, text="Vote", by=translator, at=AFTER),
    ]
    before = compose.compose(draft)
    for act in acts:
        with pytest.raises(writing.Translated):
            act()
    assert compose.compose(Edition.objects.get(pk=draft.pk)) == before
    with pytest.raises(writing.UnknownField):
        translate.write(draft, {"trend": "easing"}, by=translator, at=AFTER)


def test_every_text_must_be_there_before_it_is_signed(draft, translator):
    fill(draft, translator, headline="")
    assert codes(draft) == {"not_translated"}
    with pytest.raises(workflow.NotReady):
        workflow.submit(draft, by=translator, at=AFTER)


def test_word_limits_do_not_hold(draft, translator):
    fill(draft, translator, bottom_line=" ".join(["mot"] * 200))
    assert codes(draft) == set()
    document = compose.compose(Edition.objects.get(pk=draft.pk))
    assert not any(finding.code.endswith(("_long", "_entries")) for finding in lint.findings(document))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "Un hôpital a compté 14 blessés près de l’aéroport."}, "number_not_in_source"),
        ({"likelihood": "De nouveaux tirs sont très probables."}, "likelihood_differs"),
        ({"likelihood": "De nouveaux tirs auront lieu."}, "likelihood_without_term"),
    ],
)
def test_it_says_what_its_source_says(draft, translator, changes, code):
    fill(draft, translator, **changes)
    assert codes(draft) == {code}


def test_a_figure_that_was_lost_is_worth_a_look(draft, translator):
    fill(draft, translator, text="Un hôpital a compté des blessés.")
    assert [f.code for f in workflow.findings(Edition.objects.get(pk=draft.pk))] == ["number_lost"]


def test_the_same_figure_in_other_digits_or_in_words_is_no_loss(source):
    document = compose.document_of(source)
    assert fidelity.findings(document, document) == ()


def test_nobody_approves_what_they_translated(draft, translator):
    workflow.submit(fill(draft, translator), by=translator, at=AFTER)
    with pytest.raises(workflow.OwnWriting):
        workflow.approve(draft, by=translator, at=AFTER)


def test_it_is_frozen_once_published(draft, translator):
    issued = sign(fill(draft, translator), translator)
    with pytest.raises(writing.Issued):
        fill(issued, translator, headline="Autre.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=issued.pk).update(bottom_line="Autre.")


class TestWhenTheSourceIsCorrected:
    @pytest.fixture
    def corrected(self, source):
        def correct():
            writer, approver, at = UserFactory(), UserFactory(), AFTER + dt.timedelta(hours=1)
            new = workflow.correct(source, note="The hospital counted others.", by=writer, at=at)
            writing.write(new, by=writer, at=at, bottom_line="Part of the population treats the mission as a party.")
            workflow.submit(new, by=writer, at=at)
            workflow.approve(new, by=approver, at=at)
            return workflow.publish(new, by=approver, at=at)

        return correct

    @pytest.mark.parametrize("step", ["submit", "approve", "publish"])
    def test_what_was_begun_cannot_be_sent(self, draft, translator, corrected, step):
        fill(draft, translator)
        other = UserFactory()
        if step != "submit":
            workflow.submit(draft, by=translator, at=AFTER)
        if step == "publish":
            workflow.approve(draft, by=other, at=AFTER)
        corrected()
        with pytest.raises(workflow.SourceChanged):
            getattr(workflow, step)(draft, by=translator if step == "submit" else other, at=AFTER)

    def test_what_was_sent_stands_no_more_and_says_so(self, draft, translator, corrected, client):
        issued = sign(fill(draft, translator), translator)
        assert issued in Edition.objects.standing()
        later = corrected()
        assert issued not in Edition.objects.standing()
        page = client.get(f"/edition/{issued.public_id}/").content.decode()
        assert later.public_id in page

    def test_the_next_translation_keeps_what_stayed_the_same(self, draft, translator, corrected):
        issued = sign(fill(draft, translator), translator)
        later = corrected()
        new = translate.begin(later, language="fr", by=translator, at=AFTER)
        texts = {pair.field: pair.text for pair in translate.pairs(new)}
        assert texts == FRENCH | {"bottom_line": "", "correction_note": ""}
        fill(
            new,
            translator,
            correction_note="L’hôpital en a compté d’autres.",
            bottom_line="La mission est vue comme une partie.",
        )
        sign(Edition.objects.get(pk=new.pk), translator)
        issued.refresh_from_db()
        assert issued.status == "corrected"


class TestReading:
    def test_each_language_leads_to_the_others(self, source, draft, translator, client):
        issued = sign(fill(draft, translator), translator)
        ours = client.get(f"/edition/{issued.public_id}/").content.decode()
        theirs = client.get(f"/edition/{source.public_id}/").content.decode()
        for page in (ours, theirs):
            assert f'hreflang="fr" href="http://127.0.0.1:8000/fr/edition/{issued.public_id}/"' in page
            assert f'hreflang="en" href="http://127.0.0.1:8000/edition/{source.public_id}/"' in page
        assert FRENCH["headline"] in ours
        assert "anglais" in ours
        assert "Ce qui a changé" in ours or "Principaux faits" in ours

    def test_no_page_names_the_translator(self, draft, translator, client):
        issued = sign(fill(draft, translator), translator)
        page = client.get(f"/edition/{issued.public_id}/").content.decode()
        assert translator.email not in page

    def test_the_front_page_shows_the_source(self, source, draft, translator, client):
        sign(fill(draft, translator), translator)
        page = client.get("/").content.decode()
        assert source.bottom_line in page
        assert FRENCH["bottom_line"] not in page
        french = client.get("/fr/").content.decode()
        assert FRENCH["bottom_line"] in french
        assert "République centrafricaine" in french


class TestAtTheDesk:
    @pytest.fixture
    def desk(self, client):
        editor = UserFactory(is_staff=True, is_superuser=True)
        client.force_login(editor)
        return client

    def test_one_act_opens_it_and_the_page_shows_both_sides(self, desk, source):
        opened = desk.post(f"/desk/briefings/edition/{source.pk}/act/translate/", {"note": "ar"}, follow=True)
        page = opened.content.decode()
        assert source.bottom_line in page
        assert 'lang="ar" dir="rtl"' in page
        assert Edition.objects.get(language="ar").translation_of == source

    def test_texts_are_saved_and_sent_for_review(self, desk, draft):
        texts = {pair.key: FRENCH.get(pair.field, "") for pair in translate.pairs(draft)}
        desk.post(f"/desk/briefings/edition/{draft.pk}/translate/", texts | {"_submit": "1"})
        draft.refresh_from_db()
        assert draft.status == "in_review"
        assert draft.bottom_line == FRENCH["bottom_line"]

    def test_the_editor_of_sources_does_not_write_it(self, desk, draft):
        desk.post(f"/desk/briefings/edition/{draft.pk}/change/", {"trend": "easing", "bottom_line": "Autre."})
        draft.refresh_from_db()
        assert (draft.trend, draft.bottom_line) == (draft.translation_of.trend, "")
        assert "/translate/" in desk.get(f"/desk/briefings/edition/{draft.pk}/change/").content.decode()

    def test_there_is_no_such_page_for_a_source(self, desk, source):
        assert desk.get(f"/desk/briefings/edition/{source.pk}/translate/").status_code == 403
