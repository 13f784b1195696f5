"""What the checks of this family count: attempts by their end, certificates by their faults."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ...certificates import read_certificate
from ...plugin import (
    ClientOutcome,
    Note,
    Pace,
    Phase,
    RepeatOutcome,
    Repeats,
    RepeatSeen,
    Seen,
    StarttlsRefusal,
    StarttlsTry,
    outcome_of_failure,
    refusal_of,
)

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
    RepeatOutcome.DECLINED: "were refused in words before TLS",
    RepeatOutcome.OTHER_PROTOCOL: "got an answer in another protocol",
}
_FEW = 2
"""Drops at one pace that a limit makes at least: what comes too fast is dropped until it comes more slowly, and not one of it alone."""
_TAIL = 4
"""Failures in a row at the end, after only successes, that say that something has closed for us."""
_MANY, _RARE = 10, 6
"""So many attempts, of which one in six at most works, are no toss of a balancer whose first machine was sound."""
_OF_A_LIMIT = (StarttlsRefusal.GREETING, StarttlsRefusal.REFUSED)
# Words that say: so many connections of this client's own are too many ("421 4.7.0 Error: too many connections from unknown[192.0.2.7]").
_TOO_MANY = re.compile(
    r"too many [^\r\n]{0,60}\b(from|per|by) |(rate|connection) limit|limit[^\r\n]{0,40}exceeded|"
    r"maximum number of (connections|clients)[^\r\n]{0,40}\b(host|address|ip)\b",
    re.IGNORECASE,
)
# OpenSSL's verification codes, by the fault that they name
_FAULTS = {9: "not-yet-valid", 10: "expired", 18: "untrusted", 19: "untrusted", 2: "untrusted", 20: "untrusted", 21: "untrusted", 62: "other-name", 64: "other-name"}


def told(repeats: Repeats) -> list[RepeatSeen]:
    """The attempts whose end is known and may be compared, in the order of time."""
    return [item for item in repeats.attempts if item.outcome is not RepeatOutcome.UNKNOWN and (repeats.replayed or not item.by_client)]


def compared(repeats: Repeats) -> list[RepeatSeen]:
    """The attempts, and where the dialogue before TLS failed on some connections and not on others, those of every probe: it is the same for all.

    A dialogue that led to TLS stands as `WORKS`, but for those after which a repetition failed where others worked. TCP that failed comes beside them.
    """
    attempts = told(repeats)
    if not is_mixed(repeats):
        return attempts
    dialogues = [_of_try(item) for item in repeats.tries]
    others = [item for item in attempts if item.refusal is None and item.outcome is not RepeatOutcome.WORKS]
    no_tcp = [item for item in others if item.phase is Phase.CONNECT]
    behind = [item for item in others if item.phase is not Phase.CONNECT] if has_worked(repeats) else []
    for _ in behind:
        _drop_last(dialogues)
    return [*dialogues, *no_tcp, *behind]


def has_worked(repeats: Repeats) -> bool:
    """Whether the client's hello was answered as it should be, at least once."""
    return any(item.outcome is RepeatOutcome.WORKS for item in told(repeats))


def is_mixed(repeats: Repeats) -> bool:
    """Whether the dialogue before TLS went well on some connections and not on others."""
    return len({item.failure is None for item in repeats.tries}) == 2


def _of_try(item: StarttlsTry) -> RepeatSeen:
    failure = item.failure
    if failure is None:
        return RepeatSeen(outcome=RepeatOutcome.WORKS, pace=Pace.OTHERS, at=item.at, elapsed=item.elapsed)
    outcome, refusal = outcome_of_failure(failure), refusal_of(failure)
    return RepeatSeen(outcome=outcome, pace=Pace.OTHERS, at=item.at, elapsed=item.elapsed, refusal=refusal, detail=failure.detail)


def _drop_last(dialogues: list[RepeatSeen]) -> None:
    place = next((n for n in reversed(range(len(dialogues))) if dialogues[n].outcome is RepeatOutcome.WORKS), None)
    if place is not None:
        del dialogues[place]


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
    """Whether the drops follow our pace, not the toss of a balancer: what comes slowly works, or everything fails from some moment on, or the peer says so."""
    attempts, everything = told(repeats), compared(repeats)
    if _may_be_limited(attempts) and (_slowly_works(attempts, repeats) or _ends(attempts) or lets_one_through(attempts)):
        return True
    return is_mixed(repeats) and _may_be_limited(everything) and (_ends(everything) or _is_said(everything))


def _may_be_limited(attempts: Sequence[RepeatSeen]) -> bool:
    works = [item.outcome is RepeatOutcome.WORKS for item in attempts]
    return any(works) and all(work or fits_a_limit(item) for work, item in zip(works, attempts, strict=True))


def fits_a_limit(item: RepeatSeen) -> bool:
    """Whether a limit may have ended this one: without a word, or with a refusal that is not about what the peer can do."""
    return item.outcome in DROPS or (item.outcome is RepeatOutcome.DECLINED and item.refusal in _OF_A_LIMIT)


def _slowly_works(attempts: Sequence[RepeatSeen], repeats: Repeats) -> bool:
    slow = [item.outcome is RepeatOutcome.WORKS for item in attempts if item.pace is Pace.SLOWLY]
    if len(slow) <= _TAIL or not all(slow[1:]):  # the first slow one may still pay for those before it
        return False
    together, row = ([item.outcome is not RepeatOutcome.WORKS for item in attempts if item.pace is pace] for pace in (Pace.TOGETHER, Pace.IN_A_ROW))
    if only_at_first(attempts) and not all(row):
        return False  # a limit lets the first through, and drops what follows without a pause
    refused = any(item.outcome is RepeatOutcome.REFUSED for item in attempts if item.pace is Pace.TOGETHER)
    # so many at the same time: those side by side still count when the next one comes, or TCP turned one of them away
    at_once = any(together) and not any(row[1:]) and (refused or row[:1] == [True])
    return repeats.again > 0 or sum(together) >= _FEW or at_once or (len(row) >= _FEW and all(row[-_FEW:]))


def only_at_first(attempts: Sequence[RepeatSeen]) -> bool:
    """Whether all failures, and more than one, came before the first that worked."""
    fails = [item.outcome is not RepeatOutcome.WORKS for item in attempts]
    return sum(fails) > 1 and all(fails[: sum(fails)])


def _ends(attempts: Sequence[RepeatSeen]) -> bool:
    fails = [item.outcome is not RepeatOutcome.WORKS for item in attempts]
    first = fails.index(True) if True in fails else len(fails)
    return first > 0 and all(fails[first:]) and len(fails) - first >= _TAIL


def lets_one_through(attempts: Sequence[RepeatSeen]) -> bool:
    """Whether the first worked, and after that hardly one: a limit that allows a few in a minute.

    Of machines most of which are dead, the first would hardly have been a sound one, after those of the diagnosis that were sound before it.
    """
    works = [item.outcome is RepeatOutcome.WORKS for item in attempts]
    later = works[1:]
    return len(works) >= _MANY and works[0] and sum(later) <= len(later) // _RARE and not any(a and b for a, b in zip(works, later, strict=False))


def _is_said(attempts: Sequence[RepeatSeen]) -> bool:
    fails = [item for item in attempts if item.outcome is not RepeatOutcome.WORKS]
    return all(item.outcome is RepeatOutcome.DECLINED and _TOO_MANY.search(item.detail) for item in fails)


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
