"""Whether what stands is what was approved: the hash that the second key signed, against the words themselves.

Asked before anything is published, made into a file or sent. Reads; never writes.
"""

from __future__ import annotations

from briefings import compose
from briefings.models import Edition, EditionStatus
from briefings.render.document import content_hash, stored_hash


class Broken(Exception):
    """The words are not the approved ones, however they came to differ; the message names the edition."""


def holds(edition: Edition) -> bool:
    """An issued edition by its stored JSON, an approved one by what its rows make now; False without an approval."""
    if not edition.approved_hash:
        return False
    if edition.is_frozen:
        return edition.document is not None and stored_hash(edition.document) == edition.approved_hash
    return content_hash(compose.compose(edition)) == edition.approved_hash


def check(edition: Edition) -> None:
    """Raises Broken where the words are not the approved ones."""
    if not holds(edition):
        raise Broken(f"{edition.public_id} is not what was approved")


def changed_after_approval(edition: Edition) -> bool:
    """Approved, then changed: in a way that went past ``writing``, or by a source or setting that its words take in."""
    return edition.status == EditionStatus.APPROVED and not holds(edition)
