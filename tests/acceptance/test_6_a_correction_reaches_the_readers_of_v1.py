"""Acceptance 6. Correct an edition: v1 keeps its bytes and shows the notice, and v2 stands in its place."""

import pytest

from briefings import publish, workflow
from briefings.models import Artefact
from tests.factories.briefings import AFTER, published
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db


def test_the_first_version_keeps_its_bytes_and_carries_a_notice(client):
    first = published()
    while publish.make_next(at=AFTER):
        pass
    kept = {
        artefact.name: b"".join(client.get(f"/edition/{first.public_id}/{artefact.name}").streaming_content)
        for artefact in Artefact.objects.filter(edition=first)
    }
    assert len(kept) == len(Artefact.Form)
    writer, approver = UserFactory(), UserFactory()
    second = workflow.correct(first, note="Three were wounded, not four.", by=writer, at=AFTER)
    workflow.submit(second, by=writer, at=AFTER)
    workflow.approve(second, by=approver, at=AFTER)
    workflow.publish(second, by=approver, at=AFTER)
    page = client.get(f"/edition/{first.public_id}/").content.decode()
    assert "This version was corrected." in page
    assert "Three were wounded, not four." in page
    assert f"/edition/{second.public_id}/" in page
    assert client.get(f"/edition/{first.public_id}/standing.json").json()["replaced_by"] == second.public_id
    for name, data in kept.items():
        assert b"".join(client.get(f"/edition/{first.public_id}/{name}").streaming_content) == data
    newer = client.get(f"/edition/{second.public_id}/").content.decode()
    assert "This version was corrected." not in newer
    assert "Three were wounded, not four." in newer
