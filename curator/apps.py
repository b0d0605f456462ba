"""App configurations of the project package: its system checks, and the admin as the curators' desk."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CuratorConfig(AppConfig):
    name = "curator"
    label = "curator"

    def ready(self) -> None:
        from curator import checks  # noqa: F401 - registers them


class CuratorAdminConfig(AdminConfig):
    default_site = "curator.desk.Desk"
