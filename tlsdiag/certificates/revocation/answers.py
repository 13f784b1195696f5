"""What an OCSP answer is worth for one certificate (RFC 6960 sections 3.2 and 4.2.2): is it about it, who signed it, may he, and is it of today?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..certificate import Certificate
from ..der import DerError
from ..reading import read_certificate
from ..signature import signed_by
from .fields import key_hash
from .ocsp import NONCE, OcspResponse, SingleResponse, read_ocsp_response
from .verdict import SKEW, Fault, Status, StatusVerdict, find_signer, judge_critical, judge_times

OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
NO_CHECK = "1.3.6.1.5.5.7.48.1.5"
"""The responder's certificate need not be checked for revocation itself (RFC 6960 section 4.2.2.2.1)."""
_ANSWER = "OCSP answer"
_KNOWN = frozenset({NONCE})
_ERRORS = {
    "malformedRequest": "it could not read the question",
    "internalError": "it is in trouble itself",
    "tryLater": "it cannot answer at the moment",
    "sigRequired": "it answers signed questions only",
    "unauthorized": "it does not answer for this certificate, or not to us",
}


def judge_ocsp(
    response: OcspResponse | bytes, certificate: Certificate, issuer: Certificate | None, *, at: datetime, skew: timedelta = SKEW
) -> StatusVerdict:
    """Judge an answer about `certificate`, which `issuer` has signed (None: not known, then neither is the answer's signature). Never raises."""
    answer = response if isinstance(response, OcspResponse) else read_ocsp_response(response)
    if answer.status not in ("", "successful"):
        said = _ERRORS.get(answer.status, "a status that RFC 6960 does not know")
        return StatusVerdict(faults=(Fault("responder-error", f"the responder says {answer.status}: {said}"),))
    if answer.problem:
        return StatusVerdict(faults=(Fault("unreadable", f"it is no OCSP answer: {answer.problem}"),))
    about = [item for item in answer.responses if item.certificate_id.is_of(certificate, issuer)]
    if not about:
        return StatusVerdict(faults=(Fault("other-certificate", _meant(answer, certificate)),))
    return _judge_single(answer, max(about, key=lambda item: item.this_update), issuer, at, skew)


def _judge_single(answer: OcspResponse, said: SingleResponse, issuer: Certificate | None, at: datetime, skew: timedelta) -> StatusVerdict:
    signer, faults = _signer(answer, issuer, at)
    return StatusVerdict(
        status=Status(said.status.value),
        faults=(
            *faults,
            *judge_times(_ANSWER, said.this_update, said.next_update, at, skew),
            *judge_critical(_ANSWER, (*answer.extensions, *said.extensions), _KNOWN),
        ),
        revoked_at=said.revoked_at,
        reason=said.reason,
        this_update=said.this_update,
        next_update=said.next_update,
        signer=signer,
        without_no_check=signer == "delegate" and not any(_has_no_check(answer, der) for der in answer.certificates),
    )


def _meant(answer: OcspResponse, certificate: Certificate) -> str:
    if not answer.responses:
        return "the answer speaks of no certificate"
    serials = [item.certificate_id.serial for item in answer.responses]
    if certificate.serial in serials:
        return f"the answer is about the serial number {certificate.serial:x} of another issuer"
    shown = ", ".join(f"{serial:x}" for serial in serials[:3])
    wanted = f"{certificate.serial:x}" if certificate.serial is not None else "unreadable"
    return f"the answer is about the serial number {shown}, and that of this certificate is {wanted}"


def _signer(answer: OcspResponse, issuer: Certificate | None, at: datetime) -> tuple[str, tuple[Fault, ...]]:
    """Who signed the answer ("issuer", "delegate"), and what is wrong with that."""
    if issuer is None:
        return "", (Fault("issuer-unknown", "the issuer's certificate is not at hand, so that nobody can say who signed the answer"),)
    named = [item for item in (issuer, *map(read_certificate, answer.certificates)) if is_responder(answer, item)]
    if not named:
        detail = f"the answer names {_responder(answer)} as its signer: not the issuer, and no certificate that is sent along"
        return "", (Fault("signer-unknown", detail),)
    signer, fault = find_signer(named, answer.signed)
    if signer is None:
        return "", (fault,) if fault is not None else ()
    if signer.spki == issuer.spki:
        return "issuer", ()
    return "delegate", tuple(_delegate(signer, issuer, at))


def is_responder(answer: OcspResponse, certificate: Certificate) -> bool:
    """Whether the responder's name or key in the answer is this certificate's."""
    if answer.responder_name is not None:
        return bool(certificate.subject.raw) and certificate.subject.raw == answer.responder_name.raw
    try:
        return key_hash(certificate.spki, "sha1") == answer.responder_key
    except (DerError, IndexError):
        return False


def _has_no_check(answer: OcspResponse, der: bytes) -> bool:
    certificate = read_certificate(der)
    return is_responder(answer, certificate) and certificate.extension(NO_CHECK) is not None


def _responder(answer: OcspResponse) -> str:
    if answer.responder_name is not None:
        return answer.responder_name.text or f"a name of SHA-256 {hashlib.sha256(answer.responder_name.raw).hexdigest()[:16]}"
    return f"the key {(answer.responder_key or b'').hex()[:40]}"


def _delegate(signer: Certificate, issuer: Certificate, at: datetime) -> Iterator[Fault]:
    """A responder that the issuer has authorised: signed by the issuer's own key, for id-kp-OCSPSigning (RFC 6960 section 4.2.2.2)."""
    if signer.issuer.raw != issuer.subject.raw or signed_by(signer, issuer) is not True:
        by = signer.issuer.text or "nobody"
        yield Fault("signer-not-authorised", f"{signer.label} signed the answer, and its certificate was issued by {by}, not by {issuer.label}")
    elif OCSP_SIGNING not in (signer.extended_key_usage or ()):
        yield Fault("signer-not-authorised", f"{signer.label} signed the answer, and its certificate is not for OCSP signing (extendedKeyUsage)")
    elif signer.not_after is not None and at > signer.not_after:
        yield Fault("signer-expired", f"{signer.label} signed the answer, and its certificate expired on {signer.not_after:%Y-%m-%d %H:%M} UTC")
    elif signer.not_before is not None and at < signer.not_before:
        yield Fault("signer-expired", f"{signer.label} signed the answer, and its certificate is valid from {signer.not_before:%Y-%m-%d %H:%M} UTC on")

