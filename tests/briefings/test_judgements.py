"""Judgements that moved say why; likelihoods that were printed are held against what happened."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from briefings import compose, judgements, record, workflow, writing
from briefings.models import Resolution, Statement
from briefings.render import text
from briefings.render.document import Move, Track
from tests.factories.briefings import AFTER, CUT_OFF, DATE, EditionFactory, published, ready
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HORIZON = DATE + 3 * DAY
RULE = "Two independent outlets report a shooting."


def issue(*, situation=None, days=0, writer=None, **fields):
    """An edition of the day that many days after the first, with these words in it."""
    writer, approver = writer or UserFactory(), UserFactory()
    changes = {} if situation is None else {"situation": situation}
    edition = EditionFactory(
        date=DATE + days * DAY,
        period_start=CUT_OFF + (days - 1) * DAY,
        period_end=CUT_OFF + days * DAY,
        **changes,
    )
    at = AFTER + days * DAY
    ready(edition, by=writer, at=at)
    writing.write(edition, by=writer, at=at, **fields)
    workflow.submit(edition, by=writer, at=at)
    workflow.approve(edition, by=approver, at=at)
    return workflow.publish(edition, by=approver, at=at)


class TestWhyAJudgementChanged:
    @pytest.fixture
    def first(self):
        return issue()

    @pytest.mark.parametrize(
        ("fields", "code"),
        [({"trend": "worsening"}, "trend_unexplained"), ({"level": 2}, "level_unexplained")],
    )
    def test_a_change_without_a_reason_is_not_sent_for_review(self, first, fields, code):
        with pytest.raises(workflow.NotReady) as caught:
            issue(situation=first.situation, days=1, **fields)
        assert [finding.code for finding in caught.value.findings] == [code]

    def test_a_change_with_its_reason_is_in_the_document_and_in_the_text(self, first):
        second = issue(
            situation=first.situation, days=1, trend="worsening", trend_reason="a hospital counted more dead."
        )
        document = compose.document_of(second)
        assert document.moved_since == first.public_id
        assert document.moves == (Move("trend", "unchanged", "worsening", "a hospital counted more dead."),)
        words = " ".join(text.render(document).split())
        assert "Trend changed from unchanged to worsening because a hospital counted more dead." in words
        assert f"Changed since {first.public_id}" in words

    def test_another_term_of_likelihood_is_a_change_and_asks_for_a_reason(self, first):
        second = issue(situation=first.situation, days=1, likelihood="Further shootings in Bangui are very likely.")
        assert compose.document_of(second).moves == (Move("likelihood", "likely", "very likely", ""),)
        draft = EditionFactory(
            situation=first.situation, date=DATE + 2 * DAY, period_end=CUT_OFF + 2 * DAY, period_start=CUT_OFF + DAY
        )
        ready(draft, by=UserFactory(), at=AFTER + 2 * DAY)
        draft.refresh_from_db()
        found = {finding.code: finding.is_blocking for finding in workflow.findings(draft)}
        assert found["likelihood_unexplained"] is False

    def test_a_correction_is_held_against_the_edition_before_and_not_against_itself(self, first):
        second = issue(situation=first.situation, days=1, trend="worsening", trend_reason="more died")
        third = workflow.correct(second, note="The toll was wrong.", by=UserFactory(), at=AFTER + DAY)
        assert compose.compose(third).moved_since == first.public_id
        assert [move.what for move in compose.compose(third).moves] == ["trend"]

    def test_the_first_edition_has_nothing_to_explain(self, first):
        assert (compose.document_of(first).moves, compose.document_of(first).moved_since) == ((), "")


class TestStatements:
    @pytest.fixture
    def writer(self):
        return UserFactory()

    @pytest.fixture
    def edition(self, writer):
        return issue(writer=writer, horizon=HORIZON, resolution_rule=RULE)

    @pytest.fixture
    def statement(self, edition):
        return edition.statement

    def test_publication_records_what_was_said(self, statement):
        assert (statement.term, statement.horizon, statement.review_date) == (4, HORIZON, HORIZON + DAY)
        assert statement.text == "Further shootings in Bangui within three days are likely."
        assert (statement.rule, "moderate" in statement.confidence) == (RULE, True)

    def test_what_nobody_can_judge_is_not_recorded_and_is_counted_as_such(self):
        issue(horizon=HORIZON)
        assert not Statement.objects.exists()
        assert record.words("en").untestable == 1

    def test_a_correction_makes_no_second_record_of_the_same_words(self, edition, writer):
        second = workflow.correct(edition, note="The toll was wrong.", by=writer, at=AFTER)
        workflow.submit(second, by=writer, at=AFTER)
        workflow.approve(second, by=(other := UserFactory()), at=AFTER)
        workflow.publish(second, by=other, at=AFTER)
        assert Statement.objects.count() == 1

    def test_a_correction_of_the_likelihood_does_not_take_the_first_one_back(self, edition, writer):
        second = workflow.correct(edition, note="It was too low.", by=writer, at=AFTER)
        writing.write(second, by=writer, at=AFTER, likelihood="Further shootings are almost certain.")
        workflow.submit(second, by=writer, at=AFTER)
        workflow.approve(second, by=(other := UserFactory()), at=AFTER)
        workflow.publish(second, by=other, at=AFTER)
        assert sorted(Statement.objects.values_list("term", flat=True)) == [4, 6]

    def test_it_is_due_on_the_day_after_its_horizon(self, statement):
        assert not Statement.objects.due(HORIZON)
        assert Statement.objects.due(HORIZON + DAY).get() == statement
        with pytest.raises(judgements.NotDue):
            resolve(statement, today=HORIZON)

    def test_who_wrote_it_does_not_resolve_it(self, statement, writer):
        with pytest.raises(judgements.OwnStatement):
            resolve(statement, by=writer)
        with pytest.raises(IntegrityError, match="nobody says of their own words"), transaction.atomic():
            Resolution.objects.create(statement=statement, outcome="true", reason="x", by=writer, at=AFTER)

    def test_a_resolution_says_why(self, statement):
        with pytest.raises(judgements.WithoutReason):
            resolve(statement, reason=" ")

    def test_the_last_resolution_stands_and_the_first_stays_on_record(self, statement):
        resolve(statement, outcome="false", reason="None was reported.")
        assert not Statement.objects.due(HORIZON + DAY)
        resolve(statement, outcome="true", reason="A report came late.", at=AFTER + 9 * DAY)
        assert Statement.objects.with_outcome().get().outcome == "true"
        assert statement.resolutions.count() == 2
        words = record.words("en", statement.edition.situation)
        assert (words.total.resolved, words.total.came_true, words.open) == (1, 1, 0)

    def test_what_cannot_be_resolved_counts_for_nothing(self, statement):
        resolve(statement, outcome="unknown", reason="Nobody could reach the place.")
        words = record.words("en")
        assert (words.total.resolved, words.unresolvable, words.open) == (0, 1, 0)

    @pytest.mark.parametrize("table", ["statement", "resolution"])
    @pytest.mark.parametrize("act", ["UPDATE briefings_{} SET {} = now()", "DELETE FROM briefings_{}"])
    def test_the_database_keeps_the_record(self, statement, table, act):
        resolve(statement)
        moment = {"statement": "recorded_at", "resolution": "at"}[table]
        with pytest.raises(IntegrityError, match="stays on record"), connection.cursor() as cursor:
            cursor.execute(act.format(table, moment))

    def test_an_edition_carries_the_record_of_its_word_once_ten_are_resolved(self, edition, writer):
        for day in range(1, 11):
            later = issue(situation=edition.situation, days=day, horizon=HORIZON + day * DAY, resolution_rule=RULE)
            resolve(later.statement, outcome="true" if day % 5 else "false", today=HORIZON + 30 * DAY)
            assert compose.compose(EditionFactory(
                situation=edition.situation, date=DATE + 90 * DAY, version=day,
                likelihood="It is likely.", period_end=CUT_OFF + 90 * DAY,
            )).track == (Track("likely", 8, 10) if day == 10 else None)  # fmt: skip


def resolve(statement, *, outcome="true", reason="Two outlets reported it.", by=None, at=AFTER + 5 * DAY, today=None):
    return judgements.resolve(
        statement, outcome=outcome, reason=reason, by=by or UserFactory(), at=at, today=today or HORIZON + DAY
    )


class TestPages:
    def test_a_correction_is_on_the_page_of_corrections_and_on_the_old_page(self, client):
        first = published()
        writer, approver = UserFactory(), UserFactory()
        second = workflow.correct(first, note="Three were wounded, not four.", by=writer, at=AFTER)
        workflow.submit(second, by=writer, at=AFTER)
        workflow.approve(second, by=approver, at=AFTER)
        first.refresh_from_db()
        before = first.document
        workflow.publish(second, by=approver, at=AFTER)
        for address in ("/corrections/", "/CAF/corrections/", f"/edition/{first.public_id}/"):
            body = client.get(address).content.decode()
            assert "Three were wounded, not four." in body
            assert second.public_id in body
        standing = client.get(f"/edition/{first.public_id}/standing.json").json()
        assert (standing["status"], standing["replaced_by"]) == ("corrected", second.public_id)
        first.refresh_from_db()
        assert first.document == before
        assert '"/corrections/"' in client.get("/").content.decode()

    def test_a_withdrawal_says_why(self, client):
        edition = published()
        workflow.withdraw(edition, by=UserFactory(), at=AFTER, reason="The source took it back.")
        for address in ("/corrections/", f"/edition/{edition.public_id}/"):
            assert "The source took it back." in client.get(address).content.decode()
        assert client.get(f"/edition/{edition.public_id}/standing.json").json()["status"] == "withdrawn"

    def test_a_draft_is_on_no_page_of_the_record(self, client):
        edition = EditionFactory(version=2, correction_note="Not yet said.", bottom_line="Secret")
        for address in ("/corrections/", "/CAF/judgements/", "/came-true/", "/CAF/came-true/"):
            assert client.get(address).status_code == 200
            assert edition.public_id not in client.get(address).content.decode()
        assert client.get(f"/edition/{edition.public_id}/standing.json").status_code == 404

    def test_the_log_tells_how_the_judgement_moved_and_why(self, client):
        first = issue()
        issue(situation=first.situation, days=1, trend="worsening", trend_reason="more died")
        body = client.get("/CAF/judgements/").content.decode()
        assert "Trend changed from unchanged to worsening because more died." in body

    def test_few_cases_are_said_to_be_few(self, client):
        edition = issue(horizon=HORIZON, resolution_rule=RULE)
        assert "nothing to count" in client.get("/came-true/").content.decode()
        resolve(edition.statement)
        body = client.get("/CAF/came-true/").content.decode()
        assert "100% (21–100%)" in body
        assert "Fewer than ten" in body
        assert RULE in body

    def test_somebody_else_resolves_it_at_the_desk(self, client):
        edition = issue(horizon=HORIZON, resolution_rule=RULE)
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        assert edition.likelihood in client.get("/desk/briefings/statement/?standing=due").content.decode()
        address = f"/desk/briefings/statement/{edition.statement.pk}/"
        assert "Comes true if" in client.get(f"{address}change/").content.decode()
        client.post(f"{address}resolve/", {"outcome": "false", "reason": "None was reported."})
        assert Statement.objects.with_outcome().get().outcome == "false"
