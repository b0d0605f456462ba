"""Assembling: what a period holds, how it is drafted, and that it never touches what people wrote."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from briefings import assemble, workflow, writing
from briefings.models import Claim, CoveredItem, Edition, EditionKind, EditionStatus, Passage, Section, SituationDate
from briefings.tasks import assemble_due
from countries.clock import cut_off_on
from countries.models import Tier
from countries.phases import set_phase
from countries.tagging import decide
from sources import stories
from sources.models import Revision, Story
from tests.factories.briefings import AFTER, CUT_OFF, DATE, SHOTS, accepted, published, ready, story_of
from tests.factories.countries import SituationFactory, UserFactory
from tests.factories.sources import ItemFactory, StoryFactory

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def situation():
    return SituationFactory()


def draft(situation, date=DATE, at=AFTER):
    return assemble.assemble(situation, date=date, at=at)


def unlike(number):
    """A sentence with no word in common with that of another number."""
    return " ".join(f"w{number}x{place}" for place in range(12)) + "."


def changes(edition):
    return list(edition.claims.filter(section=Section.WHAT_CHANGED).order_by("position"))


def issue(edition, at=AFTER - HOUR * 24):
    """Signs a draft as it stands, its quotations among it."""
    writer, approver = UserFactory(), UserFactory()
    writing.write(
        edition,
        by=writer,
        at=at,
        bottom_line="The road north is open.",
        likelihood="New fighting is unlikely.",
        confidence="Our confidence is low: one source.",
    )
    workflow.submit(edition, by=writer, at=at)
    workflow.approve(edition, by=approver, at=at)
    return workflow.publish(edition, by=approver, at=at)


def developments(edition):
    return list(edition.claims.filter(section=Section.KEY_DEVELOPMENTS).order_by("position"))


def covered(edition):
    return set(CoveredItem.objects.filter(edition=edition).values_list("item_id", flat=True))


# ---------------------------------------------------------------------------------------------- the period


def test_the_first_edition_covers_the_day_before_its_cut_off(situation):
    inside = [accepted(situation, before=before).pk for before in (HOUR * 0, HOUR * 23)]
    for before in (HOUR * 24, HOUR * 30, HOUR * -1):
        accepted(situation, before=before)
    edition = draft(situation)
    assert covered(edition) == set(inside)
    assert (edition.period_start, edition.period_end) == (CUT_OFF - HOUR * 24, CUT_OFF)


def test_a_later_edition_covers_what_came_since_the_last_issued_one(situation):
    published(situation, date=DATE - dt.timedelta(days=3), at=AFTER - dt.timedelta(days=3))
    item = accepted(situation, before=HOUR * 50)
    edition = draft(situation)
    assert edition.period_start == CUT_OFF - dt.timedelta(days=3)
    assert item.pk in covered(edition)


def test_an_unsigned_day_is_covered_by_the_next(situation):
    yesterday = accepted(situation, before=HOUR * 30)
    unsigned = draft(situation, date=DATE - dt.timedelta(days=1), at=AFTER - HOUR * 24)
    published(situation, date=DATE - dt.timedelta(days=2), at=AFTER - HOUR * 48)
    assert covered(unsigned) == {yesterday.pk}
    assert yesterday.pk in covered(draft(situation))


class TestLateArrivals:
    @pytest.fixture
    def last(self, situation):
        return published(situation, date=DATE - dt.timedelta(days=1), at=AFTER - HOUR * 24)

    def late(self, situation, *, before, seen):
        item = ItemFactory(reported_at=CUT_OFF - before, first_seen_at=seen, text="Traders spoke of shots.")
        decide.accept(item, situation=situation, by=UserFactory(), at=seen)
        return item

    def test_reported_before_but_seen_after_belongs_to_the_next_edition(self, situation, last):
        item = self.late(situation, before=HOUR * 60, seen=AFTER - HOUR)
        assert item.pk in covered(draft(situation))

    def test_more_than_three_days_late_does_not(self, situation, last):
        item = self.late(situation, before=HOUR * (24 + 72), seen=AFTER - HOUR)
        assert item.pk not in covered(draft(situation))

    def test_seen_in_time_but_accepted_late_belongs_too(self, situation, last):
        item = ItemFactory(reported_at=CUT_OFF - HOUR * 40, first_seen_at=CUT_OFF - HOUR * 40)
        decide.accept(item, situation=situation, by=UserFactory(), at=AFTER - HOUR)
        assert item.pk in covered(draft(situation))

    def test_what_an_issued_edition_covered_does_not_come_again(self, situation, last):
        assert not covered(draft(situation)) & covered(last)

    def test_without_an_earlier_edition_nothing_is_late(self, situation):
        item = self.late(situation, before=HOUR * 60, seen=AFTER - HOUR)
        assert item.pk not in covered(draft(situation))


def test_only_what_stands_as_accepted_counts(situation):
    by = UserFactory()
    rejected, withdrawn, elsewhere = (accepted(situation) for _ in range(3))
    decide.reject(rejected, situation=situation, by=by, at=AFTER)
    decide.withdraw(withdrawn, situation=situation, by=by, at=AFTER)
    decide.reject(elsewhere, situation=situation, by=by, at=AFTER)
    decide.accept(elsewhere, situation=SituationFactory(code="SSD", name="South Sudan"), by=by, at=AFTER)
    assert covered(draft(situation)) == set()


# ---------------------------------------------------------------------------------------------- the draft


def test_a_story_is_drafted_as_an_attributed_quotation(situation):
    item = accepted(situation, text=SHOTS, publisher={"name": "Radio Pirogue", "kind": "local_media"})
    edition = draft(situation)
    [claim] = developments(edition)
    assert claim.text == (
        "Radio Pirogue (local media) reported on 23 December: “Soldiers fired on a crowd near the airport on 23 December, "
        "wounding four people, a hospital said.”"
    )
    [passage] = claim.passages.all()
    assert (
        passage.exact
        == "Soldiers fired on a crowd near the airport on 23 December, wounding four people, a hospital said."
    )
    assert SHOTS[passage.start : passage.end] == passage.exact
    assert passage.revision == item.current
    assert claim.is_drafted
    assert edition.status == EditionStatus.DRAFT


def test_a_source_of_which_only_the_title_is_stored_is_quoted_by_its_title(situation):
    accepted(situation, title="Shots near the airport", text="", full=False, publisher={"name": "Wire"})
    [claim] = developments(draft(situation))
    assert claim.text == "Wire (local media) reported on 23 December under the title “Shots near the airport”."
    assert claim.passages.get().place == Passage.Place.TITLE


def test_a_party_claims(situation):
    accepted(situation, publisher={"name": "Palais", "kind": "government_media", "is_party": True})
    [claim] = developments(draft(situation))
    assert "Palais (government media, speaks for a party) claimed on 23 December" in claim.text
    assert claim.label == "claimed_by_party"


@pytest.mark.parametrize(
    ("kinds", "label"),
    [
        (("local_media", "ngo"), "corroborated"),
        (("local_media", "local_media"), "single_source"),
        (("local_media",), "single_source"),
    ],
)
def test_the_label_is_what_the_sources_bear_out(situation, kinds, label):
    story_of(situation, *kinds)
    [claim] = developments(draft(situation))
    assert claim.label == label


def test_a_copy_lends_its_own_kind_to_no_label(situation):
    """Two agencies and a paper that copies one: two origins of one kind, though three outlets of two kinds report it."""
    story = story_of(situation, "international_news", "international_news")
    accepted(situation, story=story, text=SHOTS, publisher={"kind": "local_media"}, before=HOUR)
    [claim] = developments(draft(situation))
    assert claim.label == "single_source"


def test_who_only_repeats_a_party_adds_nothing_to_its_claim(situation):
    story = StoryFactory()
    palace = {"name": "Palais", "kind": "government_media", "is_party": True}
    accepted(situation, story=story, text="Rebels fired on the airport.", publisher=palace)
    accepted(
        situation, story=story, text="Rebels fired on the airport, according to Palais.", publisher={"kind": "ngo"}
    )
    [claim] = developments(draft(situation))
    assert claim.label == "claimed_by_party"


def test_the_label_that_a_person_chose_stands_in_the_draft(situation):
    story = story_of(situation, "local_media")
    stories.label(story, "confirmed", reason="We saw the bullets.", by=UserFactory(), at=AFTER)
    [claim] = developments(draft(situation))
    assert claim.label == "confirmed"


def test_a_corroborated_claim_cites_its_other_sources(situation):
    story_of(situation, "local_media", "ngo", "un")
    [claim] = developments(draft(situation))
    assert claim.passages.count() == 3
    assert "Also reported by" in claim.text


def test_stories_come_by_independent_origins_then_by_time_and_the_rest_is_left_to_people(situation):
    stories = [story_of(situation, "local_media", before=HOUR * hours, text=unlike(hours)) for hours in (9, 8, 7, 6)]
    best = story_of(situation, "local_media", "ngo", before=HOUR * 10)
    edition = draft(situation)
    assert [claim.story for claim in developments(edition)] == [best, *reversed(stories[1:])]
    assert edition.covered_items.count() == 6


def test_a_story_of_the_last_edition_is_marked_as_updated_and_another_as_new(situation):
    old = story_of(situation, "local_media", before=HOUR * 30)
    assemble.assemble(situation, date=DATE - dt.timedelta(days=1), at=AFTER - HOUR * 24)
    edition = Edition.objects.get()
    ready(edition, by=(writer := UserFactory()), at=AFTER - HOUR * 24)
    workflow.submit(edition, by=writer, at=AFTER - HOUR * 24)
    approver = UserFactory()
    workflow.approve(edition, by=approver, at=AFTER - HOUR * 24)
    workflow.publish(edition, by=approver, at=AFTER - HOUR * 24)
    accepted(situation, story=old)
    new = story_of(situation, "ngo", text="A convoy of lorries left Bossangoa for the north.")
    changes = draft(situation).claims.filter(section=Section.WHAT_CHANGED)
    assert {claim.story: claim.mark for claim in changes} == {old: "updated", new: "new"}


def test_the_level_is_the_desks_newest_phase(situation):
    by = UserFactory()
    set_phase(situation, level=1, since=dt.date(2013, 1, 1), reason="arming", by=by, at=AFTER)
    set_phase(situation, level=3, since=dt.date(2013, 12, 5), reason="attacks", by=by, at=AFTER)
    set_phase(situation, level=2, since=dt.date(2013, 12, 30), reason="later", by=by, at=AFTER)
    edition = draft(situation)
    assert (edition.level, edition.level_since, edition.trend) == (3, dt.date(2013, 12, 5), "unchanged")


def test_a_day_with_nothing_accepted_is_a_quiet_draft_with_the_standing_judgement(situation):
    published(situation, date=DATE - dt.timedelta(days=1), at=AFTER - HOUR * 24)
    edition = draft(situation)
    assert edition.kind == EditionKind.QUIET
    assert edition.bottom_line == "No material change since 23 December 2013."
    assert "Standing judgement of 23 December 2013: “Part of the population" in edition.assessment
    assert not edition.claims.exists()
    assert edition.status == EditionStatus.DRAFT


# ---------------------------------------------------------------------------------------------- again


def snapshot(edition):
    """Everything an edition holds but when it was assembled."""
    edition.refresh_from_db()
    return (
        [getattr(edition, name) for name in sorted(writing.EDITION_FIELDS)],
        list(Claim.objects.filter(edition=edition).order_by("id").values()),
        list(Passage.objects.filter(claim__edition=edition).order_by("id").values()),
        covered(edition),
    )


def test_assembling_again_changes_nothing(situation):
    story_of(situation, "local_media", "ngo")
    accepted(situation, title="A road was closed")
    before = snapshot(draft(situation))
    assert snapshot(draft(situation, at=AFTER + HOUR)) == before
    assert Edition.objects.count() == 1


def test_assembling_again_brings_the_machines_own_drafts_up_to_date(situation):
    first = story_of(situation, "local_media")
    edition = draft(situation)
    [old] = developments(edition)
    accepted(situation, story=first, text="We heard shots near the airport.", publisher={"kind": "ngo"})
    draft(situation)
    [new] = developments(edition)
    assert (new.pk, new.label) == (old.pk, "corroborated")


def test_assembling_again_never_touches_what_a_person_wrote(situation):
    story_of(situation, "local_media")
    edition, by = draft(situation), UserFactory()
    [claim] = developments(edition)
    changed = writing.change_claim(claim, by=by, at=AFTER, text="In our own words.")
    own = writing.add_claim(edition, section="key_developments", by=by, at=AFTER, text="Another matter.")
    writing.write(edition, by=by, at=AFTER, bottom_line="A judgement.", level=2, trend="worsening")
    accepted(situation, story=claim.story, publisher={"kind": "ngo"})
    draft(situation, at=AFTER + HOUR)
    edition.refresh_from_db()
    assert {claim.pk: claim.text for claim in developments(edition)} == {
        changed.pk: "In our own words.",
        own.pk: "Another matter.",
    }
    assert (edition.bottom_line, edition.level, edition.trend) == ("A judgement.", 2, "worsening")


def test_a_draft_that_a_person_removed_does_not_come_back(situation):
    story_of(situation, "local_media")
    edition = draft(situation)
    [claim] = developments(edition)
    writing.remove_claim(claim, by=UserFactory(), at=AFTER)
    accepted(situation, story=claim.story, publisher={"kind": "ngo"})
    draft(situation, at=AFTER + HOUR)
    assert developments(edition) == []
    assert edition.claims.filter(section=Section.WHAT_CHANGED).count() == 1


def test_a_removed_draft_does_not_come_back_though_its_story_was_merged(situation):
    story = story_of(situation, "local_media")
    edition = draft(situation)
    writing.remove_claim(developments(edition)[0], by=UserFactory(), at=AFTER)
    other = StoryFactory(origin_count=2)
    story.items.update(story=other)
    draft(situation)
    assert developments(edition) == []


def test_an_item_that_is_no_longer_accepted_leaves_the_draft(situation):
    item = accepted(situation)
    edition = draft(situation)
    decide.reject(item, situation=situation, by=UserFactory(), at=AFTER)
    draft(situation)
    assert (developments(edition), covered(edition)) == ([], set())


@pytest.mark.parametrize("status", [EditionStatus.IN_REVIEW, EditionStatus.APPROVED, EditionStatus.PUBLISHED])
def test_an_edition_past_its_draft_is_returned_as_it_is(situation, status):
    writer, approver = UserFactory(), UserFactory()
    edition = draft(situation)
    ready(edition, by=writer)
    workflow.submit(edition, by=writer, at=AFTER)
    if status != EditionStatus.IN_REVIEW:
        workflow.approve(edition, by=approver, at=AFTER)
    if status == EditionStatus.PUBLISHED:
        workflow.publish(edition, by=approver, at=AFTER)
    before = snapshot(edition)
    accepted(situation, title="Something else")
    again = draft(situation, at=AFTER + HOUR)
    assert again.pk == edition.pk
    assert snapshot(edition) == before


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_edition():
    situation = SituationFactory()
    story_of(situation, "local_media", "ngo")
    gate, made, errors = threading.Barrier(4), [], []

    def work():
        try:
            gate.wait()
            made.append(draft(situation).pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(made)) == 1
    assert Claim.objects.filter(section=Section.KEY_DEVELOPMENTS).count() == 1


# ---------------------------------------------------------------------------------------------- when


@pytest.fixture
def at_the_cut_off(settings):
    settings.DEMO_AT = AFTER


def test_the_schedule_drafts_each_situation_with_accepted_items_once(at_the_cut_off, situation):
    accepted(situation)
    SituationFactory(code="SSD", name="South Sudan")
    assemble_due()
    assemble_due()
    assert [edition.public_id for edition in Edition.objects.all()] == ["CAF-2013-12-24-v1"]


def test_the_schedule_leaves_a_situation_alone_that_is_only_watched(at_the_cut_off, situation):
    accepted(situation)
    situation.tier = Tier.WATCH
    situation.save()
    assemble_due()
    assert not Edition.objects.exists()


def test_the_schedule_drafts_a_quiet_day_where_an_edition_was_issued_before(at_the_cut_off, situation):
    published(situation, date=DATE - dt.timedelta(days=1), at=AFTER - HOUR * 24)
    assemble_due()
    assert Edition.objects.get(date=DATE).kind == EditionKind.QUIET


def test_a_draft_opened_before_the_cut_off_is_completed_after_it(settings, situation):
    early = draft(situation, at=CUT_OFF - HOUR)
    accepted(situation, before=HOUR / 2)
    settings.DEMO_AT = AFTER
    assemble_due()
    assert early.covered_items.count() == 1
    assert assemble.due(at=AFTER) == []


def test_a_flash_gets_a_number_of_its_own(situation):
    by = UserFactory()
    first = assemble.open_flash(situation, at=AFTER, by=by)
    second = assemble.open_flash(situation, at=AFTER, by=by)
    assert [first.public_id, second.public_id] == ["CAF-2013-12-24-flash1-v1", "CAF-2013-12-24-flash2-v1"]


def test_many_stories_take_as_many_queries_as_one(situation):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            edition = draft(situation)
        edition.delete()
        return len(captured)

    story_of(situation, "local_media", "ngo", "un")
    one = queries()
    for number in range(3):
        story_of(situation, "local_media", "ngo", "un", text=unlike(number))
    assert queries() == one


# ---------------------------------------------------------------------------------------------- since the last edition


@pytest.fixture
def yesterday(situation):
    """A story that yesterday's issued edition quotes with the label corroborated."""
    story = story_of(situation, "local_media", "ngo", before=HOUR * 30)
    Story.objects.filter(pk=story.pk).update(label="corroborated")
    issue(draft(situation, date=DATE - dt.timedelta(days=1), at=AFTER - HOUR * 24))
    return story


