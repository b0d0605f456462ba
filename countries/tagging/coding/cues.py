"""The small language in which cues are written, compiled to expressions. Pure.

A cue is a few words: ``soldier*`` is any word that begins so, ``(loot|burn)*`` one of several, ``tué(s|es)?`` one with
endings, ``@civilian`` a class of the same file, ``word?`` one that may be missing, ``..`` up to six words between, never
across a stop. In Arabic each word may carry its prefixes (wa-, fa-, bi-, li-, al- ...). Cues are folded as texts are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from countries.tagging.coding.sentences import fold

_APART = r"[^\w.;!?]+"
_GAP = r"(?:[^\w.;:!?]+\w+){0,6}?[^\w.;!?]+"
_PREFIXES = "(?:[وف]?(?:لل|[بكلس]?ال|[بكلسي])?)"
_PIECE = re.compile(r"[\w*'-]*\w[\w*'-]*")


class BadCue(ValueError):
    """A cue that cannot be read; the message is the cue."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The source of an expression, and words one of which every match contains (to find it by)."""

    source: str
    anchors: frozenset[str]


Classes = Mapping[str, Sequence[str]]


def compile_cue(cue: str, classes: Classes) -> Compiled:
    """One cue as an expression over folded text that begins and ends with whole words. Raises BadCue."""
    inner = _sequence(cue, classes)
    return Compiled(rf"(?<!\w){inner.source}(?!\w)", inner.anchors)


def compile_all(cues: Sequence[str], classes: Classes) -> re.Pattern[str]:
    """Several cues as one expression; of those that begin at one place the longest wins. Raises BadCue."""
    return re.compile(rf"(?<!\w){_any_of({_sequence(cue, classes).source for cue in cues})}(?!\w)")


def _sequence(cue: str, classes: Classes) -> Compiled:
    source = apart = ""
    best: frozenset[str] = frozenset()
    for written in _split(cue, " "):
        if written == "..":
            apart = _GAP
            continue
        is_optional = _is_optional(written)
        part = _token(written.removesuffix("?") if is_optional else written, classes)
        if not is_optional:
            source += apart + part.source
            best = max(best, part.anchors, key=_rarity)
        elif best:
            source += f"(?:{apart}{part.source})?"
        else:  # before the first word that must be there
            source += f"(?:{part.source}{_APART})?"
            continue
        apart = _APART
    if not best:
        raise BadCue(cue)
    return Compiled(source, best)


def _split(cue: str, separator: str) -> list[str]:
    """Parted at a separator that stands in no bracket. Raises BadCue where brackets do not match."""
    parts, depth = [""], 0
    for char in cue:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            raise BadCue(cue)
        if char == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    if depth:
        raise BadCue(cue)
    return [part for part in parts if part]


def _is_optional(token: str) -> bool:
    """Whether a question mark is about the whole token: not so in ``tué(s|es)?``."""
    if not token.endswith("?") or "(" not in token:
        return token.endswith("?")
    before, _, after = _bracket(token)
    return not before and after == "?"


def _bracket(token: str) -> tuple[str, str, str]:
    """What stands before, in and after the first bracket of a token whose brackets match."""
    opening, depth = token.index("("), 0
    for closing in range(opening, len(token)):
        depth += (token[closing] == "(") - (token[closing] == ")")
        if depth == 0:
            return token[:opening], token[opening + 1 : closing], token[closing + 1 :]
    raise BadCue(token)


def _rarity(anchors: frozenset[str]) -> int:
    return min(map(len, anchors), default=0)


def _token(token: str, classes: Classes) -> Compiled:
    if token.startswith("@"):
        if token[1:] not in classes:
            raise BadCue(token)
        return _either([_sequence(cue, classes) for cue in classes[token[1:]]])
    if "(" in token:
        before, inside, after = _bracket(token)
        endings = [*_split(inside, "|"), *([""] if after.startswith("?") else [])]
        return _either([_sequence(before + each + after.removeprefix("?"), classes) for each in endings])
    return _word(token)


def _either(parts: Sequence[Compiled]) -> Compiled:
    return Compiled(_any_of({part.source for part in parts}), frozenset().union(*(part.anchors for part in parts)))


def _any_of(sources: set[str]) -> str:
    """Alternatives, the longest first. The prefixes that Arabic ones share are tried once, not once for each."""
    ranked = sorted(sources, key=lambda source: (-len(source), source))
    plain = [source for source in ranked if not source.startswith(_PREFIXES)]
    prefixed = [source.removeprefix(_PREFIXES) for source in ranked if source.startswith(_PREFIXES)]
    if len(prefixed) > 1:
        plain.append(f"{_PREFIXES}(?:{'|'.join(prefixed)})")
        return f"(?:{'|'.join(plain)})"
    return f"(?:{'|'.join(ranked)})"


def _word(token: str) -> Compiled:
    if not _PIECE.fullmatch(token):
        raise BadCue(token)
    pieces = [piece for piece in re.split(r"[\s'-]+", fold(token)) if piece]
    source = _APART.join(re.escape(piece).replace(r"\*", r"\w*") for piece in pieces)
    if "\u0600" <= pieces[0][0] <= "\u06ff":
        source = _PREFIXES + source
    literals = [literal for piece in pieces for literal in piece.split("*")]
    return Compiled(source, frozenset([max(literals, key=len)]))
