"""Counterfactuals: which least change of the client's own hello flips the outcome. `tlsdiag.counterfactual` plans, this sends.

It runs only after a handshake that failed for what the client says, or for how it is carried. Variants go side by side. A peer that is silent must not cost a
timeout for each: a trial waits a small multiple of the time in which this endpoint answers otherwise, and all of them together a part of one timeout.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..counterfactual import MAX_TRIALS, Case, Variant, search
from ..handshake import StopAfter
from ..iana import ExtensionType, HandshakeType, NamedGroup, ProtocolVersion
from ..plugin import (
    ClientOutcome,
    Cost,
    Counterfactuals,
    Delivery,
    Exchange,
    FailureKind,
    HandshakeOutcome,
    Phase,
    Probe,
    Scene,
    SpokenProtocol,
    Trial,
    TrialOutcome,
    Unavailable,
    Why,
)
from ..wire import ClientHello, DecodeError, HandshakeMessage, Reader, ServerHello
from .common import alert_seen, broad_offer, first_message, messages_in_the_clear

_LOST = {FailureKind.RESET: TrialOutcome.RESET, FailureKind.CLOSED: TrialOutcome.CLOSED, FailureKind.TIMED_OUT: TrialOutcome.SILENT}
# What OpenSSL refuses of its own accord, for its security level or policy: our own handshake sees what it was.
_LOCAL_REFUSALS = frozenset((
    "DH_KEY_TOO_SMALL", "WRONG_SIGNATURE_TYPE", "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED", "NO_SUITABLE_SIGNATURE_ALGORITHM", "EE_KEY_TOO_SMALL",
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "BAD_SIGNATURE", "WRONG_CURVE",
))  # fmt: skip
_ABOUT_CERTIFICATES = frozenset((41, 42, 43, 44, 45, 46, 48, 49, 116))
_UNREADABLE_EOF = "UNEXPECTED_EOF_WHILE_READING"
ALL_SILENT, SILENT, ANSWERING = 0.08, 0.13, 0.3
"""Parts of the handshake timeout that one trial may take: when nothing ever answered, when only the client met silence, when the endpoint answers."""
LONG = 0.3
"""The part of the handshake timeout from which an end of the connection is the end of a silence: servers hang up on clients that they did not understand."""


class CounterfactualsProbe(Probe):
    """Sends the client's hello again, unchanged and changed."""

    name = "counterfactuals"
    provides = Counterfactuals
    needs = (ClientOutcome, HandshakeOutcome)
    wants = (SpokenProtocol,)
    cost = Cost(connections=MAX_TRIALS)

    async def run(self, scene: Scene) -> Counterfactuals | Unavailable:
        """Drive the search."""
        client, ours = scene.seen(ClientOutcome), scene.seen(HandshakeOutcome)
        if client is None or ours is None:
            return Unavailable(why=Why.NEEDS, detail="there is no handshake to start from", by=self.name)
        reason = _why_not(client, ours, scene.seen(SpokenProtocol))
        case = None if reason else _case(scene, client, ours)
        if case is None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail=reason or "the client's hello cannot be read", by=self.name)
        return await _Trials(scene, case, ours).run()


def _why_not(client: ClientOutcome, ours: HandshakeOutcome, spoken: SpokenProtocol | None) -> str | None:
    if client.completed:
        return "the client's handshake works"
    if not client.client_hello:
        return "the client sent no hello"
    if client.failure is not None and client.failure.phase is not Phase.HANDSHAKE:
        return "the client did not get as far as TLS"
    if client.verify_code is not None:
        return "the client refuses the certificate, whatever it says in its hello"
    if client.non_tls is not None or ours.non_tls is not None or (spoken is not None and spoken.protocol is not None):
        return "the port does not speak TLS"
    if spoken is not None and spoken.greeting_failure is not None and spoken.greeting_failure.kind is FailureKind.RESET:
        return "the connection is reset whatever is said"
    if client.alert_received is not None and _is_about_a_certificate(client, ours):
        return "the server refuses the client for its certificate"
    if _symptom(client) is None and client.reason not in _LOCAL_REFUSALS:
        return "the client ends the handshake itself"
    return None


