"""The language of a page is said by its address: ``briefings.languages`` says how, this makes Django heed it.

In place of LocaleMiddleware, which asks a cookie and a header and so would make one address many pages. The prefix becomes
part of the script name, as if the site were mounted there: views, URL patterns and redirects need to know nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from briefings import languages
from briefings.querysets import language_in


class LanguageByAddress:
    """Middleware. A page of an edition is in the edition's language, and its links in that of the prefix, if any."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        prefix, request.path_info = languages.split(request.path_info)
        language = _edition_language(request.path_info) or prefix or settings.LANGUAGE_CODE
        with languages.speaking(language, prefix=prefix):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", languages.nearest(language))
        return response


def _edition_language(path: str) -> str:
    """The language of the edition whose page, source or file this is; "" elsewhere."""
    return language_in(path.split("/")[2]) if path.startswith("/edition/") else ""
