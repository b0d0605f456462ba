import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.etree import XPath
from lxml.html import Element, document_fromstring
from trafilatura import xpaths

from sources.ingest.walks import walk

EXPRESSIONS = [
    (f"{name}[{place}]", each)
    for name, listed in vars(xpaths).items()
    if isinstance(listed, list)
    for place, each in enumerate(listed)
]
WALKED = [(name, each, walked) for name, each in EXPRESSIONS if (walked := walk(each))]
#: What the expressions look for, in pieces, and what is near it.
WORDS = sorted({word for _, each, _ in WALKED for word in re.findall(r"[A-Za-z][\w-]+", each.path)} | {"", " ", "x"})
NAMES = ("id", "class", "style", "role", "itemprop", "data-component", "aria-hidden", "data-lp-replacement-content")
TAGS = ("div", "section", "p", "span", "list", "item", "ul", "ol", "article", "main", "details", "h1", "a", "b")

values = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).flatmap(
    lambda words: st.sampled_from(["", " ", "-", "_"]).map(lambda between: between.join(words))
)
attributes = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=4)


@st.composite
def trees(draw):
    elements = [Element("body")]
    for _ in range(draw(st.integers(1, 12))):
        element = Element(draw(st.sampled_from(TAGS)))
        for name, value in draw(attributes):  # in the order of their first mention, which some expressions go by
            element.set(name, value)
        draw(st.sampled_from(elements)).append(element)
        elements.append(element)
    return elements[0]


@given(trees())
def test_a_walk_finds_what_the_expression_finds(tree):
    for name, expression, walked in WALKED:
        assert walked(tree) == expression(tree), name


@pytest.mark.parametrize(
    "name", ["OVERALL_DISCARD_XPATH", "TEASER_DISCARD_XPATH", "RAW_TREE_PRUNE_XPATH", "REMOVE_COMMENTS_AND_LISTS_XPATH"]
)
def test_the_expressions_that_take_most_time_are_walked(name):
    assert all(map(walk, getattr(xpaths, name)))


@pytest.mark.parametrize(
    "path",
    [
        ".//a | .//b",
        "//*[@class='x']",
        ".//*[self::p][@class='x' and @id='y']",
        ".//*[position() = 2]",
        ".//*[re:test(@class, 'x*')]",
        ".//*[@class='']",
        ".//*[contains(text(), 'x')]",
    ],
)
def test_what_has_another_shape_stays_an_expression(path):
    assert walk(XPath(path, namespaces={"re": "http://exslt.org/regular-expressions"})) is None


def test_only_the_first_is_found_where_only_the_first_is_meant():
    tree = document_fromstring("<div><p class=x>1<p class=x>2</div><div><p class=x>3</div>")
    of_all, of_each = XPath("(.//*[self::p][@class='x'])[1]"), XPath(".//*[self::p][@class='x'][1]")
    assert [each.text for each in walk(of_all)(tree)] == ["1"]
    assert [each.text for each in walk(of_each)(tree)] == ["1", "3"]
    assert walk(of_all)(tree) == of_all(tree)
    assert walk(of_each)(tree) == of_each(tree)
