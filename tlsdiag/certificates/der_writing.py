"""Writing DER (X.690): the few elements that a question to an authority, or a signed entry of a log, is made of."""

from __future__ import annotations


def encode(tag: int, *parts: bytes) -> bytes:
    """One DER element of these parts."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def encode_oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = bytearray()
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        content += bytes(reversed(groups))
    return encode(0x06, bytes(content))


def encode_integer(value: int) -> bytes:
    """An INTEGER."""
    return encode(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))
