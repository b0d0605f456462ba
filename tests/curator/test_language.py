"""The language of a page is said by its address, and by nothing else."""

import re

import pytest
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language

from briefings import languages
from delivery import mail as mails
from tests.factories import briefings as make
from tests.factories.countries import UserFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "language", "direction", "words"),
    [
        ("/method/", "en-gb", "ltr", "How we work"),
        ("/fr/method/", "fr", "ltr", "Notre méthode"),
        ("/es/method/", "es", "ltr", "Cómo trabajamos"),
        ("/ar/method/", "ar", "rtl", "كيف نعمل"),
    ],
)
def test_a_prefix_turns_the_page_and_its_links(client, path, language, direction, words):
    page = client.get(path, headers={"accept-language": "es, fr;q=0.8"})
    text = page.content.decode()
    assert f'<html lang="{language}" dir="{direction}">' in text
    assert f"<title>{words}" in text
    prefix = "" if language == "en-gb" else f"/{language}"
    assert f'href="{prefix}/subscribe/"' in text
    assert page["Content-Language"] == language[:2]
    assert "Accept-Language" not in page.get("Vary", "")


@pytest.mark.django_db
def test_every_page_names_itself_in_each_language(client):
    text = client.get("/ar/method/").content.decode()
    listed = dict(re.findall(r'rel="alternate" hreflang="(\w+)" href="[^"]*?//[^/]+(/[^"]*)"', text))
    assert listed == {"en": "/method/", "fr": "/fr/method/", "es": "/es/method/", "ar": "/ar/method/"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/en/method/", "/de/method/", "/fr/fr/method/"])
def test_there_is_one_address_for_each_language(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_an_edition_is_read_in_its_own_language(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    edition = make.EditionFactory(language="ar")
    page = client.get(f"/edition/{edition.public_id}/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert 'href="/ar/method/"' in page
    within = client.get(f"/fr/edition/{edition.public_id}/").content.decode()
    assert '<html lang="ar" dir="rtl">' in within
    assert 'href="/fr/method/"' in within


def test_nothing_of_it_outlives_the_request(client, db):
    client.get("/ar/method/")
    assert get_script_prefix() == "/"
    assert get_language() == "en-gb"
    assert reverse("briefings:method") == "/method/"


def test_links_of_a_mail_lead_to_pages_in_its_language():
    with languages.speaking("fr"):
        assert mails.absolute("briefings:method").endswith("/fr/method/")
