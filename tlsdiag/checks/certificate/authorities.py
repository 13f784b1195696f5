"""Authorities: distrusted by some clients or by all, since when, and whether this client is one of them.

The tables age: each finding says of which day they are. A row that no published source confirms is told as likely, a name alone as information.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ...certificates import read_certificate
from ...certificates.authorities import Measure, refused
from ...plugin import (
    AuthorityFinding,
    Blame,
    ChainPaths,
    Check,
    ClientOutcome,
    Confidence,
    DistrustSeen,
    Finding,
    IssuingAuthority,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from ..common import refuses_certificates
from .authority_rules import DISTRUSTED, LEAKED, LEAVES, NAMED, PARTIALLY

_OLD = 180
"""Days after which the age of the table is worth more than its date: root programmes decide a few times a year."""


class AuthoritiesCheck(Check):
    """Reads the rows that the chain meets."""

    name = "certificate/authorities"
    rules = (DISTRUSTED, PARTIALLY, LEAKED, LEAVES, NAMED)
    needs = (IssuingAuthority, ServedChain)
    wants = (ChainPaths, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield one finding a rule: several stores that do the same to a root are told together. A row that a trusted way avoids is not told."""
        found: dict[str, tuple[Rule, list[DistrustSeen]]] = {}
        for row in seen[IssuingAuthority].distrusts:
            if not row.avoidable:
                rule = _rule(row, seen[IssuingAuthority])
                found.setdefault(rule.code, (rule, []))[1].append(row)
        for rule, rows in found.values():
            yield _finding(seen, rule, rows)


def _rule(row: DistrustSeen, authority: IssuingAuthority) -> Rule:
    measure = Measure(row.measure)
    if row.by == "name":
        return NAMED
    if measure is Measure.LEAKED:
        return LEAKED
    if measure is Measure.BLOCKED:
        return DISTRUSTED
    return PARTIALLY if refused(measure, row.condition, row.after, issued=authority.issued, logged=authority.logged) else LEAVES


def _finding(seen: Seen, rule: Rule, rows: Sequence[DistrustSeen]) -> Finding:
    authority, certificate = seen[IssuingAuthority], read_certificate(rows[0].certificate)
    stops = rule.severity > Severity.INFO and _stops(seen)
    owner = f" ({authority.owner.owner})" if authority.owner is not None and rule is not NAMED else ""
    name = f"{rows[0].name}: " if rule in (DISTRUSTED, LEAKED) else ""
    first = f"{name}{certificate.subject.text or certificate.label}{owner} is in the chain."
    parts = [_likeness(rows) if rule is NAMED else first, *map(_said, rows)]
    parts += [_dated(rows, authority)] if rule in (PARTIALLY, LEAVES) else []
    parts += [_here(seen, stops=stops)] if rule.severity > Severity.INFO else []
    documented = all(row.documented for row in rows)
    return AuthorityFinding.of(
        rule,
        " ".join(filter(None, (*parts, _age(seen, authority)))),
        subject=certificate.label,
        severity=_severity(rule, documented=documented, stops=stops),
        confidence=Confidence.PROVEN if documented and _is_sure(rule, rows, authority) else Confidence.LIKELY,
        blocks=stops,
        blame=Blame.SERVER if stops else rule.blame,  # a client that refuses is right
        certificate=certificate.der,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        authority=authority.owner.owner if authority.owner is not None else "",
        stores=tuple(dict.fromkeys(note.code for row in rows for note in row.stores)),
        since=min((row.after for row in rows if row.after is not None), default=None),
        sources=tuple(dict.fromkeys(source for row in rows for source in row.references)),
        documented=documented,
        table_date=authority.distrusts_date,
    )


def _likeness(rows: Sequence[DistrustSeen]) -> str:
    """Whose name it is, and whose name it is like: the table's names of authorities; those of rows without a reason are told with what was done."""
    bearer = rows[0].bearer or read_certificate(rows[0].certificate).issuer.text
    alike = [row.name for row in rows if row.reason and row.measure != Measure.REMOVED]
    return f"The authority {bearer} has a name like that of {' and '.join(alike)}, which was distrusted." if alike else f"The authority {bearer} has a name that is in the table."


def _stops(seen: Seen) -> bool:
    """Whether this client refuses because its store does not have the authority any more: no client's library here looks at such tables itself."""
    paths = seen.get(ChainPaths)
    return refuses_certificates(seen) and paths is not None and not any(path.anchored for path in paths.paths)


def _severity(rule: Rule, *, documented: bool, stops: bool) -> Severity:
    if rule.severity is Severity.HIGH:
        return Severity.CRITICAL if stops else Severity.HIGH if documented else Severity.MEDIUM
    return rule.severity


def _is_sure(rule: Rule, rows: Sequence[DistrustSeen], authority: IssuingAuthority) -> bool:
    """A name proves nothing, and without an SCT the date of its logging is a guess."""
    return rule is not NAMED and (authority.logged is not None or not any(row.condition == "sct" for row in rows))


def _said(row: DistrustSeen) -> str:
    """What happened and what each store did."""
    reason = f"{row.name}, {row.after:%Y-%m-%d}. " if row.measure == Measure.REMOVED and row.after else f"Reason: {row.reason}. " if row.reason else ""
    names = f"{row.name}. " if row.by == "name" and not reason else ""
    stores = "" if row.measure == Measure.REMOVED else "; ".join(f"{_STORES.get(note.code, note.code)}: {note.detail}" for note in row.stores)
    doubt = "" if row.documented else " (not confirmed by a published source)"
    return f"{names}{reason}{stores}{doubt}{'.' if stores or doubt else ''}".strip()


def _dated(rows: Sequence[DistrustSeen], authority: IssuingAuthority) -> str:
    """The time of the certificate that the dates are compared with."""
    conditions = {row.condition for row in rows}
    parts = []
    if "sct" in conditions:
        parts.append(f"its earliest SCT is of {authority.logged:%Y-%m-%d}" if authority.logged else "it carries no SCT, so that its notBefore stands in for one")
    if authority.issued is not None and (conditions != {"sct"} or authority.logged is None):
        parts.append(f"its notBefore is {authority.issued:%Y-%m-%d}")
    return f"Of the server's certificate: {', '.join(parts)}." if parts else ""


def _here(seen: Seen, *, stops: bool) -> str:
    paths = seen.get(ChainPaths)
    if paths is None:
        return ""
    if stops:
        return f"It is not in {paths.store}, which this client uses: therefore it refuses."
    return "This client does not refuse it for that." if any(path.anchored for path in paths.paths) else ""


def _age(seen: Seen, authority: IssuingAuthority) -> str:
    days = (seen.now.date() - date.fromisoformat(authority.distrusts_date)).days if authority.distrusts_date else 0
    old = f", {days} days old: more may have happened since" if days > _OLD else ""
    return f"By {authority.distrusts_origin} of {authority.distrusts_date}{old}." if authority.distrusts_date else ""


_STORES = {"chrome": "Chrome", "mozilla": "Mozilla (Firefox, and stores made from its list)", "apple": "Apple", "microsoft": "Microsoft"}
