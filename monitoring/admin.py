"""Counts and coverage in the desk: read-only, the pipeline writes them."""

from __future__ import annotations

from django.contrib import admin

from accounts.read_only import ReadOnly
from monitoring.models import CoverageDay, DailyCount


@admin.register(DailyCount)
class DailyCountAdmin(ReadOnly, admin.ModelAdmin[DailyCount]):
    list_display = ("situation", "date", "series", "value", "feeds_active", "feeds_expected", "is_complete")
    list_filter = ("series", "situation")
    list_select_related = ("situation",)
    ordering = ("-date", "situation", "series")


@admin.register(CoverageDay)
class CoverageDayAdmin(ReadOnly, admin.ModelAdmin[CoverageDay]):
    list_display = ("situation", "date", "seen", "expected")
    list_filter = ("situation",)
    list_select_related = ("situation",)
    ordering = ("-date", "situation")
