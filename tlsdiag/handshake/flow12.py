"""SSL 3.0 to TLS 1.2 after the ServerHello (RFC 5246 section 7.3; RFC 8422; RFC 7627; RFC 6101 for SSL 3.0)."""

from __future__ import annotations

import hmac
from collections.abc import Generator

import attrs
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ..iana import AlertDescription, ExtensionType, HandshakeType, ProtocolVersion, SignatureScheme
from ..wire import (
    Certificate12,
    CertificateRequest12,
    CertificateStatus,
    CertificateVerify,
    DecodeError,
    DheParameters,
    HandshakeMessage,
    ServerHello,
    ServerKeyExchange,
    Writer,
)
from .credential import ClientCredential
from .flow import Flow
from .flow13 import check_signature, learn_alpn, read_timestamps
from .groups import FiniteField, KeyShare, ShareError, is_supported, new_share
from .protection import KeyBlock, SuiteShape, protect12
from .result import CertificateRequestSeen, Problem
from .schedule12 import KeySchedule12
from .session import PeerFault, Session, StopAfter, decoded, expect
from .signatures import public_key_of, schemes_for, sign, sign_legacy, verify_legacy

T = ExtensionType
H = HandshakeType
_EPHEMERAL = ("DHE", "ECDHE")


@attrs.frozen(kw_only=True)
class _ServerFlight:
    """What the server said before ServerHelloDone."""

    exchange: ServerKeyExchange | None
    request: CertificateRequest12 | None


def flow12(session: Session, hello: ServerHello, shape: SuiteShape) -> Flow:
    """From the ServerHello to what comes after the handshake."""
    version = hello.selected_version
    session.record_version = version
    _learn_extensions(session, hello)
    row = hello.cipher_suite.row
    kx, auth = (str(row["kx"]), str(row["auth"])) if row else ("", "")
    if kx not in ("RSA", *_EPHEMERAL):
        detail = f"key exchange {kx} is not supported here"
        raise PeerFault(Problem.UNSUPPORTED, detail, AlertDescription.HANDSHAKE_FAILURE)
    flight = yield from _server_flight(session, hello, kx, auth == "anon")
    credential = None if flight.request is None else _client_certificate(session, flight.request)
    premaster = _key_exchange(session, flight.exchange, hello)
    schedule = KeySchedule12.of(
        version,
        shape.hash,
        premaster,
        session.sent.hello.random,
        hello.random,
        bytes(session.transcript) if session.result.extended_master_secret else None,
    )
    if flight.request is not None and credential is not None:
        _client_verify(session, credential, flight.request, schedule)
    _change_keys(session, shape, schedule)
    session.send_message(H.FINISHED, schedule.finished(bytes(session.transcript), client=True))
    yield from _server_finished(session, schedule)
    session.learn(completed=True, reached=True)
    while True:
        expect((yield), H.HELLO_REQUEST)  # an invitation to renegotiate: not taken up
        session.learn(renegotiation_asked=True)


def _learn_extensions(session: Session, hello: ServerHello) -> None:
    has = hello.extension
    session.learn(
        extended_master_secret=has(T.EXTENDED_MASTER_SECRET) is not None and session.offer.extended_master_secret,
        secure_renegotiation=has(T.RENEGOTIATION_INFO) is not None,
        encrypt_then_mac=has(T.ENCRYPT_THEN_MAC) is not None and session.offer.encrypt_then_mac,
    )
    learn_alpn(session, hello.extensions or ())
    timestamps = has(T.SIGNED_CERTIFICATE_TIMESTAMP)
    if timestamps is not None:
        try:
            session.learn(scts=read_timestamps(timestamps.body))
        except DecodeError as exc:
            session.deviates("certificate-extension-malformed", str(exc))


