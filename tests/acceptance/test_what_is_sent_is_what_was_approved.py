"""No way of editing, through the code or past it, leads to a sent edition whose words are not the approved ones."""

import datetime as dt

import pytest
from django.core import mail as outbox
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from briefings import passages, seal, workflow, writing
from briefings.compose import document_of
from briefings.models import Edition, Passage
from briefings.render.document import stored_hash, to_json
from delivery import dispatch
from delivery.models import Dispatch, MailState
from tests.factories.briefings import AFTER, DATE, EditionFactory, accepted, ready
from tests.factories.countries import UserFactory
from tests.factories.delivery import DigestFactory, SubscriberFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db

#: Each changes a word that readers see, without asking the code. ``%s`` is the edition's number.
PAST_THE_CODE = {
    "a claim's words": "UPDATE briefings_claim SET text = text || ' Again.' WHERE edition_id = %s",
    "a claim's label": "UPDATE briefings_claim SET label = 'disputed' WHERE edition_id = %s",
    "a claim less": "DELETE FROM briefings_dismissal WHERE edition_id = %s; "
    "UPDATE briefings_claim SET section = 'options' WHERE edition_id = %s",
    "a passage": "UPDATE briefings_passage SET exact = exact || '!' WHERE claim_id IN "
    "(SELECT id FROM briefings_claim WHERE edition_id = %s)",
    "a date to come": "INSERT INTO briefings_calendardate (edition_id, date, text) VALUES (%s, '2013-12-26', 'A vote')",
    "the bottom line": "UPDATE briefings_edition SET bottom_line = bottom_line || ' Or not.' WHERE id = %s",
    "the trend": "UPDATE briefings_edition SET trend = 'easing' WHERE id = %s",
    "the counts": "UPDATE briefings_edition SET measured = jsonb_set(measured, '{coverage,seen}', '99') WHERE id = %s",
}


def past_the_code(name, edition):
    statement = PAST_THE_CODE[name]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [edition.pk] * statement.count("%s"))


@pytest.mark.parametrize("name", PAST_THE_CODE)
def test_an_approved_edition_changed_past_the_code_is_seen_and_refused(name):
    writer, approver = UserFactory(), UserFactory()
    edition = EditionFactory()
    ready(edition, by=writer)
    writing.add_date(edition, date=DATE, text="Talks", by=writer, at=AFTER)
    workflow.submit(edition, by=writer, at=AFTER)
    approved = workflow.approve(edition, by=approver, at=AFTER)
    assert seal.holds(approved)
    assert not seal.changed_after_approval(approved)
    past_the_code(name, approved)
    approved.refresh_from_db()
    assert seal.changed_after_approval(approved)
    with pytest.raises(workflow.ChangedSinceApproval):
        workflow.publish(approved, by=approver, at=AFTER)


def test_what_was_published_past_the_code_with_other_words_is_not_sent():
    writer, approver = UserFactory(), UserFactory()
    edition = EditionFactory()
    ready(edition, by=writer)
    workflow.submit(edition, by=writer, at=AFTER)
    approved = workflow.approve(edition, by=approver, at=AFTER)
    other = to_json(document_of(approved)) | {"bottom_line": "Nobody signed this."}
    Edition.objects.filter(pk=approved.pk).update(status="published", published_at=AFTER, document=other)
    digest = digest_with(approved)
    tally = send(AFTER)
    digest.refresh_from_db()
    assert (tally.sent, digest.state, outbox.outbox) == (0, MailState.RETRY, [])
    assert "is not what was approved" in digest.last_error


def digest_with(edition, date=DATE):
    subscription = SubscriptionFactory(subscriber=SubscriberFactory(), situation=edition.situation)
    digest = DigestFactory(subscriber=subscription.subscriber, date=date, created_at=AFTER)
    Dispatch.objects.create(digest=digest, subscription=subscription, edition=edition)
    return digest


def send(at):
    return dispatch.send_due(clock=lambda: at, edition_clock=lambda: at, limit=10, within=dt.timedelta(minutes=1))


class Desk(RuleBasedStateMachine):
    """Three people, one edition, every way of changing and sending it, in any order."""

    who = st.integers(0, 2)

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        outbox.outbox.clear()
        self.people = [UserFactory() for _ in range(3)]
        self.now = AFTER
        ready(EditionFactory(waiver="The acts are many."), by=self.people[0])

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @property
    def edition(self):
        return Edition.objects.order_by("-version").first()

    def attempt(self, act):
        self.now += dt.timedelta(minutes=1)
        try:
            with transaction.atomic():
                act()
        except (
            IntegrityError,
            writing.Issued,
            writing.OwnWriting,
            workflow.WrongStatus,
            workflow.NotReady,
            workflow.ChangedSinceApproval,
        ):
            pass

    @rule(who=who, letter=st.sampled_from("abc"))
    def write(self, who, letter):
        by = self.people[who]
        self.attempt(lambda: writing.write(self.edition, by=by, at=self.now, unknown=f"Much, {letter}."))

    @rule(who=who)
    def quote(self, who):
        edition = self.edition
        self.attempt(
            lambda: passages.quote(
                edition.claims.first(),
                item=accepted(edition.situation),
                exact="Soldiers",
                by=self.people[who],
                at=self.now,
            )
        )

    @rule(name=st.sampled_from(sorted(PAST_THE_CODE)))
    def change_past_the_code(self, name):
        self.attempt(lambda: past_the_code(name, self.edition))

    @rule()
    def change_a_passage_by_its_row(self):
        passage = Passage.objects.filter(claim__edition=self.edition).last()
        if passage is not None:
            passage.suffix += "."
            self.attempt(passage.save)

    @rule(who=who, further=st.booleans())
    def sign(self, who, further):
        """Review and approval, as far as they go; sometimes publication and the mail at once."""
        self.attempt(lambda: workflow.submit(self.edition, by=self.people[0], at=self.now))
        self.attempt(lambda: workflow.approve(self.edition, by=self.people[who], at=self.now))
        if further:
            self.attempt(lambda: workflow.publish(self.edition, by=self.people[who], at=self.now))
            self.deliver()

    @rule(who=who)
    def publish(self, who):
        self.attempt(lambda: workflow.publish(self.edition, by=self.people[who], at=self.now))

    @rule(who=who)
    def send_back(self, who):
        self.attempt(lambda: workflow.send_back(self.edition, by=self.people[who], at=self.now))

    @rule(who=who)
    def correct(self, who):
        self.attempt(lambda: workflow.correct(self.edition, note="It was wrong.", by=self.people[who], at=self.now))

    @rule()
    def publish_past_the_code(self):
        edition = self.edition
        document = to_json(document_of(edition)) | {"unknown": "Nobody signed this."}
        self.attempt(
            lambda: Edition.objects.filter(pk=edition.pk).update(
                status="published", published_at=self.now, document=document
            )
        )

    @rule()
    def deliver(self):
        for edition in Edition.objects.standing():
            if not Dispatch.objects.filter(edition=edition).exists():
                digest_with(edition)
        send(self.now)

    @invariant()
    def what_left_the_house_was_signed(self):
        sent = Edition.objects.filter(dispatches__digest__state=MailState.SENT)
        for edition in sent:
            assert stored_hash(edition.document) == edition.approved_hash
            assert not edition.participations.filter(user=edition.approved_by_id, part="wrote").exists()
        assert "Nobody signed this." not in "".join(message.body for message in outbox.outbox)


def test_no_path_leads_to_a_sent_edition_that_is_not_the_approved_one():
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=20, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
