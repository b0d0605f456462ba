"""Brings roles and reference data in line with this version of the project. Safe to run at every start."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.roles import sync_roles
from countries import reference


class Command(BaseCommand):
    help = "Load roles, vocabularies, situations, names and the catalogue of feeds. Idempotent."

    def handle(self, *args: object, **options: object) -> None:
        sync_roles()
        loaded = reference.load(activate_feeds=not settings.DEMO)
        self.stdout.write(
            f"reference data {reference.VERSION}: {loaded.situations} situations, {loaded.terms} terms, "
            f"{loaded.names} names, {loaded.feeds} feeds, {loaded.scopes} scopes"
        )
