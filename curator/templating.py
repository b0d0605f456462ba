"""Django's templates, with one door at their end: whatever comes out is neutral (``sources.display``).

Pages, mails and PDFs are all made from templates, so that no template has to remember it. Named by ``TEMPLATES``.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates, Template
from django.template.base import Template as Compiled
from django.utils.safestring import SafeString, mark_safe

from sources.display import neutral


class NeutralTemplate(Template):
    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:
        # What was escaped stays so: characters are taken out, none is put in.
        return mark_safe(neutral(super().render(context, request)))  # noqa: S308


class NeutralTemplates(DjangoTemplates):
    """The backend. Everything else is Django's."""

    def from_string(self, template_code: str) -> NeutralTemplate:
        return NeutralTemplate(self.engine.from_string(template_code), self)

    def get_template(self, template_name: str) -> NeutralTemplate:
        return _wrapped(super().get_template(template_name), self)


def _wrapped(template: Template, backend: DjangoTemplates) -> NeutralTemplate:
    compiled: Compiled = template.template
    return NeutralTemplate(compiled, backend)
