"""What people do with stories: merge those that are one event, split those that are two, choose the evidence label and say
why. The machine never undoes it: it never moves an item that has a story, and is kept waiting while a person decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from sources.ingest.assign import alone, recount
from sources.models import EvidenceLabel, Item, Story, StoryDecision


class CannotMerge(Exception):
    """These stories cannot be made one. The message is fit for staff."""


class CannotLabel(Exception):
    """The label cannot be chosen so. The message is fit for staff."""


class CannotSplit(Exception):
    """These items cannot be taken out. The message is fit for staff."""


def merge(story: Story, *, into: Story, by: AbstractBaseUser, at: dt.datetime) -> Story:
    """All items of ``story`` stand in ``into``; ``story`` stays as an empty mark of where they went. A label that a person chose
    for it holds on for ``into``, unless a person chose one there. Raises CannotMerge."""
    with transaction.atomic():
        alone()
        locked = {
            row.pk: row for row in Story.objects.select_for_update().filter(pk__in=[story.pk, into.pk]).order_by("pk")
        }
        if story.pk == into.pk or len(locked) != 2:
            raise CannotMerge("Two different stories are needed.")
        if any(row.merged_into_id for row in locked.values()):
            raise CannotMerge("One of the stories has been merged already.")
        item_ids = list(Item.objects.filter(story=story).order_by("pk").values_list("pk", flat=True))
        Item.objects.filter(pk__in=item_ids).update(story=into, story_by_person=True)
        kept = "" if locked[into.pk].label_by_person else locked[story.pk].label_by_person
        if kept:
            Story.objects.filter(pk=into.pk).update(label_by_person=kept)
        Story.objects.filter(pk=story.pk).update(merged_into=into)
        # Those that pointed at the merged story follow, so that one step always leads to where the items are.
        Story.objects.filter(merged_into=story).update(merged_into=into)
        StoryDecision.objects.create(story=into, act="merge", item_ids=item_ids, label=kept, by_id=by.pk, at=at)
        recount([story.pk, into.pk])
    into.refresh_from_db()
    return into


def split(items: Sequence[Item], *, by: AbstractBaseUser, at: dt.datetime) -> Story:
    """These items stand in a new story of their own, titled after the earliest. Raises CannotSplit."""
    with transaction.atomic():
        alone()
        chosen = list(
            Item.objects.select_for_update().filter(pk__in=[item.pk for item in items]).order_by("reported_at", "pk")
        )
        stories = {item.story_id for item in chosen}
        if not chosen or None in stories or len(stories) != 1:
            raise CannotSplit("Items of one story are needed.")
        old_id = stories.pop()
        if not Item.objects.filter(story=old_id).exclude(pk__in=[item.pk for item in chosen]).exists():
            raise CannotSplit("At least one item has to stay in the story.")
        new = Story.objects.create(
            title=chosen[0].title, first_reported_at=chosen[0].reported_at, last_reported_at=chosen[-1].reported_at
        )
        item_ids = [item.pk for item in chosen]
        Item.objects.filter(pk__in=item_ids).update(story=new, story_by_person=True)
        StoryDecision.objects.create(story=new, act="split", item_ids=item_ids, by_id=by.pk, at=at)
        recount([pk for pk in (old_id, new.pk) if pk is not None])
    new.refresh_from_db()
    return new


def label(story: Story, choice: str, *, reason: str, by: AbstractBaseUser, at: dt.datetime) -> Story:
    """The story carries the person's label, or the derived one again where ``choice`` is "". Raises CannotLabel where nobody
    says why, where there is no such label, or where the story has been merged into another."""
    if choice and choice not in EvidenceLabel.values:
        raise CannotLabel("There is no such label.")
    if not reason.strip():
        raise CannotLabel("Say why.")
    with transaction.atomic():
        alone()
        if not Story.objects.standing().filter(pk=story.pk).update(label_by_person=choice):
            raise CannotLabel("The story has been merged into another.")
        StoryDecision.objects.create(story=story, act="label", label=choice, reason=reason.strip(), by_id=by.pk, at=at)
    story.refresh_from_db()
    return story


def origins(story: Story) -> tuple[int, str]:
    """How many independent origins the story has, and who they are, counted anew from its items."""
    recount([story.pk])
    story.refresh_from_db()
    return story.origin_count, story.origin_note
