"""Comments on a paragraph of an edition: made, answered, resolved. The only writer of Comment.

To comment is not to write: a reviewer may, and still approve. No output reads comments.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from briefings.models import Comment, Edition
from briefings.writing import Issued


class NothingSaid(Exception):
    """A comment without a word in it."""


@transaction.atomic
def comment(edition: Edition, *, where: str, about: str, text: str, by: User, at: dt.datetime) -> Comment:
    """A new open comment on that paragraph, which reads ``about`` now. Raises NothingSaid and Issued."""
    _may_be_commented(edition)
    return Comment.objects.create(edition=edition, where=where, about=about, text=_said(text), by=by, at=at)


@transaction.atomic
def answer(first: Comment, *, text: str, by: User, at: dt.datetime) -> Comment:
    """An answer to a comment; one that was resolved is open again. Raises NothingSaid and Issued."""
    _may_be_commented(first.edition)
    reply = Comment.objects.create(
        edition_id=first.edition_id, where=first.where, answers=first, text=_said(text), by=by, at=at
    )
    Comment.objects.filter(pk=first.pk).update(resolved_by=None, resolved_at=None)
    return reply


@transaction.atomic
def resolve(first: Comment, *, by: User, at: dt.datetime) -> None:
    """Afterwards the comment is settled, by that person; who settled it first stays. Raises Issued."""
    _may_be_commented(first.edition)
    Comment.objects.filter(pk=first.pk, answers=None, resolved_at=None).update(resolved_by=by, resolved_at=at)


def _may_be_commented(edition: Edition) -> None:
    if Edition.objects.select_for_update(no_key=True).get(pk=edition.pk).is_frozen:
        raise Issued


def _said(text: str) -> str:
    if not text.strip():
        raise NothingSaid
    return text.strip()
