"""The record layer (RFC 8446 section 5.1, RFC 5246 section 6.2): framing only, no protection.

    struct { ContentType type; ProtocolVersion legacy_record_version; uint16 length; opaque fragment[length]; } TLSPlaintext;
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ..iana import ContentType, ProtocolVersion
from .cursor import DecodeError, Writer

HEADER = 5
MAX_FRAGMENT = 2**14 + 2048
"""The longest protected fragment that any version allows (RFC 5246 section 6.2.3)."""
_CONTENT_TYPES = range(20, 27)


class NotTLS(DecodeError):
    """The bytes are no TLS record; `data` is what was there."""

    def __init__(self, data: bytes) -> None:
        super().__init__("not a TLS record")
        self.data = data


@attrs.frozen(kw_only=True)
class Record:
    """One record as it was framed."""

    content_type: ContentType
    version: ProtocolVersion
    fragment: bytes

    def encode(self) -> bytes:
        """The record's bytes."""
        return Writer().u8(self.content_type).u16(self.version).opaque(self.fragment, 2).done()


class RecordReader:
    """Cuts a stream into records. After an error it gives nothing more."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending(self) -> bytes:
        """Bytes of a record that is not whole yet."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> Iterator[Record]:
        """Take bytes, give whole records one by one; `NotTLS` at a header that is none, `DecodeError` for one that is too long.

        What comes before a fault is given before the fault is raised.
        """
        self._buffer += data
        return self._whole()

    def _whole(self) -> Iterator[Record]:
        while (record := self._next()) is not None:
            yield record

    def _next(self) -> Record | None:
        head = self._buffer
        if head and (head[0] not in _CONTENT_TYPES or (len(head) > 1 and head[1] not in (3, 0x7F, 1))):
            raise NotTLS(bytes(head))
        if len(head) < HEADER:
            return None
        length = int.from_bytes(head[3:5], "big")
        if length > MAX_FRAGMENT:
            raise DecodeError(f"a record of {length} bytes is longer than any version allows", 3)
        if len(head) < HEADER + length:
            return None
        record = Record(
            content_type=ContentType(head[0]),
            version=ProtocolVersion(int.from_bytes(head[1:3], "big")),
            fragment=bytes(head[HEADER : HEADER + length]),
        )
        del self._buffer[: HEADER + length]
        return record


def encode_records(content_type: int, version: int, payload: bytes, fragment_size: int = 2**14) -> bytes:
    """Frame a payload as one or more records of at most `fragment_size` bytes."""
    pieces = [payload[at : at + fragment_size] for at in range(0, len(payload), fragment_size)] or [b""]
    return b"".join(
        Record(content_type=ContentType(content_type), version=ProtocolVersion(version), fragment=piece).encode()
        for piece in pieces
    )
