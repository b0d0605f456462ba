"""Texts as vectors: the bundled model, an endpoint beside it, and what happens where there is neither."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator import checks
from sources import tasks
from sources.embedders import DIMENSIONS, Passage, Unusable, bundled, chosen, unit
from sources.embedders.bundled import Bundled
from sources.embedders.endpoint import Endpoint
from sources.ingest import embed
from sources.models import Embedding, Item
from tests.factories.sources import NOON, ItemFactory


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


# ------------------------------------------------------------------------------------------------ the bundled model
def test_the_bundled_model_draws_one_event_together_across_languages_and_scripts():
    event, french, arabic, other = Bundled().embed(
        [
            Passage("Ferry sinks off the northern port, forty people missing", ""),
            Passage("Naufrage d'un bac au large du port du nord : quarante disparus", ""),
            Passage("غرق عبّارة قبالة ميناء الشمال وفقدان أربعين شخصاً", ""),
            Passage("Council raises the price of water meters", ""),
        ]
    )
    assert min(cosine(event, french), cosine(event, arabic)) > cosine(event, other) + 0.04


@given(st.lists(st.text(max_size=60), max_size=3))
@settings(max_examples=15, deadline=None)
def test_whatever_the_text_is_there_is_a_vector_or_none(texts):
    for vector in Bundled().embed([Passage(text, "") for text in texts]):
        assert vector is None or abs(cosine(vector, vector) - 1) < 1e-6


def test_numbers_that_are_no_vector_are_none():
    assert unit([0.0] * DIMENSIONS) is None
    assert unit([1.0]) is None
    assert unit([float("nan")] * DIMENSIONS) is None


# ------------------------------------------------------------------------------------------------ a broken model
@pytest.fixture
def broken_model(tmp_path, monkeypatch, settings):
    """The wheel's record is as it was; the file beside it is another."""
    settings.EMBEDDINGS, settings.EMBEDDINGS_URL = True, ""
    path = tmp_path / "e5-small-q4.bin"

    class Record:
        name = path.name
        size = 5
        hash = type("Hash", (), {"value": base64.urlsafe_b64encode(hashlib.sha256(b"model").digest()).decode()})

        def locate(self):
            return path

    monkeypatch.setattr(bundled.importlib.metadata, "files", lambda _name: [Record()])
    bundled._check_once.cache_clear()
    yield path
    bundled._check_once.cache_clear()


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot be read"), (b"mod", "3 bytes long, not 5"), (b"madel", "is not what")]
)
def test_a_missing_or_broken_model_is_said_and_switches_vectors_off(broken_model, content, message):
    if content is not None:
        broken_model.write_bytes(content)
    with pytest.raises(Unusable, match=message):
        chosen.embedder()
    (found,) = checks.embeddings_can_be_made(None)
    assert (found.id, message in found.msg) == ("curator.W002", True)


def test_a_sound_model_is_nothing_to_say(broken_model):
    broken_model.write_bytes(b"model")
    assert checks.embeddings_can_be_made(None) == []


@pytest.mark.django_db
def test_with_a_broken_model_words_go_on_grouping(broken_model):
    for hour in range(2):
        ItemFactory(title="Ferry between towns sails again", reported_at=NOON + dt.timedelta(hours=hour))
    tasks.embed_items()
    tasks.assign_stories()
    assert not Embedding.objects.exists()
    assert Item.objects.exclude(story=None).values("story").distinct().count() == 1


