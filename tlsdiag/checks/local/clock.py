"""The clock: wrong here, off by a time zone, or wrong at the server; and the dates of certificates read again with the true time.

Whether `certificate-expired` is a consequence of a wrong clock is asked of the check that found it: it is run again at the true time. What it finds then too
is a cause of its own; what it finds only then, the wrong clock has hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import attrs

from ...plugin import (
    Bound,
    CertificateFinding,
    ChainPaths,
    Check,
    ClientOutcome,
    ClockEvidence,
    ClockFinding,
    Confidence,
    Endpoint,
    Finding,
    HandshakeOutcome,
    Scope,
    Seen,
    ServedChain,
    ServerDate,
    Severity,
    Stapled,
    TimeSource,
    Voucher,
)
from ..certificate.staple import StapleCheck
from ..certificate.validity import EXPIRED, NOT_YET, ValidityCheck
from ..client.certificate import REFUSED, ClientCertificateCheck
from ..common import CONSEQUENCE, refuses_certificates, refuses_dates
from .clock_rules import CLOCK_WRONG, COMPARE, EXPIRED_UNNOTICED, SERVER_CLOCK_WRONG, TIME_ZONE_WRONG
from .true_time import Judgement, weigh

_CLOSE, _APART = timedelta(seconds=10), timedelta(minutes=5)
"""What counts as a difference: where a certificate's date is in doubt seconds can matter; else only what does harm is told."""
_A_DAY = timedelta(days=1)
"""A server that is off by less refuses hardly any client certificate for its dates."""
_FIRM = ("ocsp-this-update", "ocsp-next-update")
_BLOCKING = (EXPIRED.code, NOT_YET.code)
_DATED: tuple[type[Check], ...] = (ValidityCheck, StapleCheck)
"""The checks whose findings hang on the time; they are run again at the true one."""
_QUARTER = timedelta(minutes=15)
_ZONE_TOLERANCE = timedelta(seconds=90)
_SOURCES = {
    "http-date": "the Date header of {where}",
    "server-random": "the random of the ServerHello of {where}",
    "ocsp-this-update": "the OCSP answer that {where} staples",
    "ocsp-next-update": "the end of the OCSP answer that {where} staples",
    "sct": "the certificate transparency log of the certificate of {where}",
    "certificate-not-before": "the beginning of the certificate of {where}",
}


@attrs.frozen(kw_only=True)
class _Effects:
    """What the wrong clock does to certificates: the codes that it alone brings about, those that stay, and the expiry that it hides."""

    cured: frozenset[str] = frozenset()
    remaining: frozenset[str] = frozenset()
    hidden: tuple[tuple[Endpoint, CertificateFinding], ...] = ()
    blocks: bool = False


