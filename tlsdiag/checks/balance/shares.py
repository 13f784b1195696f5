"""What the checks of this family count: attempts by their end, certificates by their faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...certificates import read_certificate
from ...plugin import ClientOutcome, Note, Pace, RepeatOutcome, Repeats, RepeatSeen, Seen

DROPS = frozenset((RepeatOutcome.RESET, RepeatOutcome.CLOSED, RepeatOutcome.REFUSED, RepeatOutcome.SILENT, RepeatOutcome.UNREACHABLE))
_WORDS = {
    RepeatOutcome.WORKS: "worked",
    RepeatOutcome.ALERT: "were refused with an alert",
    RepeatOutcome.RESET: "were reset",
    RepeatOutcome.CLOSED: "were closed without a word",
    RepeatOutcome.REFUSED: "were refused (TCP)",
    RepeatOutcome.SILENT: "got no answer in time",
    RepeatOutcome.UNREACHABLE: "found no way there",
    RepeatOutcome.NOT_TLS: "got an answer that is not TLS",
}
_FEW = 2
"""Other offers that were turned away, where the repetitions all worked: a single one is no sign of a limit."""
_TAIL = 4
"""Failures in a row at the end, after only successes, that say that something has closed for us."""
# OpenSSL's verification codes, by the fault that they name
_FAULTS = {9: "not-yet-valid", 10: "expired", 18: "untrusted", 19: "untrusted", 2: "untrusted", 20: "untrusted", 21: "untrusted", 62: "other-name", 64: "other-name"}


def told(repeats: Repeats) -> list[RepeatSeen]:
    """The attempts whose end is known and may be compared, in the order of time."""
    return [item for item in repeats.attempts if item.outcome is not RepeatOutcome.UNKNOWN and (repeats.replayed or not item.by_client)]


def counted(attempts: Sequence[RepeatSeen]) -> tuple[Note, ...]:
    """How many ended in which way."""
    counts = Counter(item.outcome for item in attempts)
    return tuple(Note(code=str(outcome), detail=str(count)) for outcome, count in sorted(counts.items()))


def in_words(attempts: Sequence[RepeatSeen]) -> str:
    """The same in a sentence: "3 of 8 connections were reset, 5 worked"."""
    counts = Counter(item.outcome for item in attempts)
    order = sorted(counts, key=lambda outcome: (outcome is RepeatOutcome.WORKS, str(outcome)))
    parts = [f"{counts[outcome]} {_plural(_WORDS[outcome], counts[outcome])}" for outcome in order]
    return f"of {len(attempts)} connections {', '.join(parts)}"


def _plural(words: str, count: int) -> str:
    return words.replace("were ", "was ", 1) if count == 1 else words


def is_limit(repeats: Repeats) -> bool:
    """Whether the drops follow our pace, not the toss of a balancer: what comes slowly works, or everything fails from some moment on."""
    attempts = told(repeats)
    if not any(item.outcome is RepeatOutcome.WORKS for item in attempts) or any(item.outcome not in DROPS | {RepeatOutcome.WORKS} for item in attempts):
        return False
    fails = [item.outcome in DROPS for item in attempts]
    slow = [item.outcome is RepeatOutcome.WORKS for item in attempts if item.pace is Pace.SLOWLY]
    fast = any(item.outcome in DROPS for item in attempts if item.pace in (Pace.TOGETHER, Pace.IN_A_ROW))
    if (fast or repeats.turned_away >= _FEW) and len(slow) > _TAIL and all(slow[1:]):
        return True  # the first slow one may still pay for those before it
    first = fails.index(True) if True in fails else len(fails)
    return first > 0 and all(fails[first:]) and len(fails) - first >= _TAIL


def faults_of(repeats: Repeats, seen: Seen) -> list[frozenset[str]]:
    """For each attempt that came as far as a certificate: what a client would stumble over.

    Our core's attempts are the measure, since they saw the certificates; where all those are alike, the client's own refusals are.
    """
    client = seen.get(ClientOutcome)
    checks_names = client is None or client.settings.check_hostname
    by_leaf = {chain.leaf: frozenset(note.code for note in chain.faults if checks_names or note.code != "other-name") for chain in repeats.chains}
    ours = [by_leaf[item.leaf] for item in repeats.attempts if item.leaf in by_leaf]
    if len(set(ours)) > 1:
        return ours
    return [_refused(item) for item in repeats.attempts if item.by_client and item.outcome is RepeatOutcome.WORKS]


def _refused(item: RepeatSeen) -> frozenset[str]:
    return frozenset() if item.verify_code is None else frozenset((_FAULTS.get(item.verify_code, f"verify code {item.verify_code}"),))


def leaves(repeats: Repeats) -> dict[bytes, int]:
    """How often each leaf was served, the most frequent first, then by its bytes."""
    counts = Counter(item.leaf for item in repeats.attempts if item.leaf)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def named(der: bytes) -> str:
    """A certificate in a few words that tell it from its neighbour."""
    certificate = read_certificate(der)
    ends = f", valid until {certificate.not_after:%Y-%m-%d}" if certificate.not_after is not None else ""
    return f"{certificate.label} (serial {_serial(certificate.serial)}{ends})"


def _serial(number: int | None) -> str:
    text = "unknown" if number is None else f"{number:x}"
    return text if len(text) <= 12 else f"{text[:6]}...{text[-4:]}"
