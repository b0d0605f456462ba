"""The languages that pages and mails speak, and how an address says which (docs/decisions/0031).

``/fr/method/`` is the page ``/method/`` in French; English has no prefix. No cookie and no header has a say, so the same
address is the same page for everybody and may be kept by any cache. Reads settings; no rows, no request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation

_PREFIX = re.compile(r"/(?P<language>[a-z]{2})(?P<rest>/.*)", re.DOTALL)


def offered() -> tuple[str, ...]:
    """The codes of the languages there are, English first."""
    return tuple(code for code, _ in settings.LANGUAGES)


def nearest(language: str) -> str:
    """The offered language that speaks best to readers of that one (BCP 47): its base, else the default."""
    base = language.split("-")[0].lower()
    return base if base in offered() else _default()


def own_name(language: str) -> str:
    """What speakers of an offered language call it: Français."""
    name = str(LANG_INFO[language]["name_local"])
    return name[:1].upper() + name[1:]


def language_name(code: str, language: str) -> str:
    """A language's name in another one (CLDR): fr in English is French. The code itself where there is no name."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
        name = Locale.parse(code.replace("-", "_")).get_display_name(locale)
    except (UnknownLocaleError, ValueError):
        return code
    return name or code


def split(path: str) -> tuple[str, str]:
    """The language that a path names ("" where it names none) and the path without it."""
    match = _PREFIX.fullmatch(path)
    if match is None or match["language"] == _default() or match["language"] not in offered():
        return "", path
    return match["language"], match["rest"]


def path_in(path: str, language: str) -> str:
    """The path of the same page in an offered language."""
    return path if language == _default() else f"/{language}{path}"


def address_in(path: str, language: str) -> str:
    """The path as ``reverse`` gave it here, leading to the language nearest to that one."""
    return path_in(split(path)[1], nearest(language))


@contextmanager
def speaking(language: str, *, prefix: str = "") -> Iterator[None]:
    """Inside, words are in the offered language nearest to that one, and ``reverse`` leads to pages in it.

    ``prefix`` is the language that links lead to where it is another one.
    """
    language = nearest(language)
    before = get_script_prefix()
    set_script_prefix(path_in("/", prefix or language))
    try:
        with translation.override(settings.LANGUAGE_CODE if language == _default() else language):
            yield
    finally:
        set_script_prefix(before)


@lru_cache
def _default() -> str:
    return settings.LANGUAGE_CODE.split("-")[0]
