"""Tries a feed without storing anything: an answer with status 200 is no evidence, entries are. No Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sources import adapters
from sources.ingest.ask import ask
from sources.ingest.fetch import Fetcher, FetchError
from sources.ingest.normalise import Unusable, publication


@dataclass(frozen=True, slots=True)
class Probed:
    """What a feed has to offer: usable entries, the newest date among them, and what went wrong in plain words."""

    entries: int
    newest: dt.datetime | None
    message: str = ""


def probe(
    url: str, *, fetcher: Fetcher, at: dt.datetime, wanted: str = "auto", selector: str = "", appname: str = ""
) -> Probed:
    """Fetches and reads the feed once, as a look would. Raises nothing: what goes wrong is the answer."""
    try:
        response = ask(fetcher, url, wanted=wanted, appname=appname)
        adapter = adapters.choose(response.body, content_type=response.content_type, wanted=wanted, selector=selector)
        parsed = adapter.parse(response.body, content_type=response.content_type, url=response.final_url)
    except FetchError as error:
        return Probed(0, None, error.message)
    except adapters.NotAFeed as error:
        return Probed(0, None, str(error))
    dates = []
    entries = 0
    for entry in parsed.entries:
        try:
            found = publication(entry, feed_url=response.final_url, at=at)
        except Unusable:
            continue
        entries += 1
        if found.published_at is not None:
            dates.append(found.published_at)
    message = "" if entries else "The feed answers, but there is nothing in it."
    return Probed(entries, max(dates, default=None), message)
