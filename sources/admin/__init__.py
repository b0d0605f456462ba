"""The library in the desk: what each source did, what came in, how it was grouped."""

from sources.admin import by_hand, events, feeds, items, mail, stories  # noqa: F401 - they register themselves
