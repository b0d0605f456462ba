"""What the library costs when it is large: ``make bench-library``.

Two libraries stand side by side in one PostgreSQL, with 10,000 and with 1,000,000 made-up items (``bench.library_fill``) of
the same feeds, as dense in time: the larger one is older. Both do the same work in turn:

- ``library_store``: the next 10,000 items, a thousand a round, by ``sources.ingest.store.record`` in looks of 50 and by
  ``sources.ingest.index``;
- ``library_list``: the list of items in the desk, a whole request;
- ``library_search``: rare, common and two-word searches in five languages, each of them by ``sources.search.find`` with
  its snippets;
- ``library_health``: the health page of the feeds, a whole request.

Here a ratio is the cost at 1,000,000 over the cost at 10,000: 1 is the same, and 1.5 is the most that it should be.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench import library_fill, scratch
from bench.side_by_side import Comparison, Side, compare, report

SMALL, LARGE = 10_000, 1_000_000
STORED, LOOK = 1_000, 50
NOTE = "The ratio is the cost at 1,000,000 items over that at 10,000; at most 1.5 is the goal."

#: Commonness as in ``library_fill.LANGUAGES``: in most items of the language, in some, in one of a hundred, in one of
#: thousands, in almost none. Words are looked for under the rules of all five languages at once.
SEARCHES = (
    *("army", "displaced", "ceasefire", "bossangoa", "army village", "displaced ceasefire", "army bossangoa"),
    *("armée", "déplacés", "couvre", "bangassou", "armée village", "déplacés couvre", "village exactions"),
    *("الجيش", "النازحين", "هدنة", "الفاشر", "الجيش قرية", "النازحين هدنة", "جيش مرتزقة"),
    *("jeshi", "wakimbizi", "mapigano", "rutshuru", "jeshi kijiji", "wakimbizi mapigano", "*kimbizi*"),
    *("စစ်တပ်", "စစ်ဘေးရှောင်", "အပစ်အခတ်ရပ်စဲ", "မြဝတီမြို့", "စစ်တပ် ရွာသား", "လူ့အခွင့်အရေး စစ်တပ်"),
    *('"army village"', "army -village", "army OR jeshi", "nowhere"),
)


class Library:
    """One of the two, in a database of its own. Django is set up by then."""

    def __init__(self, size: int) -> None:
        self.size, self.name, self._number = size, f"library_{size}", 0

    def make(self, template: str) -> None:
        scratch.administer(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name} TEMPLATE {template}"
        )
        self.enter()
        from django.test import Client

        from accounts.models import User

        library_fill.fill(self.size)
        library_fill.settle()
        self.client = Client(raise_request_exception=False)
        self.client.force_login(User.objects.create_superuser(f"bench-{self.size}@desk.example", "x"))

    def enter(self) -> None:
        """The connection leads here, and nothing is kept of what the other library answered."""
        from django.core.cache import cache
        from django.db import connection

        if connection.settings_dict["NAME"] != self.name or connection.connection is None:
            connection.close()
            connection.settings_dict["NAME"] = self.name
            connection.ensure_connection()
        cache.clear()

    def drop(self) -> None:
        scratch.administer(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def get(self, address: str) -> None:
        answer = self.client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")

    def search(self) -> None:
        from sources.search import Query, find

        for text in SEARCHES:
            find(Query(text=text))

    def publications(self) -> None:
        """The next ones to store, made off the clock."""
        self.enter()
        self._looks = [self._look() for _ in range(STORED // LOOK)]

    def store(self) -> None:
        from django.utils import timezone

        from sources.ingest import index, store
        from sources.models import Item

        for feed, look in self._looks:
            store.record(feed, look, interval=dt.timedelta(hours=1))
        # What the stage before writes, without the time that it takes to recognise a language.
        Item.objects.filter(language_version="").update(language="en", language_version="bench", index_version=0)
        if (found := index.index_items(limit=STORED, at=timezone.now())) != STORED:
            raise SystemExit(f"{found} items were made findable, not {STORED}")
        index.settle()

    def _look(self):  # type: ignore[no-untyped-def]
        from sources.ingest import store
        from sources.models import Feed

        at = library_fill.END + dt.timedelta(minutes=self._number)
        feed = Feed.objects.order_by("pk").values_list("pk", flat=True)[self._number % library_fill.FEEDS]
        self._number += 1
        entries = tuple(self._publication(at, place) for place in range(LOOK))
        return feed, store.Look(at, at, http_status=200, publications=entries)

    def _publication(self, at: dt.datetime, place: int):  # type: ignore[no-untyped-def]
        from sources.ingest.normalise import Publication, content_hash

        key = f"https://outlet.example/next/{self.size}/{self._number}/{place}"
        title, *sentences = library_fill.sample(5)
        text = f"{' '.join(sentences)} {key}"
        return Publication(key, key, key, title, text, "", at, "second", content_hash(title, text))


@contextmanager
def libraries() -> Iterator[tuple[Library, Library]]:
    """Both, filled and settled; gone afterwards."""
    from django.db import connection

    home = connection.settings_dict["NAME"]
    small, large = Library(SMALL), Library(LARGE)
    try:
        for library in (small, large):
            _say(f"Filling a library of {library.size:,} items.")
            library.make(home)
        yield small, large
    finally:
        small.drop()
        large.drop()
        connection.settings_dict["NAME"] = home


def sized(goal: str, small: Library, large: Library, act: Callable[[Library], None], *, rounds: int) -> Comparison:
    """The act in both libraries in turn. The ratio is the large one's cost over the small one's."""

    def side(library: Library) -> Side:
        return Side(f"{library.size:,} items", lambda: act(library), prepare=library.enter)

    return compare(goal, ours=side(small), peer=side(large), rounds=rounds)


def stored(small: Library, large: Library) -> Comparison:
    def side(library: Library) -> Side:
        return Side(f"{library.size:,} items", library.store, prepare=library.publications)

    # One round more warms both up: 10,000 in all, of which 9,000 are timed.
    return compare("library_store", ours=side(small), peer=side(large), rounds=9)


def health_address() -> str | None:
    """The health page's, or None while there is none."""
    from django.urls import NoReverseMatch, reverse

    try:
        return reverse("admin:sources_feed_health")
    except NoReverseMatch:
        return None


def main() -> None:
    with scratch.database():
        from django.core.management import call_command
        from django.urls import reverse

        call_command("collectstatic", interactive=False, verbosity=0)  # pages name their files as a release does
        with libraries() as (small, large):
            items, health = reverse("admin:sources_item_changelist"), health_address()
            found = [
                sized("library_list", small, large, lambda library: library.get(items), rounds=15),
                sized("library_search", small, large, Library.search, rounds=9),
            ]
            if health is None:
                _say("NOT MEASURED: library_health. There is no health page (admin:sources_feed_health) yet.")
            else:
                found.append(sized("library_health", small, large, lambda library: library.get(health), rounds=15))
            found.append(stored(small, large))
    for comparison in found:
        print(report(comparison, note=NOTE), end="\n\n")
    for comparison in found:
        print(f"ratio {comparison.goal} {comparison.ratio:.3f}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
