"""What a log signs (RFC 6962 section 3.2): the certificate itself, or what its precertificate said.

    digitally-signed struct { version(1) = 0, signature_type(1) = 0, timestamp(8), entry_type(2),
                              x509_entry(0): ASN.1Cert<1..2^24-1>; precert_entry(1): issuer_key_hash(32) TBSCertificate<1..2^24-1>,
                              extensions<0..2^16-1> }

The TBSCertificate of a precert_entry is the certificate's without its SCT list, byte for byte but for the lengths around it. A log that gets the
precertificate takes out the poison instead, and, where a Precertificate Signing Certificate has signed it, puts issuer and authority key identifier
of the final certificate in; it comes to the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from .. import oids
from ..certificate import Certificate
from ..der import OID, SEQUENCE, DerError, Element, read_element
from ..der_writing import encode
from .scts import Sct

X509_ENTRY, PRECERT_ENTRY = 0, 1
PRECERTIFICATE_SIGNING = "1.3.6.1.4.1.11129.2.4.4"
MAX_ENTRY = 2**24 - 1
"""Bytes of a certificate that a log can take."""
_EXTENSIONS = 0xA3
_ISSUER = 3
"""Where the issuer stands in a TBSCertificate that names its version."""
_Change = Callable[[Element, str], bytes]


def x509_entry(certificate: Certificate) -> bytes:
    """The entry of a certificate as it is."""
    return X509_ENTRY.to_bytes(2, "big") + _opaque(certificate.der)


def precert_entry(certificate: Certificate, issuer: Certificate) -> bytes | None:
    """The entry of the precertificate of a final certificate; None when the bytes cannot be followed."""
    tbs = without_extension(certificate.tbs, oids.SCT_LIST)
    return None if tbs is None or not issuer.spki else _precert(issuer, tbs)


def entry_of_precertificate(precertificate: Certificate, signer: Certificate, issuer: Certificate | None = None) -> bytes | None:
    """The same as a log finds it from a precertificate; `issuer` is that of the final certificate, where `signer` is a Precertificate Signing Certificate."""
    tbs = without_extension(precertificate.tbs, oids.CT_POISON)
    if tbs is not None and issuer is not None:
        tbs = _issued_by(tbs, signer)
    return None if tbs is None else _precert(issuer or signer, tbs)


def signed_data(sct: Sct, entry: bytes) -> bytes:
    """What the signature of a v1 SCT is over."""
    return b"\0\0" + sct.timestamp.to_bytes(8, "big") + entry + len(sct.extensions).to_bytes(2, "big") + sct.extensions


def _precert(issuer: Certificate, tbs: bytes) -> bytes:
    return PRECERT_ENTRY.to_bytes(2, "big") + hashlib.sha256(issuer.spki).digest() + _opaque(tbs)


def _opaque(data: bytes) -> bytes:
    return len(data).to_bytes(3, "big") + data


def without_extension(tbs: bytes, oid: str) -> bytes | None:
    """A TBSCertificate without the extensions of a kind, with the shortest lengths around the rest; None when the bytes cannot be followed."""
    return _rewritten(tbs, lambda extension, found: b"" if found == oid else extension.raw)


def _issued_by(tbs: bytes, signer: Certificate) -> bytes | None:
    """The issuer of the signer in the place of the signer, and its authority key identifier in the place of that which names the signer's key."""
    known = signer.extension(oids.AUTHORITY_KEY_IDENTIFIER)

    def exchange(extension: Element, found: str) -> bytes:
        if found != oids.AUTHORITY_KEY_IDENTIFIER or known is None:
            return extension.raw
        *head, value = extension.children()
        return encode(SEQUENCE, *(part.raw for part in head), encode(value.tag, known.value))

    return _rewritten(tbs, exchange, issuer=signer.issuer.raw)


def _rewritten(tbs: bytes, change: _Change, *, issuer: bytes | None = None) -> bytes | None:
    try:
        fields = read_element(tbs).expect(SEQUENCE).children()
        parts = [_extensions(field, change) if field.tag == _EXTENSIONS else field.raw for field in fields]
    except (DerError, IndexError):
        return None
    if issuer is not None and len(parts) > _ISSUER:
        parts[_ISSUER] = issuer
    return encode(SEQUENCE, *parts)


def _extensions(field: Element, change: _Change) -> bytes:
    """The field `[3]` again; nothing where no extension is left."""
    kept = b"".join(change(item, item.children()[0].expect(OID).oid()) for item in field.children()[0].expect(SEQUENCE).children())
    return encode(_EXTENSIONS, encode(SEQUENCE, kept)) if kept else b""
