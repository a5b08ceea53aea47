"""Whose address a request has: what it says itself counts only behind our own proxies."""

from ipaddress import ip_network

import pytest
from fastapi import Request

from aquatint.api.address import address_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # a stranger says so
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the first one made it up
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("fd00::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8::1", "198.51.100.1", "2001:db8::/64"),
        ("", "198.51.100.1", "unknown"),
    ],
)
def test_the_nearest_address_that_is_no_proxy(peer: str, told: str, address: str) -> None:
    headers = [(b"x-forwarded-for", told.encode())] if told else []
    scope = {"type": "http", "client": (peer, 1) if peer else None, "headers": headers}
    assert address_of(Request(scope), PROXIES) == address


def test_without_proxies_nothing_is_believed() -> None:
    headers = [(b"x-forwarded-for", b"198.51.100.1")]
    request = Request({"type": "http", "client": ("127.0.0.1", 1), "headers": headers})
    assert address_of(request, ()) == "127.0.0.1"
