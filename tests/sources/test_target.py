"""An address is parsed once: what is checked is what is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.ingest.target import BadTarget, Target, join, parse


@pytest.mark.parametrize(
    ("url", "target", "again"),
    [
        ("http://outlet.example", Target("http", "outlet.example", 80, "/"), "http://outlet.example/"),
        (
            "HTTPS://Outlet.Example:443/A?b#c",
            Target("https", "outlet.example", 443, "/A?b"),
            "https://outlet.example/A?b",
        ),
        ("http://outlet.example:/x", Target("http", "outlet.example", 80, "/x"), "http://outlet.example/x"),
        ("http://outlet.example?q=1", Target("http", "outlet.example", 80, "/?q=1"), "http://outlet.example/?q=1"),
        ("https://1.2.3.4:8443/", Target("https", "1.2.3.4", 8443, "/"), "https://1.2.3.4:8443/"),
        ("http://[2001:DB8::1]:81/", Target("http", "2001:db8::1", 81, "/"), "http://[2001:db8::1]:81/"),
        ("http://bücher.example/", Target("http", "xn--bcher-kva.example", 80, "/"), "http://xn--bcher-kva.example/"),
        (
            "http://o.example/nachrichten über/ä?ö=%C3%BC%",
            Target("http", "o.example", 80, "/nachrichten%20%C3%BCber/%C3%A4?%C3%B6=%C3%BC%"),
            "http://o.example/nachrichten%20%C3%BCber/%C3%A4?%C3%B6=%C3%BC%",
        ),
        ('http://o.example/"<>^`{|}', Target("http", "o.example", 80, "/%22%3C%3E%5E%60%7B%7C%7D"), None),
        ("http://under_score.example/", Target("http", "under_score.example", 80, "/"), None),
    ],
)
def test_an_address_is_understood(url, target, again):
    assert parse(url) == target
    if again is not None:
        assert str(parse(url)) == again


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "not an http or https"),
        (" http://o.example/", "not an http or https"),
        ("ftp://o.example/", "not an http or https"),
        ("http:o.example", "not an http or https"),
        ("http:///o.example", "not an http or https"),
        ("http://o.example\\@evil.example/", "not an http or https"),
        ("http://o.example/\r\nHost: evil.example", "not an http or https"),
        ("http://o.example/\ud800", "not an http or https"),
        ("http://a:b@o.example/", "user name or password"),
        ("http://@o.example/", "user name or password"),
        ("http://o.example:65536/", "no valid host"),
        ("http://o.example:8o/", "no valid host"),
        ("http://o.example:80:80/", "no valid host"),
        ("http://o example/", "no valid host"),
        ("http://o%2eexample/", "no valid host"),
        ("http://[o.example]/", "no valid host"),
        ("http://[::1/", "no valid host"),
        ("http://[fe80::1%25eth0]/", "no valid host"),
        ("http://o!.example/", "no valid host"),
        ("http://☺.example/", "no valid host"),
        (f"http://{'a' * 254}/", "no valid host"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url, reason):
    with pytest.raises(BadTarget, match=reason):
        parse(url)


@given(st.text(alphabet="htps:/[]@.?#%1aü\\\t ☺-_", max_size=30) | st.text(max_size=30))
def test_whatever_the_address_it_is_refused_or_fit_for_a_request(text):
    try:
        target = parse("http://" + text)
    except BadTarget:
        return
    assert str(target).isascii()
    assert not set(str(target)) & set("\r\n\t \\")
    assert "@" not in target.authority
    assert parse(str(target)) == target


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://o.example/b"),
        ("b?c", "https://o.example/a/b?c"),
        ("?c", "https://o.example/a/x?c"),
        ("//evil.example/", "https://evil.example/"),
        (" http://other.example ", "http://other.example"),
    ],
)
def test_a_redirect_is_resolved_as_the_standard_has_it(location, url):
    assert join(parse("https://o.example/a/x"), location) == url


def test_a_redirect_to_no_address_is_said():
    with pytest.raises(BadTarget, match="no address"):
        join(parse("https://o.example/"), "http://[/")
