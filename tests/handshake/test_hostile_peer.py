"""A peer that misbehaves: nothing raises, the handshake ends, and the reason is told."""

from __future__ import annotations

import zlib

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openssl_peer import Meeting, server_context

from tlsdiag.handshake import ClientHandshake, HandshakeResult, Offer
from tlsdiag.iana import AlertDescription, CipherSuite, ContentType, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion
from tlsdiag.testing import Authority
from tlsdiag.wire import (
    Alert,
    CompressedCertificate,
    DecodeError,
    Extension,
    HandshakeMessage,
    ServerHello,
    Writer,
    encode_records,
)
from tlsdiag.wire.hellos import HELLO_RETRY_REQUEST_RANDOM

V, T, H = ProtocolVersion, ExtensionType, HandshakeType
ISSUED = Authority.root(number=300).issue("server.example")
CONTEXT = server_context(ISSUED)
ZEROS = lambda size: b"\x07" * size  # noqa: E731


def client(offer: Offer | None = None) -> ClientHandshake:
    found = ClientHandshake(offer or Offer.broad("server.example"), randomness=ZEROS)
    found.start()
    return found


def told(*records: bytes, offer: Offer | None = None) -> HandshakeResult:
    found = client(offer)
    for data in records:
        found.receive(data)
    found.receive_eof()
    return found.result


def message(kind: int, body: bytes) -> bytes:
    encoded = HandshakeMessage(type=HandshakeType(kind), body=body).encode()
    return encode_records(ContentType.HANDSHAKE, V.TLS1_2, encoded)


def hello(**changes: object) -> bytes:
    base = ServerHello(legacy_version=V(V.TLS1_2), random=b"r" * 32, session_id=b"\x07" * 32, cipher_suite=CipherSuite(0xC02F), extensions=())
    return message(H.SERVER_HELLO, attrs.evolve(base, **changes).encode())


def extension(kind: int, body: bytes) -> Extension:
    return Extension(type=ExtensionType(kind), body=body)


SUPPORTED_13 = extension(T.SUPPORTED_VERSIONS, b"\x03\x04")


def hello13(*extensions: Extension, **changes: object) -> bytes:
    return hello(cipher_suite=CipherSuite(0x1301), extensions=(SUPPORTED_13, *extensions), **changes)


