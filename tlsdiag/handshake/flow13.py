"""TLS 1.3 after the ServerHello (RFC 8446 sections 4.3, 4.4 and 4.6)."""

from __future__ import annotations

import hashlib
import hmac

from ..iana import AlertDescription, ExtensionType, HandshakeType, NamedGroup, SignatureScheme
from ..wire import (
    Certificate13,
    CertificateEntry,
    CertificateRequest13,
    CertificateStatus,
    CertificateVerify,
    CompressedCertificate,
    DecodeError,
    Extension,
    HandshakeMessage,
    KeyShareEntry,
    Reader,
    ServerHello,
    find_extension,
    read_alpn,
    read_extensions,
    read_names,
)
from .flow import Flow
from .groups import ShareError
from .protection import Aead13, SuiteShape
from .result import CertificateRequestSeen, Problem
from .schedule13 import KeySchedule13, finished_mac, next_traffic_secret, traffic_keys
from .session import PeerFault, Session, StopAfter, decoded, expect
from .signatures import public_key_of, schemes_for, sign, verify

T = ExtensionType
H = HandshakeType
_SERVER_CONTEXT = b" " * 64 + b"TLS 1.3, server CertificateVerify\0"
_CLIENT_CONTEXT = b" " * 64 + b"TLS 1.3, client CertificateVerify\0"


def flow13(session: Session, hello: ServerHello, shape: SuiteShape) -> Flow:
    """From the ServerHello to what comes after the handshake."""
    schedule = KeySchedule13(shape.hash)
    schedule.agree(_shared_secret(session, hello), _hash(session, shape))
    session.record_version = 0x0303
    session.reading = Aead13(shape, traffic_keys(shape.hash, schedule.server_handshake, shape.key))
    session.writing = Aead13(shape, traffic_keys(shape.hash, schedule.client_handshake, shape.key))
    message = expect((yield), H.ENCRYPTED_EXTENSIONS)
    _encrypted_extensions(session, message)
    message = expect((yield), H.CERTIFICATE_REQUEST, H.CERTIFICATE, H.COMPRESSED_CERTIFICATE)
    request: CertificateRequest13 | None = None
    if message.type == H.CERTIFICATE_REQUEST:
        request = _certificate_request(session, message)
        message = expect((yield), H.CERTIFICATE, H.COMPRESSED_CERTIFICATE)
    _certificate(session, message)
    session.reach(StopAfter.CERTIFICATE)
    message = expect((yield), H.CERTIFICATE_VERIFY)
    _certificate_verify(session, message, shape)
    message = expect((yield), H.FINISHED)
    _server_finished(session, message, shape, schedule)
    schedule.finish(_hash(session, shape))
    _client_flight(session, request, shape, schedule)
    session.reading = Aead13(shape, traffic_keys(shape.hash, schedule.server_application, shape.key))
    session.writing = Aead13(shape, traffic_keys(shape.hash, schedule.client_application, shape.key))
    session.learn(completed=True, reached=True)
    yield from _afterwards(session, shape, schedule)


def _hash(session: Session, shape: SuiteShape) -> bytes:
    return hashlib.new(shape.hash, session.transcript).digest()


def _shared_secret(session: Session, hello: ServerHello) -> bytes:
    extension = hello.extension(T.KEY_SHARE)
    if extension is None:
        detail = "ServerHello of TLS 1.3 without key_share"
        raise PeerFault(Problem.ILLEGAL_PARAMETER, detail, AlertDescription.MISSING_EXTENSION)
    entry = decoded("key_share", lambda: _key_share(extension))
    session.learn(group=entry.group)
    share = session.sent.shares.get(entry.group)
    if share is None:
        raise PeerFault(Problem.ILLEGAL_PARAMETER, f"the server chose {entry.group.name}, for which no share was sent")
    try:
        return share.agree(entry.key_exchange)
    except ShareError as exc:
        raise PeerFault(Problem.ILLEGAL_PARAMETER, f"key_share: {exc}") from None


