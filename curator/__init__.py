"""The Django project: settings, addresses, schedule, system checks and the embedded services. Imported by no app."""

from curator.celery import app as celery_app

__all__ = ["celery_app"]
