"""Counts and coverage in the desk: read-only, the pipeline writes them."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from monitoring.models import CoverageDay, DailyCount


class _Counted:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


@admin.register(DailyCount)
class DailyCountAdmin(_Counted, admin.ModelAdmin[DailyCount]):
    list_display = ("situation", "date", "series", "value", "feeds_active", "feeds_expected", "is_complete")
    list_filter = ("series", "situation")
    list_select_related = ("situation",)
    ordering = ("-date", "situation", "series")


@admin.register(CoverageDay)
class CoverageDayAdmin(_Counted, admin.ModelAdmin[CoverageDay]):
    list_display = ("situation", "date", "seen", "expected")
    list_filter = ("situation",)
    list_select_related = ("situation",)
    ordering = ("-date", "situation")
