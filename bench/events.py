"""What the coder finds in labelled reports, task by task: ``make bench-events``.

Prints precision, recall and F1 of every task, and one line ``ratio`` for each. The texts are other people's labelled
corpora in the folder of shared test data (CURATOR_SHARED_DATA); nothing of the coder was fitted to them. Their labels are
not ours: how each was mapped stands beside it. With ``--failures`` some texts are printed that went wrong.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from countries.tagging.coding.code import code
from countries.tagging.coding.values import Coded, Scheme

ROOT = Path(__file__).resolve().parent.parent
SHOWN_FROM = 0.5  # the threshold that the queue is delivered with


@dataclass
class Task:
    """One yes-or-no question asked of many texts."""

    name: str
    hits: int = 0
    misses: int = 0
    false: int = 0
    failures: list[str] = field(default_factory=list)

    def judge(self, *, said: bool, is_so: bool, text: str) -> None:
        self.hits += said and is_so
        self.misses += is_so and not said
        self.false += said and not is_so
        if said != is_so:
            self.failures.append(f"{'missed' if is_so else 'false'}: {' '.join(text.split())[:300]}")

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false) if self.hits + self.false else 0.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def rows(folder: Path, *names: str) -> Iterator[dict]:
    for name in names:
        with (folder / name).open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file)


def said(coded: Iterable[Coded], scheme: Scheme) -> set[str]:
    return {each.code for each in coded if each.scheme is scheme and each.score >= SHOWN_FROM}


def ask(name: str, texts: Iterable[tuple[str, str, bool]], answer: Callable[[tuple[Coded, ...]], bool]) -> Task:
    """One question over (language, text, whether it is so)."""
    task = Task(name)
    for language, text, is_so in texts:
        task.judge(said=answer(code("", text, language)), is_so=is_so, text=text)
    return task


def of_events(*codes: str) -> Callable[[tuple[Coded, ...]], bool]:
    return lambda coded: bool(said(coded, Scheme.EVENT) & set(codes))


def of_perpetrators(*codes: str) -> Callable[[tuple[Coded, ...]], bool]:
    return lambda coded: bool(said(coded, Scheme.PERPETRATOR) & set(codes))


# SATP's four labels: armed assault, bombing or explosion, kidnapping, other. The last is no type of ours.
SATP = (
    ("satp_armed_assault", 0, ("armed_clash", "offensive", "killing", "mass_killing")),
    ("satp_bombing", 1, ("bombing",)),
    ("satp_kidnapping", 2, ("abduction",)),
)


def satp(folder: Path) -> Iterator[Task]:
    found = list(rows(folder, "satp_relevant-dev.jsonl", "satp_relevant-test.jsonl"))
    for name, label, codes in SATP:
        yield ask(name, (("en", row["text"], bool(row["labels"][label])) for row in found), of_events(*codes))


VIOLENT = (
    "armed_clash",
    "offensive",
    "air_strike",
    "shelling",
    "bombing",
    "killing",
    "mass_killing",
    "abduction",
    "sexual_violence",
    "torture",
    "property_destruction",
    "attack_on_protected",
    "mob_violence",
    "protest_repressed",
    "siege",
)


def quad_class(folder: Path) -> Iterator[Task]:
    """CAMEO's classes by number; 4 is material conflict, which takes in protest, arrest, expulsion and blockade."""
    material = (*VIOLENT, "arrests", "protest", "forced_displacement", "deployment", "restriction")
    texts = (("en", row["text"], row["label"] == "4") for row in rows(folder, "cameo-quadclass-test.jsonl"))
    yield ask("cameo_material_conflict", texts, of_events(*material))


