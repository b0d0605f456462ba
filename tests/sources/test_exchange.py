"""Heads of answers, as servers write them."""

from __future__ import annotations

import http.client
import io
import string
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.ingest.connect import Line
from sources.ingest.exchange import Answer, NotSendable, ProtocolError, Request, exchange
from sources.ingest.target import parse

TARGET = parse("http://outlet.example/feed?a=1")
NAMES = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=12)
VALUES = st.text(string.ascii_letters + string.digits + ' ;,="/:*', max_size=20).map(str.strip)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=20)


class FakeLine:
    """What is used of a line: it answers what it was given, and remembers what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.sent = answer, b""

    def sendall(self, content: bytes) -> None:
        self.sent += content

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self.answer))


def answer(head: bytes, body: bytes = b"") -> Answer:
    line = cast("Line", FakeLine(head + body))
    return exchange(line, TARGET, Request("GET", {}))


def test_a_request_is_one_head_and_its_content():
    line = FakeLine(b"HTTP/1.1 204 No Content\r\n\r\n")
    exchange(line, TARGET, Request("POST", {"Accept": "*/*"}, b"a=1"))
    assert line.sent == (
        b"POST /feed?a=1 HTTP/1.1\r\nHost: outlet.example\r\nAccept: */*\r\nContent-Length: 3\r\n\r\na=1"
    )


@pytest.mark.parametrize("value", ["a\r\nX: 1", "a\nb", "\x00", "ሰላም"])
def test_nothing_that_would_leave_its_line_is_sent(value):
    line = FakeLine(b"HTTP/1.1 200 OK\r\n\r\n")
    with pytest.raises(NotSendable):
        exchange(line, TARGET, Request("GET", {"If-None-Match": value}))
    assert line.sent == b""


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        (b"ETag: 1\r\nETag: 2\r\n", {"etag": "1, 2"}),
        (b"X: one\r\n  two\r\n\tthree\r\n", {"x": "one two three"}),
        (b"  goes on from nothing\r\nX: 1\r\n", {"x": "1"}),
        (b"no colon here\r\n and on\r\nX: 1\r\n", {"x": "1"}),
        (b": no name\r\nX : 1\r\n", {"x": "1"}),
        (b"X: 1\nY:2\n", {"x": "1", "y": "2"}),
        (b"X: caf\xe9 \xd9\x85\r\n", {"x": "café Ù\x85".strip()}),
        (b"X:\r\n", {"x": ""}),
    ],
)
def test_heads_that_are_not_quite_right_are_read_for_what_they_say(head, headers):
    found = answer(b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: 2\r\n\r\n", b"ok")
    assert {name: value for name, value in found.headers.items() if name != "content-length"} == headers
    assert b"".join(found.chunks()) == b"ok"
    assert found.is_over


@pytest.mark.parametrize("line", [b"HTTP/1.1 100 Continue", b"HTTP/1.1 103 Early Hints\r\nLink: <x>"])
def test_a_head_that_only_announces_another_is_passed_over(line):
    found = answer(line + b"\r\n\r\nHTTP/1.1 304 Not Modified\r\nETag: 1\r\n\r\n")
    assert (found.status, found.headers, found.is_over) == (304, {"etag": "1"}, True)


@pytest.mark.parametrize(
    "line",
    [b"", b"\r\n", b"HTTP/2 200\r\n", b"HTTP/1.1 2000 OK\r\n", b"HTTP/1.1 020\r\n", b"ICY 200 OK\r\n", b"HTTP/1.1\r\n"],
)
def test_what_is_no_status_line_is_no_answer(line):
    with pytest.raises((ProtocolError, ConnectionError)):
        answer(line + b"\r\n" if line else b"")


@pytest.mark.parametrize(
    ("head", "is_over"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close\r\n", False),
        (b"HTTP/1.1 200 OK\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n", True),
    ],
)
def test_a_line_may_be_used_again_where_the_answer_says_where_it_ends(head, is_over):
    found = answer(head + b"\r\n", b"ok")
    assert b"".join(found.chunks()) == b"ok"
    assert found.is_over is is_over


def test_a_body_in_chunks_is_put_together():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 9\r\n\r\n"
    found = answer(head, b"2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: 1\r\n\r\n")
    assert b"".join(found.chunks()) == b"abc"
    assert found.is_over


@given(HEADERS)
def test_a_plain_head_is_read_as_the_standard_library_reads_it(headers):
    kept = [(name, value) for name, value in headers if name.lower() not in {"transfer-encoding", "content-length"}]
    head = "HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in kept) + "\r\n"
    theirs = http.client.HTTPResponse(FakeLine(head.encode()))
    theirs.begin()
    expected: dict[str, str] = {}
    for name, value in theirs.getheaders():
        expected[name.lower()] = f"{expected[name.lower()]}, {value}" if name.lower() in expected else value
    ours = answer(head.encode())
    assert ours.headers == expected
    assert ours.status == theirs.status
