"""XML from outside to a tree, by lxml: no document type, no entity, nothing fetched, depth bounded by libxml2. Pure.

For documents whose shape we read ourselves (sitemaps, OPML). Feeds go through feedparser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from sources.adapters import charset

_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_DOCUMENT_TYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)")


class BadXml(Exception):
    """No XML that is read here. The message is fit for staff."""


class Node:
    """One element, by the names that matter: no namespaces, text without its blanks, attributes as strings."""

    __slots__ = ("_element",)

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    @property
    def name(self) -> str:
        return _local(str(self._element.tag))

    @property
    def line(self) -> int:
        return int(self._element.sourceline or 0)

    @property
    def parent(self) -> Node | None:
        parent = self._element.getparent()
        return None if parent is None else Node(parent)

    @property
    def children(self) -> Iterator[Node]:
        """Child elements; comments and processing instructions are none."""
        return (Node(child) for child in self._element.iterchildren("*"))

    def every(self, name: str) -> Iterator[Node]:
        """All elements of this name at any depth, in the order of the document."""
        return (Node(found) for found in self._element.iter("*") if _local(str(found.tag)) == name)

    def child(self, name: str) -> Node | None:
        return next((child for child in self.children if child.name == name), None)

    def text(self, *path: str) -> str:
        """The text of the element down this path of names, or "" where there is none."""
        node: Node | None = self
        for name in path:
            node = node.child(name) if node is not None else None
        return " ".join("".join(map(str, node._element.itertext("*"))).split()) if node is not None else ""

    def attribute(self, name: str) -> str:
        return str(self._element.get(name, "")).strip()


def root(body: bytes, *, content_type: str = "") -> Node:
    """The document's outermost element. Raises BadXml. What is broken further down is read as far as it goes."""
    text = _NOT_XML.sub("", charset.decode(body, content_type).text).removeprefix("\ufeff")
    if _DOCUMENT_TYPE.search(text):
        raise BadXml("The document declares a document type or entities, and such XML is not read.")
    text = _REFERENCE.sub(_sound, _DECLARATION.sub("", text, count=1))
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        found = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise BadXml("The document is not XML.") from error
    if found is None:
        raise BadXml("The document is not XML.")
    return Node(found)


def _sound(reference: re.Match[str]) -> str:
    """A reference to a character; one to half of a pair goes, since libxml2 lets it in and lxml cannot read it out again."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return "" if 0xD800 <= number <= 0xDFFF else reference[0]


def _local(tag: str) -> str:
    """The name without its namespace; a prefix that the document never declares counts as one."""
    return tag.rpartition("}")[2].rpartition(":")[2]
