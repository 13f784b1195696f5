"""An OCSP question (RFC 6960 section 4.1), in the short form that every responder takes: one certificate, SHA-1, no signature (RFC 5019 section 2.1).

    OCSPRequest ::= SEQUENCE { TBSRequest ::= SEQUENCE { requestList SEQUENCE OF Request, requestExtensions [2] OPTIONAL } }
    Request     ::= SEQUENCE { CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } }
"""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote

from ..certificate import Certificate
from ..der import DerError
from ..der_writing import encode, encode_integer, encode_oid
from .fields import HASH_OIDS, key_hash
from .ocsp import NONCE

MAX_GET = 255
"""A question that makes a longer URL goes by POST (RFC 5019 section 5)."""
REQUEST_TYPE = "application/ocsp-request"


def ocsp_request(certificate: Certificate, issuer: Certificate, *, hash: str = "sha1", nonce: bytes = b"") -> bytes | None:
    """The DER of a question about `certificate`; None where its serial number or the issuer's key cannot be read. `hash` names one of `HASH_OIDS`."""
    if certificate.serial is None:
        return None
    try:
        key = key_hash(issuer.spki, hash)
    except (DerError, IndexError):
        return None
    algorithm = encode(0x30, encode_oid(HASH_OIDS[hash]), encode(0x05))
    name = hashlib.new(hash, certificate.issuer.raw).digest()
    certificate_id = encode(0x30, algorithm, encode(0x04, name), encode(0x04, key), encode_integer(certificate.serial))
    extensions = b""
    if nonce:
        value = encode(0x30, encode_oid(NONCE), encode(0x04, encode(0x04, nonce)))
        extensions = encode(0xA2, encode(0x30, value))
    return encode(0x30, encode(0x30, encode(0x30, encode(0x30, certificate_id)), extensions))


def ocsp_get_url(url: str, request: bytes) -> str | None:
    """The URL that asks by GET (RFC 6960 appendix A.1); None where it would be longer than responders take."""
    asked = f"{url.rstrip('/')}/{quote(base64.b64encode(request).decode('ascii'), safe='')}"
    return asked if len(asked) <= MAX_GET else None
