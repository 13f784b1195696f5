"""HTTPS records: does what browsers are told before they connect agree with what is there? (RFC 9460)"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ...plugin import (
    Blame,
    Check,
    Confidence,
    Depth,
    DnsFinding,
    DnsServices,
    DnsZone,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Rule,
    Scope,
    Seen,
    ServiceSeen,
    Severity,
)

DISAGREES = Rule(
    code="https-record-disagrees",
    title="The HTTPS record promises what the server does not have",
    layer=Layer.APPLICATION,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="Browsers read the record before they connect and go by it: to an address that is no longer the server's, or with a protocol that it does not speak. They try again without it, which costs time, or fail; other clients never look, so that only some users see it.",
    fix=Fix(summary="Bring the record into line with the server and with the A and AAAA records, or take out the parameter that is wrong.", snippets={"shell": "dig NAME HTTPS; dig NAME A; dig NAME AAAA"}),
    references=("RFC 9460 section 7.1", "RFC 9460 section 7.3", "RFC 9460 section 8"),
    failing="an ipv4hint that is none of the A records",
    passing="an ipv4hint that is one of two A records",
)
ECH_PROMISED = Rule(
    code="https-record-ech",
    title="The HTTPS record offers Encrypted ClientHello, which was not tried",
    layer=Layer.APPLICATION,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Browsers encrypt the server name with the key that stands in the record. tlsdiag does not do that: whether the key is still the server's was not looked at. A client that fails where tlsdiag works may be told so by a stale key.",
    fix=Fix(summary="Where only browsers fail, compare: turn Encrypted ClientHello off in the browser, or take the parameter `ech` out of the record for a while."),
    references=("RFC 9849", "RFC 9460 section 7"),
    failing="a record with the parameter ech",
    passing="a record without it",
)
_OVER_TCP = ("h2", "http/1.1")


class ServiceRecordsCheck(Check):
    """Holds each record against the addresses, and against what the server said to an offer of protocols."""

    name = "dns/services"
    rules = (DISAGREES, ECH_PROMISED)
    needs = (DnsServices,)
    wants = (DnsZone, HandshakeOutcome)
    scope = Scope.TARGET
    depth = Depth.FULL
    about = "connections"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what disagrees, and what was not tried."""
        found = seen[DnsServices]
        answer, subject = found.answer, found.answer.name
        texts = tuple(record.text for record in answer.records)
        common = {"subject": subject, "name": subject, "record_type": "HTTPS", "resolver": answer.server, "authenticated": answer.authenticated, "records": texts}
        faults = [fault for service in found.services for fault in (*_in_itself(service), *_hints(seen, service), *_protocols(seen, service))]
        if faults:
            detail = f"The HTTPS record of {subject}: {'; '.join(dict.fromkeys(fault.words for fault in faults))}."
            worst, surest = max(fault.severity for fault in faults), max(fault.confidence for fault in faults)
            yield DnsFinding.of(DISAGREES, detail, severity=worst, confidence=surest, **common)
        if any(service.ech for service in found.services):
            yield DnsFinding.of(ECH_PROMISED, f"The HTTPS record of {subject} has a key for Encrypted ClientHello.", **common)


@attrs.frozen(kw_only=True)
class _Fault:
    words: str
    severity: Severity = Severity.LOW
    confidence: Confidence = Confidence.PROVEN


def _in_itself(service: ServiceSeen) -> Iterator[_Fault]:
    """What makes clients pass over a record (RFC 9460 sections 7.1.1 and 8)."""
    if service.unreadable:
        yield _Fault(words=f"one record cannot be read ({service.unreadable})")
    if service.no_default_alpn and not service.alpn:
        yield _Fault(words="it has no-default-alpn and no alpn, so that no protocol is left and clients pass it over")
    if lost := [key for key in service.mandatory if key in service.unknown]:
        yield _Fault(words=f"it makes parameters mandatory that hardly any client knows ({', '.join(map(str, lost))})", severity=Severity.INFO)


def _is_own(seen: Seen, service: ServiceSeen) -> bool:
    """Whether the record is about this host itself, and not about another that serves for it."""
    zone = seen.get(DnsZone)
    aliases = [answer.canonical for answer in zone.answers] if zone is not None else []
    return service.priority > 0 and service.target in ("", seen.target.host.rstrip("."), *aliases)


def _hints(seen: Seen, service: ServiceSeen) -> Iterator[_Fault]:
    """Addresses that the record hints at, beside those of the same name."""
    zone = seen.get(DnsZone)
    if zone is None or not _is_own(seen, service):
        return
    for kind, hints, answer in (("ipv4hint", service.ipv4_hints, zone.answers[0]), ("ipv6hint", service.ipv6_hints, zone.answers[1])):
        strange = [hint for hint in hints if hint not in zone.addresses]
        if not strange or not answer.known:
            continue
        shared = len(strange) < len(hints)
        words = f"{kind} has {', '.join(strange[:4])}, which {answer.kind} does not have"
        yield _Fault(words=words, severity=Severity.INFO if shared else Severity.LOW, confidence=Confidence.LIKELY)


def _protocols(seen: Seen, service: ServiceSeen) -> Iterator[_Fault]:
    """What was offered to the server, promised by the record, and not taken. h3 is spoken over QUIC, which nobody looked at."""
    if service.port in (None, seen.target.port) and _is_own(seen, service):
        for ours in seen.all(HandshakeOutcome).values():
            yield from _not_taken(service, ours)


def _not_taken(service: ServiceSeen, ours: HandshakeOutcome) -> Iterator[_Fault]:
    promised = [name for name in service.alpn if name in _OVER_TCP and name in ours.offer.alpn]
    if not ours.completed or not promised or ours.alpn in service.alpn:
        return
    took = f"the server took {ours.alpn}" if ours.alpn else "the server took none"
    sure = Confidence.PROVEN if ours.alpn is None else Confidence.LIKELY
    yield _Fault(words=f"alpn promises {', '.join(promised)}; offered {', '.join(ours.offer.alpn)}, {took}", confidence=sure)
