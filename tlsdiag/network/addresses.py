"""What kind of place an address is, by IANA's registries of special-purpose addresses (RFC 6890): where a stranger's URL may not lead.

The tables are our own, for those of `ipaddress` differ between releases of Python. An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4,
Teredo) is what that one is.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressKind(StrEnum):
    """The kinds that are told apart."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    LINK_LOCAL = "link-local"
    RESERVED = "reserved"
    MULTICAST = "multicast"


def kind_of(address: str) -> AddressKind:
    """The kind of an address literal, with or without a zone; what is no address is reserved."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return AddressKind.RESERVED
    if (inner := _carried(found)) is not None:
        return kind_of(str(inner))
    return next((kind for network, kind in _TABLE if found.version == network.version and found in network), AddressKind.PUBLIC)


def _carried(address: _Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address within an IPv6 one (RFC 4291 section 2.5.5.2, RFC 6052, RFC 3056, RFC 4380)."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo is not None else None
    return address.ipv4_mapped or address.sixtofour or teredo


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_KINDS = {
    AddressKind.LOOPBACK: ("127.0.0.0/8", "::1/128"),
    AddressKind.PRIVATE: ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10", "64:ff9b:1::/48"),
    AddressKind.LINK_LOCAL: ("169.254.0.0/16", "fe80::/10"),
    AddressKind.MULTICAST: ("224.0.0.0/4", "ff00::/8"),
    AddressKind.RESERVED: (
        "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
        "::/96", "100::/64", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "3fff::/20", "5f00::/16",
    ),
}  # fmt: skip
_TABLE = tuple((ipaddress.ip_network(text), kind) for kind, texts in _KINDS.items() for text in texts)
