"""Builds the MIME message of a mail: digest, request to confirm, message to operators. Reads rows, writes nothing.

A digest carries the bottom line, what changed and what we do not know of each edition as text and HTML (600 px, inline
style, system fonts, no images, nothing that reports back), and the PDFs. Headers after RFC 8058 (one-click leave), 2369
and 2919. One recipient per message. The address is decrypted here and nowhere else on the way out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message as MimeMessage
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import Max
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import dateformat, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from briefings import languages, seal
from briefings.compose import document_of
from briefings.models import Edition
from briefings.render.document import Document
from countries.models import Situation
from countries.naming import name_in
from delivery import addresses, attachments, tokens
from delivery.models import Digest, OutgoingMail, Subscriber

#: Gmail cuts a message's HTML at 102 kB; beyond this only the bottom lines stay inline.
MAX_HTML = 95_000
_BULK = {"Precedence": "bulk", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class CannotBuild(Exception):
    """The message cannot be made; says why in words that hold no address."""


class Message(EmailMultiAlternatives):
    """A message whose header lines are folded only where RFC 5322 demands it (998 characters).

    Folding at 78 puts a long encoded subject, or a long List-Unsubscribe, on a line below its empty name; that is
    allowed, and read wrongly by programs that parse headers carelessly.
    """

    def message(self) -> MimeMessage:  # type: ignore[override]  # the stubs are those of Django 6
        made = super().message()
        made.policy = made.policy.clone(max_line_length=998)
        return made


@dataclass(frozen=True, slots=True)
class Entry:
    """One situation in a digest."""

    code: str
    name: str
    day: dt.date  # the edition date of the mail
    document: Document | None  # None: no edition
    last_signed: dt.date | None
    url: str  # of the edition, or of the situation's page
    has_pdf: bool

    @property
    def is_of_the_day(self) -> bool:
        return self.document is not None and self.document.date >= self.day


def build(mail: Digest | OutgoingMail) -> EmailMessage:
    """The message, complete with the address it goes to. Raises CannotBuild."""
    if isinstance(mail, Digest):
        return digest_message(mail)
    if mail.kind == OutgoingMail.Kind.CONFIRM:
        return confirm_message(mail)
    return operator_message(mail)


def digest_message(digest: Digest) -> EmailMessage:
    """The daily mail. Raises CannotBuild."""
    subscriber = digest.subscriber
    editions = _editions(digest)
    _refuse_unapproved([edition for _, edition in editions if edition is not None])
    pdfs = attachments.of([edition for _, edition in editions if edition is not None])
    with languages.speaking(subscriber.language):
        entries = [_entry(situation, edition, digest.date, pdfs.editions) for situation, edition in editions]
        context = {
            "subject": digest_subject(entries, digest.date),
            "entries": entries,
            "date": digest.date,
            "combined": pdfs.is_combined,
            "attached": len(pdfs.parts),
            "is_sample": any(entry.document is not None and entry.document.is_sample for entry in entries),
            "manage_url": absolute("delivery:manage", tokens.manage_token(subscriber.public_id)),
            "leave_url": absolute("delivery:leave", tokens.leave_token(subscriber.public_id)),
            **_site(),
        }
        message = _message(
            "digest", context, to=[_address(subscriber)], headers={**_BULK, **_list_headers(subscriber)}, mail=digest
        )
    for part in pdfs.parts:
        message.attach(part)
    return message


def _refuse_unapproved(editions: Sequence[Edition]) -> None:
    """The last look before anything leaves the house: what is sent is what a second person signed."""
    for edition in editions:
        try:
            seal.check(edition)
        except seal.Broken as error:
            raise CannotBuild(str(error)) from error


def digest_subject(entries: Sequence[Entry], date: dt.date) -> str:
    """``[TLP:CLEAR] CAF daily brief – 24 Dec 2013 – worsening – 3 new``, in the active language."""
    day = dateformat.format(date, _("j M Y"))
    if len(entries) != 1:
        return f"[TLP:CLEAR] {_('Daily briefs')} – {day} – {_several(entries)}"
    entry = entries[0]
    head = f"[TLP:CLEAR] {_('%(code)s daily brief') % {'code': entry.code}} – {day}"
    if not entry.is_of_the_day or entry.document is None:
        return f"{head} – {_('no edition issued')}"
    return f"{head} – {_trend(entry.document)} – {_news(entry.document)}"


def confirm_message(mail: OutgoingMail) -> EmailMessage:
    """The request to confirm. Says nothing of whether the address was known before. Raises CannotBuild."""
    subscriber = mail.subscriber
    if subscriber is None:
        raise CannotBuild("the request to confirm names no subscriber")
    names = Situation.objects.filter(code__in=mail.choices["situations"]).by_name()
    with languages.speaking(mail.choices["language"]):
        context = {
            "situations": [name_in(situation, mail.choices["language"]) for situation in names],
            "confirm_url": absolute("delivery:confirm", tokens.confirm_token(mail.pk)),
            "hours": 72,
            **_site(),
        }
        return _message("confirm", context, to=[_address(subscriber)], headers=_BULK, mail=mail)


def operator_message(mail: OutgoingMail) -> EmailMessage:
    """A message to the people who run the site."""
    context = {"subject": mail.subject, "paragraphs": mail.body.split("\n\n"), **_site()}
    return _message("operator", context, to=settings.OPERATOR_EMAILS, headers=_BULK, mail=mail)


def absolute(name: str, *args: object) -> str:
    """The full address of a page of ours."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def _message(
    template: str, context: dict[str, object], *, to: list[str], headers: dict[str, str], mail: Digest | OutgoingMail
) -> EmailMultiAlternatives:
    message = Message(
        subject=" ".join(render_to_string(f"email/{template}_subject.txt", context).split()),
        body=render_to_string(f"email/{template}_message.txt", context).strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=to,
        headers={**headers, "Message-ID": mail.message_id, "Content-Language": translation.get_language() or "en"},
    )
    html = render_to_string(f"email/{template}_message.html", context)
    if len(html.encode()) > MAX_HTML:
        html = render_to_string(f"email/{template}_message.html", {**context, "is_short": True})
    message.attach_alternative(html, "text/html")
    return message


