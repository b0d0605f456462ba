"""Search: finds what was written in any of the library's languages, newest first, page by page, and says what it did."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import candidates, conditions, search
from sources.asked import Note
from sources.ingest import index
from sources.ingest.identify import identify_languages
from sources.models import ExtractState, FullText, Item, Revision, SearchEntry, SearchLanguage
from sources.search import Query, State, find, has_news, newest
from tests.factories.sources import NOON, FeedFactory, ItemFactory, PublisherFactory, StoryFactory

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def item(title, text="", **given):
    return ItemFactory(title=title, text=text, **given)


def take_in(at=NOON):
    while index.index_items(limit=100, at=at):
        pass


def titles(text="", **asked):
    return [hit.heading for hit in find(Query(text=text, **asked)).hits]


@pytest.fixture
def five_languages():
    item("Army shells displaced villagers", "Thousands were fleeing.", language="en")
    item("L’armée bombarde des villages", "Les déplacés affluent à Bangui.", language="fr")
    item("الجيش يقصف القرى", "فرّ آلاف النازحين من المدينة", language="ar")
    item("Jeshi lashambulia kijiji", "Maelfu ya wakimbizi wamekimbia.", language="sw")
    item("စစ်တပ်ကရွာများကိုဗုံးကြဲ", "စစ်ဘေးရှောင်များ ထွက်ပြေး", language="my")
    item("ሠራዊቱ መንደሮችን ደበደበ", "በሱዳን ጦርነት", language="am")
    item("军队炮击村庄", "数千人逃离中国边境", language="zh")
    take_in()


@pytest.mark.parametrize(
    ("text", "first_word"),
    [
        ("armies", "Army"),
        ("fled OR flee", "Army"),
        ("deplace", "L’armée"),
        ("BOMBARDENT", "L’armée"),
        ("جيش", "الجيش"),
        ("والنازحون", "الجيش"),
        ("الاف", "الجيش"),
        ("wakimbizi", "Jeshi"),
        ("*kimbizi*", "Jeshi"),
        ("ရှောင်", "စစ်တပ်ကရွာများကိုဗုံးကြဲ"),
        ("ဗုံးကြဲ ထွက်ပြေး", "စစ်တပ်ကရွာများကိုဗုံးကြဲ"),
        ("ሱዳን", "ሠራዊቱ"),
        ("ሰራዊቱ", "ሠራዊቱ"),
        ("中国", "军队炮击村庄"),
        ("逃离 村庄", "军队炮击村庄"),
    ],
)
def test_a_word_finds_items_of_its_language_by_its_stem_or_its_parts(five_languages, text, first_word):
    assert [title.split()[0] for title in titles(text)] == [first_word]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("army village", {"Both"}),
        ("army OR village", {"Both", "Army only", "Village only"}),
        ("army -village", {"Army only"}),
        ('"army in the village"', {"Both"}),
        ('"village in the army"', set()),
        ('"small army"', set()),
        ("-village", {"Army only"}),
        ("army -", {"Both", "Army only"}),
        ("army စစ်တပ် OR village", {"Both", "Village only"}),
        ("army -စစ်တပ်", {"Both", "Army only"}),
    ],
)
def test_words_phrases_absence_and_alternatives(text, expected):
    item("Both", "The army in the village")
    item("Army only")
    item("Village only")
    take_in()
    assert set(titles(text)) == expected


def test_only_very_common_words_filter_nothing_and_that_is_said():
    item("Army")
    take_in()
    page = find(Query(text="the of and"))
    assert (len(page.hits), page.notes) == (1, (Note.COMMON_WORDS,))


def test_full_text_counts_and_the_words_are_marked_in_it():
    found = item("Quiet", "Excerpt")
    FullText.objects.create(
        revision=found.current,
        snapshot=_snapshot(),
        text="Paragraph one.\n\nShelling near Bossangoa.",
        sha256="0" * 64,
        extractor="test",
        extracted_at=NOON,
    )
    take_in()
    (hit,) = find(Query(text="shelled bossangoa")).hits
    assert [part.text for part in hit.snippet if part.is_match] == ["Shelling", "Bossangoa"]
    assert titles("excerpt") == []
    assert search.spans(found.pk, title="Quiet", text="Paragraph one.", query=Query(text="paragraphs")) == [(6, 15)]


def _snapshot():
    from sources import snapshots

    return snapshots.keep(b"page", url="https://outlet.example/", at=NOON)


# ------------------------------------------------------------------------------------------------ the stage
def test_an_item_is_taken_in_once_its_language_is_known_and_again_when_it_changes(django_assert_num_queries):
    found = item("Army", language_version="")
    take_in()
    assert titles("army") == []
    identify_languages(limit=10)
    take_in(at=NOON)
    assert titles("army") == ["Army"]
    with django_assert_num_queries(3):
        assert index.index_items(limit=10, at=NOON) == 0  # nothing waits: one look, and its transaction

    found.title, found.language_version = "Police", ""
    found.current = Revision.objects.create(
        item=found, number=2, title="Police", text="", content_hash="b" * 64, seen_at=NOON
    )
    found.save()
    identify_languages(limit=10)
    take_in(at=NOON + MINUTE)
    assert (titles("army"), titles("police")) == ([], ["Police"])
    entry = SearchEntry.objects.get()
    assert entry.arrived_at == NOON
    assert [mark for mark in entry.marks if mark.startswith("+")] == ["+d2013-12-20", "+m2013-12"]


def test_taking_in_twice_changes_nothing():
    item("Army", language="en")
    take_in()
    before = list(SearchEntry.objects.values())
    Item.objects.update(index_version=0)
    take_in()
    assert list(SearchEntry.objects.values()) == before
    assert list(SearchLanguage.objects.values_list("tag", flat=True)) == ["en"]


@pytest.mark.parametrize(
    "text", ["word " * 40_000, "x" * 200_000, "é" * 199_000, " ".join(f"w{n}" for n in range(30_000)), "\u200b" * 1_000]
)
def test_a_text_of_any_size_is_taken_in(text):
    item("Army", text)
    take_in()
    assert titles("army") == ["Army"]


def test_items_of_any_size_of_batch_cost_the_same_queries(django_assert_num_queries):
    for number in range(12):
        item(f"Army {number}")
    with django_assert_num_queries(7):
        assert index.index_items(limit=100, at=NOON) == 12


# ------------------------------------------------------------------------------------------------ pages
def test_pages_follow_one_another_without_gap_or_repeat_also_at_one_moment():
    for number in range(25):
        item(f"Army {number}", reported_at=NOON + MINUTE * (number // 10))
    item("Police")
    take_in()
    for text in ("", "army"):
        pages, cursor = [], ""
        while True:
            page = find(Query(text=text, cursor=cursor, size=7))
            pages.append(page)
            if not page.older:
                break
            cursor = page.older
        pks = [hit.pk for page in pages for hit in page.hits]
        expected = Item.objects.filter(title__contains="Army" if text else "")
        assert pks == list(expected.order_by("-reported_at", "-id").values_list("pk", flat=True))
        back = find(Query(text=text, cursor=pages[2].newer, size=7))
        assert [hit.pk for hit in back.hits] == [hit.pk for hit in pages[1].hits]
        assert (back.newer, back.older) != ("", "")
        top = find(Query(text=text, cursor=pages[1].newer, size=7))
        assert ([hit.pk for hit in top.hits], top.newer) == ([hit.pk for hit in pages[0].hits], "")


def test_small_numbers_are_exact_and_large_ones_are_not_counted():
    for number in range(9):
        item(f"Army {number}")
    take_in()
    few = find(Query(text="army", size=20))
    many = find(Query(text="army", size=3))
    none = find(Query(text="nothing"))
    assert (few.at_least, few.is_all, none.at_least, none.is_all) == (9, True, 0, True)
    assert many.at_least is not None
    assert many.at_least > 3
    assert find(Query(text="army", size=3, cursor=many.older)).at_least is None


def test_a_search_that_runs_out_of_patience_says_how_far_it_looked_and_goes_on_from_there(monkeypatch):
    monkeypatch.setattr(search, "_MOST_LOOKED_AT", 4)
    monkeypatch.setattr(search, "_LOOKED_AT_ONCE", 2)
    for number in range(9):
        item(f"Army {number}", reported_at=NOON - MINUTE * number)
    item("Army at last", reported_at=NOON - MINUTE * 9, story=StoryFactory(item_count=2))
    take_in()
    wanted = Query(text="army", states=frozenset({State.IN_STORY}))
    looks, cursor = [], ""
    for _ in range(4):
        page = find(Query(text="army", states=wanted.states, cursor=cursor))
        looks.append((page.looked_back_to, [hit.heading for hit in page.hits]))
        cursor = page.older
        if not cursor:
            break
    assert looks == [(NOON - MINUTE * 3, []), (NOON - MINUTE * 7, []), (None, ["Army at last"])]


def test_what_takes_too_long_is_broken_off_after_the_first_step(monkeypatch):
    monkeypatch.setattr(candidates, "_NEAR", 2)
    monkeypatch.setattr(candidates, "PATIENCE", 0.0)
    for number in range(9):
        item(f"Army {number}", reported_at=NOON - MINUTE * number)
    take_in()
    page = find(Query(text="army", size=20))
    assert 0 < len(page.hits) < 9
    assert page.looked_back_to is not None
    without = find(Query(text="-army", size=20))
    assert (without.hits, without.looked_back_to) == ((), page.looked_back_to)
    rest = find(Query(text="army", size=20, cursor=page.older))
    assert rest.hits[0].reported_at < page.hits[-1].reported_at


@pytest.mark.parametrize("is_nested", [True, pytest.param(False, marks=pytest.mark.django_db(transaction=True))])
def test_the_connection_is_as_it_was_after_a_statement_was_broken_off(is_nested):
    assert connection.in_atomic_block is is_nested
    with pytest.raises(candidates.OutOfTime):
        candidates.rows_in_time("SELECT pg_sleep(5)", [], milliseconds=20, is_indexed=True)
    found = candidates.rows_in_time("SELECT %s", ["in time"], milliseconds=1_000, is_indexed=True)
    assert found == [("in time",)]
    with connection.cursor() as cursor:
        for name, value in (("statement_timeout", "0"), ("enable_seqscan", "on"), ("enable_indexscan", "on")):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)


# ------------------------------------------------------------------------------------------------ filters
@pytest.fixture
def mixed():
    radio = FeedFactory(publisher=PublisherFactory(name="Radio Pirogue", kind="local_media"))
    paper = FeedFactory(publisher=PublisherFactory(name="Harbour Post", kind="international_news"), name="World")
    first = item("Army one", feed=radio, reported_at=NOON, language="fr")
    item("Army two", feed=paper, reported_at=NOON + MINUTE, extract_state=ExtractState.FAILED, copy_of=first)
    item("Army three", feed=paper, reported_at=NOON + MINUTE * 2, story=StoryFactory(item_count=2))
    take_in()
    return radio


@pytest.mark.parametrize("text", ["", "army"])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"source": "PIROGUE"}, ["Army one"]),
        ({"source": "world"}, ["Army three", "Army two"]),
        ({"source": "100%"}, []),
        ({"kind": "local_media"}, ["Army one"]),
        ({"language": "fr"}, ["Army one"]),
        ({"language": "xx"}, []),
        ({"since": NOON + MINUTE}, ["Army three", "Army two"]),
        ({"until": NOON + MINUTE}, ["Army one"]),
        ({"since": NOON + MINUTE, "until": NOON + MINUTE * 2}, ["Army two"]),
        ({"since": NOON + MINUTE * 9}, []),
        ({"until": NOON - MINUTE}, []),
        ({"states": frozenset({State.FAILED})}, ["Army two"]),
        ({"states": frozenset({State.FULL_TEXT})}, ["Army three", "Army one"]),
        ({"states": frozenset({State.COPY})}, ["Army two"]),
        ({"states": frozenset({State.IN_STORY})}, ["Army three"]),
        ({"states": frozenset({State.REVISED})}, []),
        ({"states": frozenset({State.COPY, State.IN_STORY})}, []),
    ],
)
def test_filters_leave_what_they_name_with_words_and_without(mixed, text, asked, expected):
    assert titles(text, **asked) == expected


def test_a_feed_and_many_feeds_are_filters_too(mixed, monkeypatch):
    assert titles("army", feed=mixed.pk) == ["Army one"]
    monkeypatch.setattr(conditions, "_MOST_FEEDS", 0)  # more than fit into one look at the index
    assert titles("army", feed=mixed.pk) == titles(feed=mixed.pk) == ["Army one"]


def test_a_set_that_only_the_caller_knows_restricts_the_search(mixed):
    within = Item.objects.filter(title__endswith="two")
    assert [hit.heading for hit in find(Query(text="army"), within=within).hits] == ["Army two"]
    assert newest(Query(text="army"), most=10, within=within) == [Item.objects.get(title="Army two").pk]
    assert newest(Query(text="army"), most=2) == list(
        Item.objects.order_by("-reported_at").values_list("pk", flat=True)[:2]
    )


def test_a_state_is_found_in_the_index_and_follows_the_item():
    found = item("Army", extract_state=ExtractState.FAILED)
    take_in()
    assert titles(states=frozenset({State.FAILED})) == ["Army"]
    Item.objects.update(extract_state=ExtractState.PENDING, index_version=0)
    take_in()
    assert titles("army") == ["Army"]  # it waits for its text and can be found meanwhile
    found.current = Revision.objects.create(
        item=found, number=2, title="Army", text="", content_hash="b" * 64, seen_at=NOON
    )
    found.extract_state = ExtractState.DONE
    found.index_version = 0
    found.save()
    take_in()
    assert titles(states=frozenset({State.FAILED})) == []
    assert titles(states=frozenset({State.FULL_TEXT, State.REVISED})) == ["Army"]


# ------------------------------------------------------------------------------------------------ news
def test_news_is_what_arrived_since_whenever_it_was_published():
    item("Army", reported_at=NOON)
    take_in(at=NOON)
    later = NOON + dt.timedelta(days=40)
    assert has_news(Query(text="army"), since=NOON, at=later) is False
    assert has_news(Query(text="army"), since=NOON - MINUTE, at=later) is True
    item("Old army papers", reported_at=NOON - dt.timedelta(days=900))
    take_in(at=NOON + MINUTE)
    assert has_news(Query(text="army"), since=NOON, at=later) is True
    assert has_news(Query(text="army"), since=NOON + MINUTE, at=later) is False
    assert has_news(Query(text="village"), since=NOON, at=later) is False
    assert has_news(Query(text="army"), since=NOON, at=later, within=Item.objects.none()) is False
    assert has_news(Query(), since=NOON, at=later) is True


# ------------------------------------------------------------------------------------------------ hostile input
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(text=st.text(max_size=80), language=st.text(max_size=5), source=st.text(max_size=5), cursor=st.text(max_size=20))
def test_no_input_raises(text, language, source, cursor):
    page = find(Query(text=text, language=language, source=source, cursor=cursor))
    assert page.hits == ()


@pytest.mark.parametrize(
    "text", ["'", "\\", "a:*&b", "!!a", "a <-> b", "\x00a", "\ud800a", "%", "_", "(", ")" * 10_000]
)
def test_signs_of_the_query_language_beneath_mean_nothing(text):
    item("Army")
    take_in()
    assert find(Query(text=f"{text} army")).at_least in {0, 1}
