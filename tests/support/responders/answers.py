"""OCSP answers made to order, sound or wrong in one thing, and certificates that name where to ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tlsdiag.testing import Authority, Issued

Extensions = tuple[tuple[x509.ExtensionType, bool], ...]
_STATES = {"good": ocsp.OCSPCertStatus.GOOD, "revoked": ocsp.OCSPCertStatus.REVOKED, "unknown": ocsp.OCSPCertStatus.UNKNOWN}


def naming(*, ocsp_url: str = "", crl_url: str = "", staple: bool = False, freshest: str = "") -> Extensions:
    """The extensions of a certificate that names a responder, a list, or demands a stapled answer."""
    found: list[tuple[x509.ExtensionType, bool]] = []
    if ocsp_url:
        place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url))
        found.append((x509.AuthorityInformationAccess([place]), False))
    if crl_url:
        found.append((x509.CRLDistributionPoints([_point(crl_url)]), False))
    if freshest:
        found.append((x509.FreshestCRL([_point(freshest)]), False))
    if staple:
        found.append((x509.TLSFeature([x509.TLSFeatureType.status_request]), False))
    return tuple(found)


def _point(url: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


def delegate(authority: Authority, *, signing: bool = True, number: int = 390, no_check: bool = True, **faults: Any) -> Issued:
    """A responder's certificate."""
    extensions: Extensions = ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING if signing else ExtendedKeyUsageOID.SERVER_AUTH]), False),)
    if no_check:
        extensions += ((x509.OCSPNoCheck(), False),)
    return authority.issue(common_name="OCSP Responder", number=number, usages=None, extensions=extensions, **faults)


def answer(
    issued: Issued,
    authority: Authority,
    *,
    now: datetime,
    status: str = "good",
    reason: x509.ReasonFlags | None = None,
    begins: timedelta = timedelta(hours=-1),
    ends: timedelta | None = timedelta(days=7),
    signer: Issued | None = None,
    enclose: bool = True,
    by_name: bool = False,
    hash: Any = hashes.SHA1,
    extensions: Extensions = (),
) -> bytes:
    """What `signer` (the authority itself where none is given) says of a certificate. Times from `now`."""
    by = signer or authority.issued
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=issued.certificate, issuer=authority.issued.certificate, algorithm=hash(), cert_status=_STATES[status], this_update=now + begins,
        next_update=None if ends is None else now + ends, revocation_time=now - timedelta(days=2) if status == "revoked" else None, revocation_reason=reason,
    )  # fmt: skip
    encoding = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
    builder = builder.responder_id(encoding, by.certificate)
    if signer is not None and enclose:
        builder = builder.certificates([signer.certificate])
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(by.private_key, _digest(by.private_key)).public_bytes(Encoding.DER)


def _digest(key: Any) -> Any:
    return None if isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)) else hashes.SHA256()


def damaged(signed: bytes) -> bytes:
    """The same with a signature that is wrong: the last byte of what is signed last is another."""
    return signed[:-1] + bytes((signed[-1] ^ 1,))


def error(status: str) -> bytes:
    """A responder that does not answer: "TRY_LATER", "UNAUTHORIZED", "INTERNAL_ERROR", "MALFORMED_REQUEST"."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus[status]).public_bytes(Encoding.DER)

