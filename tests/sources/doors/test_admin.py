"""The doors at the desk: what is wrong stands beside its field, only those who may come in, and pages cost what they should."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts import roles
from sources.doors import by_hand
from sources.events.take import take
from sources.models import (
    EventDataset,
    EventImport,
    EventRecord,
    Feed,
    FeedFormat,
    Item,
    Mailbox,
    MailLeftOut,
    ReusePolicy,
)
from tests.factories.countries import UserFactory
from tests.factories.originals import pdf
from tests.factories.sources import FeedFactory, ItemFactory, PublisherFactory
from tests.sources.doors.test_by_hand import AT, PAGES, report, upload
from tests.sources.events.files import acled_csv, acled_record, ged_csv, ged_row

pytestmark = pytest.mark.django_db
ADD = "admin:sources_handentry_add"


@pytest.fixture
def desk():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def member(*names: str) -> Client:
    user = UserFactory()
    for name in names:
        user.user_permissions.add(Permission.objects.get(content_type__app_label="sources", codename=name))
    client = Client()
    client.force_login(user)
    return client


def form(**changes):
    return {
        "publisher": PublisherFactory().pk,
        "title": "Attack on Boali",
        "text": "Armed men came.",
        "note": "their page",
        **changes,
    }


def file(body: bytes, name: str = "report.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


# ------------------------------------------------------------------------------------------------ by hand
def test_the_form_warns_that_nothing_confidential_may_be_entered(desk):
    page = desk.get(reverse(ADD)).content.decode()
    assert "Public material only." in page
    assert "Nothing confidential may be entered or uploaded here" in page


def test_a_report_is_entered_with_its_day(desk):
    answer = desk.post(reverse(ADD), form(published_on="2013-12-05", language="fr", url="https://ngo.example/r"))
    assert answer.status_code == 302
    item = Item.objects.get()
    assert (item.published_at, item.published_precision) == (dt.datetime(2013, 12, 5, tzinfo=dt.UTC), "day")
    assert (item.language, item.url, item.current.text) == ("fr", "https://ngo.example/r", "Armed men came.")


def test_a_time_makes_the_date_known_to_the_minute(desk):
    desk.post(reverse(ADD), form(published_on="2013-12-05", published_time="14:30"))
    item = Item.objects.get()
    assert (item.published_at, item.published_precision) == (dt.datetime(2013, 12, 5, 14, 30, tzinfo=dt.UTC), "minute")


def test_an_upload_is_recognised_by_its_bytes_and_not_by_its_name(desk):
    answer = desk.post(reverse(ADD), form(text="", file=file(pdf(*PAGES), "holiday.jpg")))
    assert answer.status_code == 302
    assert Item.objects.get().current.reading_text == "\n\n".join(PAGES)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"text": ""}, "text", "Enter the report’s text, or upload the document."),
        ({"title": ""}, "title", "This field is required."),
        ({"note": ""}, "note", "This field is required."),
        ({"publisher": ""}, "publisher", "This field is required."),
        ({"published_on": "2999-01-01"}, "published_on", "This is in the future."),
        ({"published_on": "1066-10-14"}, "published_on", "This is long before anything that belongs here."),
        ({"published_time": "12:00"}, "published_on", "A time needs its day."),
        ({"language": "French!"}, "language", "This is no language tag. For example fr, sw, ar or pt-BR."),
        ({"url": "javascript:alert(1)"}, "url", "This is no http or https address that can be followed."),
        ({"url": "https://user:word@ngo.example/"}, "url", "This is no http or https address that can be followed."),
        ({"text": "", "file": file(b"MZ", "report.pdf")}, "file", "The file is neither a PDF nor a Word document (.docx), whatever its name says."),  # noqa: E501
        ({"text": "", "file": file(pdf(""))}, "file", "This PDF holds pictures of pages and no text (a scan). Upload a version with text, or type the words that matter."),  # noqa: E501
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(desk, changes, field, message):
    answer = desk.post(reverse(ADD), form(**changes))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors[field] == [message]
    assert not Item.objects.exists()


def test_a_file_larger_than_the_limit_is_not_read(desk, settings):
    settings.UPLOAD_MAX_BYTES = 10_000
    answer = desk.post(reverse(ADD), form(file=file(pdf(*PAGES) + b"\0" * 10_000)))
    assert "it may have 9.8\xa0KB" in answer.context["adminform"].form.errors["file"][0]


def test_a_scan_with_typed_words_is_taken_and_said_to_be_one(desk):
    answer = desk.post(reverse(ADD), form(file=file(pdf(""))), follow=True)
    assert "The file is a scan: it was kept" in answer.content.decode()
    assert Item.objects.get().current.arrival.original is not None


def test_pages_without_text_are_named(desk):
    answer = desk.post(reverse(ADD), form(text="", file=file(pdf(PAGES[0], "", PAGES[1], ""))), follow=True)
    assert "No text was found on these pages: 2, 4." in answer.content.decode()


def test_terms_that_allow_no_full_text_are_said_aloud(desk):
    values = form(file=file(pdf(*PAGES)))
    FeedFactory(
        url=f"by-hand:{PublisherFactory._meta.model.objects.get(pk=values['publisher']).slug}",
        publisher_id=values["publisher"],
        format=FeedFormat.BY_HAND,
        is_active=False,
        reuse_policy=ReusePolicy.EXCERPT,
    )
    answer = desk.post(reverse(ADD), values, follow=True)
    assert "neither the file nor its text was kept" in answer.content.decode()


def test_a_report_that_is_there_already_is_shown(desk):
    item = by_hand.enter(report(text=""), upload=upload(), by=UserFactory(), at=AT)
    answer = desk.post(reverse(ADD), form(text="", file=file(upload().body)))
    assert reverse("admin:sources_item_change", args=[item.pk]) in answer.context["adminform"].form.errors["file"][0]


def test_an_edit_begins_with_what_stands_and_makes_a_revision(desk):
    item = by_hand.enter(report(published_at=AT, language="sg"), by=UserFactory(), at=AT)
    address = reverse("admin:sources_handentry_change", args=[item.pk])
    page = desk.get(address)
    assert f">{item.feed.publisher.name}</option>" in page.content.decode()
    initial = page.context["adminform"].form.initial
    assert (initial["title"], initial["language"], initial["note"]) == ("Attack on Boali", "sg", "their page")
    values = {name: value for name, value in initial.items() if value is not None}
    assert desk.post(address, {**values, "title": "Massacre in Boali"}).status_code == 302
    item.refresh_from_db()
    assert (item.title, item.current.number) == ("Massacre in Boali", 2)


def test_the_item_shows_each_page_of_its_document_and_how_it_came(desk):
    item = by_hand.enter(report(text=""), upload=upload(), by=(user := UserFactory()), at=AT)
    page = desk.get(reverse("admin:sources_item_change", args=[item.pk])).content.decode()
    for expected in ("<b>Page 2</b>", PAGES[1], str(user), "uploaded", item.current.arrival.original_sha256):
        assert expected in page


def test_what_was_entered_is_text_and_never_markup(desk):
    desk.post(reverse(ADD), form(note="<script>alert(1)</script>", title="<img src=x onerror=alert(1)> Boali"))
    item = Item.objects.get()
    for name in ("handentry", "item"):
        page = desk.get(reverse(f"admin:sources_{name}_change", args=[item.pk])).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_who_may_only_look_enters_nothing():
    reader = member("view_handentry", "view_item")
    assert reader.get(reverse(ADD)).status_code == 403
    assert reader.post(reverse(ADD), form()).status_code == 403
    item = by_hand.enter(report(), by=UserFactory(), at=AT)
    address = reverse("admin:sources_handentry_change", args=[item.pk])
    assert reader.post(address, form()).status_code == 403
    assert reader.get(address).status_code == 200


def test_items_of_feeds_cannot_be_edited_by_hand(desk):
    item = ItemFactory()
    assert desk.get(reverse("admin:sources_handentry_change", args=[item.pk])).status_code == 302
    assert item.title not in desk.get(reverse("admin:sources_handentry_changelist")).content.decode()


def test_a_curator_may_enter_reports_and_an_editor_import_events():
    call_command("load_reference", verbosity=0)
    for role, enters, imports in [
        (roles.Role.READER, False, False),
        (roles.Role.CURATOR, True, False),
        (roles.Role.EDITOR, True, True),
    ]:
        user = UserFactory()
        roles.assign(user, role)
        assert user.has_perm("sources.add_handentry") is enters
        assert user.has_perm("sources.add_eventimport") is imports


@pytest.mark.parametrize("name", ["handentry", "eventrecord", "eventimport", "mailbox", "mailleftout"])
def test_a_list_costs_the_same_however_long_it_is(desk, name, django_assert_max_num_queries):
    def fill(start: int, end: int) -> None:
        for number in range(start, end):
            by_hand.enter(report(title=f"Report {number}"), by=UserFactory(), at=AT)
            take(EventDataset.UCDP_GED, io.BytesIO(ged_csv(ged_row(id=number))), filename="x", version="23.1", at=AT)
            left_out(sender_domain=f"{number}.example")

    def queries() -> int:
        with django_assert_max_num_queries(100) as captured:
            assert desk.get(reverse(f"admin:sources_{name}_changelist")).status_code == 200
        return len(captured)

    fill(0, 2)
    few = queries()
    fill(2, 20)
    assert queries() <= few + 1
    assert few <= 20


# ------------------------------------------------------------------------------------------------ addresses of feeds
FEED = {"name": "F", "starter_pack": "after_probe", "reuse_policy": "excerpt"}
FEED |= dict.fromkeys(("language", "selector", "reuse_note", "terms_read_on"), "")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Press@NGO.example", "mailto:press@ngo.example"),
        ("@ngo.example", "mailto:@ngo.example"),
        ("<News.ngo.example>", "list-id:news.ngo.example"),
        ("mailto:press@ngo.example", "mailto:press@ngo.example"),
        ("list-id:news.ngo.example", "list-id:news.ngo.example"),
    ],
)
def test_a_sender_can_be_a_feed(desk, written, address):
    values = {**FEED, "publisher": PublisherFactory().pk, "format": "mailbox", "url": written, "is_active": "on"}
    answer = desk.post(reverse("admin:sources_feed_add"), values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Feed.objects.get().url == address


@pytest.mark.parametrize(
    ("format", "written", "message"),
    [
        ("mailbox", "https://ngo.example/feed", "This is no sender"),
        ("mailbox", "press@", "This is no sender"),
        ("mailbox", "a@b.example\nBcc: c@d.example", "This is no sender"),
        ("rss", "mailto:press@ngo.example", "Enter a valid URL"),
        ("auto", "by-hand:x", "Enter a valid URL"),
        ("by_hand", "by-hand:x", "Such a feed is made when"),
    ],
)
def test_each_kind_of_feed_has_its_own_kind_of_address(desk, format, written, message):
    values = {**FEED, "publisher": PublisherFactory().pk, "format": format, "url": written}
    answer = desk.post(reverse("admin:sources_feed_add"), values)
    assert message in str(answer.context["adminform"].form.errors["url"])
    assert not Feed.objects.exists()


# ------------------------------------------------------------------------------------------------ events
def test_a_file_of_events_is_imported_and_its_counts_are_said(desk):
    values = {
        "dataset": "ucdp_ged",
        "version": "",
        "file": file(ged_csv(ged_row(id=1), ged_row(id=2)), "GEDEvent_v23_1.csv"),
    }
    answer = desk.post(reverse("admin:sources_eventimport_add"), values, follow=True)
    assert "2 events are new, 0 revised, 0 unchanged." in answer.content.decode()
    assert EventImport.objects.get().by is not None


def test_a_bad_file_of_events_says_where(desk):
    values = {"dataset": "acled", "version": "", "file": file(acled_csv(acled_record(latitude="<b>")), "x.csv")}
    answer = desk.post(reverse("admin:sources_eventimport_add"), values)
    assert "Line 2, column latitude: “&lt;b&gt;” is no number" in answer.content.decode()
    assert not EventImport.objects.exists()


def test_only_who_may_imports_events():
    assert member("view_eventimport").get(reverse("admin:sources_eventimport_add")).status_code == 403


def test_events_leave_as_a_file_unless_one_of_them_is_acleds(desk):
    take(EventDataset.UCDP_GED, io.BytesIO(ged_csv(ged_row(side_a="=1+1"))), filename="x", version="23.1", at=AT)
    address = reverse("admin:sources_eventrecord_changelist")
    act = {"action": "export_csv", "_selected_action": list(EventRecord.objects.values_list("pk", flat=True))}
    lines = b"".join(desk.post(address, act).streaming_content).decode()
    assert "'=1+1" in lines
    take(EventDataset.ACLED, io.BytesIO(acled_csv(acled_record())), filename="x", at=AT)
    act["_selected_action"] = list(EventRecord.objects.values_list("pk", flat=True))
    answer = desk.post(address, act, follow=True)
    assert "Nothing was exported" in answer.content.decode()


# ------------------------------------------------------------------------------------------------ mail that was left out
def left_out(reason: str = "unassigned", **fields) -> MailLeftOut:
    box, _ = Mailbox.objects.get_or_create(key="k", defaults={"name": "mail.example, INBOX", "next_look_at": AT})
    uid = MailLeftOut.objects.count() + 1
    return MailLeftOut.objects.create(**{"mailbox": box, "uid": uid, "reason": reason, "seen_at": AT, **fields})


def acted(desk: Client, action: str, *rows: MailLeftOut) -> str:
    act = {"action": action, "_selected_action": [row.pk for row in rows]}
    return desk.post(reverse("admin:sources_mailleftout_changelist"), act, follow=True).content.decode()


def test_mail_that_nobody_has_assigned_is_counted_by_domain(desk):
    for domain in ("ngo.example", "ngo.example", "other.example"):
        left_out(sender_domain=domain)
    left_out(sender_domain="old.example", settled_at=AT, is_wanted=False)
    page = desk.get(reverse("admin:sources_mailleftout_changelist")).content.decode()
    assert "3 messages from addresses nobody has assigned" in page
    assert '<bdi>ngo.example</bdi> <span class="entry-number">2</span>' in page


def test_a_message_is_let_in_by_a_person_and_read_next(desk):
    forged, nobodys = left_out("unconfirmed", feed=mail_feed()), left_out()
    page = acted(desk, "let_in", forged, nobodys)
    assert "1 message is read at the next look." in page
    assert "comes in once a feed has that sender" in page
    forged.refresh_from_db(), nobodys.refresh_from_db()
    assert (forged.is_wanted, forged.settled_at, nobodys.is_wanted) == (True, None, None)
    assert forged.settled_by is not None
    assert Mailbox.objects.get().next_look_at is None


def test_a_message_can_be_left_out_for_good(desk):
    row = left_out("unreadable", feed=mail_feed())
    assert "1 message stays out." in acted(desk, "leave_out", row)
    row.refresh_from_db()
    assert row.is_wanted is False
    assert row.settled_at is not None


def test_only_who_may_lets_mail_in():
    row = left_out("unconfirmed", feed=mail_feed())
    acted(member("view_mailleftout"), "let_in", row)
    row.refresh_from_db()
    assert row.is_wanted is None


def test_looking_now_at_a_feed_of_mail_looks_at_the_mailbox(desk):
    left_out()
    feed = mail_feed()
    act = {"action": "look_now", "_selected_action": [feed.pk]}
    desk.post(reverse("admin:sources_feed_changelist"), act)
    assert Mailbox.objects.get().next_look_at is None


def mail_feed() -> Feed:
    return FeedFactory(url="mailto:press@ngo.example", format=FeedFormat.MAILBOX)
