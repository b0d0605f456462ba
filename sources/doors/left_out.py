"""What people decide on mail that was left out. The mailbox's next look acts on it."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet

from sources.models import LeftOut, Mailbox, MailLeftOut


def let_in(rows: QuerySet[MailLeftOut], *, by: AbstractBaseUser) -> int:
    """Those that belong to a feed are read at the next look, whatever the server says of their sender. How many."""
    chosen = rows.filter(settled_at=None).exclude(reason=LeftOut.UNASSIGNED)
    boxes = set(chosen.values_list("mailbox", flat=True))
    count = chosen.update(is_wanted=True, settled_by=by)
    Mailbox.objects.filter(pk__in=boxes).update(next_look_at=None)
    return count


def leave_out(rows: QuerySet[MailLeftOut], *, by: AbstractBaseUser, at: dt.datetime) -> int:
    """They stay out, also when a feed gets their sender as its address. How many."""
    return rows.filter(settled_at=None).update(is_wanted=False, settled_by=by, settled_at=at)
