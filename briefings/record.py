"""What the public record shows, as values: corrections, how judgements moved, how often words of likelihood came true.

Reads only what has been issued; reads no clock.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from briefings import calibration, judgements, scales
from briefings.compose import document_of
from briefings.models import Edition, EditionStatus, Resolution, Statement, Step
from briefings.render.document import Move
from countries.models import Situation


@dataclass(frozen=True, slots=True)
class Mistake:
    """An issued edition that was wrong: what, who said so when, and what stands instead ("" where it was withdrawn)."""

    situation: Situation
    edition_id: str
    issued_at: dt.datetime | None  # since when it was wrong
    is_withdrawn: bool
    text: str
    mended_at: dt.datetime | None
    replaced_by: str
    language: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one issued edition judged, and what of it moved since the edition before."""

    edition_id: str
    date: dt.date
    language: str
    direction: str
    trend: str
    level: int
    likelihood: str
    moves: tuple[Move, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed likelihood and what became of it."""

    statement: Statement
    term: str
    resolution: Resolution | None


@dataclass(frozen=True, slots=True)
class Row:
    """One term of the scale with its band and figures."""

    term: str
    low: float
    high: float
    score: calibration.Score


@dataclass(frozen=True, slots=True)
class Words:
    """How often our words came true."""

    rows: tuple[Row, ...]
    total: calibration.Score
    unresolvable: int
    open: int
    untestable: int  # editions with a likelihood that nobody can judge: no horizon or no rule was given


def mistakes(situation: Situation | None = None) -> list[Mistake]:
    """Every correction and withdrawal, the newest first."""
    issued = Edition.objects.issued().select_related("situation").defer("document", "measured")
    if situation is not None:
        issued = issued.filter(situation=situation)
    found = [mistake for edition in issued.filter(version__gt=1) if (mistake := _corrected(edition)) is not None]
    found += [_withdrawn(edition) for edition in issued.filter(status=EditionStatus.WITHDRAWN)]
    return sorted(found, key=lambda each: each.mended_at or dt.datetime.min.replace(tzinfo=dt.UTC), reverse=True)


def mistake_of(edition: Edition) -> Mistake | None:
    """What was wrong with this edition; None where it stands."""
    if edition.status == EditionStatus.WITHDRAWN:
        return _withdrawn(edition)
    if edition.status != EditionStatus.CORRECTED:
        return None
    later = Edition.objects.versions_of(edition).issued().filter(version__gt=edition.version)
    following = later.select_related("situation").defer("document", "measured").order_by("version").first()
    return _corrected(following) if following is not None else None


def _corrected(later: Edition) -> Mistake | None:
    wrong = Edition.objects.versions_of(later).issued().filter(version__lt=later.version).order_by("-version")
    edition = wrong.select_related("situation").defer("document", "measured").first()
    if edition is None:
        return None
    return Mistake(
        later.situation, edition.public_id, edition.published_at, False, later.correction_note, later.published_at,
        later.public_id, later.language,
    )  # fmt: skip


def _withdrawn(edition: Edition) -> Mistake:
    step = Step.objects.filter(edition=edition, act=Step.Act.WITHDRAWN).order_by("-at").first()
    return Mistake(
        edition.situation, edition.public_id, edition.published_at, True, step.note if step else "",
        step.at if step else None, "", edition.language,
    )  # fmt: skip


def judgement_log(editions: list[Edition]) -> list[Judgement]:
    """What each of these issued editions judged, in the order given."""
    log = []
    for edition in editions:
        document = document_of(edition)
        log.append(
            Judgement(
                document.id, document.date, document.language, document.direction, document.trend, document.level,
                document.likelihood, document.moves, document.status,
            )
        )  # fmt: skip
    return log


def words(language: str, situation: Situation | None = None) -> Words:
    """The figures, of one situation or of all; terms in that language as far as the scale speaks it."""
    statements = Statement.objects.all()
    likelihoods = Edition.objects.issued().filter(version=1).exclude(likelihood="")
    if situation is not None:
        statements = statements.filter(edition__situation=situation)
        likelihoods = likelihoods.filter(situation=situation)
    found = list(statements.with_outcome())
    judged = judgements.outcomes(found)
    return Words(
        rows=tuple(
            Row(_term(score.term or 0, language), *calibration.BANDS[score.term or 0], score)
            for score in calibration.scores(judged)
        ),
        total=calibration.total(judged),
        unresolvable=sum(getattr(each, "outcome", "") == Resolution.Outcome.UNKNOWN for each in found),
        open=sum(not getattr(each, "outcome", "") for each in found),
        untestable=likelihoods.filter(horizon=None).count()
        + likelihoods.exclude(horizon=None).filter(resolution_rule="").count(),
    )


def printed(language: str, situation: Situation | None = None, *, limit: int = 200) -> list[Printed]:
    """The statements with what became of them, the latest horizon first."""
    found = Statement.objects.select_related("edition__situation").prefetch_related("resolutions")
    if situation is not None:
        found = found.filter(edition__situation=situation)
    return [
        Printed(
            each,
            _term(each.term, language),
            max(each.resolutions.all(), key=lambda resolution: (resolution.at, resolution.pk), default=None),
        )
        for each in found.defer("edition__document", "edition__measured").order_by("-horizon", "-id")[:limit]
    ]


def _term(place: int, language: str) -> str:
    return scales.LIKELIHOOD.get(language.split("-")[0], scales.LIKELIHOOD["en"])[place]
