"""What WebSub says on the wire."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.ingest import push

URL = "https://outlet.example/feed"
HUB = "https://hub.example/"


def offered(link="", hub="", self_url=""):
    found = push.offer(link_header=link, hub=hub, self_url=self_url, url=URL)
    return found.hub, found.topic


@pytest.mark.parametrize(
    ("link", "hub", "self_url", "expected"),
    [
        ("", "", "", ("", "")),
        ("", HUB, URL, (HUB, URL)),
        ("", "/hub", "feed", ("https://outlet.example/hub", URL)),
        ("", HUB, "", ("", "")),
        ("", "", URL, ("", "")),
        (f'<{HUB}>; rel="hub", <{URL}>; rel=self', "", "", (HUB, URL)),
        (f'<{HUB}>; rel="hub"; title="a, b", <{URL}?a,b>; rel="self alternate"', "", "", (HUB, f"{URL}?a,b")),
        (f"<{HUB}>;rel=HUB,<{URL}>;REL=self", "https://other.example/", "/x", (HUB, URL)),
        (f"<{HUB}>; rel=hub, <https://second.example/>; rel=hub", "", URL, (HUB, URL)),
        ("", "javascript:alert(1)", URL, ("", "")),
        ("", HUB, f"{URL}?{'x' * 1000}", ("", "")),
        ("<<<>>>;;;,", HUB, URL, (HUB, URL)),
    ],
)
def test_a_hub_is_offered_with_its_topic_or_not_at_all(link, hub, self_url, expected):
    assert offered(link, hub, self_url) == expected


@given(st.text(alphabet='<>;,="relhubsf/: \\', max_size=200))
def test_no_header_breaks_it(link):
    hub, topic = offered(link)
    assert bool(hub) == bool(topic)


def test_a_long_header_of_nothing_is_read_quickly():
    assert offered("<" * 5000 + ";a=" * 5000) == ("", "")


@given(
    st.binary(max_size=50), st.text(min_size=1, max_size=20), st.sampled_from(["sha1", "sha256", "sha384", "sha512"])
)
def test_only_who_knows_the_secret_signs(body, secret, method):
    signature = f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"
    assert push.is_authentic(signature, secret, [body])
    assert push.is_authentic(signature, secret, [body[:1], body[1:]])
    assert not push.is_authentic(signature, secret + "x", [body])
    assert not push.is_authentic(signature, secret, [body, b"x"])
    assert not push.is_authentic(signature[:-1], secret, [body])


def test_an_empty_secret_signs_nothing():
    signature = "sha256=" + hmac.new(b"", b"news", "sha256").hexdigest()
    assert not push.is_authentic(signature, "", [b"news"])
