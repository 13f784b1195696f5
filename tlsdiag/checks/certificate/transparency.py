"""Transparency: do the timestamps do for browsers, and if not, which of them does not count and why?

Only a certificate that leads to a public root needs them: for one of a private authority nothing is more than a remark. What hangs on the list of logs
says how old the list is, and is in doubt where that is older than Chrome would go by. Clients that are no browsers do not look, so that nothing blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import attrs

from ...certificates import Certificate, read_certificate
from ...certificates.transparency import CtLog, Delivery, LogState, PolicyVerdict, Witness, apple_policy, chrome_policy
from ...certificates.transparency.logs import STALE
from ...certificates.transparency.policies import APPLE_SINCE, CHROME_SINCE
from ...plugin import Blame, Check, Confidence, Finding, LogSeen, Rule, SctSeen, Seen, Severity, Transparency, TransparencyFinding
from .transparency_rules import FUTURE, INTERVAL, INVALID, LOGGED, MISSING, OTHER, REJECTED_LOG, RULES, TOO_FEW, UNKNOWN_LOG, UNREADABLE

_CLOCKS = timedelta(minutes=5)
"""Clocks of logs and of clients that differ by less are nobody's fault."""
_MOST_SHOWN = 5
_WAYS = {Delivery.CERTIFICATE: "in the certificate", Delivery.TLS: "in the handshake", Delivery.OCSP: "in the stapled OCSP answer"}
_WHO = {"Chrome": ("Chrome", "Edge", "Firefox"), "Apple": ("Safari", "apps on Apple's systems")}
_NEVER = ("TEST", "MONITORING_ONLY", "test", "monitoring_only")


@attrs.frozen(kw_only=True)
class _Case:
    """What is judged: the facts, the certificate, the time, and whether anybody wants timestamps of it."""

    facts: Transparency
    leaf: Certificate
    now: datetime
    is_web: bool
    verdicts: tuple[PolicyVerdict, ...] = ()

    @property
    def is_enough(self) -> bool:
        """No policy is known to be broken."""
        return all(verdict.satisfied is not False for verdict in self.verdicts)

    @property
    def is_stale(self) -> bool:
        """Chrome would not go by a list of this age."""
        return self.now - self.facts.list_date > STALE

    @property
    def list_words(self) -> str:
        """The list and its age."""
        date, days = self.facts.list_date, (self.now - self.facts.list_date).days
        age = f", {days} days old" if days > 0 else ""
        doubt = "; Chrome does not go by a list of more than 70 days, and newer logs are not in it" if self.is_stale else ""
        return f"Judged by the list of logs of {date:%Y-%m-%d}{age}{doubt}."


