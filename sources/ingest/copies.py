"""Addresses of a page's copies (AMP, mobile, a cache's), to the address of the page itself. Pure; looks nothing up.

Each rule names where it was seen: pages that name their own copies by ``rel=amphtml`` and ``rel=canonical``. A rule that
might join two pages of one site asks for more than a word in the path: joining two articles loses one, while two
addresses for one article cost a sighting. For comparing only, never for following. Each rule shortens an address, so all
of them together come to an end.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: google.com/amp/s/HOST/…, HOST.cdn.ampproject.org/c/s/HOST/…, cdn.ampproject.org/v/s/HOST/…: Google's caches. The "s"
#: says https, which is what all addresses are compared as.
_CACHE = re.compile(
    r"(?:google\.[a-z]{2,3}(?:\.[a-z]{2})?/amp|(?:[a-z0-9-]+\.)*(?:cdn\.ampproject\.org|bing-amp\.com)/[cv])"
    r"/(?:s/)?((?:[a-z0-9-]+\.)+[a-z]{2,})(/.*)?"
)
_OF_CACHES = (".ampproject.org", "bing-amp.com")
#: UN News: the feed's links are /feed/view/en/story/…, the page calls itself /en/story/… (seen 2022 and 2026). CNN: the
#: copy of /2023/11/06/politics/… is amp.cnn.com/cnn/2023/….
_PREFIXES = {"news.un.org": "/feed/view", "cnn.com": "/cnn"}
#: Labels before a site's name that name a way to read it: amp.theguardian.com, m.phys.org, mobile.nytimes.com.
_WAYS = {"www", "amp", "m", "mobile", "touch"}
#: What stands before the country where names are given out below it: m.com.br is a site, m.bbc.co.uk is the BBC.
_BELOW_COUNTRIES = {"com", "co", "org", "net", "gov", "edu", "ac", "or", "ne", "go", "gob", "gouv", "gc", "info", "mil"}
#: A word that only an article's address has: digits, or several words ("ai-great-things-burn-planet").
_OF_AN_ARTICLE = re.compile(r"\d|[^-_]+[-_][^-_]+[-_][^-_]|\.html?$")
_ENDS_IN_A_NUMBER = re.compile(r"\d{4}$")
_INDEX = re.compile(r"/index\.html?$")
_PARAMETERS = {
    **dict.fromkeys(("amp", "_amp", "isamp"), frozenset({"", "1", "true", "yes"})),
    **dict.fromkeys(("output", "outputtype"), frozenset({"amp"})),
}


def of_page(host: str, path: str, *, has_query: bool) -> tuple[str, str]:
    """The host and the path of the page that these lead to a copy of; the same where it is none. The path has no dots to
    resolve; what comes back has no slash at its end but for "/"."""
    host, path = own_name(host), path.rstrip("/") or "/"
    if "amp" not in path and "/index.htm" not in path and host not in _PREFIXES and not _is_cache(host):
        return host, path
    before = ""
    while before != host + path:
        before = host + path
        if _is_cache(host) and (match := _CACHE.fullmatch(before)):
            host, path = own_name(match[1]), match[2] or "/"
        if (prefix := _PREFIXES.get(host)) is not None and path.startswith(f"{prefix}/"):
            path = path.removeprefix(prefix)
        path = _without_amp(path.rstrip("/")) or "/"
        if not has_query:  # edition.cnn.com/…/index.html; with a query it is a program's name
            path = _INDEX.sub("", path) or "/"
    return host, path


def _is_cache(host: str) -> bool:
    return host.startswith("google.") or host.endswith(_OF_CACHES)


def is_amp(name: str, value: str) -> bool:
    """Whether a parameter asks for the AMP copy: ?amp (lemire.me), ?amp=true (time.com), ?_amp=true (latimes.com)."""
    return value.lower() in _PARAMETERS.get(name.lower(), ())


@lru_cache(maxsize=4096)
def own_name(host: str) -> str:
    """A site's name without how it is read: amp.cnn.com, m.phys.org, mobile.nytimes.com, with or without www. Keeps
    amp.dev, m.com.br and whatever names a port."""
    way, _, rest = host.partition(".")
    while way in _WAYS and _is_site(rest):
        host = rest
        way, _, rest = host.partition(".")
    # amp-madame.lefigaro.fr, m-en.yna.co.kr; amp-wp.org is a site
    if way.startswith(("amp-", "m-")) and _is_site(rest):
        return own_name(host.partition("-")[2])
    if rest.startswith("m.wik") and _is_site(rest):  # en.m.wikipedia.org
        return own_name(f"{way}.{rest.removeprefix('m.')}")
    return host


def _is_site(name: str) -> bool:
    first, _, rest = name.partition(".")
    return bool(rest) and not (first in _BELOW_COUNTRIES and "." not in rest) and ":" not in name and not rest.isdigit()


def _without_amp(path: str) -> str:
    """The path without what says that it is the AMP copy; without its last slash."""
    if path.endswith(".amp.html"):  # nytimes.com/…/sudan-sanctions.amp.html
        return path.removesuffix(".amp.html") + ".html"
    if path.endswith(".amp") and _ENDS_IN_A_NUMBER.search(path[:-4]):  # europe1.fr/…-3934924.amp
        return path.removesuffix(".amp")
    parts = path.split("/")
    if "amp" not in parts or len(parts) < 3:
        return path
    if parts[-1] == "amp" and _OF_AN_ARTICLE.search(parts[-2]):  # wired.com/story/ai-great-things-burn-planet/amp
        return "/".join(parts[:-1])
    where = parts.index("amp")
    if parts[where - 1] == "platform" and where == 2:  # theverge.com/platform/amp/2019/7/3/20680681/…
        parts, where = ["", *parts[where:]], 1
    # cbsnews.com/amp/news/2020-…, newrepublic.com/amp/article/155970/collapse-…, bbc.com/news/amp/world-us-canada-52241221
    if where in {1, len(parts) - 2} and any(map(_OF_AN_ARTICLE.search, parts[where + 1 :])):
        return "/".join(parts[:where] + parts[where + 1 :])
    return path
