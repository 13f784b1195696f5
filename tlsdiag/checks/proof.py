"""What several checks read from the counterfactuals: the proof, and its two halves in words."""

from __future__ import annotations

from ..plugin import AlertSeen, ClientOutcome, Counterfactuals, Seen, Trial, TrialOutcome
from .common import CONSEQUENCE

#: What is seen of a failure before its cause is known: every proved cause explains it.
SYMPTOMS = (*CONSEQUENCE, "fatal-alert", "reset-after-hello", "closed-without-answer", "peer-silent", "lost-midway", "server-misbehaves")
ON_THE_LISTS = frozenset(("more-suites", "more-groups", "more-schemes"))
"""The changes after which a server that has a certificate has something in common with the hello."""
_REFUSALS = {
    TrialOutcome.RESET: "is answered with a reset of the connection",
    TrialOutcome.CLOSED: "is answered with the end of the connection",
    TrialOutcome.SILENT: "gets no answer",
    TrialOutcome.NOT_TLS: "is answered with something that is not TLS",
}


def proof(seen: Seen) -> Counterfactuals | None:
    """The counterfactuals, where they prove something: the unchanged hello was refused again, and a changed one was accepted."""
    found = seen.get(Counterfactuals)
    return found if found is not None and found.proven else None


def change_of(found: Counterfactuals | None) -> str:
    """The slug of the least change that flips the outcome; empty when there is none."""
    return found.flip.change if found is not None and found.flip is not None else ""


def pair(seen: Seen, found: Counterfactuals) -> str:
    """The two halves of the proof in a sentence."""
    before, after = found.before, found.flip
    if before is None or after is None:
        return ""
    return f"At {seen.endpoint} the client's own hello ({before.size} bytes) {refusal(before)}; the same hello {after.words} ({after.size} bytes) is accepted."


def refusal(trial: Trial) -> str:
    """How a trial was refused."""
    if trial.alert is not None:
        return f"is refused with the alert {alert_name(trial.alert)}"
    return _REFUSALS.get(trial.outcome, f"ends with a fault ({trial.detail})")


def alert_name(alert: AlertSeen) -> str:
    """An alert with its number."""
    return f"{alert.description.name} ({int(alert.description)})"


def halves(found: Counterfactuals) -> dict[str, object]:
    """The evidence of a `TrialFinding`."""
    return {"change": change_of(found), "before": found.before, "after": found.flip}


def tried_in_vain(seen: Seen) -> str:
    """A sentence for a failure that no change of the hello turned; empty when that was not looked for, or when one did."""
    found = seen.get(Counterfactuals)
    if found is None or found.flip is not None or found.flips or any(trial.accepted for trial in found.unchanged):
        return ""
    changes = list(dict.fromkeys(trial.change for trial in found.trials if trial.refused))
    if not changes:
        return ""
    return f" Changing the hello makes no difference (tried: {', '.join(changes)})."


def refused_alike(found: Counterfactuals) -> frozenset[str]:
    """The changes that made no difference, where every hello ended with the same alert and before the server had said a word; none otherwise."""
    before = found.before
    told = [trial for trial in (*found.unchanged, *found.trials) if trial.outcome is not TrialOutcome.UNDECIDED]
    if before is None or before.alert is None or any(trial.outcome is not TrialOutcome.ALERT or trial.messages for trial in told):
        return frozenset()
    same = (trial for trial in found.trials if trial.alert is not None and trial.alert.description == before.alert.description)
    return frozenset(trial.change for trial in same)


def key_types_offered(client: ClientOutcome) -> set[str]:
    """The kinds of key that the client's cipher suites below TLS 1.3 can authenticate with."""
    rows = [suite.row for suite in client.offer.cipher_suites] if client.offer is not None else []
    return {str(row["auth"]) for row in rows if row is not None and row["min_protocol"] != "TLSv1.3"}
