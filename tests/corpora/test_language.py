"""Languages of headlines and articles as people wrote them, from the text alone."""

from __future__ import annotations

from bench.language import accuracies, macro, sentences, titles_and_articles


def no_claim(tag: str) -> tuple[str, ...]:
    return ()


def test_languages_of_headlines_and_articles_are_found(shared_data):
    titles, articles = titles_and_articles(shared_data)
    for samples, least, worst in ((titles, 0.98, 0.85), (articles, 0.99, 0.95)):
        found, _ = accuracies(samples, no_claim)
        assert len(found) == 16
        assert macro(found) >= least
        assert min(found.values()) >= worst


def test_single_sentences_in_languages_of_the_catalogue_are_found(shared_data):
    found, _ = accuracies(sentences(shared_data), no_claim)
    assert len(found) > 25
    assert macro(found) >= 0.98
