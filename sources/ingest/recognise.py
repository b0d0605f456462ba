"""Whether a feed still looks like itself: its title, its language, the sites it links to. Pure; judges nothing else.

The rule, which is meant to notice a feed that was taken over, sold or mixed up, and to leave ordinary tidying alone:

- **Title.** Case, white space, punctuation, digits and HTML entities do not count. A title is the same where one is the
  other with something added (``Outlet`` and ``Outlet – latest news``), or where more than two thirds of the shorter
  one's words, and three at least, are in the other. A missing title says nothing.
- **Language.** Only the first part counts (``en-GB`` is ``en_us``), old codes and three-letter codes are the new and short
  ones. A missing or unreadable one says nothing.
- **Sites.** What counts is the registrable domain (``news.bbc.co.uk`` is ``bbc.co.uk``) of three linking entries at least.
  It has changed where more than half of the entries lead to one domain that the feed did not link before, or none leads
  to any that it did. A domain was linked before if a fifth of a document that was taken in led there.

What it does not find: a hijacker who keeps title, language and most links, or changes them over weeks; and, in feeds that
link to many sites and mainly to none, a change of sites.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from tld import get_fld

#: Fewer linking entries than these say nothing about where a feed links.
_FEWEST = 3
_MOST_DOMAINS = 20
_MAX_TITLE = 300
_WORD = re.compile(r"[^\W\d_]+")
_SUBTAG = re.compile(r"[a-z]{2,3}(?![a-z])")
#: Codes that changed (IANA's registry), and three-letter ones that do not begin with their two-letter one (ISO 639-2).
_SAME_LANGUAGE = {
    **{"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "cmn": "zh", "chi": "zh", "zho": "zh"},
    **{"deu": "de", "ger": "de", "spa": "es", "por": "pt", "swa": "sw", "per": "fa", "pes": "fa", "arb": "ar"},
    **{"mya": "my", "bur": "my", "tur": "tr", "nob": "no", "pol": "pl", "ukr": "uk", "rus": "ru", "kat": "ka"},
    **{"ind": "id", "mlg": "mg", "bod": "bo", "tib": "bo", "cze": "cs", "gre": "el", "dut": "nl", "khm": "km"},
}


#: Where anybody gets a name below, and which the Public Suffix List does not have (it has blogspot.com and github.io).
_PLATFORMS = frozenset(
    {
        *("beehiiv.com", "blog.ir", "blogfa.com", "buttondown.email", "canalblog.com", "eklablog.com", "ghost.io"),
        *(
            "hypotheses.org",
            "jimdofree.com",
            "libsyn.com",
            "livejournal.com",
            "medium.com",
            "noblogs.org",
            "over-blog.com",
        ),
        *("podbean.com", "skyrock.com", "squarespace.com", "substack.com", "tumblr.com", "typepad.com", "unblog.fr"),
        *("webnode.com", "weebly.com", "wordpress.com"),
    }
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one document looks like. ``links`` are registrable domains with how many entries lead there, most first."""

    title: str = ""
    language: str = ""
    links: tuple[tuple[str, int], ...] = ()

    @property
    def domains(self) -> tuple[str, ...]:
        """Those that a fifth of the entries lead to; none where there are too few entries to say."""
        total = sum(count for _, count in self.links)
        return tuple(domain for domain, count in self.links if total >= _FEWEST and count * 5 >= total)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a feed has looked like so far."""

    title: str = ""
    language: str = ""
    domains: tuple[str, ...] = ()

    def learn(self, seen: Seen) -> Usual:
        """With what was not known yet. What is known stays, so that no title changes in small steps."""
        return Usual(self.title or seen.title, self.language or seen.language, self._with(seen))

    def adopt(self, seen: Seen) -> Usual:
        """With what a person has said is right."""
        return replace(self.learn(seen), title=seen.title or self.title, language=seen.language or self.language)

    def _with(self, seen: Seen) -> tuple[str, ...]:
        # The newest are kept: an adopted domain must never fall out at once.
        return tuple(dict.fromkeys((*self.domains, *seen.domains)))[-_MOST_DOMAINS:]


def see(*, title: str, language: str, urls: Iterable[str]) -> Seen:
    """What a document looks like. Only printable characters are kept, so that it can be stored and shown."""
    beginnings = Counter("/".join(url.split("/", 3)[:3]) for url in urls)  # few, so that few have to be parsed
    links: Counter[str] = Counter()
    for beginning, count in beginnings.items():
        if site := site_of(beginning):
            links[site] += count
    return Seen(_printable(title)[:_MAX_TITLE], _printable(language)[:35], tuple(links.most_common()))


def differences(usual: Usual, seen: Seen) -> tuple[str, ...]:
    """In what the document looks like another feed's, each in a plain sentence; nothing where it looks as usual."""
    found = []
    if not _same_title(usual.title, seen.title):
        found.append(f"Its title was “{usual.title[:80]}” and is now “{seen.title[:80]}”.")
    before, now = _language(usual.language), _language(seen.language)
    if before and now and before != now:
        found.append(f"Its language was “{usual.language}” and is now “{seen.language}”.")
    if elsewhere := _elsewhere(usual, seen):
        found.append(f"Its entries led to {', '.join(usual.domains[:3])} and lead now to {elsewhere}.")
    return tuple(found)


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """The part of a host name that somebody registered (Public Suffix List, as it ships with ``tld``); an address, or a
    name under no suffix of the list, as it is or by its last two labels."""
    found = get_fld(f"https://{host}/", fail_silently=True, search_private=True)
    if found or ":" in host or host.replace(".", "").isdigit():
        return str(found or host)
    return ".".join(host.split(".")[-2:])


