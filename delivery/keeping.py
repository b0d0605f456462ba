"""How long addresses are kept, and under which key. Deletes what is no longer needed; sends nothing."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from delivery import addresses
from delivery.models import Subscriber
from delivery.subscribe import CONFIRM_WITHIN

#: After leaving: time enough to see why somebody left or to take it back, then the address goes.
FORGET_AFTER = dt.timedelta(days=30)


def forget(*, at: dt.datetime) -> int:
    """Addresses nobody confirmed are deleted; of those who left 30 days ago only the hash stays. Returns how many.

    The hash and the ledger stay so that "who got version 1" can be answered; the hash names nobody without the key.
    """
    asked_last = at - CONFIRM_WITHIN
    never = Subscriber.objects.filter(confirmed_at=None, created_at__lt=asked_last)
    _, deleted = never.exclude(mails__created_at__gte=asked_last).delete()
    left = Subscriber.objects.filter(left_at__lt=at - FORGET_AFTER).exclude(address_cipher=b"")
    # Somebody who left and asks again needs the address until the answer is in.
    left = left.exclude(mails__created_at__gte=asked_last)
    return deleted.get("delivery.Subscriber", 0) + left.update(address_cipher=b"")


def rekey() -> tuple[int, int]:
    """Every address is under the first key. Returns how many were moved, and how many no key opens."""
    unreadable = moved = 0
    for pk in Subscriber.objects.exclude(address_cipher=b"").order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Subscriber.objects.select_for_update().get(pk=pk)
            try:
                sealed = addresses.seal(addresses.unseal(row.address_cipher))
            except addresses.Undecipherable:
                unreadable += 1
                continue
            row.address_cipher, row.address_digest = sealed.cipher, sealed.digest
            row.save(update_fields=["address_cipher", "address_digest"])
            moved += 1
    return moved, unreadable
