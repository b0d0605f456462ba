"""What a feed's server is asked, beyond the address that staff wrote: the media types we read, and at ReliefWeb our name.

One place for the look and for the probe. Must not read settings: the caller hands in what the installation knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from sources.adapters import reliefweb
from sources.ingest.fetch import Blocked, Fetcher, FetchError, Response

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_ACCEPT = {
    "html_list": "text/html, application/xhtml+xml, */*;q=0.5",
    "reliefweb": "application/json, */*;q=0.5",
    "sitemap": "application/xml, text/xml, */*;q=0.5",
}
_NO_APPNAME = (
    "ReliefWeb's API answers approved callers only, and this installation has no name for it: set RELIEFWEB_APPNAME."
)
_NOT_APPROVED = " ReliefWeb lets in approved names only: is RELIEFWEB_APPNAME the one it approved?"


class NoAppname(FetchError):
    """The API wants to know who asks, and nobody has said."""

    may_pass = False


def ask(
    fetcher: Fetcher,
    url: str,
    *,
    wanted: str,
    appname: str = "",
    etag: str = "",
    last_modified: str = "",
    before_redirect: Callable[[str], None] | None = None,
) -> Response:
    """The feed's document, or that it is unchanged. Raises FetchError and nothing else. Our name at ReliefWeb is in
    the request alone: neither in the answer nor in the error."""
    accept = _ACCEPT.get(wanted, ACCEPT)
    if wanted != "reliefweb":
        return fetcher.get(url, etag=etag, last_modified=last_modified, accept=accept, before_redirect=before_redirect)
    if not appname:
        raise NoAppname(_NO_APPNAME)
    try:
        address = reliefweb.address(url, appname=appname)
        response = fetcher.get(address, etag=etag, last_modified=last_modified, accept=accept)
    except FetchError as error:
        error.message = reliefweb.without_appname(error.message)
        if isinstance(error, Blocked) and error.status == HTTPStatus.FORBIDDEN:
            error.message += _NOT_APPROVED
        raise
    return replace(
        response,
        url=url,
        final_url=reliefweb.without_appname(response.final_url),
        moved_to=reliefweb.without_appname(response.moved_to),
    )
