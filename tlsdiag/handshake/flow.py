"""The handshake up to the ServerHello, common to all versions: choose nothing, check everything, go on with TLS 1.3 or 1.2.

A flow is a generator that is sent the peer's handshake messages one by one (RFC 8446 section 4.1; RFC 5246 section 7.4.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator

from ..iana import AlertDescription, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion, version_label
from ..wire import HandshakeMessage, Reader, ServerHello, find_extension
from .groups import is_supported
from .hello import retry_hello
from .protection import ProtectionError, SuiteShape, shape_of
from .result import Problem
from .session import PeerFault, Session, StopAfter, decoded, expect

Flow = Generator[None, HandshakeMessage, None]
T = ExtensionType
_SSL3_PROTOCOLS = {"SSLv3": 0x300, "TLSv1.0": 0x301, "TLSv1.1": 0x302, "TLSv1.2": 0x303, "TLSv1.3": 0x304}


def flow(session: Session) -> Flow:
    """From the first message of the peer to the end."""
    hello, message = yield from _server_hello(session)
    if hello.is_hello_retry_request:
        _retry(session, hello, message)
        hello, message = yield from _server_hello(session)
        if hello.is_hello_retry_request:
            detail = "a second HelloRetryRequest"
            raise PeerFault(Problem.UNEXPECTED_MESSAGE, detail, AlertDescription.UNEXPECTED_MESSAGE)
    session.absorb(message)
    _check(session, hello)
    session.reach(StopAfter.SERVER_HELLO)
    shape = supported_shape(hello)
    if hello.selected_version >= ProtocolVersion.TLS1_3:
        from .flow13 import flow13

        yield from flow13(session, hello, shape)
    else:
        from .flow12 import flow12

        yield from flow12(session, hello, shape)


def _server_hello(session: Session) -> Generator[None, HandshakeMessage, tuple[ServerHello, HandshakeMessage]]:
    message = yield
    while message.type == HandshakeType.HELLO_REQUEST:
        message = yield
    expect(message, HandshakeType.SERVER_HELLO)
    hello: ServerHello = decoded("ServerHello", lambda: ServerHello.decode(message.body))
    if hello.is_hello_retry_request:
        session.learn(hello_retry=True, messages=(*session.result.messages[:-1], "hello_retry_request"))
    else:
        session.learn(server_hello=hello, version=hello.selected_version, cipher_suite=hello.cipher_suite)
        session.learn(server_extensions=hello.extensions or (), compression_method=hello.compression_method)
    return hello, message


def supported_shape(hello: ServerHello) -> SuiteShape:
    """How records are protected with the suite that was chosen."""
    try:
        return shape_of(hello.cipher_suite)
    except ProtectionError as exc:
        raise PeerFault(Problem.UNSUPPORTED, str(exc), AlertDescription.HANDSHAKE_FAILURE) from None


def _check(session: Session, hello: ServerHello) -> None:
    offer, version = session.offer, hello.selected_version
    if version not in offer.versions:
        detail = f"the server chose {version_label(version)}, which was not offered"
        raise PeerFault(Problem.ILLEGAL_PARAMETER, detail, AlertDescription.PROTOCOL_VERSION)
    _check_suite(session, hello)
    if hello.compression_method not in offer.compression_methods:
        raise PeerFault(Problem.ILLEGAL_PARAMETER, f"compression method {hello.compression_method} was not offered")
    if hello.compression_method != 0:
        detail = f"compression method {hello.compression_method} is not supported here"
        raise PeerFault(Problem.UNSUPPORTED, detail, AlertDescription.HANDSHAKE_FAILURE)
    unasked = (T.COOKIE,) if hello.is_hello_retry_request else ()  # RFC 8446 section 4.2.2: a server may ask for it out of the blue
    session.check_extensions(hello.extensions or (), "ServerHello", unasked)
    if version >= ProtocolVersion.TLS1_3:
        if hello.session_id != session.sent.hello.session_id:
            session.deviates("session-id-not-echoed", "ServerHello has another legacy_session_id than ClientHello")
    elif hello.has_downgrade_sentinel and offer.newest >= ProtocolVersion.TLS1_3:
        session.deviates("downgrade-sentinel", f"{version_label(version)} was chosen, and the random says that the server knows TLS 1.3")


def _check_suite(session: Session, hello: ServerHello) -> None:
    suite, version = hello.cipher_suite, hello.selected_version
    if suite not in session.sent.hello.cipher_suites:
        raise PeerFault(Problem.ILLEGAL_PARAMETER, f"{suite.name} was not offered")
    row = suite.row
    if row is not None and not _SSL3_PROTOCOLS[row["min_protocol"]] <= version <= _SSL3_PROTOCOLS[row["max_protocol"]]:
        detail = f"{suite.name} does not belong to {version_label(version)}"
        if (row["min_protocol"] == "TLSv1.3") != (version >= ProtocolVersion.TLS1_3):
            raise PeerFault(Problem.ILLEGAL_PARAMETER, detail)
        session.deviates("suite-of-another-version", detail)


def _retry(session: Session, hello: ServerHello, message: HandshakeMessage) -> None:
    """Answer a HelloRetryRequest (RFC 8446 sections 4.1.4 and 4.4.1)."""
    _check(session, hello)
    share = find_extension(hello.extensions, T.KEY_SHARE)
    cookie = find_extension(hello.extensions, T.COOKIE)
    group = None if share is None else NamedGroup(decoded("key_share", lambda: Reader(share.body).u16()))
    if group is not None:
        _check_retry_group(session, group)
    if share is None and cookie is None:
        session.deviates("hello-retry-unneeded", "HelloRetryRequest asks for no change")
    value = None if cookie is None else decoded("cookie", lambda: Reader(cookie.body).opaque(2))
    hashed = hashlib.new(supported_shape(hello).hash, bytes(session.transcript)).digest()
    session.transcript[:] = HandshakeMessage(type=HandshakeType(HandshakeType.MESSAGE_HASH), body=hashed).encode()
    session.absorb(message)
    session.sent = retry_hello(session.sent, group, value, session.randomness)
    session.record_version = ProtocolVersion.TLS1_2
    if session.sent.hello.session_id:
        session.outgoing += b"\x14\x03\x03\x00\x01\x01"  # middlebox compatibility: appendix D.4
    session.send_message(HandshakeType.CLIENT_HELLO, session.sent.hello.encode())


def _check_retry_group(session: Session, group: NamedGroup) -> None:
    if group not in session.offer.groups:
        raise PeerFault(Problem.ILLEGAL_PARAMETER, f"HelloRetryRequest wants {group.name}, which was not offered")
    if group in session.sent.shares:
        session.deviates("hello-retry-unneeded", f"HelloRetryRequest wants {group.name}, which had a share already")
    if not is_supported(group):
        detail = f"HelloRetryRequest wants {group.name}, which is not supported here"
        raise PeerFault(Problem.UNSUPPORTED, detail, AlertDescription.HANDSHAKE_FAILURE)