def test_a_story_whose_label_fell_is_downgraded_though_nobody_reported_it_again(situation, yesterday):
    Story.objects.filter(pk=yesterday.pk).update(label="disputed")
    edition = draft(situation)
    [claim] = changes(edition)
    assert (claim.mark, claim.label, claim.story) == ("downgraded", "disputed", yesterday)
    assert "Was corroborated, now disputed." in claim.text.lower().replace("was corr", "Was corr")
    assert claim.passages.exists()
    assert developments(edition) == []
    assert edition.kind == EditionKind.ROUTINE


def test_words_that_the_source_changed_after_we_quoted_them_are_corrected_and_dated(situation, yesterday):
    item = yesterday.items.order_by("pk").first()
    item.current = Revision.objects.create(
        item=item, number=2, title="Nobody was shot", text="It was thunder.", content_hash="2", seen_at=CUT_OFF - HOUR
    )
    item.save()
    [claim] = [each for each in changes(draft(situation)) if each.mark == "corrected"]
    assert "changed on 24 December: we quoted “" in claim.text
    assert "now “Nobody was shot”" in claim.text
    assert claim.passages.get().revision == item.current


def test_a_new_report_that_changes_no_quoted_word_is_an_update_only(situation, yesterday):
    accepted(situation, story=yesterday, text=unlike(1))
    assert [claim.mark for claim in changes(draft(situation))] == ["updated"]


