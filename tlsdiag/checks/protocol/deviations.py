"""The peer that does not keep to the protocol: what a strict client would not take."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, ClientOutcome, Confidence, DeviationFinding, Finding, Fix, HandshakeOutcome, Layer, Note, Repeats, Rule, Seen, Severity
from ..common import CONSEQUENCE, client_failed

_GRAVE = {"signature-invalid", "certificate-empty"}
_FOR_THE_RECORD = {"scheme-not-offered", "signature-not-verified"}
SERVER_MISBEHAVES = Rule(
    code="server-misbehaves",
    title="The server breaks the protocol",
    layer=Layer.PROTOCOL,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="A message came that the protocol does not allow there, or with a value that was never offered; every client ends the handshake then.",
    fix=Fix(summary="Update the server's TLS library; where a middlebox stands before it, take it out of the way and compare."),
    references=("RFC 8446 section 6.2", "RFC 8446 appendix D.5"),
    explains=(*CONSEQUENCE, "lost-midway"),
    blocking=True,
    failing="a server that chooses a cipher suite which was not offered",
    passing="a server that keeps to the protocol",
)
SERVER_DEVIATES = Rule(
    code="server-deviates",
    title="The server deviates from the protocol",
    layer=Layer.PROTOCOL,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="Lenient clients go on, strict ones end the handshake: it works for some and fails for others.",
    fix=Fix(summary="Update the server's TLS library or the middlebox before it."),
    references=("RFC 8446 section 4.2", "RFC 8446 section 4.1.3"),
    explains=(*CONSEQUENCE, "lost-midway"),
    failing="a server that answers with an extension which was not offered",
    passing="a server that keeps to the protocol",
)
LEGACY_RENEGOTIATION = Rule(
    code="renegotiation-insecure",
    title="The server does not know secure renegotiation",
    layer=Layer.PROTOCOL,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="Without RFC 5746 an attacker can put a prefix before the client's data; OpenSSL 3 refuses such servers ('unsafe legacy renegotiation disabled').",
    fix=Fix(summary="Update the server's TLS library (every one since 2010 has it). Clients can be told to go on, which is unsafe.", snippets={"python": "context.options |= ssl.OP_LEGACY_SERVER_CONNECT   # unsafe"}),
    references=("RFC 5746", "CVE-2009-3555"),
    explains=CONSEQUENCE,
    failing="a TLS 1.2 server without renegotiation_info",
    passing="a TLS 1.2 server with renegotiation_info",
)


TAMPERED = Rule(
    code="record-tampered",
    title="What arrives is not what was sent",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="The keys were agreed on and a record does not decrypt, or the two sides remember another handshake: bytes were changed on the way, by a box that rewrites the stream, by broken hardware, or by an attack that TLS has just kept off.",
    fix=Fix(summary="Compare from another network; take inspecting boxes, VPN and offloading network cards out of the way one by one. Where it fails in the same way everywhere, the server's TLS library is at fault."),
    references=("RFC 8446 section 5.2", "RFC 8446 section 4.4.4"),
    explains=(*CONSEQUENCE, "lost-midway", "fatal-alert"),
    blocking=True,
    failing="a server whose records do not decrypt",
    passing="a server that sends a malformed message",
)
DOWNGRADED = Rule(
    code="handshake-downgraded",
    title="The handshake was pushed down to an older version on the way",
    layer=Layer.PROTOCOL,
    severity=Severity.HIGH,
    blame=Blame.NETWORK,
    why="The server's random says that it knows a newer version than it chose (RFC 8446 section 4.1.3), and the client had offered that version: something between has changed the hello. It is an attack, or an inspecting box that does not know TLS 1.3.",
    fix=Fix(summary="Find the box between that inspects TLS and update it or take this connection out of its way; compare from another network. Do not allow the older version: that is what the mark is there to prevent."),
    references=("RFC 8446 section 4.1.3", "RFC 8446 appendix D.1"),
    explains=(*CONSEQUENCE, "server-deviates"),
    failing="a server random that ends in DOWNGRD, for a client that offered TLS 1.3",
    passing="a server that chooses the newest version that was offered",
)
_ALPN_FIX = Fix(
    summary="Let the server offer the protocol that the client asks for, or let the client ask for one that the server has; a server with no protocol in common may go on without ALPN or refuse, and must not choose another.",
    snippets={"apache": "Protocols h2 http/1.1", "python": "context.set_alpn_protocols(['h2', 'http/1.1'])"},
)
_FAULTS = {"malformed": SERVER_MISBEHAVES, "unexpected-message": SERVER_MISBEHAVES, "illegal-parameter": SERVER_MISBEHAVES, "decrypt": TAMPERED, "finished": TAMPERED}
_CONFIDENCE = {SERVER_MISBEHAVES.code: Confidence.PROVEN, TAMPERED.code: Confidence.LIKELY}
#: OpenSSL's reasons for ending a handshake over what the peer sent, where the certificate is not meant.
_OBJECTIONS = ("BAD_EXTENSION", "UNSOLICITED_EXTENSION", "BAD_PROTOCOL_VERSION_NUMBER", "WRONG_SIGNATURE_TYPE", "BAD_SIGNATURE", "WRONG_CIPHER_RETURNED", "UNKNOWN_CIPHER_RETURNED", "WRONG_CURVE", "BAD_KEY_SHARE", "INVALID_SESSION_ID", "DIGEST_CHECK_FAILED", "UNSUPPORTED_PROTOCOL")


class DeviationsCheck(Check):
    """Reads what our own core noted."""

    name = "protocol/deviations"
    rules = (SERVER_MISBEHAVES, SERVER_DEVIATES, TAMPERED, DOWNGRADED, LEGACY_RENEGOTIATION)
    needs = (HandshakeOutcome,)
    wants = (ClientOutcome, Repeats)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the fault that ended the handshake, and the deviations that did not."""
        ours = seen[HandshakeOutcome]
        rule = _FAULTS.get(ours.problem or "")
        if rule is not None and ours.problem is not None:
            detail = f"{seen.endpoint}: {ours.problem_detail}."
            note = Note(code=ours.problem, detail=ours.problem_detail)
            yield DeviationFinding.of(rule, detail, blocks=client_failed(seen), confidence=_CONFIDENCE[rule.code], deviations=(note,))
        marks = tuple(item for item in ours.deviations if item.code == "downgrade-sentinel")
        if (noticed := _notices_downgrade(seen)) or marks:
            said = f" The client noticed it: {noticed}." if noticed else ""
            detail = f"{seen.endpoint} chose an older version and says in its random that it knows the newer one, which was offered.{said}"
            yield DeviationFinding.of(DOWNGRADED, detail, blocks=bool(noticed), deviations=marks)
        told = tuple(item for item in ours.deviations if item.code not in _FOR_THE_RECORD and item not in marks) or _to_the_client(seen)
        if told:
            blocks = _objects(seen)
            grave = blocks or any(item.code in _GRAVE for item in told)
            detail = f"{seen.endpoint}: " + "; ".join(item.detail for item in told) + "." + (" This client refuses it." if blocks else "")
            fix = _ALPN_FIX if told[0].code == "alpn-not-offered" else SERVER_DEVIATES.fix
            yield DeviationFinding.of(SERVER_DEVIATES, detail, blocks=blocks, fix=fix, severity=Severity.HIGH if grave else Severity.LOW, deviations=told)
        yield from self._renegotiation(seen, ours)

    def _renegotiation(self, seen: Seen, ours: HandshakeOutcome) -> Iterator[Finding]:
        client = seen.get(ClientOutcome)
        refused = client is not None and "LEGACY_RENEGOTIATION" in (client.reason or "")
        old = ours.completed and ours.version is not None and 0x0301 <= ours.version <= 0x0303
        if refused or (old and not ours.secure_renegotiation):
            detail = f"{seen.endpoint} does not answer renegotiation_info."
            severity = Severity.HIGH if refused else Severity.MEDIUM
            yield DeviationFinding.of(LEGACY_RENEGOTIATION, detail, blocks=refused, severity=severity)


