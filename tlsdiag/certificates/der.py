"""A lenient, bounded reader of DER (X.690): tag, length and content, with offsets for what is wrong.

It takes BER's longer and indefinite lengths, because a malformed certificate is what is diagnosed (`departures` tells what is not DER); it never
reads outside its bounds, and nesting is the caller's, one level at a time. Bad bytes raise `DerError` and nothing else.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import NamedTuple

import attrs

SEQUENCE, SET, INTEGER, BIT_STRING, OCTET_STRING, OID, BOOLEAN, NULL = 0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x01, 0x05
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
MAX_CHILDREN = 10_000
"""More elements than any honest certificate has in one place."""
TOO_MANY = "too many elements"
_MAX_LENGTH_BYTES, _MAX_TAG_BYTES, _MAX_IDENTIFIER = 8, 6, 200
_MAX_INDEFINITE, _MAX_OPEN = 2_000, 8
"""Elements that are looked at to find the end of an indefinite length, and levels of such."""


class DerError(ValueError):
    """Bytes that are no DER; `offset` counts from the start of the outermost element."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} (at byte {offset})")
        self.message, self.offset = message, offset


@attrs.define
class Purse:
    """How many elements may still be read below one element: a hostile certificate has half a million."""

    left: int


class Element(NamedTuple):
    """One element: its tag byte, its content, its whole encoding, and where the content begins. What is below it is paid from its purse."""

    tag: int
    content: bytes
    raw: bytes
    offset: int
    purse: Purse | None = None

    def children(self, *, partial: bool = False) -> list[Element]:
        """The elements inside; DerError when one of them cannot be followed. When there are too many, the first ones (`partial`) or a DerError."""
        found: list[Element] = []
        at, data, size, base = 0, self.content, len(self.content), self.offset
        most = MAX_CHILDREN if self.purse is None else min(MAX_CHILDREN, self.purse.left)
        while at < size:
            if len(found) == most:
                if partial:
                    break
                raise DerError(TOO_MANY, base + at)
            if at + 2 <= size and data[at] & 0x1F != 0x1F and (end := at + 2 + data[at + 1]) <= size and data[at + 1] < 0x80:
                tag, start, stop = data[at], at + 2, end  # the plain case without a call: hostile certificates have thousands
            else:
                tag, start, stop, end, _ = read_header(data, at, size, base)
            found.append(Element(tag, data[start:stop], data[at:end], base + start, self.purse))
            at = end
        if self.purse is not None:
            self.purse.left -= len(found)
        return found

    def expect(self, tag: int) -> Element:
        """The element itself; DerError when it has another tag."""
        if self.tag != tag:
            raise DerError(f"{tag_name(self.tag)} where {tag_name(tag)} should be", self.offset)
        return self

    def integer(self) -> int:
        """The value of an INTEGER."""
        if not self.expect(INTEGER).content:
            raise DerError("an empty INTEGER", self.offset)
        return int.from_bytes(self.content, "big", signed=True)

    def oid(self) -> str:
        """The dotted value of an OBJECT IDENTIFIER."""
        return oid_text(self.expect(OID).content, self.offset)

    def text(self) -> str:
        """A string of any of ASN.1's kinds."""
        encoding = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x14: "latin-1"}.get(self.tag, "utf-8")
        return self.content.decode(encoding, "replace")

    def time(self) -> datetime:
        """A UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5), in UTC."""
        text = self.content.decode("ascii", "replace")
        if self.tag == UTC_TIME and len(text) == 13:
            text = ("19" if text[:2] >= "50" else "20") + text
        elif self.tag == UTC_TIME and len(text) == 11:  # without seconds, as BER has it
            text = ("19" if text[:2] >= "50" else "20") + text[:-1] + "00Z"
        elif self.tag not in (UTC_TIME, GENERALIZED_TIME):
            raise DerError(f"tag 0x{self.tag:02x} is no time", self.offset)
        try:
            return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise DerError(f"{text[:30]!r} is no time of the form that RFC 5280 wants", self.offset) from None


def read_element(data: bytes, at: int = 0, base: int = 0, purse: Purse | None = None) -> Element:
    """The element that begins at `at`; offsets in errors count from `base`."""
    head = read_header(data, at, len(data), base)
    return Element(head.tag, data[head.start : head.stop], data[at : head.end], base + head.start, purse)


class Header(NamedTuple):
    """Where an element lies: its first tag byte, where its content begins and stops, where the element ends, and whether DER writes it so."""

    tag: int
    start: int
    stop: int
    end: int
    is_der: bool


