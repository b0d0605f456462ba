"""Every public word is there in each language, and the catalogues are those of the code as it stands."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ar", "es", "fr")
#: What readers see: pages, PDF, text, mail, feeds, the subscribe flow, the names of kinds and labels.
PUBLIC = re.compile(
    r"templates/(?:\d+|base|account|allauth|briefings|components|delivery|email|pdf|sample)\b"
    r"|briefings/(?!admin/|phrases|assemble)|delivery/(?:forms|mail|views)|curator/|monitoring/coverage"
    r"|sources/models/(?:publishers|stories)"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|</?\w+|\{\w+\}")


def catalogue(language, root=ROOT):
    with (root / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_public_word_is_left_in_english(language):
    public = [each for each in catalogue(language) if each.id and any(PUBLIC.match(path) for path, _ in each.locations)]
    assert len(public) > 300
    assert [each.id for each in public if not all(forms(each)) or each.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_put_into_a_sentence_is_in_its_translation_too(language):
    for message in catalogue(language):
        if message.id and all(forms(message)):
            asked = set(PLACEHOLDER.findall(message.id[-1] if message.pluralizable else message.id))
            # "One report" may do without its figure; the form for any number may not.
            given = set(PLACEHOLDER.findall(forms(message)[-1])) - {"<bdi", "</bdi"}
            assert given == asked, message.id


def test_catalogues_hold_the_words_of_the_code_as_it_stands(tmp_path):
    """If this fails: ``manage.py makemessages --all``, then translate what is new."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        wanted = name.endswith((".py", ".html", ".txt", ".po")) and not name.startswith(("tests/", "bench/"))
        if wanted and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--all", "--verbosity", "0"],
        cwd=tmp_path,
        check=True,
        timeout=120,
    )
    for language in LANGUAGES:
        kept = {(each.context, each.id) for each in catalogue(language)}
        wanted = {(each.context, each.id) for each in catalogue(language, tmp_path)}
        assert wanted == kept, language
