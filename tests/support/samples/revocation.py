"""Samples of revocation: stapled answers, and what an authority's sources said."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any

from cryptography import x509
from responders import answer, damaged, delegate, error, listing, naming

from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.revocation import StatusVerdict, judge_crl, judge_ocsp
from tlsdiag.check import Seen
from tlsdiag.facts import ClientOutcome, Note, RevocationSources, SourceKind, SourceSeen, Stapled
from tlsdiag.failure import Failure, FailureKind, Phase
from tlsdiag.testing import Authority, Issued
from tlsdiag.testing.observations import NOW, client_outcome

from .certificate import issued as presented
from .certificate import issuing, leaf, root, stranger
from .common import Samples

OCSP_URL, CRL_URL = "http://ocsp.example/", "http://crl.example/list.crl"


@functools.cache
def _made(staple: bool) -> Issued:
    return leaf(extensions=naming(ocsp_url=OCSP_URL, crl_url=CRL_URL, staple=staple))


def subject(*, staple: bool = False) -> Issued:
    return _made(staple)


def stapled(response: bytes | None, *, staple: bool = False, sent: int = 2, again: bytes | None = None, verify_code: int | None = None) -> Seen:
    """A handshake with this answer; `sent` certificates of the chain."""
    from .certificate import chain

    item = subject(staple=staple)
    view = presented(item, verify_code=verify_code) if sent > 1 else chain(item.der, trust=stranger().pem)
    observed = Stapled(certificate=item.der, demanded=staple, response=response, asked_again=staple and response is None, again=again)
    view.observations.put(Stapled, view.endpoint, observed)
    return view


def said(**options: Any) -> bytes:
    """An answer about the subject, of the issuing authority."""
    return answer(subject(), issuing(), now=NOW, **options)


def signed_by(signer: Issued, **options: Any) -> Seen:
    return stapled(said(signer=signer, **options))


def _seen(kind: SourceKind, url: str, verdict: StatusVerdict, certificate: bytes, **more: Any) -> SourceSeen:
    return SourceSeen(
        kind=kind, url=url, certificate=certificate, position=0, status=verdict.status.value, usable=verdict.usable, revoked=verdict.revoked,
        faults=tuple(Note(code=fault.code, detail=fault.detail) for fault in verdict.faults), revoked_at=verdict.revoked_at, reason=verdict.reason,
        this_update=verdict.this_update, next_update=verdict.next_update, signer=verdict.signer, **more,
    )  # fmt: skip


def by_ocsp(response: bytes) -> SourceSeen:
    verdict = judge_ocsp(response, read_certificate(subject().der), read_certificate(issuing().issued.der), at=NOW)
    return _seen(SourceKind.OCSP, OCSP_URL, verdict, subject().der, method="POST", answer=response)


def by_list(crl: bytes) -> SourceSeen:
    verdict = judge_crl(crl, read_certificate(subject().der), read_certificate(issuing().issued.der), at=NOW)
    return _seen(SourceKind.CRL, CRL_URL, verdict, subject().der, size=len(crl))


def unreachable(url: str = OCSP_URL) -> SourceSeen:
    lost = Failure(kind=FailureKind.REFUSED, phase=Phase.CONNECT, detail="connection refused")
    return SourceSeen(kind=SourceKind.OCSP, url=url, method="POST", certificate=subject().der, position=0, failure=lost, unavailable=str(lost))


def asked(*sources: SourceSeen, unnamed: tuple[bytes, ...] = (), verify_code: int | None = None) -> Seen:
    view = presented(subject(), verify_code=verify_code)
    view.observations.put(RevocationSources, view.endpoint, RevocationSources(sources=sources, unnamed=unnamed))
    return view


def crl(*entries: tuple[int, str | None], authority: Authority | None = None, **options: Any) -> bytes:
    return listing(authority or issuing(), *entries, now=NOW, **options)


def listed() -> bytes:
    return crl((subject().certificate.serial_number, "key_compromise"))


def refused(code: int) -> Seen:
    view = presented(subject(), verify_code=code)
    view.observations.put(ClientOutcome, view.endpoint, client_outcome(completed=False, verify_code=code, verify_message="certificate revoked"))
    return view


def _good() -> Seen:
    return stapled(said())


_NONCE = ((x509.OCSPNonce(b"0" * 16), False),)
_DAY = timedelta(days=1)

SAMPLES: Samples = {
    "certificate-revoked": (
        lambda: stapled(said(status="revoked", reason=x509.ReasonFlags.key_compromise)),
        lambda: stapled(said(signer=stranger().issued, status="revoked")),
    ),
    "ocsp-must-staple-missing": (lambda: stapled(None, staple=True), lambda: stapled(None)),
    "ocsp-staple-expired": (lambda: stapled(said(begins=-2 * _DAY, ends=-_DAY)), lambda: stapled(said(begins=-2 * _DAY, ends=timedelta(minutes=1)))),
    "ocsp-staple-not-yet-valid": (lambda: stapled(said(begins=_DAY)), lambda: stapled(said(begins=timedelta(minutes=3)))),
    "ocsp-staple-bad-signature": (lambda: stapled(damaged(said())), lambda: stapled(said(by_name=True))),
    "ocsp-staple-untrusted": (lambda: signed_by(delegate(issuing(), signing=False, now=NOW)), lambda: signed_by(delegate(issuing(), now=NOW))),
    "ocsp-staple-wrong-certificate": (lambda: stapled(answer(leaf(), issuing(), now=NOW)), _good),
    "ocsp-staple-malformed": (lambda: stapled(said()[:-20]), lambda: stapled(said(extensions=_NONCE))),
    "ocsp-staple-responder-error": (lambda: stapled(error("TRY_LATER")), lambda: stapled(None)),
    "ocsp-staple-unverified": (lambda: stapled(said(), sent=1), _good),
    "ocsp-status-unknown": (lambda: stapled(said(status="unknown")), _good),
    "revocation-sources-disagree": (lambda: asked(by_ocsp(said()), by_list(listed())), lambda: asked(by_ocsp(said()), by_list(crl((77, None))))),
    "ocsp-answer-expired": (lambda: asked(by_ocsp(said(begins=-2 * _DAY, ends=-_DAY))), lambda: asked(by_ocsp(said()))),
    "ocsp-answer-invalid": (lambda: asked(by_ocsp(said(signer=stranger().issued))), lambda: asked(by_ocsp(said(signer=delegate(issuing(), now=NOW))))),
    "crl-expired": (lambda: asked(by_list(crl(begins=-2 * _DAY, ends=-_DAY))), lambda: asked(by_list(crl(ends=_DAY)))),
    "crl-invalid": (lambda: asked(by_list(crl(authority=root()))), lambda: asked(by_list(crl()))),
    "revocation-source-unavailable": (lambda: asked(unreachable()), lambda: asked(by_ocsp(said()))),
    "revocation-not-offered": (lambda: asked(unnamed=(subject().der,)), lambda: asked(by_ocsp(said()))),
    "certificate-not-revoked": (lambda: asked(by_ocsp(said())), lambda: asked(unreachable())),
}
