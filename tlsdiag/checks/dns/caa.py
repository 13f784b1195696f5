"""CAA: will the authority of the present certificate be allowed to renew it? The certificate that is there works either way: only authorities look."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate, matches_dns, read_certificate
from ...certificates.authorities import Authority, bears, issuing_owner
from ...certificates.caa import CaaOutcome, CaaVerdict, issuer_of, judge_caa
from ...certificates.lifetimes import is_late
from ...plugin import (
    Blame,
    CaaLevel,
    ChainPaths,
    Check,
    Confidence,
    Depth,
    DnsCaa,
    DnsFinding,
    DnsZone,
    Finding,
    Fix,
    Layer,
    LookupStatus,
    Rule,
    Seen,
    ServedChain,
    Severity,
    StoreVerdicts,
)
from ..certificate.common import evidence, is_public, server_certificate

FORBIDS = Rule(
    code="caa-forbids-issuer",
    title="CAA records do not let this authority renew the certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="A public authority must not issue where the CAA records of the name do not list it. The present certificate goes on working, for clients do not look at CAA; its renewal will fail, and with ACME nobody notices before it has expired.",
    fix=Fix(
        summary="Add a CAA record for the authority that issues your certificates, or take the records away; or have the certificate issued by an authority that is listed.",
        snippets={"zone": 'NAME. IN CAA 0 issue "AUTHORITY"', "shell": "dig NAME CAA"},
    ),
    references=("RFC 8659 section 4.2", "RFC 8659 section 4.3", "CA/Browser Forum Baseline Requirements 4.2.2"),
    failing="a certificate of one authority, and a record that names another",
    passing="a record for each, of which one names the authority",
)
UNREADABLE = Rule(
    code="caa-unreadable",
    title="CAA records cannot be read, or the name servers fail on them",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="An authority that cannot find out whether it may issue must not issue: name servers that fail when they are asked for CAA forbid every renewal. A value that cannot be read authorises nobody.",
    fix=Fix(
        summary="Correct the value: an issuer's domain name, then parameters after semicolons; where the name servers fail, bring their software up to date (type 257 has been there since 2013).",
        snippets={"zone": 'NAME. IN CAA 0 issue "AUTHORITY; validationmethods=dns-01"', "shell": "dig NAME CAA; dig NAME TYPE257"},
    ),
    references=("RFC 8659 section 3", "RFC 8659 section 4.2"),
    failing="name servers that answer SERVFAIL to CAA and give addresses",
    passing="name servers that say that there is no CAA record",
)
NOT_KNOWN = Rule(
    code="caa-issuer-unknown",
    title="Whether CAA lets this authority renew the certificate is not known",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="There are CAA records, and the names by which this authority goes in CAA are not in the table of this release.",
    fix=Fix(summary="Look in the authority's policy (section 4.2) which names it takes, and compare."),
    references=("RFC 8659 section 4.2",),
    failing="a public authority that the table does not have",
    passing="one that it has",
)


class CaaCheck(Check):
    """Holds the records against the authority at the top of the served chain."""

    name = "dns/caa"
    rules = (FORBIDS, UNREADABLE, NOT_KNOWN)
    needs = (DnsCaa, ServedChain)
    wants = (DnsZone, ChainPaths, StoreVerdicts)
    depth = Depth.FULL
    about = "connections"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what stands against renewal; nothing for private authorities, which CAA does not bind."""
        found, owner = server_certificate(seen), _owner(seen)
        if found is None or (owner is None and not is_public(seen)):
            return
        position, leaf = found
        caa = seen[DnsCaa]
        wildcard = _wildcard(leaf, caa.host)
        level = caa.for_name(wildcard.removeprefix("*.") if wildcard else caa.host)
        if level is None:
            return
        common = {**evidence(leaf, position), "name": level.name, "record_type": "CAA", "resolver": level.answer.server, "authenticated": level.answer.authenticated}
        common["records"] = tuple(str(item) for item in level.properties)
        if not level.answer.known:
            yield from _failing(seen, level, common)
            return
        verdict = judge_caa(level.properties, owner.caa_identifiers or None if owner is not None else None, wildcard=bool(wildcard))
        if verdict.outcome is CaaOutcome.FORBIDDEN and owner is not None and not _is_its_own(owner, leaf):
            verdict = judge_caa(level.properties, None, wildcard=bool(wildcard))
        yield from _unreadable(level, verdict, common)
        yield from _judged(seen, level, verdict, owner, leaf, common)


def _owner(seen: Seen) -> Authority | None:
    paths = seen.get(ChainPaths)
    best = paths.paths[0] if paths is not None and paths.paths else None
    return None if best is None else issuing_owner([read_certificate(der) for der in best.certificates])


