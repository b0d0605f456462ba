"""The public pages: what is shown, to whom, with how many queries, and how it may be kept."""

import datetime as dt
import json

import pytest
import time_machine
from django.urls import reverse

from briefings import assemble, compose, publish, workflow, writing
from briefings.render import text
from countries.models import Situation
from tests.factories.briefings import (
    AFTER,
    DATE,
    EditionFactory,
    accepted,
    published,
    ready,
)
from tests.factories.countries import SituationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_the_day():
    with time_machine.travel(AFTER + dt.timedelta(hours=1), tick=True):
        yield


@pytest.fixture
def edition():
    return published()


def page(edition, name="edition", *args):
    return reverse(f"briefings:{name}", args=[edition.public_id, *args])


def test_the_front_page_shows_the_latest_edition_of_each_situation(client, edition):
    SituationFactory(code="SSD", name="South Sudan")
    response = client.get("/")
    html = response.content.decode()
    assert edition.bottom_line in html
    assert "South Sudan" in html
    rows = response.context["rows"]
    assert [(row.situation.code, row.is_today) for row in rows] == [("CAF", True), ("SSD", False)]


def test_the_front_page_puts_the_worst_change_first(client):
    for code, trend in (("AAA", "easing"), ("BBB", "worsening"), ("CCC", "unchanged")):
        situation = SituationFactory(code=code, name=f"Land {code}")
        writer, approver = UserFactory(), UserFactory()
        edition = EditionFactory(situation=situation)
        ready(edition, by=writer)
        writing.write(edition, by=writer, at=AFTER, trend=trend)
        workflow.submit(edition, by=writer, at=AFTER)
        workflow.approve(edition, by=approver, at=AFTER)
        workflow.publish(edition, by=approver, at=AFTER)
    assert [row.situation.code for row in client.get("/").context["rows"]] == ["BBB", "CCC", "AAA"]


def test_a_day_without_an_edition_says_when_the_last_was_signed(client, edition):
    with time_machine.travel(AFTER + dt.timedelta(days=2)):
        front = client.get("/").content.decode()
        own = client.get("/CAF/").content.decode()
    assert "No edition issued today; last signed on" in front
    assert "No edition issued today; last signed on 24 December 2013" in own


def test_pages_take_few_queries_however_much_they_show(client, django_assert_max_num_queries):
    for code in ("CAF", "SSD", "MLI"):
        published(SituationFactory(code=code, name=code))
    long = EditionFactory(situation=Situation.objects.get(code="CAF"), date=dt.date(2013, 12, 23))
    writer, approver = UserFactory(), UserFactory()
    for _ in range(6):
        ready(long, by=writer)
    writing.write(long, by=writer, at=AFTER, waiver="everything happened at once")
    workflow.submit(long, by=writer, at=AFTER)
    workflow.approve(long, by=approver, at=AFTER)
    workflow.publish(long, by=approver, at=AFTER)
    for address, most in (("/", 4), ("/CAF/", 7), ("/CAF/archive/", 4), (page(long), 5), (page(long, "passage", 1), 4)):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200, address


def test_an_edition_shows_every_claim_with_its_citation(client, edition):
    html = client.get(page(edition)).content.decode()
    assert "Trust in the mission is breaking." in html
    assert page(edition, "passage", 1) in html
    assert len(html.encode()) < 100_000


def test_a_source_shows_the_passage_in_its_context(client, edition):
    html = client.get(page(edition, "passage", 1)).content.decode()
    assert "<mark" in html
    assert "wounding four people, a hospital said" in html


@pytest.mark.parametrize(
    ("policy", "is_shown"), [("full_text_public", True), ("full_text_internal", False), ("excerpt", False)]
)
def test_the_whole_text_is_shown_only_where_the_source_allows_it(client, edition, policy, is_shown):
    from sources.models import Feed

    Feed.objects.update(reuse_policy=policy)
    response = client.get(page(edition, "passage", 1))
    far = "The mission said that it was looking into who fired first."
    assert (response.context["full_text"] is not None) is is_shown
    if is_shown:
        assert far in response.content.decode()


@pytest.mark.parametrize("status", ["draft", "in_review", "approved"])
def test_what_is_not_issued_does_not_exist_for_readers(client, status):
    edition = EditionFactory()
    writer, approver = UserFactory(), UserFactory()
    ready(edition, by=writer)
    if status != "draft":
        workflow.submit(edition, by=writer, at=AFTER)
    if status == "approved":
        workflow.approve(edition, by=approver, at=AFTER)
    for address in (page(edition), page(edition, "passage", 1), page(edition, "artefact", "CAF-2013-12-24-v1-en.txt")):
        assert client.get(address).status_code == 404, address
    for address in ("/", "/CAF/", "/CAF/archive/"):
        assert edition.public_id not in client.get(address).content.decode()
        assert "Part of the population" not in client.get(address).content.decode()


