"""What several probes do: the broad offer of a target, and handshakes as facts."""

from __future__ import annotations

import functools

from ..handshake import Offer
from ..handshake.credential import ClientCredential, CredentialError
from ..handshake.result import HandshakeResult
from ..iana import ContentType, HandshakeType
from ..plugin import AlertSeen, Attempt, ClientCertificate, ClientOutcome, Exchange, FailureKind, HandshakeOutcome, Note, OfferSeen, Phase, Target
from ..wire import Alert, Certificate12, ClientHello, DecodeError, HandshakeMessage, HandshakeReader, RecordReader

_DROPPED = (FailureKind.RESET, FailureKind.CLOSED)


def broad_offer(target: Target) -> Offer:
    """Our own widest offer, with the server name and the protocols that the target has."""
    return Offer.broad(target.server_name, target.alpn)


def offer_seen(offer: Offer) -> OfferSeen:
    """An offer as a fact."""
    return OfferSeen(
        versions=offer.versions,
        cipher_suites=offer.cipher_suites,
        groups=offer.groups,
        signature_schemes=offer.signature_schemes,
        server_name=offer.server_name,
        alpn=offer.alpn,
    )


def first_message(sent: bytes) -> bytes:
    """The handshake message that the first records carry, header included; empty when they cannot be read."""
    try:
        records = list(RecordReader().feed(sent))
    except DecodeError:
        return b""
    joined = b"".join(record.fragment for record in records if record.content_type == ContentType.HANDSHAKE)
    return joined[: 4 + int.from_bytes(joined[1:4], "big")]


def alert_seen(alert: Alert | None) -> AlertSeen | None:
    """An alert as a fact."""
    return None if alert is None else AlertSeen(level=alert.level, description=alert.description)


def notes(result: HandshakeResult) -> tuple[Note, ...]:
    """The deviations of a handshake as facts."""
    return tuple(Note(code=item.code, detail=item.detail) for item in result.deviations)


def accepted(exchange: Exchange) -> bool | None:
    """Whether the peer took an offer: False when it said no or hung up on it, None when we cannot tell."""
    result = exchange.result
    if result.reached:
        return True
    if result.problem is not None:
        return False
    failure = exchange.failure
    if failure is not None and failure.kind in _DROPPED and failure.phase.value == "handshake":
        return False
    return None


def attempt_of(exchange: Exchange) -> Attempt:
    """A further handshake, briefly."""
    result = exchange.result
    return Attempt(
        accepted=accepted(exchange),
        version=result.version,
        cipher_suite=result.cipher_suite,
        alert=alert_seen(result.alert_received),
        failure=exchange.failure,
        problem=str(result.problem) if result.problem else None,
        certificates=result.certificates,
    )


def replay_of(client: ClientOutcome) -> Offer | None:
    """The client's hello as an offer; None when there is none, or our core could not go on with it."""
    from ..handshake.groups import is_supported

    try:
        offer = Offer.from_client_hello(ClientHello.decode(client.client_hello[4:]))
    except DecodeError:
        return None
    return offer if all(is_supported(group) for group in offer.key_share_groups) else None


def messages_in_the_clear(received: bytes) -> list[HandshakeMessage]:
    """The handshake messages of a peer as far as they are not encrypted and can be read."""
    found: list[HandshakeMessage] = []
    reader = HandshakeReader()
    try:
        for record in RecordReader().feed(received):
            if record.content_type == ContentType.CHANGE_CIPHER_SPEC:
                break
            if record.content_type == ContentType.HANDSHAKE:
                found += reader.feed(record.fragment)
    except DecodeError:
        pass  # what could be read before it stands
    return found


def chain_in_the_clear(received: bytes) -> tuple[bytes, ...]:
    """The certificates that a server sent below TLS 1.3 (RFC 5246 section 7.4.2); empty where there are none to be seen."""
    body = next((message.body for message in messages_in_the_clear(received) if message.type == HandshakeType.CERTIFICATE), b"")
    try:
        return Certificate12.decode(body).certificates if body else ()
    except DecodeError:
        return ()


def stopped_on_the_way(ours: HandshakeOutcome) -> bool:
    """Whether our handshake did not even begin, because the way to where TLS begins ended early."""
    return ours.failure is not None and ours.failure.phase in (Phase.RESOLVE, Phase.PROXY, Phase.STARTTLS)


@functools.lru_cache(maxsize=8)
def load_credential(given: ClientCertificate) -> ClientCredential:
    """Read the caller's client certificate; `CredentialError` when that is not possible. The same object for the same input: a handshake with it
    is then remembered as the same handshake."""
    password = given.password.encode() if isinstance(given.password, str) else given.password
    return ClientCredential.from_pem(_content(given.certificate), _content(given.key), password)


def _content(source: object) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        with open(str(source), "rb") as file:
            return file.read(1_000_000)
    except OSError as exc:
        raise CredentialError(f"{source}: {exc.strerror or exc}") from None
