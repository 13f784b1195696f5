"""The failure that does not repeat: the same hello, sent again, gets through."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, ClientOutcome, Confidence, Counterfactuals, Finding, Fix, Layer, Rule, Seen, Severity, TrialFinding, TrialOutcome
from ..proof import SYMPTOMS

NOT_REPEATED = Rule(
    code="failure-not-repeated",
    title="The client's handshake failed, and the same hello sent again gets through",
    layer=Layer.NETWORK,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="It is not what the client says: the answer to the same words changes. One of several machines behind the address is broken, something is overloaded or limits the rate, or packets get lost.",
    fix=Fix(summary="Try it several times and count; read the logs of every machine behind the address at the time of this failure."),
    references=("RFC 9325 section 3.7",),
    explains=SYMPTOMS,
    blocking=True,
    failing="a server that resets the first connection and serves the next",
    passing="a server that refuses the same hello every time",
)


class RepetitionCheck(Check):
    """Counts what became of the unchanged hello."""

    name = "counterfactual/repetition"
    rules = (NOT_REPEATED,)
    needs = (Counterfactuals, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield it where the unchanged hello was accepted after a failure that the peer or the network had made."""
        found = seen[Counterfactuals]
        accepted = sum(trial.accepted for trial in found.unchanged)
        if not accepted or found.symptom is TrialOutcome.UNDECIDED:
            return
        detail = f"The client's own handshake with {seen.endpoint} ended with: {found.symptom.value}. Of {len(found.unchanged)} repetitions of the same hello {accepted} got through."
        after = next(trial for trial in found.unchanged if trial.accepted)
        yield TrialFinding.of(NOT_REPEATED, detail, change="unchanged", before=found.before, after=after, intermittent=True, confidence=Confidence.LIKELY)
