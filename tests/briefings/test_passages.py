"""Binding a claim to stored words."""

import hashlib

import pytest

from briefings import passages, writing
from briefings.models import Passage
from sources.models import Revision
from tests.factories.briefings import AFTER, EditionFactory, accepted
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db
TEXT = (
    "Bangui, 23 December. The mission’s spokesman said: “We are looking\ninto it.”\n\n"
    "قال شهود إن الجنود أطلقوا النار في الهواء أولاً ثم باتجاه الحشد، وأحصى مستشفى أربعة جرحى في المساء.\n\n"
    + "A long paragraph follows that nobody quotes. "
    * 20
)


@pytest.fixture
def item():
    return accepted(EditionFactory().situation, title="The mission’s answer", text=TEXT)


@pytest.fixture
def claim(item):
    from briefings.models import Edition

    return writing.add_claim(
        Edition.objects.get(), section="engaged", by=UserFactory(), at=AFTER, text="It looks into it."
    )


def quote(claim, item, exact):
    return passages.quote(claim, item=item, exact=exact, by=UserFactory(), at=AFTER)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("The mission’s spokesman said", "The mission’s spokesman said"),
        ("The mission's spokesman said", "The mission’s spokesman said"),
        ('said: "We are looking into it."', "said: “We are looking\ninto it.”"),
        ("  We   are looking\n into it ", "We are looking\ninto it"),
        ("أطلقوا النار في الهواء أولاً", "أطلقوا النار في الهواء أولاً"),
    ],
)
def test_what_is_kept_is_the_stored_texts_own_words(claim, item, typed, stored):
    passage = quote(claim, item, typed)
    assert passage.exact == stored == TEXT[passage.start : passage.end]
    assert passage.text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert TEXT.startswith(passage.prefix + passage.exact + passage.suffix, passage.start - len(passage.prefix))
    assert max(len(passage.prefix), len(passage.suffix)) <= 200


def test_near_context_begins_and_ends_with_whole_words(claim, item):
    passage = quote(claim, item, "that nobody quotes. A long paragraph follows that")
    around = set(f"{passage.prefix} {passage.suffix}".split())
    assert around <= set(TEXT.split())


@pytest.mark.parametrize("typed", ["The mission's speaker said", "", "   ", "said: “We were looking", ".*"])
def test_words_that_are_not_stored_are_refused(claim, item, typed):
    with pytest.raises(passages.PassageNotFound):
        quote(claim, item, typed)
    assert not Passage.objects.exists()


def test_the_feeds_own_text_and_the_title_are_stored_words_too(claim):
    item = accepted(claim.edition.situation, title="A title alone", text="A teaser of the feed.", full=False)
    assert quote(claim, item, "teaser of the feed").place == "feed"
    assert quote(claim, item, "A title alone").place == "title"


def test_a_passage_stays_with_the_revision_it_was_taken_from(claim, item):
    passage = quote(claim, item, "The mission’s spokesman said")
    item.current = Revision.objects.create(
        item=item, number=2, title=item.title, text="All changed.", content_hash="x", seen_at=AFTER
    )
    item.save()
    passage.refresh_from_db()
    assert passage.revision.number == 1
    with pytest.raises(passages.PassageNotFound):
        quote(claim, item, "The mission’s spokesman")


def test_quoting_twice_changes_nothing(claim, item):
    assert quote(claim, item, "We are looking").pk == quote(claim, item, "We are looking").pk
    assert claim.passages.count() == 1


def test_a_draft_that_somebody_quoted_for_is_no_longer_the_machines(item):
    from briefings import assemble
    from tests.factories.briefings import DATE

    edition = assemble.assemble(item.tags.get().situation, date=DATE, at=AFTER)
    claim = edition.claims.filter(is_drafted=True).first()
    quote(claim, item, "We are looking")
    claim.refresh_from_db()
    assert not claim.is_drafted


@pytest.mark.parametrize("typed", ["Army enters Bria", "Army\u200b enters Bria", "Army enters B\u202eria"])
def test_words_copied_from_a_page_are_found_in_a_text_that_holds_hidden_characters(typed):
    hiding = accepted(
        EditionFactory().situation, title="Night", text="The Ar\u200bmy \u202eenters\u00ad Bria\u2069 today."
    )
    assert passages.find(hiding, typed).passage(None).exact == "Ar\u200bmy \u202eenters\u00ad Bria"
