"""Feeds of editions and the schema of their JSON: what a reader and a program of somebody else can rely on."""

import datetime as dt
import json

import feedparser
import jsonschema
import pytest
import time_machine
from django.urls import reverse

from briefings import workflow
from briefings.render import json as json_form
from briefings.render import schema
from tests.factories import documents
from tests.factories.briefings import AFTER, published, ready
from tests.factories.countries import SituationFactory, UserFactory


@pytest.fixture(autouse=True)
def _at_the_day():
    with time_machine.travel(AFTER + dt.timedelta(hours=1), tick=True):
        yield


@pytest.mark.parametrize("make", [documents.rich, documents.quiet, documents.arabic, documents.burmese])
def test_the_json_form_is_what_its_schema_says(make):
    rules = schema.schema("https://curator.example/schema/edition-1.schema.json")
    jsonschema.Draft202012Validator.check_schema(rules)
    data = json.loads(json_form.render(make()))
    jsonschema.validate(data, rules, jsonschema.Draft202012Validator)
    data["level"] = "three"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, rules, jsonschema.Draft202012Validator)


@pytest.mark.django_db
def test_the_schema_has_an_address(client):
    address = reverse("briefings:schema", args=[schema.NAME])
    assert client.get(address).json()["$id"].endswith(address)
    assert client.get("/schema/another.json").status_code == 404


@pytest.mark.django_db
def test_atom_and_json_feed_hold_the_same_editions_under_their_ids(client):
    edition = published()
    atom = feedparser.parse(client.get("/CAF/en.atom").content)
    feed = client.get("/CAF/en.json").json()
    assert not atom.bozo
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [entry.id for entry in atom.entries] == [item["id"] for item in feed["items"]]
    assert feed["items"][0]["url"].endswith(f"/edition/{edition.public_id}/")
    assert edition.bottom_line in feed["items"][0]["content_html"]
    assert feed["items"][0]["date_published"] == edition.published_at.isoformat()


@pytest.mark.django_db
def test_a_correction_is_an_entry_and_the_corrected_one_says_so(client):
    edition = published()
    by, key = UserFactory(), UserFactory()
    at = AFTER + dt.timedelta(minutes=5)
    second = workflow.correct(edition, note="Four were wounded, not three.", by=by, at=at)
    workflow.submit(second, by=by, at=at)
    workflow.approve(second, by=key, at=at)
    workflow.publish(second, by=key, at=at)
    newest, oldest = client.get("/CAF/en.json").json()["items"]
    assert newest["title"].startswith("Correction:")
    assert "Four were wounded, not three." in newest["content_html"]
    assert oldest["title"].startswith("Corrected since:")


@pytest.mark.django_db
def test_drafts_other_languages_and_other_situations_are_in_no_feed(client):
    edition = published()
    ready_only = SituationFactory(code="SSD", name="South Sudan")
    ready(
        published(ready_only).__class__.objects.create(
            situation=ready_only,
            date=dt.date(2013, 12, 25),
            period_start=AFTER,
            period_end=AFTER + dt.timedelta(days=1),
            assembled_at=AFTER,
        ),
        by=UserFactory(),
    )
    assert [item["_curator"]["edition"] for item in client.get("/CAF/en.json").json()["items"]] == [edition.public_id]
    assert len(client.get("/SSD/en.json").json()["items"]) == 1
    assert client.get("/CAF/fr.atom").status_code == 404


@pytest.mark.django_db
def test_whoever_has_the_feed_gets_304_until_something_is_issued(client):
    published()
    first = client.get("/CAF/en.atom")
    assert client.get("/CAF/en.atom", headers={"if-none-match": first["ETag"]}).status_code == 304
    published(date=dt.date(2013, 12, 25), at=AFTER + dt.timedelta(days=1), situation=SituationFactory(code="CAF"))
    assert client.get("/CAF/en.atom", headers={"if-none-match": first["ETag"]}).status_code == 200