def muc(folder: Path) -> Iterator[Task]:
    """MUC-4: whether an incident is told at all, and whether its perpetrator stands in a sentence that we name."""
    found = list(rows(folder, "muc4-dev-test.jsonl"))
    texts = (("en", row["text"].capitalize(), any(row["roles"].values())) for row in found)
    yield ask("muc4_incident", texts, of_events(*VIOLENT, "threat"))
    task = Task("muc4_perpetrator_sentence")
    for row in found:
        names = [
            name.lower()
            for role in ("perp_individual_id", "perp_organization_id")
            for names in row["roles"][role]
            for name in names
        ]
        coded = [
            each
            for each in code("", row["text"], "en")
            if each.scheme is Scheme.PERPETRATOR and each.score >= SHOWN_FROM
        ]
        sentences = [" ".join(part.exact.lower().split()) for each in coded for part in each.passages]
        task.judge(
            said=any(name in sentence for name in names for sentence in sentences) if names else bool(sentences),
            is_so=bool(names),
            text=row["text"],
        )
    yield task


# CAMEO codes of the Spanish notes, by prefix.
CAMEO = (
    ("es_abduction", ("181",), ("abduction",)),
    ("es_threat", ("13",), ("threat",)),
    ("es_fight", ("18", "19", "20"), VIOLENT),
)
# Their actor codes: UAF and REB are both armed, unaligned or rebel; MIL and COP the State's.
ACTORS = (
    ("es_armed_group", ("REB", "UAF"), ("armed_group", "state_militia", "unknown")),
    ("es_state_force", ("MIL", "COP"), ("state_force",)),
)


def spanish_fight(folder: Path) -> Iterator[Task]:
    found = list(rows(folder, "es-fight.jsonl"))
    for name, prefixes, codes in CAMEO:
        texts = (
            ("es", row["text"], any(str(event["eventcode"]).startswith(prefixes) for event in row["events"]))
            for row in found
        )
        yield ask(name, texts, of_events(*codes))
    for name, actors, codes in ACTORS:
        texts = (
            ("es", row["text"], any((event["source"] or "")[3:6] in actors for event in row["events"])) for row in found
        )
        yield ask(name, texts, of_perpetrators(*codes))


def spanish_protest(folder: Path) -> Iterator[Task]:
    """PLOVER: PROTEST and MOBILIZE are one to us (strikes stand under both)."""
    found = list(rows(folder, "es-plover-protest.jsonl"))
    for name, plover, codes in (
        ("es_protest", {"PROTEST", "MOBILIZE"}, ("protest", "protest_repressed", "mob_violence")),
        ("es_assault", {"ASSAULT"}, VIOLENT),
        ("es_threaten", {"THREATEN"}, ("threat",)),
    ):
        texts = (("es", row["text"], any(event["plover"] in plover for event in row["events"])) for row in found)
        yield ask(name, texts, of_events(*codes))


def english_petrarch(folder: Path) -> Iterator[Task]:
    texts = (
        ("en", row["text"], any(str(event["eventcode"]).startswith(("18", "19", "20")) for event in row["events"]))
        for row in rows(folder, "en-petr2.jsonl")
    )
    yield ask("en_fight", texts, of_events(*VIOLENT))


def headlines(folder: Path) -> Iterator[Task]:
    """UCDP GED: headlines that belong to one event alone, English and French, against what the event was coded with.

    A headline's figure is right within the event's low and high. Of one-sided violence the first side is who did it.
    """
    with gzip.open(folder / "ged-car-1989-2022.geojson.gz") as file:
        events = [feature["properties"] for feature in json.load(file)["features"]]
    of = Counter(event["source_headline"] for event in events)
    alone = [event for event in events if of[event["source_headline"]] == 1 and ";" not in event["source_headline"]]
    killed, perpetrator = Task("ucdp_killed_in_headline"), Task("ucdp_perpetrator_in_headline")
    for event in alone:
        headline = event["source_headline"]
        coded = code(headline, "", "fr" if set(_words(headline)) & _FRENCH else "en")
        figures = {
            bound
            for each in coded
            if each.scheme is Scheme.HARM and each.code == "killed"
            for bound in (each.low, each.best, each.high)
            if bound is not None
        }
        stated = {_NUMBERS.get(word, int(word) if word.isdecimal() else 0) for word in _words(headline)}
        is_stated = bool(stated & {event["low"], event["best"], event["high"]} - {0})
        is_right = any(event["low"] <= figure <= event["high"] for figure in figures)
        killed.judge(said=is_right or (bool(figures) and not is_stated), is_so=is_stated or is_right, text=headline)
        named = said(coded, Scheme.PERPETRATOR)
        if event["type_of_violence"] == 3 and named - {"unknown"}:  # "armed men" accuses nobody
            is_state = event["side_a"].startswith("Government of ")
            kinds = {"state_force", "private_military"} if is_state else {"armed_group"}
            perpetrator.judge(said=True, is_so=bool(named & kinds), text=f"{event['side_a']}: {headline}")
    yield killed
    yield perpetrator


