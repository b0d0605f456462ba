"""Vocabularies in the desk: reference data, read-only."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from countries.models import Scheme, Term


class _Reference:
    """Loaded by ``load_reference``; a person reads it here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


@admin.register(Scheme)
class SchemeAdmin(_Reference, admin.ModelAdmin[Scheme]):
    list_display = ("title", "version", "is_current", "source_url")
    ordering = ("title", "version")


@admin.register(Term)
class TermAdmin(_Reference, admin.ModelAdmin[Term]):
    list_display = ("code", "label", "scheme", "status")
    list_filter = ("scheme", "status")
    list_select_related = ("scheme",)
    search_fields = ("code", "label")
    ordering = ("scheme", "position")
