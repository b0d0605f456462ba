"""Which embedder this installation's settings choose. For edges; none of the others reads settings."""

from __future__ import annotations

from django.conf import settings

from sources.embedders import Embedder
from sources.embedders.bundled import Bundled, model_file
from sources.embedders.endpoint import Endpoint


def embedder() -> Embedder | None:
    """The embedder to use; None where embeddings are switched off. Raises Unusable where the bundled model is missing or
    broken."""
    if not settings.EMBEDDINGS:
        return None
    if settings.EMBEDDINGS_URL:
        return Endpoint(
            url=settings.EMBEDDINGS_URL,
            model=settings.EMBEDDINGS_MODEL,
            key=settings.EMBEDDINGS_KEY,
            timeout=settings.EMBEDDINGS_TIMEOUT,
            asks_size=settings.EMBEDDINGS_ASK_SIZE,
        )
    model_file()
    return Bundled()
