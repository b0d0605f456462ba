"""The Document: one edition as one immutable value, from which every output is made.

Page, PDF, plain text, mail parts and JSON are functions of this value, so they cannot disagree.
Nothing here reads the database, the clock or a setting; ``briefings.compose`` makes a Document from rows, and a
published edition keeps its Document as JSON and is rendered from that ever after.

Text fields hold plain text (never HTML). Text that came from outside (titles, quotations, publishers) may run in any
direction; templates wrap it in ``<bdi>`` or ``dir="auto"``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import json
import types
import typing
from dataclasses import dataclass
from typing import Any

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One numbered entry of the annex of sources: one revision of one item, as it was when it was quoted."""

    number: int
    publisher: str
    kind: str  # code of sources.models.PublisherKind: un, ngo, local_media, ...
    language: str  # BCP 47
    is_party: bool
    title: str
    url: str  # address of the original; shown as plain text where is_party
    published_at: dt.datetime | None
    published_precision: str  # second | minute | day | inferred
    retrieved_at: dt.datetime
    sha256: str  # of the stored text that the passages were taken from
    is_full_text_public: bool
    romanised_title: str = ""  # only where the title's script has no bundled font


@dataclass(frozen=True, slots=True)
class Passage:
    """A quoted passage: W3C Web Annotation text-quote and text-position selectors over the stored text."""

    id: str  # stable: "p" and the row's number
    source: int  # SourceEntry.number
    exact: str
    prefix: str
    suffix: str
    start: int  # code points from the beginning of the stored text
    end: int
    language: str
    place: str = ""  # "title", "feed" or "page": which stored text the offsets count in


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence group of the brief with the passages it rests on."""

    id: str
    kind: str  # claim | judgement
    headline: str  # bold judgement sentence; may be empty
    text: str
    label: str  # "" or code: confirmed corroborated single_source claimed_by_party disputed unverified
    mark: str  # "" or code: new updated corrected downgraded
    passages: tuple[Passage, ...]
    reports: int = 0  # items in the story it rests on; 0 where none
    origins: int = 0  # independent origins of that story
    # Actors section only:
    name: str = ""
    role: str = ""
    attribution: str = ""
    # Options section only:
    risk: str = ""
    judgements: tuple[
        str, ...
    ] = ()  # sentences of the text that are our judgement, single-spaced; the others claim facts

    @property
    def citations(self) -> tuple[int, ...]:
        """Numbers of the sources it cites, ascending, each once."""
        return tuple(sorted({passage.source for passage in self.passages}))


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A dated event to come."""

    date: dt.date
    text: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """A signal of the day that a person judged."""

    code: str  # risk factor or indicator of the UN Framework of Analysis: "8.3"
    text: str
    count: int  # independent reports in the 24 hours before the cut-off
    baseline: float | None  # their mean for a day over the 28 days before; None: nothing was counted
    verdict: str  # true | watch | false | duplicate


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of the 28-day strip: independent reports with their exposure."""

    date: dt.date
    value: int | None  # None: not counted (no data is not zero)
    feeds_active: int  # feeds that answered with success that day
    feeds_expected: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class CoverageGroup:
    """How many of the expected sources of one kind were seen."""

    kind: str
    expected: int
    seen: int
    silent: tuple[str, ...]  # names of the silent ones
    places: tuple[str, ...] = ()  # for each silent one the regions it reports from, by name; "" where none is known
    quieter: tuple[str, ...] = ()  # names of those that were seen and brought less than half of what they usually do


@dataclass(frozen=True, slots=True)
class Shutdown:
    """A network that was cut or closed, as a person entered it."""

    what: str  # internet | telephone | power | roads
    place: str
    began_on: dt.date
    ended_on: dt.date | None  # None: it lasts
    source_url: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the desk could see: printed in every edition, never left out."""

    expected: int
    seen: int
    groups: tuple[CoverageGroup, ...]
    note: str = ""  # what the desk says of its blind spots
    languages: tuple[str, ...] = ()  # of the situation, in which no source was expected; BCP 47
    regions: tuple[str, ...] = ()  # first-level regions, by name, that no source reports from
    regions_of: int = 0  # of how many; 0: nobody has said which regions any source reports from
    shutdowns: tuple[Shutdown, ...] = ()
    caution: str = (
        "Absence of reports is not absence of incidents."  # for readers of the JSON; other forms translate it
    )


@dataclass(frozen=True, slots=True)
class Correction:
    """What was wrong in an earlier version, since when, and which edition carried it."""

    edition_id: str
    text: str
    corrected_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Move:
    """One judgement that is another than in the last edition, and the cause that the editor gives."""

    what: str  # trend | level | likelihood
    before: str  # code of the trend, digit of the level, term of the scale in the edition's language
    after: str
    reason: str  # goes on after "because"; "" where none is given


