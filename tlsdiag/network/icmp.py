"""Who said no: the ICMP message behind a failed connect, as Linux keeps it in a socket's error queue (ip(7), IP_RECVERR).

An errno alone does not tell a router's "administratively prohibited" from a missing route, nor a firewall's reject from a closed port. Where the system has no
such queue nothing is told, and nothing is guessed.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import sys

import attrs

# linux/in.h, linux/in6.h, linux/errqueue.h; Python names none of them
_IP_RECVERR, _IPV6_RECVERR = 11, 25
_MSG_ERRQUEUE = 0x2000
_SO_EE_ORIGIN_ICMP, _SO_EE_ORIGIN_ICMP6 = 2, 3
_EXTENDED_ERROR = struct.Struct("=IBBBBII")
_AVAILABLE = sys.platform == "linux"

# RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1: type 3
_CODES4 = {
    0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable", 5: "source route failed", 6: "network unknown",
    7: "host unknown", 9: "network administratively prohibited", 10: "host administratively prohibited", 11: "network unreachable for this service",
    12: "host unreachable for this service", 13: "communication administratively prohibited", 14: "host precedence violation", 15: "precedence cutoff",
}  # fmt: skip
# RFC 4443 section 3.1: type 1
_CODES6 = {
    0: "no route to destination", 1: "communication administratively prohibited", 2: "beyond the scope of the source address", 3: "address unreachable",
    4: "port unreachable", 5: "source address failed the policy", 6: "reject route to destination",
}  # fmt: skip
_PROHIBITED4, _PROHIBITED6 = frozenset((9, 10, 13)), frozenset((1, 5, 6))


@attrs.frozen(kw_only=True)
class IcmpError:
    """A destination-unreachable message: who sent it, its meaning in words, whether it says that the way is closed on purpose."""

    said_by: str
    words: str
    prohibited: bool
    by_this_machine: bool


def listen_for_errors(sock: socket.socket, *, on: bool) -> None:
    """Keep ICMP errors for this socket, or no longer: on an open connection they would end what the kernel would have borne."""
    if not _AVAILABLE:
        return
    with contextlib.suppress(OSError):
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, int(on))
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, int(on))


def icmp_error(sock: socket.socket) -> IcmpError | None:
    """The newest destination-unreachable message that has come for a socket; None when there is none."""
    if not _AVAILABLE:
        return None
    try:
        _, ancillary, _, _ = sock.recvmsg(0, 512, _MSG_ERRQUEUE | socket.MSG_DONTWAIT)
        ours = str(sock.getsockname()[0])
    except OSError:
        return None  # an empty queue
    found = (read_error(data, ours) for _, _, data in ancillary)
    return next((error for error in found if error is not None), None)


def read_error(data: bytes, ours: str = "") -> IcmpError | None:
    """Read a `sock_extended_err` with the address behind it; None for what is no ICMP destination-unreachable."""
    if len(data) < _EXTENDED_ERROR.size:
        return None
    _, origin, kind, code, _, _, _ = _EXTENDED_ERROR.unpack_from(data)
    address = data[_EXTENDED_ERROR.size :]
    if origin == _SO_EE_ORIGIN_ICMP and kind == 3 and len(address) >= 8:
        said_by, words, prohibited = str(ipaddress.IPv4Address(address[4:8])), _CODES4.get(code), code in _PROHIBITED4
    elif origin == _SO_EE_ORIGIN_ICMP6 and kind == 1 and len(address) >= 24:
        said_by, words, prohibited = str(ipaddress.IPv6Address(address[8:24])), _CODES6.get(code), code in _PROHIBITED6
    else:
        return None
    return IcmpError(said_by=said_by, words=words or f"unreachable (code {code})", prohibited=prohibited, by_this_machine=said_by == ours)
