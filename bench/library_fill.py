"""A library of any size, made up: items in five languages whose words follow Zipf's law, for ``bench.library``.

Written straight into the tables by COPY, in the form that ``sources.ingest`` leaves them in, so that a million items take
minutes. The indexes are dropped meanwhile and made again from their own definitions.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

END = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
#: About 4,300 items a day, whatever the size: a library is larger because it is older.
APART = dt.timedelta(seconds=20)
FEEDS = 1_000
_BATCH = 50_000
_SENTENCES = 20_000
_VOCABULARY = 20_000
_ITEMS_A_STORY = 4
_ITEMS_A_FETCH = 5
_TABLES = ("sources_item", "sources_revision", "sources_searchentry", "sources_story", "sources_fetch")


@dataclass(frozen=True, slots=True)
class Language:
    """How a made-up language looks. ``known`` are real words at their ranks, for searches; ``share`` of twenty items."""

    tag: str
    syllables: str
    known: dict[int, str]
    share: int
    space: str = " "

    def vocabulary(self, chance: random.Random) -> list[str]:
        """Words by rank, the commonest first, each once."""
        words: dict[str, None] = {}
        syllables = self.syllables.split()
        while len(words) < _VOCABULARY:
            if (word := self.known.get(len(words) + 1)) is not None:
                words[word] = None
                continue
            words["".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 3, 4))))] = None
        return list(words)

    def sentences(self, chance: random.Random) -> list[str]:
        words = self.vocabulary(chance)
        # The chance of a rank is its reciprocal (Zipf).
        ranks = iter(lambda: int(_VOCABULARY ** chance.random()), -1)
        return [self.space.join(words[rank - 1] for rank in itertools.islice(ranks, 12)) for _ in range(_SENTENCES)]


#: Ranks: a common word stands in a fifth or more of a language's items, a rare one in one of some thousands.
LANGUAGES = (
    Language(
        "en",
        "bo co di fer gan hol is jun ker lo mer nost pri qua ron sel tor und ver win",
        {3: "army", 8: "village", 40: "displaced", 300: "ceasefire", 9_000: "bossangoa", 15_000: "perpetrator"},
        share=7,
    ),
    Language(
        "fr",
        "bou cha de fran gne hau jour lai moi nou per qui rou se tra vien",
        {3: "armee", 8: "village", 40: "deplaces", 300: "couvre", 9_000: "bangassou", 15_000: "exactions"},
        share=5,
    ),
    Language(
        "ar",
        "با تر جم حس خل در رس زم سع شر صد طب عل غن فر قد كت لم من نو",
        {3: "جيش", 8: "قرية", 40: "نازحين", 300: "هدنة", 9_000: "فاشر", 15_000: "مرتزقة"},
        share=4,
    ),
    Language(
        "sw",
        "a bu chi da fu go ha ji ka li ma ni pa ra sa ta wa ya zi mbi",
        {3: "jeshi", 8: "kijiji", 40: "wakimbizi", 300: "mapigano", 9_000: "rutshuru", 15_000: "waasi"},
        share=2,
    ),
    Language(
        "my",
        "က ခ ဂ စ ည တ ထ န ပ မ ရ လ သ ဟ ကာ ခု စီ တို ပြ ရှ",
        {3: "စစ်တပ်", 8: "ရွာသား", 40: "စစ်ဘေးရှောင်", 300: "အပစ်အခတ်ရပ်စဲ", 9_000: "မြဝတီမြို့", 15_000: "လူ့အခွင့်အရေး"},
        share=2,
        space="",
    ),
)


@lru_cache(maxsize=1)
def _english() -> tuple[list[str], random.Random]:
    chance = random.Random(1)
    return LANGUAGES[0].sentences(chance), chance


def sample(number: int) -> list[str]:
    """So many sentences of the first language, others each time."""
    sentences, chance = _english()
    return chance.choices(sentences, k=number)


def fill(size: int, *, seed: int = 20261127) -> None:
    """The library has ``size`` items of ``FEEDS`` feeds, with their revisions, stories, fetches and search entries."""
    from django.db import connection

    from sources.models import Feed, FetchState, Publisher, SearchLanguage

    publishers = Publisher.objects.bulk_create(
        Publisher(name=f"Outlet {number}", slug=f"outlet-{number}") for number in range(FEEDS // 2)
    )
    feeds = Feed.objects.bulk_create(
        Feed(
            publisher=publishers[number // 2],
            name=f"Feed {number}",
            url=f"https://outlet-{number}.example/feed",
            is_active=True,
            last_state=FetchState.UNCHANGED,
            last_fetch_at=END,
            last_success_at=END,
        )
        for number in range(FEEDS)
    )
    SearchLanguage.objects.bulk_create(SearchLanguage(language.tag) for language in LANGUAGES)
    with connection.cursor() as cursor:
        indexes = _dropped_indexes(cursor)
        cursor.execute("SET session_replication_role = replica")  # rows come in an order that has no foreign keys yet
        _rows(cursor, size, [feed.pk for feed in feeds], seed)
        cursor.execute(_ENTRIES)
        for table in _TABLES[:2] + _TABLES[3:]:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("SET session_replication_role = DEFAULT; SET maintenance_work_mem = '512MB'")
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")


def settle() -> None:
    """What the product's own autovacuum does by and by, at once: statistics, the visibility map, no pending entries."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _dropped_indexes(cursor) -> list[str]:  # type: ignore[no-untyped-def]
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [list(_TABLES)],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]