def _server_flight(
    session: Session, hello: ServerHello, kx: str, anonymous: bool
) -> Generator[None, HandshakeMessage, _ServerFlight]:
    exchange: ServerKeyExchange | None = None
    request: CertificateRequest12 | None = None
    message = yield
    if not anonymous:
        _certificate(session, expect(message, H.CERTIFICATE))
        message = yield
    session.reach(StopAfter.CERTIFICATE)
    if message.type == H.CERTIFICATE_STATUS:
        status: CertificateStatus = decoded("CertificateStatus", lambda: CertificateStatus.decode(message.body))
        session.learn(ocsp_response=status.response)
        session.absorb(message)
        message = yield
    if kx in _EPHEMERAL:
        exchange = _server_key_exchange(session, expect(message, H.SERVER_KEY_EXCHANGE), hello, kx, anonymous)
        message = yield
    if message.type == H.CERTIFICATE_REQUEST:
        request = _certificate_request(session, message)
        message = yield
    session.absorb(expect(message, H.SERVER_HELLO_DONE))
    return _ServerFlight(exchange=exchange, request=request)


def _certificate(session: Session, message: HandshakeMessage) -> None:
    found: Certificate12 = decoded("Certificate", lambda: Certificate12.decode(message.body))
    session.learn(certificates=found.certificates, certificates_omitted=found.omitted)
    if not found.certificates:
        session.deviates("certificate-empty", "the server's Certificate message is empty")
    session.absorb(message)


def _certificate_request(session: Session, message: HandshakeMessage) -> CertificateRequest12:
    version = session.result.version or ProtocolVersion.TLS1_2
    request: CertificateRequest12 = decoded(
        "CertificateRequest", lambda: CertificateRequest12.decode(message.body, version)
    )
    seen = CertificateRequestSeen(
        certificate_types=request.certificate_types,
        signature_schemes=request.signature_schemes or (),
        authorities=request.authorities,
        answered=session.credential is not None,
    )
    session.learn(certificate_request=seen)
    session.absorb(message)
    return request


def _server_key_exchange(
    session: Session, message: HandshakeMessage, hello: ServerHello, kx: str, anonymous: bool
) -> ServerKeyExchange:
    version = hello.selected_version
    found: ServerKeyExchange = decoded(
        "ServerKeyExchange",
        lambda: ServerKeyExchange.decode(message.body, elliptic=kx == "ECDHE", version=version, anonymous=anonymous),
    )
    if isinstance(found.parameters, DheParameters):
        session.learn(dh_bits=int.from_bytes(found.parameters.p, "big").bit_length())
    else:
        session.learn(group=found.parameters.group)
    signed = session.sent.hello.random + hello.random + found.parameters.encode()
    if found.scheme is not None:
        session.learn(server_signature_scheme=found.scheme)
        check_signature(session, found.scheme, found.signature, signed, "ServerKeyExchange")
    elif not anonymous:
        _check_legacy_signature(session, found.signature, signed)
    session.absorb(message)
    return found


def _check_legacy_signature(session: Session, signature: bytes, signed: bytes) -> None:
    certificates = session.result.certificates
    key = public_key_of(certificates[0]) if certificates else None
    right = None if key is None else verify_legacy(key, signature, signed)
    if right is None:
        session.deviates("signature-not-verified", "the signature of ServerKeyExchange could not be verified")
    elif not right:
        session.deviates("signature-invalid", "the signature of ServerKeyExchange is wrong")


def _key_exchange(session: Session, exchange: ServerKeyExchange | None, hello: ServerHello) -> bytes:
    """Send ClientKeyExchange; the premaster secret (RFC 5246 section 7.4.7)."""
    if exchange is None:
        premaster, body = _rsa_exchange(session, hello.selected_version)
    else:
        premaster, body = _ephemeral_exchange(session, exchange)
    session.send_message(H.CLIENT_KEY_EXCHANGE, body)
    return premaster


def _rsa_exchange(session: Session, version: int) -> tuple[bytes, bytes]:
    certificates = session.result.certificates
    key = public_key_of(certificates[0]) if certificates else None
    if not isinstance(key, rsa.RSAPublicKey):
        detail = "RSA key exchange, but the certificate has no readable RSA key"
        raise PeerFault(Problem.ILLEGAL_PARAMETER, detail, AlertDescription.UNSUPPORTED_CERTIFICATE)
    premaster = session.sent.hello.legacy_version.to_bytes(2, "big") + session.randomness(46)
    try:
        sealed = key.encrypt(premaster, padding.PKCS1v15())
    except ValueError as exc:
        raise PeerFault(Problem.ILLEGAL_PARAMETER, f"the server's RSA key cannot be used: {exc}") from None
    return premaster, sealed if version == ProtocolVersion.SSL3 else Writer().opaque(sealed, 2).done()