def site_of(url: str) -> str:
    """The registrable domain of an address; "" where it has none."""
    host = _host(url)
    return registrable(host) if host else ""


def home_of(url: str) -> str:
    """Whose site an address is on: as ``site_of``, and the name below it where it is a platform's, so that one weblog is not
    taken for the publisher of another one's articles."""
    host, site = _host(url), site_of(url)
    return site if site not in _PLATFORMS else ".".join(host.removeprefix("www.").split(".")[-site.count(".") - 2 :])


def _elsewhere(usual: Usual, seen: Seen) -> str:
    total = sum(count for _, count in seen.links)
    if not usual.domains or total < _FEWEST:
        return ""
    foreign = [(domain, count) for domain, count in seen.links if domain not in usual.domains]
    is_taken = bool(foreign) and foreign[0][1] * 2 > total
    if is_taken or len(foreign) == len(seen.links):
        return ", ".join(domain for domain, _ in foreign[:3])
    return ""


def _same_title(before: str, now: str) -> bool:
    shorter, longer = sorted((_words(before), _words(now)), key=lambda words: len("".join(words)))
    if not shorter or "".join(shorter) == "".join(longer):
        return True
    size = len(shorter)
    if any(longer[start : start + size] == shorter for start in range(len(longer) - size + 1)):
        return True
    run, whole = "".join(shorter), "".join(longer)
    if not run.isascii() and len(run) > 2 and (whole.startswith(run) or whole.endswith(run)):
        return True  # scripts without spaces
    fewer, shared = min(len({*shorter}), len({*longer})), len({*shorter} & {*longer})
    return shared >= 3 and shared * 3 > fewer * 2


def _words(title: str) -> list[str]:
    # Marks (vowel signs of Indic scripts, accents) are no letters to the pattern: they go, on both sides alike.
    folded = unicodedata.normalize("NFKD", html.unescape(title)).casefold()
    return _WORD.findall("".join(character for character in folded if unicodedata.category(character)[0] != "M"))


def _language(tag: str) -> str:
    match = _SUBTAG.match(tag.strip().lower())
    if match is None or match.group() in {"und", "mul", "zxx"}:
        return ""
    return _SAME_LANGUAGE.get(match.group(), match.group()[:2])


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _printable(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
