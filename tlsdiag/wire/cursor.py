"""Bounded reading and writing of TLS's presentation language (RFC 8446 section 3).

A `Reader` never looks outside its bounds, a vector is a child reader of its own, and whoever asks may demand that all was used up.
The only exception for bad bytes is `DecodeError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class DecodeError(ValueError):
    """Bytes that are not what they should be; `offset` counts from the start of the outermost reader."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(f"{message} (at byte {offset})")
        self.message = message
        self.offset = offset


class Reader:
    """Reads numbers and vectors from bytes, within bounds."""

    def __init__(self, data: bytes, *, base: int = 0) -> None:
        self._data = bytes(data)
        self._base = base
        self._at = 0

    @property
    def offset(self) -> int:
        """Where the next byte is read, from the start of the outermost reader."""
        return self._base + self._at

    @property
    def remaining(self) -> int:
        """Bytes left."""
        return len(self._data) - self._at

    def __bool__(self) -> bool:
        return self.remaining > 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.remaining:
            raise DecodeError(f"{count} bytes wanted, {self.remaining} left", self.offset)
        piece = self._data[self._at : self._at + count]
        self._at += count
        return piece

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(self.remaining)

    def number(self, size: int) -> int:
        """An unsigned number of `size` bytes, big-endian."""
        return int.from_bytes(self.take(size), "big")

    def u8(self) -> int:
        """uint8."""
        return self.number(1)

    def u16(self) -> int:
        """uint16."""
        return self.number(2)

    def u24(self) -> int:
        """uint24."""
        return self.number(3)

    def u32(self) -> int:
        """uint32."""
        return self.number(4)

    def vector(self, size: int) -> Reader:
        """A vector whose length field has `size` bytes, as a bounded child reader."""
        length = self.number(size)
        base = self.offset
        return Reader(self.take(length), base=base)

    def opaque(self, size: int) -> bytes:
        """The bytes of a vector whose length field has `size` bytes."""
        return self.vector(size).rest()

    def u16_list(self, size: int) -> tuple[int, ...]:
        """A vector of uint16."""
        child = self.vector(size)
        found = []
        while child:
            found.append(child.u16())
        return tuple(found)

    def expect_end(self) -> None:
        """DecodeError when bytes are left."""
        if self:
            raise DecodeError(f"{self.remaining} bytes too many", self.offset)


class Writer:
    """Collects bytes; vectors get their length when they close."""

    def __init__(self) -> None:
        self._data = bytearray()

    def raw(self, data: bytes) -> Writer:
        """Append raw bytes."""
        self._data += data
        return self

    def number(self, value: int, size: int) -> Writer:
        """Append an unsigned number of `size` bytes; OverflowError when it does not fit."""
        self._data += int(value).to_bytes(size, "big")
        return self

    def u8(self, value: int) -> Writer:
        """Append a uint8."""
        return self.number(value, 1)

    def u16(self, value: int) -> Writer:
        """Append a uint16."""
        return self.number(value, 2)

    def opaque(self, data: bytes, size: int) -> Writer:
        """Append a vector with a length field of `size` bytes."""
        return self.number(len(data), size).raw(data)

    def u16_list(self, values: tuple[int, ...], size: int = 2) -> Writer:
        """Append a vector of uint16."""
        return self.opaque(b"".join(int(value).to_bytes(2, "big") for value in values), size)

    @contextmanager
    def vector(self, size: int) -> Iterator[None]:
        """Everything that is written inside becomes a vector."""
        start = len(self._data)
        yield
        body = bytes(self._data[start:])
        del self._data[start:]
        self.opaque(body, size)

    def done(self) -> bytes:
        """What was written."""
        return bytes(self._data)