def _is_its_own(owner: Authority, leaf: Certificate) -> bool:
    """Whether the issuer bears the name of the owner, or of one of its brands. Another's below the same root may go by a name of its own in CAA."""
    organization = leaf.issuer.organization or ""
    return any(bears(name, organization) for name in (owner.owner, *owner.caa_identifiers))


def _wildcard(leaf: Certificate, host: str) -> str:
    """The wildcard name of the certificate that the host lives by; "" where the host's own name is there."""
    if any(name.lower().rstrip(".") == host for name in leaf.dns_names):
        return ""
    return next((name.lower() for name in leaf.dns_names if name.startswith("*.") and matches_dns(name, host)), "")


def _failing(seen: Seen, level: CaaLevel, common: dict[str, object]) -> Iterator[Finding]:
    """The name servers fail on CAA alone; where they answer nothing it is told elsewhere, as broken signatures are."""
    zone = seen.get(DnsZone)
    if zone is None or not any(answer.known for answer in zone.answers) or level.answer.status not in (LookupStatus.SERVER_FAILED, LookupStatus.TIMED_OUT):
        return
    detail = f"{level.answer.words}. The addresses of {zone.host} were told by the same resolver, so that it is likely the name servers of {level.name} that fail on this type."
    yield DnsFinding.of(UNREADABLE, detail, confidence=Confidence.LIKELY, **common)


def _unreadable(level: CaaLevel, verdict: CaaVerdict, common: dict[str, object]) -> Iterator[Finding]:
    parts = [f"the value {value[:80]!r} is no issuer's domain name with parameters" for value in verdict.malformed]
    if level.unreadable:
        parts.append(f"{level.unreadable} of the records cannot be read at all")
    if parts:
        yield DnsFinding.of(UNREADABLE, f"At {_place(level)} {'; '.join(parts)}.", severity=Severity.LOW, **common)


def _judged(
    seen: Seen, level: CaaLevel, verdict: CaaVerdict, owner: Authority | None, leaf: Certificate, common: dict[str, object]
) -> Iterator[Finding]:
    listed = ", ".join(verdict.allowed) or "nobody"
    reports = f" Violations are to be reported to {', '.join(item[:100] for item in verdict.reports)}." if verdict.reports else ""
    issuer = owner.owner if owner is not None else leaf.issuer.text
    if verdict.outcome is CaaOutcome.UNKNOWN:
        detail = f"The CAA records at {_place(level)} allow {listed}; whether that is {issuer}, which issued the certificate, is not known.{reports}"
        yield DnsFinding.of(NOT_KNOWN, detail, **common)
    elif verdict.outcome is CaaOutcome.FORBIDDEN:
        due = leaf.not_before is not None and leaf.not_after is not None and is_late(leaf.not_before, leaf.not_after, seen.now)
        yield DnsFinding.of(
            FORBIDS,
            f"The certificate of {leaf.label} was issued by {issuer}{_goes_by(owner)}; the CAA records at {_place(level)} {_allow(verdict, listed)}. "
            f"The present certificate goes on working; its renewal{_when(leaf)} will be refused.{reports}",
            severity=Severity.MEDIUM if due else Severity.LOW,
            confidence=Confidence.PROVEN if verdict.unknown_critical or not verdict.allowed else Confidence.LIKELY,
            fix=_fix(level, owner),
            **common,
        )


def _allow(verdict: CaaVerdict, listed: str) -> str:
    if verdict.unknown_critical:
        return f"have the critical property {', '.join(verdict.unknown_critical)[:80]}, which no authority knows, so that none may issue"
    return f"allow {listed}"


def _goes_by(owner: Authority | None) -> str:
    return f" (in CAA: {', '.join(owner.caa_identifiers[:4])})" if owner is not None and owner.caa_identifiers else ""


def _when(leaf: Certificate) -> str:
    return f" (it ends on {leaf.not_after:%Y-%m-%d})" if leaf.not_after is not None else ""


def _place(level: CaaLevel) -> str:
    return level.name if not level.answer.aliases else f"{level.name}, which is an alias of {level.answer.canonical},"


def _fix(level: CaaLevel, owner: Authority | None) -> Fix:
    """The record to add, where it is known."""
    names = owner.caa_identifiers if owner is not None else ()
    if not names or issuer_of(names[0]) is None:
        return FORBIDS.fix
    record = f'{level.answer.canonical}. IN CAA 0 issue "{_usual(names)}"'
    return Fix(summary=FORBIDS.fix.summary, snippets={"zone": record, "shell": f"dig {level.name} CAA"})


def _usual(names: tuple[str, ...]) -> str:
    """The shortest: the authority's own domain, where it has also those of brands and resellers."""
    return min(names, key=lambda name: (name.count("."), len(name)))