def _rows(cursor, size: int, feeds: list[int], seed: int) -> None:  # type: ignore[no-untyped-def]
    items, revisions = io.StringIO(), io.StringIO()
    for number, (language, title, text) in enumerate(_texts(size, random.Random(seed)), start=1):
        at = (END - APART * (size - number)).isoformat()
        feed, story, url = feeds[number % len(feeds)], number // _ITEMS_A_STORY + 1, f"https://outlet.example/{number}"
        key = f"{number * 0x9E3779B97F4A7C15 % 2**128:032x}"
        items.write(
            f"{number}\t{feed}\turn:{key}\t{url}\t{url}\t{key}\tt\t{title}\t\t{at}\tsecond\t{at}\t{at}\t{number}\t"
            f"{language}\t0.9\tfill\t1\tdone\t1\t\t{story}\tf\t\tf\n"
        )
        revisions.write(f"{number}\t{number}\t1\t{title}\t{text}\t{key}{key}\t{at}\n")
        if number % _BATCH == 0 or number == size:
            for copy, rows in ((_COPY_ITEMS, items), (_COPY_REVISIONS, revisions)):
                rows.seek(0)
                cursor.copy_expert(copy, rows)
                rows.seek(0)
                rows.truncate()
    cursor.execute(_STORIES)
    cursor.execute(_FETCHES, [FEEDS, _ITEMS_A_FETCH])


def _texts(size: int, chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Language, title and text of each item."""
    pools = {language.tag: language.sentences(chance) for language in LANGUAGES}
    turns = [language.tag for language in LANGUAGES for _ in range(language.share)]
    chance.shuffle(turns)
    for number in range(size):
        tag = turns[number % len(turns)]
        title, *text = chance.choices(pools[tag], k=5)
        yield tag, title, " ".join(text)


_COPY_ITEMS = """
    COPY sources_item (id, feed_id, external_id, url, canonical_url, address_key, owns_address, title, author,
        published_at, published_precision, first_seen_at, reported_at, current_id, language, language_confidence,
        language_version, index_version, extract_state, extract_attempts, last_error, story_id, story_by_person,
        story_version, is_dated_by_page) FROM STDIN
"""
_COPY_REVISIONS = "COPY sources_revision (id, item_id, number, title, text, content_hash, seen_at) FROM STDIN"
_STORIES = """
    INSERT INTO sources_story (id, title, first_reported_at, last_reported_at, item_count, origin_count, origin_note)
    SELECT story_id, min(title), min(reported_at), max(reported_at), count(*), 1, '' FROM sources_item GROUP BY story_id
"""
_FETCHES = """
    INSERT INTO sources_fetch (feed_id, started_at, finished_at, state, final_url, size, entries, new_items,
                               changed_items, carried_items, skipped_entries, message)
    SELECT feed_id, reported_at, reported_at, 'new', '', 1, 50, id %% 2, 0, 0, 0, ''
      FROM sources_item WHERE id / %s %% %s = 0
"""
# As sources.ingest.index writes them; the words are folded already.
_ENTRIES = """
    INSERT INTO sources_searchentry (item_id, reported_at, arrived_at, words, grams, marks)
    SELECT item.id, reported_at, reported_at,
           to_tsvector((CASE language WHEN 'en' THEN 'english' WHEN 'fr' THEN 'french' WHEN 'ar' THEN 'arabic'
                        ELSE 'simple' END)::regconfig, item.title || ' ' || text),
           CASE language WHEN 'my' THEN item.title || ' ' || text WHEN 'sw' THEN left(item.title || ' ' || text, 500) END,
           ARRAY['h' || to_char(reported_at, 'YYYY-MM-DD"T"HH24'), 'd' || to_char(reported_at, 'YYYY-MM-DD'),
                 'm' || to_char(reported_at, 'YYYY-MM'), 'y' || to_char(reported_at, 'YYYY'),
                 '+d' || to_char(reported_at, 'YYYY-MM-DD'), '+m' || to_char(reported_at, 'YYYY-MM'),
                 'f' || feed_id, 'l' || language, 'sfull_text']
      FROM sources_item item JOIN sources_revision revision ON revision.id = item.current_id ORDER BY item.id
"""
