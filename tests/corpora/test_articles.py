"""Article pages as publishers made them: as good as trafilatura's default, in every script, and never an exception."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest

from bench.extract import default, f1, pages
from sources.ingest.extract import NoArticle, extract


def text_of(body: bytes) -> str:
    try:
        return extract(body, content_type="text/html").text
    except NoArticle:
        return ""


def test_texts_are_as_good_as_the_thorough_way_alone(shared_data):
    corpus = pages(shared_data / "articles-trafilatura")
    ours = f1((page, text_of(page.body)) for page in corpus)
    theirs = f1((page, default(page.body)) for page in corpus)
    assert ours > 0.95
    assert ours >= theirs - 0.002


@pytest.mark.parametrize(
    "name",
    ["arabic_article", "burmese_article", "chinese_article", "japanese_article2", "latvian_article", "thai_article"],
)
def test_articles_in_other_scripts_are_found(shared_data, name):
    folder = shared_data / "articles-newspaper4k"
    gold = "".join((folder / "txt" / f"{name}.txt").read_text(encoding="utf-8").split())
    text = "".join(text_of((folder / "html" / f"{name}.html").read_bytes()).split())
    same = sum(block.size for block in SequenceMatcher(None, gold, text, autojunk=False).get_matching_blocks())
    assert same > 0.9 * len(gold)


def test_every_page_ends_as_a_text_or_as_no_article(shared_data):
    found = [
        *shared_data.glob("articles-readability/test-pages/*/source.html"),
        *shared_data.glob("articles-newspaper4k/html/*.html"),
    ]
    texts = [text_of(path.read_bytes()) for path in found]
    assert len(texts) > 90
    assert sum(bool(text) for text in texts) > 0.9 * len(texts)
