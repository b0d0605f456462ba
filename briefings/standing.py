"""What the last edition said that no longer stands as it was said: words its sources changed, labels that fell. Reads rows.

Two queries, whatever the edition holds.
"""

from __future__ import annotations

from collections.abc import Iterable

from briefings import passages
from briefings.drafting import Group
from briefings.models import ChangeMark, Claim, Edition, Passage
from sources.models import EvidenceLabel, Item, Story

#: From the best borne out to the least.
_ORDER = (
    EvidenceLabel.CONFIRMED,
    EvidenceLabel.CORROBORATED,
    EvidenceLabel.SINGLE_SOURCE,
    EvidenceLabel.CLAIMED_BY_PARTY,
    EvidenceLabel.UNVERIFIED,
    EvidenceLabel.DISPUTED,
)


def changed(previous: Edition | None) -> list[Group]:
    """One group for each story (or item without one) of which the edition no longer stands, what was corrected first."""
    if previous is None:
        return []
    quoted = list(
        Passage.objects.filter(claim__edition=previous)
        .select_related("claim__story", "revision")
        .order_by("claim__position", "claim_id", "pk")
    )
    items = {
        item.pk: item
        for item in Item.objects.filter(pk__in={each.revision.item_id for each in quoted}, current__isnull=False)
        .with_text()
        .select_related("story", "feed__publisher", "current__full_text")
    }
    found: dict[object, Group] = {}
    for passage in quoted:
        item = items.get(passage.revision.item_id)
        if item is not None and _is_corrected(passage, item):
            found.setdefault(
                item.story_id or ("item", item.pk),
                Group(
                    item.story,
                    (item,),
                    ChangeMark.CORRECTED,
                    item.story.label if item.story else "",
                    was=passage.exact,
                    is_of_period=False,
                ),
            )
    for passage in quoted:
        item, story = items.get(passage.revision.item_id), passage.claim.story
        if item is not None and story is not None and has_fallen(passage.claim.label, story.label):
            group = Group(
                story, (item,), ChangeMark.DOWNGRADED, story.label, was=passage.claim.label, is_of_period=False
            )
            found.setdefault(story.pk, group)
    return list(found.values())


def labels(previous: Edition | None) -> dict[int, str]:
    """The label that the edition gave each story, the best where it gave several."""
    if previous is None:
        return {}
    rows = Claim.objects.filter(edition=previous, story__isnull=False).exclude(label="").values_list("story", "label")
    given: dict[int, str] = {}
    for story, label in rows:
        if story is not None and (story not in given or has_fallen(label, given[story])):
            given[story] = label
    return given


def has_fallen(before: str, now: str) -> bool:
    """Whether the evidence is less than it was; nothing is said of an empty label."""
    return bool(before and now) and _ORDER.index(EvidenceLabel(now)) > _ORDER.index(EvidenceLabel(before))


def _is_corrected(passage: Passage, item: Item) -> bool:
    """Whether the item's text was changed since, and no longer holds the words that were quoted."""
    current = item.current
    if current is None or current.pk == passage.revision_id or current.number <= passage.revision.number:
        return False
    wanted = " ".join(passage.exact.split())
    places: Iterable[str] = [text for _, text in passages.texts(current)]
    return not any(wanted in " ".join(text.split()) for text in places)


def mark_of(story: Story | None, known: set[int | None], given: dict[int, str]) -> tuple[str, str]:
    """The mark of a story with new reports, and the label that it fell from where it did."""
    if story is None or story.pk not in known:
        return ChangeMark.NEW.value, ""
    before = given.get(story.pk, "")
    return (ChangeMark.DOWNGRADED.value, before) if has_fallen(before, story.label) else (ChangeMark.UPDATED.value, "")
