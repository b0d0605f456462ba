"""Vocabularies in the desk: reference data, read-only."""

from __future__ import annotations

from django.contrib import admin

from accounts.read_only import ReadOnly
from countries.models import Scheme, Term


@admin.register(Scheme)
class SchemeAdmin(ReadOnly, admin.ModelAdmin[Scheme]):
    list_display = ("title", "version", "is_current", "source_url")
    ordering = ("title", "version")


@admin.register(Term)
class TermAdmin(ReadOnly, admin.ModelAdmin[Term]):
    list_display = ("code", "label", "scheme", "status")
    list_filter = ("scheme", "status")
    list_select_related = ("scheme",)
    search_fields = ("code", "label")
    ordering = ("scheme", "position")
