"""A CSS selector applied to a page, in time that grows with the page and not with its square. By cssselect and lxml; pure.

The page is hostile. One XPath for a whole selector costs libxml2 minutes where elements nest deeply ("div div a" on
160,000 of them), so only what stands between two combinators becomes XPath; the combinators are walked here, once down
the page for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cssselect import HTMLTranslator, Selector, SelectorError, parse
from cssselect.parser import CombinedSelector, Matching, Negation, Relation, SpecificityAdjustment, Tree
from lxml import etree, html

MAX_SELECTOR = 300
#: The longest front pages of newspapers have about 8,000.
MAX_ELEMENTS = 20_000


class BadSelector(Exception):
    """The text is no CSS selector that can be used. The message names it and is fit for staff."""


class TooManyElements(Exception):
    """The page is larger than any that is read. The message is fit for staff."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What an element itself has to be, and how it stands to the one before: " ", ">", "+", "~", or "" at the start."""

    combinator: str
    xpath: etree.XPath


@dataclass(frozen=True, slots=True)
class Compiled:
    """A selector ready for use: the alternatives that commas separate, each from left to right."""

    alternatives: tuple[tuple[_Step, ...], ...]

    def matches(self, page: html.HtmlElement) -> list[html.HtmlElement]:
        """The elements that match, in the order of the page. Raises TooManyElements."""
        elements = list(page.iter("*"))
        if len(elements) > MAX_ELEMENTS:
            raise TooManyElements(f"The page has more than {MAX_ELEMENTS:,} elements, and such a page is not read.")
        places = {element: place for place, element in enumerate(elements)}
        parents = [places.get(element.getparent(), -1) for element in elements]
        found: set[int] = set()
        for steps in self.alternatives:
            before: set[int] = set()
            for step in steps:
                here = {places[element] for element in step.xpath(page) if element in places}
                before = here if not step.combinator else here & _reached(step.combinator, before, parents)
            found |= before
        return [elements[place] for place in sorted(found)]


def compiled(selector: str) -> Compiled:
    """The selector, ready for use. Raises BadSelector."""
    if not selector.strip():
        raise BadSelector("A page's list of links needs a CSS selector.")
    if len(selector) > MAX_SELECTOR:
        raise BadSelector(f"A CSS selector may have {MAX_SELECTOR} characters.")
    try:
        return Compiled(tuple(_steps(alternative) for alternative in parse(selector)))
    except (SelectorError, etree.XPathError, ValueError, RecursionError) as error:
        raise BadSelector(f"“{selector}” is no CSS selector that can be used here.") from error


def _steps(selector: Selector) -> tuple[_Step, ...]:
    """Raises ValueError for what is valid CSS and not for a page at rest, or costs too much."""
    if selector.pseudo_element is not None:
        raise ValueError("a pseudo-element is no element")
    tree: Tree = selector.parsed_tree
    steps: list[_Step] = []
    while isinstance(tree, CombinedSelector):
        steps.append(_step(tree.combinator, tree.subselector))
        tree = tree.selector
    steps.append(_step("", tree))
    return tuple(reversed(steps))


def _step(combinator: str, tree: Tree) -> _Step:
    if any(not _is_simple(argument) for argument in _arguments(tree)):
        raise ValueError("combinators and :has() inside :has(), :is() and :not() cost too much on a hostile page")
    xpath = etree.XPath(HTMLTranslator().selector_to_xpath(Selector(tree)))
    xpath(html.Element("html"))  # prefixes that stand for nothing are found out by use alone
    return _Step(combinator, xpath)


def _arguments(tree: object) -> list[object]:
    """What stands in the brackets of a compound selector's :has(), :is(), :where() and :not()."""
    found: list[object] = []
    while tree is not None:
        if isinstance(tree, Negation):
            found.append(tree.subselector)
        elif isinstance(tree, (Matching, SpecificityAdjustment)):
            found.extend(tree.selector_list)
        elif isinstance(tree, Relation):
            found.extend(argument.parsed_tree for _, argument in tree.arguments)
        tree = getattr(tree, "selector", None)
    return found


def _is_simple(tree: object) -> bool:
    inner: object = tree
    while inner is not None:
        if isinstance(inner, (CombinedSelector, Relation)):
            return False
        inner = getattr(inner, "selector", None)
    return all(_is_simple(argument) for argument in _arguments(tree))


def _reached(combinator: str, before: set[int], parents: Sequence[int]) -> set[int]:
    """The places that stand so to one of ``before``. Places are in the order of the page, so that whatever stands above
    or before an element has been decided when its turn comes."""
    reached: set[int] = set()
    previous: dict[int, int] = {}  # by parent, its child seen last
    for place, parent in enumerate(parents):
        sibling = previous.get(parent, -1)
        previous[parent] = place
        if combinator == ">":
            is_reached = parent in before
        elif combinator == "+":
            is_reached = sibling in before
        elif combinator == "~":
            is_reached = sibling in before or sibling in reached
        else:
            is_reached = parent in before or parent in reached
        if is_reached:
            reached.add(place)
    return reached
