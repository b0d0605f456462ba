"""What is said about an edition beside writing it: reasons for letting a finding stand, comments, answers. POST only."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from briefings import comments, compose, lint, phrases, workflow, writing
from briefings.admin.acts import CHANGE
from briefings.models import Comment, Edition
from countries.clock import edition_now

#: Reading an edition at the desk is enough to comment on it; letting a finding stand is writing.
VIEW = "briefings.view_edition"


def override(request: HttpRequest, edition: Edition, by: User) -> None:
    """Lets the finding stand that has the posted key. Raises CannotOverride where it is no longer there, or needs mending."""
    if not by.has_perm(CHANGE):
        raise PermissionDenied
    key = request.POST.get("key", "")
    finding = next((each for each in workflow.findings(edition) if each.key == key), None)
    if finding is None:
        raise writing.CannotOverride
    said = phrases.phrase(finding)
    writing.override(edition, finding, said=said, reason=request.POST.get("reason", ""), by=by, at=edition_now())


def comment(request: HttpRequest, edition: Edition, by: User) -> None:
    """A comment on the posted place, as its text stands now."""
    if not (by.has_perm(VIEW) or by.has_perm(CHANGE)):
        raise PermissionDenied
    where = request.POST.get("where", "")[:60]
    if not phrases.is_place(where):
        raise Http404
    about = dict(lint.prose(compose.document_of(edition))).get(where, "")
    comments.comment(edition, where=where, about=about, text=request.POST.get("text", ""), by=by, at=edition_now())


def answer(request: HttpRequest, edition: Edition, by: User) -> None:
    """An answer to a comment of the edition; with ``resolve``, the comment is settled (an answer is then not needed)."""
    if not (by.has_perm(VIEW) or by.has_perm(CHANGE)):
        raise PermissionDenied
    wanted = request.POST.get("comment", "")
    first = get_object_or_404(Comment, edition=edition, answers=None, pk=int(wanted) if wanted.isdecimal() else None)
    text, is_settled = request.POST.get("text", ""), "resolve" in request.POST
    if text.strip() or not is_settled:
        comments.answer(first, text=text, by=by, at=edition_now())
    if is_settled:
        comments.resolve(first, by=by, at=edition_now())


SAID = {"override": override, "comment": comment, "answer": answer}
