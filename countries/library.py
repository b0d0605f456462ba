"""Which items are about what, as a restriction for a search of the library. The library itself knows no countries."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from countries.models import Situation, Tag, TagSuggestion
from sources.models import Item

#: What people said of an item: it is about the situation (or about any), or nobody has said so.
TAGGED, UNTAGGED = "tagged", "untagged"
TAGGING = [(TAGGED, _("tagged by a person")), (UNTAGGED, _("not tagged"))]


def about(situation: Situation | None, tagging: str = "") -> QuerySet[Item] | None:
    """Items about a situation: tagged so, or suggested and not rejected; or only those a person tagged, or only those
    that nobody did. Without a situation, those tagged with any or with none. None restricts nothing."""
    if situation is None and tagging not in {TAGGED, UNTAGGED}:
        return None
    tags = Tag.objects.standing().situations().filter(item=OuterRef("pk"))
    if situation is None:
        is_tagged = Exists(tags)
        return Item.objects.filter(is_tagged if tagging == TAGGED else ~is_tagged)
    suggested = Exists(TagSuggestion.objects.undecided().filter(item=OuterRef("pk"), situation=situation))
    is_tagged = Exists(tags.filter(situation=situation))
    if tagging == TAGGED:
        return Item.objects.filter(is_tagged)
    return Item.objects.filter(suggested if tagging == UNTAGGED else is_tagged | suggested)
