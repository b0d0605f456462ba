"""Postgres refuses to run as root: find the account it runs as instead, and bring it to files it may not reach.

No folder's mode is ever changed. A data folder below one that only root may enter (/root, say) is handed over as an
open file descriptor: ``/proc/self/fd/N`` leads into it without passing the parents. Programs have to be found by their
real name, so where the account cannot reach ours they are copied once, to a folder below /var/lib.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from curator.children import Account

ACCOUNT_NAME = "curator-engine"
COPIES = Path("/var/lib/curator-engine")


def account_for(folder: Path) -> Account | None:
    """Whom to run as: None (ourselves) unless we are root; then the folder's owner, if it exists and is not root, or
    an account made for this. Not ``postgres``: that one owns the machine's own databases."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
        try:
            return _account(pwd.getpwuid(owner))
        except KeyError:
            pass  # the owner has no name here (a folder from elsewhere); initdb insists on one
    try:
        return _account(pwd.getpwnam(ACCOUNT_NAME))
    except KeyError:
        return _new_account()


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _new_account() -> Account:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    words = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run([*words, "--shell", "/usr/sbin/nologin", ACCOUNT_NAME], check=True, capture_output=True)  # noqa: S603
        return _account(pwd.getpwnam(ACCOUNT_NAME))
    except (OSError, subprocess.CalledProcessError, KeyError):
        return _account(pwd.getpwnam("nobody"))  # no useradd, or /etc is read-only: the account every system has


def give(folder: Path, account: Account | None) -> None:
    """The folder and all in it belong to the account afterwards. Links are not followed."""
    if account is None or folder.stat().st_uid == account.uid:
        return
    for path, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            os.chown(Path(path) / name, account.uid, account.gid, follow_symlinks=False)
    os.chown(folder, account.uid, account.gid)


def reachable_programs(root: Path, account: Account | None, *, version: str) -> Path:
    """``root`` (the wheel's folder with bin/, lib/ and share/), or a copy of it that the account can execute."""
    if account is None or _can_execute(root / "bin" / "postgres", account):
        return root
    # The programs look for their libraries beside the package, so both folders keep their places to each other.
    wanted = [root, *root.parent.parent.glob(f"{root.parent.name}.libs")]
    copy = COPIES / version
    if not copy.exists():
        COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = COPIES / f".{version}.{os.getpid()}"
        for folder in wanted:
            target = fresh / folder.relative_to(root.parent.parent)
            shutil.copytree(folder, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        fresh.rename(copy)
    return copy / root.relative_to(root.parent.parent)


def _can_execute(program: Path, account: Account) -> bool:
    """Asked of the kernel, as that account, since modes alone tell neither of access lists nor of mounts."""
    words = [shutil.which("test") or "/usr/bin/test", "-x", str(program)]
    done = subprocess.run(  # noqa: S603 - no shell
        words, user=account.uid, group=account.gid, extra_groups=[], cwd="/", check=False
    )
    return done.returncode == 0
