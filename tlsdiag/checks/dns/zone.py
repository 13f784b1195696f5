"""The zone: are its signatures in order, and was there anything that could not be looked at?"""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    Blame,
    Check,
    Depth,
    DnsAnswer,
    DnsCaa,
    DnsFinding,
    DnsMail,
    DnsServices,
    DnsTlsa,
    DnsZone,
    FailureKind,
    Finding,
    Fix,
    Layer,
    LookupStatus,
    Resolution,
    Rule,
    Scope,
    Seen,
    Severity,
    Why,
)

BOGUS = Rule(
    code="dnssec-bogus",
    title="The signatures of the zone do not hold: validating resolvers give no answer",
    layer=Layer.RESOLUTION,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="A resolver that validates (those of many providers, 1.1.1.1, 8.8.8.8, 9.9.9.9) answers SERVFAIL, and for its clients the name does not exist; others see nothing wrong. Signatures that have expired and a DS record of a key that is gone are the usual reasons.",
    fix=Fix(
        summary="Have the zone signed again, and the DS record at the parent put in accordance with the zone's DNSKEY; to gain time, take the DS record out and wait for its TTL.",
        snippets={"shell": "delv NAME A; dig NAME DNSKEY +cd +dnssec; dig NAME DS"},
    ),
    references=("RFC 4035 section 5.5", "RFC 8914"),
    failing="a resolver that answers SERVFAIL, and has an answer when validation is left out",
    passing="a resolver that answers SERVFAIL either way",
)
NOT_LOOKED_AT = Rule(
    code="dns-not-looked-at",
    title="The DNS could not be looked at in full",
    layer=Layer.RESOLUTION,
    severity=Severity.INFO,
    blame=Blame.NETWORK,
    why="What the resolver does not tell is not known: that nothing is said about it does not mean that all is well.",
    fix=Fix(summary="Ask another resolver (in tlsdiag: dns='192.0.2.53' or --dns 192.0.2.53), and look whether port 53 is open over UDP and TCP.", snippets={"shell": "dig NAME A; dig NAME CAA"}),
    references=("RFC 1035 section 4.1.1", "RFC 8914"),
    failing="a resolver that refuses",
    passing="a resolver that says that there is no such record",
)
_OTHERS = (DnsCaa, DnsTlsa, DnsServices, DnsMail)


class ZoneCheck(Check):
    """Reads how the questions were answered."""

    name = "dns/zone"
    rules = (BOGUS, NOT_LOOKED_AT)
    needs = (DnsZone,)
    wants = (Resolution, *_OTHERS)
    scope = Scope.TARGET
    depth = Depth.FULL
    about = "connections"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield broken signatures, and what is not known."""
        zone, answers = seen[DnsZone], _answers(seen)
        if bogus := [answer for answer in answers if answer.status is LookupStatus.BOGUS]:
            yield _bogus(seen, zone, bogus)
        unknown = [answer for answer in answers if not answer.known and answer.status is not LookupStatus.BOGUS]
        missing = [*(answer.words for answer in unknown), *_missing(seen)]
        if missing:
            lines = tuple(dict.fromkeys(missing))
            server = next((answer.server for answer in unknown if answer.server), "")
            asked = f"Asked {server}: " if server else ""
            yield DnsFinding.of(NOT_LOOKED_AT, f"{asked}{_grouped(lines)}.", subject=zone.host, name=zone.host, resolver=server, records=lines)


def _grouped(lines: tuple[str, ...]) -> str:
    """What went the same way in one sentence."""
    groups: dict[str, list[str]] = {}
    for line in lines:
        what, _, outcome = line.partition(": ")
        groups.setdefault(outcome, []).append(what)
    return "; ".join(f"{outcome} ({', '.join(what)})" if outcome else ", ".join(what) for outcome, what in groups.items())


def _answers(seen: Seen) -> list[DnsAnswer]:
    zone, caa, tlsa, services, mail = seen[DnsZone], seen.get(DnsCaa), seen.get(DnsTlsa), seen.get(DnsServices), seen.get(DnsMail)
    return [
        *zone.answers,
        *([level.answer for level in caa.levels] if caa is not None else ()),
        *([tlsa.answer] if tlsa is not None else ()),
        *([services.answer] if services is not None else ()),
        *(mail.answers if mail is not None else ()),
    ]


def _missing(seen: Seen) -> Iterator[str]:
    for kind in _OTHERS:
        reason = seen.why_not(kind)
        if reason is not None and reason.why is Why.FAILED:
            yield reason.detail
    mail = seen.get(DnsMail)
    if mail is not None and mail.not_looked:
        yield f"the MTA-STS policy of {mail.domain}: {mail.problem}"


def _bogus(seen: Seen, zone: DnsZone, bogus: list[DnsAnswer]) -> Finding:
    """It blocks where this machine's own resolver would not say the addresses either."""
    resolution = seen.get(Resolution)
    failure = resolution.failure if resolution is not None else None
    of_addresses = any(answer in zone.answers for answer in bogus)
    blocks = of_addresses and failure is not None and failure.kind is FailureKind.RESOLVER_FAILED
    severity = Severity.CRITICAL if blocks else Severity.HIGH if of_addresses else Severity.MEDIUM
    words = _grouped(tuple(dict.fromkeys(answer.words for answer in bogus)))
    return DnsFinding.of(
        BOGUS,
        f"{bogus[0].server} says: {words}.",
        subject=zone.host,
        severity=severity,
        blocks=blocks,
        also_explains=("resolver-failed",) if blocks else (),
        name=bogus[0].name,
        record_type=bogus[0].kind,
        resolver=bogus[0].server,
    )
