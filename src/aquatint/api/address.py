"""Where a request comes from; what it says of that itself counts only behind our own proxies."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from fastapi import Request

Network = IPv4Network | IPv6Network
_PREFIX = 64  # of IPv6, which one customer has to themselves
_UNKNOWN = "unknown"


def address_of(request: Request, proxies: Sequence[Network]) -> str:
    """The nearest address that is none of `proxies`; an IPv6 one stands for its network."""
    peer = _parsed(request.client.host if request.client else "")
    told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while peer and told and any(peer in network for network in proxies):
        before = _parsed(told.pop().strip())
        if before is None:
            break
        peer = before
    return _name(peer)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found


def _name(address: IPv4Address | IPv6Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _PREFIX), strict=False))
    return str(address or _UNKNOWN)
