"""What a mail says: the brief itself, as text and as HTML, with everything a list mail must carry and nothing that spies."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
from email import message_from_bytes
from email.policy import default

import pypdf
import pytest
from django.utils import translation

from delivery import attachments, mail, tokens
from delivery.models import Dispatch, OutgoingMail
from tests.factories import delivery as make
from tests.factories import documents

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_kept_parts():
    attachments._part.cache_clear()
    attachments._combined.cache_clear()


def digest_of(*editions, codes=(), **reader):
    """A digest with those editions, and with situations that have none."""
    subscriber = make.follower(*(e.situation.code for e in editions), *codes, **reader)
    digest = make.DigestFactory(subscriber=subscriber, message_id="<one@curator.example>")
    given = {edition.situation_id: edition for edition in editions}
    for row in subscriber.subscriptions.all():
        Dispatch.objects.create(digest=digest, subscription=row, edition=given.get(row.situation_id))
    return digest


def built(digest):
    """The message as it goes over the wire, read back."""
    return message_from_bytes(mail.build(digest).message().as_bytes(), policy=default)


def text(message):
    return " ".join(message.get_body(("plain",)).get_content().split())


def html(message):
    return message.get_body(("html",)).get_content()


def words(markup):
    """The text of HTML, as a reader sees it."""
    import html as entities

    shown = re.sub(r"<(style|title)\b.*?</\1>", " ", markup, flags=re.S)
    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


class TestBody:
    def test_text_and_html_say_what_the_document_says(self):
        document = documents.rich()
        message = built(digest_of(make.issue(trend="worsening", says=document)))
        for shown in (text(message), words(html(message))):
            assert document.bottom_line in shown
            assert document.likelihood in shown
            assert document.confidence in shown
            assert document.unknown in shown
            for claim in document.what_changed:
                assert claim.text in shown
            assert f"{document.coverage.seen} of {document.coverage.expected} expected sources seen" in shown
            assert "worsening" in shown
            assert "You receive this because" in shown

    def test_text_and_html_cite_the_same_sources(self):
        document = documents.rich()
        message = built(digest_of(make.issue(says=document)))
        cited = sorted({number for claim in document.what_changed for number in claim.citations})
        assert sorted({int(n) for n in re.findall(r"\[(\d+)\]", text(message))}) == cited
        assert sorted({int(n) for n in re.findall(r"/source/(\d+)/", html(message))}) == cited

    def test_lines_of_the_text_are_short(self):
        lines = built(digest_of(make.issue())).get_body(("plain",)).get_content().splitlines()
        assert [line for line in lines if len(line) > 72 and "http" not in line] == []

    def test_a_reconstruction_says_so(self):
        message = built(digest_of(make.issue(says=dataclasses.replace(documents.rich(), is_sample=True))))
        assert "Reconstruction for demonstration." in text(message)
        assert "Reconstruction for demonstration." in words(html(message))

    def test_a_real_one_does_not(self):
        message = built(digest_of(make.issue(says=dataclasses.replace(documents.rich(), is_sample=False))))
        assert "Reconstruction" not in text(message) + html(message)

    def test_a_day_without_an_edition_is_one_line(self):
        make.issue(date=make.TODAY - 3 * DAY)
        message = built(digest_of(codes=["CAF"]))
        said = "No edition issued for 14 September 2026; last signed on 11 September 2026."
        assert said in text(message)
        assert said in words(html(message))

    def test_an_older_edition_comes_with_that_line(self):
        edition = make.issue(date=make.TODAY - DAY)
        message = built(digest_of(edition))
        assert "No edition issued for 14 September 2026; last signed on 13 September 2026." in text(message)
        assert documents.rich().bottom_line in text(message)

    def test_worst_comes_first_and_none_last(self):
        message = built(
            digest_of(make.issue("AAA", trend="easing"), make.issue("BBB", trend="worsening"), codes=["ABC"])
        )
        found = [re.search(rf"COUNTRY {code}", text(message)).start() for code in ("BBB", "AAA", "ABC")]
        assert found == sorted(found)

    def test_nothing_in_it_reports_back_or_comes_from_elsewhere(self, settings):
        settings.SITE_URL = "https://briefs.example"
        markup = html(built(digest_of(make.issue(), make.issue("SSD"))))
        assert not re.search(r"<(img|script|iframe|link|form|object|svg)\b|url\(|background=|src=", markup)
        links = re.findall(r'href="([^"]+)"', markup)
        assert {re.match(r"https://briefs\.example(/|$)|mailto:", link) is not None for link in links} == {True}

    def test_links_in_the_body_are_alike_for_everybody_but_the_two_of_ones_own(self):
        edition = make.issue()
        one, two = (set(re.findall(r'href="([^"]+)"', html(built(digest_of(edition))))) for _ in range(2))
        assert {re.sub(r"[0-9a-f]{32}\..*", "", link) for link in one ^ two} == {
            "http://127.0.0.1:8000/leave/",
            "http://127.0.0.1:8000/subscription/",
        }

    def test_what_came_from_outside_is_escaped(self):
        says = dataclasses.replace(documents.rich(), bottom_line="<script>alert(1)</script> & more", unknown="<b>x")
        message = built(digest_of(make.issue(says=says)))
        assert "<script>" not in html(message)
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html(message)
        assert "<script>alert(1)</script> & more" in text(message)

    @pytest.mark.parametrize(
        "document", [documents.arabic(), documents.burmese(), documents.long_names(), documents.quiet()]
    )
    def test_every_kind_of_document_becomes_a_mail(self, document):
        message = built(digest_of(make.issue(says=document, kind=document.kind)))
        assert document.bottom_line.split()[0] in text(message)
        assert f'lang="{document.language}"' in html(message)

    def test_an_arabic_reader_has_a_mail_from_right_to_left(self):
        message = built(digest_of(make.issue(), language="ar"))
        assert '<html lang="ar" dir="rtl">' in html(message)
        assert message["Content-Language"] == "ar"
        assert translation.get_language() != "ar"

    def test_many_situations_stay_below_what_mail_programs_cut(self):
        says = documents.rich()
        message = built(digest_of(*(make.issue(f"S{chr(65 + n)}", says=says, pdf=False) for n in range(26))))
        assert len(html(message).encode()) < 100_000
        assert words(html(message)).count(says.bottom_line) >= 26


class TestSubject:
    @pytest.mark.parametrize(
        ("trend", "marks", "kind", "tail"),
        [
            ("worsening", ["new", "new", "updated"], "routine", "worsening – 2 new"),
            ("unchanged", ["updated"], "routine", "unchanged – nothing new"),
            ("easing", [], "routine", "easing – no material change"),
            ("unchanged", [], "quiet", "unchanged – no material change"),
        ],
    )
    def test_one_situation(self, trend, marks, kind, tail):
        changes = tuple(documents.claim(n, "It changed.", mark=mark) for n, mark in enumerate(marks))
        says = dataclasses.replace(documents.rich(), what_changed=changes)
        message = built(digest_of(make.issue(trend=trend, kind=kind, says=says)))
        assert message["Subject"] == f"[TLP:CLEAR] CAF daily brief – 14 Sep 2026 – {tail}"

    def test_one_without_an_edition(self):
        make.issue(date=make.TODAY - 4 * DAY)
        assert (
            built(digest_of(codes=["CAF"]))["Subject"]
            == "[TLP:CLEAR] CAF daily brief – 14 Sep 2026 – no edition issued"
        )

    @pytest.mark.parametrize(
        ("trends", "without", "tail"),
        [
            (["worsening", "unchanged"], [], "2 situations, 1 worsening"),
            (["easing", "unchanged"], [], "2 situations, none worsening"),
            (["worsening"], ["ZZ"], "2 situations, 1 worsening, 1 without an edition"),
        ],
    )
    def test_several(self, trends, without, tail):
        editions = [make.issue(f"S{chr(65 + n)}", trend=trend) for n, trend in enumerate(trends)]
        message = built(digest_of(*editions, codes=without))
        assert message["Subject"] == f"[TLP:CLEAR] Daily briefs – 14 Sep 2026 – {tail}"


class TestHeaders:
    def test_what_a_list_mail_must_carry(self, settings):
        settings.SITE_URL = "https://briefs.example"
        digest = digest_of(make.issue(), address="anna@post.example")
        message = built(digest)
        token = tokens.leave_token(digest.subscriber.public_id)
        assert message["To"] == "anna@post.example"
        assert message["Message-ID"] == "<one@curator.example>"
        unsubscribe = "".join(message["List-Unsubscribe"].split())
        assert unsubscribe.startswith(f"<https://briefs.example/leave/{token}/>,<mailto:")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Id"] == "Curator daily briefs <daily.briefs.example>"
        assert message["List-Archive"] == "<https://briefs.example/>"
        assert message["Precedence"] == "bulk"
        assert message["Auto-Submitted"] == "auto-generated"
        assert all(message[name] for name in ("List-Help", "List-Subscribe", "List-Owner", "Date", "From"))
        assert not message["Bcc"]
        assert not message["Cc"]

    def test_no_address_stands_in_any_link(self):
        digest = digest_of(make.issue(), address="very-secret@post.example")
        raw = mail.build(digest).message().as_bytes()
        assert raw.count(b"very-secret") == 1

    def test_a_retry_carries_the_same_name(self):
        digest = digest_of(make.issue())
        assert built(digest)["Message-ID"] == built(digest)["Message-ID"]


class TestAttachments:
    def names(self, message):
        return [part.get_filename() for part in message.iter_attachments()]

    def test_up_to_three_are_attached_each(self):
        message = built(digest_of(*(make.issue(code) for code in ("AAA", "BBB", "CCC"))))
        assert self.names(message) == [f"{code}-2026-09-14-v1-A4.pdf" for code in ("AAA", "BBB", "CCC")]
        for part in message.iter_attachments():
            assert part.get_content_type() == "application/pdf"
            assert part.get_content() == make.PDF

    def test_more_become_one_with_a_bookmark_each(self):
        message = built(digest_of(*(make.issue(code) for code in ("AAA", "BBB", "CCC", "DDD"))))
        [part] = message.iter_attachments()
        assert part.get_filename() == "daily-briefs.pdf"
        pdf = pypdf.PdfReader(io.BytesIO(part.get_content()))
        assert len(pdf.pages) == 4
        assert [item.title for item in pdf.outline] == [
            f"{code}-2026-09-14-v1-A4" for code in ("AAA", "BBB", "CCC", "DDD")
        ]

    def test_one_that_is_not_made_yet_is_left_to_the_link(self):
        message = built(digest_of(make.issue("AAA"), make.issue("BBB", pdf=False)))
        assert self.names(message) == ["AAA-2026-09-14-v1-A4.pdf"]
        assert text(message).count("PDF: attached") == 1

    def test_one_that_is_lost_from_the_storage_stops_nothing(self, caplog):
        edition = make.issue()
        make.default_storage.delete(edition.artefacts.get().path)
        assert self.names(built(digest_of(edition))) == []
        assert "not in the storage" in caplog.text

    def test_a_pdf_is_encoded_once_for_all_recipients(self):
        edition = make.issue()
        first, second = (attachments.of([edition]).parts[0] for _ in range(2))
        assert first is second


class TestConfirm:
    def message(self, known):
        subscriber = make.SubscriberFactory(address="anna@post.example", confirmed_at=make.NOW if known else None)
        make.situation("CAF")
        asked = make.OutgoingMailFactory(
            kind=OutgoingMail.Kind.CONFIRM,
            subscriber=subscriber,
            choices={"situations": ["CAF"], "language": "en"},
            message_id="<two@curator.example>",
        )
        return asked, built(asked)

    def test_it_names_what_was_asked_for_and_how_long_the_link_works(self):
        asked, message = self.message(known=False)
        for shown in (text(message), words(html(message))):
            assert "Central African Republic" in shown
            assert tokens.confirm_token(asked.pk) in shown
            assert "72 hours" in shown

    def test_it_does_not_tell_whether_the_address_is_known(self):
        shown = []
        for known in (True, False):
            asked, message = self.message(known)
            shown.append(text(message).replace(tokens.confirm_token(asked.pk), "LINK"))
            asked.subscriber.delete()
        assert shown[0] == shown[1]

    def test_it_is_no_list_mail(self):
        _, message = self.message(known=False)
        assert not message["List-Unsubscribe"]


def test_an_operators_message_has_text_and_html():
    message = built(make.OutgoingMailFactory(body="First.\n\nSee http://127.0.0.1:8000/desk/", message_id="<x@y>"))
    assert message["Subject"] == "Curator: A matter"
    assert "First. See http://127.0.0.1:8000/desk/" in text(message)
    assert 'href="http://127.0.0.1:8000/desk/"' in html(message)