# ------------------------------------------------------------------------------------------------ an endpoint
@pytest.fixture
def endpoint(socket_enabled):
    """A server that answers as the endpoints do, in an order of its own. ``answer`` may be another."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.seen.append((self.path, self.headers.get("Authorization"), asked))
            rows = [
                {"index": at, "embedding": [len(text), 1.0, *[0.0] * (DIMENSIONS - 2)]}
                for at, text in enumerate(asked["input"])
            ]
            status, body = server.answer or (200, json.dumps({"data": rows[::-1]}).encode())
            if server.refused.intersection(asked["input"]):
                status, body = 400, b""
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.answer, server.refused = [], None, set()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def at(server, **changes):
    return Endpoint(**{"url": f"http://127.0.0.1:{server.server_port}/v1", "model": "m", "timeout": 2.0} | changes)


def test_an_endpoint_is_asked_as_openai_has_it_and_its_order_does_not_matter(endpoint):
    short, long = at(endpoint, key="secret", asks_size=True).embed([Passage("a", ""), Passage("a" * 9, "")])
    assert short[0] < long[0]
    ((path, key, asked),) = endpoint.seen
    assert (path, key, asked["model"], asked["dimensions"]) == ("/v1/embeddings", "Bearer secret", "m", DIMENSIONS)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, b""), "status 500"),
        ((302, b""), "status 302"),
        ((200, b"<html>"), "not understood"),
        ((200, b'{"data": []}'), "0 vectors for 1"),
        ((200, b'{"data": [{"index": 0, "embedding": [1, 2]}]}'), "not of 384"),
        ((200, b"[" * 100_000), "not understood"),
    ],
)
def test_an_answer_that_is_none_is_said(endpoint, answer, message):
    endpoint.answer = answer
    with pytest.raises(Unusable, match=message):
        at(endpoint).embed([Passage("a", "")])


def test_a_text_that_the_endpoint_does_not_take_costs_only_itself(endpoint):
    endpoint.refused = {"b"}
    one, none, other = at(endpoint).embed([Passage(text, "") for text in "abc"])
    assert one is not None
    assert none is None
    assert other is not None
    endpoint.refused = {"a", "b"}
    with pytest.raises(Unusable, match="status 400"):
        at(endpoint).embed([Passage(text, "") for text in "ab"])


def test_an_endpoint_that_is_not_there_is_said_without_its_key(endpoint):
    there = at(endpoint, key="secret", url="http://127.0.0.1:9/v1")
    with pytest.raises(Unusable, match="does not answer") as raised:
        there.embed([Passage("a", "")])
    assert "secret" not in f"{raised.value} {there!r}"


# ------------------------------------------------------------------------------------------------ writing
class Made:
    """An embedder of a name, whose vectors say how often it was asked."""

    def __init__(self, name="made", answer=1.0):
        self.name, self.answer, self.asked = name, answer, 0

    def embed(self, passages):
        self.asked += len(passages)
        return [self.answer and unit([self.answer, 1.0, *[0.0] * (DIMENSIONS - 2)]) for _ in passages]


@pytest.mark.django_db
def test_each_item_is_embedded_once_by_each_model_and_nothing_is_overwritten():
    item, first, second = ItemFactory(), Made("one"), Made("two", answer=2.0)
    assert [embed.embed_items(first, limit=5, at=NOON) for _ in range(2)] == [1, 0]
    assert embed.embed_items(second, limit=5, at=NOON) == 1
    assert first.asked == 1
    one, two = Embedding.objects.filter(item=item).order_by("model")
    assert (one.model, two.model) == ("one", "two")
    assert one.vector != two.vector
    assert one.revision_id == item.current_id


@pytest.mark.django_db
def test_what_has_no_letters_is_not_asked_and_holds_nothing_up():
    bare, said, embedder = ItemFactory(title="…", text="2013"), ItemFactory(), Made()
    assert [embed.embed_items(embedder, limit=5, at=NOON) for _ in range(2)] == [2, 0]
    assert embedder.asked == 1
    assert Embedding.objects.get(item=bare).vector is None
    assert Embedding.objects.get(item=said).vector is not None


@pytest.mark.django_db
def test_what_the_model_has_no_answer_to_is_not_asked_again():
    ItemFactory()
    nothing = Made(answer=None)
    assert [embed.embed_items(nothing, limit=5, at=NOON) for _ in range(2)] == [1, 0]
    assert Embedding.objects.get().vector is None


@pytest.mark.django_db
def test_the_newest_come_first_and_what_is_old_not_at_all():
    old = ItemFactory(first_seen_at=NOON - dt.timedelta(days=30))
    early, late = ItemFactory(reported_at=NOON - dt.timedelta(days=300), first_seen_at=NOON), ItemFactory()
    waiting = ItemFactory(language_version="")
    assert [item.pk for item in embed.waiting("made", at=NOON)] == [late.pk, early.pk]
    assert {old.pk, waiting.pk}.isdisjoint(item.pk for item in embed.waiting("made", at=NOON))
