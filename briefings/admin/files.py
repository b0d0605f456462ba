"""What stands around editions in the desk: files that were made or could not be (read only), dates kept for situations."""

from __future__ import annotations

from django.contrib import admin

from accounts.read_only import ReadOnly
from briefings.models import Artefact, Rendering, SituationDate


@admin.register(Artefact)
class ArtefactAdmin(ReadOnly, admin.ModelAdmin[Artefact]):
    list_display = ("name", "form", "size", "sha256", "made_at")
    list_filter = ("form",)
    search_fields = ("name", "sha256")
    ordering = ("-made_at", "name")


@admin.register(Rendering)
class RenderingAdmin(ReadOnly, admin.ModelAdmin[Rendering]):
    list_display = ("edition", "form", "attempts", "last_error", "next_attempt_at")
    list_select_related = ("edition__situation",)
    ordering = ("-attempts", "pk")


@admin.register(SituationDate)
class SituationDateAdmin(admin.ModelAdmin[SituationDate]):
    list_display = ("date", "situation", "language", "text")
    list_filter = ("situation",)
    list_select_related = ("situation",)
    ordering = ("date", "situation__name")
