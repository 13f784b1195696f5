"""Where bytes depart from DER (X.690 sections 8 to 11): one walk over a part of a certificate, element by element, whatever the elements mean.

A reader of certificates that follows BER takes a length in more bytes than it needs or a TRUE of 01; one that follows DER does not, and the signature
holds either way. The walk needs no schema: the universal types say what their content has to look like. Implicitly tagged content is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import attrs

from .der import DerError, Header, oid_text, read_header

MAX_ELEMENTS = 11_000
"""As many as a certificate of 2,500 names has more than twice over; a walk over more would take longer than a diagnosis may."""
MAX_DEPTH = 64


@attrs.frozen
class Departure:
    """One departure: the code of a problem, the words, and the offset of the element in the certificate."""

    code: str
    detail: str
    offset: int


@attrs.define
class Walk:
    """A walk with its budget of elements, which several parts of one certificate share."""

    data: bytes
    left: int = MAX_ELEMENTS

    def over(self, start: int, stop: int) -> Iterator[Departure]:
        """Every departure between two offsets; the walk ends where an element cannot be followed."""
        try:
            yield from self._level(start, stop, 0)
        except DerError:
            return  # whoever reads the part says so

    def _level(self, at: int, stop: int, depth: int) -> Iterator[Departure]:
        data = self.data
        while at < stop:
            self.left -= 1
            if self.left <= 0:
                return
            if 0x80 <= data[at] < 0xA0 and at + 2 <= stop and data[at] != 0x9F and data[at + 1] < 0x80:
                at += 2 + data[at + 1]  # implicitly tagged and short: nothing to see, and names come by the thousand
                continue
            head = read_header(data, at, stop)
            if not head.is_der:
                yield Departure("encoding-not-der", _length_fault(data, at, head), at)
            tag = head.tag
            if tag & 0x20:
                if tag in _CONSTRUCTED_STRINGS:
                    yield Departure("encoding-not-der", f"a string (tag 0x{tag:02x}) in pieces, as only BER allows", at)
                if depth < MAX_DEPTH:
                    yield from self._level(head.start, head.stop, depth + 1)
                if tag == 0x31:
                    yield from self._order(head, at)
            elif (check := _CONTENTS.get(tag)) is not None:
                found = check(data[head.start : head.stop])
                if found is not None:
                    yield Departure(*found, at)
            at = head.end

    def _order(self, head: Header, at: int) -> Iterator[Departure]:
        """A SET OF is sorted by the encodings of its elements (X.690 section 11.6)."""
        found: list[bytes] = []
        position = head.start
        while position < head.stop and len(found) < 100:
            end = read_header(self.data, position, head.stop).end
            found.append(self.data[position:end])
            position = end
        if not found:
            yield Departure("set-empty", "a SET OF with nothing in it", at)
        if found != sorted(found):
            yield Departure("set-unsorted", "a SET OF is not in the order of its encodings", at)


def _length_fault(data: bytes, at: int, head: Header) -> str:
    if data[at] & 0x1F == 0x1F:
        return "a tag or length in more bytes than it needs"
    if data[at + 1] == 0x80:
        return "an indefinite length"
    return f"a length of {head.stop - head.start} in {head.start - at - 1} bytes, which is more than it needs"


_Fault = tuple[str, str] | None
_NOT_DER = "encoding-not-der"


def _boolean(content: bytes) -> _Fault:
    return None if content in (b"\0", b"\xff") else (_NOT_DER, f"a BOOLEAN of {content[:8].hex() or 'no bytes'}, where DER has 00 or ff")


def _integer(content: bytes) -> _Fault:
    if not content:
        return "integer-padded", "an INTEGER of no bytes"
    needless = len(content) > 1 and ((content[0] == 0 and content[1] < 0x80) or (content[0] == 0xFF and content[1] >= 0x80))
    return ("integer-padded", "an INTEGER with a needless leading byte") if needless else None


def _bit_string(content: bytes) -> _Fault:
    if not content or content[0] > 7 or (content[0] and len(content) == 1):
        return _NOT_DER, "a BIT STRING without a proper count of unused bits"
    if content[-1] & (1 << content[0]) - 1 and len(content) > 1:
        return _NOT_DER, "a BIT STRING whose unused bits are not zero"
    return None


def _null(content: bytes) -> _Fault:
    return (_NOT_DER, f"a NULL of {len(content)} bytes") if content else None


def _identifier(content: bytes) -> _Fault:
    try:
        oid_text(content)
    except DerError as exc:
        return _NOT_DER, exc.message
    return None


def _utf8(content: bytes) -> _Fault:
    try:
        content.decode()
    except UnicodeDecodeError:
        return "string-malformed", "a UTF8String that is no UTF-8"
    return None


_PRINTABLE = re.compile(rb"[A-Za-z0-9 '()+,\-./:=?]*")
_TOLERATED = re.compile(rb"[A-Za-z0-9 '()+,\-./:=?*&]*")


def _printable(content: bytes) -> _Fault:
    if _PRINTABLE.fullmatch(content):
        return None
    shown = content[:40].decode("latin-1")
    if _TOLERATED.fullmatch(content):
        return "string-tolerated", f"the PrintableString {shown!r} has * or &, which are not in its alphabet"
    return "string-characters", f"the PrintableString {shown!r} has characters that are not in its alphabet"


def _ascii(content: bytes) -> _Fault:
    return None if content.isascii() else ("string-characters", "an IA5String with bytes beyond ASCII")


def _numeric(content: bytes) -> _Fault:
    return None if re.fullmatch(rb"[0-9 ]*", content) else ("string-characters", "a NumericString with other characters than digits and spaces")


def _wide(width: int, name: str) -> Callable[[bytes], _Fault]:
    def check(content: bytes) -> _Fault:
        if len(content) % width:
            return "string-malformed", f"a {name} of {len(content)} bytes"
        return "string-type-old", f"a {name}, which RFC 5280 keeps for old names only"

    return check


_CONTENTS: dict[int, Callable[[bytes], _Fault]] = {
    0x01: _boolean, 0x02: _integer, 0x03: _bit_string, 0x05: _null, 0x06: _identifier, 0x0C: _utf8, 0x12: _numeric, 0x13: _printable,
    0x14: _wide(1, "TeletexString"), 0x16: _ascii, 0x1C: _wide(4, "UniversalString"), 0x1E: _wide(2, "BMPString"),
}  # fmt: skip
_CONSTRUCTED_STRINGS = frozenset({0x23, 0x24, 0x2C, 0x32, 0x33, 0x34, 0x36, 0x37, 0x38, 0x3C, 0x3E})