_FRENCH = frozenset(
    ["de", "la", "le", "les", "des", "du", "dans", "par", "une", "un", "et", "en", "à", "tués", "morts", "au"]
)
_NUMBERS = {
    word: number
    for words in (
        "zero one two three four five six seven eight nine ten eleven twelve",
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze",
    )
    for number, word in enumerate(words.split())
}


def _words(headline: str) -> list[str]:
    return re.findall(r"\w+", headline.lower())


def by_prototypes(conflibert: Path, petrarch: Path, count: int) -> Iterator[Task]:
    """The first texts of four tasks read as if their language had no lexicon, by the embedding model alone."""
    from countries.tagging.model import prototypes

    read = prototypes()
    if read is None:
        return
    notes = list(rows(petrarch, "es-fight.jsonl"))[:count]
    protests = list(rows(petrarch, "es-plover-protest.jsonl"))[:count]
    incidents = list(rows(conflibert, "satp_relevant-test.jsonl"))[:count]
    questions = (
        ("bombing", {"bombing"}, [(row["text"], bool(row["labels"][1])) for row in incidents]),
        (
            "abduction",
            {"abduction"},
            [(row["text"], any("181" in str(e["eventcode"]) for e in row["events"])) for row in notes],
        ),
        (
            "protest",
            {"protest", "protest_repressed", "mob_violence"},
            [(row["text"], any(e["plover"] in {"PROTEST", "MOBILIZE"} for e in row["events"])) for row in protests],
        ),
    )
    for name, codes, texts in questions:
        task = Task(f"prototypes_{name}")
        for text, is_so in texts:
            task.judge(said=bool(said(read.code("", text), Scheme.EVENT) & codes), is_so=is_so, text=text)
        yield task


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--failures", type=int, default=0, help="texts to print of each task that went wrong")
    parser.add_argument("--prototypes", type=int, default=0, help="texts to read with the embedding model too (slow)")
    asked = parser.parse_args()
    data = Path(os.environ.get("CURATOR_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not data.is_dir():
        sys.exit(f"no shared test data at {data}; CURATOR_SHARED_DATA may name another folder")
    started = time.process_time()
    conflibert, petrarch = data / "events-conflibert", data / "events-petrarch-multilingual"
    tasks = [
        *satp(conflibert),
        *quad_class(conflibert),
        *muc(conflibert),
        *english_petrarch(petrarch),
        *spanish_fight(petrarch),
        *spanish_protest(petrarch),
        *headlines(data / "events-ucdp-car"),
        *(by_prototypes(conflibert, petrarch, asked.prototypes) if asked.prototypes else ()),
    ]
    print(f"{'task':32}{'precision':>10}{'recall':>8}{'F1':>7}{'of':>6}")
    for task in tasks:
        print(f"{task.name:32}{task.precision:10.2f}{task.recall:8.2f}{task.f1:7.2f}{task.hits + task.misses:6}")
        for failure in random.Random(1).sample(task.failures, min(asked.failures, len(task.failures))):
            print("   ", failure)
    print(f"{time.process_time() - started:.0f} s of one core")
    for task in tasks:
        print(f"ratio events_{task.name} {task.f1:.3f}")


if __name__ == "__main__":
    main()
