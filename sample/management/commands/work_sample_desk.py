"""Plays the demo's people once the pipeline has read the sample: they tag, write, sign and publish; a reader subscribes.

Safe to run at every start of the demo: what stands is left as it is.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from briefings.models import Edition
from countries.clock import edition_now
from sample import content, editions, outlets, pipeline, play, reader
from sample.server import HOST
from sample.site import Site


class Command(BaseCommand):
    help = "Play the demo's desk and its first subscriber, then say where to look. Idempotent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--patience", type=float, default=300, help="seconds in which nothing moves before giving up (%(default)s)"
        )

    def handle(self, *args: object, patience: float, **options: object) -> None:
        self.patience = patience
        self.started = time.monotonic()
        try:
            editions_issued = self._work_desk()
            self._subscribe()
        except (pipeline.StillWaiting, play.CannotPlay, reader.NoLink) as error:
            raise CommandError(str(error) or "the mail that asks to confirm holds no link") from error
        except User.DoesNotExist as error:
            raise CommandError("The demo accounts are not there: run `manage.py load_sample` first.") from error
        self._say_where_to_look(editions_issued)

    def _work_desk(self) -> Sequence[Edition]:
        library, everybody, written = content.load(), outlets.load(), editions.load()
        paths = Site(everybody, library, base=f"http://{HOST}:{settings.SAMPLE_PORT}").article_paths()
        self._wait(lambda: pipeline.unread(library, everybody, paths), "Reading the sample's feeds")
        self._say(f"read {len(library)} articles from {len(everybody)} feeds")
        self._wait(lambda: pipeline.unchanged(library, everybody, paths), "Looking at the feeds a second time")
        self._say("looked a second time: texts have changed and one feed has died")
        desk = play.Desk(self._account("curator"), self._account("editor"), pipeline.items_by_article(library, paths))
        tagged = play.tag(desk, library, at=edition_now())
        self._say(
            f"the curator accepted {tagged.accepted} suggestions, rejected {tagged.rejected}, added {tagged.added} "
            f"that were missed and set {tagged.terms} risk indicators"
        )
        stories = play.sort_stories(desk, library, written, at=edition_now())
        self._say(f"the curator merged {stories.merged} stories of one event and split {stories.split} of two")
        play.set_phases(desk)
        held = play.held(written)
        issued = []
        for each in written:
            edition = play.issue(desk, each, is_held=each is held)
            self._say(f"{edition.public_id}: {edition.get_status_display()}")
            issued.append(edition)
        self._wait(pipeline.unrendered, "Rendering what was published")
        self._say("every published edition has its PDFs, plain text and JSON")
        return issued

    def _subscribe(self) -> None:
        folder = settings.MAIL_CATCHER_DIR
        if reader.subscriber() is None:
            reader.ask(at=timezone.now())
            self._wait(lambda: reader.unconfirmed(folder), "Asking for the daily mail")
            reader.confirm(folder, at=timezone.now())
            self._say(f"{reader.ADDRESS} has confirmed the subscription")
        self._wait(lambda: reader.undelivered(folder), "Sending the daily mail")
        self._say(f"the daily mail to {reader.ADDRESS} has arrived")

    def _say_where_to_look(self, issued: Sequence[Edition]) -> None:
        newest = max(issued, key=lambda edition: (edition.published_at is not None, edition.date))
        places = (
            ("front page", reverse("briefings:front")),
            ("edition", reverse("briefings:edition", args=[newest.public_id])),
            ("mail", reverse("demo:mail")),
            ("desk", reverse("admin:index")),
        )
        self.stdout.write("")
        for name, path in places:
            self.stdout.write(f"  {name:<11} {settings.SITE_URL}{path}")
        self.stdout.write(f"  {'sources':<11} http://{HOST}:{settings.SAMPLE_PORT}/")
        for email, password, role in settings.DEMO_ACCOUNTS:
            self.stdout.write(f"  {role:<14} {email}  {password}")
        waiting = [edition.public_id for edition in issued if edition.status == "in_review"]
        if waiting:
            self.stdout.write(f"  {', '.join(waiting)} waits for its second key: sign in as the editor and approve it.")

    def _account(self, role: str) -> User:
        email = next(email for email, _, name in settings.DEMO_ACCOUNTS if name == role)
        return User.objects.get(email=email)

    def _wait(self, missing: Callable[[], Sequence[str]], what: str) -> None:
        pipeline.wait(missing, what=what, patience=self.patience)

    def _say(self, text: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.started:5.1f} s] {text}")
        self.stdout.flush()
