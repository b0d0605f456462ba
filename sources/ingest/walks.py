"""The same elements that trafilatura's expressions select, found by one walk over a tree instead of by XPath. Pure.

A third of the time that a page takes goes into XPath, which calls Python for every test of every element. Nearly all of the
expressions have one shape: elements of some names, any of whose attributes passes one of many tests. Those are translated
here, all tests of an attribute as one regular expression; an expression of any other shape stays as it is. So a newer
trafilatura is followed, whatever it looks for, and at worst slower.

Used in the process that reads pages (``extract_child``), which does nothing else: the library's lists are changed in place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement

_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
_QUOTED = r"(?:[^\[\]']|'[^']*')*"
_SHAPE = re.compile(
    rf"(?P<all>\()?\.//\*\[ ?(?P<names>self::\w+(?: or self::\w+)*)?(?(names) ?\]\[)(?P<tests>{_QUOTED})\]"
    rf"(?:\[(?P<rest>(?!\d+\]){_QUOTED})\])?(?(all)\)\[1\]|(?P<each>\[1\])?)"
)
_ATTRIBUTE = r"@[\w-]+"
_EITHER = rf"{_ATTRIBUTE}(?:\|{_ATTRIBUTE})?"
_TEST = re.compile(
    rf"re:test\((?P<match>{_EITHER}), ?'(?P<pattern>[^']*)'(?P<ignores_case>, ?'i')?\)"
    rf"|contains\((?P<hold>{_EITHER}), ?'(?P<held>[^']*)'\)"
    rf"|contains\(translate\((?P<lower>{_ATTRIBUTE}), ?'(?P<capitals>[A-Z]+)', ?'(?P<smalls>[a-z]+)'\), ?'(?P<lowered>[^']*)'\)"
    rf"|starts-with\((?P<begin>{_EITHER}), ?'(?P<beginning>[^']*)'\)"
    rf"|(?P<equal>{_ATTRIBUTE}) ?= ?'(?P<value>[^']*)'"
    rf"|(?P<exist>{_ATTRIBUTE})(?=\Z| or )"
)
_KINDS = ("match", "hold", "lower", "begin", "equal", "exist")
#: White space outside of quotes.
_WIDE = re.compile(r"\s+(?=(?:[^']*'[^']*')*[^']*\Z)")


class _First(NamedTuple):
    """A test of whichever of these attributes an element has first."""

    names: frozenset[str]
    passes: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Walk:
    """One expression as a walk. ``names`` are the elements' (("*",) for all); ``by_name`` the tests of each attribute;
    ``rest`` is another condition. ``is_of_all`` and ``is_of_each`` say that only the first is meant, of all or of each
    parent's children."""

    names: tuple[str, ...]
    by_name: dict[str, re.Pattern[str]]
    firsts: tuple[_First, ...]
    rest: XPath | None
    is_of_all: bool
    is_of_each: bool

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        found: list[HtmlElement] = []
        parents: set[HtmlElement | None] = set()
        for element in tree.iterdescendants(*self.names):
            if not self._passes(element.items()) or (self.rest is not None and not self.rest(element)):
                continue
            if self.is_of_all:
                return [element]
            if self.is_of_each:
                parent = element.getparent()
                if parent in parents:
                    continue
                parents.add(parent)
            found.append(element)
        return found

    def _passes(self, attributes: Sequence[tuple[str, str]]) -> bool:
        for name, value in attributes:
            test = self.by_name.get(name)
            if test is not None and test.search(value):
                return True
        for first in self.firsts:
            value = next((value for name, value in attributes if name in first.names), "")
            if value and first.passes.search(value):
                return True
        return False


def install(expressions: ModuleType) -> None:
    """The lists of expressions in this module of trafilatura's hold walks in place of what can be walked."""
    for listed in vars(expressions).values():
        if isinstance(listed, list):
            listed[:] = [(isinstance(each, XPath) and walk(each)) or each for each in listed]


def walk(expression: XPath) -> Walk | None:
    """The expression as a walk that finds the same; None where there is none."""
    shape = _SHAPE.fullmatch(_WIDE.sub(" ", expression.path.strip()))
    tests = _tests(shape["tests"].strip()) if shape is not None else None
    if shape is None or tests is None:
        return None
    by_name: dict[str, list[str]] = {}
    for names, pattern in tests:
        by_name.setdefault(names, []).append(pattern)
    try:
        compiled = {names: re.compile("|".join(patterns)) for names, patterns in by_name.items()}
        if any(pattern and re.search(pattern, "") for _, pattern in tests):
            return None  # it selects elements without the attribute as well
    except re.error:
        return None
    return Walk(
        names=tuple(name.removeprefix("self::") for name in (shape["names"] or "*").split(" or ")),
        by_name={names: pattern for names, pattern in compiled.items() if "|" not in names},
        firsts=tuple(_First(frozenset(names.split("|")), each) for names, each in compiled.items() if "|" in names),
        rest=XPath(f"self::*[{shape['rest']}]", namespaces=_NAMESPACES) if shape["rest"] else None,
        is_of_all=shape["all"] is not None,
        is_of_each=shape["each"] is not None,
    )


def _tests(written: str) -> list[tuple[str, str]] | None:
    """Each test as the names of its attributes, parted by "|", and a regular expression; None where one is another."""
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(written):
        test = _TEST.match(written, position)
        if test is None:
            return None
        names = next(test[kind] for kind in _KINDS if test[kind])
        found.append((names.replace("@", ""), _pattern(test)))
        position = test.end()
        if written.startswith(" or ", position):
            position += 4
        elif position < len(written):
            return None
    return found


def _pattern(test: re.Match[str]) -> str:
    """What the attribute's value has to have somewhere in it."""
    if test["match"]:
        return f"(?i:{test['pattern']})" if test["ignores_case"] else f"(?:{test['pattern']})"
    if test["lower"]:
        capitals = dict(zip(test["smalls"], test["capitals"], strict=False))
        return "".join(
            f"[{capitals[letter]}{letter}]" if letter in capitals else re.escape(letter) for letter in test["lowered"]
        )
    if test["begin"]:
        return r"\A" + re.escape(test["beginning"])
    if test["equal"]:
        return rf"\A{re.escape(test['value'])}\Z"
    return re.escape(test["held"] or "")
