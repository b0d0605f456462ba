"""Comments tied to a paragraph, and reasons for letting a finding stand: who, when, and what they hold for."""

import pytest
from django.db import IntegrityError, transaction

from briefings import comments, compose, workflow, writing
from briefings.models import Comment, EditionStatus, Override, Part, Participation
from briefings.render import json, text
from tests.factories.briefings import AFTER, EditionFactory, published, ready
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    made = EditionFactory()
    ready(made, by=UserFactory())
    made.refresh_from_db()
    return made


def make(edition, **changes):
    return comments.comment(
        edition, **{"where": "assessment", "about": "", "text": "Why?", "by": UserFactory(), "at": AFTER} | changes
    )


class TestComments:
    def test_a_comment_is_open_until_somebody_resolves_it(self, edition):
        by = UserFactory()
        first = make(edition)
        assert list(Comment.objects.open_in(edition)) == [first]
        comments.resolve(first, by=by, at=AFTER)
        first.refresh_from_db()
        assert (first.resolved_by, first.resolved_at) == (by, AFTER)
        assert not Comment.objects.open_in(edition).exists()

    def test_an_answer_opens_it_again(self, edition):
        first = make(edition)
        comments.resolve(first, by=UserFactory(), at=AFTER)
        comments.answer(first, text="Not settled.", by=UserFactory(), at=AFTER)
        assert [str(reply) for reply in Comment.objects.open_in(edition).get().replies.all()] == ["Not settled."]

    def test_who_comments_has_not_written_and_may_approve(self, edition):
        reviewer = UserFactory()
        make(edition, by=reviewer)
        workflow.submit(edition, by=UserFactory(), at=AFTER)
        workflow.approve(edition, by=reviewer, at=AFTER)
        assert not Participation.objects.filter(user=reviewer, part=Part.WROTE).exists()

    def test_a_comment_is_in_no_output(self, edition):
        before = compose.compose(edition)
        make(edition, text="Unseen by readers.")
        after = compose.compose(edition)
        assert after == before
        assert "Unseen" not in text.render(after) + json.render(after)

    def test_an_empty_one_is_refused_and_an_issued_edition_takes_none(self, edition):
        with pytest.raises(comments.NothingSaid):
            make(edition, text="  ")
        with pytest.raises(writing.Issued):
            make(published())


class TestOverrides:
    @pytest.fixture
    def finding(self, edition):
        claim = edition.claims.get()
        writing.change_claim(claim, by=UserFactory(), at=AFTER, text="Soldiers fired on a crowd; 9 were wounded.")
        (found,) = [each for each in workflow.findings(edition) if each.is_blocking]
        return found

    def override(self, edition, finding, **changes):
        return writing.override(
            edition,
            finding,
            **{"said": "9 is in no passage.", "reason": "Seen on film.", "by": UserFactory(), "at": AFTER} | changes,
        )

    def test_with_a_reason_the_edition_goes_on_and_the_reason_stays_with_it(self, edition, finding):
        by = UserFactory()
        with pytest.raises(workflow.NotReady):
            workflow.submit(edition, by=by, at=AFTER)
        self.override(edition, finding, by=by)
        assert workflow.submit(edition, by=by, at=AFTER).status == EditionStatus.IN_REVIEW
        kept = edition.overrides.get()
        assert (kept.by, kept.at, kept.reason, kept.code) == (by, AFTER, "Seen on film.", "number_not_in_passage")
        assert "9 were wounded" in kept.subject
        assert Participation.objects.filter(user=by, part=Part.WROTE).exists()

    def test_a_changed_text_asks_anew(self, edition, finding):
        self.override(edition, finding)
        writing.change_claim(edition.claims.get(), by=UserFactory(), at=AFTER, text="At least 9 were wounded.")
        assert [each.code for each in workflow.findings(edition) if each.is_blocking] == ["number_not_in_passage"]

    def test_no_reason_no_override(self, edition, finding):
        with pytest.raises(writing.CannotOverride):
            self.override(edition, finding, reason="  ")

    def test_what_must_be_mended_is_never_overridden(self, edition):
        edition = writing.write(edition, by=UserFactory(), at=AFTER, bottom_line="")
        (found,) = [each for each in workflow.findings(edition) if each.is_blocking]
        with pytest.raises(writing.CannotOverride):
            self.override(edition, found)

    def test_an_override_after_approval_voids_it(self, edition):
        edition = writing.write(edition, by=UserFactory(), at=AFTER, unknown="It may rain.")
        workflow.submit(edition, by=UserFactory(), at=AFTER)
        workflow.approve(edition, by=UserFactory(), at=AFTER)
        (hedge,) = [each for each in workflow.findings(edition) if each.code == "hedge_alone"]
        self.override(edition, hedge)
        edition.refresh_from_db()
        assert edition.status == EditionStatus.DRAFT

    @pytest.mark.parametrize("act", [lambda kept: kept.update(reason="Other."), lambda kept: kept.delete()])
    def test_the_database_keeps_it_as_it_was_given(self, edition, finding, act):
        self.override(edition, finding)
        with pytest.raises(IntegrityError), transaction.atomic():
            act(Override.objects.filter(edition=edition))
