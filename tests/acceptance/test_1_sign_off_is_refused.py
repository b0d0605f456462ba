"""Acceptance 1. Sign-off is refused: a claim without passage, author as approver, over length, mixed words, a loose number."""

import pytest

from briefings import workflow, writing
from tests.factories.briefings import AFTER, EditionFactory, ready
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer():
    return UserFactory()


@pytest.fixture
def edition(writer):
    edition = EditionFactory()
    ready(edition, by=writer)
    return edition


def sign(edition, writer):
    workflow.submit(edition, by=writer, at=AFTER)
    return workflow.approve(edition, by=UserFactory(), at=AFTER)


def refused(edition, writer):
    with pytest.raises(workflow.NotReady) as caught:
        sign(edition, writer)
    return {finding.code for finding in caught.value.findings}


def test_what_is_ready_is_signed(edition, writer):
    assert sign(edition, writer).status == "approved"


def test_a_claim_without_passage(edition, writer):
    claim = edition.claims.get()
    writing.detach(claim.passages.get(), by=writer, at=AFTER)
    assert "claim_without_passage" in refused(edition, writer)


def test_the_author_as_approver(edition, writer):
    workflow.submit(edition, by=writer, at=AFTER)
    with pytest.raises(workflow.OwnWriting):
        workflow.approve(edition, by=writer, at=AFTER)


def test_over_length_unless_there_is_a_reason(edition, writer):
    writing.write(edition, by=writer, at=AFTER, alternative="word " * 60)
    assert refused(edition, writer) == {"section_too_long"}
    writing.write(edition, by=writer, at=AFTER, waiver="Both views matter today.")
    assert sign(edition, writer).status == "approved"


def test_likelihood_and_confidence_in_one_sentence(edition, writer):
    writing.write(edition, by=writer, at=AFTER, likelihood="With moderate confidence, shootings are likely.")
    assert "likelihood_with_confidence" in refused(edition, writer)


def test_a_number_that_its_passage_does_not_hold(edition, writer):
    writing.change_claim(edition.claims.get(), by=writer, at=AFTER, text="A hospital counted 40 wounded.")
    assert refused(edition, writer) == {"number_not_in_passage"}
