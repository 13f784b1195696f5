"""Handshake messages: framing across records (RFC 8446 section 4), alerts (section 6)."""

from __future__ import annotations

from typing import Self

import attrs

from ..iana import AlertDescription, HandshakeType
from .cursor import DecodeError, Reader, Writer

MAX_MESSAGE = 2**20
"""A cap of our own, far above any honest Certificate message, so that a peer cannot fill memory."""


@attrs.frozen(kw_only=True)
class HandshakeMessage:
    """One handshake message: its type and its body."""

    type: HandshakeType
    body: bytes

    def encode(self) -> bytes:
        """Header and body."""
        return Writer().u8(self.type).opaque(self.body, 3).done()


class HandshakeReader:
    """Joins fragments into handshake messages."""

    def __init__(self, limit: int = MAX_MESSAGE) -> None:
        self._buffer = bytearray()
        self._limit = limit

    @property
    def pending(self) -> int:
        """Bytes of a message that is not whole yet."""
        return len(self._buffer)

    def feed(self, fragment: bytes) -> list[HandshakeMessage]:
        """Take a fragment, return whole messages; `DecodeError` for one that is longer than the limit."""
        self._buffer += fragment
        found = []
        while len(self._buffer) >= 4:
            length = int.from_bytes(self._buffer[1:4], "big")
            if length > self._limit:
                raise DecodeError(f"a handshake message of {length} bytes", 1)
            if len(self._buffer) < 4 + length:
                break
            found.append(HandshakeMessage(type=HandshakeType(self._buffer[0]), body=bytes(self._buffer[4 : 4 + length])))
            del self._buffer[: 4 + length]
        return found


@attrs.frozen(kw_only=True)
class Alert:
    """An alert (RFC 8446 section 6): level 1 is warning, 2 is fatal."""

    level: int
    description: AlertDescription

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the two bytes of an alert."""
        reader = Reader(body)
        found = cls(level=reader.u8(), description=AlertDescription(reader.u8()))
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The two bytes."""
        return Writer().u8(self.level).u8(self.description).done()

    @property
    def is_fatal(self) -> bool:
        """True when the peer says that it is over."""
        return self.level == 2
