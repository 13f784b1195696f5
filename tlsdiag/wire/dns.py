"""Data of DNS records: CAA (RFC 8659 section 4.1), TLSA (RFC 6698 section 2.1), SVCB and HTTPS (RFC 9460 section 2.2), MX and TXT (RFC 1035 section 3.3).

Without compression, which is undone before. `DecodeError` for anything else.
"""

from __future__ import annotations

import ipaddress

import attrs

from .cursor import DecodeError, Reader

MANDATORY, ALPN, NO_DEFAULT_ALPN, SERVICE_PORT, IPV4_HINT, ECH, IPV6_HINT = range(7)
"""Keys of service parameters (RFC 9460 section 14.3.2, ECH by RFC 9849)."""
_MOST_LABELS = 128


@attrs.frozen(kw_only=True)
class Caa:
    """flags, tag and value."""

    flags: int
    tag: str
    value: str


@attrs.frozen(kw_only=True)
class Tlsa:
    """Certificate usage, selector, matching type, and the certificate association data."""

    usage: int
    selector: int
    matching: int
    data: bytes


@attrs.frozen(kw_only=True)
class Service:
    """A service binding: priority (0 is an alias), target name ("" is the owner), parameters by key, in order."""

    priority: int
    target: str
    parameters: tuple[tuple[int, bytes], ...] = ()

    def parameter(self, key: int) -> bytes | None:
        """The value of a parameter."""
        return next((value for known, value in self.parameters if known == key), None)


def read_caa(data: bytes) -> Caa:
    """The tag in lower case, for it is compared so; what is not ASCII is escaped."""
    reader = Reader(data)
    flags = reader.u8()
    tag = reader.opaque(1)
    return Caa(flags=flags, tag=_text(tag).lower(), value=_text(reader.rest()))


def read_tlsa(data: bytes) -> Tlsa:
    """Read a TLSA record."""
    reader = Reader(data)
    return Tlsa(usage=reader.u8(), selector=reader.u8(), matching=reader.u8(), data=reader.rest())


def read_service(data: bytes) -> Service:
    """Read an SVCB or HTTPS record; keys must rise (RFC 9460 section 2.2)."""
    reader = Reader(data)
    priority, target = reader.u16(), read_name(reader)
    found: list[tuple[int, bytes]] = []
    while reader:
        key = reader.u16()
        if found and key <= found[-1][0]:
            raise DecodeError("the keys of the parameters do not rise", reader.offset)
        found.append((key, reader.opaque(2)))
    return Service(priority=priority, target=target, parameters=tuple(found))


def read_alpn(value: bytes) -> tuple[str, ...]:
    """The protocols of an `alpn` parameter."""
    reader, found = Reader(value), []
    while reader:
        found.append(_text(reader.opaque(1)))
    return tuple(found)


def read_hints(value: bytes, size: int) -> tuple[str, ...]:
    """Addresses of `size` bytes each."""
    reader, found = Reader(value), []
    while reader:
        found.append(str(ipaddress.ip_address(reader.take(size))))
    return tuple(found)


def read_exchange(data: bytes) -> tuple[int, str]:
    """Preference and host of an MX record; the host is "" where no mail is taken (RFC 7505)."""
    reader = Reader(data)
    found = reader.u16(), read_name(reader)
    reader.expect_end()
    return found


def read_strings(data: bytes) -> str:
    """A TXT record, its strings joined."""
    reader, found = Reader(data), b""
    while reader:
        found += reader.opaque(1)
    return _text(found)


def read_name(reader: Reader) -> str:
    """A domain name without the last dot, in lower case."""
    labels: list[str] = []
    while length := reader.u8():
        if length > 63 or len(labels) == _MOST_LABELS:
            raise DecodeError("no label of a domain name", reader.offset)
        labels.append(_text(reader.take(length)).lower())
    return ".".join(labels)


def _text(data: bytes) -> str:
    return data.decode("ascii", "backslashreplace")
