"""Revocation, pure: OCSP answers (RFC 6960) and revocation lists (RFC 5280 section 5), read leniently and judged for one certificate. No socket, no clock."""

from __future__ import annotations

from .answers import judge_ocsp
from .asking import REQUEST_TYPE, ocsp_get_url, ocsp_request
from .fields import ON_HOLD, wants_staple
from .listed import judge_crl
from .lists import ListScope, RevocationList, RevokedEntry, read_crl
from .ocsp import CertificateId, CertStatus, OcspResponse, SingleResponse, read_ocsp_response
from .verdict import FAULTS, SKEW, Fault, Status, StatusVerdict, issuer_among

__all__ = [
    "FAULTS", "ON_HOLD", "REQUEST_TYPE", "SKEW", "CertStatus", "CertificateId", "Fault", "ListScope", "OcspResponse", "RevocationList", "RevokedEntry",
    "SingleResponse", "Status", "StatusVerdict", "issuer_among", "judge_crl", "judge_ocsp", "ocsp_get_url", "ocsp_request", "read_crl", "read_ocsp_response",
    "wants_staple",
]  # fmt: skip
