"""Machines that differ before TLS begins: what is said of them, and what to change, where a STARTTLS dialogue leads to TLS.

Each connection of a diagnosis goes through that dialogue, so that each of them counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...plugin import Fix, RepeatOutcome, RepeatSeen, Rule, Seen, StarttlsRefusal, protocol_named
from ..starttls.rules import GREETING, NOT_OFFERED, REFUSED, fix_for

#: What one dialogue can have met of a machine that is dead, and of one that refuses.
LOST_BEFORE_TLS = ("starttls-closed", "starttls-silent", "starttls-wrong-protocol")
SAID_BEFORE_TLS = ("starttls-greeting-refused", "starttls-not-offered", "starttls-refused", "starttls-stripped")

_RULES = {StarttlsRefusal.NOT_OFFERED: NOT_OFFERED, StarttlsRefusal.REFUSED: REFUSED, StarttlsRefusal.GREETING: GREETING}
_TITLES = {
    StarttlsRefusal.NOT_OFFERED: "Some machines behind the address do not offer STARTTLS",
    StarttlsRefusal.REFUSED: "Some machines behind the address refuse to begin TLS",
    StarttlsRefusal.GREETING: "Some connections are turned away before TLS can begin",
}
_MIXED = "Some machines behind the address refuse STARTTLS, each in its way"
_SHOWN, _LONGEST = 2, 160
_ASK = "Ask each backend by its own address, past the balancer, and compare; a health check of the balancer that only connects does not see this, one that goes on to STARTTLS does."


def declined(attempts: Sequence[RepeatSeen]) -> list[RepeatSeen]:
    """Those that were refused in words before TLS."""
    return [item for item in attempts if item.outcome is RepeatOutcome.DECLINED]


def title_of(bad: Sequence[RepeatSeen]) -> str:
    """A title that fits each of the refusals."""
    kinds = {item.refusal for item in bad}
    return _TITLES.get(kinds.pop() or StarttlsRefusal.REFUSED, _MIXED) if len(kinds) == 1 else _MIXED


def words_of(bad: Sequence[RepeatSeen]) -> str:
    """What was said, in the peer's words as far as they are few."""
    said = list(dict.fromkeys(item.detail[:_LONGEST] for item in sorted(bad, key=lambda item: item.detail) if item.detail))
    more = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return "; ".join(said[:_SHOWN]) + more


def fix_of(bad: Sequence[RepeatSeen], seen: Seen) -> Fix:
    """To find the machine, and then what helps against its refusal."""
    rule = _first_rule(bad)
    protocol = protocol_named(seen.target.starttls or "")
    if rule is None or protocol is None:
        return Fix(summary=f"Find the machine that refuses. {_ASK}", snippets=direct(seen))
    fix = fix_for(rule, protocol.name)
    return Fix(summary=f"Find the machine that refuses. {_ASK} Then, there: {fix.summary[:1].lower()}{fix.summary[1:]}", snippets={**direct(seen), **fix.snippets})


def fix_for_dead(rule: Rule, seen: Seen) -> Fix:
    """The rule's own, or what helps where TLS does not begin at once."""
    if seen.target.starttls is None:
        return rule.fix
    return Fix(summary=f"Find the machine that does not answer, and take it out or mend it. {_ASK}", snippets=direct(seen))


def direct(seen: Seen) -> dict[str, str]:
    """How to ask one machine past the balancer."""
    protocol = protocol_named(seen.target.starttls or "")
    if protocol is None:
        return {}
    return {"openssl": f"openssl s_client -starttls {protocol.name} -connect BACKEND:PORT -servername NAME </dev/null"}


def where(seen: Seen, attempts: Sequence[RepeatSeen]) -> str:
    """How a sentence about these attempts begins."""
    protocol = protocol_named(seen.target.starttls or "")
    if protocol is None or all(item.refusal is None for item in attempts):
        return f"To {seen.endpoint}, with the same hello"
    return f"To {seen.endpoint}, on the way to TLS in {protocol.title}"


def _first_rule(bad: Sequence[RepeatSeen]) -> Rule | None:
    kinds = {item.refusal for item in bad}
    return next((rule for refusal, rule in _RULES.items() if refusal in kinds), None)
