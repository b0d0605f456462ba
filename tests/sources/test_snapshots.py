"""Bytes that were fetched are kept once, whole, and as they came."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib

import pytest
from backports import zstd
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from sources import snapshots
from sources.models import Blob, Snapshot

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 3, 10, tzinfo=dt.UTC)
URL = "https://outlet.example/page"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def keep(body, **changes):
    return snapshots.keep(body, **({"url": URL, "at": AT} | changes))


def test_bytes_come_back_as_they_were():
    body = b"<html>\x00\xff" + b"words " * 1000
    kept = keep(body, media_type="text/html", headers={"etag": '"1"', "set-cookie": "secret"})
    assert snapshots.read(kept) == body
    assert kept.blob.sha256 == hashlib.sha256(body).hexdigest()
    assert kept.blob.size == len(body)
    assert kept.headers == {"etag": '"1"'}
    assert default_storage.size(kept.blob.path) < len(body)


def test_identical_bytes_are_stored_once_and_every_retrieval_is_kept():
    first, second = keep(b"same"), keep(b"same", url="https://other.example/")
    assert first.blob_id == second.blob_id
    assert first.pk != second.pk
    assert Blob.objects.count() == 1


def test_a_file_left_without_its_row_is_used():
    digest = hashlib.sha256(b"orphan").hexdigest()
    path = default_storage.save(f"snapshots/{digest[:2]}/{digest}.zst", ContentFile(zstd.compress(b"orphan")))
    kept = keep(b"orphan")
    assert kept.blob.path == path
    assert default_storage.listdir(f"snapshots/{digest[:2]}")[1] == [f"{digest}.zst"]


def test_half_a_file_left_by_a_crash_is_written_anew():
    digest = hashlib.sha256(b"torn" * 100).hexdigest()
    default_storage.save(f"snapshots/{digest[:2]}/{digest}.zst", ContentFile(zstd.compress(b"torn" * 100)[:9]))
    assert snapshots.read(keep(b"torn" * 100)) == b"torn" * 100


def test_altered_or_missing_bytes_are_noticed():
    kept = keep(b"evidence")
    default_storage.delete(kept.blob.path)
    with pytest.raises(snapshots.DamagedSnapshot):
        snapshots.read(kept)
    default_storage.save(kept.blob.path, ContentFile(zstd.compress(b"forgery")))
    with pytest.raises(snapshots.DamagedSnapshot):
        snapshots.read(kept)


def test_a_file_of_the_older_compression_is_still_read():
    digest = hashlib.sha256(b"older").hexdigest()
    path = default_storage.save(f"snapshots/{digest[:2]}/{digest}.z", ContentFile(zlib.compress(b"older")))
    blob = Blob.objects.create(sha256=digest, path=path, size=5)
    kept = keep(b"older")
    assert (kept.blob, snapshots.read(kept)) == (blob, b"older")


def test_many_retrievals_are_recorded_in_their_order_with_few_queries(django_assert_max_num_queries):
    written = [snapshots.write(b"%d" % (number % 3), url=f"{URL}/{number}", at=AT) for number in range(9)]
    assert not Blob.objects.exists()
    with django_assert_max_num_queries(6):
        found = snapshots.record(written)
    assert [one.url for one in found] == [f"{URL}/{number}" for number in range(9)]
    assert (Blob.objects.count(), Snapshot.objects.count()) == (3, 9)
    assert snapshots.record([]) == []