def test_the_desk_reads_drafts_and_nobody_keeps_a_copy(client):
    edition = EditionFactory()
    ready(edition, by=UserFactory())
    client.force_login(UserFactory(is_superuser=True))
    response = client.get(page(edition))
    assert "Part of the population" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    client.force_login(UserFactory(is_staff=False))
    assert client.get(page(edition)).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/XXX/",
        "/XXX/archive/",
        "/edition/CAF-2013-12-24-v2/",
        "/edition/CAF-2013-13-45-v1/",
        "/edition/nonsense/",
        "/edition/CAF-2013-12-24-v1/source/99/",
        "/edition/CAF-2013-12-24-v1/CAF-2013-12-24-v1-en-A5.pdf",
        "/edition/CAF-2013-12-24-flash1-v1/",
        "/edition/CAF-2013-12-24-fr-v1/",
    ],
)
def test_unknown_addresses_are_not_found(client, edition, address):
    assert client.get(address).status_code == 404


def test_a_reader_who_has_the_page_is_told_so(client, edition):
    first = client.get(page(edition))
    again = client.get(page(edition), headers={"if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert "no-store" not in first["Cache-Control"]


@pytest.mark.parametrize("name", [("edition",), ("passage", 1)])
def test_any_cache_may_keep_what_readers_see(client, edition, name):
    for _fresh_then_kept in range(2):
        response = client.get(page(edition, *name))
        assert "public" in response["Cache-Control"]
        assert "Cookie" not in response.get("Vary", "")
        assert not response.cookies


def test_a_withdrawn_edition_is_a_new_page_to_a_reader_who_has_it(client, edition, django_capture_on_commit_callbacks):
    first = client.get(page(edition))
    with django_capture_on_commit_callbacks(execute=True):
        workflow.withdraw(edition, by=UserFactory(), at=AFTER, reason="wrong place")
    again = client.get(page(edition), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert "withdrawn" in again.content.decode()


def test_a_corrected_edition_leads_to_the_newer_one(client, edition):
    by, approver = UserFactory(), UserFactory()
    second = workflow.correct(edition, note="The toll was wrong.", by=by, at=AFTER)
    workflow.submit(second, by=by, at=AFTER)
    workflow.approve(second, by=approver, at=AFTER)
    workflow.publish(second, by=approver, at=AFTER)
    html = client.get(page(edition)).content.decode()
    assert reverse("briefings:edition", args=["CAF-2013-12-24-v2"]) in html
    assert "The toll was wrong." in client.get(page(second)).content.decode()
    archive = client.get("/CAF/archive/").content.decode()
    assert "CAF-2013-12-24-v1" in archive
    assert "CAF-2013-12-24-v2" in archive


def test_a_file_is_served_for_good_with_its_own_name(client, edition):
    while publish.make_next(at=AFTER):
        pass
    artefact = edition.artefacts.get(form="json")
    address = page(edition, "artefact", artefact.name)
    assert address in client.get(page(edition)).content.decode()
    response = client.get(address)
    body = b"".join(response.streaming_content)
    assert json.loads(body)["id"] == edition.public_id
    assert response["Content-Type"] == "application/json"
    assert artefact.name in response["Content-Disposition"]
    assert "immutable" in response["Cache-Control"]
    again = client.get(address, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_the_method_page_explains_scale_labels_and_words(client):
    html = client.get("/method/").content.decode()
    for words in ("almost no chance", "Corroborated"):
        assert words.lower() in html.lower()


def test_pages_only_read(client, edition):
    assert client.post(page(edition)).status_code == 405
    assert client.post("/").status_code == 405


def test_a_report_that_is_not_on_the_web_is_said_to_be_and_leads_nowhere(client):
    situation = SituationFactory()
    writer, approver = UserFactory(), UserFactory()
    item = accepted(situation, url="", canonical_url="", at=AFTER)
    edition = assemble.assemble(situation, date=DATE, at=AFTER)
    ready(edition, by=writer, item=item)
    workflow.submit(edition, by=writer, at=AFTER)
    workflow.approve(edition, by=approver, at=AFTER)
    workflow.publish(edition, by=approver, at=AFTER)
    pages = [client.get(page(edition)), client.get(page(edition, "passage", 1))]
    for html in (response.content.decode() for response in pages):
        assert "not on the web" in html.lower()
        assert 'href=""' not in html
    assert "\n    Not on the web.\n" in text.render(compose.compose(edition)) + "\n"
