"""The catalogue of feeds: complete, idempotent, and obedient to people and to publishers."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from sources import catalogue
from sources.models import Feed, Item, Publisher, PublisherKind, ReusePolicy, StarterPack
from tests.factories.sources import FeedFactory
from tests.sources.serving import Answer
from tests.sources.test_look import rss


def load(*, activate: bool = True):
    return catalogue.load_feeds(version="test", activate=activate)


# ------------------------------------------------------------------------------------------------ the file
def test_the_catalogue_is_whole():
    rows = catalogue.rows()
    packs = [row.starter_pack for row in rows]
    assert len(rows) == len({row.url for row in rows}) == 162
    assert (packs.count(StarterPack.YES), packs.count(StarterPack.NEVER)) == (98, 2)


def test_publishers_and_owners_are_read_from_the_rows():
    rows = {row.name: row for row in catalogue.rows()}
    assert rows["UN News (all, French)"].publisher == rows["UN News (all, Arabic)"].publisher == "UN News"
    assert rows["ReliefWeb - Sudan"].publisher == "ReliefWeb"
    assert rows["BBC Hausa"].owner_key == rows["BBC News Africa"].owner_key != ""
    assert rows["Darfur 24"].owner_key == ""
    assert rows["TASS (English)"].is_party
    assert rows["TASS (English)"].kind is PublisherKind.GOVERNMENT_MEDIA
    assert rows["Guardian - Sudan tag"].countries == ("SD",)


def test_notes_that_allow_only_a_link_are_obeyed():
    policies = {row.name: row.reuse_policy for row in catalogue.rows()}
    assert policies["BBC News Africa"] is ReusePolicy.METADATA_ONLY
    assert policies["Journal of Genocide Research"] is ReusePolicy.METADATA_ONLY
    assert policies["AllAfrica - Sudan"] is ReusePolicy.METADATA_ONLY
    assert policies["Radio Dabanga (English)"] is ReusePolicy.EXCERPT


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("un,en,", "nobody,en,"), "line 2: source_type cannot be 'nobody'"),
        (("https://news.un.org", "ftp://news.un.org"), "line 2: a name and an http address"),
        ((",A,yes", ",A"), "line 2: wrong number of fields"),
        ((",A,yes", ",A,perhaps"), "line 2: starter_pack cannot be 'perhaps'"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path, change, message):
    lines = catalogue.DATA.read_text(encoding="utf-8").splitlines()[:2]
    file = tmp_path / "feeds.csv"
    file.write_text("\n".join(lines).replace(*change), encoding="utf-8")
    with pytest.raises(catalogue.BadCatalogue, match=message):
        catalogue.rows(file)


# ------------------------------------------------------------------------------------------------ loading
@pytest.mark.django_db
def test_the_starter_pack_is_on_and_the_rest_off():
    scopes = load()
    assert len(scopes) == Feed.objects.count() == 162
    assert Feed.objects.active().count() == 98
    assert not Feed.objects.active().exclude(starter_pack=StarterPack.YES).exists()
    assert scopes[Feed.objects.get(name="ReliefWeb - Sudan").pk] == ("SD",)


@pytest.mark.django_db
def test_loading_again_changes_nothing():
    load()
    before = list(Feed.objects.order_by("pk").values()), list(Publisher.objects.order_by("pk").values())
    load()
    assert before == (list(Feed.objects.order_by("pk").values()), list(Publisher.objects.order_by("pk").values()))


@pytest.mark.django_db
def test_nothing_is_switched_on_unless_asked_and_later_it_can_be():
    load(activate=False)
    assert not Feed.objects.active().exists()
    load(activate=True)
    assert Feed.objects.active().count() == 98


@pytest.mark.django_db
def test_what_people_decided_is_left_alone():
    load()
    feed = Feed.objects.active().first()
    Feed.objects.filter(pk=feed.pk).update(
        is_active=False, is_switched_by_person=True, name="Ours", reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL
    )
    Publisher.objects.filter(pk=feed.publisher_id).update(owner_key="ours")
    load()
    feed.refresh_from_db()
    assert (feed.is_active, feed.name, feed.reuse_policy) == (False, "Ours", ReusePolicy.FULL_TEXT_INTERNAL)
    assert feed.publisher.owner_key == "ours"


@pytest.mark.django_db
def test_a_publisher_that_forbids_collection_is_never_fetched():
    load()
    forbidden = Feed.objects.filter(starter_pack=StarterPack.NEVER)
    assert sorted(forbidden.values_list("name", flat=True)) == ["France 24 (English)", "RFI Afrique / Africa"]
    assert not catalogue.switch_on(forbidden[0])
    with pytest.raises(IntegrityError, match="feed_forbidden_is_off"), transaction.atomic():
        forbidden.update(is_active=True)


# ------------------------------------------------------------------------------------------------ probing
@pytest.fixture
def candidates(site, settings):
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [site.host]
    settings.FETCH_PAUSE = 0
    site.answers["/full"] = Answer(rss(("1", "One", "Text"), ("2", "Two", "Text")))
    site.answers["/empty"] = Answer(rss())
    site.answers["/page"] = Answer(b"<html>")
    for name in ("full", "empty", "page", "missing"):
        FeedFactory(name=name, url=f"{site.base}/{name}", is_active=False, starter_pack=StarterPack.AFTER_PROBE)
    FeedFactory(name="forbidden", url=f"{site.base}/full?", is_active=False, starter_pack=StarterPack.NEVER)
    return site


def probe(*args: str) -> str:
    out = StringIO()
    call_command("probe_sources", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_only_feeds_in_which_items_were_found_are_switched_on(candidates):
    said = probe()
    assert list(Feed.objects.active().values_list("name", flat=True)) == ["full"]
    assert "full: 2 items, newest 2026-03-03 – switched on" in said
    assert "empty: The feed answers, but there is nothing in it." in said
    assert "page: The address answers with a web page" in said
    assert "answers 404" in said
    assert "1 of 4 feeds hold items." in said
    assert "/full?" not in [path for path, _ in candidates.requests]
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_a_dry_run_switches_nothing(candidates):
    assert "switched on" not in probe("--dry-run")
    assert not Feed.objects.active().exists()


@pytest.mark.django_db
def test_what_a_person_switched_off_stays_off(candidates):
    Feed.objects.filter(name="full").update(is_switched_by_person=True)
    probe()
    assert not Feed.objects.active().exists()


@pytest.mark.django_db
def test_feeds_can_be_probed_by_name(candidates):
    assert "1 of 1 feeds" in probe("FULL")
    with pytest.raises(CommandError, match="no feed to probe"):
        probe("forbidden")
