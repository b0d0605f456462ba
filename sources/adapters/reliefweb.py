"""ReliefWeb's API, version 2: a list of reports as JSON (apidoc.reliefweb.int). Cleans nothing.

Since November 2025 the API answers approved callers only, who name themselves in the address. ``address`` puts that
name in; it belongs to the installation and is kept neither with the feed nor with what was fetched.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from sources.adapters import charset
from sources.adapters.entry import MAX_ENTRIES, Entry, Markup, NotAFeed, ParsedFeed

HOST = "api.reliefweb.int"

#: Without these the API answers with titles alone, the most relevant first and ten of them.
_FIELDS = ("title", "url", "url_alias", "body", "body-html", "date", "source.name", "language.code")
_MIDNIGHT = re.compile(r"T00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?$")
_APPNAME = re.compile(r"([?&])appname=[^&#\s]*(&?)")


def is_api(url: str) -> bool:
    """Whether the address is one of this API's."""
    try:
        return urlsplit(url).hostname == HOST
    except ValueError:
        return False


def address(url: str, *, appname: str) -> str:
    """The address to ask: with our name in it, and with the fields, order and number where staff named none."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "appname"]
    named = {name.partition("[")[0] for name, _ in query}
    if not named & {"fields", "profile"}:
        query += [("fields[include][]", field) for field in _FIELDS]
    if not named & {"sort", "preset"}:
        query.append(("sort[]", "date.created:desc"))
    if "limit" not in named:
        query.append(("limit", "50"))
    query.append(("appname", appname))
    return urlunsplit(parts._replace(query=urlencode(query, safe="[]:", quote_via=quote)))


def without_appname(text: str) -> str:
    """The same text with our name taken out of every address in it."""
    return _APPNAME.sub(lambda found: found.group(1) if found.group(2) else "", text)


def parse(body: bytes, *, content_type: str, url: str) -> ParsedFeed:
    """The reports of one answer. Raises NotAFeed where it is no such answer, or no report can be read."""
    try:
        document = json.loads(charset.decode(body, content_type).text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("ReliefWeb's answer is not valid JSON.") from error
    reports = document.get("data") if isinstance(document, dict) else None
    if not isinstance(reports, list):
        raise NotAFeed("The answer has no list of reports, so it is none of ReliefWeb's API.")
    entries: list[Entry] = []
    skipped: list[str] = []
    languages: set[str] = set()
    for position, report in enumerate(reports[:MAX_ENTRIES], start=1):
        fields = report.get("fields") if isinstance(report, dict) else None
        if not isinstance(fields, dict):
            skipped.append(f"Report {position} has no fields.")
            continue
        entry = _entry(fields, _identity(report))
        if entry.title.value or entry.text.value:
            entries.append(entry)
            languages.update(_each(fields, "language", "code") or [""])
        else:
            skipped.append(f"Report {position} has neither title nor text.")
    if len(reports) > MAX_ENTRIES:
        skipped.append(f"Only the first {MAX_ENTRIES} of {len(reports)} reports were read.")
    if reports and not entries:
        raise NotAFeed(f"None of the {len(reports)} reports can be read. {skipped[0]}")
    return ParsedFeed("ReliefWeb", tuple(entries), tuple(skipped), languages.pop() if len(languages) == 1 else "")


def _entry(fields: dict[str, object], identity: str) -> Entry:
    html = _text(fields, "body-html")
    by_number = f"https://reliefweb.int/node/{identity}" if identity.isascii() and identity.isdigit() else ""
    return Entry(
        external_id=identity,
        url=_text(fields, "url_alias") or _text(fields, "url") or by_number,
        title=Markup(_text(fields, "title")),
        text=Markup(html, is_html=True) if html else Markup(_text(fields, "body")),
        author=", ".join(_each(fields, "source", "name")),
        published=_date(fields.get("date")),
    )


def _identity(report: dict[str, object]) -> str:
    value = report.get("id")
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _date(dates: object) -> str:
    """When the document appeared; failing that, when ReliefWeb took it in. ``original`` is a day, written as midnight:
    read as a time it would claim to know the second."""
    if not isinstance(dates, dict):
        return ""
    original = _text(dates, "original")
    return _MIDNIGHT.sub("", original) if original else _text(dates, "created")


def _each(holder: dict[str, object], key: str, name: str) -> list[str]:
    values = holder.get(key)
    found = values if isinstance(values, list) else []
    return [text for value in found if isinstance(value, dict) and (text := _text(value, name))]


def _text(holder: dict[str, object], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""
