"""How much every stage of the pipeline has produced. Reads rows; judges nothing."""

from __future__ import annotations

from pathlib import Path

from django.db.models import Sum

from briefings.models import Artefact, Edition, EditionStatus
from countries.models import Reads, Screening, Tag, TagSuggestion, TermSuggestion
from delivery.models import Digest, Dispatch, MailState
from monitoring.models import CoverageDay, DailyCount
from sample import mailbox
from sources.models import Embedding, Feed, Fetch, FullText, Item, Revision, Snapshot, Story


def of_stages(mail_folder: Path) -> dict[str, int]:
    """Stage to count, in the order in which work moves."""
    editions = Edition.objects
    signed = [EditionStatus.APPROVED, EditionStatus.PUBLISHED, EditionStatus.CORRECTED, EditionStatus.WITHDRAWN]
    return {
        "feeds": Feed.objects.active().count(),
        "fetches": Fetch.objects.count(),
        "entries": Fetch.objects.aggregate(total=Sum("entries"))["total"] or 0,
        "items": Item.objects.count(),
        "revisions": Revision.objects.count(),
        "snapshots": Snapshot.objects.count(),
        "full_texts": FullText.objects.count(),
        "languages": Item.objects.exclude(language_version="").count(),
        "vectors": Embedding.objects.exclude(vector=None).count(),
        "stories": Story.objects.standing().count(),
        "screenings": Screening.objects.filter(reads=Reads.SITUATIONS).count(),
        "suggestions": TagSuggestion.objects.count(),
        "terms": TermSuggestion.objects.count(),
        "tags": Tag.objects.current().count(),
        "daily_counts": DailyCount.objects.count(),
        "coverage": CoverageDay.objects.count(),
        "drafts": editions.count(),
        "approved": editions.filter(status__in=signed).count(),
        "published": editions.issued().count(),
        "pages": editions.issued().exclude(document=None).count(),
        "pdfs": Artefact.objects.filter(form__in=[Artefact.Form.PDF_A4, Artefact.Form.PDF_LETTER]).count(),
        "texts": Artefact.objects.filter(form=Artefact.Form.TEXT).count(),
        "digests": Digest.objects.count(),
        "dispatches": Dispatch.objects.filter(digest__state=MailState.SENT).count(),
        "mails": mailbox.count(mail_folder),
    }
