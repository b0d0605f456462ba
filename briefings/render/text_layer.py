"""The text of a PDF as it was written, in every script: one glyph for each cluster of characters.

WeasyPrint 70 gives each glyph the text of the first cluster that it was ever seen in, and where a cluster has several
glyphs, all of its text to the last. In Burmese, Bengali, Devanagari or Naskh, where letters are built of parts that
return in other letters, what is searched, copied or read aloud is then not what was written.

Here a cluster that is more than one plain glyph becomes a glyph of its own in the embedded font: a TrueType composite
of the parts that the shaper chose, where it put them. One code, one advance, one text: every reader of PDF can tell what
it stands for, also those that know nothing of ActualText. Lines of plain Latin take WeasyPrint's own way.

Right-to-left text lies in a PDF from left to right, and readers turn it round, character by character. There a cluster
of several characters is written as as many codes, the last character first: the first code draws all of it, the others
draw nothing.

Composites: OpenType 1.9, "glyf", composite glyph description. Text of codes: ISO 32000-1, 9.10.3 (ToUnicode).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from typing import Any

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import ROUND_XY_TO_GRID, Glyph, GlyphComponent
from weasyprint.draw import text as drawing
from weasyprint.pdf import stream as streams
from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango

#: Below this every cluster of our fonts is one glyph of its own: the Latin blocks.
_FIRST_COMBINING = "\u0300"
#: Controls of direction: what they say is in the order of the glyphs already.
_UNWRITTEN = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_by_weasyprint = drawing.draw_first_line


@dataclass(frozen=True, slots=True)
class Part:
    """One glyph of a cluster, moved from the cluster's start, in units of the font."""

    glyph: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Characters that are drawn together: their text, their glyphs, and how far they move the pen (in em)."""

    text: str
    parts: tuple[Part, ...]
    advance: float


class ClusterFont(Font):  # type: ignore[misc]
    """An embedded font that can be given glyphs made of its own."""

    file_content: bytes

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.joined: dict[tuple[str, tuple[Part, ...]], int] = {}

    @property
    def can_join(self) -> bool:
        return "glyf" in self.tables and not (self.bitmap or self.png or self.svg or self.colr)

    def get_unused_glyph_id(self, codepoint: int) -> int:
        if codepoint not in self.missing:
            self.missing[codepoint] = self._next_code()
        return int(self.missing[codepoint])

    def code(self, cluster: Cluster) -> int:
        """What is written for that cluster: its glyph where that always stands for this text, else one made for it."""
        if len(cluster.parts) == 1 and cluster.parts[0] == (part := Part(cluster.parts[0].glyph, 0, 0)):
            known = self.to_unicode.setdefault(part.glyph, cluster.text)
            if known == cluster.text:
                return part.glyph
        key = (cluster.text, cluster.parts)
        if key not in self.joined:
            code = self.joined[key] = self._next_code()
            self.to_unicode[code] = cluster.text
            self.widths[code] = max(0, round(cluster.advance * 1000))  # a lone accent may step back
        return self.joined[key]

    def clean(self, to_unicode: dict[int, str], hinting: bool) -> None:
        """What WeasyPrint does, with the parts kept and the joined glyphs added."""
        made = set(self.joined.values())
        used = {glyph: text for glyph, text in to_unicode.items() if glyph not in made}
        used |= {part.glyph: "" for _, parts in self.joined for part in parts}
        super().clean(used, hinting)
        if self.joined:
            self._add_joined()

    def _next_code(self) -> int:
        return int(self.glyph_count) + len(self.missing) + len(self.joined)

    def _add_joined(self) -> None:
        font = TTFont(BytesIO(self.file_content), recalcTimestamp=False)
        outlines, metrics = font["glyf"], font["hmtx"].metrics
        names = list(font.getGlyphOrder())
        made = {code: parts for (_, parts), code in self.joined.items()}
        for code in range(len(names), max(made) + 1):  # codes are glyphs, so that none may be left out between
            name = f"joined{code}"
            outlines[name] = _composite([(names[part.glyph], part) for part in made.get(code, ())])
            metrics[name] = (round(self.widths.get(code, 0) * self.upem / 1000), 0)
            names.append(name)
        font.setGlyphOrder(names)
        for code in made:
            outline = outlines[names[code]]
            outline.recalcBounds(outlines)
            metrics[names[code]] = (metrics[names[code]][0], outline.xMin)
        font["post"].formatType = 3.0  # no names of glyphs: nothing in a PDF asks for them
        written = BytesIO()
        font.save(written)
        self.file_content = written.getvalue()


def install() -> None:
    """Afterwards every PDF that this process makes has its text layer from here. Safe to repeat."""
    drawing.draw_first_line = draw_first_line
    streams.Font = ClusterFont


def draw_first_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: Any, matrix: Any) -> Any:
    """Writes a line of text to the stream; returns the colour glyphs left to draw, as WeasyPrint's own function does."""
    if max(textbox.text, default="") < _FIRST_COMBINING or text_overflow != "clip" or block_ellipsis != "none":
        return _by_weasyprint(stream, textbox, text_overflow, block_ellipsis, matrix)
    layout = textbox.pango_layout
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
    line, _ = layout.get_first_line()
    runs = [(item, *stream.add_font(item.item.analysis.font)) for item in _items(line)]
    if not all(font.can_join and size > 0 and _is_known(item) for item, font, size in runs):
        return _by_weasyprint(stream, textbox, text_overflow, block_ellipsis, matrix)
    text = layout.text.encode()
    stream.set_text_matrix(*matrix.values)
    for item, font, size in runs:
        stream.set_font_size(font.hash, size)
        stream.show_text(_codes(stream, item, font, size, text))
    return []