class ClockCheck(Check):
    """Weighs the sources of time, and says what the difference does."""

    name = "local/clock"
    rules = (CLOCK_WRONG, TIME_ZONE_WRONG, SERVER_CLOCK_WRONG, EXPIRED_UNNOTICED)
    needs = (ClockEvidence,)
    wants = (ServedChain, ChainPaths, ClientOutcome, HandshakeOutcome, ServerDate, Stapled)
    scope = Scope.TARGET
    about = "connections"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the wrong clock, and what it hides."""
        evidence = seen[ClockEvidence]
        here = attrs.evolve(seen, now=evidence.local)
        doubt = any(finding.code in _BLOCKING for endpoint in _endpoints(here) for finding in _dates(here, endpoint).values())
        judgement = weigh(evidence, _CLOSE if doubt else _APART)
        yield from _servers(seen, evidence, judgement)
        if not judgement.accusers:
            return
        effects = _effects(here, attrs.evolve(seen, now=judgement.true_time))
        yield _clock(evidence, judgement, effects)
        yield from _hidden(seen, judgement, effects)


def _endpoints(seen: Seen) -> tuple[Endpoint, ...]:
    return tuple(seen.all(ServedChain))


def _dates(seen: Seen, endpoint: Endpoint) -> dict[tuple[str, str], Finding]:
    """What the checks of dates find there at the time of the view, by code and subject."""
    view = attrs.evolve(seen, endpoint=endpoint)
    found = (finding for check in _DATED if all(view.get(need) is not None for need in check.needs) for finding in check().run(view))
    return {(finding.code, finding.subject): finding for finding in found}


def _effects(here: Seen, truly: Seen) -> _Effects:
    cured: set[str] = set()
    remaining: set[str] = set()
    hidden: list[tuple[Endpoint, CertificateFinding]] = []
    blocks = False
    for endpoint in _endpoints(here):
        now, then = _dates(here, endpoint), _dates(truly, endpoint)
        for key in now:
            (remaining if key in then else cured).add(key[0])
        ended = (item for key, item in then.items() if key[0] == EXPIRED.code and key not in now)
        hidden += [(endpoint, item) for item in ended if isinstance(item, CertificateFinding)]
        blocks = blocks or refuses_dates(attrs.evolve(here, endpoint=endpoint))
    cured -= remaining
    return _Effects(
        cured=frozenset(cured),
        remaining=frozenset(remaining & set(_BLOCKING)),
        hidden=tuple(hidden),
        blocks=blocks and not cured.isdisjoint(_BLOCKING),
    )


def _clock(evidence: ClockEvidence, judgement: Judgement, effects: _Effects) -> Finding:
    rule = TIME_ZONE_WRONG if _is_zone(evidence, judgement) else CLOCK_WRONG
    confidence = _confidence(judgement, effects)
    is_open = confidence is Confidence.POSSIBLE
    severity = Severity.LOW if is_open and not effects.remaining else Severity.MEDIUM
    return ClockFinding.of(
        rule,
        _detail(evidence, judgement, effects, rule is TIME_ZONE_WRONG),
        title="This machine's clock or the server's is wrong" if is_open and rule is CLOCK_WRONG else rule.title,
        fix=COMPARE if is_open or effects.hidden else rule.fix,
        severity=Severity.CRITICAL if effects.blocks else severity,
        confidence=confidence,
        blocks=effects.blocks,
        also_explains=(*sorted(effects.cured), *(CONSEQUENCE if effects.blocks else ())),
        shown=evidence.local,
        true_time=judgement.true_time,
        ahead=judgement.ahead.total_seconds(),
        sources=judgement.accusers,
        zone_offset=evidence.zone.offset,
    )


def _is_open(judgement: Judgement, effects: _Effects) -> bool:
    """Whether it is open whose clock is wrong: a server alone says so, and its time would change nothing."""
    return judgement.witnesses == {Voucher.SERVER} and not effects.cured


def _confidence(judgement: Judgement, effects: _Effects) -> Confidence:
    """A server by whose time it serves a certificate that has expired may be wrong itself."""
    if _is_open(judgement, effects):
        return Confidence.POSSIBLE
    by_itself = judgement.witnesses <= {Voucher.SERVER, Voucher.AUTHORITY} and Voucher.SERVER in judgement.witnesses
    firm = any(item.name in _FIRM for item in judgement.accusers)
    doubted = by_itself and not firm and bool(effects.hidden)
    return Confidence.LIKELY if len(judgement.witnesses) == 1 or doubted else Confidence.PROVEN


def _is_zone(evidence: ClockEvidence, judgement: Judgement) -> bool:
    """Off by just what lies between local time and UTC, one way or the other."""
    offset = timedelta(seconds=abs(evidence.zone.offset))
    return judgement.known and bool(offset) and abs(abs(judgement.ahead) - offset) <= _ZONE_TOLERANCE + judgement.error


def _detail(evidence: ClockEvidence, judgement: Judgement, effects: _Effects, is_zone: bool) -> str:
    who = "The time that was given (now=)" if evidence.given else "This machine's clock"
    about = "the true time is about" if judgement.known else "the true time is not before"
    least = "" if judgement.known else "at least "
    way = "ahead" if judgement.ahead > timedelta() else "behind"
    truth = "by the server it is" if _is_open(judgement, effects) else about
    whose = " of the server's" if _is_open(judgement, effects) else ""
    parts = [
        f"{who} shows {evidence.local:%Y-%m-%d %H:%M:%S} UTC and is {least}{_span(abs(judgement.ahead))} {way}{whose}: "
        f"{truth} {judgement.true_time:%Y-%m-%d %H:%M:%S} UTC.",
        f"Witnesses: {'; '.join(_source(item) for item in _told(judgement.accusers))}.",
    ]
    if is_zone:
        parts.append(_zone(evidence, judgement))
    elif judgement.known and _is_whole(judgement):
        parts.append("A difference of whole hours is mostly a zone that was set wrongly.")
    if effects.cured & set(_BLOCKING) and not effects.hidden:
        parts.append("At the true time the dates of the certificate are in order.")
    if effects.remaining:
        parts.append("At the true time the certificate is out of date as well.")
    if effects.hidden and effects.cured:
        parts.append("At the true time the certificate has expired: setting the clock is not all that is to be done, if it is not the server's clock that is wrong.")
    if judgement.witnesses == {Voucher.SERVER}:
        parts.append("Nothing else bears witness: it may be the server's clock that is wrong.")
    return " ".join(parts)


def _told(accusers: tuple[TimeSource, ...]) -> list[TimeSource]:
    """Of the software only the newest: it says all that the others do."""
    newest = max((item.time for item in accusers if item.voucher is Voucher.SOFTWARE), default=None)
    return [item for item in accusers if item.voucher is not Voucher.SOFTWARE or item.time == newest]


def _zone(evidence: ClockEvidence, judgement: Judgement) -> str:
    zone = evidence.zone
    name = zone.variable or zone.name
    hours = f"{'+' if zone.offset > 0 else '-'}{_span(timedelta(seconds=abs(zone.offset)))}"
    taken = "local time is taken for UTC" if (judgement.ahead > timedelta()) == (zone.offset > 0) else "UTC is taken for local time"
    return f"That is the offset of the local time zone {name} ({hours}) from UTC: {taken}."


def _is_whole(judgement: Judgement) -> bool:
    rest = abs(judgement.ahead) % timedelta(hours=1)
    near = min(rest, timedelta(hours=1) - rest) <= _ZONE_TOLERANCE
    return near and _QUARTER < abs(judgement.ahead) <= timedelta(hours=14)


def _source(item: TimeSource) -> str:
    where = item.where or "the server"
    name = _SOURCES.get(item.name, "{where}").format(where=where)
    word = {Bound.LOWER: "not before ", Bound.UPPER: "not after "}.get(item.bound, "")
    return f"{name} ({word}{item.time:%Y-%m-%d %H:%M:%S} UTC, give or take {_span(timedelta(seconds=item.error))})"


def _span(length: timedelta) -> str:
    seconds = length.total_seconds()
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 0.995 * size:  # a second short of an hour is an hour
            count = round(seconds / size, 1)
            return f"{count:g} {name if count == 1 else name + 's'}"
    return f"{seconds:.0f} {'second' if round(seconds) == 1 else 'seconds'}"


def _servers(seen: Seen, evidence: ClockEvidence, judgement: Judgement) -> Iterator[Finding]:
    for item in judgement.wrong_servers:
        ahead = item.time - (evidence.local if not judgement.accusers else judgement.true_time)
        if item.name != "http-date" or abs(ahead) <= _APART:
            continue
        way = "ahead" if ahead > timedelta() else "behind"
        endpoint = next((endpoint for endpoint in seen.observations.endpoints if str(endpoint) == item.where), None)
        refuses = abs(ahead) >= _A_DAY and _refuses_the_client(attrs.evolve(seen, endpoint=endpoint))
        does = " By that clock it judges the client's certificate, which it refuses." if refuses else ""
        yield ClockFinding.of(
            SERVER_CLOCK_WRONG,
            f"The Date header of {item.where} says {item.time:%Y-%m-%d %H:%M:%S} UTC: {_span(abs(ahead))} {way}.{does}",
            endpoint=endpoint,
            severity=Severity.CRITICAL if refuses else Severity.LOW,
            blocks=refuses,
            also_explains=(REFUSED.code, *CONSEQUENCE) if refuses else (),
            confidence=Confidence.LIKELY,
            shown=item.time,
            ahead=ahead.total_seconds(),
            sources=(item,),
        )


def _refuses_the_client(seen: Seen) -> bool:
    if seen.endpoint is None or seen.get(HandshakeOutcome) is None:
        return False
    return any(finding.code == REFUSED.code for finding in ClientCertificateCheck().run(seen))


def _hidden(seen: Seen, judgement: Judgement, effects: _Effects) -> Iterator[Finding]:
    for endpoint, item in effects.hidden:
        place = attrs.evolve(seen, endpoint=endpoint)
        yield CertificateFinding.of(
            EXPIRED_UNNOTICED,
            f"At the true time ({judgement.true_time:%Y-%m-%d %H:%M} UTC): {item.detail}",
            endpoint=endpoint,
            subject=item.subject,
            confidence=Confidence.LIKELY if judgement.witnesses != {Voucher.SERVER} else Confidence.POSSIBLE,
            blocks=_refused_for_a_date(place),
            certificate=item.certificate,
            position=item.position,
            not_before=item.not_before,
            not_after=item.not_after,
        )


def _refused_for_a_date(seen: Seen) -> bool:
    """The client went by another clock than the one under test, and saw it."""
    client = seen.get(ClientOutcome)
    return client is not None and refuses_certificates(seen) and client.verify_code == 10
