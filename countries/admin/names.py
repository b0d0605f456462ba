"""Names in the desk: curators add what the machine should know; effective at once for what comes, and within
minutes for recent items that hold them (``tagging.again``)."""

from __future__ import annotations

from django.contrib import admin

from countries.models import Name


@admin.register(Name)
class NameAdmin(admin.ModelAdmin[Name]):
    list_display = ("text", "situation", "kind", "language", "is_ambiguous")
    list_filter = ("kind", "is_ambiguous", "situation")
    list_select_related = ("situation",)
    search_fields = ("text",)
    ordering = ("text", "id")
