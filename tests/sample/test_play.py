"""The whole way through with the sample: real HTTP on this machine, real rows, the tasks called as functions."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from briefings.models import Claim, Edition, EditionStatus, Part, Participation
from countries import reference
from countries.clock import edition_now
from countries.models import Situation, Tag, TagSuggestion
from countries.tasks import code_pending, suggest_pending
from sample import editions, load, pipeline, play
from sample.content import Library
from sample.outlets import Outlet
from sources import tasks
from sources.models import Feed, FetchState, Item, Story
from tests.sample.conftest import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def loaded(visitor: Visitor, all_outlets: tuple[Outlet, ...], settings: Settings) -> tuple[Visitor, tuple[Outlet, ...]]:
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [visitor.base.removeprefix("http://")]
    reference.load(activate_feeds=False)
    load.load(all_outlets, base=visitor.base, at=timezone.now())
    return visitor, all_outlets


def _run_pipeline() -> None:
    for _ in range(6):
        tasks.fetch_due_feeds()
    for _ in range(8):
        tasks.extract_pending()
    for _ in range(3):
        tasks.identify_languages()
        tasks.assign_stories()
    suggest_pending()
    code_pending()


def test_the_sample_goes_from_feeds_to_signed_editions(
    loaded: tuple[Visitor, tuple[Outlet, ...]], library: Library
) -> None:
    visitor, outlets = loaded
    paths = visitor.server.site.article_paths()

    _run_pipeline()
    assert pipeline.unread(library, outlets, paths) == []
    assert _state("basse-kotto-fm") == FetchState.EMPTY
    assert _state("crossroads") == FetchState.NEW
    assert Item.objects.get(feed__publisher__slug="veille-droits", title__contains="contingent").title

    pipeline.feeds_to_look_at_again(outlets, library).update(next_check_at=timezone.now())
    assert pipeline.unchanged(library, outlets, paths) != []
    _run_pipeline()
    assert pipeline.unchanged(library, outlets, paths) == []
    assert _state("ouaka-hebdo") == FetchState.FAILED
    assert Item.objects.filter(feed__publisher__slug="ouaka-hebdo").count() == 5

    desk = play.Desk(
        User.objects.create_user("curator@example.org", "p"),
        User.objects.create_user("editor@example.org", "p"),
        pipeline.items_by_article(library, paths),
    )
    tagged = play.tag(desk, library, at=edition_now())
    assert tagged.accepted > 50
    assert tagged.terms > 50
    for article in library:
        if article.published > edition_now():
            assert not Tag.objects.filter(item=desk.items[article.id]).exists()
            continue
        standing = Tag.objects.standing().situations().filter(item=desk.items[article.id])
        assert set(standing.values_list("situation__code", flat=True)) == set(article.situations)
    play.set_phases(desk)

    written = editions.load()
    assert play.sort_stories(desk, library, written, at=edition_now()).merged > 0
    for event in {library.latest(article).story for each in written for article in each.articles}:
        items = [desk.items[article.id].pk for article in library if article.story == event]
        assert Item.objects.filter(pk__in=items).values("story").distinct().count() == 1, event
    held = play.held(written)
    for each in written:
        play.issue(desk, each, is_held=each is held)
    waiting = Edition.objects.get(situation__code="SSD", date=held.date)
    assert waiting.status == EditionStatus.IN_REVIEW
    others = Edition.objects.exclude(pk=waiting.pk)
    assert others.count() == len(written) - 1
    for edition in others:
        assert edition.status == EditionStatus.PUBLISHED
        assert not edition.claims.filter(is_drafted=True).exists()
    for claim in Claim.objects.exclude(story=None).filter(label="corroborated").select_related("story"):
        assert claim.story is not None
        assert claim.story.origin_count > 1
    writers = Participation.objects.filter(part=Part.WROTE).values_list("user", flat=True).distinct()
    assert set(writers) == {desk.curator.pk}

    before = _rows()
    assert play.tag(desk, library, at=edition_now()) == play.Tagged()
    assert play.sort_stories(desk, library, written, at=edition_now()) == play.Sorted()
    play.set_phases(desk)
    for each in written:
        play.issue(desk, each, is_held=each is held)
    assert _rows() == before

    assert len(pipeline.unrendered()) == len(written) - 1


def test_loading_again_changes_nothing_and_follows_a_moved_server(
    loaded: tuple[Visitor, tuple[Outlet, ...]],
) -> None:
    _, outlets = loaded
    before = set(Feed.objects.filter(catalogue_version="sample").values_list("pk", flat=True))
    again = load.load(outlets, base="http://127.0.0.1:1", at=timezone.now())
    feeds = Feed.objects.filter(catalogue_version="sample")
    assert (again.feeds, again.new) == (len(outlets), 0)
    assert set(feeds.values_list("pk", flat=True)) == before
    assert all(url.startswith("http://127.0.0.1:1/") for url in feeds.values_list("url", flat=True))
    assert set(Situation.objects.filter(tier="intensive").values_list("code", flat=True)) == {"CAF", "SSD"}


def test_loading_without_reference_data_says_what_to_do(all_outlets: tuple[Outlet, ...]) -> None:
    with pytest.raises(load.NoReference, match="load_reference"):
        load.load(all_outlets, base="http://127.0.0.1:1", at=timezone.now())


def test_waiting_in_vain_names_what_is_missing() -> None:
    with pytest.raises(pipeline.StillWaiting, match="Missing: the story of 3 items"):
        pipeline.wait(lambda: ["the story of 3 items"], what="Reading", patience=0.1)


def test_waiting_ends_when_nothing_is_missing() -> None:
    answers = iter([["one"], []])
    pipeline.wait(lambda: next(answers), what="Reading", patience=5)


def _state(slug: str) -> str:
    return Feed.objects.get(publisher__slug=slug).last_state


def _rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Item, Story, Tag, TagSuggestion, Edition, Participation))