FAULTS = {
    "not offered suite": (hello(cipher_suite=CipherSuite(0x0001)), "illegal-parameter", "was not offered"),
    "not offered version": (hello(legacy_version=V(V.SSL3)), "illegal-parameter", "SSL 3.0"),
    "a TLS 1.3 suite in TLS 1.2": (hello(cipher_suite=CipherSuite(0x1301)), "illegal-parameter", "does not belong"),
    "compression": (hello(compression_method=1), "illegal-parameter", "compression"),
    "no key share": (hello13(), "illegal-parameter", "without key_share"),
    "another group": (hello13(extension(T.KEY_SHARE, b"\0\x18\0\x01\x04")), "illegal-parameter", "no share was sent"),
    "a damaged share": (hello13(extension(T.KEY_SHARE, b"\0\x1d\0\x05\x04")), "malformed", "key_share"),
    "a wrong share": (hello13(extension(T.KEY_SHARE, b"\0\x1d\0\x01\x04")), "illegal-parameter", "X25519"),
    "a Finished at once": (message(H.FINISHED, b"x" * 12), "unexpected-message", "finished"),
    "application data": (encode_records(23, V.TLS1_2, b"x"), "unexpected-message", "application_data"),
    "a ChangeCipherSpec of two": (encode_records(20, V.TLS1_2, b"\x01\x01"), "malformed", "ChangeCipherSpec"),
    "a damaged ServerHello": (message(H.SERVER_HELLO, b"\x03\x03"), "malformed", "ServerHello"),
    "a giant message": (encode_records(22, V.TLS1_2, b"\x02\xff\xff\xff"), "malformed", "handshake message of"),
    "a giant record": (b"\x16\x03\x03\xff\xff", "malformed", "longer than any version allows"),
    "an alert of one byte": (encode_records(21, V.TLS1_2, b"\x02"), "malformed", "wanted"),
    "plain HTTP": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not-tls", "not TLS"),
    "TLS, then not": (hello() + b"HTTP/1.1", "malformed", "stops being TLS"),
    "nothing": (b"", "closed", "closed"),
    "half a record": (b"\x16\x03\x03\x00\x10ab", "closed", "in the middle of a record"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_in_words(name: str) -> None:
    data, problem, words = FAULTS[name]
    result = told(data)
    assert result.problem == problem
    assert words in result.problem_detail
    assert not result.completed


def test_a_fault_is_answered_with_an_alert() -> None:
    found = client()
    found.receive(hello(cipher_suite=CipherSuite(0x0001)))
    assert found.done
    assert found.result.alert_sent == Alert(level=2, description=AlertDescription(AlertDescription.ILLEGAL_PARAMETER))
    assert found.data_to_send()[:1] == b"\x15"


def retry(*extensions: Extension) -> bytes:
    return hello13(*extensions, random=HELLO_RETRY_REQUEST_RANDOM)


P384 = extension(T.KEY_SHARE, b"\0\x18")


def test_a_second_retry_ends_it() -> None:
    result = told(retry(P384), retry(P384))
    assert (result.problem, result.hello_retry) == ("unexpected-message", True)


def test_a_cookie_comes_back_in_the_second_hello() -> None:
    found = client()
    found.receive(retry(P384, extension(T.COOKIE, Writer().opaque(b"biscuit", 2).done())))
    answer = found.data_to_send()
    assert b"biscuit" in answer
    assert b"biscuit" in found.client_hello
    assert found.result.deviations == ()  # it may come unasked (RFC 8446 section 4.1.4)


def test_a_cookie_in_a_server_hello_is_a_deviation() -> None:
    result = told(hello(extensions=(extension(T.COOKIE, Writer().opaque(b"biscuit", 2).done()),)))
    assert "extension-not-offered" in {item.code for item in result.deviations}


@pytest.mark.parametrize(
    ("group", "words"), [(0x0015, "was not offered"), (0x1A1A, "was not offered")]
)
def test_a_retry_for_a_strange_group_ends_it(group: int, words: str) -> None:
    result = told(retry(extension(T.KEY_SHARE, group.to_bytes(2, "big"))))
    assert words in result.problem_detail


def test_a_retry_for_a_group_that_is_offered_and_not_supported_is_told() -> None:
    odd = NamedGroup(0x001A)
    offer = Offer.broad("server.example").with_(groups=(odd, NamedGroup.X25519))
    result = told(retry(extension(T.KEY_SHARE, b"\0\x1a")), offer=offer)
    assert result.problem == "unsupported"


@pytest.mark.parametrize("extensions", [(), (extension(T.KEY_SHARE, b"\0\x1d"),)], ids=["nothing", "known"])
def test_a_retry_that_asks_for_nothing_new_is_a_deviation(extensions: tuple[Extension, ...]) -> None:
    assert "hello-retry-unneeded" in {item.code for item in told(retry(*extensions)).deviations}


DEVIATIONS = {
    "session-id-not-echoed": hello13(extension(T.KEY_SHARE, b"\0\x1d\0\x20" + b"\x09" + b"\0" * 31), session_id=b"other"),
    "extension-not-offered": hello(extensions=(extension(T.HEARTBEAT, b"\x01"),)),
    "extension-duplicate": hello(extensions=(extension(T.SESSION_TICKET, b""), extension(T.SESSION_TICKET, b""))),
    "downgrade-sentinel": hello(random=b"r" * 24 + b"DOWNGRD\x01"),
    "alpn-not-offered": hello(extensions=(extension(T.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, b"\0\x03\x02h2"),)),
    "suite-of-another-version": hello(legacy_version=V(V.TLS1_0)),
    "certificate-extension-malformed": hello(extensions=(extension(T.SIGNED_CERTIFICATE_TIMESTAMP, b"\xff"),)),
}


@pytest.mark.parametrize("code", DEVIATIONS)
def test_a_deviation_is_noted_and_the_handshake_goes_on(code: str) -> None:
    result = told(DEVIATIONS[code])
    assert code in {item.code for item in result.deviations}
    assert result.problem == "closed"


def test_an_endless_row_of_empty_records_is_cut_off() -> None:
    found = client()
    for _ in range(200):
        found.receive(encode_records(22, V.TLS1_2, b""))
    assert found.done
    assert "carry nothing" in found.result.problem_detail


def test_an_endless_row_of_warnings_is_cut_off() -> None:
    found = client()
    for _ in range(200):
        found.receive(encode_records(21, V.TLS1_2, b"\x01\x70"))
    assert found.done
    assert len(found.result.warnings_received) == 16


def test_an_endless_row_of_messages_is_cut_off() -> None:
    found = client()
    for _ in range(200):
        found.receive(message(H.HELLO_REQUEST, b""))
    assert found.done
    assert "handshake messages" in found.result.problem_detail


def test_a_close_notify_ends_it() -> None:
    result = told(encode_records(21, V.TLS1_2, b"\x01\x00"))
    assert result.alert_received is not None
    assert result.problem == "alert"


def test_a_compression_bomb_is_refused() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    sealed = CompressedCertificate(algorithm=_zlib(), uncompressed_length=2**20, compressed=bomb)
    with pytest.raises(DecodeError):
        sealed.decompress()
    with pytest.raises(DecodeError):
        attrs.evolve(sealed, uncompressed_length=2**23).decompress()


def _zlib() -> object:
    from tlsdiag.iana import CertificateCompressionAlgorithm

    return CertificateCompressionAlgorithm.ZLIB


def test_a_spoilt_finished_is_told() -> None:
    def spoil(data: bytes) -> bytes:
        return data[:-1] + bytes([data[-1] ^ 1]) if data else data

    result = Meeting(CONTEXT, Offer.broad("server.example")).run(spoil).client.result
    assert result.problem == "decrypt"
    assert not result.completed


def test_a_wrong_signature_is_a_deviation() -> None:
    offer = Offer.broad("server.example").with_(versions=(V.TLS1_2,))
    meeting = Meeting(CONTEXT, offer)
    flipped: list[bool] = []

    def spoil(data: bytes) -> bytes:
        at = data.find(b"\x0e\x00\x00\x00")  # ServerHelloDone: the byte before its record's header ends the signature
        if at < 6 or flipped:
            return data
        flipped.append(True)
        return data[: at - 6] + bytes([data[at - 6] ^ 1]) + data[at - 5 :]

    result = meeting.run(spoil).client.result
    assert flipped
    assert {item.code for item in result.deviations} <= {"signature-invalid", "signature-not-verified"}
    assert result.deviations


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_arbitrary_bytes_never_raise(pieces: list[bytes]) -> None:
    told(*pieces)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 1500), mask=st.integers(1, 255), version=st.sampled_from([V.TLS1_2, V.TLS1_3]))
