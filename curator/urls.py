"""Addresses of the whole site."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from curator.views import healthz

urlpatterns = [
    path("", include("briefings.urls")),  # first: nearly every reader comes for these
    path("healthz", healthz, name="healthz"),
    path("desk/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("sources.urls")),
    path("", include("delivery.urls")),
]

if settings.DEMO:
    urlpatterns.insert(0, path("demo/", include("sample.urls")))
