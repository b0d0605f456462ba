"""Static files straight from their folders (nothing is collected for a test run), and a file store of each test's own."""

import pytest


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
