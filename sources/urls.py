"""Addresses of the library that others call."""

from __future__ import annotations

from django.urls import re_path

from sources import callbacks

app_name = "sources"
urlpatterns = [re_path(r"^websub/(?P<token>[\w-]{43})$", callbacks.websub, name="websub")]
