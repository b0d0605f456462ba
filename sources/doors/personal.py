"""Takes out of a mail what is about us and not about its news: our own addresses, links that unsubscribe us, that open "our"
copy in a browser, that tell the sender who followed them. Also finds the one link that leads to what was published. Pure.
"""

from __future__ import annotations

import base64
import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from sources.ingest.recognise import site_of
from sources.ingest.urls import MAX_URL, followable, is_tracking

_URL = re.compile(r"https?://[^\s<>\"'\\]{1,2000}", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\s[^<>]{0,4000}?href\s*=\s*(?:\"([^\"<>]{1,2000})\"|'([^'<>]{1,2000})')", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:[^\s<>\"']{1,500}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}»”’"
#: Words in an address that is for one recipient, or for managing the list.
_PERSONAL = re.compile(
    r"unsub|opt-?out|desabonn|désabonn|d%C3%A9sabonn|preference|subscription|manage-|/profile|view-?(?:in|this|email|online|as)|"
    r"in-?browser|web-?version|web-?view|mirrorpage|forward-?to|list-manage\.com|/track(?:ing)?/|/click[s/?]|/wf/|/ls/click|"
    r"/open[./?]|sendgrid\.net|mailchi\.mp|campaign-archive|mailgun|sparkpost|hubspotlinks|createsend|cmail\d|exct\.net|"
    r"rs6\.net|constantcontact|mjt\.lu|sendinblue|sibautomation|brevo",
    re.IGNORECASE,
)
_PERSONAL_NAMES = {
    *("e", "email", "mail", "recipient", "subscriber", "subscriber_id", "contact", "contact_id", "user_email", "token"),
    *("eid", "uid", "rid", "mid", "sid", "jid", "jobid", "mc_eid", "mc_cid", "elq", "elqtrackid", "trk", "trackid"),
}
#: Sites and pages that are no publication.
_NO_NEWS = re.compile(
    r"(?:facebook|twitter|linkedin|instagram|youtube|whatsapp|telegram|bsky|tiktok|threads)\.|//x\.com/|//t\.me/|//wa\.me/|"
    r"/donate|/donation|/privacy|/terms|/contact|/about/?$|/login|\.(?:png|jpe?g|gif|css|js|ico)(?:\?|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ourselves:
    """The addresses under which mail reaches us, in lower case."""

    addresses: frozenset[str]

    def forms(self) -> list[str]:
        """How an address stands in links and text: as it is, percent-encoded, in base64. The longest first."""
        return _forms(self.addresses)


@lru_cache(maxsize=64)
def _forms(addresses: frozenset[str]) -> list[str]:
    found: set[str] = set()
    for address in addresses:
        raw = address.encode()
        coded = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
        found |= {address, quote(address, safe=""), raw.hex(), *coded, *(code.rstrip("=") for code in coded)}
    return sorted(found, key=len, reverse=True)


def strip(text: str, ourselves: Ourselves) -> str:
    """The text without personal links and without our addresses; every other word stands."""
    text = _URL.sub(lambda found: _shown(found.group(), ourselves), text)
    return without_addresses(
        _MAILTO.sub(lambda found: "" if _is_personal(found.group(), ourselves) else found.group(), text), ourselves
    )


def without_addresses(text: str, ourselves: Ourselves) -> str:
    forms = [re.escape(form) for form in ourselves.forms()]
    return re.sub("|".join(forms), "[…]", text, flags=re.IGNORECASE) if forms else text


def _shown(url: str, ourselves: Ourselves) -> str:
    bare = url.rstrip(_TRAILING)
    return impersonal(bare, ourselves) + url[len(bare) :]


def impersonal(url: str, ourselves: Ourselves) -> str:
    """The address without what says who follows it; "" where nothing else would be left."""
    if _is_personal(url, ourselves):
        return ""
    base, mark, query = url.partition("?")
    if not mark:
        return url
    query = html.unescape(query.partition("#")[0])
    kept = [
        (name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _tells(name, value, ourselves)
    ]
    if len(kept) == len(parse_qsl(query, keep_blank_values=True)):
        return url
    return f"{base}?{urlencode(kept)}" if kept else base


def _is_personal(url: str, ourselves: Ourselves) -> bool:
    lowered = url.lower()
    path = lowered.partition("?")[0]
    return bool(_PERSONAL.search(url)) or any(form.lower() in path for form in ourselves.forms())


def _tells(name: str, value: str, ourselves: Ourselves) -> bool:
    lowered = value.lower()
    return (
        is_tracking(name)
        or name.lower() in _PERSONAL_NAMES
        or "@" in value
        or any(form.lower() in lowered for form in ourselves.forms())
    )


# ------------------------------------------------------------------------------------------------ the link
def links_in(page: str, text: str) -> list[str]:
    """The addresses that a mail leads to, in order: of its HTML, else of its text."""
    found = [html.unescape(double or single) for double, single in _ANCHOR.findall(page)] if page else []
    return found or [url.rstrip(_TRAILING) for url in _URL.findall(text)]


def useful(links: Iterable[str], *, archived_at: str, sites: Iterable[str], ourselves: Ourselves) -> str:
    """Where the mail's news stands on the web; "" where that cannot be told.

    The sender's own word for it first (Archived-At, RFC 5064); then the first link to one of the publisher's sites; then,
    where all links lead to one site, the first. A link to somebody else's site is what the mail speaks of, not the mail.
    """
    if (archived := _news(archived_at.strip("<> "), ourselves)) and len(archived) <= MAX_URL:
        return archived
    candidates = [news for link in links if (news := _news(link, ourselves))]
    own = set(sites)
    for candidate in candidates:
        if site_of(candidate) in own:
            return candidate
    where = Counter(site_of(candidate) for candidate in candidates)
    return candidates[0] if len(where) == 1 else ""


def _news(link: str, ourselves: Ourselves) -> str:
    """The link as it may be kept, or "" where it leads to no publication."""
    url = followable(impersonal(followable(link), ourselves))
    parts = urlsplit(url)
    if not url or (parts.path in {"", "/"} and not parts.query) or _NO_NEWS.search(url):
        return ""
    return url