def _is_about_a_certificate(client: ClientOutcome, ours: HandshakeOutcome) -> bool:
    """Whether the alert may be about the client's certificate: by its word, or since it came where one was asked for."""
    alert = client.alert_received
    came_far = any(message.type == HandshakeType.SERVER_HELLO for message in messages_in_the_clear(client.received))
    return (alert is not None and alert.description in _ABOUT_CERTIFICATES) or (ours.certificate_requested and came_far)


def _symptom(client: ClientOutcome) -> TrialOutcome | None:
    """How the peer (or the network) ended the client's handshake; None when the client itself did."""
    if client.alert_received is not None:
        return TrialOutcome.ALERT
    if client.failure is not None:
        return _LOST.get(client.failure.kind)
    return TrialOutcome.CLOSED if client.reason == _UNREADABLE_EOF else None


def _case(scene: Scene, client: ClientOutcome, ours: HandshakeOutcome) -> Case | None:
    try:
        hello = ClientHello.decode(client.client_hello[4:])
    except DecodeError:
        return None
    symptom, patience = _symptom(client), scene.limits.handshake_timeout
    if symptom is not None and not client.received and client.elapsed > LONG * patience:
        symptom = TrialOutcome.SILENT  # it hung up after a long silence: what is to be waited for is an answer
    answers = messages_in_the_clear(client.received)
    retry = next((group for group in map(_retry_group, answers) if group is not None), None)
    came_far = any(message.type == HandshakeType.SERVER_HELLO and _retry_group(message) is None for message in answers)
    stage = StopAfter.FINISHED if came_far or retry else (StopAfter.CERTIFICATE if symptom is TrialOutcome.SILENT else StopAfter.SERVER_HELLO)
    fragment = int.from_bytes(client.sent[3:5], "big")
    lowest = {"TLSv1.0": 0x301, "TLSv1.1": 0x302, "TLSv1.2": 0x303, "TLSv1.3": 0x304}.get(client.settings.minimum_version.replace("_", "."), 0x300)
    return Case(
        hello=hello,
        symptom=symptom or TrialOutcome.UNDECIDED,
        broad=broad_offer(scene.target),
        alert=None if client.alert_received is None else client.alert_received.description,
        broad_works=ours.completed,
        broad_silent=symptom is TrialOutcome.SILENT and _is_silent(ours, patience),
        host=None if scene.target.is_address else scene.target.host.rstrip("."),
        lowest=lowest,
        record_version=int.from_bytes(client.sent[1:3], "big") or ProtocolVersion.TLS1_0,
        record_fragment=fragment if 0 < fragment < len(client.client_hello) else None,
        stage=str(stage),
        client_refuses=symptom is None,
        retry_group=retry,
    )


def _is_silent(ours: HandshakeOutcome, patience: float) -> bool:
    return not ours.completed and (ours.elapsed > LONG * patience or (ours.failure is not None and ours.failure.kind is FailureKind.TIMED_OUT))


def _retry_group(message: HandshakeMessage) -> NamedGroup | None:
    """The group that a HelloRetryRequest asks for."""
    if message.type != HandshakeType.SERVER_HELLO:
        return None
    try:
        hello = ServerHello.decode(message.body)
        share = hello.extension(ExtensionType.KEY_SHARE)
        return NamedGroup(Reader(share.body).u16()) if hello.is_hello_retry_request and share is not None else None
    except DecodeError:
        return None