class TransparencyCheck(Check):
    """Weighs every timestamp, then their number."""

    name = "certificate/transparency"
    rules = RULES
    needs = (Transparency,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what does not count, what is lacking, and where the certificate was logged."""
        facts = seen[Transparency]
        leaf = read_certificate(facts.certificate)
        if leaf.not_before is None or leaf.not_after is None or leaf.is_precertificate:
            return
        case = _Case(facts=facts, leaf=leaf, now=seen.now, is_web=seen.target.starttls is None)
        if facts.public and seen.now <= leaf.not_after:
            case = attrs.evolve(case, verdicts=tuple(_verdicts(facts, leaf.not_before, leaf.not_after - leaf.not_before, seen.now)))
        yield from _unreadable(case)
        yield from _of_each(case, leaf.not_after)
        yield from _number(case)
        yield from _logged(case)


def _verdicts(facts: Transparency, begins: datetime, lifetime: timedelta, now: datetime) -> Iterator[PolicyVerdict]:
    """Each policy that holds for the day of issue; a timestamp that is not of now yet counts for none."""
    witnesses = [
        Witness(delivery=Delivery(item.delivery), log_id=item.log_id, time=item.time, log=_log(item.log))
        for item in facts.scts
        if item.time is not None and item.time - now <= _CLOCKS and not item.problem and item.signed is not False
    ]
    if "chrome" in facts.list_programs and begins >= CHROME_SINCE:
        yield chrome_policy(witnesses, lifetime, now)
    if "apple" in facts.list_programs and begins >= APPLE_SINCE:
        yield apple_policy(witnesses, lifetime, now)


def _log(seen: LogSeen | None) -> CtLog | None:
    if seen is None:
        return None
    return CtLog(operator=seen.operator, is_static=seen.is_static, chrome=_state(seen, "chrome"), apple=_state(seen, "apple"))


def _state(seen: LogSeen, program: str) -> LogState | None:
    """The state in a program's list; a log for tests is in none for good."""
    name, since = (seen.chrome_state, seen.chrome_since) if program == "chrome" else (seen.apple_state, seen.apple_since)
    if name is None or since is None:
        return LogState(name="rejected", since=_LONG_AGO) if seen.log_type in _NEVER else None
    return LogState(name=name, since=since)


_LONG_AGO = CHROME_SINCE


def _unreadable(case: _Case) -> Iterator[Finding]:
    for way in Delivery:
        faults = [note.detail for note in case.facts.problems if note.code == way]
        faults += [f"of one SCT: {item.problem}" for item in case.facts.scts if item.delivery == way and item.problem]
        if faults:
            yield _finding(case, UNREADABLE, way, f"SCTs of {case.leaf.label}, {_WAYS[way]}: {_some(faults)}.")


def _of_each(case: _Case, ends: datetime) -> Iterator[Finding]:
    """What is wrong with single timestamps, a finding for each kind and way."""
    for way in Delivery:
        scts = [item for item in case.facts.scts if item.delivery == way and not item.problem and item.log_id]
        right = [item for item in scts if item.signed is not False and item.log is not None]
        yield from _told(case, way, INVALID, [item for item in scts if item.signed is False and not item.fits], "signed for another content than that of {leaf}")
        yield from _told(case, way, OTHER, [item for item in scts if item.fits], "for another certificate than {leaf}")
        yield from _told(case, way, UNKNOWN_LOG, [item for item in scts if item.log is None], "of logs that the list does not have")
        yield from _told(case, way, REJECTED_LOG, [item for item in right if _is_rejected(case, item)], "of logs that do not count")
        yield from _told(case, way, FUTURE, [item for item in scts if item.time is not None and item.time - case.now > _CLOCKS], "later than now")
        yield from _told(case, way, INTERVAL, [item for item in right if _is_outside(item, ends)], "of logs that are not for certificates that end on {ends}")


def _is_rejected(case: _Case, sct: SctSeen) -> bool:
    """Thrown out by every browser whose list has it; of a certificate that has ended the logs are gone in the course of things."""
    if sct.log is None or case.leaf.not_after is None or case.now > case.leaf.not_after:
        return False
    states = [state for program in case.facts.list_programs if (state := _state(sct.log, program)) is not None]
    return bool(states) and all(_is_lost(state, sct.time, case.now) for state in states)


def _is_lost(state: LogState, signed: datetime | None, now: datetime) -> bool:
    name = state.at(now)
    return name in ("rejected", "pending") or (name == "retired" and signed is not None and signed >= state.since)


def _is_outside(sct: SctSeen, ends: datetime) -> bool:
    return sct.log is not None and not CtLog(begins=sct.log.begins, ends=sct.log.ends).takes(ends)


def _told(case: _Case, way: Delivery, rule: Rule, scts: Sequence[SctSeen], words: str) -> Iterator[Finding]:
    if not scts:
        return
    said = words.format(leaf=case.leaf.label, ends=f"{case.leaf.not_after:%Y-%m-%d}")
    detail = f"{_counted(len(scts))} {_WAYS[way]}, {said}: {_some([_described(item) for item in scts])}."
    if rule in (UNKNOWN_LOG, REJECTED_LOG, INTERVAL):
        detail += f" {case.list_words}"
    if rule is REJECTED_LOG:
        detail += f" {'Enough others count.' if case.is_enough else 'The others are too few.'}"
    severity = Severity.LOW if rule is REJECTED_LOG and not case.is_enough else rule.severity
    yield _finding(case, rule, way, detail, severity=severity, logs=tuple(_name(item) for item in scts))


def _number(case: _Case) -> Iterator[Finding]:
    """Whether they are enough: told once, for all whose policy is broken."""
    broken = [verdict for verdict in case.verdicts if verdict.satisfied is False]
    if not broken:
        return
    who = tuple(name for verdict in broken for name in _WHO[verdict.program])
    common: dict[str, object] = {"wanted": broken[0].wanted, "counted": broken[0].counted, "refused_by": who}
    issuer = f"{case.leaf.label}, issued by {case.leaf.issuer.text} below the public root {case.facts.anchor},"
    if not case.facts.scts:
        confidence = Confidence.PROVEN if case.facts.complete else Confidence.LIKELY
        yield _finding(case, MISSING, Delivery.CERTIFICATE, _missing(case, issuer, who), severity=_severity(case, Severity.HIGH), confidence=confidence, **common)
        return
    sure = any(verdict.hopeless and not verdict.by_kind_alone for verdict in broken)
    reasons = "; ".join(f"by {verdict.program}'s policy {', '.join(verdict.reasons)}" for verdict in broken)
    doubtful = not sure and (case.is_stale or all(verdict.by_kind_alone for verdict in broken))
    refuse = "may refuse it" if doubtful else "refuse it"
    detail = f"{issuer} has {_counted(len(case.facts.scts))}: {reasons}. {_listed(who)} {refuse}; OpenSSL does not look."
    if all(item.delivery == Delivery.TLS for item in case.facts.scts):
        common |= {"fix": OTHER.fix, "blame": Blame.SERVER}
    yield _finding(
        case,
        TOO_FEW,
        Delivery.CERTIFICATE,
        detail if sure else f"{detail} {case.list_words}",
        severity=_severity(case, Severity.LOW if doubtful else Severity.HIGH),
        confidence=Confidence.PROVEN if sure and case.facts.complete else Confidence.POSSIBLE if doubtful else Confidence.LIKELY,
        **common,
    )


def _missing(case: _Case, issuer: str, who: Sequence[str]) -> str:
    if case.facts.complete:
        return f"{issuer} came without an SCT: there is none in it, in the handshake, or in a stapled OCSP answer. {_listed(who)} refuse it; OpenSSL does not look."
    return f"{issuer} has no SCT in it. {_listed(who)} refuse it, unless the server sends some in the handshake, which could not be seen here."


def _severity(case: _Case, severity: Severity) -> Severity:
    """Behind a STARTTLS no browser comes; Apple's own clients do."""
    return severity if case.is_web else min(severity, Severity.LOW)


def _logged(case: _Case) -> Iterator[Finding]:
    right = [item for item in case.facts.scts if item.signed]
    if not right:
        return
    met = [f"{verdict.program}'s policy is met" for verdict in case.verdicts if verdict.satisfied]
    parts = [f"{case.leaf.label}: {_some([f'{_described(item)}, {_WAYS[Delivery(item.delivery)]}' for item in right])}; the signatures are right."]
    parts += [f"{', '.join(met)}."] if met else []
    yield _finding(case, LOGGED, Delivery(right[0].delivery), " ".join((*parts, case.list_words)), logs=tuple(_name(item) for item in right))


def _finding(case: _Case, rule: Rule, way: Delivery, detail: str, *, severity: Severity | None = None, **evidence: object) -> Finding:
    """Nobody wants timestamps of a private authority, so that what is wrong with them disturbs nobody."""
    leaf = case.leaf
    found = rule.severity if severity is None else severity
    return TransparencyFinding.of(
        rule,
        detail,
        subject=leaf.label if way is Delivery.CERTIFICATE else f"{leaf.label} ({_WAYS[way]})",
        severity=found if case.facts.public else Severity.INFO,
        certificate=leaf.der,
        position=0,
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        delivery=way.value,
        list_date=case.facts.list_date,
        **{"blame": _blame(rule, way), **evidence},
    )


def _blame(rule: Rule, way: Delivery) -> Blame:
    """What the handshake brings the server keeps; what stands in a certificate or in an OCSP answer the authority has put there."""
    if rule.blame is Blame.NOBODY:
        return Blame.NOBODY
    return Blame.SERVER if way is Delivery.TLS else Blame.AUTHORITY


def _name(sct: SctSeen) -> str:
    return sct.log.description if sct.log is not None else f"log {sct.log_id.hex()[:16]}..."


def _described(sct: SctSeen) -> str:
    when = f"{sct.time:%Y-%m-%d %H:%M:%S} UTC" if sct.time is not None else "a time that no calendar has"
    return f"{_name(sct)} ({when}{f', it is for {sct.fits}' if sct.fits else ''})"


def _counted(number: int) -> str:
    return f"{number} SCT" if number == 1 else f"{number} SCTs"


def _some(items: Sequence[str]) -> str:
    more = len(items) - _MOST_SHOWN
    return "; ".join((*items[:_MOST_SHOWN], f"and {more} more")) if more > 0 else "; ".join(items)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
