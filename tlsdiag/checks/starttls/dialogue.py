"""Reads the dialogue before TLS: which step refused, who did it, and what to change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...plugin import (
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    Failure,
    FailureKind,
    Finding,
    Fix,
    HandshakeOutcome,
    Phase,
    Rule,
    Seen,
    Severity,
    StarttlsDialogue,
    StarttlsFinding,
    StarttlsRefusal,
    protocol_named,
    refusal_of,
)
from .rules import CLOSED, GREETING, GUESSED, INJECTION, NOT_OFFERED, REFUSED, RULES, SILENT, STRIPPED, WRONG_PROTOCOL, fix_for

_RULES = {
    StarttlsRefusal.GREETING: GREETING,
    StarttlsRefusal.NOT_OFFERED: NOT_OFFERED,
    StarttlsRefusal.REFUSED: REFUSED,
    StarttlsRefusal.WRONG_PROTOCOL: WRONG_PROTOCOL,
    StarttlsRefusal.TLS_ALREADY: WRONG_PROTOCOL,
    StarttlsRefusal.SILENCE: SILENT,
    StarttlsRefusal.CLOSED: CLOSED,
}
_LOST = {FailureKind.TIMED_OUT: SILENT, FailureKind.CLOSED: CLOSED, FailureKind.RESET: CLOSED}
# Words that say: it is this client's address that is not wanted.
_BLOCKED = re.compile(r"blocked(?! because of many connection errors)|blocklist|blacklist|denylist|\b[a-z]*bl\b|dnsbl|spamhaus|reputation|banned|k-?lined|host-unknown", re.IGNORECASE)
_NAMES = {"http": "HTTP", "ssh": "SSH", "redis": "Redis", "vnc": "VNC", "telnet": "Telnet"}


class StarttlsCheck(Check):
    """Names the step that refused."""

    name = "starttls/dialogue"
    rules = RULES
    needs = (StarttlsDialogue,)
    wants = (ClientOutcome, HandshakeOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what keeps the client from TLS, and what else the dialogue showed."""
        dialogue = seen[StarttlsDialogue]
        if dialogue.guessed is not None:
            yield _finding(GUESSED, dialogue, f"{_title(dialogue)} was taken from {_source(seen, dialogue)}.")
        if dialogue.injected:
            yield _injection(seen, dialogue)
        rule = _rule(dialogue)
        if rule is not None:
            yield _refusal(rule, seen, dialogue)
        elif (lost := _lost_elsewhere(seen)) is not None:
            detail = f"One dialogue with {seen.endpoint} went well; another, a moment apart, did not: {lost.detail}."
            yield _finding(_rule_of(lost), dialogue, detail, **_of_another(lost), **(_not_blocking() if _got_through(seen) else {}))


def _injection(seen: Seen, dialogue: StarttlsDialogue) -> Finding:
    """It blocks only where it came too late to be thrown away, and was read as the answer to the client's hello."""
    client = seen.get(ClientOutcome)
    blocks = client is not None and not client.completed and client.non_tls is not None
    detail = f"{seen.endpoint} gave its go-ahead and went on in the clear: {_quoted(dialogue.injected)}."
    return _finding(INJECTION, dialogue, detail, answer=dialogue.injected, blocks=blocks)


def _rule(dialogue: StarttlsDialogue) -> Rule | None:
    if dialogue.refusal is StarttlsRefusal.NOT_OFFERED and (dialogue.garbled or dialogue.accepted_anyway):
        return STRIPPED
    return None if dialogue.refusal is None else _RULES[dialogue.refusal]


def _refusal(rule: Rule, seen: Seen, dialogue: StarttlsDialogue) -> Finding:
    changes: dict[str, object] = {}
    if _got_through(seen):  # one dialogue of several
        changes = _not_blocking()
    if rule is STRIPPED:
        changes["confidence"] = Confidence.LIKELY
    if rule is GREETING and _BLOCKED.search(dialogue.detail):
        changes |= {"blame": Blame.CLIENT, "confidence": Confidence.LIKELY}
    if rule is WRONG_PROTOCOL:
        changes |= _instead(dialogue)
    return _finding(rule, dialogue, _detail(rule, seen, dialogue), **changes)


def _finding(rule: Rule, dialogue: StarttlsDialogue, detail: str, **changes: object) -> Finding:
    last = dialogue.steps[-1].answered if dialogue.steps else b""
    evidence = {
        "fix": fix_for(rule, dialogue.protocol),
        "protocol": dialogue.protocol,
        "refusal": dialogue.refusal,
        "step": dialogue.refused_at,
        "answer": last,
        "offered": dialogue.offered,
        "speaks": dialogue.speaks,
        "software": dialogue.software,
    }
    return StarttlsFinding.of(rule, detail, **{**evidence, **changes})


