"""A lenient, bounded reader of DER (X.690): tag, length and content, with offsets for what is wrong.

It takes BER's longer length forms, because a malformed certificate is what is diagnosed; it never reads outside its bounds, and
nesting is the caller's, one level at a time. Bad bytes raise `DerError` and nothing else.
"""

from __future__ import annotations

from datetime import UTC, datetime

import attrs

SEQUENCE, SET, INTEGER, BIT_STRING, OCTET_STRING, OID, BOOLEAN, NULL = 0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x01, 0x05
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
MAX_CHILDREN = 10_000
"""More elements than any honest certificate has in one place."""


class DerError(ValueError):
    """Bytes that are no DER; `offset` counts from the start of the outermost element."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} (at byte {offset})")
        self.message, self.offset = message, offset


@attrs.frozen
class Element:
    """One element: its tag byte, its content, its whole encoding, and where the content begins."""

    tag: int
    content: bytes
    raw: bytes
    offset: int

    def children(self) -> list[Element]:
        """The elements inside."""
        found: list[Element] = []
        at = 0
        while at < len(self.content):
            if len(found) == MAX_CHILDREN:
                raise DerError("too many elements", self.offset + at)
            element = read_element(self.content, at, self.offset)
            at += len(element.raw)
            found.append(element)
        return found

    def expect(self, tag: int) -> Element:
        """The element itself; DerError when it has another tag."""
        if self.tag != tag:
            raise DerError(f"tag 0x{self.tag:02x} where 0x{tag:02x} was expected", self.offset)
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
        elif self.tag not in (UTC_TIME, GENERALIZED_TIME):
            raise DerError(f"tag 0x{self.tag:02x} is no time", self.offset)
        try:
            return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise DerError(f"{text[:30]!r} is no time of the form that RFC 5280 wants", self.offset) from None


def read_element(data: bytes, at: int = 0, base: int = 0) -> Element:
    """The element that begins at `at`; offsets in errors count from `base`."""
    if at + 2 > len(data):
        raise DerError("the data ends where an element should begin", base + at)
    tag, first = data[at], data[at + 1]
    start = at + 2
    length = first
    if tag & 0x1F == 0x1F:
        raise DerError("a tag of more than one byte", base + at)
    if first >= 0x80:
        count = first & 0x7F
        if count == 0 or count > 4 or start + count > len(data):
            raise DerError("an indefinite or impossible length", base + at + 1)
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        raise DerError(f"an element of {length} bytes, {len(data) - start} are left", base + at)
    return Element(tag, data[start : start + length], data[at : start + length], base + start)


def oid_text(content: bytes, offset: int = 0) -> str:
    """The dotted form of an object identifier's content."""
    if not content or content[-1] & 0x80:
        raise DerError("a damaged OBJECT IDENTIFIER", offset)
    arcs, value = [], 0
    for byte in content[:200]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))
