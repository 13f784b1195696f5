"""The sans-IO client: bytes in, events and bytes out. It never touches a socket or a clock, and nothing that a peer sends makes it raise.

`start` gives the ClientHello, `receive` takes what came and says what it was, `data_to_send` gives what is to be sent, `result` the
facts so far. The order of messages is the work of the flows (`flow`, `flow12`, `flow13`); this file feeds them records.
"""

from __future__ import annotations

from collections.abc import Callable

from ..iana import AlertDescription, ContentType, HandshakeType, ProtocolVersion
from ..wire import Alert, DecodeError, HandshakeMessage, HandshakeReader, NotTLS, Record, RecordReader
from ..wire.sslv2 import Sslv2ServerHello, unframe
from .credential import ClientCredential
from .events import AlertReceived, ApplicationData, Event, HandshakeFailed, HandshakeReached, MessageReceived
from .flow import flow
from .hello import build_hello, build_ssl2_hello
from .offer import Offer
from .protection import ProtectionError
from .result import HandshakeResult, Problem
from .session import PeerFault, Reached, Session, StopAfter

__all__ = ["ClientHandshake", "StopAfter"]

_SHOWN = 512
"""How much is kept of an answer that is no TLS."""
_MAX_IDLE_RECORDS = 64
"""Empty records, warnings and ChangeCipherSpecs: more than any honest peer sends, so that an endless sender is stopped."""
_MAX_MESSAGES = 64


