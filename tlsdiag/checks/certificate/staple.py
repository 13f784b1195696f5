"""The stapled OCSP answer: is one there where the certificate demands it, and would clients that look at it believe it? What it says of the
certificate is told by `certificate/revocation`."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate, read_certificate
from ...plugin import ChainPaths, Check, Finding, RevocationFinding, Rule, Seen, ServedChain, Severity, Stapled
from .staple_rules import BAD_SIGNATURE, BY_FAULT, ERROR, EXPIRED, MALFORMED, MUST_STAPLE, NOT_YET, OTHER, UNTRUSTED, UNVERIFIED
from .statuses import staple_of


class StapleCheck(Check):
    """Judges the answer of the handshake, at the time of the diagnosis."""

    name = "certificate/staple"
    rules = (MUST_STAPLE, EXPIRED, NOT_YET, BAD_SIGNATURE, UNTRUSTED, OTHER, MALFORMED, ERROR, UNVERIFIED)
    needs = (Stapled,)
    wants = (ServedChain, ChainPaths)
    about = "connections"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is missing, or each fault."""
        stapled = seen[Stapled]
        leaf = read_certificate(stapled.certificate)
        if stapled.demanded and stapled.response is None:
            yield _missing(leaf, stapled)
        said = staple_of(seen)
        if said is None:
            return
        _, verdict = said
        details: dict[Rule, list[str]] = {}
        for fault in verdict.faults:
            details.setdefault(BY_FAULT[fault.code], []).append(fault.detail)
        for rule, texts in details.items():
            demanded = " The certificate demands a good one (must-staple)." if stapled.demanded and rule is not UNVERIFIED else ""
            told = f"The answer stapled for {leaf.label}: {'; '.join(texts)}.{demanded}"
            yield _finding(rule, leaf, told, this_update=verdict.this_update, next_update=verdict.next_update, sources=("staple",))


def _missing(leaf: Certificate, stapled: Stapled) -> Finding:
    told = f"The certificate of {leaf.label} has the TLS feature status_request (must-staple), and the handshake brought no OCSP answer"
    if stapled.again:
        lazily = "; a second connection brought one: the server fetches it only after the first, so that the first client after each restart is turned away."
        return _finding(MUST_STAPLE, leaf, told + lazily, severity=Severity.MEDIUM)
    return _finding(MUST_STAPLE, leaf, f"{told}{', nor did a second one' if stapled.asked_again else ''}.")


def _finding(rule: Rule, leaf: Certificate, detail: str, **more: object) -> RevocationFinding:
    dates = {"not_before": leaf.not_before, "not_after": leaf.not_after}
    return RevocationFinding.of(rule, detail, subject=leaf.label, certificate=leaf.der, position=0, **dates, **more)