def _editions(digest: Digest) -> list[tuple[Situation, Edition | None]]:
    """What goes in, worst change first."""
    rows = digest.dispatches.filter(subscription__ended_at=None).select_related(
        "subscription__situation", "edition__situation"
    )
    order = {"worsening": 0, "unchanged": 1, "easing": 2}
    pairs = [(row.subscription.situation, row.edition) for row in rows]
    return sorted(pairs, key=lambda p: (p[1] is None, order.get(p[1].trend, 3) if p[1] else 3, p[0].name))


def _entry(situation: Situation, edition: Edition | None, day: dt.date, with_pdf: frozenset[int]) -> Entry:
    document = None
    if edition is not None:
        try:
            document = document_of(edition)
        except (KeyError, ValueError, TypeError) as error:
            raise CannotBuild(f"the stored document of edition {edition.pk} cannot be read") from error
    last = Edition.objects.standing().filter(situation=situation, date__lte=day).aggregate(last=Max("date"))["last"]
    url = absolute("briefings:edition", document.id) if document else absolute("briefings:situation", situation.code)
    return Entry(
        code=situation.code,
        name=document.situation_name if document else name_in(situation, translation.get_language() or "en"),
        day=day,
        document=document,
        last_signed=last,
        url=url,
        has_pdf=edition is not None and edition.pk in with_pdf,
    )


def _address(subscriber: Subscriber) -> str:
    if not subscriber.address_cipher:
        raise CannotBuild("the address was forgotten")
    try:
        return addresses.unseal(subscriber.address_cipher)
    except addresses.Undecipherable as error:
        raise CannotBuild("no key in SUBSCRIBER_KEY opens the subscriber's address") from error


def _list_headers(subscriber: Subscriber) -> dict[str, str]:
    token = tokens.leave_token(subscriber.public_id)
    contact = settings.CONTACT_EMAIL
    return {
        "List-Id": f"{settings.SITE_NAME} daily briefs <daily.{urlsplit(settings.SITE_URL).hostname}>",
        "List-Unsubscribe": f"<{absolute('delivery:leave', token)}>, <mailto:{contact}?subject={quote('leave ' + token)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Subscribe": f"<{absolute('delivery:subscribe')}>",
        "List-Help": f"<{absolute('briefings:method')}>",
        "List-Archive": f"<{absolute('briefings:front')}>",
        "List-Owner": f"<mailto:{contact}>",
    }


def _site() -> dict[str, object]:
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "is_short": False,
        "bidi": translation.get_language_bidi(),
        "LANGUAGE_CODE": translation.get_language(),
    }


def _trend(document: Document) -> str:
    return _trend_words().get(document.trend, document.trend)


def _trend_words() -> dict[str, str]:
    return {"worsening": _("worsening"), "unchanged": _("unchanged"), "easing": _("easing")}


def _news(document: Document) -> str:
    new = sum(claim.mark == "new" for claim in document.what_changed)
    if document.is_quiet or not document.what_changed:
        return _("no material change")
    return ngettext("%(count)d new", "%(count)d new", new) % {"count": new} if new else _("nothing new")


def _several(entries: Sequence[Entry]) -> str:
    count = len(entries)
    worse = sum(e.is_of_the_day and e.document is not None and e.document.trend == "worsening" for e in entries)
    words = [
        ngettext("%(count)d situation", "%(count)d situations", count) % {"count": count},
        _("%(count)d worsening") % {"count": worse} if worse else _("none worsening"),
    ]
    if without := sum(not entry.is_of_the_day for entry in entries):
        words.append(_("%(count)d without an edition") % {"count": without})
    return ", ".join(words)
