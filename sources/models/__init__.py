"""The library's tables: publishers, feeds, fetches, items with their revisions and snapshots, stories, and the
events of data sets.

Country-blind: nothing here knows what an item is about. Written by ``sources.ingest``, ``sources.doors``,
``sources.events`` and ``sources.stories`` only.
"""

from sources.models.arrivals import Arrival, Door, HandEntry, LeftOut, Mailbox, MailLeftOut, SenderCheck
from sources.models.embeddings import Embedding
from sources.models.events import EventDataset, EventImport, EventRecord
from sources.models.feeds import Feed, FeedFormat, FeedHold, FeedMove, Fetch, FetchState, StarterPack
from sources.models.health import FeedDay, Silence
from sources.models.items import DatePrecision, ExtractState, FullText, Item, Revision, Sighting
from sources.models.probes import Probe
from sources.models.publishers import Publisher, PublisherKind, ReusePolicy
from sources.models.readings import Bookmark, EarlierReading
from sources.models.search import SavedSearch, SavedSearchLook, SearchEntry, SearchLanguage
from sources.models.snapshots import Blob, Snapshot
from sources.models.stories import EvidenceLabel, Story, StoryDecision
from sources.models.websub import SubscriptionState, WebSubSubscription

__all__ = [
    "Arrival",
    "Blob",
    "Bookmark",
    "DatePrecision",
    "Door",
    "EarlierReading",
    "Embedding",
    "EventDataset",
    "EventImport",
    "EventRecord",
    "EvidenceLabel",
    "ExtractState",
    "Feed",
    "FeedDay",
    "FeedFormat",
    "FeedHold",
    "FeedMove",
    "Fetch",
    "FetchState",
    "FullText",
    "HandEntry",
    "Item",
    "LeftOut",
    "MailLeftOut",
    "Mailbox",
    "Probe",
    "Publisher",
    "PublisherKind",
    "ReusePolicy",
    "Revision",
    "SavedSearch",
    "SavedSearchLook",
    "SearchEntry",
    "SearchLanguage",
    "SenderCheck",
    "Sighting",
    "Silence",
    "Snapshot",
    "StarterPack",
    "Story",
    "StoryDecision",
    "SubscriptionState",
    "WebSubSubscription",
]
