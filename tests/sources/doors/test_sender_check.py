"""Whom a mail comes from is what our own server says of it, and nobody else."""

from __future__ import annotations

import pytest

from sources.doors.sender_check import Standing, judge

OURS = "mx.brief.example"


def standing(*values: str, domain: str = "ngo.example", list_domain: str = "", server: str = OURS) -> str:
    fields = [("Authentication-Results", value) for value in values]
    return judge([*fields, ("From", "x")], server=server, domain=domain, list_domain=list_domain).standing


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"{OURS}; dmarc=pass header.from=ngo.example", Standing.VERIFIED),
        (f"{OURS} 1; DMARC=Pass (p=REJECT sp=REJECT) header.from=NGO.example", Standing.VERIFIED),
        (f"{OURS}; spf=pass smtp.mailfrom=x@ngo.example; dkim=pass header.d=ngo.example", Standing.VERIFIED),
        (f"{OURS}; dkim=pass header.i=@mail.ngo.example", Standing.VERIFIED),
        (f"{OURS}; dkim=fail header.d=other.example; dkim=pass header.d=ngo.example", Standing.VERIFIED),
        (f"{OURS}; dmarc=fail (p=none) header.from=ngo.example; dkim=pass header.d=ngo.example", Standing.FORGED),
        (f"{OURS}; dkim=fail header.d=ngo.example", Standing.FORGED),
        (f"{OURS}; dmarc=pass header.from=evil.example", Standing.FORGED),
        (f"{OURS}; dkim=pass header.d=evil.example", Standing.UNCHECKED),
        (f"{OURS}; dkim=fail header.d=evil.example", Standing.UNCHECKED),
        (f"{OURS}; spf=pass smtp.mailfrom=ngo.example", Standing.UNCHECKED),
        (f"{OURS}; none", Standing.UNCHECKED),
        (f"{OURS}; x=y (dmarc=pass); comment=\"dmarc=pass\"", Standing.UNCHECKED),
        ("evil.example; dmarc=pass header.from=ngo.example", Standing.UNCHECKED),
        (f"({OURS}); dmarc=pass header.from=ngo.example", Standing.UNCHECKED),
        ("", Standing.UNCHECKED),
    ],
)  # fmt: skip
def test_what_our_server_says_is_what_counts(value, expected):
    assert standing(value) == expected


def test_without_the_name_of_our_server_nobody_is_confirmed():
    assert standing("; dmarc=pass header.from=ngo.example", server="") == Standing.UNCHECKED


def test_the_worst_that_our_server_says_counts():
    fail, good = (f"{OURS}; dmarc={result} header.from=ngo.example" for result in ("fail", "pass"))
    assert standing(fail, good) == standing(good, fail) == Standing.FORGED


def test_a_field_that_came_with_the_message_counts_for_nothing():
    ours = ("Authentication-Results", f"{OURS}; spf=pass")
    forged = ("Authentication-Results", f"{OURS}; dmarc=pass header.from=ngo.example")
    found = judge([ours, ("Received", "x"), forged], server=OURS, domain="ngo.example")
    assert found.standing == Standing.UNCHECKED


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"{OURS}; dkim=pass header.d=lists.ngo.example; dmarc=fail header.from=someone.example", Standing.VERIFIED),
        (f"{OURS}; dmarc=pass header.from=evil.example; dkim=pass header.d=evil.example", Standing.FORGED),
        ("", Standing.UNCHECKED),
    ],
)
def test_a_list_has_to_have_signed_what_comes_by_it(value, expected):
    assert standing(value, domain="evil.example", list_domain="news.ngo.example") == expected


def test_a_domain_that_many_register_below_is_nobodys():
    assert standing(f"{OURS}; dkim=pass header.d=evil.co.uk", domain="ngo.co.uk") == Standing.UNCHECKED