class _Trials:
    """Drives one search over the network, within its time."""

    def __init__(self, scene: Scene, case: Case, ours: HandshakeOutcome) -> None:
        self._scene, self._case = scene, case
        self._timeout = scene.limits.handshake_timeout
        self._began = scene.clock()
        self._proving = False
        self._patience = self._first_patience(ours)
        self._least_patience = 0.5 * self._patience

    async def run(self) -> Counterfactuals:
        steps = search(self._case)
        try:
            variants = next(steps)
            while True:
                variants = steps.send(await self._round(variants))
        except StopIteration as done:
            found: Counterfactuals = done.value
            return found

    def _first_patience(self, ours: HandshakeOutcome) -> float:
        """Seconds that a trial may take, before one has shown how quickly this endpoint answers."""
        if self._case.broad_silent:
            return ALL_SILENT * self._timeout
        share = SILENT if self._case.symptom is TrialOutcome.SILENT else ANSWERING
        return max(min(share * self._timeout, 8 * ours.elapsed), 0.5 * share * self._timeout)

    def _out_of_time(self) -> bool:
        """Silence must be told in time; a proof that is under way may take one timeout more."""
        quiet = self._case.symptom is TrialOutcome.SILENT and not self._proving
        allowed = (0.1 if self._case.broad_silent else 0.4) if quiet else 1.5
        return self._scene.clock() - self._began > allowed * self._timeout

    async def _round(self, variants: Sequence[Variant]) -> list[Trial]:
        if self._out_of_time():
            return [_not_tried(variant) for variant in variants]
        trials = await asyncio.gather(*(self._try(variant) for variant in variants))
        quickest = min((trial.elapsed for trial in trials if trial.accepted), default=None)
        if quickest is not None:
            self._proving = True
            self._patience = min(self._patience, max(8 * quickest, self._least_patience))
        return trials

    async def _try(self, variant: Variant) -> Trial:
        began = self._scene.clock()
        exchange = await self._scene.handshake(
            variant.offer,
            stop_after=StopAfter.FINISHED if variant.to_the_end else StopAfter(self._case.stage),
            timeout=self._patience,
            delivery=Delivery(max_segment=variant.max_segment, pieces=variant.pieces, number=variant.number),
        )
        return trial_of(variant, exchange, round(self._scene.clock() - began, 4))


def _not_tried(variant: Variant) -> Trial:
    return Trial(change=variant.change, words=variant.words, part=variant.part, outcome=TrialOutcome.UNDECIDED, detail="there was no time left")


def trial_of(variant: Variant, exchange: Exchange, elapsed: float) -> Trial:
    """An exchange as a fact."""
    result = exchange.result
    sent = first_message(exchange.recording.sent)
    return Trial(
        change=variant.change,
        words=variant.words,
        part=variant.part,
        outcome=_outcome(exchange),
        alert=alert_seen(result.alert_received),
        detail=str(exchange.failure or result.problem_detail),
        size=len(sent),
        max_segment=variant.max_segment,
        version=result.version,
        cipher_suite=result.cipher_suite,
        group=result.group or _group_of(exchange),
        signature_scheme=result.server_signature_scheme,
        dh_bits=result.dh_bits,
        alpn=result.alpn,
        hello_retry=result.hello_retry,
        messages=result.messages,
        client_hello=sent,
        elapsed=elapsed,
    )


def _group_of(exchange: Exchange) -> NamedGroup | None:
    """The group in a ServerHello of TLS 1.3, where the handshake stopped before the share was used."""
    hello = exchange.result.server_hello
    share = None if hello is None else hello.extension(ExtensionType.KEY_SHARE)
    return NamedGroup(int.from_bytes(share.body[:2], "big")) if share is not None and len(share.body) > 2 else None


def _outcome(exchange: Exchange) -> TrialOutcome:
    result, failure = exchange.result, exchange.failure
    if result.reached:
        return TrialOutcome.ACCEPTED
    if result.alert_received is not None:
        return TrialOutcome.ALERT
    if result.non_tls is not None:
        return TrialOutcome.NOT_TLS
    if failure is not None:
        return _LOST.get(failure.kind, TrialOutcome.UNDECIDED) if failure.phase is Phase.HANDSHAKE else TrialOutcome.UNDECIDED
    return TrialOutcome.CLOSED if result.problem == "closed" else TrialOutcome.MISBEHAVED



