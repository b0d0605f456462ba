"""The bytes that were fetched, kept as evidence. Written by ``sources.snapshots``; never changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Blob(models.Model):
    """Bytes kept once, whoever served them: a compressed, content-addressed file behind Django's storage API."""

    sha256 = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text=_("bytes before compression"))

    def __str__(self) -> str:
        return self.sha256[:12]


class Snapshot(models.Model):
    """One retrieval: these bytes came from that address at that time. Never changes."""

    blob = models.ForeignKey(Blob, models.PROTECT, related_name="snapshots")
    url = models.URLField(max_length=2000)
    media_type = models.CharField(max_length=100, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    retrieved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.url} {self.retrieved_at:%Y-%m-%d %H:%M}"
