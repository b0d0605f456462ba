"""What the database itself refuses, whatever the code above it does."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from briefings.models import Artefact, Claim, Edition, Part, Participation, Passage
from tests.factories.briefings import AFTER, DATE, EditionFactory, published
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def issued():
    return published()


class TestTwoKeys:
    @pytest.fixture
    def edition(self):
        return EditionFactory()

    def test_who_wrote_cannot_approve(self, edition):
        user = UserFactory()
        Participation.objects.create(edition=edition, user=user, part=Part.WROTE, at=AFTER)
        with pytest.raises(IntegrityError, match="nobody_approves_own_writing"):
            Participation.objects.create(edition=edition, user=user, part=Part.APPROVED, at=AFTER)

    def test_who_approved_cannot_write(self, edition):
        user = UserFactory()
        Participation.objects.create(edition=edition, user=user, part=Part.APPROVED, at=AFTER)
        with pytest.raises(IntegrityError, match="nobody_approves_own_writing"):
            Participation.objects.create(edition=edition, user=user, part=Part.WROTE, at=AFTER)

    def test_a_part_cannot_be_changed_into_the_other_beside_it(self, edition):
        user = UserFactory()
        Participation.objects.create(edition=edition, user=user, part=Part.WROTE, at=AFTER)
        other = Participation.objects.create(edition=edition, user=UserFactory(), part=Part.APPROVED, at=AFTER)
        with pytest.raises(IntegrityError, match="nobody_approves_own_writing"):
            run("UPDATE briefings_participation SET user_id = %s WHERE id = %s", user.pk, other.pk)

    def test_an_approver_without_participation_is_refused(self, edition):
        user = UserFactory()
        with pytest.raises(IntegrityError, match="edition_approver_took_part"):
            run("UPDATE briefings_edition SET approved_by_id = %s WHERE id = %s", user.pk, edition.pk)

    def test_a_writer_as_approver_is_refused(self, edition):
        user = UserFactory()
        Participation.objects.create(edition=edition, user=user, part=Part.WROTE, at=AFTER)
        with pytest.raises(IntegrityError, match="edition_approver_took_part"):
            run("UPDATE briefings_edition SET approved_by_id = %s WHERE id = %s", user.pk, edition.pk)

    def test_the_record_of_an_approval_that_stands_cannot_be_taken_away(self, edition):
        user = UserFactory()
        Participation.objects.create(edition=edition, user=user, part=Part.APPROVED, at=AFTER)
        run("UPDATE briefings_edition SET approved_by_id = %s WHERE id = %s", user.pk, edition.pk)
        with pytest.raises(IntegrityError, match="edition_approver_took_part"):
            run("DELETE FROM briefings_participation WHERE edition_id = %s", edition.pk)

    def test_nothing_is_published_without_approval(self, edition):
        with pytest.raises(IntegrityError, match="edition_published_is_approved"):
            run(
                "UPDATE briefings_edition SET status = 'published', published_at = now(), document = '{}' WHERE id = %s",
                edition.pk,
            )

    def test_an_approved_edition_of_another_handling_is_not_published(self, issued):
        other = EditionFactory(situation=issued.situation, version=2, tlp="GREEN")
        user = UserFactory()
        Participation.objects.create(edition=other, user=user, part=Part.APPROVED, at=AFTER)
        with pytest.raises(IntegrityError, match="edition_published_is_clear"):
            run(
                "UPDATE briefings_edition SET status = 'published', published_at = now(), document = '{}',"
                " approved_by_id = %s, approved_at = now(), approved_hash = 'x' WHERE id = %s",
                user.pk,
                other.pk,
            )


ISSUED_STATEMENTS = {
    "words": "UPDATE briefings_edition SET bottom_line = 'other' WHERE id = %s",
    "document": "UPDATE briefings_edition SET document = '{}' WHERE id = %s",
    "hash": "UPDATE briefings_edition SET approved_hash = 'other' WHERE id = %s",
    "back to draft": "UPDATE briefings_edition SET status = 'draft' WHERE id = %s",
    "delete": "DELETE FROM briefings_edition WHERE id = %s",
    "claim": "UPDATE briefings_claim SET text = 'other' WHERE edition_id = %s",
    "claim deleted": "DELETE FROM briefings_claim WHERE edition_id = %s",
    "claim added": "INSERT INTO briefings_claim (edition_id, section, position, kind, headline, text, label, label_reason,"
    " mark, is_drafted, name, role, attribution, risk)"
    " VALUES (%s, 'options', 1, 'claim', '', 'x', '', '', '', false, '', '', '', '')",
    "passage": "UPDATE briefings_passage SET exact = 'other'"
    " WHERE claim_id IN (SELECT id FROM briefings_claim WHERE edition_id = %s)",
    "passage deleted": "DELETE FROM briefings_passage"
    " WHERE claim_id IN (SELECT id FROM briefings_claim WHERE edition_id = %s)",
    "date added": "INSERT INTO briefings_calendardate (edition_id, date, text) VALUES (%s, now(), 'x')",
    "writer removed": "DELETE FROM briefings_participation WHERE edition_id = %s",
}


@pytest.mark.parametrize("name", ISSUED_STATEMENTS)
@pytest.mark.parametrize("status", ["published", "corrected", "withdrawn"])
def test_an_issued_edition_never_changes(issued, name, status):
    if status != "published":
        run("UPDATE briefings_edition SET status = %s WHERE id = %s", status, issued.pk)
    with pytest.raises(IntegrityError, match="has been issued"), transaction.atomic():
        run(ISSUED_STATEMENTS[name], issued.pk)


def test_a_claim_cannot_be_moved_into_or_out_of_an_issued_edition(issued):
    draft = EditionFactory(situation=issued.situation, version=2)
    loose = Claim.objects.create(edition=draft, text="x")
    for statement, edition, claim in (
        ("UPDATE briefings_claim SET edition_id = %s WHERE id = %s", issued, loose),
        ("UPDATE briefings_claim SET edition_id = %s WHERE id = %s", draft, issued.claims.first()),
        ("UPDATE briefings_passage SET claim_id = %s WHERE id = %s", loose, Passage.objects.first()),
    ):
        with pytest.raises(IntegrityError, match="has been issued"), transaction.atomic():
            run(statement, edition.pk, claim.pk)


@pytest.mark.parametrize(
    ("before", "after", "is_allowed"),
    [
        ("published", "corrected", True),
        ("published", "withdrawn", True),
        ("corrected", "published", False),
        ("withdrawn", "published", False),
    ],
)
def test_only_the_standing_of_an_issued_edition_moves_and_only_forwards(issued, before, after, is_allowed):
    if before != "published":
        Edition.objects.filter(pk=issued.pk).update(status=before)
    if is_allowed:
        Edition.objects.filter(pk=issued.pk).update(status=after)
        assert Edition.objects.get(pk=issued.pk).status == after
    else:
        with pytest.raises(IntegrityError, match="has been issued"), transaction.atomic():
            Edition.objects.filter(pk=issued.pk).update(status=after)


def test_a_routine_and_a_quiet_edition_of_one_day_cannot_share_an_id():
    edition = EditionFactory()
    with pytest.raises(IntegrityError, match="edition_one_a_day"):
        EditionFactory(situation=edition.situation, kind="quiet")


def test_what_an_edition_quotes_cannot_be_deleted_from_the_library(issued):
    revision = Passage.objects.first().revision
    with pytest.raises(ProtectedError):
        revision.item.delete()


def test_a_draft_still_changes():
    edition = EditionFactory()
    Claim.objects.create(edition=edition, text="x")
    Edition.objects.filter(pk=edition.pk).update(bottom_line="other")
    edition.delete()
    assert not Edition.objects.exists()


def test_files_are_made_once_per_form():
    edition = published()
    row = {
        "edition": edition,
        "form": "text",
        "media_type": "x",
        "path": "x",
        "sha256": "x",
        "size": 1,
        "made_at": AFTER,
    }
    Artefact.objects.create(name="a.txt", **row)
    with pytest.raises(IntegrityError):
        Artefact.objects.create(name="b.txt", **row)


class TestOneOfEach:
    """By situation, date, kind, sequence, language and version."""

    def test_the_same_again_is_refused(self):
        first = EditionFactory()
        with pytest.raises(IntegrityError, match="edition_once"), transaction.atomic():
            EditionFactory(situation=first.situation)

    @pytest.mark.parametrize(
        "other",
        [
            {"date": DATE + dt.timedelta(days=1)},
            {"kind": "flash"},
            {"kind": "flash", "sequence": 2},
            {"language": "fr"},
            {"version": 2},
        ],
    )
    def test_what_differs_in_one_of_them_has_another_id(self, other):
        first = EditionFactory()
        second = EditionFactory(situation=first.situation, **other)
        assert second.public_id != first.public_id
        assert Edition.objects.with_public_id(second.public_id).get() == second
