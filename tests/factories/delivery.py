"""Subscribers, and issued editions to send them. An edition here is signed by an approver who wrote nothing in it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io

import factory
import pypdf
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from briefings.models import Artefact, Edition, EditionStatus, Part, Participation
from briefings.render.document import Document, content_hash, to_json
from countries.clock import cut_off_on
from countries.models import Situation
from delivery import addresses
from delivery.models import Digest, MailState, OutgoingMail, Subscriber, Subscription
from tests.factories import documents
from tests.factories.countries import SituationFactory, UserFactory

#: Real time in these tests; editions are dated by it too unless a test says otherwise.
NOW = dt.datetime(2026, 9, 14, 8, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


def _one_page() -> bytes:
    writer, written = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=100, height=100)
    writer.write(written)
    return written.getvalue()


PDF = _one_page()


class SubscriberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subscriber
        exclude = ("address", "sealed")

    address = factory.Sequence(lambda n: f"reader-{n}@post.example")
    sealed = factory.LazyAttribute(lambda row: addresses.seal(row.address))
    address_cipher = factory.LazyAttribute(lambda row: row.sealed.cipher)
    address_digest = factory.LazyAttribute(lambda row: row.sealed.digest)
    send_at = dt.time(7)
    created_at = NOW - dt.timedelta(days=30)
    confirmed_at = NOW - dt.timedelta(days=30)


class SubscriptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subscription

    subscriber = factory.SubFactory(SubscriberFactory)
    situation = factory.SubFactory(SituationFactory)
    created_at = factory.SelfAttribute("subscriber.created_at")


class DigestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Digest

    subscriber = factory.SubFactory(SubscriberFactory)
    date = TODAY
    state = MailState.QUEUED
    created_at = NOW


class OutgoingMailFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OutgoingMail

    kind = OutgoingMail.Kind.OPERATOR
    key = factory.Sequence(lambda n: f"about-{n}")
    subject = "A matter"
    body = "Something to know."
    created_at = NOW


def follower(*codes: str, **fields: object) -> Subscriber:
    """A confirmed subscriber of those situations."""
    subscriber = SubscriberFactory(**fields)
    for code in codes:
        SubscriptionFactory(subscriber=subscriber, situation=situation(code))
    return subscriber


def situation(code: str = "CAF") -> Situation:
    return SituationFactory(code=code, **({} if code == "CAF" else {"name": f"Country {code}", "iso2": [], "iso3": []}))


def draft(code: str = "CAF", date: dt.date = TODAY, **fields: object) -> Edition:
    """An edition nobody has signed."""
    country = situation(code)
    end = cut_off_on(date, time_zone=country.time_zone, cut_off=country.cut_off)
    return Edition.objects.create(
        **{
            "situation": country,
            "date": date,
            "period_start": end - dt.timedelta(days=1),
            "period_end": end,
            "assembled_at": end,
            **fields,
        }
    )


def issue(
    code: str = "CAF", date: dt.date = TODAY, *, pdf: bool = True, says: Document | None = None, **fields: object
):
    """A published edition with its frozen Document, and its PDF."""
    edition = draft(code, date, **fields)
    document = dataclasses.replace(
        says or documents.rich(),
        id=edition.public_id,
        situation_code=code,
        situation_name=edition.situation.name,
        date=date,
        kind=edition.kind,
        status="published",
        trend=edition.trend,
    )
    approver = UserFactory()
    Participation.objects.create(edition=edition, user=approver, part=Part.APPROVED, at=edition.period_end)
    edition.approved_by, edition.approved_at = approver, edition.period_end
    edition.approved_hash, edition.document = content_hash(document), to_json(document)
    edition.published_at, edition.status = edition.period_end, EditionStatus.PUBLISHED
    edition.save()
    if pdf:
        attach_pdf(edition)
    return edition


def attach_pdf(edition: Edition) -> Artefact:
    """The PDF of an edition, in the storage."""
    name = f"{edition.public_id}-A4.pdf"
    return Artefact.objects.create(
        edition=edition,
        form=Artefact.Form.PDF_A4,
        name=name,
        media_type="application/pdf",
        path=default_storage.save(f"editions/{name}", ContentFile(PDF)),
        sha256=hashlib.sha256(PDF + name.encode()).hexdigest(),
        size=len(PDF),
        made_at=edition.period_end,
    )
