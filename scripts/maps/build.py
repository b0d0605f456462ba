"""Draws one small SVG for each situation, as a template, and briefings/data/maps.json: what stands on each.

Borders: Natural Earth 1:10m, first-level regions (public domain). Places: GeoNames (CC BY 4.0). Countries are the union
of their regions, so that every border is one line for both sides, also after it is simplified (coverage simplification:
GEOS). Equirectangular, true at the middle latitude. Units: the map is 480 wide; whole numbers.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import box, shape
from shapely.ops import linemerge, unary_union

from scripts.maps import places

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTH, TALLEST, MARGIN, TOLERANCE = 480.0, 520.0, 0.07, 1.4
#: Named here for the PDF, where no style sheet reaches into an SVG.
FONTS = "IBM Plex Sans Latin, Noto Sans Latin Ext, IBM Plex Sans Latin Ext, sans-serif"
HEAD = (
    '<svg class="map-chart" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
    'font-family="{fonts}" role="img" aria-label="{{{{ words }}}}" focusable="false"><title>{{{{ words }}}}</title>'
)


def main(path: str) -> None:
    world = regions(json.loads(Path(path).read_text(encoding="utf-8"))["features"])
    whole = {code: unary_union(parts) for code, parts in world.items()}
    listed = {}
    with (ROOT / "countries" / "data" / "situations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["code"]
            own = places.OWN.get(code, tuple(row["iso3"].split(";")))
            drawn, listed[code] = draw(code, own, world, whole, places.towns(code, row["iso2"].split(";")))
            (ROOT / "templates" / "maps" / f"{code}.svg").write_text(drawn, encoding="utf-8")
            print(code, len(drawn), listed[code])  # noqa: T201
    text = json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True)
    (ROOT / "briefings" / "data" / "maps.json").write_text(text + "\n", encoding="utf-8")


def regions(features: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Outlines of first-level regions by the code of their country."""
    found = defaultdict(list)
    for feature in features:
        about = feature["properties"]
        code = "CRIMEA" if about.get("iso_3166_2") in places.CRIMEA else about["adm0_a3"]
        found[code].append(shapely.make_valid(shape(feature["geometry"])))
    return found


