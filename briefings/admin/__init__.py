"""Editions in the desk: the editor, and what stands around it."""

from briefings.admin import editor, files, statements  # noqa: F401 - they register themselves
