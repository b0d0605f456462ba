"""Documents against the code: what they name exists, what they count is so, what operators can set is written down."""

from __future__ import annotations

import ast
import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from briefings.limits import PAGE_ONE, WHOLE
from briefings.scales import LIKELIHOOD
from countries.tagging.suggest import VERSION

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "sources", "countries", "monitoring", "briefings", "delivery", "curator", "sample")
FOLDERS = (*PACKAGES, "docs", "bench", "tests", "static", "templates", "scripts")
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("bench/*.md"), *ROOT.glob("sample/*.md")]
)
READERS = {"text", "required", "boolean", "integer", "choice", "words", "smtp", "imaps"}
ANYWHERE = {"DJANGO_SETTINGS_MODULE"}  # Django's own, the same in every project


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def words_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def in_backticks(path: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", words_of(path))


def as_table(path: Path, head: str) -> list[list[str]]:
    """The rows below the table head that begins with these words."""
    lines = words_of(path).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(head))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


# ------------------------------------------------------------------------------------------------ settings


def variables_read() -> set[str]:
    """Every environment variable that Python code of ours asks for by name."""
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    sources.append(ROOT / "tests" / "conftest.py")
    return {name for path in sources for name in _variables(ast.parse(words_of(path)))} - ANYWHERE


def _variables(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _is_environ(node.value) and isinstance(node.ctx, ast.Load):
            key: ast.expr | None = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            of_ours = (
                isinstance(node.func.value, ast.Name) and node.func.value.id == "env" and node.func.attr in READERS
            )
            key = node.args[0] if of_ours or (_is_environ(node.func.value) and node.func.attr == "get") else None
        else:
            key = None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def _is_environ(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def variables_documented() -> set[str]:
    operations = words_of(ROOT / "docs" / "operations.md")
    tables = [line for line in operations.splitlines() if line.startswith("| `")]
    return {name for line in tables for name in re.findall(r"`([A-Z][A-Z_]+)`", line.split("|")[1])}


def test_the_reader_of_settings_sees_each_way_of_asking():
    asked = """
import os
from curator import environment as env
A = env.text("BY_TEXT", "x")
B = env.integer("BY_NUMBER", 1)
C = os.environ.get("BY_GET")
D = os.environ["BY_KEY"]
os.environ["ONLY_SET"] = "x"
"""
    assert set(_variables(ast.parse(asked))) == {"BY_TEXT", "BY_NUMBER", "BY_GET", "BY_KEY"}


def test_each_variable_that_is_read_is_documented():
    assert variables_read() - variables_documented() == set()


def test_each_documented_variable_is_read():
    elsewhere = [ROOT / name for name in ("Makefile", "docker-compose.yml")]
    text = "\n".join(words_of(path) for path in elsewhere)
    unread = variables_documented() - variables_read()
    assert {name for name in unread if not re.search(rf"\b{name}\b", text)} == set()


def test_each_variable_of_the_example_file_is_documented():
    example = re.findall(r"^([A-Z][A-Z_]+)=", words_of(ROOT / ".env.example"), re.MULTILINE)
    assert example
    operations = words_of(ROOT / "docs" / "operations.md")
    assert [name for name in example if f"`{name}`" not in operations] == []


# ------------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_to_files_that_exist(document):
    text = words_of(document)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'<img src="([^"]+)"', text)
    local = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_paths_named_in_a_document_exist(document):
    paths = [word for word in in_backticks(document) if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./-]*", word)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_make_targets_named_in_a_document_exist(document):
    makefile = words_of(ROOT / "Makefile")
    targets = set(re.findall(r"^([\w%-]+):", makefile, re.MULTILINE))
    wanted = set(re.findall(r"(?:`|^\s+|&& )(?:[A-Z]+=\S+ )*make ([a-z][\w-]*)", words_of(document), re.MULTILINE))
    missing = {
        name for name in wanted if name not in targets and not (name.startswith("bench-") and "bench-%" in targets)
    }
    assert missing == set()
    measured = {name.removeprefix("bench-") for name in wanted if re.fullmatch(r"bench-[a-z-]+", name)}
    assert {name for name in measured if not (ROOT / "bench" / f"{name.replace('-', '_')}.py").exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_named_in_a_document_exist(document):
    known = set(get_commands()) | {path.stem for path in (ROOT / "sample/management/commands").glob("*.py")}
    assert set(re.findall(r"manage\.py ([a-z]\w+)", words_of(document))) - known == set()


# ------------------------------------------------------------------------------------------------ decisions


def test_each_decision_has_a_number_of_its_own_and_is_in_the_index():
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    rows = as_table(ROOT / "docs" / "decisions" / "README.md", "| | decision |")
    assert rows == [[str(n), f"[{_title(page)}]({page.name})"] for n, page in zip(numbers, pages, strict=True)]


def test_each_library_is_accounted_for():
    project = tomllib.loads(words_of(ROOT / "pyproject.toml"))["project"]
    libraries = [re.split(r"[\[<>=~ ]", line)[0] for line in project["dependencies"]]
    known = {"redis": "redis-py", "ahocorasick-rs": "ahocorasick_rs"}
    page = words_of(ROOT / "docs" / "decisions" / "0011-libraries.md").lower()
    assert [name for name in libraries if known.get(name, name) not in page] == []


def _title(page: Path) -> str:
    head = re.match(r"# (\d+)\. (.+)", words_of(page))
    assert head is not None, f"{page.name} begins with no number and title"
    assert int(head[1]) == int(page.name[:4]), page.name
    return head[2]


# ------------------------------------------------------------------------------------------------ figures


def catalogue() -> list[dict[str, str]]:
    with (ROOT / "sources" / "data" / "feeds.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_catalogue_has_the_feeds_that_the_documents_count():
    rows = catalogue()
    page = ROOT / "docs" / "data-sources.md"
    stated = {cells[0]: int(cells[2]) for cells in as_table(page, "| evidence |")}
    assert stated == Counter(row["evidence"] for row in rows)
    forbidden = [row for row in rows if re.search(r"france24\.com|rfi\.fr", row["feed_url"])]
    assert all(row["starter_pack"] == "after_probe" for row in forbidden)
    packs = Counter(row["starter_pack"] for row in rows)
    packs.update(after_probe=-len(forbidden), never=len(forbidden))
    assert {cells[0].strip("`"): int(cells[1]) for cells in as_table(page, "| starter pack |")} == packs
    assert f"{len(rows)} feeds" in words_of(page)


def test_the_documents_count_situations_and_indicators_right():
    with (ROOT / "countries" / "data" / "situations.csv").open(encoding="utf-8", newline="") as file:
        situations = len(list(csv.DictReader(file)))
    with (ROOT / "countries" / "data" / "un_framework.csv").open(encoding="utf-8", newline="") as file:
        rows = Counter((row["level"], row["status"] == "verified") for row in csv.DictReader(file))
    text = " ".join(words_of(ROOT / "docs" / "data-sources.md").split())
    factors = rows["risk_factor", True] + rows["risk_factor", False]
    indicators = rows["indicator", True] + rows["indicator", False]
    assert f"{situations} situations" in text
    assert f"{rows['risk_factor', True]} of {factors} risk factors" in text
    assert f"{rows['indicator', True]} of {indicators} indicators" in text


def test_the_words_of_likelihood_are_those_of_the_check():
    terms = [cells[0] for cells in as_table(ROOT / "docs" / "methods.md", "| term |")]
    assert tuple(terms) == LIKELIHOOD["en"]


def test_the_method_page_describes_this_suggester_and_these_limits():
    text = " ".join(words_of(ROOT / "docs" / "methods.md").split())
    assert f"suggester version `{VERSION}`" in text
    assert f"{PAGE_ONE} words for what must be on page 1, {WHOLE['routine']} for the whole" in text
    assert f"{WHOLE['flash']} for a flash, {WHOLE['quiet']} for a quiet day" in text
