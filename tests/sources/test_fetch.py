"""The one client: what it fetches, what it refuses, and how it says so. Real sockets on loopback, which is allowed by
"host:port" as the sample is."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from sources import client
from sources.ingest import addresses
from sources.ingest.fetch import (
    BadAddress,
    BadResponse,
    BadStatus,
    Blocked,
    Fetcher,
    FetchPolicy,
    Gone,
    TimedOut,
    TooLarge,
    Unreachable,
)
from tests.sources.serving import Answer

FEED = b"<rss version='2.0'><channel><title>One</title></channel></rss>"


def stranger(**resolves: str) -> Fetcher:
    """A client that may reach nothing private; names lead where the test says."""
    return Fetcher(FetchPolicy("Curator/test"), resolver=lambda host, port: (resolves[host.partition(".")[0]],))


# ------------------------------------------------------------------------------------------------ what it does
def test_a_document_comes_with_its_headers(site):
    site.answers["/feed"] = Answer(FEED, headers={"Content-Type": "application/rss+xml", "ETag": '"1"'})
    with site.fetcher() as fetcher:
        found = fetcher.get(f"{site.base}/feed")
    assert (found.status, found.body, found.content_type) == (200, FEED, "application/rss+xml")
    assert found.headers["etag"] == '"1"'
    assert found.wire_size == len(FEED)
    assert found.final_url == f"{site.base}/feed"
    assert not found.moved_to


def test_what_we_have_is_named_and_unchanged_is_understood(site):
    site.answers["/feed"] = Answer(status=304, headers={"Content-Length": "0"})
    with site.fetcher() as fetcher:
        found = fetcher.get(f"{site.base}/feed", etag='"1"', last_modified="Mon, 02 Mar 2026 07:00:00 GMT")
    assert found.is_unchanged
    _, headers = site.requests[0]
    assert headers["if-none-match"] == '"1"'
    assert headers["if-modified-since"] == "Mon, 02 Mar 2026 07:00:00 GMT"


def test_unchanged_from_a_server_that_was_not_told_what_we_have_is_no_answer(site):
    site.answers["/feed"] = Answer(status=304, headers={"Content-Length": "0"})
    with site.fetcher() as fetcher, pytest.raises(BadStatus, match="304"):
        fetcher.get(f"{site.base}/feed", etag="\N{SNOWMAN}")  # cannot be sent


def test_it_says_who_it_is_and_nothing_else(site):
    site.answers["/a"] = Answer(b"1", headers={"Set-Cookie": "session=abc; Path=/"})
    site.answers["/r"] = Answer(status=302, headers={"Location": "/a", "Set-Cookie": "other=1"})
    with site.fetcher() as fetcher:
        fetcher.get(f"{site.base}/r")
        fetcher.get(f"{site.base}/a")
    for _, headers in site.requests:
        assert headers["user-agent"] == "Curator/test (+https://desk.example/)"
        assert not {"cookie", "referer", "authorization"} & set(headers)


def test_a_proxy_of_the_environment_is_not_used(site, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    site.answers["/a"] = Answer(b"1")
    with site.fetcher() as fetcher:
        assert fetcher.get(f"{site.base}/a").body == b"1"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(FEED)),
        ("gzip", gzip.compress(FEED[:20]) + gzip.compress(FEED[20:])),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compress(FEED)[2:-4]),
        ("identity", FEED),
    ],
)
def test_a_packed_document_is_unpacked(site, encoding, packed):
    site.answers["/feed"] = Answer(packed, headers={"Content-Encoding": encoding})
    with site.fetcher() as fetcher:
        assert fetcher.get(f"{site.base}/feed").body == FEED


def test_a_move_for_good_is_reported_only_if_every_step_says_so(site):
    site.answers["/old"] = Answer(status=301, headers={"Location": "/older"})
    site.answers["/older"] = Answer(status=308, headers={"Location": f"{site.base}/new"})
    site.answers["/detour"] = Answer(status=302, headers={"Location": "/old"})
    site.answers["/new"] = Answer(FEED)
    with site.fetcher() as fetcher:
        assert fetcher.get(f"{site.base}/old").moved_to == f"{site.base}/new"
        found = fetcher.get(f"{site.base}/detour")
    assert (found.moved_to, found.final_url) == ("", f"{site.base}/new")


# ------------------------------------------------------------------------------------------------ where it does not go
@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
        ),
        *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:8.8.8.8]/", "http://[64:ff9b::7f00:1]/"),
        *("http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://169.254.169.254/latest/"),
        *(
            "http://100.64.0.1/",
            "http://192.168.1.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://198.18.0.1/",
        ),
        *("http://100.100.100.200/", "http://192.0.0.192/", "http://168.63.129.16/", "http://[fd20:ce::254]/"),
        *("http://[2001:0:7f00:1::]/", "http://[64:ff9b:1::7f00:1]/", "http://[ff02::1]/", "http://[::7f00:1]/"),
        *("http://localhost/", "http://metadata.google.internal/", "http://printer.local/", "http://intranet/"),
        *("http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/"),
    ],
)
def test_private_and_reserved_hosts_are_refused_unasked(url):
    with stranger() as fetcher, pytest.raises(BadAddress):
        fetcher.get(url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "javascript:alert(1)",
            "data:text/xml,<rss/>",
        ),
        *(
            "https://user:pass@example.org/",
            "https://user@example.org/",
            "http://example.org:8080/",
            "http://example.org:22/",
        ),
        *(
            "http:/\\example.org/",
            "http://example.org\\@127.0.0.1/",
            "http://exa mple.org/",
            "http://\texample.org/",
            "",
        ),
        *("http://example.org%00.net/", "http://", "http://.", "http://?", "//example.org/", "example.org"),
    ],
)
def test_what_is_no_plain_web_address_is_refused_unasked(url):
    with stranger() as fetcher, pytest.raises(BadAddress) as refused:
        fetcher.get(url)
    assert not refused.value.may_pass


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.8", "::1", "fe80::1%eth0", "169.254.169.254", "64:ff9b::a00:1"]
)
def test_a_name_that_leads_to_a_private_address_is_refused(address):
    with stranger(news=address) as fetcher, pytest.raises(BadAddress, match="private or reserved"):
        fetcher.get("http://news.example.org/")


@pytest.mark.parametrize("url", ["https://mail.desk.example/", "http://MAIL.desk.example./x"])
def test_the_installations_own_services_are_not_fetched_though_they_are_public(url):
    policy = FetchPolicy("Curator/test", service_hosts=frozenset({"mail.desk.example"}))
    with Fetcher(policy, resolver=lambda host, port: ("8.8.8.8",)) as fetcher:
        with pytest.raises(BadAddress, match="own services"):
            fetcher.get(url)
        with pytest.raises(BadAddress, match="own services"):
            fetcher.post(url, b"x", content_type="text/plain")


def test_settings_name_the_services_that_have_doors_of_their_own(settings):
    settings.SERVICE_HOSTS = ["mail.desk.example"]
    with client.fetcher() as fetcher, pytest.raises(BadAddress, match="own services"):
        fetcher.get("https://mail.desk.example/")


def test_of_several_addresses_only_public_ones_are_connected_to():
    assert addresses.public_only("x", ("10.0.0.1", "8.8.8.8", "::1")) == ("8.8.8.8",)


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "http://localhost/", "file:///etc/passwd", "http://[::1]/"])
def test_a_redirect_to_this_machine_is_refused(site, target):
    site.answers["/r"] = Answer(status=302, headers={"Location": target})
    with site.fetcher() as fetcher, pytest.raises(BadAddress):
        fetcher.get(f"{site.base}/r")
    assert len(site.requests) == 1


def test_only_the_named_port_of_a_private_host_is_allowed(site):
    host, _, port = site.host.partition(":")
    with site.fetcher() as fetcher, pytest.raises(BadAddress):
        fetcher.get(f"http://{host}:{int(port) + 1}/")


def test_a_loop_of_redirects_ends(site):
    site.answers["/loop"] = Answer(status=302, headers={"Location": "/loop"})
    with site.fetcher() as fetcher, pytest.raises(BadResponse, match="more than 5 times"):
        fetcher.get(f"{site.base}/loop")
    assert len(site.requests) == 6


# ------------------------------------------------------------------------------------------------ limits
def test_a_document_announced_too_large_is_not_read(site):
    site.answers["/big"] = Answer(b"x", headers={"Content-Length": "10000000"})
    with site.fetcher(max_bytes=1000) as fetcher, pytest.raises(TooLarge, match="larger than 1,000 bytes"):
        fetcher.get(f"{site.base}/big")


def test_a_document_without_a_length_is_cut_off_at_the_limit(site):
    def drown(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            for _ in range(10_000):
                handler.wfile.write(b"x" * 10_000)
        except OSError:
            pass  # cut off, as it should be

    site.answers["/endless"] = Answer(act=drown)
    with site.fetcher(max_bytes=100_000) as fetcher, pytest.raises(TooLarge):
        fetcher.get(f"{site.base}/endless")


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_bomb_is_stopped_at_the_limit(site, encoding, pack):
    site.answers["/bomb"] = Answer(pack(b"\0" * 200_000_000), headers={"Content-Encoding": encoding})
    started = time.monotonic()
    with site.fetcher(max_bytes=1_000_000) as fetcher, pytest.raises(TooLarge, match="unpacks to more than"):
        fetcher.get(f"{site.base}/bomb")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"not packed"), ("gzip", gzip.compress(FEED)[:-20]), ("br", b"x"), ("deflate", b"\xff" * 9)],
)
def test_what_does_not_unpack_is_said_to_be_broken(site, encoding, body):
    site.answers["/broken"] = Answer(body, headers={"Content-Encoding": encoding})
    with site.fetcher() as fetcher, pytest.raises(BadResponse):
        fetcher.get(f"{site.base}/broken")


@pytest.mark.parametrize("at", ["head", "body"])
def test_a_byte_at_a_time_does_not_hold_us(site, at):
    def drip(handler):
        start = b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if at == "body" else b"X-Slow: ")
        handler.wfile.write(start)
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            pass

    site.answers["/drip"] = Answer(act=drip)
    started = time.monotonic()
    with (
        site.fetcher(total_timeout=0.6, read_timeout=5.0) as fetcher,
        pytest.raises(TimedOut, match=r"within 0\.6 seconds"),
    ):
        fetcher.get(f"{site.base}/drip")
    assert time.monotonic() - started < 2


def test_silence_is_a_time_out(site):
    site.answers["/silent"] = Answer(act=lambda handler: time.sleep(1))
    with site.fetcher(read_timeout=0.2) as fetcher, pytest.raises(TimedOut, match=r"sent nothing for 0\.2 seconds"):
        fetcher.get(f"{site.base}/silent")


def test_a_name_server_that_does_not_answer_is_a_time_out():
    def slow(host, port):
        time.sleep(0.5)
        return ("8.8.8.8",)

    policy = FetchPolicy("Curator/test", connect_timeout=0.1)
    with Fetcher(policy, resolver=slow) as fetcher, pytest.raises(TimedOut):
        fetcher.get("http://slow.example.org/")


def test_a_head_without_end_is_cut_off(site):
    def boast(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        with contextlib.suppress(OSError):
            for number in range(90):
                handler.wfile.write(b"X-%d: %s\r\n" % (number, b"x" * 60_000))

    site.answers["/boast"] = Answer(act=boast)
    with site.fetcher() as fetcher, pytest.raises(TooLarge, match="sends more than it may"):
        fetcher.get(f"{site.base}/boast")


def test_frames_around_the_body_count_too(site):
    def trifle(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(100):
                handler.wfile.write((b"1;" + b"x" * 10_000 + b"\r\nx\r\n") * 10)

    site.answers["/trifle"] = Answer(act=trifle)
    with site.fetcher(max_bytes=100_000) as fetcher, pytest.raises(TooLarge, match="sends more than it may"):
        fetcher.get(f"{site.base}/trifle")


def test_a_file_of_endless_members_is_broken(site):
    site.answers["/members"] = Answer(gzip.compress(b"") * 20_000, headers={"Content-Encoding": "gzip"})
    with site.fetcher() as fetcher, pytest.raises(BadResponse, match="more parts than any file needs"):
        fetcher.get(f"{site.base}/members")


@pytest.mark.parametrize("size", [262_144, 262_145, 524_288, 1_000_000])
def test_a_document_of_any_size_unpacks_whole(site, size):
    document = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    site.answers["/feed"] = Answer(gzip.compress(document), headers={"Content-Encoding": "gzip"})
    with site.fetcher() as fetcher:
        assert fetcher.get(f"{site.base}/feed").body == document


def test_a_large_document_waits_for_its_turn_and_that_time_is_not_the_servers(site):
    waited = []

    def wait():
        waited.append(time.monotonic())
        time.sleep(0.8)

    policy = FetchPolicy("Curator/test", total_timeout=0.7, private_hosts=frozenset({site.host}))
    site.answers["/large"] = Answer(b"x" * 3_000_000)
    site.answers["/small"] = Answer(b"x" * 900_000)
    with Fetcher(policy, before_large=wait) as fetcher:
        assert len(fetcher.get(f"{site.base}/small").body) == 900_000
        assert waited == []
        assert len(fetcher.get(f"{site.base}/large").body) == 3_000_000
    assert len(waited) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 200 OK\r\nX: 1\r\n" * 200 + b"\r\n",
        b"HTTP/9.9 what\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_breaks_off_is_no_document(site, answer):
    site.answers["/x"] = Answer(act=lambda handler: handler.wfile.write(answer))
    with site.fetcher() as fetcher, pytest.raises((BadResponse, Unreachable)):
        fetcher.get(f"{site.base}/x")


def test_an_answer_without_a_length_ends_with_its_connection(site):
    site.answers["/x"] = Answer(act=lambda handler: handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nold"))
    with site.fetcher() as fetcher:
        assert fetcher.get(f"{site.base}/x").body == b"old"


# ------------------------------------------------------------------------------------------------ connections
@pytest.fixture
def counted(site):
    """The site, which keeps from which port each request came."""
    site.ports = []

    def answer(handler):
        site.ports.append(handler.client_address[1])
        return Answer(b"1", headers={"ETag": '"1"'})

    site.answers |= {"/a": answer, "/b": answer}
    return site


def test_a_connection_serves_several_requests(counted):
    with counted.fetcher() as fetcher:
        for path in ("/a", "/b", "/a"):
            fetcher.get(counted.base + path)
    assert len(set(counted.ports)) == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(counted):
    def close(handler):
        counted.ports.append(handler.client_address[1])
        handler.close_connection = True  # without saying so
        return Answer(b"1")

    counted.answers["/close"] = close
    with counted.fetcher() as fetcher:
        for path in ("/close", "/a"):
            assert fetcher.get(counted.base + path).body == b"1"
    assert len(set(counted.ports)) == 2


def test_a_connection_on_which_more_came_than_was_asked_for_is_not_used_again(counted):
    def too_much(handler):
        counted.ports.append(handler.client_address[1])
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1" + b"HTTP/1.1 200 OK\r\n" * 9000)
        return Answer(b"2")

    counted.answers["/much"] = too_much
    with counted.fetcher() as fetcher:
        assert fetcher.get(f"{counted.base}/much").body == b"1"
        assert fetcher.get(f"{counted.base}/a").body == b"1"
    assert len(set(counted.ports)) == 2


def test_a_document_that_was_not_read_to_its_end_ends_its_connection(counted):
    counted.answers["/big"] = Answer(b"x" * 50_000)
    with counted.fetcher(max_bytes=1000) as fetcher:
        with pytest.raises(TooLarge):
            fetcher.get(f"{counted.base}/big")
        assert fetcher.get(f"{counted.base}/a").body == b"1"


def test_of_two_addresses_the_second_is_tried_where_the_first_does_not_answer(site):
    port = int(site.host.rpartition(":")[2])
    policy = FetchPolicy("Curator/test", connect_timeout=2.0, private_hosts=frozenset({f"news.example.org:{port}"}))
    site.answers["/"] = Answer(FEED)
    with Fetcher(policy, resolver=lambda host, _: ("::1", "127.0.0.1")) as fetcher:
        assert fetcher.get(f"http://news.example.org:{port}/").body == FEED


def test_lookups_that_hang_do_not_hold_up_those_of_others():
    def resolve(host, port):
        if host.startswith("dead"):
            time.sleep(1)
        return ("127.0.0.1",)

    policy = FetchPolicy("Curator/test", connect_timeout=0.3, private_hosts=frozenset({"live.example.org:9"}))
    with Fetcher(policy, resolver=resolve) as fetcher, ThreadPoolExecutor(65) as pool:
        dead = [pool.submit(fetcher.get, f"http://dead{number}.example.org/") for number in range(64)]
        live = pool.submit(fetcher.get, "http://live.example.org:9/")
        assert isinstance(live.exception(), Unreachable)
        assert all(isinstance(one.exception(), TimedOut) for one in dead)


# ------------------------------------------------------------------------------------------------ posts
def test_a_post_is_handed_over_and_its_answer_comes_back(site):
    site.answers["/hub"] = Answer(b"thanks", status=202)
    with site.fetcher() as fetcher:
        found = fetcher.post(f"{site.base}/hub", b"a=1&b=2", content_type="text/x-form")
    assert (found.status, found.body, site.posts) == (202, b"thanks", [b"a=1&b=2"])
    _, headers = site.requests[0]
    assert (headers["content-type"], headers["content-length"]) == ("text/x-form", "7")
    assert not {"cookie", "referer", "authorization", "if-none-match"} & set(headers)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/", "http://hub.example.org:6379/"])
def test_a_post_goes_nowhere_that_a_get_may_not_go(url):
    with stranger(hub="127.0.0.1") as fetcher, pytest.raises(BadAddress):
        fetcher.post(url, b"x", content_type="text/plain")


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "http://[::1]/", "file:///etc/passwd"])
def test_a_post_is_not_led_elsewhere(site, target):
    site.answers["/hub"] = Answer(status=307, headers={"Location": target})
    with site.fetcher() as fetcher, pytest.raises(BadAddress):
        fetcher.post(f"{site.base}/hub", b"x", content_type="text/plain")


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_is_not_repeated_as_something_else(site, status):
    site.answers["/hub"] = Answer(status=status, headers={"Location": "/other"})
    with site.fetcher() as fetcher, pytest.raises(BadResponse, match="redirect to another document"):
        fetcher.post(f"{site.base}/hub", b"x", content_type="text/plain")
    assert len(site.requests) == 1


@pytest.mark.parametrize(("status", "kind"), [(304, BadStatus), (403, Blocked), (404, Gone), (500, BadStatus)])
def test_a_post_that_is_not_taken_is_said(site, status, kind):
    site.answers["/hub"] = Answer(status=status)
    with site.fetcher() as fetcher, pytest.raises(kind):
        fetcher.post(f"{site.base}/hub", b"x", content_type="text/plain")


# ------------------------------------------------------------------------------------------------ plain words
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Wed, 04 Mar 2026 12:10:00 GMT", 600),
        ("Wednesday, 04-Mar-26 12:10:00 GMT", 600),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0),
        ("999999999", 86_400),
        ("-1", None),
        ("soon", None),
        ("", None),
    ],
)
def test_when_a_server_wants_us_back_is_read_in_either_form(site, value, seconds):
    def answer(handler):
        handler.send_response_only(503)
        handler.send_header("Date", "Wed, 04 Mar 2026 12:00:00 GMT")
        handler.send_header("Retry-After", value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.answers["/x"] = Answer(act=answer)
    with site.fetcher() as fetcher, pytest.raises(BadStatus) as refused:
        fetcher.get(f"{site.base}/x")
    assert refused.value.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, Blocked), (429, Blocked), (404, Gone), (410, Gone), (500, BadStatus), (503, BadStatus), (204, BadStatus)],
)
def test_a_refusal_names_what_and_where(site, status, kind):
    site.answers["/x"] = Answer(status=status, headers={"Retry-After": "120", "Content-Length": "0"})
    with site.fetcher() as fetcher, pytest.raises(kind, match=f"{site.base}/x answers {status}") as refused:
        fetcher.get(f"{site.base}/x")
    assert refused.value.status == status
    assert refused.value.retry_after == 120


def test_an_unknown_name_and_a_closed_port_are_unreachable():
    def unknown(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    with (
        Fetcher(FetchPolicy("Curator/test"), resolver=unknown) as fetcher,
        pytest.raises(Unreachable, match="not known"),
    ):
        fetcher.get("http://gone.example.org/")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
    policy = FetchPolicy("Curator/test", private_hosts=frozenset({host}))
    with Fetcher(policy) as fetcher, pytest.raises(Unreachable, match="cannot be reached"):
        fetcher.get(f"http://{host}/")


def test_a_server_without_tls_is_said_to_have_no_secure_connection(site):
    site.answers["/"] = Answer(b"plain")
    with site.fetcher() as fetcher, pytest.raises(Unreachable, match="no secure connection"):
        fetcher.get(site.base.replace("http:", "https:") + "/")


def test_what_is_not_http_is_said_to_be_none(site):
    site.answers["/x"] = Answer(act=lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))
    with site.fetcher() as fetcher, pytest.raises(BadResponse, match="proper HTTP"):
        fetcher.get(f"{site.base}/x")


def test_the_server_name_is_the_name_and_not_the_address():
    """TLS is asked for by name though the connection goes to a checked address: the first bytes carry it."""
    seen = []
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"news.example.org:{listener.getsockname()[1]}"

    def resolve(name, port):
        seen.append(name)
        return ("127.0.0.1",)

    def accept():
        connection, _ = listener.accept()
        seen.append(connection.recv(4096))
        connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    policy = FetchPolicy("Curator/test", private_hosts=frozenset({host}))
    with Fetcher(policy, resolver=resolve) as fetcher, pytest.raises((Unreachable, BadResponse)):
        fetcher.get(f"https://{host}/")
    thread.join()
    listener.close()
    assert seen[0] == "news.example.org"
    assert b"news.example.org" in seen[1]
