"""The sentences that stand for each term, as vectors of the bundled model. Without the model there are none, and no error."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence

from countries.tagging.coding.prototypes import Prototypes
from sources.embedders import Unusable, bundled, chosen

logger = logging.getLogger(__name__)


@functools.lru_cache(maxsize=1)
def prototypes() -> Prototypes | None:
    """None where the model cannot be used, or embeddings are switched off: then languages without a lexicon get no suggestions
    of terms."""
    try:
        return Prototypes(_embed) if chosen.embedder() is not None else None
    except Unusable as error:
        logger.warning("languages without a lexicon get no suggestions of terms: %s", error)
        return None


def _embed(sentences: Sequence[str], /) -> Sequence[Sequence[float]]:
    return bundled.sentences(sentences)
