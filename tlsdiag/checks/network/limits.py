"""A server, or something before it, that turns connections away by their number, or holds them up on purpose.

Whatever one handshake met then (a reset, silence, a refusal) says nothing about TLS, and is told as a consequence.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    AnswerPace,
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    FailureKind,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    NetworkFinding,
    Pace,
    RepeatOutcome,
    Repeats,
    RepeatSeen,
    Rule,
    Seen,
    Severity,
)
from ..balance.backends import BY_CHANCE, LOST, ODD
from ..balance.before_tls import LOST_BEFORE_TLS, SAID_BEFORE_TLS, declined, where, words_of
from ..balance.shares import compared, fits_a_limit, in_words, is_limit, lets_one_through, told
from ..common import CONSEQUENCE, client_failed

RATE_LIMITED = Rule(
    code="rate-limited",
    title="Connections are turned away when they come too fast, or too many",
    layer=Layer.NETWORK,
    severity=Severity.LOW,
    blame=Blame.NOBODY,
    why="A limit on connections from one address dropped some of ours. It may be right as it is; a client that opens many at once, or many behind one address, meets it too. What was dropped is not read as a refusal of TLS.",
    fix=Fix(
        summary="Where real clients meet it: open fewer connections and keep them open (keep-alive), or raise the limit for their address. Where only this diagnosis did, nothing has to change.",
        snippets={
            "haproxy": "stick-table type ip size 100k expire 30s store conn_rate(3s)\ntcp-request connection reject if { sc0_conn_rate gt 100 }   # raise it",
            "nftables": "tcp dport PORT ct state new limit rate over 100/second drop   # raise it",
            "fail2ban": "fail2ban-client status; fail2ban-client unban ADDRESS_OF_CLIENT",
        },
    ),
    references=("RFC 4987 section 3", "RFC 6585 section 4"),
    explains=(*CONSEQUENCE, *LOST, *ODD, *BY_CHANCE, *LOST_BEFORE_TLS, *SAID_BEFORE_TLS),
    failing="a server that resets what comes faster than six connections in three seconds",
    passing="a server with one dead backend",
)
TARPIT = Rule(
    code="peer-tarpit",
    title="The peer holds the connection up with a trickle of bytes",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="A few bytes at a time, for ever: a trap that keeps scanners and blocked clients busy (a tarpit), or a server in a very bad state. No handshake comes of it.",
    fix=Fix(summary="Find out whether this client's address is on a block list of the server or its firewall; try from another address. Where the server is yours, look for tarpit rules."),
    references=("RFC 4948 section 3",),
    explains=(*CONSEQUENCE, "answer-not-tls", "lost-midway", "peer-silent", "speaks-other-protocol"),
    blocking=True,
    failing="a server that sends a byte a second",
    passing="a server that is silent",
)
SLOW = 1.0
"""Seconds: a handshake that took less is not slowed down on purpose."""
_TRICKLE, _FEW_BYTES = 3, 8


class LimitsCheck(Check):
    """Tells a limit from a fault."""

    name = "network/limits"
    rules = (RATE_LIMITED, TARPIT)
    needs = (HandshakeOutcome,)
    wants = (Repeats, AnswerPace, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the limit, or the trap."""
        repeats, pace = seen.get(Repeats), seen.get(AnswerPace)
        if repeats is not None and is_limit(repeats):
            yield _limited(seen, repeats)
        elif repeats is not None and (slowed := _slowed(repeats)):
            title = "The server slows down as connections follow each other"
            yield NetworkFinding.of(RATE_LIMITED, f"{seen.endpoint} {slowed}", title=title, confidence=Confidence.POSSIBLE, severity=Severity.INFO)
        if pace is not None and _is_tarpit(seen, pace):
            detail = f"{seen.endpoint} sent {pace.received} bytes in {pace.pieces} pieces over {pace.last_at - pace.first_at:.1f} s, and was not done with its first answer."
            yield NetworkFinding.of(TARPIT, detail, confidence=Confidence.LIKELY, elapsed=pace.last_at)


def _limited(seen: Seen, repeats: Repeats) -> Finding:
    attempts = compared(repeats)
    slow = [item for item in told(repeats) if item.pace is Pace.SLOWLY]
    working = sum(item.outcome is RepeatOutcome.WORKS for item in slow)
    recovered = bool(slow) and working >= len(slow) - 1
    failed = client_failed(seen) and any(item.pace is Pace.FIRST and fits_a_limit(item) for item in told(repeats))
    queues = not failed and not repeats.turned_away and all(item.outcome in (RepeatOutcome.WORKS, RepeatOutcome.SILENT) for item in attempts)
    said = words_of(declined(attempts))
    detail = f"{where(seen, attempts)}: {in_words(attempts)}." + (f" The refusal: {said}." if said else "")
    if repeats.turned_away:
        detail += f" {repeats.turned_away} of the other offers of this diagnosis were dropped without a word too; that is not read as an answer."
    if recovered:
        detail += f" With {repeats.pause:.1f} s between them {working} of {len(slow)} worked."
    elif lets_one_through(attempts) and _tail_works(attempts):
        detail += " Hardly one gets through: a limit that allows a few connections in a minute."
    elif fits_a_limit(attempts[-1]):
        detail += f" After {_before_drops(attempts)} of them everything was {'refused: so many are enough.' if said else 'dropped, with pauses too: a ban, or the server went down meanwhile.'}"
    return NetworkFinding.of(
        RATE_LIMITED,
        detail,
        blocks=failed,
        intermittent=failed,
        severity=Severity.HIGH if failed else Severity.INFO if queues else Severity.LOW,
        confidence=Confidence.LIKELY,
    )


def _tail_works(attempts: list[RepeatSeen]) -> bool:
    """Whether one worked after the first that was dropped."""
    return any(item.outcome is RepeatOutcome.WORKS for item in attempts[_before_drops(attempts) :])


def _before_drops(attempts: list[RepeatSeen]) -> int:
    return next((number for number, item in enumerate(attempts) if fits_a_limit(item)), len(attempts))


def _slowed(repeats: Repeats) -> str | None:
    """What to say when later handshakes take many times as long as the first."""
    works = [item for item in told(repeats) if item.outcome is RepeatOutcome.WORKS and not item.verify_code]
    first, later = works[:1], sorted(item.elapsed for item in works[1:])
    if len(later) < 3 or first[0].elapsed <= 0:
        return None
    middle = later[len(later) // 2]
    if middle < SLOW or middle < 5 * first[0].elapsed:
        return None
    return f"took {first[0].elapsed:.2f} s for the first handshake and {middle:.2f} s for later ones with the same hello."


def _is_tarpit(seen: Seen, pace: AnswerPace) -> bool:
    ours = seen[HandshakeOutcome]
    if ours.completed or ours.failure is None or ours.failure.kind is not FailureKind.TIMED_OUT or not client_failed(seen):
        return False
    return pace.pieces >= _TRICKLE and pace.received <= _FEW_BYTES * pace.pieces and pace.last_at - pace.first_at >= SLOW