def _codes(stream: Any, item: Any, font: ClusterFont, size: float, text: bytes) -> str:
    """The operand of TJ for one run: codes in hexadecimal, and the way back (thousandths of an em) between them."""
    written, behind = "<", 0.0
    for cluster in _apart(item, _clusters(item, text, size=size, upem=font.upem)):
        behind -= cluster.advance * 1000
        if cluster.parts or cluster.text:
            code = font.code(cluster)
            written += f"{code:04x}"
            behind += _width(stream, item.item.analysis.font, font, code, size)
        if back := round(behind):
            written += f">{back}<"
            behind -= back
    return (written + ">").replace("<>", "")


def _width(stream: Any, pango_font: Any, font: ClusterFont, code: int, size: float) -> int:
    if code not in font.widths:
        pango.pango_font_get_glyph_extents(pango_font, code, stream.ink_rect, stream.logical_rect)
        font.widths[code] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
    return int(font.widths[code])


def _clusters(item: Any, text: bytes, *, size: float, upem: int) -> Iterator[Cluster]:
    """The clusters of a run in the order they are drawn in: from left to right, also in a right-to-left script."""
    glyphs = item.glyphs
    starts = [glyphs.log_clusters[i] for i in range(glyphs.num_glyphs)]
    ordered = sorted({*starts, item.item.length})
    ends = dict(pairwise(ordered))
    em = size * TO_UNITS
    position = 0
    while position < len(starts):
        start, pen, parts = starts[position], 0, []
        while position < len(starts) and starts[position] == start:
            info = glyphs.glyphs[position]
            if info.glyph != pango.PANGO_GLYPH_EMPTY:
                x, y = pen + info.geometry.x_offset, -info.geometry.y_offset
                parts.append(Part(info.glyph, round(x * upem / em), round(y * upem / em)))
            pen += info.geometry.width
            position += 1
        begin = item.item.offset
        yield Cluster(text[begin + start : begin + ends[start]].decode(), tuple(parts), pen / em)


def _apart(item: Any, clusters: Iterator[Cluster]) -> Iterator[Cluster]:
    """The same, without controls of direction, and in a right-to-left run one for each character."""
    for cluster in clusters:
        text = cluster.text.translate(_UNWRITTEN)
        if item.item.analysis.level % 2 == 0 or len(text) < 2:
            yield replace(cluster, text=text)
            continue
        share = cluster.advance / len(text)
        yield Cluster(text[-1], cluster.parts, share)
        for char in reversed(text[:-1]):
            yield Cluster(char, (), share)


def _items(line: Any) -> Iterator[Any]:
    run = line.runs[0] if line.runs != ffi.NULL else ffi.NULL
    while run != ffi.NULL:
        yield run.data
        run = run.next


def _is_known(item: Any) -> bool:
    """Whether the font has a glyph for all of the run."""
    glyphs = item.glyphs
    unknown = pango.PANGO_GLYPH_UNKNOWN_FLAG
    empty = pango.PANGO_GLYPH_EMPTY
    return all(
        glyphs.glyphs[i].glyph == empty or not glyphs.glyphs[i].glyph & unknown for i in range(glyphs.num_glyphs)
    )


def _composite(parts: list[tuple[str, Part]]) -> Any:
    glyph = Glyph()
    if parts:
        glyph.numberOfContours = -1
        glyph.components = [_component(name, part) for name, part in parts]
    return glyph


def _component(name: str, part: Part) -> Any:
    component = GlyphComponent()
    component.glyphName, component.x, component.y = name, part.x, part.y
    component.flags = ROUND_XY_TO_GRID
    return component