def _ephemeral_exchange(session: Session, exchange: ServerKeyExchange) -> tuple[bytes, bytes]:
    parameters = exchange.parameters
    try:
        if isinstance(parameters, DheParameters):
            p, g = int.from_bytes(parameters.p, "big"), int.from_bytes(parameters.g, "big")
            share: KeyShare = FiniteField(p, g, session.randomness, padded=False)
            return share.agree(parameters.public), Writer().opaque(share.public, 2).done()
        if not is_supported(parameters.group):
            detail = f"{parameters.group.name} is not supported here"
            raise PeerFault(Problem.UNSUPPORTED, detail, AlertDescription.HANDSHAKE_FAILURE)
        if parameters.group not in session.offer.groups:
            session.deviates("group-not-offered", f"the server chose {parameters.group.name}, which was not offered")
        share = new_share(parameters.group, session.randomness)
        return share.agree(parameters.public), Writer().opaque(share.public, 1).done()
    except ShareError as exc:
        raise PeerFault(Problem.ILLEGAL_PARAMETER, f"ServerKeyExchange: {exc}") from None


def _client_certificate(session: Session, request: CertificateRequest12) -> ClientCredential | None:
    """Send the certificate, or none where there is none whose key can sign as the server wants it (RFC 5246 section 7.4.6); returns what was sent."""
    credential = session.credential
    if credential is not None and request.signature_schemes:
        ours = schemes_for(credential.private_key, ProtocolVersion.TLS1_2)
        if ours and not set(ours) & set(request.signature_schemes):
            credential = None
            session.keep_certificate_back()
    certificates = credential.certificates if credential else ()
    if not certificates and session.result.version == ProtocolVersion.SSL3:
        session.send_alert(AlertDescription.NO_CERTIFICATE, level=1)  # RFC 6101 section 5.6.6
        return credential
    session.send_message(H.CERTIFICATE, Certificate12(certificates=certificates).encode())
    return credential


def _client_verify(session: Session, credential: ClientCredential, request: CertificateRequest12, schedule: KeySchedule12) -> None:
    key, transcript = credential.private_key, bytes(session.transcript)
    scheme: SignatureScheme | None = None
    try:
        if request.signature_schemes is None:
            if schedule.version == ProtocolVersion.SSL3:
                raise ValueError("client certificates are not supported here in SSL 3.0")
            signature = sign_legacy(key, transcript)
        else:
            ours = schemes_for(key, ProtocolVersion.TLS1_2)
            scheme = next((item for item in ours if item in request.signature_schemes), None) or ours[0]
            signature = sign(key, scheme, transcript)
    except (ValueError, IndexError) as exc:
        raise PeerFault(Problem.UNSUPPORTED, f"the client's key cannot sign: {exc}", AlertDescription.INTERNAL_ERROR) from None
    session.send_message(H.CERTIFICATE_VERIFY, CertificateVerify(scheme=scheme, signature=signature).encode())


def _change_keys(session: Session, shape: SuiteShape, schedule: KeySchedule12) -> None:
    keys = KeyBlock.cut(shape, schedule.key_block(KeyBlock.length(shape)))
    etm = session.result.encrypt_then_mac and shape.kind == "cbc"
    session.send_change_cipher_spec()
    session.writing = protect12(shape, keys, schedule.version, client=True, etm=etm)
    session.after_change = protect12(shape, keys, schedule.version, client=False, etm=etm)


def _server_finished(session: Session, schedule: KeySchedule12) -> Flow:
    message = yield
    if message.type == H.NEW_SESSION_TICKET:
        session.learn(tickets=session.result.tickets + 1)
        session.absorb(message)
        message = yield
    expect(message, H.FINISHED)
    if session.reading is None:
        detail = "Finished before ChangeCipherSpec"
        raise PeerFault(Problem.UNEXPECTED_MESSAGE, detail, AlertDescription.UNEXPECTED_MESSAGE)
    expected = schedule.finished(bytes(session.transcript), client=False)
    if not hmac.compare_digest(expected, message.body):
        raise PeerFault(Problem.FINISHED, "the server's Finished is wrong", AlertDescription.DECRYPT_ERROR)
    session.absorb(message)