def _detail(rule: Rule, seen: Seen, dialogue: StarttlsDialogue) -> str:
    guessed = f" {_title(dialogue)} was taken from {_source(seen, dialogue)}." if dialogue.guessed else ""
    apart = " The client itself got through, on another connection a moment apart." if _got_through(seen) else ""
    step = f" (step: {dialogue.refused_at})" if dialogue.refused_at is not None and rule in (REFUSED, SILENT, CLOSED) else ""
    return f"{_words(rule, seen, dialogue)}{step}.{apart}{guessed}"


def _words(rule: Rule, seen: Seen, dialogue: StarttlsDialogue) -> str:
    name = _title(dialogue)
    if rule is STRIPPED:
        return f"{seen.endpoint} answers in {name}, and {_traces(dialogue)}"
    if rule is WRONG_PROTOCOL:
        return f"{seen.endpoint} was spoken to in {name}, and {_spoken(dialogue)}"
    if rule is NOT_OFFERED and dialogue.offered:
        return f"{seen.endpoint} speaks {name}: {dialogue.detail} ({_listed(dialogue.offered)})"
    return f"{seen.endpoint}, spoken to in {name}: {dialogue.detail}"


def _traces(dialogue: StarttlsDialogue) -> str:
    traces = []
    if dialogue.garbled.strip():
        traces.append(f"one of its capabilities is written over: {dialogue.garbled[:60]!r}")
    elif dialogue.garbled:
        traces.append("one of its capabilities is blanked out")
    if dialogue.accepted_anyway:
        traces.append("it does not offer STARTTLS but takes the request when it is made all the same")
    return ", and ".join(traces)


def _spoken(dialogue: StarttlsDialogue) -> str:
    if dialogue.speaks == "tls":
        return "TLS begins there at once, without any words before"
    if dialogue.speaks is None:
        return f"what came back is not {_title(dialogue)}: {dialogue.detail}"
    return f"it speaks {_name(dialogue.speaks)}: {dialogue.detail}"


def _instead(dialogue: StarttlsDialogue) -> dict[str, object]:
    """What the client has to say instead."""
    if dialogue.speaks == "tls":
        summary = "Leave STARTTLS out: TLS begins at once on this port (in tlsdiag: starttls=False or --no-starttls; in mail clients: SSL/TLS)."
        return {"title": "The port speaks TLS from the start, and STARTTLS was asked for", "fix": Fix(summary=summary)}
    other = protocol_named(dialogue.speaks or "")
    if other is None:
        return {} if dialogue.speaks else {"confidence": Confidence.LIKELY}
    mine = protocol_named(dialogue.protocol)
    where = f", or connect to the port of {mine.title} (usually {next(iter(mine.names.values()))})" if mine is not None else ""
    return {"fix": Fix(summary=f"Speak {other.title} to this port (in tlsdiag: starttls={other.name!r}){where}.")}


def _got_through(seen: Seen) -> bool:
    """Whether the client came to where TLS begins, whatever became of it there."""
    client = seen.get(ClientOutcome)
    return client is not None and (client.completed or bool(client.client_hello))


def _not_blocking() -> dict[str, object]:
    return {"blocks": False, "severity": Severity.MEDIUM}


def _lost_elsewhere(seen: Seen) -> Failure | None:
    """How another dialogue ended early (the client's, or that of our own handshake), when the one that was written down did not."""
    failures = [item.failure for item in (seen.get(ClientOutcome), seen.get(HandshakeOutcome)) if item is not None]
    return next((item for item in failures if item is not None and item.phase is Phase.STARTTLS), None)


def _rule_of(lost: Failure) -> Rule:
    refusal = refusal_of(lost)
    return _LOST.get(lost.kind, GREETING) if refusal is None else _RULES[refusal]


def _of_another(lost: Failure) -> dict[str, object]:
    """What is known of a dialogue that was not written down: nothing of its steps."""
    return {"confidence": Confidence.LIKELY, "refusal": refusal_of(lost), "answer": b"", "offered": ()}


def _title(dialogue: StarttlsDialogue) -> str:
    return _name(dialogue.protocol)


def _name(protocol: str) -> str:
    known = protocol_named(protocol)
    return known.title if known is not None else _NAMES.get(protocol, protocol)


def _source(seen: Seen, dialogue: StarttlsDialogue) -> str:
    return f"the scheme {seen.target.scheme}://" if dialogue.guessed == "scheme" else f"port {seen.target.port}"


def _listed(offered: tuple[str, ...]) -> str:
    more = f" and {len(offered) - 8} more" if len(offered) > 8 else ""
    return "it offers " + ", ".join(item[:40] for item in offered[:8]) + more


def _quoted(data: bytes) -> str:
    return repr(data[:60].decode("latin-1"))
