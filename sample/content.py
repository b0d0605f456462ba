"""Reads the sample's articles: TOML front matter and a small part of Markdown, into frozen values.

A mistake in a file is an error that names the file and the line. Nothing here knows of Django, feeds or HTTP.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "articles"

_FENCE = "+++"
_LATER = ".v2"
_FILE_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-(?P<name>[a-z0-9-]+?)(?:\.v2)?\.md")
_INLINE = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\*(?P<emphasis>[^*]+)\*")
_REQUIRED: Mapping[str, type] = {
    "id": str,
    "feed": str,
    "title": str,
    "published": dt.datetime,
    "language": str,
    "summary": str,
    "situations": list,
    "story": str,
}
_OPTIONAL: Mapping[str, type] = {
    "updated": dt.datetime,
    "copy_of": str,
    "party_claim": str,
    "indicators": list,
    "ged": list,
}


class ContentError(Exception):
    """A file of the sample cannot be used; the message says which, where and why."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")


class Form(StrEnum):
    """What a block of an article is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    QUOTATION = "quotation"
    LIST = "list"


class Stress(StrEnum):
    """How a run of words is set."""

    PLAIN = ""
    EMPHASIS = "em"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Run:
    """Some words set in one way."""

    text: str
    stress: Stress = Stress.PLAIN


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, quotation or list. ``lines`` has one entry, or one per point of a list."""

    form: Form
    lines: tuple[tuple[Run, ...], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The words of each line, without marks."""
        return tuple("".join(run.text for run in line) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one article of one invented outlet, with what the desk ought to make of it (``situations`` …)."""

    id: str
    feed: str
    name: str  # the last part of its address
    title: str
    published: dt.datetime
    language: str
    summary: str
    blocks: tuple[Block, ...]
    situations: tuple[str, ...]
    story: str
    path: Path = field(compare=False)
    version: int = 1
    updated: dt.datetime | None = None
    copy_of: str = ""
    party_claim: str = ""
    indicators: tuple[str, ...] = ()
    ged: tuple[int, ...] = ()

    @property
    def changed(self) -> dt.datetime:
        """When this version was made."""
        return self.updated or self.published

    @property
    def text(self) -> str:
        """The body as plain text, one line per paragraph or point."""
        return "\n".join(text for block in self.blocks for text in block.texts)


@dataclass(frozen=True, slots=True)
class Library:
    """All articles; each as its versions, first to last."""

    versions: Mapping[str, tuple[Article, ...]]

    def latest(self, article_id: str) -> Article:
        """The last version. Raises KeyError where there is no such article."""
        return self.versions[article_id][-1]

    def of_feed(self, slug: str, *, later: bool) -> tuple[Article, ...]:
        """The outlet's articles, newest first: as first published, or as they stand later."""
        chosen = (versions[-1 if later else 0] for versions in self.versions.values() if versions[0].feed == slug)
        return tuple(sorted(chosen, key=lambda article: (article.published, article.id), reverse=True))

    def __iter__(self) -> Iterator[Article]:
        """Every article in its last version."""
        return (versions[-1] for versions in self.versions.values())

    def __len__(self) -> int:
        return len(self.versions)


def load(folder: Path = FOLDER) -> Library:
    """Every article below the folder. Raises ContentError on the first file that cannot be used."""
    found: dict[str, list[Article]] = {}
    for path in sorted(folder.rglob("*.md"), key=lambda path: (path.name.endswith(f"{_LATER}.md"), path)):
        article = read(path)
        _join(found.setdefault(article.id, []), article)
    return Library({article_id: tuple(versions) for article_id, versions in sorted(found.items())})


def _join(versions: list[Article], article: Article) -> None:
    """Adds a version, if it can be one of the same article."""
    is_later = article.path.name.endswith(f"{_LATER}.md")
    if not versions:
        if is_later:
            raise ContentError(article.path, 1, "a later version without the first one")
        versions.append(article)
        return
    first = versions[0]
    if not is_later or first.name != article.name or first.feed != article.feed:
        raise ContentError(article.path, 2, f"the id {article.id!r} is already that of {first.path.name}")
    if article.updated is None or article.published != first.published:
        raise ContentError(article.path, 2, "a later version needs `updated` and the same `published` as the first one")
    versions.append(article)


def read(path: Path) -> Article:
    """One file as an article. Raises ContentError."""
    lines = path.read_text(encoding="utf-8").split("\n")
    name = _FILE_NAME.fullmatch(path.name)
    if name is None:
        raise ContentError(path, 1, "the file name is not YYYY-MM-DD-words.md")
    if lines[0] != _FENCE or _FENCE not in lines[1:]:
        raise ContentError(path, 1, f"no front matter between two lines {_FENCE}")
    end = lines.index(_FENCE, 1)
    about = _front_matter(path, lines[1:end])
    published = about["published"]
    if not path.name.startswith(f"{published:%Y-%m-%d}"):
        raise ContentError(path, _line_of(lines, "published"), "the date is not the one in the file name")
    if about["feed"] != path.parent.name:
        raise ContentError(path, _line_of(lines, "feed"), "the feed is not the folder it lies in")
    return Article(
        id=about["id"],
        feed=about["feed"],
        name=name["name"],
        title=about["title"],
        published=published,
        language=about["language"],
        summary=about["summary"],
        blocks=tuple(_blocks(path, lines[end + 1 :], first=end + 2)),
        situations=tuple(about["situations"]),
        story=about["story"],
        path=path,
        version=2 if path.name.endswith(f"{_LATER}.md") else 1,
        updated=about.get("updated"),
        copy_of=about.get("copy_of", ""),
        party_claim=about.get("party_claim", ""),
        indicators=tuple(about.get("indicators", ())),
        ged=tuple(about.get("ged", ())),
    )


def _front_matter(path: Path, lines: Sequence[str]) -> dict[str, Any]:
    try:
        about = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise ContentError(path, int(at[1]) + 1 if at else 1, f"front matter: {error}") from error
    for key in _REQUIRED:
        if key not in about:
            raise ContentError(path, 1, f"front matter: `{key}` is missing")
    for key, value in about.items():
        kind = _REQUIRED.get(key) or _OPTIONAL.get(key)
        if kind is None:
            raise ContentError(path, _line_of(lines, key) + 1, f"front matter: `{key}` is not a key")
        if not isinstance(value, kind):
            raise ContentError(path, _line_of(lines, key) + 1, f"front matter: `{key}` is not a {kind.__name__}")
        if isinstance(value, dt.datetime) and value.tzinfo is None:
            raise ContentError(path, _line_of(lines, key) + 1, f"front matter: `{key}` has no offset")
    return about


def _line_of(lines: Sequence[str], key: str) -> int:
    """The line (from 1) on which a key stands."""
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key} ")), 1)


