"""Making the files of issued editions: once each, kept for good, failures in sight."""

import datetime as dt
import hashlib
import io
import threading

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from pypdf import PdfReader

from briefings import publish, workflow
from briefings.models import Artefact, Rendering
from briefings.tasks import render_published
from tests.factories.briefings import AFTER, EditionFactory, published, ready
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db


SMALL = "<html lang=en><title>x</title><body><p>{{ document.id }} {{ paper }}</p></body></html>"


@pytest.fixture
def template(settings, tmp_path):
    """Another template for the PDF, so that making one takes no time."""

    def use(html):
        (tmp_path / "pdf").mkdir(exist_ok=True)
        (tmp_path / "pdf" / "edition.html").write_text(html)
        whole = settings.TEMPLATES[0]
        settings.TEMPLATES = [{**whole, "DIRS": [tmp_path, *whole["DIRS"]]}]

    use(SMALL)
    return use


def make_all(at=AFTER):
    while publish.make_next(at=at):
        pass


def test_every_output_of_an_issued_edition_is_made_and_its_bytes_kept():
    edition = published()
    render_published()
    assert sorted(Artefact.objects.values_list("name", flat=True)) == [
        "CAF-2013-12-24-v1-en-A4.pdf",
        "CAF-2013-12-24-v1-en-Letter.pdf",
        "CAF-2013-12-24-v1-en.json",
        "CAF-2013-12-24-v1-en.txt",
    ]
    assert not Rendering.objects.exists()
    for artefact in edition.artefacts.all():
        data = default_storage.open(artefact.path).read()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (artefact.sha256, artefact.size)
    a4 = default_storage.open(edition.artefacts.get(form="pdf-a4").path).read()
    assert "Trust in the mission is breaking" in "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(a4)).pages
    ).replace("\n", " ")


def test_what_is_not_issued_is_not_rendered():
    edition = EditionFactory()
    ready(edition, by=UserFactory())
    make_all()
    assert not Artefact.objects.exists()


def test_running_again_makes_nothing_twice(template):
    published()
    make_all()
    before = list(Artefact.objects.order_by("pk").values())
    make_all(at=AFTER + dt.timedelta(days=1))
    assert list(Artefact.objects.order_by("pk").values()) == before


def test_a_file_left_by_a_crash_is_taken_up(template):
    edition = published()
    with transaction.atomic():
        make_all()
        transaction.set_rollback(True)  # the files are written, the rows are not
    assert not Artefact.objects.exists()
    make_all(at=AFTER + dt.timedelta(hours=1))
    assert edition.artefacts.count() == 4
    paths = [artefact.path for artefact in edition.artefacts.all()]
    assert len(set(paths)) == 4
    assert all(path.count("_") == 0 for path in paths)


class TestFailure:
    @pytest.fixture
    def broken(self, template):
        """The PDF's template asks for what it must not have, until it is mended."""
        template("<html lang=en><title>x</title><img alt='' src='file:///etc/passwd'>")
        return lambda: template(SMALL)

    def test_it_is_seen_put_off_and_stops_nothing_else(self, broken):
        edition = published()
        make_all()
        assert set(edition.artefacts.values_list("form", flat=True)) == {"text", "json"}
        failed = Rendering.objects.get(form="pdf-a4")
        assert "not one of our static files" in failed.last_error
        assert (failed.attempts, failed.next_attempt_at > AFTER) == (1, True)

    def test_it_is_tried_again_later_and_then_done(self, broken):
        edition = published()
        make_all()
        broken()
        make_all(at=AFTER + dt.timedelta(hours=1))
        assert edition.artefacts.count() == 4
        assert not Rendering.objects.exists()

    def test_it_ends_after_some_attempts_and_stays_in_sight(self, broken):
        published()
        for hour in range(20):
            make_all(at=AFTER + dt.timedelta(hours=hour))
        assert set(Rendering.objects.values_list("attempts", flat=True)) == {publish.MOST_ATTEMPTS}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_share_the_work(template):
    edition = published()
    gate, made = threading.Barrier(2), []

    def work():
        try:
            gate.wait()
            while artefact := publish.make_next(at=AFTER):
                made.append(artefact.form)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == ["json", "pdf-a4", "pdf-letter", "text"]
    assert edition.artefacts.count() == 4


def test_names_of_files_carry_version_language_and_paper():
    assert publish.file_name(EditionFactory(language="fr", version=2), "pdf-a4") == "CAF-2013-12-24-v2-fr-A4.pdf"
    flash = EditionFactory(kind="flash", sequence=2, version=4)
    assert publish.file_name(flash, "pdf-letter") == "CAF-2013-12-24-flash2-v4-en-Letter.pdf"


def test_a_withdrawn_edition_keeps_its_files(template):
    edition = published()
    make_all()
    workflow.withdraw(edition, by=UserFactory(), at=AFTER, reason="wrong place")
    assert edition.artefacts.count() == 4