def read_header(data: bytes, at: int, limit: int, base: int = 0) -> Header:
    """The header of the element that begins at `at` and may not go beyond `limit`; longer and indefinite lengths are taken, as BER has them."""
    if at + 2 > limit:
        raise DerError("the data ends where an element should begin", base + at)
    tag, start = data[at], at + 2
    length = data[at + 1]
    if tag & 0x1F == 0x1F:
        return _long_tag(data, at, limit, base)
    if length < 0x80:
        if start + length > limit:
            raise DerError(f"an element of {length} bytes, {limit - start} are left", base + at)
        return Header(tag, start, start + length, start + length, True)
    return _long_length(data, at, at + 1, limit, base)


def _long_length(data: bytes, at: int, first: int, limit: int, base: int) -> Header:
    """An element whose length begins at `first` and takes more than one byte, or has no length at all."""
    count = data[first] & 0x7F
    start = first + 1 + count
    if count == 0:
        return _indefinite(data, at, first + 1, limit, base)
    if count > _MAX_LENGTH_BYTES or start > limit:
        raise DerError("an impossible length", base + first)
    length = int.from_bytes(data[first + 1 : start], "big")
    if start + length > limit:
        raise DerError(f"an element of {length} bytes, {limit - start} are left", base + at)
    shortest = length >= 0x80 and bool(data[first + 1])
    return Header(data[at], start, start + length, start + length, shortest)


def _long_tag(data: bytes, at: int, limit: int, base: int) -> Header:
    """A tag number from 31 up, seven bits a byte; what it is the caller has no use for."""
    first = at + 1
    while first < min(limit, at + _MAX_TAG_BYTES) and data[first] & 0x80:
        first += 1
    first += 1
    if first >= limit or first > at + _MAX_TAG_BYTES:
        raise DerError("a tag that does not end", base + at)
    if data[first] == 0x80:
        raise DerError("a long tag with an indefinite length", base + at)
    minimal = data[at + 1] != 0x80 and (first - at > 2 or data[at + 1] >= 0x1F)
    if data[first] >= 0x80:
        head = _long_length(data, at, first, limit, base)
    else:
        stop = first + 1 + data[first]
        head = Header(data[at], first + 1, stop, stop, True)
    if head.end > limit:
        raise DerError(f"an element of {head.stop - head.start} bytes, {limit - head.start} are left", base + at)
    return head._replace(is_der=head.is_der and minimal)


def _indefinite(data: bytes, at: int, start: int, limit: int, base: int) -> Header:
    """An indefinite length (X.690 section 8.1.3.6): two zero bytes end it. Found level by level, within a budget, since a hostile nesting costs time."""
    if not data[at] & 0x20:
        raise DerError("an indefinite length of a primitive element", base + at)
    open_levels, position = 1, start
    for _ in range(_MAX_INDEFINITE):
        if data[position : position + 2] == b"\0\0" and position + 2 <= limit:
            open_levels -= 1
            position += 2
            if not open_levels:
                return Header(data[at], start, position - 2, position, False)
        elif data[position + 1 : position + 2] == b"\x80" and data[position] & 0x20 and position + 2 <= limit:
            open_levels += 1
            position += 2
        else:
            position = read_header(data, position, limit, base).end
        if open_levels > _MAX_OPEN:
            break
    raise DerError("an indefinite length without an end", base + at)


_TAGS = {
    SEQUENCE: "SEQUENCE", SET: "SET", INTEGER: "INTEGER", BIT_STRING: "BIT STRING", OCTET_STRING: "OCTET STRING", OID: "OBJECT IDENTIFIER",
    BOOLEAN: "BOOLEAN", NULL: "NULL", UTC_TIME: "UTCTime", GENERALIZED_TIME: "GeneralizedTime", 0x0C: "UTF8String", 0x13: "PrintableString",
    0x16: "IA5String",
}  # fmt: skip


def tag_name(tag: int) -> str:
    """A tag byte for people: "BIT STRING", else "tag 0x8a"."""
    return _TAGS.get(tag, f"tag 0x{tag:02x}")


def oid_text(content: bytes, offset: int = 0) -> str:
    """The dotted form of an object identifier's content."""
    if not content or content[-1] & 0x80 or len(content) > _MAX_IDENTIFIER:
        raise DerError("a damaged OBJECT IDENTIFIER", offset)
    return _dotted(content)


@functools.lru_cache(maxsize=1024)
def _dotted(content: bytes) -> str:
    """Remembered, for the same few stand in every certificate."""
    arcs, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))
