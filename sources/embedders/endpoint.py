"""An OpenAI-compatible embeddings endpoint (POST …/embeddings) that the operator configured. Its one door: the address comes
from settings alone, and what goes there is titles and first paragraphs. No Django.

Time limits hold for connecting and for each read, and the whole batch has one; the answer has a size limit. Nothing is
followed to another address.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sources.embedders import DIMENSIONS, Passage, Unusable, Vector, unit

_BATCH = 32
_MOST_BYTES = 8_000_000
#: What endpoints say of a text that they do not take: empty, or too long for the model.
_REFUSALS = {400, 413, 422}


class _Refused(Unusable):
    """The endpoint works, and does not take what it was asked."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``url`` is the API's base, such as ``https://host/v1``. It must give vectors of 384 numbers, which are asked for where
    ``asks_size``."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 20.0
    asks_size: bool = False

    @property
    def name(self) -> str:
        return f"{self.model} at {urlsplit(self.url).hostname}"[:120]

    def embed(self, passages: Sequence[Passage]) -> list[Vector | None]:
        found: list[Vector | None] = []
        ends_at = time.monotonic() + self.timeout * 3
        for start in range(0, len(passages), _BATCH):
            found += self._ask_in_time([str(passage) for passage in passages[start : start + _BATCH]], ends_at)
        return found

    def _ask_in_time(self, texts: list[str], ends_at: float) -> list[Vector | None]:
        """Asks for all at once, and for each apart where the endpoint refuses them: one text that it does not take must not
        keep the others waiting for ever."""
        if time.monotonic() > ends_at:
            raise Unusable("the embeddings endpoint is too slow")
        try:
            return self._ask(texts)
        except _Refused as refused:
            if len(texts) == 1:
                raise
            found: list[Vector | None] = []
            for text in texts:
                try:
                    found += self._ask_in_time([text], ends_at)
                except _Refused:
                    found.append(None)
            if not any(found):
                raise refused from None  # not the texts, but how we ask
            return found

    def _ask(self, texts: list[str]) -> list[Vector | None]:
        body: dict[str, object] = {"model": self.model, "input": texts, "encoding_format": "float"}
        if self.asks_size:
            body["dimensions"] = DIMENSIONS
        try:
            status, answer = self._post(json.dumps(body).encode())
        except (OSError, http.client.HTTPException) as error:
            raise Unusable(f"the embeddings endpoint does not answer: {type(error).__name__}") from error
        if status != http.HTTPStatus.OK:
            kind = _Refused if status in _REFUSALS else Unusable
            raise kind(f"the embeddings endpoint answers with status {status}")
        return _read(answer, wanted=len(texts))

    def _post(self, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self.timeout)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            connection.request("POST", f"{parts.path.rstrip('/')}/embeddings", body, headers)
            response = connection.getresponse()
            return response.status, response.read(_MOST_BYTES + 1)
        finally:
            connection.close()


def _read(answer: bytes, *, wanted: int) -> list[Vector | None]:
    """The vectors of an answer in the order of the texts. Raises Unusable where it is none."""
    try:
        if len(answer) > _MOST_BYTES:
            raise ValueError("too long")
        rows = sorted(json.loads(answer)["data"], key=lambda row: int(row["index"]))
        found = [[float(number) for number in row["embedding"]] for row in rows]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unusable("the embeddings endpoint's answer is not understood") from error
    if len(found) != wanted:
        raise Unusable(f"the embeddings endpoint gave {len(found)} vectors for {wanted} texts")
    if any(len(numbers) != DIMENSIONS for numbers in found):
        raise Unusable(f"the embeddings endpoint's vectors are not of {DIMENSIONS} numbers")
    return [unit(numbers) for numbers in found]