def test_two_stories_that_read_alike_are_one_entry_and_come_back_neither_together_nor_apart(situation):
    first = story_of(situation, "local_media", "ngo")
    story_of(situation, "un", text=SHOTS.replace("a crowd", "the crowd"))
    edition = draft(situation)
    [claim] = developments(edition)
    assert claim.story == first
    writing.remove_claim(claim, by=UserFactory(), at=AFTER)
    draft(situation, at=AFTER + HOUR)
    assert developments(edition) == []


def test_an_organisation_says_what_a_newspaper_reports(situation):
    accepted(situation, publisher={"name": "Relief Ledger", "kind": "ngo"})
    [claim] = developments(draft(situation))
    assert claim.text.startswith("Relief Ledger (NGO) said on 23 December: “")


# ---------------------------------------------------------------------------------------------- dates to come


def test_dates_are_carried_over_until_they_are_past_and_what_is_removed_stays_away(situation):
    by, day = UserFactory(), dt.timedelta(days=1)
    accepted(situation, before=HOUR * 30)
    first = draft(situation, date=DATE - day, at=AFTER - HOUR * 24)
    for ahead, words in ((0, "Vote"), (5, "Talks"), (9, "Visit")):
        writing.add_date(first, date=DATE - day + ahead * day, text=words, by=by, at=AFTER)
    SituationDate.objects.create(situation=situation, date=DATE + 14 * day, text="Mandate ends")
    SituationDate.objects.create(situation=situation, date=DATE + 15 * day, text="Too far ahead")
    edition = draft(situation)
    assert list(edition.calendar.order_by("date").values_list("text", flat=True)) == ["Talks", "Visit", "Mandate ends"]
    writing.remove_date(edition.calendar.get(text="Talks"), by=by, at=AFTER)
    draft(situation, at=AFTER + HOUR)
    assert edition.calendar.count() == 2


