"""The texts of the Declaration: what the script makes of a page, and that those committed are of that form."""

from __future__ import annotations

from scripts.declaration import FILES, paragraphs, write
from sources.ingest import declaration, language

PAGE = """<!doctype html><html lang="rn"><head><title>Rundi</title></head><body><h1>Ibimenyeshejwe</h1>
<header><h2>Intangamarara</h2><p>Ibonye ko kwemera
 ari ryo &amp; shingiro.</p></header><ol><li>Uwo <b>muntu</b> wese</li><li></li></ol></body></html>"""


def test_a_page_becomes_a_line_for_each_paragraph():
    assert paragraphs(PAGE) == [
        "Ibimenyeshejwe",
        "Intangamarara",
        "Ibonye ko kwemera ari ryo & shingiro.",
        "Uwo muntu wese",
    ]


def test_each_language_is_written_to_a_file_of_its_own(tmp_path):
    (tmp_path / "declaration").mkdir()
    for name in FILES.values():
        (tmp_path / "declaration" / f"{name}.html").write_text(PAGE, encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    write(tmp_path, out)
    assert {path.stem for path in out.iterdir()} == set(FILES)
    assert (out / "rn.txt").read_text(encoding="utf-8").splitlines() == paragraphs(PAGE)


def test_what_is_committed_is_what_the_script_lists():
    committed = {path.stem: path.read_text(encoding="utf-8") for path in declaration.FOLDER.iterdir()}
    assert set(committed) == set(FILES)
    assert set(committed) > language.SECOND
    assert all(len(text) > 4_000 and "<" not in text for text in committed.values())
