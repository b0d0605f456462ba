"""The mailbox, over a real dialogue: every message is an item or is left out for a reason, whatever breaks in between."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.db import InternalError, connection

from briefings import passages
from sources import snapshots
from sources.doors import imap, mailbox
from sources.ingest import claim
from sources.ingest.dedupe import address_key
from sources.ingest.urls import canonical
from sources.models import (
    Arrival,
    ExtractState,
    Feed,
    FeedFormat,
    Fetch,
    FullText,
    Item,
    LeftOut,
    Mailbox,
    MailLeftOut,
    ReusePolicy,
    SenderCheck,
    Snapshot,
)
from tests.factories.originals import docx, pdf
from tests.factories.sources import FeedFactory, ItemFactory
from tests.sources.doors.imap_server import MailServer, serving
from tests.sources.doors.mails import SAID, mail

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
EVERY = dt.timedelta(minutes=30)


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture
def press():
    return sender_feed()


def sender_feed(url: str = "mailto:press@ngo.example", **fields) -> Feed:
    return FeedFactory(
        **{"url": url, "format": FeedFormat.MAILBOX, "reuse_policy": ReusePolicy.FULL_TEXT_INTERNAL, **fields}
    )


def look(server: MailServer, *, hours: float = 0, **account) -> mailbox.Looked | None:
    return mailbox.look(server.account(**account), at=AT + dt.timedelta(hours=hours), interval=EVERY)


# ------------------------------------------------------------------------------------------------ coming in
def test_a_message_becomes_an_item_of_its_senders_feed(server, press):
    server.add(mail())
    assert look(server) == mailbox.Looked(Mailbox.objects.get().name, items=1)
    item = Item.objects.get()
    assert (item.feed, item.title, item.external_id) == (press, "Attack on Boali", "1@ngo.example")
    assert (item.published_at, item.published_precision) == (
        dt.datetime(2013, 12, 5, 13, 30, 5, tzinfo=dt.UTC),
        "second",
    )
    assert item.current.reading_text == SAID.strip()
    assert item.extract_state == ExtractState.DONE
    arrival = item.current.arrival
    assert (arrival.door, arrival.by, arrival.sender_domain) == ("mail", None, "ngo.example")
    assert arrival.sender_check == SenderCheck.VERIFIED
    assert arrival.original_sha256 == hashlib.sha256(mail()).hexdigest()
    assert passages.find(item, "our team found").place == "page"


def test_the_server_is_only_read(server, press):
    server.add(mail(), mail(message_id="<2@ngo.example>"))
    look(server)
    names = {command.split(" ")[0] for command in server.commands}
    assert names == {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    assert all("PEEK" in command for command in server.commands if "FETCH" in command)
    assert len(server.messages) == 2


def test_each_look_ends_in_one_fetch_for_each_feed(server, press):
    quiet, off = sender_feed("mailto:@other.example"), sender_feed("mailto:@off.example", is_active=False)
    server.add(mail())
    look(server)
    look(server, hours=1)
    assert list(press.fetches.order_by("pk").values_list("state", "new_items")) == [("new", 1), ("unchanged", 0)]
    assert list(quiet.fetches.values_list("state", flat=True)) == ["unchanged", "unchanged"]
    assert not off.fetches.exists()
    press.refresh_from_db()
    assert press.next_check_at == Mailbox.objects.get().next_look_at


def test_one_newsletter_after_a_hundred_is_no_drop(server, press):
    server.add(*[mail(message_id=f"<{number}@ngo.example>", subject=f"Number {number}") for number in range(50)])
    look(server)
    server.add(mail(message_id="<last@ngo.example>", subject="Last"))
    look(server, hours=1)
    assert list(press.fetches.order_by("pk").values_list("state", flat=True)) == ["new", "new"]


def test_the_same_message_again_is_one_item(server, press):
    server.add(mail(), mail())
    look(server)
    server.add(mail())
    look(server, hours=1)
    assert Item.objects.count() == 1
    assert list(press.fetches.order_by("pk").values_list("state", flat=True)) == ["new", "unchanged"]


def test_a_list_and_a_domain_can_be_a_feed(server):
    of_list, of_domain = sender_feed("list-id:news.ngo.example"), sender_feed("mailto:@ngo.example")
    server.add(
        mail(List_Id='"News" <news.ngo.example>', message_id="<a@x>"),
        mail(sender="someone@ngo.example", message_id="<b@x>", subject="Other"),
    )
    look(server)
    assert [of_list.items.get().external_id, of_domain.items.get().external_id] == ["a@x", "b@x"]


def test_a_weekly_newsletter_to_one_page_is_an_item_each_week(server, press):
    page = '<p>This week.</p><a href="https://ngo.example/newsletter/">Read</a>'
    server.add(
        *[mail(f"Week {n}. {SAID}", page=page, message_id=f"<{n}@x>", subject="Weekly update") for n in range(3)]
    )
    look(server)
    server.add(mail(f"Week 4. {SAID}", page=page, message_id="<4@x>", subject="Weekly update"))
    look(server, hours=1)
    assert Item.objects.count() == 4
    assert Item.objects.exclude(url="").count() == 1
    assert all(item.revisions.count() == 1 for item in Item.objects.all())


def test_a_report_that_the_publishers_feed_has_is_a_sighting_of_it(server, press):
    url = "https://www.ngo.example/boali"
    page = canonical(url)
    known = ItemFactory(url=url, canonical_url=page, address_key=address_key(page), owns_address=True)
    server.add(mail(page=f'<a href="{url}?utm_source=mail">Read the report</a>'))
    look(server)
    assert Item.objects.get() == known
    assert known.sightings.get().feed == press


def test_mail_waits_for_no_page_and_no_feed_of_mail_is_fetched(server, press):
    server.add(mail(page='<a href="https://ngo.example/boali">x</a>'))
    look(server)
    Feed.objects.update(next_check_at=None)
    assert claim.claim_due(limit=10, per_host=2, at=AT) == []
    assert not Item.objects.to_extract(AT).exists()
    assert Item.objects.get().url == "https://ngo.example/boali"


@pytest.mark.parametrize(
    ("policy", "text", "is_kept"),
    [
        (ReusePolicy.METADATA_ONLY, "", False),
        (ReusePolicy.EXCERPT, SAID.strip(), False),
        (
            ReusePolicy.FULL_TEXT_INTERNAL,
            f"{SAID.strip()}\n\nThe annex names twelve villages that were burnt down.",
            True,
        ),
    ],
)
def test_what_the_terms_forbid_is_not_stored(server, policy, text, is_kept):
    feed = sender_feed(reuse_policy=policy)
    server.add(mail(parts=(("application/pdf", pdf("The annex names twelve villages that were burnt down.")),)))
    look(server)
    revision = feed.items.get().current
    assert revision.reading_text == text
    assert Snapshot.objects.exists() == FullText.objects.exists() == is_kept


def test_an_attached_document_is_read_and_its_pages_are_known(server, press):
    body = pdf("First page of the annex, with a list of villages.", "Second page of the annex, with a list of names.")
    server.add(mail(parts=(("application/octet-stream", body), ("image/png", b"\x89PNG"))))
    look(server)
    item = Item.objects.get()
    found = passages.find(item, "Second page of the annex")
    assert item.current.arrival.page_at(found.start) == 2
    assert item.current.arrival.page_at(passages.find(item, "Armed men").start) is None


def test_a_document_that_cannot_be_read_is_named_and_the_mail_comes_in(server, press):
    server.add(mail(parts=(("application/pdf", pdf("")), ("application/pdf", b"%PDF-1.7\n\xff"), ("x/y", docx(SAID)))))
    look(server)
    arrival = Arrival.objects.get()
    assert "a scan" in arrival.note
    assert "damaged" in arrival.note
    assert arrival.revision.reading_text.count("our team found") == 6


def test_of_a_message_that_is_too_large_the_beginning_is_read(server, press):
    server.add(mail(parts=(("application/pdf", pdf(SAID)),)))
    server.stated_sizes[1] = 110_000_000
    look(server)
    arrival = Arrival.objects.get()
    assert arrival.revision.reading_text == SAID.strip()
    assert arrival.original is None
    assert "has 110,000,000 bytes; only its beginning was read" in arrival.note
    assert any("BODY.PEEK[]<0.1000000>" in command for command in server.commands)


# ------------------------------------------------------------------------------------------------ left out
def test_of_unknown_senders_the_domain_is_kept_and_nothing_else(server, press):
    server.add(mail(sender="Secret Person <secret.person@unknown.example>", subject="A private word"))
    assert look(server).unassigned == 1
    row = MailLeftOut.objects.get()
    assert (row.reason, row.sender_domain, row.feed, row.message) == (LeftOut.UNASSIGNED, "unknown.example", None, "")
    assert not Item.objects.exists()
    assert not Snapshot.objects.exists()
    assert everything_stored().count("secret.person") == everything_stored().count("private word") == 0


def test_once_a_sender_is_assigned_its_earlier_mail_comes_in(server, press):
    server.add(
        *[mail(sender="a@new.example", results="", message_id=f"<{n}@x>", subject=f"N {n}") for n in range(3)], mail()
    )
    look(server)
    new = sender_feed("mailto:@new.example")
    look(server, hours=1)
    assert new.items.count() == 3
    assert set(MailLeftOut.objects.values_list("is_wanted", flat=True)) == {True}
    before = len(server.commands)
    look(server, hours=2)
    assert not any("FETCH" in command for command in server.commands[before:])


def test_a_forged_message_is_set_aside_and_the_look_says_so(server, press):
    forged = "mx.brief.example; dmarc=fail (p=none) header.from=ngo.example"
    server.add(mail(), mail("A false report. " * 20, message_id="<2@x>", subject="False", results=forged))
    assert look(server).set_aside == 1
    fetch = Fetch.objects.get()
    assert (fetch.state, fetch.new_items) == ("quarantined", 1)
    assert (
        "1 message was set aside. The mail server does not confirm the sender: dmarc=fail for ngo.example."
        in fetch.message
    )
    row = MailLeftOut.objects.get()
    assert (row.reason, row.feed) == (LeftOut.UNCONFIRMED, press)
    assert "A false report" not in everything_stored()


def test_a_forged_message_that_a_person_lets_in_says_that_a_person_did(server, press):
    server.add(mail(results="mx.brief.example; dmarc=fail header.from=ngo.example"))
    look(server)
    MailLeftOut.objects.update(is_wanted=True)
    look(server, hours=1)
    assert Arrival.objects.get().sender_check == SenderCheck.BY_PERSON
    assert MailLeftOut.objects.get().settled_at is not None


def test_a_message_that_was_let_in_and_is_gone_is_said_to_be(server, press):
    server.add(mail(results="mx.brief.example; dmarc=fail header.from=ngo.example"))
    look(server)
    MailLeftOut.objects.update(is_wanted=True)
    server.messages.clear()
    look(server, hours=1)
    row = MailLeftOut.objects.get()
    assert (row.message, row.is_wanted) == ("It is no longer on the server.", False)


def test_a_message_that_nobody_checked_is_marked_as_that(server, press):
    server.add(mail(results="other.example; dmarc=pass header.from=ngo.example"))
    look(server)
    assert Arrival.objects.get().sender_check == SenderCheck.UNCHECKED


# ------------------------------------------------------------------------------------------------ personal data
def test_nothing_that_says_who_we_are_is_stored(server, press):
    page = f"""<p>{SAID}</p><p>This mail was sent to desk@brief.example and ally@partner.example.</p>
      <a href="https://ngo.example/mail/view-in-browser?u=77&id=abc">View in browser</a>
      <a href="https://ngo.example/boali?utm_source=nl&mc_eid=f00&amp;email=desk%40brief.example">Read on</a>
      <a href="https://ngo.us2.list-manage.com/unsubscribe?u=1&id=2&e=tok3n">Unsubscribe</a>
      <img src="https://ngo.example/open/ZGVza0BicmllZi5leGFtcGxl.gif">"""
    text = f"{SAID}\nSent to desk@brief.example\nhttps://ngo.example/unsubscribe/tok3n\nhttps://ngo.example/boali?mc_eid=f00"
    server.add(
        mail(text, page=page, to="desk@brief.example, ally@partner.example", Cc="other@partner.example",
             Delivered_To="desk+x@brief.example", List_Unsubscribe="<https://ngo.example/u/tok3n>")
    )  # fmt: skip
    look(server)
    assert Item.objects.get().url == "https://ngo.example/boali"
    kept = everything_stored()
    for secret in (
        "brief.example",
        "partner.example",
        "tok3n",
        "f00",
        "ZGVza0",
        "view-in-browser",
        "List-Unsubscribe",
        "Received",
    ):
        assert secret not in kept, secret
    assert "our team found" in kept


def everything_stored():
    """All text in the library's tables and in the bytes that were kept, with base64 undone."""
    import email
    from email import policy

    found = []
    for model in (Item, Arrival, FullText, MailLeftOut, Mailbox, Fetch):
        found += [str(list(model.objects.values().iterator()))]
    found += [str(list(Item.revisions.rel.related_model.objects.values()))]
    for snapshot in Snapshot.objects.select_related("blob"):
        body = snapshots.read(snapshot)
        found.append(body.decode("utf-8", "replace"))
        for part in email.message_from_bytes(body, policy=policy.compat32).walk():
            payload = part.get_payload(decode=True)
            found.append(payload.decode("utf-8", "replace") if payload else "")
    return "\n".join(found)


