"""The links of a web page that a CSS selector picks, for publishers who offer no feed. By lxml; pure.

The page says when nothing, so items count from when they were first seen. A selector that matches nothing is an error
and no empty feed: pages are rebuilt, and then the list would fall silent unnoticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from sources.adapters import charset, css
from sources.adapters.entry import MAX_ENTRIES, Entry, Markup, NotAFeed, ParsedFeed

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class LinkList:
    """The adapter for one selector."""

    selector: str

    def parse(self, body: bytes, *, content_type: str, url: str) -> ParsedFeed:
        """The links in the order of the page, each address once. Raises NotAFeed."""
        page = page_of(body, content_type)
        try:
            matches = css.compiled(self.selector).matches(page)
        except (css.BadSelector, css.TooManyElements) as error:
            raise NotAFeed(str(error)) from error
        if not matches:
            raise NotAFeed(f"The CSS selector “{self.selector}” matches nothing on this page.")
        titles, skipped = _titles(matches, base_of(page, url), url)
        if not titles:
            raise NotAFeed(f"None of the {len(matches)} matches of “{self.selector}” leads anywhere. {skipped[0]}")
        if len(titles) > MAX_ENTRIES:
            skipped.append(f"Only the first {MAX_ENTRIES} of {len(titles)} links were read.")
        entries = [Entry("", link, Markup(title), Markup()) for link, title in [*titles.items()][:MAX_ENTRIES]]
        return ParsedFeed(_words(page.find(".//title")), tuple(entries), tuple(skipped), str(page.get("lang") or ""))


def page_of(body: bytes, content_type: str) -> html.HtmlElement:
    """The page, whatever it is written in. Raises NotAFeed."""
    text = _CONTROLS.sub("", charset.decode(body, content_type).text)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise NotAFeed("The document cannot be read as a web page.") from error


def base_of(page: html.HtmlElement, url: str) -> str:
    """What relative addresses are relative to (HTML, 4.2.3)."""
    named = page.find(".//base[@href]")
    return absolute(url, str(named.get("href"))) or url if named is not None else url


def _titles(matches: list[html.HtmlElement], base: str, own: str) -> tuple[dict[str, str], list[str]]:
    """Each address with its words, and why some matches give none. A picture and a headline often lead to the same
    page: the first words win wherever they stand, and a picture's description only where there are none."""
    titles: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    skipped: list[str] = []
    for position, match in enumerate(matches, start=1):
        link = _link(match)
        address = absolute(base, str(link.get("href"))) if link is not None else ""
        if link is None or not address:
            skipped.append(f"Match {position} ({match.tag}) holds no link that can be followed.")
        elif address != own.partition("#")[0]:
            inside = match if any(above is link for above in match.iterancestors("a")) else link
            titles[address] = titles.get(address) or _words(inside)
            if address not in descriptions:
                descriptions[address] = _described(link)
        else:
            skipped.append(f"Match {position} leads back to the page itself.")
    return {address: words or descriptions[address] for address, words in titles.items()}, skipped


def _link(match: html.HtmlElement) -> html.HtmlElement | None:
    """The match itself, the first link inside it, or the link around it (cards are links around a headline)."""
    if match.tag in {"a", "area"} and match.get("href"):
        return match
    inside = match.find(".//a[@href]")
    if inside is not None:
        return inside
    return next((above for above in match.iterancestors("a") if above.get("href")), None)


def absolute(base: str, href: str) -> str:
    """The absolute web address without its fragment, or ""."""
    try:
        address = urljoin(base, " ".join(href.split())).partition("#")[0]
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc else ""


def _words(element: html.HtmlElement | None) -> str:
    return "" if element is None else " ".join(str(element.text_content()).split())


def _described(link: html.HtmlElement) -> str:
    """What a link without words says of itself: its label, its title, or its picture's description."""
    picture = link.find(".//img[@alt]")
    said = (link.get("aria-label"), link.get("title"), picture.get("alt") if picture is not None else None)
    return next((" ".join(str(words).split()) for words in said if words and words.strip()), "")
