"""``makemessages`` as this project runs it: ``manage.py makemessages --all``.

Nothing is guessed (a fuzzy translation looks like a finished one), lines are not numbered (the catalogue changes only with
its words), and what the tests and the measurements say is not translated.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.msgmerge_options = [*self.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        options["ignore_patterns"] += ["tests", "bench", "scripts", "var", ".venv", "staticfiles"]
        super().handle(*args, **options | {"add_location": "file", "no_wrap": True, "no_obsolete": True})