def _blocks(path: Path, lines: Sequence[str], *, first: int) -> Iterator[Block]:
    group: list[str] = []
    start = first
    found = False
    for number, line in enumerate([*lines, ""], first):
        if line.strip():
            start = start if group else number
            group.append(line.strip())
        elif group:
            found = True
            yield _block(path, start, group)
            group = []
    if not found:
        raise ContentError(path, first, "the article has no text")


def _block(path: Path, number: int, lines: Sequence[str]) -> Block:
    head = lines[0]
    if head.startswith("#"):
        if len(lines) > 1 or not re.match(r"#{2,3} ", head):
            raise ContentError(path, number, "a heading is one line that begins with `## ` and stands alone")
        return Block(Form.HEADING, (_runs(path, number, head.lstrip("# ")),))
    for form, mark in ((Form.LIST, "- "), (Form.QUOTATION, "> ")):
        if head.startswith(mark):
            if not all(line.startswith(mark) for line in lines):
                raise ContentError(path, number, f"every line of this block must begin with `{mark}`")
            texts = [line.removeprefix(mark).strip() for line in lines]
            wanted = texts if form is Form.LIST else [" ".join(texts)]
            return Block(form, tuple(_runs(path, number, text) for text in wanted))
    return Block(Form.PARAGRAPH, (_runs(path, number, " ".join(lines)),))


def _runs(path: Path, number: int, text: str) -> tuple[Run, ...]:
    runs = []
    end = 0
    for match in _INLINE.finditer(text):
        if match.start() > end:
            runs.append(Run(text[end : match.start()]))
        strong = match["strong"]
        runs.append(Run(strong, Stress.STRONG) if strong else Run(match["emphasis"], Stress.EMPHASIS))
        end = match.end()
    if end < len(text):
        runs.append(Run(text[end:]))
    if any(mark in run.text for run in runs for mark in ("*", "`", "](", "<")):
        raise ContentError(path, number, "marks other than *emphasis* and **strong** are not read here")
    return tuple(runs)
