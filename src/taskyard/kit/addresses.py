"""Addresses of the network: which of them lie outside, where requests for others may go."""

from __future__ import annotations

import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What carries an IPv4 address inside: a translator hands it on to that one.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# Of IPv6 only this much is given to the open network; of IPv4 this part is not, though it is called global.
_GIVEN = ipaddress.ip_network("2000::/3")
_OF_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
_LOCAL_ENDINGS = (".localhost", ".local", ".internal")


def is_public(address: Address) -> bool:
    """Say whether an address is one of the open network, in whatever form it is written.

    Private, loopback, link-local, shared, reserved and group addresses are not; nor is an IPv6 address that only wraps
    one of these.
    """
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    if not address.is_global or address.is_multicast:
        return False
    return address in _GIVEN if isinstance(address, ipaddress.IPv6Address) else address not in _OF_PROTOCOLS


def literal(host: str) -> Address | None:
    """Return the address a host is written as, or None for a name. `127.1` and `0x7f000001` are addresses too."""
    bare = host.removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    try:
        # As the resolver of the system reads the short forms.
        return ipaddress.IPv4Address(socket.inet_aton(bare))
    except (OSError, ValueError):
        return None


def is_outside(host: str) -> bool:
    """Say whether a host, as it is written, may lie outside. What a name stands for is seen when it is resolved."""
    address = literal(host)
    if address is not None:
        return is_public(address)
    name = host.lower().rstrip(".")
    return name != "localhost" and not name.endswith(_LOCAL_ENDINGS)


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour
