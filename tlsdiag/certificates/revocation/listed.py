"""What a revocation list is worth for one certificate (RFC 5280 section 6.3.3): does it cover it, who signed it, may he, is it of today, and is it listed?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import attrs

from ..certificate import Certificate
from ..der import SEQUENCE, DerError, read_element
from ..name_keys import name_key
from ..oids import CRL_POINTS
from .fields import REMOVED
from .lists import AUTHORITY_KEY, DELTA, ENTRY_ISSUER, FRESHEST, INVALIDITY, NUMBER, REASON, SCOPE, RevocationList, RevokedEntry, read_crl
from .verdict import SKEW, Fault, Status, StatusVerdict, find_signer, judge_critical, judge_times

_LIST = "list"
_KNOWN = frozenset({NUMBER, DELTA, SCOPE, AUTHORITY_KEY, FRESHEST})
_KNOWN_OF_ENTRIES = frozenset({REASON, INVALIDITY, ENTRY_ISSUER})


def judge_crl(
    crl: RevocationList | bytes,
    certificate: Certificate,
    issuer: Certificate | None,
    *,
    at: datetime,
    delta: RevocationList | bytes | None = None,
    signers: Sequence[Certificate] = (),
    skew: timedelta = SKEW,
) -> StatusVerdict:
    """Judge a list for `certificate`, which `issuer` has signed. `delta` changes it where its number fits (RFC 5280 section 5.2.4); `signers` are
    further certificates, of those who issue indirect lists. Never raises."""
    base = crl if isinstance(crl, RevocationList) else read_crl(crl)
    change = delta if delta is None or isinstance(delta, RevocationList) else read_crl(delta)
    if base.problem:
        return StatusVerdict(faults=(Fault("unreadable", f"it is no revocation list: {base.problem}"),))
    signer, faults = _judged(base, certificate, issuer, signers, at, skew)
    if base.delta_base is not None:
        faults = (*faults, Fault("delta-alone", f"the list holds the changes since the list number {base.delta_base} only"))
    if change is not None:
        faults = (*faults, *_fits(base, change), *_judged(change, certificate, issuer, signers, at, skew)[1])
    try:
        status, entry = _look_up(base, change, certificate)
    except (DerError, IndexError, ValueError) as exc:
        return StatusVerdict(faults=(*faults, Fault("unreadable", f"its entries are damaged: {exc}")))
    verdict = StatusVerdict(status=status, this_update=base.this_update, next_update=base.next_update, signer=signer)
    if entry is not None:
        faults = (*faults, *judge_critical("list's entry", entry.extensions, _KNOWN_OF_ENTRIES))
        verdict = attrs.evolve(verdict, revoked_at=entry.revoked_at, reason=entry.reason)
    if {fault.code for fault in faults} & {"other-issuer", "out-of-scope"}:
        verdict = attrs.evolve(verdict, status=Status.NONE)
    return attrs.evolve(verdict, faults=faults)


def _look_up(base: RevocationList, change: RevocationList | None, certificate: Certificate) -> tuple[Status, RevokedEntry | None]:
    """A list of changes has the last word: it may add, take off hold (removeFromCRL), or say nothing."""
    if certificate.serial is None:
        return Status.NONE, None
    latest = _found(change, certificate.serial, certificate) if change is not None and not change.problem else None
    entry = latest or _found(base, certificate.serial, certificate)
    if entry is None or entry.reason == REMOVED:
        return Status.GOOD, None
    return Status.REVOKED, entry


def _found(crl: RevocationList, serial: int, certificate: Certificate) -> RevokedEntry | None:
    """The entry of a certificate; the list's own issuer may be written in other string types than in the certificate."""
    own = _is_same(crl.issuer.raw, certificate.issuer.raw)
    return crl.find(serial, crl.issuer.raw if own else certificate.issuer.raw)


def _is_same(one: bytes, other: bytes) -> bool:
    """Whether two names are the same, as OpenSSL compares them (RFC 5280 section 7.1)."""
    return one == other or name_key(one) == name_key(other)


def _judged(
    crl: RevocationList, certificate: Certificate, issuer: Certificate | None, signers: Sequence[Certificate], at: datetime, skew: timedelta
) -> tuple[str, tuple[Fault, ...]]:
    if crl.problem:
        return "", (Fault("unreadable", f"the list of changes is none: {crl.problem}"),)
    signer, faults = _signer(crl, certificate, issuer, signers)
    rest = (*_scope(crl, certificate), *judge_times(_LIST, crl.this_update, crl.next_update, at, skew), *judge_critical(_LIST, crl.extensions, _KNOWN))
    return signer, (*faults, *rest)


def _signer(crl: RevocationList, certificate: Certificate, issuer: Certificate | None, signers: Sequence[Certificate]) -> tuple[str, tuple[Fault, ...]]:
    own = _is_same(crl.issuer.raw, certificate.issuer.raw)
    if not own and not (crl.is_indirect and crl.issuer.raw in list_issuers(certificate)):
        return "", (Fault("other-issuer", f"the list is by {crl.issuer.text}, and the certificate was issued by {certificate.issuer.text}"),)
    named = [item for item in ((issuer, *signers) if issuer is not None else signers) if _is_same(item.subject.raw, crl.issuer.raw)]
    if not named:
        return "", (Fault("issuer-unknown", f"the certificate of {crl.issuer.text} is not at hand, so that the list's signature cannot be tried"),)
    signer, fault = find_signer(named, crl.signed)
    if signer is None:
        return "", (fault,) if fault is not None else ()
    if signer.key_usage is not None and "cRLSign" not in signer.key_usage:
        return "issuer", (Fault("signer-not-authorised", f"{signer.label} signed the list, and its key is not for that (keyUsage without cRLSign)"),)
    return "issuer" if own else "delegate", ()


def _scope(crl: RevocationList, certificate: Certificate) -> Iterator[Fault]:
    scope = crl.scope
    if scope is None:
        return
    if scope.attributes_only or (scope.users_only and certificate.is_ca) or (scope.authorities_only and not certificate.is_ca):
        kind = "attribute certificates" if scope.attributes_only else "authorities" if scope.authorities_only else "other certificates than authorities'"
        yield Fault("out-of-scope", f"the list covers {kind} only")
    if scope.urls and certificate.crl_urls and not set(scope.urls) & set(certificate.crl_urls):
        yield Fault("out-of-scope", f"the list is the one of {scope.urls[0]}, and the certificate names {certificate.crl_urls[0]}")
    if scope.some_reasons:
        yield Fault("some-reasons-only", "the list covers some reasons for revocation only, so that who is not on it may be revoked all the same")


def _fits(base: RevocationList, change: RevocationList) -> Iterator[Fault]:
    """A delta changes every list from its base on (RFC 5280 section 5.2.4)."""
    if change.problem:
        return
    if change.delta_base is None:
        yield Fault("delta-mismatch", "the list of changes is a complete list")
    elif base.number is None or base.number < change.delta_base:
        yield Fault("delta-mismatch", f"the changes are to the list number {change.delta_base}, and the list at hand is number {base.number}")


def list_issuers(certificate: Certificate) -> frozenset[bytes]:
    """The names of those who issue lists for a certificate in its issuer's place: cRLIssuer in its distribution points (RFC 5280 section 4.2.1.13)."""
    extension = certificate.extension(CRL_POINTS)
    if extension is None:
        return frozenset()
    try:
        points = read_element(extension.value).expect(SEQUENCE).children()
        return frozenset(name.content for point in points for part in point.children() if part.tag == 0xA2 for name in part.children() if name.tag == 0xA4)
    except DerError:
        return frozenset()

