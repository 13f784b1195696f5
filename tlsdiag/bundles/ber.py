"""BER with indefinite lengths (X.690 section 8.1.3.6) turned into definite ones: what old Windows, Java and Netscape wrote for PKCS#7 and PKCS#12.

An octet string in pieces becomes one. Bounded in depth and size; bad bytes raise `DerError` and nothing else.
"""

from __future__ import annotations

from ..certificates import DerError

_MAX_DEPTH = 24
_PIECES = 0x24
"""The tag of an OCTET STRING that is made of others."""


def is_indefinite(data: bytes) -> bool:
    """Whether the outermost element has no length of its own."""
    return data[:2] == b"\x30\x80"


def definite(data: bytes) -> bytes:
    """The first element of `data` with a length everywhere."""
    encoded, _ = _element(data, 0, 0)
    return encoded


def _element(data: bytes, at: int, depth: int) -> tuple[bytes, int]:
    """The element that begins at `at`, encoded again, and where the next begins."""
    if depth > _MAX_DEPTH or at + 2 > len(data):
        raise DerError("nested too deeply, or cut short", at)
    tag, start, length = data[at], at + 2, data[at + 1]
    if length >= 0x80 and length != 0x80:
        count = length & 0x7F
        if count > 4 or start + count > len(data):
            raise DerError("an impossible length", at + 1)
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    elif length == 0x80:
        parts, end = _children(data, start, None, depth)
        return _encoded(tag, parts), end
    if start + length > len(data):
        raise DerError("an element that is cut short", at)
    end = start + length
    if not tag & 0x20:
        return data[at:end], end
    parts, _ = _children(data, start, end, depth)
    return _encoded(tag, parts), end


def _children(data: bytes, at: int, end: int | None, depth: int) -> tuple[list[bytes], int]:
    parts: list[bytes] = []
    while at != end:
        if end is None and data[at : at + 2] == b"\0\0":
            return parts, at + 2
        part, at = _element(data, at, depth + 1)
        if end is not None and at > end:
            raise DerError("an element that is longer than what holds it", at)
        parts.append(part)
    return parts, at


def _encoded(tag: int, parts: list[bytes]) -> bytes:
    if tag in (_PIECES, 0xA0) and parts and all(part[0] == 0x04 for part in parts) and (tag == _PIECES or len(parts) > 1):
        content, tag = b"".join(_content(part) for part in parts), 0x04 if tag == _PIECES else 0x80
    else:
        content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    count = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | count)) + size.to_bytes(count, "big") + content


def _content(part: bytes) -> bytes:
    return part[2:] if part[1] < 0x80 else part[2 + (part[1] & 0x7F) :]