def _objects(seen: Seen) -> bool:
    """Whether the client itself ended the handshake over something that the server sent in it."""
    client = seen.get(ClientOutcome)
    return client is not None and not client.completed and client.alert_received is None and (client.reason or "") in _OBJECTIONS


def _to_the_client(seen: Seen) -> tuple[Note, ...]:
    """What the server does to the client's own hello and not to ours, where the client objects: a protocol (ALPN) that it had not offered."""
    client, repeats = seen.get(ClientOutcome), seen.get(Repeats)
    if client is None or client.offer is None or repeats is None or not repeats.replayed or not _objects(seen):
        return ()
    chosen = {item.alpn for item in repeats.attempts if item.alpn and not item.by_client}
    if not client.offer.alpn or not chosen or not chosen.isdisjoint(client.offer.alpn):
        return ()
    return (Note(code="alpn-not-offered", detail=f"the server chose {', '.join(map(repr, sorted(chosen)))}, which was not offered"),)


def _notices_downgrade(seen: Seen) -> str:
    """What the client says when it finds the mark; with an alert of the server the same word would mean that the server refuses a fallback."""
    client = seen.get(ClientOutcome)
    noticed = client is not None and not client.completed and client.reason == "INAPPROPRIATE_FALLBACK" and client.alert_received is None
    return client.error_text if noticed and client is not None else ""
