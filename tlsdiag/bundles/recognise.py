"""What bytes are: the kind of a DER structure by its outline, and what people save under the name of a certificate by mistake.

Outlines are of RFC 5280 (certificate, revocation list), RFC 2986 (request), RFC 5208 and RFC 5958 (PKCS#8), RFC 8017 (PKCS#1), RFC 5915 (EC key), RFC 5652
(PKCS#7), RFC 7292 (PKCS#12).
"""

from __future__ import annotations

import re

from ..certificates import DerError
from ..certificates.der import BIT_STRING, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, Element, read_element

SIGNED_DATA, DATA, ENCRYPTED_DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
_TIMES = (0x17, 0x18)
_HTML = re.compile(rb"<!doctype html|<html|<head|<body", re.IGNORECASE)
_SSH = re.compile(rb"^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-|sk-(?:ssh|ecdsa)-)\S* AAAA|^---- BEGIN SSH2|^PuTTY-User-Key-File", re.MULTILINE)


def kind_of(element: Element) -> str:
    """The kind of a DER element, as `Item.kind` names it; also "pkcs7" and "pkcs12"."""
    try:
        return _kind(element)
    except (DerError, IndexError):
        return "unknown"


def _kind(element: Element) -> str:
    parts = element.expect(SEQUENCE).children()
    tags = tuple(part.tag for part in parts)
    if tags[:1] == (OID,):
        return "pkcs7" if parts[0].oid().startswith("1.2.840.113549.1.7.") else "parameters"
    if tags == (SEQUENCE, SEQUENCE, BIT_STRING):
        return _signed(parts[0])
    if tags == (SEQUENCE, BIT_STRING):
        return "public-key"
    if tags == (SEQUENCE, OCTET_STRING):
        return "private-key"  # EncryptedPrivateKeyInfo
    if tags[:1] == (INTEGER,):
        return _numbered(parts, tags)
    return "unknown"


def _numbered(parts: list[Element], tags: tuple[int, ...]) -> str:
    """What begins with a version, or is made of numbers alone."""
    version = parts[0].integer()
    if version == 3 and tags[1:2] == (SEQUENCE,) and parts[1].children()[0].tag == OID:
        return "pkcs12"
    if tags[1:3] == (SEQUENCE, OCTET_STRING) or tags[1:2] == (OCTET_STRING,):
        return "private-key"
    if len(parts) >= 6 and version == 0:
        return "private-key"  # RSA with nine numbers, DSA with six
    if set(tags) == {INTEGER} and len(parts) in (2, 3):
        exponent = parts[1].integer()
        return "public-key" if exponent in (3, 17, 65537) else "parameters"
    return "unknown"


def _signed(body: Element) -> str:
    """Certificate, request or revocation list: all three are a body, an algorithm and a signature."""
    tags = tuple(part.tag for part in body.expect(SEQUENCE).children())
    if tags[:1] == (0xA0,) or (len(tags) >= 6 and tags[:6] == (INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE)):
        return "certificate"
    if tags[:3] == (INTEGER, SEQUENCE, SEQUENCE) and tags[3:4] in ((), (0xA0,)):
        return "request"
    if any(tag in _TIMES for tag in tags[2:4]) and tags[-1] != SET:
        return "revocation-list"
    return "certificate" if len(tags) >= 6 else "unknown"


def is_encrypted_key(element: Element) -> bool:
    """Whether a private key in DER is an EncryptedPrivateKeyInfo."""
    try:
        return element.children()[0].tag == SEQUENCE
    except (DerError, IndexError):
        return False


def foreign(data: bytes) -> tuple[str, str] | None:
    """What is no certificate at all, as problem and words; None when it is not known either."""
    head = data[:4096]
    if not data.strip(b" \t\r\n\0"):
        return "empty", "it is empty" if not data else "it holds white space only"
    if data[:4] in (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"):
        return "java-keystore", "it is a Java keystore (JKS)"
    if _HTML.search(head):
        return "html", "it is an HTML page, as a web server sends it for an error or a login"
    if _SSH.search(head):
        return "ssh-key", "it is an SSH key, which is no certificate"
    if data[:2] in (b"PK", b"\x1f\x8b") or data[:6] == b"7z\xbc\xaf\x27\x1c" or data[257:262] == b"ustar":
        return "archive", "it is an archive (zip, gzip or the like)"
    if head.lstrip().startswith(b"<?xml"):
        return "html", "it is an XML document"
    if head.startswith(b"%PDF"):
        return "unknown", "it is a PDF document"
    if head.startswith(b"Salted__"):
        return "unknown", "it was encrypted as a whole with 'openssl enc'"
    return None


def element_at(data: bytes, at: int = 0) -> Element | None:
    """The SEQUENCE that begins at `at`; None when there is none that is whole."""
    try:
        return read_element(data, at).expect(SEQUENCE)
    except DerError:
        return None