def test_the_account_is_in_no_row_and_no_error(server, press):
    look(server, password="wrong")
    error = Mailbox.objects.get().last_error
    assert error.endswith("refused the name or the password. (error)")
    assert Fetch.objects.get().message == error
    assert "desk@brief.example" not in everything_stored()
    assert "wrong" not in everything_stored()


# ------------------------------------------------------------------------------------------------ what breaks
def test_a_look_that_breaks_off_loses_nothing_and_doubles_nothing(server, press):
    server.add(*[mail(message_id=f"<{number}@x>", subject=f"Number {number}") for number in range(6)])
    server.drop_after = 4  # the headers and three messages
    assert "broke off" in look(server).error
    assert (Item.objects.count(), Mailbox.objects.get().last_uid) == (0, 0)
    assert press.fetches.get().state == "failed"
    server.drop_after = None
    assert look(server, hours=2).items == 6
    assert Item.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_crash_while_it_is_written_leaves_nothing_and_the_next_look_brings_all(server):
    press = sender_feed()
    server.add(mail(), mail(message_id="<2@x>", subject="Second"), mail(sender="x@unknown.example"))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'crash'; END $$;"
            "CREATE TRIGGER crash BEFORE UPDATE OF last_uid ON sources_mailbox FOR EACH ROW"
            " WHEN (NEW.last_uid <> OLD.last_uid) EXECUTE FUNCTION crash()"
        )
        try:
            with pytest.raises(InternalError):
                look(server)
            assert not Item.objects.exists()
            assert not MailLeftOut.objects.exists()
            assert not press.fetches.exists()
        finally:
            cursor.execute("DROP TRIGGER crash ON sources_mailbox; DROP FUNCTION crash()")
    assert look(server) is None  # claimed still
    found = look(server, hours=1)
    assert (found.items, found.unassigned) == (2, 1)
    assert look(server, hours=2).items == 0
    assert Item.objects.count() == 2


