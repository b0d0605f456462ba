"""Counts and coverage in the desk: read-only, the pipeline writes them. Shutdowns are entered here by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import admin
from django.utils import timezone

from accounts.read_only import ReadOnly
from monitoring.models import CoverageDay, DailyCount, Shutdown

if TYPE_CHECKING:
    from django.forms import ModelForm
    from django.http import HttpRequest

    from accounts.models import User


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


@admin.register(Shutdown)
class ShutdownAdmin(admin.ModelAdmin[Shutdown]):
    list_display = ("situation", "what", "place", "began_on", "ended_on", "entered_by")
    list_filter = ("what", "situation")
    list_select_related = ("situation", "entered_by")
    readonly_fields = ("entered_by", "entered_at")
    ordering = ("-began_on", "-id")

    def save_model(self, request: HttpRequest, obj: Shutdown, form: ModelForm[Shutdown], change: bool) -> None:
        if not change:
            obj.entered_by, obj.entered_at = cast("User", request.user), timezone.now()
        super().save_model(request, obj, form, change)