def _key_share(extension: Extension) -> KeyShareEntry:
    reader = Reader(extension.body)
    found = KeyShareEntry(group=NamedGroup(reader.u16()), key_exchange=reader.opaque(2))
    reader.expect_end()
    return found


def _encrypted_extensions(session: Session, message: HandshakeMessage) -> None:
    found: tuple[Extension, ...] = decoded("EncryptedExtensions", lambda: read_extensions(Reader(message.body)))
    session.check_extensions(found, "EncryptedExtensions")
    session.learn(encrypted_extensions=found)
    learn_alpn(session, found)
    session.absorb(message)


def learn_alpn(session: Session, extensions: tuple[Extension, ...]) -> None:
    """The protocol that the server chose; one that was not offered is a deviation (RFC 7301 section 3.2)."""
    extension = find_extension(extensions, T.APPLICATION_LAYER_PROTOCOL_NEGOTIATION)
    names = read_alpn(extension.body) if extension else ()
    if names:
        session.learn(alpn=names[0])
        if names[0] not in session.offer.alpn:
            session.deviates("alpn-not-offered", f"the server chose {names[0]!r}, which was not offered")


def _certificate_request(session: Session, message: HandshakeMessage) -> CertificateRequest13:
    request, seen = _read_request(session, message)
    session.learn(certificate_request=seen)
    session.absorb(message)
    return request


def _read_request(session: Session, message: HandshakeMessage) -> tuple[CertificateRequest13, CertificateRequestSeen]:
    request: CertificateRequest13 = decoded("CertificateRequest", lambda: CertificateRequest13.decode(message.body))
    schemes = find_extension(request.extensions, T.SIGNATURE_ALGORITHMS)
    authorities = find_extension(request.extensions, T.CERTIFICATE_AUTHORITIES)
    codes = decoded("signature_algorithms", lambda: Reader(schemes.body).u16_list(2)) if schemes else ()
    names = decoded("certificate_authorities", lambda: read_names(Reader(authorities.body))) if authorities else ()
    seen = CertificateRequestSeen(
        signature_schemes=tuple(SignatureScheme(code) for code in codes),
        authorities=names,
        answered=session.credential is not None,
    )
    return request, seen


def _certificate(session: Session, message: HandshakeMessage) -> None:
    body = message.body
    if message.type == H.COMPRESSED_CERTIFICATE:
        body = decoded("CompressedCertificate", lambda: CompressedCertificate.decode(message.body).decompress())
    found: Certificate13 = decoded("Certificate", lambda: Certificate13.decode(body))
    session.learn(certificates=tuple(entry.data for entry in found.entries), certificates_omitted=found.omitted)
    if not found.entries:
        session.deviates("certificate-empty", "the server's Certificate message is empty")
    else:
        _leaf_extensions(session, found.entries[0])
    session.absorb(message)


def _leaf_extensions(session: Session, entry: CertificateEntry) -> None:
    status = find_extension(entry.extensions, T.STATUS_REQUEST)
    timestamps = find_extension(entry.extensions, T.SIGNED_CERTIFICATE_TIMESTAMP)
    try:
        if status is not None:
            session.learn(ocsp_response=CertificateStatus.decode(status.body).response)
        if timestamps is not None:
            session.learn(scts=read_timestamps(timestamps.body))
    except DecodeError as exc:
        session.deviates("certificate-extension-malformed", str(exc))


def read_timestamps(body: bytes) -> tuple[bytes, ...]:
    """The entries of a SignedCertificateTimestampList (RFC 6962 section 3.3)."""
    block = Reader(body).vector(2)
    found = []
    while block:
        found.append(block.opaque(2))
    return tuple(found)


def _certificate_verify(session: Session, message: HandshakeMessage, shape: SuiteShape) -> None:
    found: CertificateVerify = decoded("CertificateVerify", lambda: CertificateVerify.decode(message.body))
    assert found.scheme is not None
    signed = _SERVER_CONTEXT + _hash(session, shape)
    session.learn(server_signature_scheme=found.scheme)
    check_signature(session, found.scheme, found.signature, signed, "CertificateVerify")
    session.absorb(message)


