"""OCSP answers as facts (RFC 6960 section 4.2). `read_ocsp_response` never raises: what cannot be read is `problem`, and the rest is there all the same.

    OCSPResponse  ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] SEQUENCE { responseType OID, response OCTET STRING } OPTIONAL }
    BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING, certs [0] SEQUENCE OF Certificate OPTIONAL }
    ResponseData  ::= SEQUENCE { version [0] DEFAULT v1, responderID, producedAt, responses SEQUENCE OF SingleResponse, responseExtensions [1] }
    SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate, nextUpdate [0] OPTIONAL, singleExtensions [1] OPTIONAL }
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from ..certificate import Certificate, Extension, Name
from ..der import OCTET_STRING, SEQUENCE, DerError, Element, read_element
from ..reading import read_name_der
from .fields import HASH_OIDS, Signed, extension_value, key_hash, read_extensions, read_signed, reason_of, timestamp_list

BASIC = "1.3.6.1.5.5.7.48.1.1"
NONCE = "1.3.6.1.5.5.7.48.1.2"
TIMESTAMPS = "1.3.6.1.4.1.11129.2.4.5"
MAX_RESPONSES = 1000
"""An answer may speak of several certificates (RFC 6960 section 4.2.1); no honest one speaks of more."""
MAX_CERTIFICATES = 16
_HASH_NAMES = {oid: name for name, oid in HASH_OIDS.items()}
_STATES = {0: "successful", 1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired", 6: "unauthorized"}


class CertStatus(StrEnum):
    """What an answer says of a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class CertificateId:
    """CertID: which certificate is meant. `hash` is "sha1", "sha256", ... or the dotted OID of another."""

    hash: str
    issuer_name: bytes
    issuer_key: bytes
    serial: int

    def is_of(self, certificate: Certificate, issuer: Certificate | None) -> bool:
        """Whether it names this certificate; without the issuer its key cannot be compared, with an unknown hash neither can the name."""
        if self.serial != certificate.serial:
            return False
        if self.hash not in HASH_OIDS:
            return True
        if hashlib.new(self.hash, certificate.issuer.raw).digest() != self.issuer_name:
            return False
        return issuer is None or not issuer.spki or _key_hash(issuer, self.hash) == self.issuer_key


def _key_hash(issuer: Certificate, algorithm: str) -> bytes:
    try:
        return key_hash(issuer.spki, algorithm)
    except (DerError, IndexError):
        return b""


@attrs.frozen(kw_only=True)
class SingleResponse:
    """What is said of one certificate. `scts` are serialized SCTs (RFC 6962 section 3.3)."""

    certificate_id: CertificateId
    status: CertStatus
    this_update: datetime
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: str | None = None
    extensions: tuple[Extension, ...] = ()
    scts: tuple[bytes, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class OcspResponse:
    """An OCSPResponse. `status` is its own ("successful", "tryLater", ...; the number of an unknown one), `responses` is empty without a basic response.

    The responder is named by `responder_name` or by `responder_key`, the SHA-1 of its key. `certificates` are DER, as sent along.
    """

    status: str = ""
    problem: str = ""
    response_type: str = ""
    responder_name: Name | None = None
    responder_key: bytes | None = None
    produced_at: datetime | None = None
    responses: tuple[SingleResponse, ...] = ()
    extensions: tuple[Extension, ...] = ()
    signed: Signed = attrs.field(factory=Signed)
    certificates: tuple[bytes, ...] = attrs.field(default=(), repr=False)

    @property
    def nonce(self) -> bytes | None:
        """The nonce (RFC 9654), with the tag and length that it should have and some leave out."""
        return extension_value(self.extensions, NONCE)

    @property
    def scts(self) -> tuple[bytes, ...]:
        """The timestamps of every certificate spoken of."""
        return tuple(sct for item in self.responses for sct in item.scts)


def read_ocsp_response(der: bytes) -> OcspResponse:
    """Read an answer as far as it can be read."""
    found: dict[str, Any] = {}
    try:
        _outer(read_element(bytes(der)), found)
    except DerError as exc:
        found["problem"] = str(exc)
    except (IndexError, ValueError) as exc:
        found["problem"] = f"it ends too early or has an impossible value: {exc}"
    return OcspResponse(**found)


def _outer(element: Element, found: dict[str, Any]) -> None:
    parts = element.expect(SEQUENCE).children()
    state = int.from_bytes(parts[0].expect(0x0A).content[:4], "big")
    found["status"] = _STATES.get(state, str(state))
    if len(parts) == 1:
        if state == 0:
            raise DerError("a successful response without one", element.offset)
        return
    kind, answer, *_ = parts[1].expect(0xA0).children()[0].expect(SEQUENCE).children()
    found["response_type"] = kind.oid()
    if found["response_type"] != BASIC:
        raise DerError(f"a response of the type {found['response_type']}, which is not the basic one", kind.offset)
    content = answer.expect(OCTET_STRING).content
    tbs, algorithm, signature, *certificates = read_element(content, 0, answer.offset).expect(SEQUENCE).children()
    found["signed"] = read_signed(tbs, algorithm, signature)
    if certificates:
        found["certificates"] = tuple(item.raw for item in certificates[0].expect(0xA0).children()[0].children()[:MAX_CERTIFICATES])
    _data(tbs.children(), found)


def _data(parts: list[Element], found: dict[str, Any]) -> None:
    if parts[0].tag == 0xA0:  # the version, left out where it is 1
        parts = parts[1:]
    responder, produced, responses, *rest = parts
    if responder.tag == 0xA1:
        found["responder_name"] = read_name_der(responder.content)
    else:
        found["responder_key"] = responder.expect(0xA2).children()[0].expect(OCTET_STRING).content
    found["produced_at"] = produced.time()
    found["responses"] = tuple(_single(item.expect(SEQUENCE).children()) for item in responses.expect(SEQUENCE).children()[:MAX_RESPONSES])
    for part in rest:
        if part.tag == 0xA1:
            found["extensions"] = read_extensions(part.children()[0])


def _single(parts: list[Element]) -> SingleResponse:
    certificate_id, status, this_update, *rest = parts
    optional = {part.tag: part.children()[0] for part in rest}
    extensions = read_extensions(optional[0xA1]) if 0xA1 in optional else ()
    return SingleResponse(
        certificate_id=_certificate_id(certificate_id),
        this_update=this_update.time(),
        next_update=optional[0xA0].time() if 0xA0 in optional else None,
        extensions=extensions,
        scts=timestamp_list(extension_value(extensions, TIMESTAMPS) or b""),
        **_status(status),
    )


def _certificate_id(element: Element) -> CertificateId:
    algorithm, name, key, serial, *_ = element.expect(SEQUENCE).children()
    oid = algorithm.expect(SEQUENCE).children()[0].oid()
    return CertificateId(
        hash=_HASH_NAMES.get(oid, oid),
        issuer_name=name.expect(OCTET_STRING).content,
        issuer_key=key.expect(OCTET_STRING).content,
        serial=serial.integer(),
    )


def _status(element: Element) -> dict[str, Any]:
    if element.tag == 0x80:
        return {"status": CertStatus.GOOD}
    if element.tag in (0x82, 0xA2):
        return {"status": CertStatus.UNKNOWN}
    revoked_at, *reason = element.expect(0xA1).children()
    code = reason[0].children()[0].expect(0x0A).content[:4] if reason else None
    return {
        "status": CertStatus.REVOKED,
        "revoked_at": revoked_at.time(),
        "reason": reason_of(int.from_bytes(code, "big")) if code is not None else None,
    }

