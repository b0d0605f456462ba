"""Text as it is compared: lower case, without marks and variants of letters, hyphens as spaces. Plain Python.

One character stays one character.
"""

from __future__ import annotations

import re
import unicodedata


def _folding() -> dict[str, str]:
    """One character to one character: lower case, letters without marks, Arabic letters without variants."""
    table: dict[str, str] = {}
    for code in (*range(0x00C0, 0x0250), *range(0x0370, 0x0530), *range(0x1E00, 0x2000)):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if len(base) == 1 and base != chr(code):
            table[chr(code)] = base
    table.update(zip("øłđıŧħ", "oldith", strict=True))
    table.update(zip("’‘ʼ`ʻ-‐‑‒–\u05be\u00a0\u202f\n\r\t", "'''''" + 11 * " ", strict=True))
    table.update(zip("أإآٱىیةکۀہھے", "ااااييهكهههي", strict=True))
    return table


_FOLD = _folding()
#: Characters without weight in a name: combining marks of Latin, Hebrew and Arabic, tatweel, zero-width and bidi controls.
_DROPPED = {
    *map(chr, range(0x0300, 0x0370)),
    *map(chr, range(0x0591, 0x05C8)),
    *map(chr, range(0x064B, 0x0660)),
    *map(chr, (0x0670, 0x0640, 0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
} - {"\u05be"}  # the Hebrew hyphen parts words
# Most letters fold to themselves: a compiled search for the others is several times faster than str.translate.
_FOLDED = re.compile(f"[{re.escape(''.join(_FOLD))}]")
_UNUSUAL = re.compile(f"[{re.escape(''.join(sorted(_DROPPED)))}\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = str.maketrans("-\n\r\t", "    ")


def drop_marks(text: str) -> tuple[str, list[int] | None]:
    """The text without weightless characters, and where each of the others stood (None: where it stands now)."""
    if text.isascii() or not _UNUSUAL.search(text):
        return text, None
    text = _SURROGATE.sub("\ufffd", text)
    offsets = [index for index, char in enumerate(text) if char not in _DROPPED]
    return "".join([text[index] for index in offsets]), offsets


def fold(kept: str) -> str:
    """``kept`` (see drop_marks) as it is compared; as long as it was."""
    lowered = kept.lower()
    if lowered.isascii():
        return lowered.translate(_SPACES)
    if len(lowered) != len(kept):  # "İ" and a few others grow; keep their length
        lowered = "".join([char.lower()[0] for char in kept])
    return _FOLDED.sub(lambda match: _FOLD[match.group()], lowered)


def fold_name(name: str) -> str:
    """A name as ``fold`` would find it in a text: folded, without its weightless characters, single spaces."""
    return " ".join(fold(drop_marks(unicodedata.normalize("NFC", name))[0]).split())
