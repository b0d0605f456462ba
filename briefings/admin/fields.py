"""Form fields of the editor. Opening and saving an edition unchanged must not count as writing in it."""

from __future__ import annotations

from django import forms


class Prose(forms.CharField):
    """Plain text of several lines. A browser sends CR LF: that alone is no change."""

    widget = forms.Textarea

    def to_python(self, value: object) -> str:
        return _lines_ended_alike(str(super().to_python(value) or ""))

    def has_changed(self, initial: object, data: object) -> bool:
        return _lines_ended_alike(str(initial or "")).strip() != _lines_ended_alike(str(data or "")).strip()


class Lines(Prose):
    """A list of short texts, one on each line."""

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        return [line.strip() for line in self.to_python(value).splitlines() if line.strip()]

    def has_changed(self, initial: object, data: object) -> bool:
        return (initial or []) != self.clean(data)


def _lines_ended_alike(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
