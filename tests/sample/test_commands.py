from __future__ import annotations

import io
import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from accounts.roles import sync_roles
from countries import reference
from delivery import tokens
from delivery.models import OutgoingMail
from sample import reader
from sample.management.commands import load_sample, stage_counts, work_sample_desk
from sources.models import Feed

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MAIL_CATCHER_DIR = tmp_path / "mail"
    settings.MAIL_CATCHER_DIR.mkdir()
    return tmp_path / "mail"


def test_counts_are_one_line_of_json_and_fail_where_a_stage_made_nothing(mail_folder: Path) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command(stage_counts.Command(), stdout=out)
    (line,) = out.getvalue().splitlines()
    found = json.loads(line)
    assert caught.value.code == 1
    assert found["items"] == 0
    assert all(isinstance(count, int) for count in found.values())
    assert {"fetches", "full_texts", "stories", "suggestions", "tags", "published", "pdfs", "dispatches"} <= set(found)


def test_loading_makes_feeds_and_accounts_once(mail_folder: Path) -> None:
    sync_roles()
    reference.load(activate_feeds=False)
    out = io.StringIO()
    call_command(load_sample.Command(), stdout=out)
    call_command(load_sample.Command(), stdout=out)
    assert "19 feeds (19 new)" in out.getvalue()
    assert "19 feeds (0 new)" in out.getvalue()
    assert Feed.objects.active().count() == 19
    curator = User.objects.get(email="curator@demo.example")
    assert list(curator.groups.values_list("name", flat=True)) == ["curator"]


def test_loading_without_reference_data_is_refused_in_plain_words(mail_folder: Path) -> None:
    with pytest.raises(CommandError, match=r"run `manage\.py load_reference` first"):
        call_command(load_sample.Command(), stdout=io.StringIO())


def test_the_desk_gives_up_and_names_what_is_missing(mail_folder: Path) -> None:
    sync_roles()
    reference.load(activate_feeds=False)
    call_command(load_sample.Command(), stdout=io.StringIO())
    with pytest.raises(CommandError, match=r"the feed of Blue Desk Bulletin \(not looked at yet\)"):
        call_command(work_sample_desk.Command(), patience=0.1, stdout=io.StringIO())


def test_the_reader_confirms_by_the_link_in_the_mail(mail_folder: Path) -> None:
    reference.load(activate_feeds=False)
    reader.ask(at=timezone.now())
    assert reader.subscriber() is None
    assert reader.unconfirmed(mail_folder) == ["the mail that asks reader@demo.example to confirm"]
    with pytest.raises(reader.NoLink):
        reader.confirm(mail_folder, at=timezone.now())

    message = EmailMessage()
    message["To"] = reader.ADDRESS
    asked = OutgoingMail.objects.get()
    message.set_content(f"Follow http://testserver/subscribe/confirm/{tokens.confirm_token(asked.pk)}/ to confirm.")
    (mail_folder / "001.eml").write_bytes(message.as_bytes())
    assert reader.unconfirmed(mail_folder) == []
    reader.confirm(mail_folder, at=timezone.now())

    subscriber = reader.subscriber()
    assert subscriber is not None
    follows = subscriber.subscriptions.filter(ended_at=None).values_list("situation__code", flat=True)
    assert set(follows) == {"CAF", "SSD"}
    assert reader.undelivered(mail_folder) == ["the daily mail to reader@demo.example"]
