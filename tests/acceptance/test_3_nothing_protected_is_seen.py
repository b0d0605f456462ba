"""Acceptance 3. Whoever is not of the desk sees no draft, no person's name and no reader's address, in any output.

As far as there are things to protect: sources have no protection yet.
"""

import io
import re

import pytest
from pypdf import PdfReader

from briefings import publish, workflow, writing
from briefings.models import Artefact
from tests.factories.briefings import AFTER, DATE, EditionFactory, published, ready
from tests.factories.countries import UserFactory
from tests.factories.delivery import follower

pytestmark = pytest.mark.django_db

#: Nothing of these may be found anywhere.
SECRETS = (
    "Wilhelmina Quill",
    "quill@desk.example",
    "hidden-reader@post.example",
    "An unsigned judgement",
    "Never sent",
)


@pytest.fixture
def edition():
    writer = UserFactory(display_name="Wilhelmina Quill", email="quill@desk.example")
    edition = published(by=writer)
    follower("CAF", address="hidden-reader@post.example")
    while publish.make_next(at=AFTER):
        pass
    correction = workflow.correct(edition, note="Never sent", by=writer, at=AFTER)
    writing.write(correction, by=writer, at=AFTER, bottom_line="An unsigned judgement")
    flash = EditionFactory(situation=edition.situation, kind="flash", bottom_line="An unsigned judgement")
    ready(flash, by=writer)
    writing.write(flash, by=writer, at=AFTER, bottom_line="An unsigned judgement")
    return edition


def addresses(edition):
    own = f"/edition/{edition.public_id}/"
    yield from ("/", "/method/", "/corrections/", "/came-true/", own, f"{own}source/1/", f"{own}standing.json")
    for name in ("", "archive/", "compare/", "corrections/", "judgements/", "came-true/", "en.atom", "en.json"):
        yield f"/CAF/{name}"
    for artefact in Artefact.objects.filter(edition=edition):
        yield f"{own}{artefact.name}"
    yield f"/CAF/compare/?then={edition.public_id}&now=CAF-{DATE}-v2"
    yield f"{own}?since=v2"


def read(response):
    data = b"".join(response.streaming_content) if response.streaming else response.content
    if data.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(data))
        return "\n".join(
            [page.extract_text() for page in reader.pages] + [str(reader.metadata), str(reader.xmp_metadata)]
        )
    return data.decode()


@pytest.mark.parametrize("role", ["anonymous", "signed in, not of the desk"])
def test_no_output_tells(client, edition, role):
    if role != "anonymous":
        client.force_login(UserFactory(is_staff=False))
    seen = 0
    for address in addresses(edition):
        response = client.get(address)
        assert response.status_code in {200, 404}, address
        body = read(response)
        seen += response.status_code == 200
        for secret in SECRETS:
            assert secret not in body, (address, secret)
        # Nor does a list give away that something was begun.
        assert not re.search(rf"{edition.situation.code}-{DATE}-(?:flash1-v1|v2)(?!&)", body.replace(address, "")) or (
            "since=v2" in address or "compare" in address
        ), address
    assert seen >= 18
    for hidden in (f"CAF-{DATE}-v2", f"CAF-{DATE}-flash1-v1"):
        assert client.get(f"/edition/{hidden}/").status_code == 404
        assert client.get(f"/edition/{hidden}/standing.json").status_code == 404