class ClientHandshake:
    """One client handshake of an `Offer`. `randomness` gives so many random bytes; it ends at `stop_after`."""

    def __init__(
        self,
        offer: Offer,
        *,
        randomness: Callable[[int], bytes],
        stop_after: StopAfter = StopAfter.FINISHED,
        client_certificate: ClientCredential | None = None,
    ) -> None:
        self._session = Session(
            offer=offer,
            randomness=randomness,
            stop_after=stop_after,
            credential=client_certificate,
            sent=build_hello(offer, randomness),
            record_version=offer.record_version,
        )
        self._records = RecordReader()
        self._messages = HandshakeReader()
        self._flow = flow(self._session)
        self._ssl2 = bytearray()
        self._idle = 0
        self._done = False

    @property
    def done(self) -> bool:
        """True when it has come to its end, good or bad. What arrives later is still read."""
        return self._done

    @property
    def result(self) -> HandshakeResult:
        """The facts so far."""
        return self._session.result

    @property
    def client_hello(self) -> bytes:
        """The body of the ClientHello that was sent last."""
        return self._session.sent.hello.encode()

    def start(self) -> bytes:
        """The first flight; to be called once."""
        next(self._flow)
        if self._session.offer.ssl2:
            return build_ssl2_hello(self._session.randomness)
        self._session.send_message(HandshakeType.CLIENT_HELLO, self._session.sent.hello.encode())
        return self.data_to_send()

    def data_to_send(self) -> bytes:
        """What is to be sent now; asking empties it."""
        found = bytes(self._session.outgoing)
        self._session.outgoing.clear()
        return found

    def send_application_data(self, data: bytes) -> bytes:
        """One flight of protected application data; ValueError before the handshake is complete."""
        if not self.result.completed:
            raise ValueError("the handshake is not complete")
        self._session.send(ContentType.APPLICATION_DATA, data)
        return self.data_to_send()

    def receive(self, data: bytes) -> list[Event]:
        """Take bytes of the peer, say what they were."""
        first = self.result.bytes_received == 0
        self._session.learn(bytes_received=self.result.bytes_received + len(data))
        if self._done and (not self.result.completed or self.result.problem is not None):
            return []  # the flow has ended: there is nobody to send a message to
        events: list[Event] = []
        try:
            if self._session.offer.ssl2 and (first or self._ssl2):
                self._ssl2_answer(data)
            else:
                for record in self._records.feed(data):
                    self._record(record, events)
        except Reached:
            self._session.learn(reached=True)
            self._done = True
        except PeerFault as fault:
            self._fail(fault, events)
        except NotTLS as exc:
            self._not_tls(exc.data, events)
        except (DecodeError, ProtectionError) as exc:
            problem = Problem.DECRYPT if isinstance(exc, ProtectionError) else Problem.MALFORMED
            alert = AlertDescription.BAD_RECORD_MAC if isinstance(exc, ProtectionError) else AlertDescription.DECODE_ERROR
            self._fail(PeerFault(problem, str(exc), alert), events)
        if self.result.reached and not any(isinstance(event, HandshakeReached) for event in events):
            events.append(HandshakeReached(completed=self.result.completed))
        return events

    def receive_eof(self) -> list[Event]:
        """The peer has closed the connection."""
        if self._done:
            return []
        self._done = True
        detail = "the peer closed the connection"
        if pending := len(self._records.pending):
            detail += f" in the middle of a record, {pending} bytes into it"
        self._session.learn(problem=Problem.CLOSED, problem_detail=detail)
        return [HandshakeFailed(problem=Problem.CLOSED, detail=detail)]

    def _record(self, record: Record, events: list[Event]) -> None:
        kind, payload = record.content_type, record.fragment
        session = self._session
        if session.reading is not None and not self._is_plain(record):
            kind, payload = session.reading.open(record)
        if not payload or kind == ContentType.CHANGE_CIPHER_SPEC:
            self._count_idle()
        if kind == ContentType.CHANGE_CIPHER_SPEC:
            self._change_cipher_spec(payload)
        elif kind == ContentType.ALERT:
            self._alert(payload, events)
        elif kind == ContentType.HANDSHAKE:
            self._handshake(payload, events)
        elif kind == ContentType.APPLICATION_DATA and self.result.completed:
            events.append(ApplicationData(data=payload))
        else:
            detail = f"a record of type {kind.name} during the handshake"
            raise PeerFault(Problem.UNEXPECTED_MESSAGE, detail, AlertDescription.UNEXPECTED_MESSAGE)

    def _is_plain(self, record: Record) -> bool:
        """In TLS 1.3 a ChangeCipherSpec, and an alert of a peer that has no keys yet, come unprotected."""
        if (self.result.version or 0) < ProtocolVersion.TLS1_3:
            return False
        early_alert = record.content_type == ContentType.ALERT and len(record.fragment) == 2
        return record.content_type == ContentType.CHANGE_CIPHER_SPEC or early_alert

    def _count_idle(self) -> None:
        self._idle += 1
        if self._idle > _MAX_IDLE_RECORDS:
            detail = f"more than {_MAX_IDLE_RECORDS} records that carry nothing"
            raise PeerFault(Problem.MALFORMED, detail, AlertDescription.UNEXPECTED_MESSAGE)

    def _change_cipher_spec(self, payload: bytes) -> None:
        session = self._session
        if payload != b"\x01":
            raise PeerFault(Problem.MALFORMED, "ChangeCipherSpec is not one byte of 1", AlertDescription.DECODE_ERROR)
        if session.after_change is not None:
            session.reading, session.after_change = session.after_change, None
        elif (self.result.version or ProtocolVersion.TLS1_3) < ProtocolVersion.TLS1_3:
            detail = "ChangeCipherSpec out of its turn"
            raise PeerFault(Problem.UNEXPECTED_MESSAGE, detail, AlertDescription.UNEXPECTED_MESSAGE)

    def _alert(self, payload: bytes, events: list[Event]) -> None:
        alert = Alert.decode(payload)
        events.append(AlertReceived(alert=alert))
        session = self._session
        if self.result.completed:
            if alert.description == AlertDescription.CLOSE_NOTIFY:
                session.learn(close_notify=True)
            elif alert.description != AlertDescription.USER_CANCELED:  # Java's way to say that close_notify follows
                session.learn(late_alert=self.result.late_alert or alert)
            return
        harmless = (self.result.version or 0) < ProtocolVersion.TLS1_3 and not alert.is_fatal
        if harmless and alert.description != AlertDescription.CLOSE_NOTIFY:
            session.learn(warnings_received=(*self.result.warnings_received[:15], alert))
            self._count_idle()
            return
        self._done = True
        detail = f"the peer sent the alert {alert.description.name}"
        session.learn(alert_received=alert, problem=Problem.ALERT, problem_detail=detail)
        events.append(HandshakeFailed(problem=Problem.ALERT, detail=detail))

    def _handshake(self, payload: bytes, events: list[Event]) -> None:
        for message in self._messages.feed(payload):
            if self._done and not self.result.completed:
                return
            events.append(MessageReceived(message=message))
            self._message(message)
            self._done = self._done or self.result.completed

    def _message(self, message: HandshakeMessage) -> None:
        if not self.result.completed:
            if len(self.result.messages) >= _MAX_MESSAGES:
                detail = f"more than {_MAX_MESSAGES} handshake messages"
                raise PeerFault(Problem.UNEXPECTED_MESSAGE, detail, AlertDescription.UNEXPECTED_MESSAGE)
            self._session.learn(messages=(*self.result.messages, message.type.name))
        self._flow.send(message)

    def _ssl2_answer(self, data: bytes) -> None:
        self._ssl2 += data
        try:
            body = unframe(bytes(self._ssl2))
        except DecodeError:
            answer, self._ssl2 = bytes(self._ssl2), bytearray()
            for record in self._records.feed(answer):
                self._record(record, [])
            return
        if body is None:
            return
        try:
            hello = Sslv2ServerHello.decode(body)
        except DecodeError:
            raise NotTLS(bytes(self._ssl2)) from None
        self._session.learn(
            version=ProtocolVersion(ProtocolVersion.SSL2),
            certificates=(hello.certificate,) if hello.certificate else (),
            ssl2_ciphers=tuple(hello.cipher_specs),
        )
        raise Reached

    def _not_tls(self, data: bytes, events: list[Event]) -> None:
        if self.result.messages or self._session.reading is not None:
            self._fail(PeerFault(Problem.MALFORMED, "the stream stops being TLS", AlertDescription.DECODE_ERROR), events)
            return
        self._done = True
        detail = "the answer is not TLS"
        self._session.learn(non_tls=data[:_SHOWN], problem=Problem.NOT_TLS, problem_detail=detail)
        events.append(HandshakeFailed(problem=Problem.NOT_TLS, detail=detail))

    def _fail(self, fault: PeerFault, events: list[Event]) -> None:
        self._done = True
        self._session.learn(problem=fault.problem, problem_detail=fault.detail)
        self._session.send_alert(fault.alert)
        events.append(HandshakeFailed(problem=fault.problem, detail=fault.detail))
