"""The probe of counterfactuals: when it runs, what it starts from, and how a trial is read; over a scripted network."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import pytest
from recorded_client import recorded_hello

import tlsdiag
from tlsdiag.demo.servers import is_silent, listening
from tlsdiag.facts import AlertSeen, Counterfactuals, SpokenProtocol, TrialOutcome
from tlsdiag.failure import Failure, FailureKind, Phase
from tlsdiag.handshake import HandshakeResult, edits
from tlsdiag.handshake.result import Problem
from tlsdiag.iana import AlertDescription, CipherSuite, ContentType, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion
from tlsdiag.network import Deadline, Fetcher, Recording
from tlsdiag.probe import Delivery, Exchange
from tlsdiag.probes.counterfactuals import _case, _symptom, _why_not, trial_of
from tlsdiag.scene import Stage
from tlsdiag.target import Endpoint, Target
from tlsdiag.testing import Authority, Close, Expect, Reply, Reset, ScriptedDialer
from tlsdiag.testing.observations import client_outcome, handshake_outcome
from tlsdiag.wire import Alert, Extension, HandshakeMessage, ServerHello, encode_records
from tlsdiag.wire.hellos import HELLO_RETRY_REQUEST_RANDOM

NAME = "server.example"
HELLO = recorded_hello("python-3.11-ssl-default", NAME)
BODY = HELLO.encode()
MESSAGE = b"\x01" + len(BODY).to_bytes(3, "big") + BODY
ENDPOINT = Endpoint(address="192.0.2.1", port=443)
SENT = encode_records(ContentType.HANDSHAKE, ProtocolVersion.TLS1_0, MESSAGE)


def lost(kind: FailureKind, phase: Phase = Phase.HANDSHAKE) -> Failure:
    return Failure(kind=kind, phase=phase, detail=f"sample of {kind}")


def alert(code: int) -> AlertSeen:
    return AlertSeen(level=2, description=AlertDescription(code))


def failed(**changes: Any) -> Any:
    """A client whose hello was reset, changed."""
    base: dict[str, Any] = {"completed": False, "client_hello": MESSAGE, "sent": SENT, "failure": lost(FailureKind.RESET), "error_type": "OSError"}
    return client_outcome(**{**base, **changes})


def server_hello(random: bytes, *extensions: Extension) -> bytes:
    hello = ServerHello(legacy_version=ProtocolVersion(0x303), random=random, cipher_suite=CipherSuite(0x1301), extensions=extensions)
    message = HandshakeMessage(type=HandshakeType(HandshakeType.SERVER_HELLO), body=hello.encode())
    return encode_records(ContentType.HANDSHAKE, 0x0303, message.encode())


OURS = handshake_outcome(completed=False, failure=lost(FailureKind.RESET))


def stage(dialer: Any = None) -> Stage:
    """The stage of a diagnosis over a scripted network."""
    from datetime import UTC, datetime
    from time import monotonic

    network = dialer or ScriptedDialer([[Expect(), Reset()]])
    return Stage(
        target=Target.parse(NAME),
        depth=tlsdiag.Depth.QUICK,
        limits=tlsdiag.Limits(),
        now=datetime(2026, 6, 1, tzinfo=UTC),
        clock=monotonic,
        randomness=lambda count: b"\x07" * count,
        environment={},
        dialer=network,
        fetcher=Fetcher(network, tlsdiag.Limits()),
        deadline=Deadline.after(30),
    )


@pytest.mark.parametrize(
    ("client", "ours", "spoken", "reason"),
    [
        (client_outcome(), handshake_outcome(), None, "works"),
        (failed(client_hello=b""), OURS, None, "no hello"),
        (failed(failure=lost(FailureKind.REFUSED, Phase.CONNECT)), OURS, None, "as far as TLS"),
        (failed(verify_code=10), OURS, None, "certificate"),
        (failed(non_tls=b"HTTP/1.1"), OURS, None, "does not speak TLS"),
        (failed(), OURS, SpokenProtocol(protocol="smtp"), "does not speak TLS"),
        (failed(), OURS, SpokenProtocol(protocol=None, greeting_failure=lost(FailureKind.RESET)), "whatever is said"),
        (failed(alert_received=alert(40), received=server_hello(b"r" * 32)), handshake_outcome(certificate_requested=True), None, "for its certificate"),
        (failed(alert_received=alert(48)), OURS, None, "for its certificate"),
        (failed(failure=None, reason="BAD_EXTENSION", error_type="ssl.SSLError"), OURS, None, "ends the handshake itself"),
    ],
)
def test_it_looks_only_where_the_hello_may_matter(client: Any, ours: Any, spoken: Any, reason: str) -> None:
    assert reason in (_why_not(client, ours, spoken) or "")


def test_a_refusal_before_the_server_hello_is_no_matter_of_the_certificate_that_is_asked_for() -> None:
    assert _why_not(failed(alert_received=alert(40)), handshake_outcome(certificate_requested=True), None) is None


@pytest.mark.parametrize("elapsed", [0.1, 5.0])
def test_an_end_after_a_long_silence_is_silence(elapsed: float) -> None:
    ours = handshake_outcome(completed=False, failure=lost(FailureKind.CLOSED), elapsed=elapsed)
    found = _case(stage().scene(ENDPOINT), failed(failure=lost(FailureKind.CLOSED), elapsed=elapsed), ours)
    assert found is not None
    assert (found.symptom is TrialOutcome.SILENT, found.broad_silent) == (elapsed > 1, elapsed > 1)


@pytest.mark.parametrize("reason", ["DH_KEY_TOO_SMALL", "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED"])
def test_a_refusal_of_the_clients_own_is_looked_into(reason: str) -> None:
    client = failed(failure=None, reason=reason, error_type="ssl.SSLError")
    assert _why_not(client, handshake_outcome(), None) is None
    case = _case(stage().scene(ENDPOINT), client, handshake_outcome())
    assert case is not None and case.client_refuses


@pytest.mark.parametrize(
    ("changes", "symptom"),
    [
        ({}, TrialOutcome.RESET),
        ({"failure": lost(FailureKind.CLOSED)}, TrialOutcome.CLOSED),
        ({"failure": lost(FailureKind.TIMED_OUT)}, TrialOutcome.SILENT),
        ({"failure": None, "alert_received": alert(40)}, TrialOutcome.ALERT),
        ({"failure": None, "reason": "UNEXPECTED_EOF_WHILE_READING"}, TrialOutcome.CLOSED),
        ({"failure": None, "reason": "BAD_SIGNATURE"}, None),
        ({"failure": lost(FailureKind.LIMIT_EXCEEDED)}, None),
    ],
)
def test_the_symptom_is_how_the_peer_ended_it(changes: dict[str, Any], symptom: TrialOutcome | None) -> None:
    assert _symptom(failed(**changes)) is symptom


def case(**changes: Any) -> Any:
    found = _case(stage().scene(ENDPOINT), failed(**changes), OURS)
    assert found is not None
    return found


def test_a_case_has_the_hello_as_it_was_sent() -> None:
    assert case().hello == HELLO
    assert (case().record_version, case().record_fragment, case().stage) == (0x0301, None, "server-hello")
    assert case(sent=encode_records(22, 0x0303, MESSAGE, 100)).record_fragment == 100
    assert case(failure=lost(FailureKind.TIMED_OUT)).stage == "certificate"


def test_a_hello_that_cannot_be_read_is_no_case() -> None:
    assert _case(stage().scene(ENDPOINT), failed(client_hello=b"\x01\0\0\x02xx"), OURS) is None


def test_a_failure_after_the_server_hello_wants_a_handshake_to_the_end() -> None:
    assert case(received=server_hello(b"r" * 32)).stage == "finished"
    assert case(received=server_hello(b"r" * 32)).retry_group is None


def test_the_group_of_a_hello_retry_request_is_known() -> None:
    share = Extension(type=ExtensionType(ExtensionType.KEY_SHARE), body=b"\x00\x18")
    found = case(received=server_hello(HELLO_RETRY_REQUEST_RANDOM, share))
    assert found.retry_group == NamedGroup.SECP384R1
    assert case(received=server_hello(HELLO_RETRY_REQUEST_RANDOM)).retry_group is None


def test_what_cannot_be_read_of_the_answer_is_left_alone() -> None:
    assert case(received=b"\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00").retry_group is None
    assert case(received=b"\x16\x03\x03\xff\xff").stage == "server-hello"


def trial(result: HandshakeResult, failure: Failure | None = None) -> Any:
    return trial_of(case().unchanged(), Exchange(result=result, failure=failure, recording=Recording()), 0.1)


@pytest.mark.parametrize(
    ("result", "failure", "outcome"),
    [
        (HandshakeResult(reached=True), None, TrialOutcome.ACCEPTED),
        (HandshakeResult(alert_received=Alert(level=2, description=AlertDescription(40)), problem=Problem.ALERT), None, TrialOutcome.ALERT),
        (HandshakeResult(non_tls=b"HTTP", problem=Problem.NOT_TLS), None, TrialOutcome.NOT_TLS),
        (HandshakeResult(), lost(FailureKind.RESET), TrialOutcome.RESET),
        (HandshakeResult(), lost(FailureKind.CLOSED), TrialOutcome.CLOSED),
        (HandshakeResult(), lost(FailureKind.TIMED_OUT), TrialOutcome.SILENT),
        (HandshakeResult(), lost(FailureKind.TIMED_OUT, Phase.CONNECT), TrialOutcome.UNDECIDED),
        (HandshakeResult(), lost(FailureKind.BUDGET_SPENT, Phase.CONNECT), TrialOutcome.UNDECIDED),
        (HandshakeResult(problem=Problem.CLOSED), None, TrialOutcome.CLOSED),
        (HandshakeResult(problem=Problem.MALFORMED), None, TrialOutcome.MISBEHAVED),
    ],
)
def test_a_trial_ends_in_one_of_eight_ways(result: HandshakeResult, failure: Failure | None, outcome: TrialOutcome) -> None:
    assert trial(result, failure).outcome is outcome


def test_a_first_flight_goes_in_pieces_where_that_is_asked_for() -> None:
    dialer = ScriptedDialer([[Expect(), Close()]])
    offer = case().offer(HELLO)
    scene = stage(dialer).scene(ENDPOINT)
    asyncio.run(scene.handshake(offer, delivery=Delivery(pieces=200)))
    chunks = [len(chunk.data) for chunk in dialer.connections[0].recording.chunks]
    assert chunks[:2] == [200, 200]
    assert sum(chunks) == len(dialer.connections[0].recording.sent) == edits.size_of(HELLO) + 5


def test_the_same_offer_is_sent_again_where_that_is_asked_for() -> None:
    dialer = ScriptedDialer([[Expect(), Reply(b"\x15\x03\x03\x00\x02\x02\x28"), Close()]])
    scene = stage(dialer).scene(ENDPOINT)
    offer = case().offer(HELLO)

    async def three() -> None:
        await scene.handshake(offer)
        await scene.handshake(offer)
        await scene.handshake(offer, delivery=Delivery(number=1))

    asyncio.run(three())
    assert len(dialer.connections) == 2


def test_silence_is_asked_four_times_in_the_time_of_one() -> None:
    leaf = Authority.root(number=300).issue(NAME)
    limits = tlsdiag.Limits(handshake_timeout=3)
    with listening(is_silent) as server:
        report = tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], trust=leaf.pem, limits=limits)
    found = report.observations.get(Counterfactuals, report.endpoints[0])
    assert found is not None and found.connections == 4
    assert max(item.elapsed for item in found.trials) < 0.5 * limits.handshake_timeout
    assert report.root_cause is not None and report.root_cause.code == "peer-silent"


def test_a_saved_report_keeps_the_proof() -> None:
    trials = attrs.evolve(trial(HandshakeResult(reached=True)), change="without-alpn")
    before = trial(HandshakeResult(), lost(FailureKind.RESET))
    found = Counterfactuals(symptom=TrialOutcome.RESET, stage="server-hello", unchanged=(before,), trials=(trials,), flip=trials, flips=(trials,))
    from tlsdiag import serial

    assert serial.from_plain(Counterfactuals, serial.to_plain(found)) == found
    assert found.proven
