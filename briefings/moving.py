"""A judgement that moved, in one sentence, in the active language. For the edges: page, PDF, text, mail."""

from __future__ import annotations

from django.utils.translation import gettext as _

from briefings.models import Trend
from briefings.render.document import Move, Track


def sentence(move: Move) -> str:
    """``Trend changed from unchanged to worsening because a hospital counted more dead.``"""
    reason = move.reason.strip().rstrip(".").rstrip()
    if move.what == "trend":
        values = {"before": Trend(move.before).label, "after": Trend(move.after).label, "reason": reason}
        words = (
            _("Trend changed from %(before)s to %(after)s because %(reason)s.")
            if reason
            else _("Trend changed from %(before)s to %(after)s.")
        )
    else:
        values = {"before": move.before, "after": move.after, "reason": reason}
        if move.what == "level":
            words = (
                _("Level changed from %(before)s to %(after)s because %(reason)s.")
                if reason
                else _("Level changed from %(before)s to %(after)s.")
            )
        else:
            words = (
                _("Likelihood changed from “%(before)s” to “%(after)s” because %(reason)s.")
                if reason
                else _("Likelihood changed from “%(before)s” to “%(after)s”.")
            )
    return words % values


def track_record(track: Track) -> str:
    """``Our “likely” came true 14 of 19 times.``"""
    return _("Our “%(term)s” came true %(true)s of %(all)s times.") % {
        "term": track.term,
        "true": track.came_true,
        "all": track.resolved,
    }
