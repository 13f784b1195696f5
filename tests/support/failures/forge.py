"""Certificates that no honest library makes: an honest one is taken apart, changed in its signed part, and signed again.

`forged(issued, signer, serial(-1))` is `issued` with a negative serial number. An edit takes the elements of the TBSCertificate (RFC 5280 section 4.1), each in
DER, and gives them back changed: version, serial, signature, issuer, validity, subject, key, extensions.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tlsdiag.certificates.der import read_element
from tlsdiag.testing import Issued

VERSION, SERIAL, SIGNATURE, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS = range(8)
SEQUENCE, INTEGER, BIT_STRING, OCTET_STRING, BOOLEAN = 0x30, 0x02, 0x03, 0x04, 0x01
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")

Edit = Callable[[list[bytes]], list[bytes]]


@attrs.frozen(kw_only=True)
class Pair:
    """What a server is given: a chain as it is to be sent, and the key of its leaf, both in PEM."""

    chain_pem: bytes
    key_pem: bytes


def pair(issued: Issued, *, chain: bytes | None = None) -> Pair:
    """An honest certificate; `chain` is sent in place of its own chain."""
    return Pair(chain_pem=issued.chain_pem if chain is None else chain, key_pem=issued.key_pem)


def forged(issued: Issued | x509.Certificate, signer: Any, *edits: Edit, algorithm: bytes = _ECDSA_SHA256, outer: bytes | None = None) -> bytes:
    """The certificate's DER after the edits, signed by the key `signer`; `outer` is written as its algorithm outside of the signed part."""
    whole = issued.der if isinstance(issued, Issued) else issued.public_bytes(Encoding.DER)
    parts = [item.raw for item in read_element(whole).children()[0].children()]
    parts[SIGNATURE] = algorithm
    for edit in edits:
        parts = edit(parts)
    tbs = der(SEQUENCE, b"".join(parts))
    return der(SEQUENCE, tbs + (outer or algorithm) + der(BIT_STRING, b"\0" + _signature(signer, tbs)))


def _signature(signer: Any, tbs: bytes) -> bytes:
    if isinstance(signer, rsa.RSAPrivateKey):
        return signer.sign(tbs, padding.PKCS1v15(), hashes.SHA256())
    made: bytes = signer.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return made


def forged_pair(issued: Issued, signer: Any, *edits: Edit, **options: Any) -> Pair:
    """A forged leaf with the honest chain above it."""
    return Pair(chain_pem=pem(forged(issued, signer, *edits, **options), *issued.chain[1:]), key_pem=issued.key_pem)


def replaced(at: int, element: bytes) -> Edit:
    """Exchange one element of the signed part; an empty one takes it out."""
    return lambda parts: [*parts[:at], *([element] if element else []), *parts[at + 1 :]]


def serial(number: int) -> Edit:
    """Another serial number, which may be zero or negative."""
    return replaced(SERIAL, der(INTEGER, number.to_bytes(max(1, (number.bit_length() + 8) // 8), "big", signed=True)))


def validity(not_before: bytes, not_after: bytes, *, tags: tuple[int, int] = (0x17, 0x17)) -> Edit:
    """Other dates, as they are written; 0x17 is UTCTime, 0x18 GeneralizedTime."""
    return replaced(VALIDITY, der(SEQUENCE, der(tags[0], not_before) + der(tags[1], not_after)))


def version_1(parts: list[bytes]) -> list[bytes]:
    """A certificate of version 1: no version, no extensions."""
    return parts[SERIAL:EXTENSIONS]


def empty_subject(parts: list[bytes]) -> list[bytes]:
    """A subject without a single attribute."""
    return replaced(SUBJECT, der(SEQUENCE, b""))(parts)


def extensions(change: Callable[[list[bytes]], list[bytes]]) -> Edit:
    """Change the list of extensions, each in DER."""

    def edit(parts: list[bytes]) -> list[bytes]:
        found = [item.raw for item in read_element(parts[EXTENSIONS]).children()[0].children()]
        return [*parts[:EXTENSIONS], der(0xA3, der(SEQUENCE, b"".join(change(found))))]

    return edit


def key_usage(**allowed: bool) -> Edit:
    """Another keyUsage: of cryptography's names, those that are given as True."""
    bits = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    value = sum(0x80 >> number for number, name in enumerate(bits) if allowed.get(name))
    oid = bytes.fromhex("0603551d0f")
    extension = der(SEQUENCE, oid + der(BOOLEAN, b"\xff") + der(OCTET_STRING, der(BIT_STRING, bytes([0, value]))))
    return extensions(lambda known: [*(item for item in known if oid not in item), extension])


def der(tag: int, content: bytes) -> bytes:
    """One element in DER."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def pem(*ders: bytes) -> bytes:
    """Certificates in PEM, whatever is in them."""
    return b"".join(b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(item) + b"-----END CERTIFICATE-----\n" for item in ders)
