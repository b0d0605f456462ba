"""What can be done with an edition from the desk, beside writing: each act is one POST and one domain call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from briefings import assemble, comments, translate, workflow, writing
from briefings.models import Edition, EditionStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

APPROVE = "briefings.approve_edition"
CHANGE = "briefings.change_edition"


@dataclass(frozen=True, slots=True)
class Act:
    """One button: who may press it, when it is offered, what it does and what is said afterwards."""

    permission: str
    statuses: tuple[str, ...]
    label: StrOrPromise
    done: StrOrPromise
    run: Callable[[Edition, User, dt.datetime, str], Edition]
    asks: StrOrPromise = ""  # label of the note that goes with it; "" for none
    is_main: bool = False


def _assemble(edition: Edition, by: User, at: dt.datetime, note: str) -> Edition:
    return assemble.assemble(edition.situation, date=edition.date, at=at, language=edition.language)


ACTS: dict[str, Act] = {
    "assemble": Act(
        CHANGE,
        (EditionStatus.DRAFT,),
        _("Assemble again"),
        _("Assembled again. What people wrote was left alone."),
        _assemble,
    ),
    "send_back": Act(
        APPROVE,
        (EditionStatus.IN_REVIEW, EditionStatus.APPROVED),
        _("Send back"),
        _("Sent back to the desk as a draft."),
        lambda edition, by, at, note: workflow.send_back(edition, by=by, at=at, note=note),
        asks=_("Why (the desk reads it)"),
    ),
    "approve": Act(
        APPROVE,
        (EditionStatus.IN_REVIEW,),
        _("Approve"),
        _("Approved. Nobody can change a word now without voiding the approval."),
        lambda edition, by, at, note: workflow.approve(edition, by=by, at=at, seen=note or "nothing"),
        is_main=True,
    ),
    "publish": Act(
        APPROVE,
        (EditionStatus.APPROVED,),
        _("Publish"),
        _("Published. Its files are being made; the mail goes out with the next digest."),
        lambda edition, by, at, note: workflow.publish(edition, by=by, at=at),
        is_main=True,
    ),
    "correct": Act(
        CHANGE,
        (EditionStatus.PUBLISHED,),
        _("Begin a correction"),
        _("A new version was begun from the published one."),
        lambda edition, by, at, note: workflow.correct(edition, note=note, by=by, at=at),
        asks=_("What was wrong, and since when"),
    ),
    "translate": Act(
        CHANGE,
        (EditionStatus.PUBLISHED,),
        _("Translate"),
        _("Here is the translation: the structure is the source's, the words are yours."),
        lambda edition, by, at, note: translate.begin(edition, language=note, by=by, at=at),
        asks=_("Into which language"),
    ),
    "withdraw": Act(
        APPROVE,
        (EditionStatus.PUBLISHED,),
        _("Withdraw"),
        _("Withdrawn. The page stays, marked as withdrawn."),
        lambda edition, by, at, note: workflow.withdraw(edition, by=by, at=at, reason=note),
        asks=_("Why"),
    ),
}


_REFUSALS: dict[type[Exception], StrOrPromise] = {
    workflow.NotReady: _("Not yet: the points below must be mended first."),
    workflow.NotClear: _("Only TLP:CLEAR is published."),
    writing.OwnWriting: _(
        "Nobody approves an edition that they wrote in, nor writes in one that they approved. Ask a colleague; or send it "
        "back first, which voids the approval."
    ),
    workflow.ChangedSinceApproval: _(
        "What would be published is not what was approved. Send it back and have it approved again."
    ),
    workflow.ChangedSinceRead: _("The edition changed after you opened this page. Read it again before you approve."),
    workflow.SourceChanged: _(
        "The source of this translation was corrected or withdrawn. Begin a translation of the version that stands: what "
        "stayed the same is kept."
    ),
    writing.CannotOverride: _(
        "This can only be mended, not let stand; or no reason was given, or the words changed meanwhile."
    ),
    comments.NothingSaid: _("Write something first."),
    writing.Translated: _("Only the texts of a translation are written here; all else is the source's."),
    translate.CannotTranslate: _("Only a published edition in its source language is translated."),
    workflow.WrongStatus: _("Somebody was faster: the edition is no longer in that state."),
    writing.Issued: _("This edition has been issued and never changes. Begin a correction instead."),
    assemble.CutOffTooEarly: _("An edition with a later cut-off has been issued already."),
}
REFUSALS = tuple(_REFUSALS)


def problem(error: Exception) -> StrOrPromise:
    """What stood in the way, in plain words, and what to do."""
    return _REFUSALS[type(error)]
