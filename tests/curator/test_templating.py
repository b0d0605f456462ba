"""Whatever a template shows is neutral: pages, mails and PDFs alike."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from delivery import source_report
from delivery.mail import operator_message
from sources.models import Silence
from tests.factories.countries import UserFactory
from tests.factories.sources import NOON, FeedFactory, ItemFactory, StoryFactory

RLO = "\u202e"


def test_a_page_is_still_a_page():
    html = render_to_string("404.html")
    assert html.startswith("<!doctype html>")
    assert "&lt;" not in html.partition("</head>")[0]


@pytest.mark.django_db
def test_a_title_cannot_turn_round_what_stands_after_it(client):
    client.force_login(UserFactory(is_superuser=True))
    item = ItemFactory(title=f"Army {RLO}fdp.exe <b>", story=StoryFactory(title=f"{RLO}Turned"))
    item.feed.publisher.name = f"Out{RLO}let"
    item.feed.publisher.save()
    for address in (
        reverse("admin:sources_item_changelist"),
        reverse("admin:sources_story_change", args=[item.story_id]),
        reverse("admin:sources_item_change", args=[item.pk]),
        reverse("admin:sources_feed_health"),
        reverse("admin:sources_publisher_change", args=[item.feed.publisher_id]),
    ):
        page = client.get(address).content.decode()
        assert RLO not in page
    assert "Army fdp.exe &lt;b&gt;" in client.get(reverse("admin:sources_item_changelist")).content.decode()


@pytest.mark.django_db
def test_a_name_cannot_turn_round_a_mail(settings):
    settings.OPERATOR_EMAILS = ["operator@desk.example"]
    Silence.objects.create(feed=FeedFactory(name=f"Radio {RLO}X"), reason="no_answer", since=NOON, noticed_at=NOON)
    message = operator_message(source_report.queue(at=NOON))
    assert "Radio X" in message.body
    assert RLO not in message.subject + message.body + message.alternatives[0][0]