def draw(
    code: str,
    own: tuple[str, ...],
    world: dict[str, list[Any]],
    whole: dict[str, Any],
    towns: list[tuple[str, float, float, bool]],
) -> tuple[str, dict[str, Any]]:
    """The SVG, and what a sentence about it needs: the places named, whether regions or disputed lines are shown."""
    west, south, east, north = unary_union([whole[each] for each in own]).bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    pad = MARGIN * max((east - west) * squeeze, north - south)
    west, east, south, north = west - pad / squeeze, east + pad / squeeze, south - pad, north + pad
    scale = min(WIDTH / ((east - west) * squeeze), TALLEST / (north - south))
    widen = (WIDTH / scale / squeeze - (east - west)) / 2
    west, east = west - widen, east + widen
    height = round((north - south) * scale)

    def projected(geometry: Any) -> Any:
        return shapely.transform(
            geometry, lambda points: [((x - west) * squeeze * scale, (north - y) * scale) for x, y in points]
        )

    frame = box(west - 5, south - 5, east + 5, north + 5)
    parts: list[tuple[str, Any]] = [(each, region) for each in own for region in world[each]]
    parts += [(each, area) for each, area in whole.items() if each not in own and area.intersects(frame)]
    simple = shapely.coverage_simplify([projected(area.intersection(frame)) for _, area in parts], TOLERANCE)
    by_code = defaultdict(list)
    for (each, _), area in zip(parts, simple, strict=True):
        by_code[each].append(area)
    countries = {each: unary_union(areas) for each, areas in by_code.items()}
    sheet = box(0, 0, WIDTH, height)

    dotted = unary_union(
        [
            countries[a].boundary.intersection(countries[b].boundary)
            for a, b in sorted(tuple(sorted(pair)) for pair in places.DISPUTED)
            if a in countries and b in countries
        ]
    )
    ink = unary_union([countries[each] for each in own])
    outline = ink.boundary.difference(dotted)
    others = unary_union([area.boundary for each, area in countries.items() if each not in own])
    faint = others.difference(ink.boundary).difference(dotted)
    inner = unary_union([area.boundary for each in own for area in by_code[each]])
    shows = code in places.REGIONS_ARE_CURRENT
    hair = inner.difference(ink.boundary).difference(dotted) if shows else shapely.LineString()

    dots = path_of(dotted.intersection(sheet))
    lines = [HEAD.format(w=round(WIDTH), h=height, fonts=FONTS)]
    for name, style, d in (
        ("map-neighbour", 'stroke="#b9b4a6" stroke-width="1.5"', path_of(faint.intersection(sheet))),
        ("map-region", 'stroke="#5b5f66" stroke-width="1"', path_of(hair.intersection(sheet))),
        ("map-country", 'stroke="#17191e" stroke-width="4"', path_of(outline.intersection(sheet))),
        ("map-disputed", 'stroke="#17191e" stroke-width="3" stroke-dasharray="3 6"', dots),
    ):
        if d:
            lines.append(f'<path class="{name}" fill="none" {style} stroke-linejoin="round" d="{d}"/>')
    named = []
    boxes: list[Any] = []
    for name, longitude, latitude, is_capital in towns:
        x, y = (longitude - west) * squeeze * scale, (north - latitude) * scale
        wide = 12.5 * len(name)
        at_end = x + 12 + wide > WIDTH
        label = box(x - 12 - wide, y - 14, x + 8, y + 14) if at_end else box(x - 8, y - 14, x + 12 + wide, y + 14)
        if (
            len(named) >= places.MOST_PLACES
            or any(label.intersects(each) for each in boxes)
            or not sheet.contains(label)
        ):
            continue
        boxes.append(label)
        named.append(name)
        ring = (
            f'<circle class="map-ring" fill="none" stroke="#17191e" stroke-width="2" cx="{x:.0f}" cy="{y:.0f}" r="9"/>'
        )
        dot = f'<circle class="map-place" fill="#17191e" cx="{x:.0f}" cy="{y:.0f}" r="5"/>'
        anchor = f'x="{x - 14:.0f}" text-anchor="end"' if at_end else f'x="{x + 14:.0f}" text-anchor="start"'
        text = f'<text class="map-name" fill="#17191e" font-size="24" {anchor} y="{y + 8:.0f}">{name}</text>'
        under = (
            f'<rect class="map-under" fill="#ffffff" fill-opacity="0.75" x="{label.bounds[0] + 4:.0f}" y="{y - 13:.0f}"'
            f' width="{wide + 14:.0f}" height="26"/>'
        )
        lines.append(under + (ring if is_capital else "") + dot + text)
    lines.append("</svg>")
    has_capital = bool(named) and towns[0][3] and named[0] == towns[0][0]
    about = {
        "places": named,
        "capital": named[0] if has_capital else "",
        "regions": shows,
        "disputed": bool(dots),
    }
    return "\n".join(lines) + "\n", about


def path_of(geometry: Any) -> str:
    """The commands of those lines: whole numbers, relative, nothing that would not be seen."""
    if geometry.is_empty:
        return ""
    lines = [each for each in shapely.get_parts(geometry) if each.geom_type == "LineString"]
    merged = linemerge(lines) if len(lines) > 1 else lines[0] if lines else None
    written = ""
    for line in [] if merged is None else shapely.get_parts(merged):
        points = [(round(x), round(y)) for x, y in line.coords]
        if len(points) < 2 or line.length < (16 if line.is_closed else 6):
            continue
        (x, y), steps = points[0], []
        written += f"M{x} {y}l"
        for to_x, to_y in points[1:]:
            if (to_x, to_y) != (x, y):
                steps.append(f"{to_x - x} {to_y - y}")
                x, y = to_x, to_y
        written += " ".join(steps)
    return written.replace(" -", "-").replace("l M", "M")


if __name__ == "__main__":
    main(sys.argv[1])