def check_signature(session: Session, scheme: SignatureScheme, signature: bytes, signed: bytes, where: str) -> None:
    """Note a signature of the server that is wrong, cannot be verified, or was made with a scheme that was not offered."""
    if scheme not in session.offer.signature_schemes:
        session.deviates("scheme-not-offered", f"{where} is signed with {scheme.name}")
    certificates = session.result.certificates
    key = public_key_of(certificates[0]) if certificates else None
    right = None if key is None else verify(key, scheme, signature, signed)
    if right is None:
        session.deviates("signature-not-verified", f"{where} with {scheme.name} could not be verified")
    elif not right:
        session.deviates("signature-invalid", f"the signature of {where} with {scheme.name} is wrong")


def _server_finished(session: Session, message: HandshakeMessage, shape: SuiteShape, schedule: KeySchedule13) -> None:
    expected = finished_mac(shape.hash, schedule.server_handshake, _hash(session, shape))
    if not hmac.compare_digest(expected, message.body):
        raise PeerFault(Problem.FINISHED, "the server's Finished is wrong", AlertDescription.DECRYPT_ERROR)
    session.absorb(message)


def _client_flight(
    session: Session, request: CertificateRequest13 | None, shape: SuiteShape, schedule: KeySchedule13
) -> None:
    if session.sent.hello.session_id and not session.result.hello_retry:
        session.send_change_cipher_spec()
    if request is not None:
        _client_certificate(session, request, shape)
    mac = finished_mac(shape.hash, schedule.client_handshake, _hash(session, shape))
    session.send_message(H.FINISHED, mac)


def _client_certificate(session: Session, request: CertificateRequest13, shape: SuiteShape) -> None:
    """The certificate with its signature; none where no key can sign as the server wants it, as clients do (RFC 8446 section 4.4.2)."""
    credential, asked = session.credential, session.result.certificate_request
    ours = schemes_for(credential.private_key, 0x0304) if credential is not None else ()
    wanted = [scheme for scheme in ours if asked is None or not asked.signature_schemes or scheme in asked.signature_schemes]
    if ours and not wanted:
        credential = None
        session.keep_certificate_back()
    certificates = credential.certificates if credential else ()
    entries = tuple(CertificateEntry(data=data) for data in certificates)
    session.send_message(H.CERTIFICATE, Certificate13(context=request.context, entries=entries).encode())
    if credential is None:
        return
    if not (scheme := next(iter(wanted), None)):
        raise PeerFault(Problem.UNSUPPORTED, "the client's key cannot sign in TLS 1.3", AlertDescription.INTERNAL_ERROR)
    try:
        signature = sign(credential.private_key, scheme, _CLIENT_CONTEXT + _hash(session, shape))
    except ValueError as exc:  # an RSA key that is too short for the hash that the server wants
        raise PeerFault(Problem.UNSUPPORTED, f"the client's key cannot sign: {exc}", AlertDescription.INTERNAL_ERROR) from None
    session.send_message(H.CERTIFICATE_VERIFY, CertificateVerify(scheme=scheme, signature=signature).encode())


def _afterwards(session: Session, shape: SuiteShape, schedule: KeySchedule13) -> Flow:
    """Tickets, key updates, and requests for a certificate, which are not answered (RFC 8446 section 4.6)."""
    reading, writing = schedule.server_application, schedule.client_application
    while True:
        message = expect((yield), H.NEW_SESSION_TICKET, H.KEY_UPDATE, H.CERTIFICATE_REQUEST)
        if message.type == H.NEW_SESSION_TICKET:
            session.learn(tickets=session.result.tickets + 1)
        elif message.type == H.CERTIFICATE_REQUEST:
            session.learn(late_certificate_request=_read_request(session, message)[1])
        elif message.type == H.KEY_UPDATE:
            reading = next_traffic_secret(shape.hash, reading)
            session.reading = Aead13(shape, traffic_keys(shape.hash, reading, shape.key))
            if message.body == b"\x01":
                session.send_message(H.KEY_UPDATE, b"\0")
                writing = next_traffic_secret(shape.hash, writing)
                session.writing = Aead13(shape, traffic_keys(shape.hash, writing, shape.key))
