"""What every page may show of the site itself."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from briefings import languages


def site(request: HttpRequest) -> dict[str, object]:
    """Name, contact, whether this is the demo, and this page's address in each language.

    An edition is in one language: its page lists its own translations instead.
    """
    path = request.path_info
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "is_demo": settings.DEMO,
        "page_languages": []
        if path.startswith("/edition/")
        else [(code, languages.own_name(code), languages.path_in(path, code)) for code in languages.offered()],
    }
