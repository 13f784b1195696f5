"""Whether a log has signed for a certificate, and for which one when not for this (RFC 6962 sections 2.1.4 and 3.2). Logs have ECDSA P-256 or RSA keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import attrs

from ..certificate import Certificate
from .entries import MAX_ENTRY, precert_entry, signed_data, x509_entry
from .scts import Sct

_SHA256, _RSA, _ECDSA = 4, 1, 3
"""HashAlgorithm and SignatureAlgorithm (RFC 5246 section 7.4.1.4.1): all that RFC 6962 section 2.1.4 allows."""


class Delivery(StrEnum):
    """How an SCT came (RFC 6962 section 3.3)."""

    CERTIFICATE = "certificate"
    TLS = "tls"
    OCSP = "ocsp"


@attrs.frozen(kw_only=True)
class Candidate:
    """A certificate that an SCT may be for, with those that may have issued it."""

    certificate: Certificate
    issuers: tuple[Certificate, ...] = ()

    def entries(self, delivery: Delivery) -> tuple[bytes, ...]:
        """What the log should have signed when it came so."""
        if len(self.certificate.der) > MAX_ENTRY:
            return ()
        if delivery is not Delivery.CERTIFICATE:
            return (x509_entry(self.certificate),)
        found = (precert_entry(self.certificate, issuer) for issuer in self.issuers)
        return tuple(entry for entry in found if entry is not None)


def is_signed(sct: Sct, key: bytes, entries: Iterable[bytes]) -> bool | None:
    """Whether one of the entries is what was signed; None when there is none, or key or algorithm cannot be used here."""
    tried = [_tried(key, sct.hash, sct.algorithm, sct.signature, signed_data(sct, entry)) for entry in entries]
    if any(tried):
        return True
    return False if False in tried else None


def fitting(sct: Sct, key: bytes, delivery: Delivery, candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate that an SCT is for, whichever kind of entry was signed."""
    kinds = (delivery, Delivery.TLS if delivery is Delivery.CERTIFICATE else Delivery.CERTIFICATE)
    return next((item for item in candidates for kind in kinds if is_signed(sct, key, item.entries(kind))), None)


def _tried(key: bytes, hash: int, algorithm: int, signature: bytes, data: bytes) -> bool | None:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        known = load_der_public_key(key)
        if isinstance(known, ec.EllipticCurvePublicKey):
            if (hash, algorithm) != (_SHA256, _ECDSA):
                return False
            known.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        elif isinstance(known, rsa.RSAPublicKey):
            if (hash, algorithm) != (_SHA256, _RSA):
                return False
            known.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            return None
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return True
