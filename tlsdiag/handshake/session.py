"""What both generations of the handshake work on: the hello that was sent, the transcript, protection in both directions, and the facts so far."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import attrs

from ..iana import AlertDescription, ContentType, ExtensionType, HandshakeType, ProtocolVersion
from ..wire import Alert, DecodeError, Extension, HandshakeMessage, encode_records
from .credential import ClientCredential
from .hello import SentHello
from .offer import Offer
from .protection import Protection
from .result import Deviation, HandshakeResult, Problem

_MAX_DEVIATIONS = 50
"""A hostile peer can deviate in every extension; nobody reads more."""
_SCSV = 0x00FF


class StopAfter(StrEnum):
    """How far a handshake is to go."""

    SERVER_HELLO = "server-hello"
    CERTIFICATE = "certificate"
    FINISHED = "finished"


class PeerFault(Exception):
    """The peer did what ends the handshake; caught in `ClientHandshake`, never seen outside."""

    def __init__(self, problem: Problem, detail: str, alert: int = AlertDescription.ILLEGAL_PARAMETER) -> None:
        super().__init__(detail)
        self.problem, self.detail, self.alert = problem, detail, alert


class Reached(Exception):
    """The handshake has come to where it was to stop; caught in `ClientHandshake`."""


@attrs.define(kw_only=True, eq=False)
class Session:
    """The moving parts of one handshake."""

    offer: Offer
    randomness: Callable[[int], bytes]
    stop_after: StopAfter
    credential: ClientCredential | None
    sent: SentHello
    transcript: bytearray = attrs.field(factory=bytearray)
    outgoing: bytearray = attrs.field(factory=bytearray)
    reading: Protection | None = None
    writing: Protection | None = None
    after_change: Protection | None = None
    record_version: int = ProtocolVersion.TLS1_0
    result: HandshakeResult = attrs.field(factory=HandshakeResult)

    def learn(self, **facts: Any) -> None:
        """Add facts to the result."""
        self.result = attrs.evolve(self.result, **facts)

    def keep_certificate_back(self) -> None:
        """Note that the server's request for a certificate is not answered with the one that there is."""
        if (asked := self.result.certificate_request) is not None:
            self.learn(certificate_request=attrs.evolve(asked, answered=False))

    def deviates(self, code: str, detail: str) -> None:
        """Note what a strict client would not have taken."""
        if len(self.result.deviations) < _MAX_DEVIATIONS:
            self.learn(deviations=(*self.result.deviations, Deviation(code=code, detail=detail)))

    def absorb(self, message: HandshakeMessage) -> None:
        """Take a message of the peer into the transcript."""
        self.transcript += message.encode()

    def reach(self, point: StopAfter) -> None:
        """Stop here when that was asked for."""
        if self.stop_after is point:
            raise Reached

    def send_message(self, kind: int, body: bytes) -> None:
        """Send one of our handshake messages, and take it into the transcript."""
        encoded = HandshakeMessage(type=HandshakeType(kind), body=body).encode()
        self.transcript += encoded
        self.send(ContentType.HANDSHAKE, encoded)

    def send(self, content_type: int, payload: bytes) -> None:
        """Send a payload as records, protected when protection is on."""
        if self.writing is None:
            size = self.offer.record_fragment or 2**14
            self.outgoing += encode_records(content_type, self.record_version, payload, size)
            return
        for at in range(0, len(payload) or 1, 2**14):
            self.outgoing += self.writing.seal(content_type, self.record_version, payload[at : at + 2**14]).encode()

    def send_change_cipher_spec(self) -> None:
        """Send ChangeCipherSpec, which is never protected in TLS 1.3 and not yet in TLS 1.2."""
        self.outgoing += encode_records(ContentType.CHANGE_CIPHER_SPEC, self.record_version, b"\x01")

    def send_alert(self, description: int, level: int = 2) -> None:
        """Send an alert, and remember it."""
        alert = Alert(level=level, description=AlertDescription(description))
        self.learn(alert_sent=alert)
        self.send(ContentType.ALERT, alert.encode())

    def offered(self, kind: int) -> Extension | None:
        """The extension of this type in our hello."""
        return self.sent.hello.extension(kind)

    def check_extensions(self, extensions: tuple[Extension, ...], where: str, unasked: tuple[int, ...] = ()) -> None:
        """Note extensions that come twice or that answer nothing (RFC 8446 section 4.2); `unasked` may come all the same."""
        seen: set[int] = set()
        if _SCSV in self.sent.hello.cipher_suites:
            unasked += (ExtensionType.RENEGOTIATION_INFO,)  # RFC 5746 section 3.6: the suite asks as the extension does
        for extension in extensions:
            if extension.type in seen:
                self.deviates("extension-duplicate", f"{extension.type.name} twice in {where}")
            elif self.offered(extension.type) is None and extension.type not in unasked:
                self.deviates("extension-not-offered", f"{extension.type.name} in {where} answers nothing that was offered")
            seen.add(extension.type)


def expect(message: HandshakeMessage, *kinds: int) -> HandshakeMessage:
    """The message, when it is of an expected type."""
    if message.type not in kinds:
        wanted = " or ".join(HandshakeType(kind).name for kind in kinds)
        detail = f"{message.type.name} where {wanted} was expected"
        raise PeerFault(Problem.UNEXPECTED_MESSAGE, detail, AlertDescription.UNEXPECTED_MESSAGE)
    return message


def decoded(what: str, decode: Callable[[], Any]) -> Any:
    """What `decode` gives; a `DecodeError` becomes the peer's fault."""
    try:
        return decode()
    except DecodeError as exc:
        raise PeerFault(Problem.MALFORMED, f"{what}: {exc}", AlertDescription.DECODE_ERROR) from None
