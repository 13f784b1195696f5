"""The certificates that some bytes carry, in the forms in which authorities publish theirs (RFC 5280 section 4.2.2.1, RFC 8551 section 3.2.2, RFC 7468).

    Certificate ::= SEQUENCE ...                                  DER, or PEM around it, once or more
    ContentInfo ::= SEQUENCE { contentType, [0] SignedData }      PKCS#7 "certs-only" (RFC 5652 sections 3 and 5.1), or PEM around it
    SignedData  ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo, certificates [0] IMPLICIT SET, ... }

Bytes that carry none give none: an HTML page is the usual case.
"""

from __future__ import annotations

import base64
import binascii
import re

import attrs

from .der import SEQUENCE, DerError, Element, read_element
from .stores import pem_to_der

MAX_CARRIED = 32
"""Certificates that are taken out of one answer: bundles of authorities have a few."""
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_PKCS7 = re.compile(rb"-----BEGIN (?:PKCS7|CMS|PKCS #7 SIGNED DATA)-----(.*?)-----END ", re.DOTALL)


@attrs.frozen(kw_only=True)
class Carried:
    """Certificates in DER, in order, and the form that they were in: "der", "pem", "pkcs7" or "" for none."""

    form: str = ""
    certificates: tuple[bytes, ...] = ()


def certificates_in(data: bytes) -> Carried:
    """Take out what is there; never raises."""
    if found := pem_to_der(data):
        return Carried(form="pem", certificates=tuple(found[:MAX_CARRIED]))
    if (block := _PKCS7.search(data)) is not None:
        try:
            data = base64.b64decode(block[1])
        except binascii.Error:
            return Carried()
    try:
        return _from_der(read_element(data).expect(SEQUENCE))
    except (DerError, IndexError):
        return Carried()


def _from_der(outer: Element) -> Carried:
    parts = outer.children()
    if parts[0].tag == SEQUENCE and len(parts) == 3:
        return Carried(form="der", certificates=(outer.raw,))
    if parts[0].oid() != _SIGNED_DATA:
        return Carried()
    signed = parts[1].expect(0xA0).children()[0].expect(SEQUENCE).children()
    bags = [part for part in signed[3:] if part.tag == 0xA0]
    inside = [item.raw for bag in bags for item in bag.children() if item.tag == SEQUENCE]
    return Carried(form="pkcs7", certificates=tuple(inside[:MAX_CARRIED]))
