"""How well reports of one event are told from others, and what placing one costs: ``make bench-stories``.

- ``stories_f1``, ``stories_f1_en``, ``stories_f1_ru``: F1 over pairs of articles that people called one story or two
  (tgcontest, kept outside the project), by the decision that production takes: ``sources.ingest.cluster``. Two articles of
  one site are of one feed, as they would be there. The same without vectors is printed above. Nothing was set on these pairs.
- ``stories_sample_f1``: the same over all pairs of the bundled sample, grouped one by one as they came. The thresholds were
  set on these, and checked on pairs of another set (docs/methods.md).
- ``stories_assign_ms_200k``: milliseconds, the median, for placing a new item by ``sources.ingest.assign`` beside 200,000
  made-up ones within the window.

Here the number behind a name is the figure itself, not a comparison.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import itertools
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from bench import scratch
from sources.embedders import DIMENSIONS, Passage, Vector, unit
from sources.embedders.bundled import Bundled
from sources.ingest import cluster

PAIRS = Path("dedup-tgcontest") / "pairs.jsonl"
SIZE, PLACED, MODEL = 200_000, 60, "made up"
_NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
Judged = list[tuple[str, bool, bool]]


def shared_data() -> Path:
    return Path(os.environ.get("CURATOR_SHARED_DATA") or scratch.ROOT.parent / "shared" / "data")


def judge_pairs(path: Path, *, with_vectors: bool) -> Judged:
    """Of each pair its language, what people said, and what the decision says."""
    pairs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    articles = [pair[side] for pair in pairs for side in "ab"]
    vectors = Bundled().embed([Passage(each["title"], each["text"]) for each in articles]) if with_vectors else []
    found = []
    for number, pair in enumerate(pairs):
        is_one_site = urlsplit(pair["a"]["url"]).hostname == urlsplit(pair["b"]["url"]).hostname
        one, other = (
            cluster.Report(
                *(
                    at,
                    0 if is_one_site else at,
                    pair[side]["title"],
                    pair[side]["text"][: cluster.BODY],
                    _NOON,
                    pair["lang"],
                ),
                vectors[2 * number + at] if vectors else None,
            )
            for at, side in enumerate("ab")
        )
        found.append((pair["lang"], pair["same_story"], cluster.is_same_event(one, other)))
    return found


def group_sample(*, with_vectors: bool) -> Judged:
    """All pairs of the sample's articles, after each was placed beside those before it."""
    from sample import content

    articles = sorted(content.load(), key=lambda article: (article.published, article.id))
    passages = [Passage(article.title, article.text) for article in articles]
    vectors = Bundled().embed(passages) if with_vectors else [None] * len(articles)
    stories: list[int] = []
    placed: list[cluster.Neighbour] = []
    for number, (article, vector) in enumerate(zip(articles, vectors, strict=True)):
        feed = sum(article.feed.encode())
        report = cluster.Report(
            *(number, feed, article.title, article.text[: cluster.BODY], article.published, article.language), vector
        )
        story = cluster.place(report, placed).story_id
        stories.append(number if story is None else story)
        placed.append(cluster.Neighbour(report, stories[-1]))
    return [
        (articles[one].language, articles[one].story == articles[other].story, stories[one] == stories[other])
        for one, other in itertools.combinations(range(len(articles)), 2)
    ]


def f1(judged: Iterable[tuple[str, bool, bool]]) -> tuple[float, float, float]:
    """F1, precision and recall of the pairs called one story."""
    both = said = true = 0
    for _, is_true, is_said in judged:
        both, said, true = both + (is_true and is_said), said + is_said, true + is_true
    precision, recall = both / (said or 1), both / (true or 1)
    return 2 * precision * recall / ((precision + recall) or 1), precision, recall


def made_up(event: int, chance: np.random.Generator) -> Vector:
    """A vector near the one of this event, and events near one of a hundred topics: cosines of 0.9 and of 0.8."""
    topic = np.random.default_rng(event % 100).standard_normal(DIMENSIONS)
    own = np.random.default_rng([event, 1]).standard_normal(DIMENSIONS)
    return unit((topic + 0.45 * own + 0.3 * chance.standard_normal(DIMENSIONS)).tolist()) or ()


