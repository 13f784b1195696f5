"""DER by hand: elements, and certificates piece by piece, so that any one piece can be wrong.

`certificate(serial=integer(-1))` is an otherwise honest certificate with a negative serial number; `certificate(extensions=[extension(OID, value)])` has
that extension alone. It is signed with its own key, or with `signer`, over the bytes as they are.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tlsdiag.testing.certificates import new_key

NULL = b"\x05\x00"
SAN, CONSTRAINTS, KEY_USAGE, EKU = "2.5.29.17", "2.5.29.19", "2.5.29.15", "2.5.29.37"
SKI, AKI, NAME_CONSTRAINTS, POLICIES = "2.5.29.14", "2.5.29.35", "2.5.29.30", "2.5.29.32"
AIA, CRL_POINTS = "1.3.6.1.5.5.7.1.1", "2.5.29.31"


def element(tag: int, *contents: bytes) -> bytes:
    """One element with the shortest length."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def long_form(tag: int, content: bytes, extra: int = 1) -> bytes:
    """The same with a length that takes `extra` bytes more than it needs."""
    size = len(content).to_bytes(max(1, (len(content).bit_length() + 7) // 8), "big")
    length = bytes(extra if len(content) >= 0x80 else extra - 1) + size
    return bytes([tag, 0x80 | len(length)]) + length + content


def indefinite(tag: int, *contents: bytes) -> bytes:
    """The same with an indefinite length (X.690 section 8.1.3.6)."""
    return bytes([tag, 0x80]) + b"".join(contents) + b"\0\0"


def seq(*contents: bytes) -> bytes:
    """A SEQUENCE."""
    return element(0x30, *contents)


def set_of(*contents: bytes) -> bytes:
    """A SET, in the order given."""
    return element(0x31, *contents)


def integer(number: int) -> bytes:
    """An INTEGER."""
    return element(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def boolean(value: bool | int) -> bytes:
    """A BOOLEAN; a number is written as it is."""
    return element(0x01, bytes([0xFF if value is True else int(value)]))


def oid(text: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in text.split("."))
    found = b""
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        found += bytes(reversed(groups))
    return element(0x06, found)


def octets(*contents: bytes) -> bytes:
    """An OCTET STRING."""
    return element(0x04, *contents)


def bits(content: bytes, unused: int = 0) -> bytes:
    """A BIT STRING."""
    return element(0x03, bytes([unused]), content)


def text(value: str | bytes, tag: int = 0x0C) -> bytes:
    """A string: UTF8String unless another tag is given."""
    return element(tag, value if isinstance(value, bytes) else value.encode())


def utc(moment: str) -> bytes:
    """A UTCTime as it is written."""
    return element(0x17, moment.encode())


def generalized(moment: str) -> bytes:
    """A GeneralizedTime as it is written."""
    return element(0x18, moment.encode())


def name(*attributes: tuple[str, bytes]) -> bytes:
    """A Name with one attribute in each relative name."""
    return seq(*(set_of(seq(oid(kind), value)) for kind, value in attributes))


def common_name(value: str | bytes, tag: int = 0x0C) -> bytes:
    """A Name that is a common name alone."""
    return name(("2.5.4.3", text(value, tag)))


def extension(kind: str, value: bytes, *, critical: bytes = b"") -> bytes:
    """An extension; `critical` is the whole BOOLEAN, left out by default."""
    return seq(oid(kind), critical, octets(value))


def alternative(*names: bytes) -> bytes:
    """A subjectAltName of encoded GeneralNames."""
    return extension(SAN, seq(*names))


def dns(value: str | bytes) -> bytes:
    """A dNSName."""
    return element(0x82, value if isinstance(value, bytes) else value.encode())


ECDSA_SHA256 = seq(oid("1.2.840.10045.4.3.2"))
VALIDITY = seq(utc("250101000000Z"), utc("450101000000Z"))
VERSION_3 = element(0xA0, integer(2))


@functools.cache
def public_key() -> bytes:
    """The SubjectPublicKeyInfo of the key that signs everything here."""
    found: bytes = new_key("ecdsa", 700).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found


def certificate(
    *,
    version: bytes = VERSION_3,
    serial: bytes | None = None,
    inner: bytes = ECDSA_SHA256,
    issuer: bytes | None = None,
    validity: bytes = VALIDITY,
    subject: bytes | None = None,
    key: bytes | None = None,
    unique: bytes = b"",
    extensions: Sequence[bytes] | None = None,
    rest: bytes = b"",
    outer: bytes = ECDSA_SHA256,
    signature: bytes | None = None,
    behind: bytes = b"",
    signer: Any = None,
) -> bytes:
    """A certificate of these pieces, each the whole element; `extensions=()` is an empty list of them, None none at all."""
    own = common_name("made.example")
    listed = b"" if extensions is None else element(0xA3, seq(*extensions))
    fields = (version, serial or integer(77), inner, issuer or own, validity, own if subject is None else subject, key or public_key(), unique, listed, rest)
    tbs = seq(*fields)
    if signature is None:
        signature = bits((signer or new_key("ecdsa", 700)).sign(tbs, ec.ECDSA(hashes.SHA256())))
    return seq(tbs, outer, signature, behind)
