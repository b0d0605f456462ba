"""The whole of Curator on one machine, in the foreground: ``python -m curator.embedded [--demo | --smoke]``.

The command line: takes the state folder for itself, chooses ports, starts the engines and hands over to
``curator.session`` until Ctrl-C. State is kept in the folder that CURATOR_VAR names (default ``var``). What production
runs instead is in ``docker-compose.yml``.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import random
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from curator import children, engines
from curator.environment import BadSetting
from curator.session import ROOT, Plan, Session
from curator.supervisor import CommandFailed, Supervisor


class CannotStart(Exception):
    """What the person at the keyboard has to change first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 after Ctrl-C or a whole smoke run, 1 otherwise."""
    options = _options(arguments)
    try:
        base = Path(os.environ.get("CURATOR_VAR") or ROOT / "var").resolve()
        with _lock(base, smoke=options.smoke):
            return _run(options, base)
    except (CannotStart, CommandFailed, engines.EngineError) as error:
        _say(f"{error}")
        return 1
    except KeyboardInterrupt:
        return 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="curator.embedded", description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--demo", action="store_true", help="fetch, edit and send the bundled sample")
    mode.add_argument(
        "--smoke", action="store_true", help="the demo to its end on a scratch state, then count and stop"
    )
    parser.add_argument("--bind", default="127.0.0.1:8000", help="address and port to serve at (%(default)s)")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _lock(base: Path, *, smoke: bool) -> Iterator[None]:
    path = base / ("smoke.lock" if smoke else "supervisor.lock")
    with contextlib.ExitStack() as stack:
        try:
            base.mkdir(parents=True, exist_ok=True)
            stack.enter_context(children.sole_holder(path))
        except children.HeldByAnother as error:
            raise CannotStart(
                f"Curator already runs on {base} (process {error.holder}). Stop it first, or choose another folder "
                "with CURATOR_VAR."
            ) from error
        except OSError as error:
            raise CannotStart(
                f"The state folder {base} cannot be written: {error}. Choose another with CURATOR_VAR."
            ) from error
        yield


def _run(options: argparse.Namespace, base: Path) -> int:
    if (options.demo or options.smoke) and os.environ.get("CURATOR_ENV") == "production":
        raise CannotStart("The demo refuses CURATOR_ENV=production: its accounts are public. Unset that variable.")
    # The demo's rows and public passwords never share a database with real ones.
    state = base / "smoke" if options.smoke else base / "demo" if options.demo else base
    _clear_leftovers(state, wipe=options.smoke)
    plan = _plan(options, state)
    environment = _environment(plan)
    with _Signals() as signals, engines.running(state) as found:
        signals.eager = False
        environment |= {"DATABASE_URL": found.database_url, "REDIS_URL": found.redis_url}
        supervisor = Supervisor(root=ROOT, logs=state / "log", environment=environment, mark=str(state), say=_say)
        signals.supervisor = supervisor
        try:
            counts = Session(plan, found, supervisor, interrupted=signals.interrupted, say=_say).run()
        finally:
            signals.count = max(signals.count, 1)  # from now on one Ctrl-C more means: at once
            _say("Stopping.")
            supervisor.stop()
    if counts is not None:
        sys.stdout.write(f"{counts.line}\n")
        return counts.status
    return 0


def _clear_leftovers(state: Path, *, wipe: bool) -> None:
    Supervisor(root=ROOT, logs=state / "log", environment={}, mark=str(state), say=_say).clear_leftovers()
    if wipe:
        engines.stop_leftovers(state)
        shutil.rmtree(state, ignore_errors=True)


def _plan(options: argparse.Namespace, state: Path) -> Plan:
    host, _, digits = options.bind.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not digits.isdigit() or not 0 <= int(digits) <= 65535:
        raise CannotStart(f"--bind {options.bind!r} is not of the form 127.0.0.1:8000.")
    port = _free_port() if options.smoke else int(digits)
    if not _is_free(host, port):
        raise CannotStart(f"Port {port} on {host} is in use. Choose another, for example: PORT={port + 1} make demo")
    demo = options.demo or options.smoke
    sample_port = 8010 if not options.smoke and _is_free("127.0.0.1", 8010) else _free_port()
    mail_port = 8025 if not options.smoke and _is_free("127.0.0.1", 8025) else _free_port()
    return Plan(state, host, port, demo, options.smoke, sample_port, mail_port, _demo_accounts())


def _demo_accounts() -> tuple[tuple[str, str, str], ...]:
    """From the settings, which are read here for the first time: a bad value is named before anything is started."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curator.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        accounts: tuple[tuple[str, str, str], ...] = settings.DEMO_ACCOUNTS
    except (BadSetting, ImproperlyConfigured) as error:
        raise CannotStart(f"A setting is wrong: {error}") from error
    return accounts


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise CannotStart(f"{host}:{port} cannot be served at: {error.strerror}.") from error
    return True


def _free_port() -> int:
    """One below the range from which the system gives ports to outgoing connections: it is used only later."""
    while not _is_free("127.0.0.1", port := random.randrange(20000, 32000)):  # noqa: S311 - not a secret
        pass
    return port


def _environment(plan: Plan) -> dict[str, str]:
    environment = {**os.environ, "CURATOR_VAR": str(plan.state)}
    environment.setdefault("CURATOR_ENV", "development")
    environment.setdefault("SITE_URL", plan.address)
    if plan.demo:
        environment["CURATOR_DEMO"] = "1"
        environment["CURATOR_SAMPLE_PORT"] = str(plan.sample_port)
        environment["CURATOR_MAIL_PORT"] = str(plan.mail_port)
    return environment


class _Signals:
    """Ctrl-C, kill and a closed terminal: the first asks for an orderly stop, a second one kills what has not ended.
    While the engines start (``eager``) the first interrupts at once."""

    def __init__(self) -> None:
        self.count, self.eager = 0, True
        self.supervisor: Supervisor | None = None

    def __enter__(self) -> _Signals:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.eager:
            raise KeyboardInterrupt
        if self.count > 1 and self.supervisor is not None:
            self.supervisor.hurry = True

    def interrupted(self) -> bool:
        return self.count > 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
