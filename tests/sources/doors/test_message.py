"""Mails taken apart: what they say comes out whatever they are written in, and hostile ones end at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sources.doors import kept_copy, message
from sources.doors.message import Unreadable, body_of, head_of
from sources.doors.personal import Ourselves
from tests.factories.originals import docx, pdf
from tests.sources.doors.mails import SAID, mail

NOBODY = Ourselves(frozenset())


def head(raw: bytes) -> message.Head:
    return head_of(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")


# ------------------------------------------------------------------------------------------------ the header
@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("press@ngo.example", "press@ngo.example"),
        ("NGO Press <Press@NGO.example>", "press@ngo.example"),
        ('"Press, NGO" <press@ngo.example>', "press@ngo.example"),
        ('"someone@else.example" <press@ngo.example>', "press@ngo.example"),
        ("press@ngo.example <press@ngo.example>", "press@ngo.example"),
        ("press@ngo.example (NGO, for x@y.example)", "press@ngo.example"),
        ("=?utf-8?B?2YXZhti42YXYqQ==?= <press@ngo.example>", "press@ngo.example"),
    ],
)
def test_the_sender_is_one_address(sender, address):
    assert head(mail(sender=sender)).sender == address


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "Press",
        "press@ngo.example, evil@evil.example",
        "press@ngo.example <evil@evil.example>",
        "<press@ngo.example> <evil@evil.example>",
        "press@ngo.example\r\nFrom: evil@evil.example",
        "press@localhost",
        "press@ngo.example@evil.example",
        "Group: press@ngo.example, evil@evil.example;",
    ],
)
def test_a_mail_that_leaves_open_who_sent_it_is_not_read(sender):
    with pytest.raises(Unreadable):
        head(mail(sender=sender))


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("=?utf-8?Q?Attaque_=C3=A0_Boali?=", "Attaque à Boali"),
        ("=?utf-8?B?2YfYrNmI2YU=?=\r\n =?utf-8?B?INi52YTZiQ==?=", "هجوم على"),
        ("=?windows-1256?Q?=E5=CC=E6=E3?=", "هجوم"),
        ("=?no-such?Q?Boali?=", "Boali"),
        ("=?utf-8?B?broken", "=?utf-8?B?broken"),
        ("Attaque à Boali", "Attaque à Boali"),
        ("=?utf-8?Q?Boali=0D=0ABcc:_x@y.example?=", "Boali Bcc: x@y.example"),
        ("=?utf-8?Q?Bo=00ali=1B?=", "Boali"),
        ("A " * 3_000, ("A " * 249).strip() + "…"),
    ],
)
def test_a_subject_is_one_clean_line_whatever_it_is_written_in(subject, words):
    assert head(mail(subject=subject)).subject == words


def test_a_mail_without_an_identifier_gets_one_that_stays():
    first, again = head(mail(message_id="")), head(mail("other text", message_id=""))
    assert first.message_id == again.message_id != head(mail(message_id="", subject="Other")).message_id


def test_a_header_of_no_end_is_not_read():
    with pytest.raises(Unreadable, match="header is longer"):
        head(mail(X="x" * 300_000))


# ------------------------------------------------------------------------------------------------ the body
@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "latin-1"),
        ("windows-1256", "windows-1256"),
        ("utf-8", "latin-1"),
        ("no-such-charset", "utf-8"),
        ("utf-8\0x", "utf-8"),
        ("us-ascii", "utf-8"),
        ("unicode-escape", "utf-8"),
        ("rot13", "utf-8"),
        ('"utf-8', "utf-8"),
        ("", "utf-8"),
    ],
)
def test_text_is_read_whatever_it_says_of_its_encoding(charset, encoding):
    words = "هجوم على القرية" if encoding == "windows-1256" else "Attaque à Boali, déjà vérifiée"
    raw = f"From: press@ngo.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert body_of(raw + words.encode(encoding), NOBODY).text == words


def test_the_page_is_read_where_the_text_says_nothing():
    raw = mail("Your reader cannot show this mail.", page=f"<style>x</style><script>alert(1)</script><p>{SAID}</p>")
    assert body_of(raw, NOBODY).text == SAID.strip()
    assert body_of(mail(SAID, page="<p>Other</p>"), NOBODY).text == SAID.strip()


def test_documents_are_known_by_their_bytes_and_attached_text_is_no_text():
    body = body_of(
        mail(
            parts=(
                ("image/gif", pdf(SAID)),
                ("application/x", docx(SAID)),
                ("application/pdf", b"no pdf"),
                ("text/plain", b"log"),
            )
        ),
        NOBODY,
    )
    assert [each[:4] for each in body.documents] == [b"%PDF", b"PK\x03\x04"]
    assert "log" not in body.text


def test_more_documents_than_are_read_are_counted():
    body = body_of(mail(parts=(("application/pdf", pdf(SAID)),) * 8), NOBODY)
    assert len(body.documents) == 5
    assert body.left_out == ("Only the first 5 of its 8 documents were read.",)


def nested(depth: int) -> bytes:
    raw = b"From: press@ngo.example\r\n"
    for number in range(depth):
        raw += f'Content-Type: multipart/mixed; boundary="b{number}"\r\n\r\n--b{number}\r\n'.encode()
    return raw + b"\r\n" + SAID.encode()


HOSTILE = {
    "nested": nested(5_000),
    "rfc822": b"From: press@ngo.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
    "parts": mail(parts=(("text/x", b"x"),) * 3_000),
    "one boundary": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 200_000,
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\n" + b"x\r\n" * 1_000,
    "broken base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A=" * 100_000,
    "uuencode": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 x\r\n" + b"\xff" * 9_999,
    "parameters": b"Content-Type: text/plain; " + b"".join(b"a*%d=x; " % n for n in range(30_000)) + b"\r\n\r\nx",
    "parameters of parts": b"Content-Type: multipart/mixed; " + b"a*0=xy;\r\n " * 60_000 + b"boundary=a\r\n\r\nx",
    "markup": mail("", page="<div>" * 60_000 + SAID),
    "anchors": mail("x", page="<a href=" * 100_000),
    "quotes": mail(sender='"' + "\\" * 1_500),
    "parentheses": mail(sender="(" * 1_999, results="(" * 19_000),
    "controls": mail("\0\x1b[31m\u202e" + SAID),
    "empty": b"",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_mail_is_read_or_refused_in_time(raw):
    started = time.process_time()
    for read in (head, lambda raw: body_of(raw, NOBODY), lambda raw: kept_copy.copy_of(raw, NOBODY)):
        try:
            found = read(raw)
        except Unreadable:
            continue
        if isinstance(found, message.Body):
            assert "\0" not in found.text
            assert "<script" not in found.text
    assert time.process_time() - started < 20  # no measure of speed: what is quadratic here takes minutes


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["head", "body", "front"]))
def test_no_bytes_bring_out_anything_but_a_refusal(noise, where):
    raw = mail(page=f"<p>{SAID}</p>")
    top, _, rest = raw.partition(b"\r\n\r\n")
    made = {"head": top + b"\r\n" + noise + b"\r\n\r\n" + rest, "body": raw + noise, "front": noise + raw}[where]
    for read in (head, lambda raw: body_of(raw, NOBODY), lambda raw: kept_copy.copy_of(raw, NOBODY)):
        try:
            read(made)
        except Unreadable:
            continue
