"""Two keys: who writes does not approve, and what is published is what was approved."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from briefings import assemble, compose, passages, workflow, writing
from briefings.models import CalendarDate, Claim, Edition, EditionStatus, Part, Participation, Passage, Step
from briefings.render.document import content_hash, from_json
from monitoring.models import DailyCount, Series
from sources.models import Publisher, Story
from tests.factories.briefings import AFTER, DATE, EditionFactory, accepted, published, ready
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db
LATER = AFTER + dt.timedelta(hours=1)


@pytest.fixture
def writer():
    return UserFactory()


@pytest.fixture
def approver():
    return UserFactory()


@pytest.fixture
def edition(writer):
    edition = EditionFactory()
    ready(edition, by=writer)
    return edition


@pytest.fixture
def in_review(edition, writer):
    return workflow.submit(edition, by=writer, at=AFTER)


@pytest.fixture
def approved(in_review, approver):
    return workflow.approve(in_review, by=approver, at=AFTER)


def test_the_whole_way(approved, approver):
    issued = workflow.publish(approved, by=approver, at=LATER)
    document = compose.document_of(issued)
    assert issued.status == document.status == "published"
    assert (document.issued_at, document.next_issue_at) == (LATER, dt.datetime(2013, 12, 25, 5, tzinfo=dt.UTC))
    assert document.approved_by == "Editor"
    assert content_hash(from_json(issued.document)) == issued.approved_hash
    assert [step.act for step in issued.steps.order_by("id")] == ["submitted", "approved", "published"]


def test_no_name_of_a_person_is_in_what_is_published(writer, approver):
    writer.display_name, approver.display_name = "Wilhelmina Quill", "Ambrose Seal"
    writer.save()
    approver.save()
    edition = EditionFactory()
    ready(edition, by=writer)
    workflow.submit(edition, by=writer, at=AFTER)
    workflow.approve(edition, by=approver, at=AFTER)
    issued = workflow.publish(edition, by=approver, at=AFTER)
    written = str(issued.document)
    for person in (writer, approver):
        assert person.display_name not in written
        assert person.email not in written


class TestWhoWroteDoesNotApprove:
    def test_the_writer_is_refused(self, in_review, writer):
        with pytest.raises(workflow.OwnWriting):
            workflow.approve(in_review, by=writer, at=AFTER)
        assert Edition.objects.get().status == EditionStatus.IN_REVIEW

    @pytest.mark.parametrize("act", ["write", "claim", "change", "remove", "date", "quote", "detach"])
    def test_whoever_wrote_a_single_word_is_refused(self, edition, approver, writer, act):
        claim = edition.claims.get()
        if act == "remove":
            extra = writing.add_claim(edition, section="options", by=writer, at=AFTER, text="Extra.")
        second = passages.quote(claim, item=accepted(edition.situation), exact="Soldiers fired", by=writer, at=AFTER)
        acts = {
            "write": lambda: writing.write(edition, by=approver, at=AFTER, unknown="Much."),
            "claim": lambda: writing.add_claim(edition, section="options", by=approver, at=AFTER, text="Talk."),
            "change": lambda: writing.change_claim(claim, by=approver, at=AFTER, headline="Trust is breaking fast."),
            "remove": lambda: writing.remove_claim(extra, by=approver, at=AFTER),
            "date": lambda: writing.add_date(edition, date=DATE, text="Talks", by=approver, at=AFTER),
            "quote": lambda: passages.quote(
                claim, item=accepted(edition.situation), exact="Soldiers fired", by=approver, at=AFTER
            ),
            "detach": lambda: writing.detach(second, by=approver, at=AFTER),
        }
        acts[act]()
        workflow.submit(edition, by=writer, at=AFTER)
        with pytest.raises(workflow.OwnWriting):
            workflow.approve(edition, by=approver, at=AFTER)

    def test_saving_what_stands_already_is_no_writing(self, edition, approver, writer):
        claim = edition.claims.get()
        writing.write(edition, by=approver, at=AFTER, bottom_line=Edition.objects.get().bottom_line)
        writing.change_claim(claim, by=approver, at=AFTER, text=claim.text)
        workflow.submit(edition, by=approver, at=AFTER)
        assert workflow.approve(edition, by=approver, at=AFTER).status == EditionStatus.APPROVED

    def test_who_approved_does_not_write(self, approved, approver):
        with pytest.raises(writing.OwnWriting):
            writing.write(approved, by=approver, at=LATER, bottom_line="Better words.")
        approved.refresh_from_db()
        assert approved.status == EditionStatus.APPROVED

    def test_who_sent_it_back_may_write_and_then_not_approve(self, approved, approver, writer):
        workflow.send_back(approved, by=approver, at=LATER, note="see section 3")
        writing.write(approved, by=approver, at=LATER, unknown="Who fired first.")
        workflow.submit(approved, by=writer, at=LATER)
        with pytest.raises(workflow.OwnWriting):
            workflow.approve(approved, by=approver, at=LATER)

    def test_who_wrote_in_the_version_before_does_not_approve_its_correction(self, approved, approver, writer):
        issued = workflow.publish(approved, by=approver, at=LATER)
        second = workflow.correct(issued, note="The toll was wrong.", by=approver, at=LATER)
        workflow.submit(second, by=approver, at=LATER)
        for person in (writer, approver):
            with pytest.raises(workflow.OwnWriting):
                workflow.approve(second, by=person, at=LATER)
        assert workflow.approve(second, by=UserFactory(), at=LATER)


class TestChangedAfterApproval:
    def test_writing_voids_the_approval(self, approved, writer, approver):
        writing.write(approved, by=writer, at=LATER, unknown="Who fired first.")
        approved.refresh_from_db()
        assert (approved.status, approved.approved_by, approved.approved_hash) == ("draft", None, "")
        assert approved.steps.filter(act=Step.Act.VOIDED, by=writer).exists()
        with pytest.raises(workflow.WrongStatus):
            workflow.publish(approved, by=approver, at=LATER)

    def test_what_was_changed_behind_the_back_of_the_code_is_not_published(self, approved, approver):
        Claim.objects.filter(edition=approved).update(text="Something else.")
        with pytest.raises(workflow.ChangedSinceApproval):
            workflow.publish(approved, by=approver, at=LATER)
        assert Edition.objects.get().status == EditionStatus.APPROVED

    def test_counts_that_move_by_themselves_change_nothing(self, approved, approver):
        Story.objects.update(item_count=99)
        DailyCount.objects.create(
            situation=approved.situation,
            series=Series.INDEPENDENT_REPORTS,
            date=DATE,
            value=7,
            feeds_active=1,
            feeds_expected=1,
            is_complete=True,
            computed_at=LATER,
        )
        assert workflow.publish(approved, by=approver, at=LATER).status == EditionStatus.PUBLISHED

    def test_a_source_that_was_renamed_has_to_be_approved_again(self, approved, approver):
        Publisher.objects.update(name="Another name")
        with pytest.raises(workflow.ChangedSinceApproval):
            workflow.publish(approved, by=approver, at=LATER)

    def test_approving_what_one_did_not_read_is_refused(self, in_review, approver, writer):
        read = content_hash(compose.compose(in_review))
        writing.write(in_review, by=writer, at=AFTER, unknown="Who fired first.")
        with pytest.raises(workflow.ChangedSinceRead):
            workflow.approve(in_review, by=approver, at=AFTER, seen=read)


#: What may be done with an edition in each status, in the order in which an edition passes through them.
ALLOWED = {
    "draft": {"submit"},
    "in_review": {"approve", "send_back"},
    "approved": {"publish", "send_back"},
    "published": {"withdraw", "correct"},
    "withdrawn": set(),
}


class TestStatuses:
    @pytest.mark.parametrize("status", ALLOWED)
    @pytest.mark.parametrize("act", ["submit", "approve", "send_back", "publish", "withdraw", "correct"])
    def test_an_act_fits_its_status_or_is_refused(self, edition, writer, approver, status, act):
        way = [
            lambda: workflow.submit(edition, by=writer, at=AFTER),
            lambda: workflow.approve(edition, by=approver, at=AFTER),
            lambda: workflow.publish(edition, by=approver, at=AFTER),
            lambda: workflow.withdraw(edition, by=approver, at=AFTER, reason="wrong"),
        ]
        for step in way[: list(ALLOWED).index(status)]:
            step()
        acts = {
            "submit": lambda: workflow.submit(edition, by=writer, at=LATER),
            "approve": lambda: workflow.approve(edition, by=approver, at=LATER),
            "send_back": lambda: workflow.send_back(edition, by=approver, at=LATER),
            "publish": lambda: workflow.publish(edition, by=approver, at=LATER),
            "withdraw": lambda: workflow.withdraw(edition, by=approver, at=LATER, reason="wrong"),
            "correct": lambda: workflow.correct(edition, note="wrong", by=approver, at=LATER),
        }
        if act in ALLOWED[status]:
            acts[act]()
        else:
            with pytest.raises(workflow.WrongStatus):
                acts[act]()

    def test_nobody_writes_in_what_was_issued(self, approved, approver, writer):
        issued = workflow.publish(approved, by=approver, at=LATER)
        claim, passage = issued.claims.get(), Passage.objects.get()
        entry = CalendarDate(edition=issued, date=DATE, text="x")
        for act in (
            lambda: writing.write(issued, by=writer, at=LATER, unknown="x"),
            lambda: writing.add_claim(issued, section="options", by=writer, at=LATER, text="x"),
            lambda: writing.change_claim(claim, by=writer, at=LATER, text="x"),
            lambda: writing.remove_claim(claim, by=writer, at=LATER),
            lambda: writing.detach(passage, by=writer, at=LATER),
            lambda: writing.add_date(issued, date=DATE, text="x", by=writer, at=LATER),
            lambda: writing.remove_date(entry, by=writer, at=LATER),
        ):
            with pytest.raises(writing.Issued):
                act()

    @pytest.mark.parametrize("tlp", ["GREEN", "AMBER", "AMBER+STRICT", "RED"])
    def test_only_tlp_clear_is_signed_or_published(self, edition, writer, approver, tlp):
        writing.write(edition, by=writer, at=AFTER, tlp=tlp)
        with pytest.raises(workflow.NotReady) as caught:
            workflow.submit(edition, by=writer, at=AFTER)
        assert [finding.code for finding in caught.value.findings] == ["tlp_not_clear"]

    def test_what_is_not_ready_is_not_sent_for_review(self, edition, writer):
        writing.write(edition, by=writer, at=AFTER, bottom_line="")
        with pytest.raises(workflow.NotReady):
            workflow.submit(edition, by=writer, at=AFTER)
        assert Edition.objects.get().status == EditionStatus.DRAFT


def test_a_value_that_is_no_choice_is_refused(edition, writer):
    for fields in ({"level": -1}, {"trend": "sideways"}, {"tlp": "PINK"}):
        with pytest.raises(ValidationError):
            writing.write(edition, by=writer, at=AFTER, **fields)
    with pytest.raises(writing.UnknownField):
        writing.write(edition, by=writer, at=AFTER, status="published")


class TestCorrection:
    def test_a_correction_takes_the_place_of_the_old_version_which_stays_readable(self, approved, approver, writer):
        first = workflow.publish(approved, by=approver, at=LATER)
        second = workflow.correct(first, note="Three were wounded, not four.", by=writer, at=LATER)
        first.refresh_from_db()
        assert (first.status, second.status, second.public_id) == ("published", "draft", "CAF-2013-12-24-v2")
        workflow.submit(second, by=writer, at=LATER)
        workflow.approve(second, by=approver, at=LATER)
        second = workflow.publish(second, by=approver, at=LATER)
        first.refresh_from_db()
        assert (first.status, second.status) == ("corrected", "published")
        old, new = compose.document_of(first), compose.document_of(second)
        assert [claim.text for claim in old.claims] == [claim.text for claim in new.claims]
        assert [claim.citations for claim in old.claims] == [claim.citations for claim in new.claims]
        assert [(each.edition_id, each.text) for each in new.corrections] == [
            ("CAF-2013-12-24-v1", "Three were wounded, not four.")
        ]
        assert old.corrections == ()
        assert content_hash(old) == first.approved_hash

    def test_a_correction_begun_twice_is_begun_once(self, approved, approver, writer):
        first = workflow.publish(approved, by=approver, at=LATER)
        again = [workflow.correct(first, note="wrong", by=writer, at=LATER).pk for _ in range(2)]
        assert again[0] == again[1]

    def test_a_correction_says_what_was_wrong(self, approved, approver, writer):
        first = workflow.publish(approved, by=approver, at=LATER)
        second = workflow.correct(first, note="", by=writer, at=LATER)
        with pytest.raises(workflow.NotReady) as caught:
            workflow.submit(second, by=writer, at=LATER)
        assert "correction_unexplained" in [finding.code for finding in caught.value.findings]


# ---------------------------------------------------------------------------------------------- any order of acts

_ACTS = st.sampled_from(
    [
        "write",
        "claim",
        "change",
        "remove",
        "date",
        "quote",
        "detach",
        "assemble",
        "raw",
        "submit",
        "approve",
        "send_back",
        "publish",
        "correct",
    ]
)


_SOME = st.lists(st.tuples(_ACTS, st.integers(0, 2)), max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_SOME, in_review=_SOME, approved=_SOME, afterwards=_SOME)
def test_no_order_of_acts_leads_to_a_published_edition_that_is_not_the_approved_one(
    before, in_review, approved, afterwards
):
    with transaction.atomic():
        people = [UserFactory() for _ in range(3)]
        # Whatever is added, the order of acts is at stake here, not the length.
        ready(EditionFactory(waiver="The acts are many."), by=people[0])
        _play(before, people)
        _play([("submit", 0)], people)
        _play(in_review, people)
        _play([("approve", who) for who in range(3)], people)
        _play(approved, people)
        _play([("publish", 1)], people)
        # Whatever happened, the desk can always finish its work, and what comes out is what was signed.
        _play([("send_back", 0), ("submit", 0), ("approve", 3), ("publish", 3)], [*people, UserFactory()])
        assert Edition.objects.issued().exists()
        _play(afterwards, people)
        _check_every_issued_edition()
        transaction.set_rollback(True)


def _play(acts, people):
    for number, (name, who) in enumerate(acts):
        edition = Edition.objects.order_by("-version").first()
        try:
            with transaction.atomic():
                _do(name, edition, people[who], number)
        except (
            writing.Issued,
            writing.OwnWriting,
            workflow.WrongStatus,
            workflow.NotReady,
            workflow.ChangedSinceApproval,
            passages.PassageNotFound,
        ):
            pass


def _do(name, edition, by, number):
    at = AFTER + dt.timedelta(minutes=number)
    letter = "abcdefgh"[(number + by.pk) % 8]
    claim = edition.claims.order_by("id").last()
    passage = Passage.objects.filter(claim__edition=edition).order_by("id").last()
    acts = {
        "write": lambda: writing.write(edition, by=by, at=at, unknown=f"Much, version {letter}."),
        "claim": lambda: writing.add_claim(edition, section="options", by=by, at=at, text="Talk to them."),
        "change": lambda: (
            claim and writing.change_claim(claim, by=by, at=at, headline=f"Trust breaks, version {letter}.")
        ),
        "remove": lambda: claim and claim.section == "options" and writing.remove_claim(claim, by=by, at=at),
        "date": lambda: writing.add_date(edition, date=DATE, text="Talks", by=by, at=at),
        "quote": lambda: (
            claim and passages.quote(claim, item=accepted(edition.situation), exact="Soldiers", by=by, at=at)
        ),
        "detach": lambda: passage and passage.exact == "Soldiers" and writing.detach(passage, by=by, at=at),
        "assemble": lambda: assemble.assemble(edition.situation, date=DATE, at=at),
        "raw": lambda: (
            not edition.is_frozen and Claim.objects.filter(edition=edition).update(headline=f"Raw {letter}.")
        ),
        "submit": lambda: workflow.submit(edition, by=by, at=at),
        "approve": lambda: workflow.approve(edition, by=by, at=at),
        "send_back": lambda: workflow.send_back(edition, by=by, at=at),
        "publish": lambda: workflow.publish(edition, by=by, at=at),
        "correct": lambda: workflow.correct(edition, note="It was wrong.", by=by, at=at),
    }
    acts[name]()


def _check_every_issued_edition():
    for edition in Edition.objects.issued():
        assert content_hash(from_json(edition.document)) == edition.approved_hash
        assert content_hash(compose.compose(edition)) == edition.approved_hash
        wrote = set(Participation.objects.filter(edition=edition, part=Part.WROTE).values_list("user_id", flat=True))
        assert edition.approved_by_id not in wrote


@pytest.mark.django_db(transaction=True)
def test_a_writer_at_the_same_moment_either_comes_before_publication_or_is_refused():
    writer, approver = UserFactory(), UserFactory()
    edition = EditionFactory()
    ready(edition, by=writer)
    workflow.submit(edition, by=writer, at=AFTER)
    workflow.approve(edition, by=approver, at=AFTER)
    gate, refused = threading.Barrier(2), []

    def do(act):
        try:
            gate.wait()
            act()
        except (writing.Issued, workflow.WrongStatus, workflow.ChangedSinceApproval) as error:
            refused.append(type(error).__name__)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=do, args=(lambda: workflow.publish(edition, by=approver, at=LATER),)),
        threading.Thread(target=do, args=(lambda: writing.write(edition, by=writer, at=LATER, unknown="Late."),)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    edition.refresh_from_db()
    assert len(refused) == 1
    if edition.status == EditionStatus.PUBLISHED:
        assert (edition.unknown, refused) == ("", ["Issued"])
        assert content_hash(compose.compose(edition)) == edition.approved_hash
    else:
        assert (edition.status, edition.unknown) == ("draft", "Late.")


def test_published_editions_are_told_apart_by_situation_date_and_kind():
    first = published()
    flash = assemble.open_flash(first.situation, at=LATER, by=UserFactory())
    assert flash.public_id == "CAF-2013-12-24-flash1-v1"
    assert Edition.objects.with_public_id(first.public_id).get() == first
    assert Edition.objects.with_public_id(flash.public_id).get() == flash
    assert list(Edition.objects.versions_of(first)) == [first]
