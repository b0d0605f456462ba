"""Reads settings from the environment and refuses odd values at start, naming the variable and the value.

``NAME_FILE`` may hold the path of a file with the value instead (for secrets). Standard library only, no Django.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


class BadSetting(Exception):
    """An environment variable has a value that cannot be used; the message names it and says what is allowed."""


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that ``NAME_FILE`` names, or the default. Empty counts as unset."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE={path!r} cannot be read: {error.strerror}") from error
    return os.environ.get(name, "").strip() or default


def required(name: str, why: str) -> str:
    """The variable. Raises BadSetting with the reason where it is missing."""
    value = text(name)
    if not value:
        raise BadSetting(f"{name} is not set: {why}")
    return value


def boolean(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if not value:
        return default
    raise BadSetting(f"{name}={value!r} is neither true nor false (use 1 or 0)")


def integer(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    value = text(name)
    if not value:
        return default
    if not value.lstrip("-").isdigit() or not least <= int(value) <= most:
        raise BadSetting(f"{name}={value!r} is not a whole number from {least} to {most}")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise BadSetting(f"{name}={value!r} is not one of {', '.join(allowed)}")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def hosts(*services: str) -> list[str]:
    """The names of the hosts at these addresses; a bare word is a host itself. Sockets of this machine have none."""
    found = [urlsplit(service).hostname if "://" in service else service for service in services]
    return sorted({host.lower() for host in found if host and not host.startswith("/")})


def web(name: str) -> str:
    """An http(s) address of a service without a trailing slash, or "" where it is unset."""
    value = text(name).rstrip("/")
    try:
        is_good = not value or (urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).hostname))
        urlsplit(value).port  # noqa: B018 - reading it is what fails
    except ValueError:
        is_good = False
    if not is_good:
        raise BadSetting(f"{name} is not of the form https://host/v1")
    return value


def smtp(name: str, default: str) -> dict[str, object]:
    """``smtp://user:password@host:port?tls=1`` (or ``ssl=1``) as Django's EMAIL_* settings."""
    value = text(name, default)
    parts = urlsplit(value)
    try:
        port = parts.port or 25
    except ValueError as error:
        raise BadSetting(f"{name} has a port that is not a number from 0 to 65535") from error
    if parts.scheme != "smtp" or not parts.hostname:
        raise BadSetting(f"{name} is not of the form smtp://user:password@host:port?tls=1")
    query = parse_qs(parts.query)
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": query.get("tls") == ["1"],
        "EMAIL_USE_SSL": query.get("ssl") == ["1"],
    }


def imaps(name: str) -> str:
    """``imaps://user:password@host:993/Folder``, or "" where it is unset. Mail is read over TLS only."""
    value = text(name)
    if not value:
        return ""
    parts = urlsplit(value)
    try:
        port = parts.port
    except ValueError as error:
        raise BadSetting(f"{name} has a port that is not a number from 0 to 65535") from error
    if parts.scheme != "imaps" or not parts.hostname or not parts.username or not parts.password or port == 0:
        raise BadSetting(f"{name} is not of the form imaps://user:password@host/INBOX (a user like a%40b.org)")
    if not unquote(parts.path).isascii():
        raise BadSetting(f"{name} names a folder with other letters than ASCII, which are not understood here")
    return value
