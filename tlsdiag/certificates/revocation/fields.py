"""What OCSP answers and revocation lists have in common: reasons, hashes, extensions, signed parts."""

from __future__ import annotations

import hashlib

import attrs

from ..certificate import Certificate, Extension
from ..der import BIT_STRING, BOOLEAN, OCTET_STRING, SEQUENCE, DerError, Element, read_element
from ..transparency.scts import split_list

#: CRLReason (RFC 5280 section 5.3.1); 7 is not used.
REASONS: dict[int, str] = {
    0: "unspecified", 1: "keyCompromise", 2: "cACompromise", 3: "affiliationChanged", 4: "superseded", 5: "cessationOfOperation",
    6: "certificateHold", 8: "removeFromCRL", 9: "privilegeWithdrawn", 10: "aACompromise",
}  # fmt: skip
ON_HOLD, REMOVED = "certificateHold", "removeFromCRL"
HASH_OIDS: dict[str, str] = {
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_STATUS_REQUEST = 5
_MAX_EXTENSIONS = 64


@attrs.frozen(kw_only=True)
class Signed:
    """The signed part of an answer or a list, raw, and its signature. `algorithm` is a dotted OID, `parameters` the whole AlgorithmIdentifier."""

    tbs: bytes = attrs.field(default=b"", repr=False)
    algorithm: str = ""
    parameters: bytes = attrs.field(default=b"", repr=False)
    signature: bytes = attrs.field(default=b"", repr=False)


def read_signed(tbs: Element, algorithm: Element, signature: Element) -> Signed:
    """The three parts of everything that an authority signs (RFC 5280 section 4.1)."""
    return Signed(
        tbs=tbs.expect(SEQUENCE).raw,
        algorithm=algorithm.expect(SEQUENCE).children()[0].oid(),
        parameters=algorithm.raw,
        signature=signature.expect(BIT_STRING).content[1:],
    )


def read_extensions(block: Element) -> tuple[Extension, ...]:
    """Extensions ::= SEQUENCE OF Extension; DerError for a damaged one."""
    items = block.expect(SEQUENCE).children()
    if len(items) > _MAX_EXTENSIONS:
        raise DerError("too many extensions", block.offset)
    return tuple(_extension(item) for item in items)


def _extension(item: Element) -> Extension:
    parts = item.expect(SEQUENCE).children()
    if not 2 <= len(parts) <= 3:
        raise DerError("an extension of another shape", item.offset)
    critical = len(parts) == 3 and parts[1].expect(BOOLEAN).content != b"\0"
    return Extension(oid=parts[0].oid(), critical=critical, value=parts[-1].expect(OCTET_STRING).content)


def extension_value(extensions: tuple[Extension, ...], oid: str) -> bytes | None:
    """The value of the first extension of a kind."""
    return next((item.value for item in extensions if item.oid == oid), None)


def reason_of(code: int) -> str:
    """The name of a CRLReason; an unknown one keeps its number."""
    return REASONS.get(code, f"reason {code}")


def key_hash(spki: bytes, algorithm: str) -> bytes:
    """The hash of a key as OCSP has it: of the BIT STRING's content alone, without its count of unused bits (RFC 6960 section 4.1.1); DerError."""
    return hashlib.new(algorithm, read_element(spki).children()[1].expect(BIT_STRING).content[1:]).digest()


def wants_staple(certificate: Certificate) -> bool:
    """Whether a certificate demands a stapled OCSP answer: the TLS feature status_request (RFC 7633), "must-staple"."""
    return _STATUS_REQUEST in certificate.tls_features


def timestamp_list(value: bytes) -> tuple[bytes, ...]:
    """The serialized SCTs of an extension: a SignedCertificateTimestampList in an OCTET STRING (RFC 6962 section 3.3); what is damaged gives nothing."""
    try:
        return split_list(read_element(value).expect(OCTET_STRING).content)[0]
    except DerError:
        return ()
