"""What the database keeps of an edition's making, whoever asks."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from briefings.models import Artefact, Participation
from tests.factories import briefings as make

pytestmark = pytest.mark.django_db


def test_who_wrote_stays_on_record_even_before_the_edition_is_issued():
    written = Participation.objects.filter(part="wrote")
    make.published()
    for refused in (written.delete, lambda: written.update(part="approved")):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()
    assert written.exists()


def test_the_bytes_of_an_issued_edition_cannot_be_exchanged(settings):
    edition = make.published()
    Artefact.objects.create(
        edition=edition,
        form="text",
        name="a.txt",
        media_type="text/plain",
        path="a",
        sha256="0",
        size=1,
        made_at=edition.published_at,
    )
    assert edition.covered_items.exists()
    for refused in (
        lambda: Artefact.objects.update(sha256="1"),
        lambda: Artefact.objects.all().delete(),
        lambda: edition.covered_items.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()
