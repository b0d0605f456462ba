"""The library's tables: publishers, feeds, fetches, items with their revisions and snapshots, stories.

Country-blind: nothing here knows what an item is about. Written by ``sources.ingest`` and ``sources.stories`` only.
"""

from sources.models.feeds import Feed, FeedFormat, FeedHold, FeedMove, Fetch, FetchState, StarterPack
from sources.models.health import FeedDay, Silence
from sources.models.items import DatePrecision, ExtractState, FullText, Item, Revision, Sighting
from sources.models.probes import Probe
from sources.models.publishers import Publisher, PublisherKind, ReusePolicy
from sources.models.snapshots import Blob, Snapshot
from sources.models.stories import Story, StoryDecision

__all__ = [
    "Blob",
    "DatePrecision",
    "ExtractState",
    "Feed",
    "FeedDay",
    "FeedFormat",
    "FeedHold",
    "FeedMove",
    "Fetch",
    "FetchState",
    "FullText",
    "Item",
    "Probe",
    "Publisher",
    "PublisherKind",
    "ReusePolicy",
    "Revision",
    "Sighting",
    "Silence",
    "Snapshot",
    "StarterPack",
    "Story",
    "StoryDecision",
]
