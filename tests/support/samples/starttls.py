"""Samples of the family starttls."""

from __future__ import annotations

from typing import Any

from tlsdiag.check import Seen
from tlsdiag.facts import DialogueStep, StarttlsDialogue, StarttlsRefusal, StarttlsStep
from tlsdiag.failure import FailureKind, Phase
from tlsdiag.testing.observations import client_outcome, handshake_outcome, seen

from .common import HELLO, Samples, failure

R = StarttlsRefusal


def dialogue(refusal: StarttlsRefusal | None, *, client_fails: bool | None = None, **changes: Any) -> Seen:
    """What an SMTP dialogue showed, and a client that went the same way."""
    fails = refusal is not None if client_fails is None else client_fails
    steps = (DialogueStep(step=StarttlsStep.GREETING, answered=b"220 mail.example ESMTP\r\n"),)
    base: dict[str, Any] = {"protocol": "smtp", "completed": refusal is None, "refusal": refusal, "steps": steps, "detail": "sample"}
    lost = failure(FailureKind.PROTOCOL, Phase.STARTTLS) if fails else None
    client = client_outcome(completed=not fails, failure=lost, error_type="OSError" if fails else None, client_hello=b"" if fails else HELLO)
    ours = handshake_outcome(completed=not fails, failure=lost)
    return seen(StarttlsDialogue(**{**base, **changes}), client, ours, starttls=base["protocol"])


def healthy(**changes: Any) -> Seen:
    return dialogue(None, **changes)


SAMPLES: Samples = {
    "starttls-not-offered": (lambda: dialogue(R.NOT_OFFERED, offered=("SIZE",)), lambda: dialogue(R.NOT_OFFERED, garbled="XXXXXXXA")),
    "starttls-refused": (lambda: dialogue(R.REFUSED, refused_at=StarttlsStep.REQUEST), lambda: dialogue(R.NOT_OFFERED)),
    "starttls-stripped": (lambda: dialogue(R.NOT_OFFERED, garbled="XXXXXXXA"), lambda: dialogue(R.NOT_OFFERED, accepted_anyway=False)),
    "starttls-injection": (lambda: healthy(injected=b"250 injected\r\n"), healthy),
    "starttls-wrong-protocol": (lambda: dialogue(R.WRONG_PROTOCOL, speaks="imap"), lambda: dialogue(R.NOT_OFFERED)),
    "starttls-greeting-refused": (lambda: dialogue(R.GREETING, detail="the server greets with '554 no'"), lambda: dialogue(R.REFUSED)),
    "starttls-silent": (lambda: dialogue(R.SILENCE), lambda: dialogue(R.CLOSED)),
    "starttls-closed": (lambda: dialogue(R.CLOSED), lambda: dialogue(R.SILENCE)),
    "starttls-guessed": (lambda: healthy(guessed="port"), healthy),
}