# ---------------------------------------------------------------------------------------------- the clock


@pytest.mark.parametrize("day", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["forward", "back"])
def test_a_cut_off_missed_over_a_change_of_the_clocks_is_caught_up_once(settings, day):
    """Acceptance check 4f.4: the scheduler stands still for six hours in which the clocks of the place change."""
    situation = SituationFactory(code="UKR", name="Ukraine", time_zone="Europe/Kyiv", cut_off=dt.time(3, 30))
    closes = cut_off_on(day, time_zone=situation.time_zone, cut_off=situation.cut_off)
    accepted(situation, at=closes)
    settings.DEMO_AT = closes - HOUR
    assemble_due()
    assert not Edition.objects.filter(date=day).exists()
    for hours in (6, 7, 8):
        settings.DEMO_AT = closes + HOUR * hours
        assemble_due()
    edition = Edition.objects.get(date=day)
    assert edition.period_end == closes
    assert edition.covered_items.count() == 1
    settings.DEMO_AT = closes + dt.timedelta(days=1, hours=2)
    assemble_due()
    assert Edition.objects.filter(date=day).count() == 1


# ---------------------------------------------------------------------------------------------- a flash


def test_a_flash_has_one_development_and_is_offered_no_other_section(situation):
    accepted(situation, at=AFTER, before=HOUR)
    accepted(situation, at=AFTER, before=HOUR * 2, text=unlike(2))
    flash = assemble.open_flash(situation, at=AFTER, by=UserFactory())
    assert [claim.section for claim in flash.claims.all()] == ["key_developments"]
    writing.add_claim(flash, section="options", by=UserFactory(), at=AFTER, text="Send an envoy.")
    writing.add_claim(flash, section="key_developments", by=UserFactory(), at=AFTER, text="Another matter.")
    found = {(each.code, each.where) for each in workflow.findings(flash)}
    assert {("not_in_this_kind", "options"), ("too_many_entries", "key_developments")} <= found