def test_a_server_with_one_byte_changed_never_raises(at: int, mask: int, version: ProtocolVersion) -> None:
    def spoil(data: bytes) -> bytes:
        return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :] if at < len(data) else data

    meeting = Meeting(CONTEXT, Offer.broad("server.example").with_(versions=(version,))).run(spoil)
    meeting.client.receive_eof()
    assert meeting.client.result.completed or meeting.client.result.problem is not None


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=100), kind=st.sampled_from([11, 12, 13, 14, 22, 20]))
def test_arbitrary_messages_after_a_hello_never_raise(body: bytes, kind: int) -> None:
    told(hello(), message(kind, body), message(kind, body))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_answers_to_an_ssl_2_hello_never_raise(data: bytes) -> None:
    told(data, offer=Offer.sslv2())


def test_an_ssl_2_server_is_recognised() -> None:
    body = b"\x04\x00\x01\x00\x02" + (3).to_bytes(2, "big") + (3).to_bytes(2, "big") + (16).to_bytes(2, "big") + b"der" + b"\x01\x00\x80" + b"c" * 16
    found = client(Offer.sslv2())
    found.receive((0x8000 | len(body)).to_bytes(2, "big") + body)
    assert found.result.reached
    assert (found.result.version, found.result.certificates) == (V.SSL2, (b"der",))


def test_a_tls_alert_to_an_ssl_2_hello_is_an_alert() -> None:
    result = told(b"\x15\x03\x01\x00\x02\x02\x46", offer=Offer.sslv2())
    assert result.alert_received is not None
    assert result.alert_received.description.name == "protocol_version"


def test_a_cookie_that_nobody_asked_for_belongs_to_a_retry() -> None:
    found = client()
    found.receive(retry(P384, extension(T.COOKIE, Writer().opaque(b"biscuit", 2).done())))
    assert found.result.deviations == ()


def test_renegotiation_info_answers_the_signalling_suite_too() -> None:
    scsv = Offer.for_version(V.TLS1_2).with_(cipher_suites=(CipherSuite(0xC02F), CipherSuite(0x00FF)), omit_extensions=(T(T.RENEGOTIATION_INFO),))
    answer = hello(session_id=b"", extensions=(extension(T.RENEGOTIATION_INFO, b"\0"),))
    assert told(answer, offer=scsv).deviations == ()
    bare = scsv.with_(cipher_suites=(CipherSuite(0xC02F),))
    assert [item.code for item in told(answer, offer=bare).deviations] == ["extension-not-offered"]
