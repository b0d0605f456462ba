"""The curators' desk for what items are about: the queue, situations, vocabularies, names."""

from countries.admin import names, situations, vocabularies  # noqa: F401 - they register themselves