def test_new_numbers_for_all_messages_double_nothing(server, press):
    server.add(mail(), mail(sender="x@unknown.example"), mail(message_id="<2@x>", subject="Second"))
    look(server)
    server.uid_validity = 2
    first, unknown, second = server.messages.values()
    third = mail(message_id="<3@x>", subject="Third")
    server.messages = {101: second, 102: first, 103: unknown, 104: third}
    look(server, hours=1)
    assert Item.objects.count() == 3
    assert list(MailLeftOut.objects.values_list("uid", flat=True)) == [103]
    assert (Mailbox.objects.get().uid_validity, Mailbox.objects.get().last_uid) == (2, 104)


def test_a_long_backlog_is_read_in_several_looks(server, press, monkeypatch):
    monkeypatch.setattr(mailbox, "BATCH", 4)
    server.add(*[mail(message_id=f"<{number}@x>", subject=f"Number {number}") for number in range(10)])
    assert [look(server, hours=hours).has_more for hours in (0, 1, 2)] == [True, True, False]
    assert Item.objects.count() == 10


def test_a_look_that_takes_too_long_stores_what_it_has(server, press, monkeypatch):
    monkeypatch.setattr(mailbox, "SECONDS", -1)
    server.add(mail())
    assert look(server).has_more
    assert Mailbox.objects.get().last_uid == 0
    monkeypatch.setattr(mailbox, "SECONDS", 60)
    assert look(server, hours=1).items == 1


