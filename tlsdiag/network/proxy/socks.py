"""SOCKS5, sans-IO: greeting, user name and password, request, reply (RFC 1928, RFC 1929).

    client  05 n method*n                       00: no authentication, 02: user name and password
    proxy   05 method                           FF: none of these
    client  01 n name*n m password*m            RFC 1929, where 02 was chosen
    proxy   01 status                           00: let in
    client  05 01 00 type address port          CONNECT; type 01: IPv4, 03: a name, 04: IPv6
    proxy   05 reply 00 type address port       reply 00: the tunnel is open

Every read is bounded by the protocol itself; what is not SOCKS is kept as evidence.
"""

from __future__ import annotations

import ipaddress

from ...proxies import ProxyServer

METHODS = {0x00: "no authentication", 0x01: "GSSAPI", 0x02: "user name and password", 0xFF: "no acceptable method"}
REPLIES = {
    0x00: "succeeded",
    0x01: "general SOCKS server failure",
    0x02: "connection not allowed by ruleset",
    0x03: "network unreachable",
    0x04: "host unreachable",
    0x05: "connection refused",
    0x06: "TTL expired",
    0x07: "command not supported",
    0x08: "address type not supported",
}
_LENGTHS = {0x01: 4, 0x04: 16}


class SocksDialogue:
    """One SOCKS5 conversation: send `greeting`, then what `receive` returns for what came, until `done`.

    `step` names where it is: "greeting", "authentication" or "request". `method`, `status` (RFC 1929) and `reply` are what the proxy answered.
    """

    def __init__(self, host: str, port: int, proxy: ProxyServer) -> None:
        self._request = b"\x05\x01\x00" + _address(host) + port.to_bytes(2, "big")
        self._proxy = proxy
        self.greeting = b"\x05\x02\x00\x02" if proxy.has_credentials else b"\x05\x01\x00"
        self.step = "greeting"
        self.method: int | None = None
        self.status: int | None = None
        self.reply: int | None = None
        self.problem: str | None = None
        self._first = b""
        self.opened = False
        self.done = False
        self._buffer = b""

    @property
    def evidence(self) -> bytes:
        """The first bytes that came, without our credentials."""
        return self._proxy.blotted(self._first)[:512]

    @property
    def unread(self) -> bytes:
        """What came through the tunnel already."""
        return self._buffer if self.opened else b""

    def receive(self, data: bytes) -> bytes:
        """Take bytes of the proxy; what is to be sent now."""
        self._buffer += data
        self._first = (self._first + data)[:2048]
        to_send = b""
        readers = {"greeting": self._chosen, "authentication": self._authenticated, "request": self._replied}
        while not self.done and (answer := readers[self.step]()) is not None:
            to_send += answer
        return to_send

    def _take(self, count: int) -> bytes | None:
        if len(self._buffer) < count:
            return None
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _break(self) -> None:
        self.problem, self.done = "not-socks", True

    def _chosen(self) -> bytes | None:
        if self._buffer[:1] not in (b"", b"\x05"):
            self._break()
            return None
        if (taken := self._take(2)) is None:
            return None
        self.method = taken[1]
        if self.method == 0x02 and self._proxy.has_credentials:
            self.step = "authentication"
            return _credentials(self._proxy)
        if self.method == 0x00:
            self.step = "request"
            return self._request
        self.done = True
        return None

    def _authenticated(self) -> bytes | None:
        if (taken := self._take(2)) is None:
            return None
        self.status = taken[1]
        if self.status != 0x00:
            self.done = True
            return None
        self.step = "request"
        return self._request

    def _replied(self) -> bytes | None:
        if self._buffer[:1] not in (b"", b"\x05"):
            self._break()
            return None
        if len(self._buffer) < 2:
            return None
        if self._buffer[1] != 0x00:  # some proxies send no address with a refusal
            self.reply, self.done = self._buffer[1], True
            return None
        length = self._length()
        if length is None or self._take(length) is None:
            return None
        self.reply, self.opened, self.done = 0x00, True, True
        return None

    def _length(self) -> int | None:
        """Bytes of the whole reply, as far as they are known."""
        if len(self._buffer) < 5:
            return None
        kind = self._buffer[3]
        if kind == 0x03:
            return 4 + 1 + self._buffer[4] + 2
        if kind not in _LENGTHS:
            self._break()
            return None
        return 4 + _LENGTHS[kind] + 2


def _address(host: str) -> bytes:
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii", "replace")[:255]  # a host name has at most 253 (RFC 1035 section 2.3.4)
        return b"\x03" + bytes([len(name)]) + name
    return (b"\x01" if literal.version == 4 else b"\x04") + literal.packed


def _credentials(proxy: ProxyServer) -> bytes:
    name, password = (proxy.username or "").encode(), (proxy.password or "").encode()
    return b"\x01" + bytes([len(name)]) + name + bytes([len(password)]) + password
