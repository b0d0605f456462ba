"""Renders the invented outlets' pages: articles amid navigation and boilerplate, home pages, the index.

Pure: values in, HTML out. Uses Django's template engine on its own, without settings.
"""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.dates import format_date
from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

from sample.content import Article, Block, Form
from sample.outlets import Behaviour, Outlet
from sample.syndication import block_html

FOLDER = Path(__file__).resolve().parent / "layouts"

_ODDITIES = {
    Behaviour.GZIP: "compresses where it may",
    Behaviour.LATIN1_DECLARED_UTF8: "is in ISO-8859-1 and says it is UTF-8",
    Behaviour.REDIRECTS: "has moved: its known address answers 301",
    Behaviour.TRACKING: "puts tracking parameters into its links",
    Behaviour.DIES: "answers once, then fails with 503",
    Behaviour.EMPTY: "answers 200 with nothing in it",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another article of the outlet."""

    path: str
    title: str


def article_page(outlet: Outlet, article: Article, others: Sequence[Article], *, credit: str) -> str:
    """The article's page. ``others`` are the outlet's articles, newest first; ``credit`` names an agency or nobody."""
    around = [other for other in others if other.id != article.id]
    about = [other for other in around if set(other.situations) & set(article.situations)]
    return _render(
        f"{outlet.layout}.html",
        outlet,
        page={
            "title": article.title,
            "summary": article.summary,
            "path": outlet.article_path(article),
            "reference": f"{outlet.slug.upper()}/{article.published:%Y/%m%d}",
            "number": str(1000 + sum(article.name.encode())),
            "language": article.language,
            "direction": "rtl" if article.language == "ar" else "ltr",
            "published": _written(article.published, outlet.language),
            "published_iso": article.published.isoformat(),
            "updated": _written(article.updated, outlet.language) if article.updated else "",
            "updated_iso": article.updated.isoformat() if article.updated else "",
            "credit": credit,
            "body": _body(article.blocks),
        },
        related=_links(outlet, about[:4]),
        popular=_links(outlet, around[:5]),
    )


def home_page(outlet: Outlet, articles: Sequence[Article]) -> str:
    """The outlet's own list of what it has published."""
    return _render(
        f"{outlet.layout}.html",
        outlet,
        page=None,
        related=_links(outlet, articles),
        popular=_links(outlet, articles[-5:]),
    )


def index_page(outlets: Sequence[Outlet], counts: dict[str, int]) -> str:
    """Every outlet with its feed and what is odd about it."""
    rows = [
        {
            "home": outlet.home,
            "feed": outlet.known_feed_path,
            "name": outlet.name,
            "kind": "UN" if outlet.kind == "un" else outlet.kind.replace("_", " "),
            "language": outlet.language,
            "format": outlet.format.value,
            "articles": str(counts.get(outlet.slug, 0)),
            "oddities": "; ".join(_ODDITIES[each] for each in sorted(outlet.behaviours)),
        }
        for outlet in outlets
    ]
    context = Context({"outlets": rows, "count": str(len(rows)), "articles": str(sum(counts.values()))})
    return _engine().get_template("index.html").render(context)


@functools.cache
def stylesheet() -> str:
    return (FOLDER / "site.css").read_text(encoding="utf-8")


@functools.cache
def _engine() -> Engine:
    return Engine(dirs=[str(FOLDER)], debug=False)


@functools.cache
def _words() -> dict[str, dict[str, str | list[str]]]:
    return tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))


def _render(layout: str, outlet: Outlet, **values: object) -> str:
    site = {
        "name": outlet.name,
        "slug": outlet.slug,
        "language": outlet.language,
        "layout": outlet.layout.value,
        "home": outlet.home,
        "feed": outlet.known_feed_path,
        "feed_type": outlet.feed_content_type,
    }
    context = Context({"site": site, "words": _words()[outlet.language], **values})
    return _engine().get_template(layout).render(context)


def _links(outlet: Outlet, articles: Sequence[Article]) -> list[Link]:
    return [Link(outlet.article_path(article), article.title) for article in articles]


def _body(blocks: Sequence[Block]) -> SafeString:
    """The article's text; a long one without headings is broken by an advertisement, as sites do."""
    parts = [block_html(block) for block in blocks]
    if len(blocks) > 5 and not any(block.form is Form.HEADING for block in blocks):
        parts.insert(3, '<div class="ad" aria-hidden="true"></div>')
    return mark_safe("\n".join(parts))  # noqa: S308 - block_html escapes what the files say


def _written(at: dt.datetime, language: str) -> str:
    """Day, time and offset, as a newspaper of that language writes them."""
    offset = at.strftime("%z")
    zone = "UTC" if offset == "+0000" else f"UTC{offset[0]}{int(offset[1:3])}"
    return f"{format_date(at, 'd MMMM y', locale=language)}, {at:%H:%M} ({zone})"
