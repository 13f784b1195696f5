"""Public keys (RFC 3279, RFC 5480, RFC 8017, RFC 8410, RFC 9881): what a SubjectPublicKeyInfo holds, without a library that might refuse it.

    SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from . import oids
from .certificate import KeyInfo
from .der import BIT_STRING, NULL, OID, SEQUENCE, DerError, Element, read_element

_MAX_MODULUS = 2_100
"""Bytes of an RSA modulus that are taken as a number (16,384 bits and a little); a longer one has its size told alone."""


def key_info(spki: Element) -> KeyInfo:
    """The key's kind and size; DerError where the key of a known kind cannot be read."""
    algorithm, bits = _parts(spki)
    parts = algorithm.expect(SEQUENCE).children()
    if not parts:
        raise DerError("an algorithm without its identifier", algorithm.offset)
    oid = parts[0].expect(OID).oid()
    kind, size = oids.KEYS.get(oid, (oid, None))
    info = KeyInfo(kind=kind, bits=size, oid=oid)
    if kind == "RSA":
        return _rsa(info, bits)
    if kind == "EC":
        return _curve(info, parts)
    if kind == "DSA" and len(parts) > 1 and parts[1].tag == SEQUENCE:
        return attrs.evolve(info, bits=parts[1].children()[0].integer().bit_length())
    return info  # DSA without parameters has its issuer's (RFC 3279 section 2.3.2)


def _parts(spki: Element) -> tuple[Element, Element]:
    parts = spki.expect(SEQUENCE).children()
    if len(parts) < 2:
        raise DerError("a public key without its bits", spki.offset)
    return parts[0], parts[1]


def _rsa(info: KeyInfo, bits: Element) -> KeyInfo:
    """RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }"""
    parts = read_element(bits.expect(BIT_STRING).content, 1, bits.offset).expect(SEQUENCE).children()
    if len(parts) < 2:
        raise DerError("an RSA key without modulus and exponent", bits.offset)
    modulus, exponent = parts[0], parts[1]
    if len(modulus.content) > _MAX_MODULUS or len(exponent.content) > _MAX_MODULUS:
        return attrs.evolve(info, bits=8 * len(modulus.content))
    number = modulus.integer()
    return attrs.evolve(info, bits=number.bit_length(), exponent=exponent.integer(), modulus=number)


def _curve(info: KeyInfo, parts: list[Element]) -> KeyInfo:
    if len(parts) > 1 and parts[1].tag == OID:
        oid = parts[1].oid()
        curve, size = oids.CURVES.get(oid, (oid, None))
        return attrs.evolve(info, curve=curve, bits=size)
    if len(parts) > 1 and parts[1].tag == SEQUENCE:
        return attrs.evolve(info, curve="explicit", bits=_explicit_size(parts[1]))
    return info


def _explicit_size(parameters: Element) -> int | None:
    """The size of the prime of SpecifiedECDomain (RFC 3279 section 2.3.5): SEQUENCE { version, FieldID, curve, base, order, ... }."""
    try:
        field = parameters.children()[1].expect(SEQUENCE).children()
        size = field[1].integer().bit_length() if field[0].oid() == "1.2.840.10045.1.1" else None
    except (DerError, IndexError):
        return None
    return size


def key_faults(spki: Element) -> Iterator[tuple[str, str, int]]:
    """What is wrong with the parameters and the bits of a key: code, words, offset. Stops where the key cannot be read, which is told elsewhere."""
    try:
        algorithm, bits = _parts(spki)
        parts = algorithm.expect(SEQUENCE).children()
        kind, _ = oids.KEYS.get(parts[0].oid(), ("", None))
    except (DerError, IndexError):
        return
    if bits.tag == BIT_STRING and bits.content[:1] != b"\0":
        yield "key-malformed", "the public key does not end with a whole byte", bits.offset
    if kind == "RSA":
        yield from _rsa_faults(parts, algorithm, bits)
    elif kind == "EC":
        yield from _curve_faults(parts, algorithm, bits)
    elif kind not in ("", "DSA") and len(parts) > 1:
        yield "key-parameters", f"a key of the kind {kind} has parameters, and has to have none", parts[1].offset
    if kind in oids.KEY_BYTES and len(bits.content) - 1 != oids.KEY_BYTES[kind]:
        yield "key-malformed", f"a key of the kind {kind} has {len(bits.content) - 1} bytes; {oids.KEY_BYTES[kind]} is right", bits.offset


def _rsa_faults(parts: list[Element], algorithm: Element, bits: Element) -> Iterator[tuple[str, str, int]]:
    if parts[0].oid() == oids.RSA_KEY:
        if len(parts) == 1:
            yield "key-parameters", "the RSA key's algorithm lacks its NULL parameters, which Go and others refuse", algorithm.offset
        elif parts[1].tag != NULL:
            yield "key-parameters", "the RSA key's algorithm has parameters other than NULL", parts[1].offset
    try:
        numbers = read_element(bits.content, 1, bits.offset)
        items = numbers.children()
    except DerError:
        return
    if len(items) > 2 or len(numbers.raw) + 1 < len(bits.content):
        yield "key-malformed", "the RSA key has more than modulus and exponent", bits.offset
    for name, item in zip(("modulus", "exponent"), items, strict=False):
        if item.content[:1] == b"\0" and item.content[1:2] < b"\x80":
            yield "key-malformed", f"the RSA key's {name} has a needless leading byte", item.offset
        elif item.content[:1] >= b"\x80" or not item.content.strip(b"\0"):
            yield "key-malformed", f"the RSA key's {name} is not positive", item.offset


def _curve_faults(parts: list[Element], algorithm: Element, bits: Element) -> Iterator[tuple[str, str, int]]:
    if len(parts) == 1 or parts[1].tag not in (OID, SEQUENCE):
        yield "key-malformed", "the elliptic-curve key does not name its curve", algorithm.offset
        return
    if parts[1].tag == SEQUENCE and _explicit_size(parts[1]) is None:
        yield "key-malformed", "the elliptic-curve key writes out a curve that cannot be read", parts[1].offset
    elif parts[1].tag == SEQUENCE:
        yield "key-parameters", "the elliptic-curve key writes its curve out, which RFC 5480 forbids; OpenSSL 3 and others refuse it", parts[1].offset
    form, size = bits.content[1:2], len(bits.content) - 2
    if form not in (b"\x02", b"\x03", b"\x04"):
        yield "key-malformed", f"the elliptic-curve point begins with {form.hex() or 'nothing'}; 02, 03 and 04 are the forms", bits.offset
    elif form != b"\x04":
        yield "key-parameters", "the elliptic-curve point is compressed, which Go and Chromium refuse", bits.offset
    _, width = oids.CURVES.get(parts[1].oid(), ("", None)) if parts[1].tag == OID else ("", None)
    wanted = (width + 7) // 8 * (2 if form == b"\x04" else 1) if width else size
    if form in (b"\x02", b"\x03", b"\x04") and size != wanted:
        yield "key-malformed", f"the elliptic-curve point has {size} bytes; {wanted} is right for its curve", bits.offset
