"""Binding a claim to stored words: finds an exact quotation in what is stored of an item and keeps its selectors.

The only maker of Passage. It never shows more than a source's terms allow, because it finds only what was stored.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from accounts.models import User
from briefings import writing
from briefings.models import Claim, Passage
from sources.display import HIDDEN
from sources.models import FullText, Item, Revision

#: How much of the text around a passage is kept as its near context, in code points.
_CONTEXT = 160
#: Marks that keyboards and copying change without changing the words.
_ALIKE = {"'": "['’‘ʼ]", '"': '["“”„«»]', "-": "[-‐‑–—]"}
_ALIKE |= dict.fromkeys("’‘ʼ", _ALIKE["'"])
_ALIKE |= dict.fromkeys("“”„«»", _ALIKE['"'])
_ALIKE |= dict.fromkeys("‐‑–—", _ALIKE["-"])


class PassageNotFound(Exception):
    """The words are in no stored text of that item; ``item_title`` says which item it was."""

    def __init__(self, item_title: str) -> None:
        super().__init__(item_title)
        self.item_title = item_title


@dataclass(frozen=True, slots=True)
class Found:
    """Where words stand: which revision, which of its stored texts, from where to where."""

    revision: Revision
    place: str
    text: str
    start: int
    end: int

    def passage(self, claim: Claim) -> Passage:
        """The row, not yet saved."""
        return Passage(
            claim=claim,
            revision=self.revision,
            place=self.place,
            text_sha256=hashlib.sha256(self.text.encode()).hexdigest(),
            exact=self.text[self.start : self.end],
            prefix=_before(self.text, self.start),
            suffix=_after(self.text, self.end),
            start=self.start,
            end=self.end,
        )


def quote(claim: Claim, *, item: Item, exact: str, by: User, at: dt.datetime) -> Passage:
    """Afterwards the claim rests on those words too, and ``by`` has written in the edition.

    White space and typographic marks may differ from the stored text; what is kept is the stored text's own. Quoting
    the same words twice changes nothing. Raises PassageNotFound, and what ``writing.opened`` raises.
    """
    found = find(item, exact)
    passage = found.passage(claim)
    same = Passage.objects.filter(
        claim=claim, revision=found.revision, place=found.place, start=found.start, end=found.end
    ).first()
    if same is not None:
        return same
    with writing.opened(claim.edition_id, by=by, at=at):
        Claim.objects.filter(pk=claim.pk).update(is_drafted=False)
        passage.save()
    claim.is_drafted = False
    return passage


def find(item: Item, exact: str) -> Found:
    """Where the words stand in the item's current revision: full text, feed's own text, then title."""
    revision = item.current
    if exact.split() and revision is not None:
        for place, text in texts(revision):
            match = _pattern(exact).search(text) or _pattern_through_hidden(exact).search(text)
            if match is not None:
                return Found(revision, place, text, match.start(), match.end())
    raise PassageNotFound(item.title)


def texts(revision: Revision) -> list[tuple[str, str]]:
    """What is stored of a revision: (place, text), the fullest first; places without a text are left out."""
    try:
        full = revision.full_text.text
    except FullText.DoesNotExist:
        full = ""
    stored = [
        (Passage.Place.PAGE.value, full),
        (Passage.Place.FEED.value, revision.text),
        (Passage.Place.TITLE.value, revision.title),
    ]
    return [(place, text) for place, text in stored if text]


def _pattern(exact: str) -> re.Pattern[str]:
    """The words with any white space between them, and marks that look alike taken for one another."""
    return re.compile(r"\s+".join("".join(_alike(run)) for run in exact.split()))


def _pattern_through_hidden(exact: str) -> re.Pattern[str]:
    """The same, whatever hidden characters stand between: pages show none of them, so who copies words from one has none."""
    runs = (f"{HIDDEN}*".join(_alike(re.sub(HIDDEN, "", run))) for run in exact.split())
    return re.compile(rf"(?:\s|{HIDDEN})+".join(runs))


def _alike(run: str) -> list[str]:
    return [_ALIKE.get(mark, re.escape(mark)) for mark in run]


def _before(text: str, start: int) -> str:
    """Up to _CONTEXT code points before, from the beginning of a word, within the paragraph or two before."""
    cut = max(0, start - _CONTEXT)
    context = text[cut:start]
    if cut and not text[cut - 1].isspace():
        context = context.partition(" ")[2] if " " in context else context
    return context


def _after(text: str, end: int) -> str:
    context = text[end : end + _CONTEXT]
    if end + _CONTEXT < len(text) and not text[end + _CONTEXT].isspace():
        context = context.rpartition(" ")[0] if " " in context else context
    return context
