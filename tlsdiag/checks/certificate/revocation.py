"""Revocation: what the client's own list, the stapled answer and the authority's sources say of each certificate, taken together.

Whatever is certain that a certificate is revoked decides. A source that could not be looked at is told as that, and never reads as "not revoked".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Self

import attrs

from ...certificates import Certificate, read_certificate
from ...certificates.revocation import Status, StatusVerdict
from ...plugin import (
    ChainPaths,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    RevocationFinding,
    RevocationSources,
    Rule,
    Seen,
    ServedChain,
    Severity,
    SourceKind,
    SourceSeen,
    Stapled,
)
from .revocation_rules import (
    ABOVE,
    ANSWER_EXPIRED,
    ANSWER_INVALID,
    DISAGREE,
    LIST_EXPIRED,
    LIST_INVALID,
    NOT_OFFERED,
    NOT_REVOKED,
    REVOKED,
    UNAVAILABLE,
    UNKNOWN,
)
from .statuses import moment, staple_of, told_revoked

_REVOKED_CODE = 23
"""X509_V_ERR_CERT_REVOKED."""
_DATES = frozenset({"expired", "not-yet-valid"})
_NOTHING_TO_GO_BY = frozenset({"unreadable", "responder-error", "issuer-unknown", "signature-unknown", "some-reasons-only", "delta-alone", "delta-mismatch"})
_BY_KIND = {SourceKind.OCSP: (ANSWER_EXPIRED, ANSWER_INVALID), SourceKind.CRL: (LIST_EXPIRED, LIST_INVALID)}


@attrs.frozen(kw_only=True)
class _Statement:
    """What one source says, in the same words for all."""

    who: str
    source: str
    status: str
    usable: bool
    revoked: bool
    seen: SourceSeen | None = None
    revoked_at: datetime | None = None
    reason: str | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None

    @classmethod
    def of(cls, said: StatusVerdict | SourceSeen, who: str, source: str) -> Self:
        """A verdict or a source, which have the same names for the same."""
        return cls(
            who=who,
            source=source,
            status=str(said.status),
            usable=said.usable,
            revoked=said.revoked,
            seen=said if isinstance(said, SourceSeen) else None,
            revoked_at=said.revoked_at,
            reason=said.reason,
            this_update=said.this_update,
            next_update=said.next_update,
        )


class RevocationCheck(Check):
    """Weighs what is said, certificate by certificate."""

    name = "certificate/revocation"
    rules = (REVOKED, UNKNOWN, DISAGREE, ANSWER_EXPIRED, ANSWER_INVALID, LIST_EXPIRED, LIST_INVALID, UNAVAILABLE, NOT_OFFERED, NOT_REVOKED)
    wants = (ClientOutcome, Stapled, RevocationSources, ServedChain, ChainPaths)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is said of each certificate, then what is wrong with who says it."""
        statements = _statements(seen)
        refused = _refused(seen)
        if refused and not any(item.revoked for said in statements.values() for item in said):
            yield _by_client(seen)
        for certificate, said in statements.items():
            yield from _weighed(seen, certificate, said, refused)
        found = seen.get(RevocationSources)
        for der in found.unnamed if found is not None else ():
            certificate = read_certificate(der)
            yield _finding(NOT_OFFERED, seen, certificate, f"{certificate.label} names neither an OCSP responder nor a revocation list.")


def _refused(seen: Seen) -> bool:
    client = seen.get(ClientOutcome)
    return client is not None and not client.completed and client.verify_code == _REVOKED_CODE


def _statements(seen: Seen) -> dict[Certificate, list[_Statement]]:
    """Who says what, by certificate."""
    found: dict[Certificate, list[_Statement]] = {}
    if (staple := staple_of(seen)) is not None:
        leaf, verdict = staple
        found[leaf] = [_Statement.of(verdict, "the stapled OCSP answer", "staple")]
    sources = seen.get(RevocationSources)
    for item in sources.sources if sources is not None else ():
        found.setdefault(read_certificate(item.certificate), []).append(_of_source(item))
    return found


def _of_source(item: SourceSeen) -> _Statement:
    who = f"OCSP at {item.url}" if item.kind is SourceKind.OCSP else f"the list at {item.url}"
    return _Statement.of(item, who, item.url)


