"""Writes the golden editions anew from ``tests.factories.documents``: after a change that is meant."""

import dataclasses
import json
from pathlib import Path

from briefings.render.document import CalendarEntry, Document, to_json
from tests.factories import documents
from tests.factories.documents import claim


def flash() -> Document:
    return documents.rich(
        id="CAF-2013-12-24-flash1-v1",
        kind="flash",
        what_changed=(),
        key_developments=documents.DEVELOPMENTS[:1],
        calendar=(),
        assessment="Civilians on the airport road are in danger tonight.",
        alternative="",
        signs=(),
        local_perspective=(),
        actors=(),
        engaged=(),
        options=(),
        sources=tuple(entry for entry in documents.SOURCES if entry.number in {1, 2, 5}),
        corrections=(),
    )


def correction() -> Document:
    return documents.rich(id="CAF-2013-12-24-v2", version=2)


def fullest() -> Document:
    """Every section at its limit of entries, about 900 words in all."""
    rich = documents.rich()
    more = claim(
        17,
        "On the road from Bouar to the frontier traders counted eleven barriers on 22 December, four more than a week "
        "before. At three of them fighters asked for the name of the driver's quarter. Lorries with food for the camps "
        "were let through after a fee; two buses were sent back. No killing was reported on this road in the period.",
        (2, 7),
        headline="The western road stays open for goods, not for everyone.",
        label="corroborated",
        reports=4,
        origins=2,
    )
    actors = (
        claim(18, "Said to tax lorries between Bouar and the frontier.", (7,), name="Barrier groups on the western road",
              role="Non-state, local", attribution="alleged"),
        claim(19, "Denies that its patrols withdrew from the fifth arrondissement on 22 December.", (6,),
              name="French force", role="State force", attribution="disputed"),
    )  # fmt: skip
    engaged = (
        claim(20, "The regional economic community called a meeting of foreign ministers for 10 January.", (1,)),
        claim(21, "Church and Muslim leaders asked together for patrols at both camps.", (7,)),
        claim(22, "The World Food Programme began air drops north of Bossangoa on 21 December.", (3,)),
    )
    third = claim(
        23,
        "Let the three barracks named for confinement be counted on 26 December by observers whom both communities "
        "accept, and the count be published the same day: mission and religious leaders.",
        (4, 6),
        headline="Count who enters the barracks.",
        kind="judgement",
        risk="A low count could be taken as proof of bad faith.",
    )
    return dataclasses.replace(
        rich,
        key_developments=(*rich.key_developments, more),
        actors=(*rich.actors, *actors),
        engaged=(*rich.engaged, *engaged),
        options=(*rich.options, third),
        calendar=(
            *rich.calendar,
            CalendarEntry(rich.date.replace(day=28), "Funeral of the victims of 5 December in Bangui"),
            CalendarEntry(rich.date.replace(day=31), "Mandate of the regional force ends"),
        ),
    )


EDITIONS = {
    "quiet": documents.quiet,
    "flash": flash,
    "correction": correction,
    "fullest": fullest,
    "arabic": documents.arabic,
    "burmese": documents.burmese,
    "long-names": documents.long_names,
}

if __name__ == "__main__":
    for name, make in EDITIONS.items():
        path = Path(__file__).parent / f"{name}.json"
        path.write_text(
            json.dumps(to_json(make()), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