@dataclass(frozen=True, slots=True)
class Track:
    """How often the term of likelihood that an edition uses came true until then, in all situations."""

    term: str  # in the edition's language
    came_true: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Document:
    """One edition, complete. Raises nothing; built by ``briefings.compose.compose``."""

    # 0 header strip
    id: str  # "CAF-2013-12-24-v1"
    situation_code: str
    situation_name: str
    language: str  # BCP 47 of the edition
    direction: str  # ltr | rtl
    date: dt.date
    kind: str  # routine | flash | quiet
    sequence: int
    version: int
    status: str  # draft | in_review | approved | published | corrected | withdrawn
    tlp: str  # "CLEAR"
    time_zone: str  # IANA
    period_start: dt.datetime
    period_end: dt.datetime  # the cut-off
    issued_at: dt.datetime | None
    next_issue_at: dt.datetime | None
    prepared_by: str  # a role, never a person: "Curator desk"
    approved_by: str  # a role, "" until approved
    is_sample: bool  # the reconstruction that ships with the project

    # 1 bottom line
    bottom_line: str
    trend: str  # worsening | unchanged | easing
    level: int  # 0..3
    level_since: dt.date | None
    likelihood: str
    confidence: str

    # 2 to 10
    what_changed: tuple[Claim, ...]
    key_developments: tuple[Claim, ...]
    calendar: tuple[CalendarEntry, ...]
    days: tuple[DayCount, ...]  # 28, oldest first
    assessment: str
    alternative: str
    signs: tuple[str, ...]
    local_perspective: tuple[Claim, ...]
    actors: tuple[Claim, ...]
    engaged: tuple[Claim, ...]
    options: tuple[Claim, ...]
    unknown: str
    coverage: Coverage

    # 11, 12
    sources: tuple[SourceEntry, ...]
    corrections: tuple[Correction, ...] = ()
    schema: int = SCHEMA_VERSION
    translated_from: str = ""  # BCP 47 of the edition that a person translated this one from; "" where it is the source
    source_id: str = ""  # id of that edition
    triggers: tuple[Trigger, ...] = ()  # section 4, before the calendar; only what a person has judged
    moves: tuple[Move, ...] = ()  # judgements that moved since the last edition of the situation
    moved_since: str = ""  # id of that edition; "" where there is none
    horizon: dt.date | None = None  # until when the likelihood speaks
    resolution_rule: str = ""  # by what the likelihood is judged to have come true
    track: Track | None = None  # only with enough resolved statements of the term

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim in reading order."""
        return (
            *self.what_changed,
            *self.key_developments,
            *self.local_perspective,
            *self.actors,
            *self.engaged,
            *self.options,
        )

    @property
    def is_quiet(self) -> bool:
        return self.kind == "quiet"

    def source(self, number: int) -> SourceEntry:
        """The entry with that number. Raises KeyError where there is none."""
        for entry in self.sources:
            if entry.number == number:
                return entry
        raise KeyError(number)

    def passages_of(self, number: int) -> tuple[Passage, ...]:
        """The passages quoted from that source, in reading order."""
        return tuple(p for claim in self.claims for p in claim.passages if p.source == number)


def to_json(document: Document) -> dict[str, Any]:
    """A JSON-safe dict: dates and times in ISO 8601, UTC offsets kept. ``from_json`` undoes it exactly."""
    return typing.cast(dict[str, Any], json.loads(canonical_bytes(document)))


def canonical_bytes(document: Document) -> bytes:
    """The bytes that are hashed and signed: sorted keys, no white space, UTF-8 (after RFC 8785 in spirit)."""
    return _canonical(dataclasses.asdict(document))


def _canonical(data: dict[str, Any]) -> bytes:
    return json.dumps(data, default=_iso, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


#: Fields that signing and issuing themselves set: what was approved is everything else.
_SET_BY_SIGNING = {"status": "", "issued_at": None, "next_issue_at": None, "approved_by": ""}


def content_hash(document: Document) -> str:
    """SHA-256 (hex) of what a person approves: the whole Document but for what signing and issuing set."""
    return hashlib.sha256(canonical_bytes(dataclasses.replace(document, **_SET_BY_SIGNING))).hexdigest()  # type: ignore[arg-type]


def stored_hash(data: dict[str, Any]) -> str:
    """The ``content_hash`` of a Document as ``to_json`` wrote it, taken from that itself.

    A Document read back has the fields that came to the schema since; they were not approved, so they do not count.
    """
    return hashlib.sha256(_canonical(data | _SET_BY_SIGNING)).hexdigest()


def from_json(data: dict[str, Any]) -> Document:
    """The Document that ``to_json`` wrote. Raises KeyError or ValueError on data that is not one."""
    return typing.cast(Document, build(Document, data))


def _iso(value: object) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


@functools.cache
def _hints(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    """Fields of a dataclass, their types, and whether they have a default. Read once: annotations cost most of ``from_json``."""
    hints = typing.get_type_hints(kind)
    return tuple(
        (field.name, hints[field.name], field.default is not dataclasses.MISSING) for field in dataclasses.fields(kind)
    )


def build(kind: Any, value: Any) -> Any:
    """``value`` (from JSON) as an instance of ``kind``, following the dataclasses' own annotations.

    A field that came to the schema later has a default, which stands for it in what was written before. Raises KeyError
    where a field without one is missing.
    """
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        inner = next(arg for arg in args if arg is not types.NoneType)
        return None if value is None else build(inner, value)
    if origin is tuple:
        return tuple(build(args[0], each) for each in value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind(
            **{
                name: build(hint, value[name])
                for name, hint, has_default in _hints(kind)
                if name in value or not has_default
            }
        )
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(value)
    if kind is dt.date:
        return dt.date.fromisoformat(value)
    return value