def _weighed(seen: Seen, certificate: Certificate, said: Sequence[_Statement], refused: bool) -> Iterator[Finding]:
    revoked = [item for item in said if item.revoked]
    good = [item for item in said if item.usable and item.status == Status.GOOD]
    unknown = [item for item in said if item.usable and item.status == Status.UNKNOWN]
    if revoked:
        yield _revoked(seen, certificate, revoked, refused)
    if unknown and not revoked:
        severity = Severity.HIGH if any(item.source == "staple" for item in unknown) else UNKNOWN.severity
        detail = f"{certificate.label} is unknown according to {_listed(item.who for item in unknown)}."
        yield _finding(UNKNOWN, seen, certificate, detail, severity=severity, sources=_sources(unknown))
    if revoked and good:
        detail = f"{certificate.label} is good according to {_dated(good)}, and revoked according to {_dated(revoked)}."
        yield _finding(DISAGREE, seen, certificate, detail, sources=_sources((*good, *revoked)))
    asked = [item for item in good if item.seen is not None]
    if asked and not revoked:
        yield _finding(NOT_REVOKED, seen, certificate, f"{certificate.label} is good according to {_dated(asked)}.", sources=_sources(asked))
    yield from _faults(seen, certificate, [item.seen for item in said if item.seen is not None], known=bool(revoked or good))


def _revoked(seen: Seen, certificate: Certificate, revoked: Sequence[_Statement], refused: bool) -> Finding:
    first = revoked[0]
    client = seen.get(ClientOutcome)
    told = " The client says the same." if refused else " This client goes on all the same." if client is not None and client.completed else ""
    above = {"title": "An authority of the chain has been revoked", "fix": ABOVE} if certificate.is_ca else {}
    return _finding(
        REVOKED,
        seen,
        certificate,
        f"{certificate.label} was revoked {told_revoked(first.revoked_at, first.reason)}, according to {_listed(item.who for item in revoked)}.{told}",
        blocks=refused,
        sources=_sources(revoked),
        verify_code=_REVOKED_CODE if refused else None,
        revoked_at=first.revoked_at,
        reason=first.reason,
        this_update=first.this_update,
        next_update=first.next_update,
        **above,
    )


def _by_client(seen: Seen) -> Finding:
    """The client has a list of its own, and it does not say which certificate is on it: the leaf, where it looks at no other."""
    client, served = seen[ClientOutcome], seen.get(ServedChain)
    said = client.verify_message or client.error_text
    if served is None or not served.certificates:
        return RevocationFinding.of(REVOKED, f"The client says: {said}.", blocks=True, verify_code=_REVOKED_CODE, sources=("client",))
    leaf = read_certificate(served.certificates[0])
    any_of_them = "VERIFY_CRL_CHECK_CHAIN" in client.settings.verify_flags
    about = f"It is about a certificate of the chain of {leaf.label}" if any_of_them else f"It is about {leaf.label}"
    confidence = Confidence.LIKELY if any_of_them and len(served.certificates) > 1 else Confidence.PROVEN
    detail = f"The client says: {said}. {about}, issued by {leaf.issuer.text}."
    return _finding(REVOKED, seen, leaf, detail, blocks=True, confidence=confidence, verify_code=_REVOKED_CODE, sources=("client",))


def _faults(seen: Seen, certificate: Certificate, sources: Iterable[SourceSeen], *, known: bool) -> Iterator[Finding]:
    """What is wrong with a source, once for each URL however it was asked."""
    details: dict[tuple[Rule, str], dict[str, list[str]]] = {}
    for item in sources:
        for rule, text in _told(item):
            how = item.method if item.kind is SourceKind.OCSP else ""
            details.setdefault((rule, item.url), {}).setdefault(text, []).append(how)
    for (rule, url), texts in details.items():
        told = "; ".join(f"{_methods(how)}{text}" for text, how in texts.items())
        open_question = "" if known or rule is not UNAVAILABLE else f" Whether {certificate.label} has been revoked is not known."
        subject = f"{certificate.label}: {url}"
        yield _finding(rule, seen, certificate, f"For {certificate.label}, at {url}: {told}.{open_question}", subject=subject, sources=(url,))


def _methods(found: Iterable[str]) -> str:
    said = list(dict.fromkeys(found))
    return f"by {' and '.join(said)}: " if any(said) else ""


def _told(item: SourceSeen) -> Iterator[tuple[Rule, str]]:
    if item.unavailable:
        yield UNAVAILABLE, item.unavailable
        return
    dated, invalid = _BY_KIND[item.kind]
    for fault in item.faults:
        rule = dated if fault.code in _DATES else UNAVAILABLE if fault.code in _NOTHING_TO_GO_BY else invalid
        yield rule, fault.detail


def _finding(rule: Rule, seen: Seen, certificate: Certificate, detail: str, **more: object) -> Finding:
    served = seen.get(ServedChain)
    sent = served.certificates if served is not None else ()
    given = {
        "subject": certificate.label,
        "certificate": certificate.der,
        "position": sent.index(certificate.der) if certificate.der in sent else None,
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
    }
    return RevocationFinding.of(rule, detail, **{**given, **more})


def _sources(said: Iterable[_Statement]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.source for item in said))


def _dated(said: Iterable[_Statement]) -> str:
    return _listed(f"{item.who} (of {moment(item.this_update)})" for item in said)


def _listed(texts: Iterable[str]) -> str:
    """Each once: by POST and by GET a responder mostly says the same."""
    return " and ".join(dict.fromkeys(texts))