@pytest.mark.parametrize("option", ["says_uidnext", "facts_come_last"])
def test_servers_that_answer_otherwise_are_understood(server, press, option):
    setattr(server, option, not getattr(server, option))
    server.add(mail())
    look(server)
    look(server, hours=1)
    server.add(mail(message_id="<2@x>", subject="Second"))
    look(server, hours=2)
    assert Item.objects.count() == 2


def test_a_gap_of_many_numbers_is_crossed(server, press):
    server.messages = {1: mail(), 90_000: mail(message_id="<2@x>", subject="Second")}
    look(server)
    look(server, hours=1)
    assert Item.objects.count() == 2


def test_a_server_whose_certificate_is_not_ours_to_trust_gets_no_password(server, press):
    found = look(server, context=None)
    assert "its certificate is not accepted" in found.error
    assert server.commands == []


def test_a_server_that_is_not_there_is_said_to_be(press):
    gone = MailServer()
    gone.address = ("127.0.0.1", 1)
    assert "cannot be reached over TLS" in look(gone).error
    box = Mailbox.objects.get()
    assert box.next_look_at >= AT + 2 * EVERY


def test_a_folder_that_is_not_there_is_named(server, press):
    assert "has no folder “Lost”" in look(server, folder="Lost").error


def test_a_name_with_other_letters_signs_in(server, press):
    server.user = "décision@brief.example"
    server.add(mail())
    assert look(server).items == 1


def test_two_looks_at_once_are_one(server, press):
    server.add(mail())
    Mailbox.objects.create(key=server.account().key, name="x", claimed_until=AT + dt.timedelta(minutes=1))
    assert look(server) is None
    assert look(server, hours=1).items == 1


def test_the_url_of_a_mailbox_is_taken_apart():
    account = imap.account("imaps://a%40b.org:p%2Fw%20x@mail.example:1993/News/In", server_name="mx", max_bytes=5)
    assert (account.user, account.password, account.host, account.port, account.folder) == (
        *("a@b.org", "p/w x", "mail.example", 1993, "News/In"),
    )
    assert "p/w x" not in repr(account)