def fill(size: int) -> None:
    """``size`` items within the window, four to an event, with vectors that lie together as those of events do."""
    from django.db import connection

    from bench import library_fill

    library_fill.fill(size)
    chance = np.random.default_rng(7)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sources_item SET story_id = id / 4 + 1, reported_at = %s + (id::float / %s) * make_interval(secs => %s)",
            [library_fill.END - cluster.WINDOW, size, cluster.WINDOW.total_seconds()],
        )
        cursor.execute("DROP INDEX IF EXISTS embedding_near")
        cursor.execute("CREATE TEMPORARY TABLE filled (item_id bigint, vector halfvec(384))")
        for start in range(1, size + 1, 5_000):
            numbers = range(start, min(start + 5_000, size + 1))
            vectors = (",".join(f"{each:.4f}" for each in made_up(number // 4, chance)) for number in numbers)
            rows = "".join(f"{number}\t[{vector}]\n" for number, vector in zip(numbers, vectors, strict=True))
            cursor.copy_expert("COPY filled FROM STDIN", io.StringIO(rows))
        cursor.execute(
            "INSERT INTO sources_embedding (item_id, model, vector, reported_at, made_at) "
            "SELECT item_id, %s, vector, reported_at, reported_at FROM filled JOIN sources_item ON id = item_id",
            [MODEL],
        )
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("CREATE INDEX embedding_near ON sources_embedding USING hnsw (vector halfvec_cosine_ops)")
        cursor.execute("VACUUM (ANALYZE)")


def place_new(count: int) -> list[float]:
    """Milliseconds for each of ``count`` new items, each placed alone."""
    from bench import library_fill
    from sources.ingest import assign
    from sources.models import Embedding, Feed, Item, Revision

    vectors = assign.Vectors(MODEL, dt.timedelta())
    feed, chance, taken = Feed.objects.earliest("pk"), np.random.default_rng(9), []
    for number in range(count):
        title, *text = library_fill.sample(5)
        item = Item.objects.create(
            feed=feed,
            external_id=f"new {number}",
            title=title,
            first_seen_at=library_fill.END,
            reported_at=library_fill.END,
            language="en",
            language_version="fill",
        )
        item.current = Revision.objects.create(
            item=item, number=1, title=title, text=" ".join(text), seen_at=library_fill.END
        )
        item.save(update_fields=["current"])
        vector = list(made_up(int(chance.integers(SIZE // 4)), chance))
        Embedding.objects.create(
            item=item, model=MODEL, vector=vector, reported_at=item.reported_at, made_at=item.reported_at
        )
        start = time.perf_counter()
        placed = assign.assign_stories(limit=1, at=library_fill.END, vectors=vectors)
        taken.append((time.perf_counter() - start) * 1000)
        if placed != 1:
            raise RuntimeError("the new item was not placed")
    return taken


def quality() -> Iterator[str]:
    """Prints how each way does, and yields the figures of the one that production takes."""
    pairs = shared_data() / PAIRS
    ways: list[tuple[str, Callable[..., Judged], tuple[str, ...]]] = [("sample", group_sample, ("",))]
    if pairs.is_file():
        ways.insert(0, ("pairs", partial(judge_pairs, pairs), ("", "en", "ru")))
    else:
        print(f"no pairs at {pairs}; CURATOR_SHARED_DATA may name another folder")
    for name, judge, languages in ways:
        for with_vectors in (False, True):
            judged = judge(with_vectors=with_vectors)
            for language in languages:
                chosen = [each for each in judged if language in {"", each[0]}]
                value, precision, recall = f1(chosen)
                print(
                    f"{name:<7}{language or 'all':<4}{'vectors' if with_vectors else 'words':<8}{len(chosen):>6} pairs  "
                    f"F1 {value:.3f}  precision {precision:.3f}  recall {recall:.3f}"
                )
                if with_vectors:
                    goal = "stories_f1" if name == "pairs" else "stories_sample_f1"
                    yield f"ratio {goal}{language and '_' + language} {value:.3f}"


def cost() -> Iterator[str]:
    with scratch.database(), library():
        fill(SIZE)
        taken = sorted(place_new(PLACED))
        median, slow = statistics.median(taken), taken[int(len(taken) * 0.95)]
        print(f"placing beside {SIZE:,}: median {median:.1f} ms, 95 of 100 under {slow:.1f} ms")
        yield f"ratio stories_assign_ms_200k {median:.1f}"


@contextlib.contextmanager
def library() -> Iterator[None]:
    """A database of its own, made from the scratch one and gone afterwards."""
    from django.db import connection

    home = connection.settings_dict["NAME"]
    scratch.administer("DROP DATABASE IF EXISTS stories WITH (FORCE)", f"CREATE DATABASE stories TEMPLATE {home}")
    connection.settings_dict["NAME"] = "stories"
    try:
        yield
    finally:
        scratch.administer("DROP DATABASE stories WITH (FORCE)")
        connection.settings_dict["NAME"] = home


def main() -> None:
    lines = [*quality(), *cost()]
    print("", *lines, sep="\n")


if __name__ == "__main__":
    main()