# ---------------------------------------------------------------------------------------------- whatever people do


@settings_of(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["assemble", "edit", "remove", "report", "date"]), st.integers(0, 9)), max_size=9
    )
)
def test_no_sequence_of_acts_lets_the_machine_touch_what_a_person_wrote(acts):
    with transaction.atomic():
        situation, by = SituationFactory(), UserFactory()
        for number in range(2):
            accepted(situation, text=unlike(number), story=StoryFactory(), by=by)
        edition, mine, removed = draft(situation), {}, set()
        for step, (act, number) in enumerate(acts):
            drafted = list(edition.claims.order_by("section", "pk"))
            if act == "assemble":
                draft(situation, at=AFTER + HOUR * step)
            elif act == "report":
                accepted(situation, text=unlike(10 + step), story=StoryFactory(), by=by)
            elif act == "date":
                mine["date", writing.add_date(edition, date=DATE, text=f"{step}", by=by, at=AFTER).pk] = f"{step}"
            elif drafted:
                claim = drafted[number % len(drafted)]
                if act == "edit":
                    writing.change_claim(claim, by=by, at=AFTER, text=f"Words {step}")
                    mine["claim", claim.pk] = f"Words {step}"
                else:
                    mine.pop(("claim", claim.pk), None)
                    writing.remove_claim(claim, by=by, at=AFTER)
                    removed.add((claim.section, claim.story_id))
            draft(situation, at=AFTER + HOUR * step)
            stands = {("claim", claim.pk): claim.text for claim in edition.claims.all()}
            stands |= {("date", entry.pk): entry.text for entry in edition.calendar.all()}
            assert mine.items() <= stands.items()
            assert not removed & {(claim.section, claim.story_id) for claim in edition.claims.filter(is_drafted=True)}
        transaction.set_rollback(True)
