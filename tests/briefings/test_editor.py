"""The editor in the desk: what it shows, that it writes through the domain functions, and who may press what."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import sync_roles
from briefings import assemble, passages, workflow, writing
from briefings.admin.acts import ACTS
from briefings.models import Edition, EditionStatus, Part, Participation, Section
from tests.factories.briefings import AFTER, CUT_OFF, DATE, accepted, published, ready, story_of
from tests.factories.countries import SituationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(settings):
    sync_roles()
    settings.DEMO_AT = AFTER


def person(role):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def curator():
    return person("curator")


@pytest.fixture
def editor():
    return person("editor")


@pytest.fixture
def situation():
    return SituationFactory()


@pytest.fixture
def item(situation):
    return accepted(situation, publisher={"name": "Radio Pirogue"})


@pytest.fixture
def edition(item, situation):
    return assemble.assemble(situation, date=DATE, at=AFTER)


def address(edition):
    return reverse("admin:briefings_edition_change", args=[edition.pk])


def act(client, edition, name, **data):
    return client.post(reverse("admin:briefings_edition_act", args=[edition.pk, name]), data)


def posted(client, edition, **changes):
    """What a browser would send for the page as it stands, with changes; line ends as browsers send them."""
    response = client.get(address(edition))
    data = {}
    for form in [response.context["adminform"].form, *_forms(response)]:
        for field in form:
            if field.name in ("drop", "DELETE"):
                continue
            value = field.value()
            if field.name == "signs":
                value = field.field.prepare_value(value)
            data[field.html_name] = "" if value is None else str(value).replace("\n", "\r\n")
    for formset in response.context["inline_admin_formsets"]:
        for field in formset.formset.management_form:
            data[field.html_name] = field.value()
    return {**data, **changes}


def _forms(response):
    return [form for formset in response.context["inline_admin_formsets"] for form in formset.formset.forms]


def messages(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_the_page_shows_sections_in_their_order_with_findings_sources_and_history(client, curator, edition):
    client.force_login(curator)
    response = client.get(address(edition))
    html = response.content.decode()
    places = [html.index(f'id="pane-{code}"') for code in ("bottom_line", *Section.values[:2], "calendar", "options")]
    assert places == sorted(places)
    assert "There is no bottom line." in html
    assert "Radio Pirogue" in html
    assert "The mission said that it was looking into who fired first." in html
    assert reverse("briefings:edition", args=[edition.public_id]) in html


def test_the_page_keeps_the_content_security_policy(client, curator, edition):
    client.force_login(curator)
    html = client.get(address(edition)).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>\s*\S", html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)


def test_saving_the_page_unchanged_writes_nothing(client, curator, edition):
    by = UserFactory()
    claim = edition.claims.first()
    writing.write(edition, by=by, at=AFTER, assessment="One.\n\nTwo.", signs=["A sign.", "Another."])
    writing.change_claim(claim, by=by, at=AFTER, text="A claim\nof two lines.")
    writing.add_date(edition, date=DATE, text="Talks", by=by, at=AFTER)
    client.force_login(curator)
    before = writing.state_of(edition)
    response = client.post(address(edition), posted(client, edition), follow=True)
    assert "Saved." in messages(response)
    assert writing.state_of(edition) == before
    assert not Participation.objects.filter(user=curator).exists()


def test_what_is_written_goes_through_the_domain(client, curator, edition):
    client.force_login(curator)
    drafted = edition.claims.get(section=Section.KEY_DEVELOPMENTS)
    data = posted(
        client,
        edition,
        **{
            "bottom_line": "The mission is now a party.",
            "signs": "One sign\r\n\r\nAnother sign",
            "key_developments-0-headline": "Trust is breaking.",
            "engaged-TOTAL_FORMS": "1",
            "engaged-0-text": "The mission opened an inquiry.",
            "calendar-TOTAL_FORMS": "1",
            "calendar-0-date": "2013-12-26",
            "calendar-0-text": "Talks",
        },
    )
    client.post(address(edition), data)
    edition.refresh_from_db()
    drafted.refresh_from_db()
    assert (edition.bottom_line, edition.signs) == ("The mission is now a party.", ["One sign", "Another sign"])
    assert (drafted.headline, drafted.is_drafted) == ("Trust is breaking.", False)
    assert edition.claims.get(section=Section.ENGAGED).text == "The mission opened an inquiry."
    assert edition.calendar.get().date == dt.date(2013, 12, 26)
    assert list(Participation.objects.values_list("user", "part")) == [(curator.pk, Part.WROTE)]


def test_a_claim_is_quoted_for_moved_and_removed(client, curator, edition, item):
    client.force_login(curator)
    claim = edition.claims.get(section=Section.KEY_DEVELOPMENTS)
    old = claim.passages.get()
    client.post(
        address(edition),
        posted(
            client,
            edition,
            **{
                "key_developments-0-quote_item": item.pk,
                "key_developments-0-quote_exact": "The mission said that it was looking into\r\nwho fired first.",
                "key_developments-0-drop": [old.pk],
                "key_developments-0-position": "40",
                "what_changed-0-DELETE": "on",
            },
        ),
    )
    claim.refresh_from_db()
    assert [passage.exact for passage in claim.passages.all()] == [
        "The mission said that it was looking into who fired first."
    ]
    assert claim.position == 40
    assert not edition.claims.filter(section=Section.WHAT_CHANGED).exists()
    assemble.assemble(edition.situation, date=DATE, at=AFTER)
    assert not edition.claims.filter(section=Section.WHAT_CHANGED).exists()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"key_developments-0-quote_exact": "words"}, "Choose the source that these words are from."),
        (
            {"key_developments-0-quote_exact": "words never said", "key_developments-0-quote_item": True},
            "These words are not in what is stored of that source.",
        ),
        ({"engaged-TOTAL_FORMS": "1", "engaged-0-text": "", "engaged-0-position": "3"}, "This field is required."),
        ({"trend": "sideways"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is_lost(client, curator, edition, item, changes, complaint):
    client.force_login(curator)
    changes = {name: item.pk if value is True else value for name, value in changes.items()}
    response = client.post(address(edition), posted(client, edition, bottom_line="Kept in the form.", **changes))
    html = response.content.decode()
    assert response.status_code == 200
    assert complaint in html
    assert "Kept in the form." in html
    edition.refresh_from_db()
    assert edition.bottom_line == ""


def test_a_page_opened_before_somebody_elses_change_saves_nothing(client, curator, edition):
    client.force_login(curator)
    data = posted(client, edition, bottom_line="Mine.")
    writing.write(edition, by=UserFactory(), at=AFTER, bottom_line="Theirs.")
    response = client.post(address(edition), data)
    edition.refresh_from_db()
    assert "Somebody changed this edition while you had it open" in response.content.decode()
    assert edition.bottom_line == "Theirs."


def test_new_entries_can_be_made_without_javascript(client, curator, edition):
    client.force_login(curator)
    html = client.get(address(edition) + "?add=engaged").content.decode()
    assert 'name="engaged-0-text"' in html.split("<template")[0] or html.count('name="engaged-0-text"') == 1


class TestActs:
    @pytest.fixture
    def written(self, edition, curator):
        ready(edition, by=curator, item=accepted(edition.situation))
        return edition

    def test_save_and_send_for_review(self, client, curator, written):
        client.force_login(curator)
        data = posted(client, written, _submit="1", bottom_line="Part of the town treats the mission as a party.")
        client.post(address(written), data)
        written.refresh_from_db()
        assert (written.status, written.bottom_line) == (
            EditionStatus.IN_REVIEW,
            "Part of the town treats the mission as a party.",
        )

    def test_what_is_not_ready_is_saved_but_not_sent(self, client, curator, written):
        client.force_login(curator)
        response = client.post(address(written), posted(client, written, _submit="1", likelihood=""), follow=True)
        written.refresh_from_db()
        assert (written.status, written.likelihood) == (EditionStatus.DRAFT, "")
        assert "must be mended first" in messages(response)
        assert "There is no likelihood." in response.content.decode()

    def test_the_whole_way_through_the_desk(self, client, curator, editor, written):
        workflow.submit(written, by=curator, at=AFTER)
        client.force_login(editor)
        seen = client.get(address(written)).context["seen"]
        act(client, written, "approve", note=seen)
        act(client, written, "publish")
        written.refresh_from_db()
        assert (written.status, written.approved_by) == (EditionStatus.PUBLISHED, editor)
        html = client.get(address(written)).content.decode()
        assert "Issued: it never changes." in html
        assert 'name="bottom_line"' not in html

    def test_an_editor_who_wrote_in_it_is_told_to_ask_a_colleague(self, client, editor, written, curator):
        writing.write(written, by=editor, at=AFTER, unknown="Who fired first.")
        workflow.submit(written, by=curator, at=AFTER)
        client.force_login(editor)
        seen = client.get(address(written)).context["seen"]
        url = reverse("admin:briefings_edition_act", args=[written.pk, "approve"])
        response = client.post(url, {"note": seen}, follow=True)
        written.refresh_from_db()
        assert written.status == EditionStatus.IN_REVIEW
        assert "Nobody approves an edition that they wrote in" in messages(response)

    def test_an_approver_who_saves_a_change_is_refused_and_the_approval_stands(self, client, editor, written, curator):
        workflow.submit(written, by=curator, at=AFTER)
        workflow.approve(written, by=editor, at=AFTER)
        client.force_login(editor)
        response = client.post(address(written), posted(client, written, unknown="New."), follow=True)
        written.refresh_from_db()
        assert (written.status, written.unknown) == (EditionStatus.APPROVED, "")
        assert "nor writes in one that they approved" in messages(response)

    def test_what_changed_after_it_was_read_is_not_approved(self, client, editor, written, curator):
        workflow.submit(written, by=curator, at=AFTER)
        client.force_login(editor)
        seen = client.get(address(written)).context["seen"]
        writing.write(written, by=curator, at=AFTER, unknown="Who fired first.")
        response = client.post(
            reverse("admin:briefings_edition_act", args=[written.pk, "approve"]), {"note": seen}, follow=True
        )
        assert "Read it again before you approve" in messages(response)

    def test_sending_back_keeps_the_reason(self, client, editor, written, curator):
        workflow.submit(written, by=curator, at=AFTER)
        client.force_login(editor)
        act(client, written, "send_back", note="See section 3.")
        written.refresh_from_db()
        assert written.status == EditionStatus.DRAFT
        assert written.steps.get(act="sent_back").note == "See section 3."

    def test_a_correction_opens_the_next_version(self, client, curator):
        edition = published(SituationFactory(code="SSD", name="South Sudan"))
        client.force_login(curator)
        response = act(client, edition, "correct", note="Three, not four.")
        second = Edition.objects.get(version=2)
        assert response["Location"] == address(second)
        assert 'name="correction_note"' in client.get(address(second)).content.decode()

    def test_a_correction_without_a_reason_is_not_begun(self, client, curator):
        edition = published(SituationFactory(code="SSD", name="South Sudan"))
        client.force_login(curator)
        act(client, edition, "correct", note="  ")
        assert not Edition.objects.filter(version=2).exists()

    @pytest.mark.parametrize("role", ["reader", "curator", "editor", None])
    @pytest.mark.parametrize("name", ACTS)
    def test_each_act_needs_its_permission(self, client, written, name, role):
        if role:
            client.force_login(person(role))
        allowed = {"editor": set(ACTS), "curator": {"assemble", "correct", "translate"}}.get(role, set())
        response = act(client, written, name, note="x")
        if role is None:
            assert "login" in response["Location"]
        else:
            assert (response.status_code != 403) is (name in allowed)

    @pytest.mark.parametrize("name", ACTS)
    def test_no_act_by_following_a_link(self, client, written, name, editor):
        client.force_login(editor)
        before = Edition.objects.get(pk=written.pk).status
        assert client.get(reverse("admin:briefings_edition_act", args=[written.pk, name])).status_code == 405
        assert Edition.objects.get(pk=written.pk).status == before


def test_a_reader_reads_and_cannot_write(client, edition):
    client.force_login(person("reader"))
    html = client.get(address(edition)).content.decode()
    assert "You may read this edition, not write in it." in html
    response = client.post(address(edition), {"bottom_line": "x"})
    assert response.status_code == 403
    edition.refresh_from_db()
    assert edition.bottom_line == ""


def test_an_issued_edition_takes_no_form(client, editor):
    edition = published()
    client.force_login(editor)
    assert client.post(address(edition), {"bottom_line": "x", "state": ""}).status_code == 403


def test_an_edition_is_opened_from_the_desk(client, curator, item, situation):
    client.force_login(curator)
    add = reverse("admin:briefings_edition_add")
    assert client.get(add).status_code == 200
    client.post(add, {"situation": situation.pk, "kind": "routine"})
    client.post(add, {"situation": situation.pk, "kind": "flash"})
    assert sorted(edition.public_id for edition in Edition.objects.all()) == [
        "CAF-2013-12-24-flash1-v1",
        "CAF-2013-12-24-v1",
    ]
    assert client.post(add, {"situation": "", "kind": "routine"}).status_code == 404


def test_editions_are_not_deleted(client, edition):
    client.force_login(UserFactory(is_superuser=True))
    assert client.post(reverse("admin:briefings_edition_delete", args=[edition.pk]), {"post": "yes"}).status_code == 403


def test_the_pages_queries_do_not_grow_with_what_is_in_it(client, curator, edition, situation):
    def queries(page):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    client.force_login(curator)
    listed = reverse("admin:briefings_edition_changelist")
    few = queries(address(edition)), queries(listed)
    by = UserFactory()
    for section in ("actors", "engaged", "what_changed"):
        for _ in range(3):
            claim = writing.add_claim(edition, section=section, by=by, at=AFTER, text="It was reported.")
            passages.quote(claim, item=accepted(situation), exact="Soldiers fired", by=by, at=AFTER)
    for days in (1, 2):
        story_of(situation, "ngo", at=CUT_OFF - dt.timedelta(days=days))
        assemble.assemble(situation, date=DATE - dt.timedelta(days=days), at=AFTER)
    # Passages of three more sections are fetched: one query each, however many there are.
    assert queries(address(edition)) <= few[0] + 3
    assert queries(listed) == few[1]


def test_claims_of_the_form_are_those_of_the_edition(client, curator, edition, situation):
    other = assemble.assemble(SituationFactory(code="SSD", name="South Sudan"), date=DATE, at=AFTER)
    foreign = writing.add_claim(other, section="key_developments", by=UserFactory(), at=AFTER, text="Not yours.")
    client.force_login(curator)
    data = posted(client, edition)
    data |= {"key_developments-0-id": foreign.pk, "key_developments-0-text": "Taken over."}
    client.post(address(edition), data)
    foreign.refresh_from_db()
    assert (foreign.text, foreign.edition) == ("Not yours.", other)


class TestAsOneTypes:
    def live(self, client, edition, **changes):
        data = posted(client, edition, **changes)
        return client.post(reverse("admin:briefings_edition_live", args=[edition.pk]), data)

    def autosave(self, client, edition, data):
        return client.post(address(edition), {**data, "_autosave": "1"})

    def test_unsaved_words_are_judged_and_shown_and_not_saved(self, client, curator, edition):
        client.force_login(curator)
        changes = {"bottom_line": "A judgement nobody saved.", "key_developments-0-text": "Soldiers wounded 9."}
        answer = self.live(client, edition, **changes).json()
        assert "There is no bottom line." not in answer["findings"]
        assert "“9” is in no passage" in answer["findings"]
        assert "A judgement nobody saved." in answer["page"]
        edition.refresh_from_db()
        assert edition.bottom_line == ""
        assert not Participation.objects.filter(user=curator).exists()

    def test_it_costs_few_queries_however_many_claims(self, client, curator, edition):
        client.force_login(curator)
        data = posted(client, edition)
        url = reverse("admin:briefings_edition_live", args=[edition.pk])
        client.post(url, data)
        with CaptureQueriesContext(connection) as few:
            client.post(url, data)
        more = {"engaged-TOTAL_FORMS": "5"} | {f"engaged-{n}-text": "The mission opened an inquiry." for n in range(5)}
        with CaptureQueriesContext(connection) as many:
            client.post(url, data | more)
        assert len(many) == len(few) < 40

    def test_a_draft_is_saved_as_one_types_and_says_when(self, client, curator, edition):
        client.force_login(curator)
        data = posted(client, edition, bottom_line="Half a sent")
        answer = self.autosave(client, edition, data).json()
        assert answer["said"].startswith("Saved ")
        data |= {"state": answer["state"], "bottom_line": "Half a sentence."}
        assert "state" in self.autosave(client, edition, data).json()
        edition.refresh_from_db()
        assert edition.bottom_line == "Half a sentence."

    def test_a_new_entry_is_told_its_row_so_that_it_is_made_once(self, client, curator, edition):
        client.force_login(curator)
        data = posted(client, edition, **{"engaged-TOTAL_FORMS": "1", "engaged-0-text": "The mission opened an inq"})
        answer = self.autosave(client, edition, data).json()
        data |= {
            "state": answer["state"],
            "engaged-INITIAL_FORMS": "1",
            "engaged-0-id": answer["made"]["engaged-0"],
            "engaged-0-text": "The mission opened an inquiry.",
        }
        self.autosave(client, edition, data)
        assert [claim.text for claim in edition.claims.filter(section=Section.ENGAGED)] == [
            "The mission opened an inquiry."
        ]

    def test_a_second_persons_words_are_never_overwritten(self, client, curator, edition):
        client.force_login(curator)
        data = posted(client, edition, bottom_line="Mine.")
        writing.write(edition, by=UserFactory(), at=AFTER, bottom_line="Theirs.")
        response = self.autosave(client, edition, data)
        assert (response.status_code, response.json()["is_overtaken"]) == (409, True)
        edition.refresh_from_db()
        assert edition.bottom_line == "Theirs."

    def test_who_may_not_write_gets_no_answer(self, client, edition):
        client.force_login(person("reader"))
        assert client.post(reverse("admin:briefings_edition_live", args=[edition.pk]), {}).status_code == 403


class TestWhatIsSaid:
    def say(self, client, edition, name, **data):
        return client.post(reverse("admin:briefings_edition_say", args=[edition.pk, name]), data, follow=True)

    def test_a_finding_is_let_stand_and_shown_with_its_reason(self, client, curator, edition):
        client.force_login(curator)
        writing.write(edition, by=curator, at=AFTER, unknown="It may have been the guards.")
        (hedge,) = [
            each for each in workflow.findings(Edition.objects.get(pk=edition.pk)) if each.code == "hedge_alone"
        ]
        html = self.say(client, edition, "override", key=hedge.key, reason="The witness said so.").content.decode()
        assert "The witness said so." in html
        assert edition.overrides.get().by == curator

    def test_a_reader_of_the_desk_lets_nothing_stand(self, client, edition):
        client.force_login(person("reader"))
        assert self.say(client, edition, "override", key="x", reason="y").status_code == 403

    def test_comments_are_made_answered_and_resolved(self, client, curator, editor, edition):
        claim = edition.claims.first()
        client.force_login(editor)
        html = self.say(
            client, edition, "comment", where=f"{claim.section}/c{claim.pk}", text="Who counted?"
        ).content.decode()
        assert "1 comment is open" in html
        comment = edition.comments.get()
        assert claim.text in comment.about
        client.force_login(curator)
        html = self.say(
            client, edition, "answer", comment=comment.pk, text="The hospital.", resolve="1"
        ).content.decode()
        assert "The hospital." in html
        assert "comment is open" not in html
        assert not Participation.objects.filter(user=editor).exists()

    def test_no_comment_on_what_is_no_place(self, client, editor, edition):
        client.force_login(editor)
        assert self.say(client, edition, "comment", where="nowhere", text="x").status_code == 404
