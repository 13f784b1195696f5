"""Codecs: what is written reads back the same, every truncation is a DecodeError, and arbitrary bytes raise nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.iana import (
    AlertDescription,
    CertificateCompressionAlgorithm,
    CipherSuite,
    ClientCertificateType,
    ExtensionType,
    NamedGroup,
    ProtocolVersion,
    SignatureScheme,
)
from tlsdiag.iana import Sslv2CipherKind as Kind
from tlsdiag.wire import (
    Alert,
    Certificate12,
    Certificate13,
    CertificateEntry,
    CertificateRequest12,
    CertificateRequest13,
    CertificateStatus,
    CertificateVerify,
    ClientHello,
    CompressedCertificate,
    DecodeError,
    DheParameters,
    EcdheParameters,
    Extension,
    HandshakeReader,
    NotTLS,
    Reader,
    RecordReader,
    ServerHello,
    ServerKeyExchange,
    Writer,
    encode_records,
    read_alpn,
)
from tlsdiag.wire.sslv2 import Sslv2ClientHello, Sslv2ServerHello, frame, unframe

CAPTURES = sorted((Path(__file__).parents[1] / "corpus" / "clienthellos").glob("*.bin"))
V = ProtocolVersion
EXTENSION = Extension(type=ExtensionType.SERVER_NAME, body=b"abc")
SCHEME = SignatureScheme(0x0403)


def versioned(kind: Any, version: int) -> Callable[[bytes], Any]:
    return lambda body: kind.decode(body, version)


#: a message and how it is decoded
MESSAGES: dict[str, tuple[Any, Callable[[bytes], Any]]] = {
    "client hello": (
        ClientHello(legacy_version=V.TLS1_2, random=bytes(32), session_id=b"s", cipher_suites=(CipherSuite(0x1301),), extensions=(EXTENSION,)),
        ClientHello.decode,
    ),
    "ssl 3 client hello": (ClientHello(legacy_version=V.SSL3, random=bytes(32), cipher_suites=(CipherSuite(5),)), ClientHello.decode),
    "server hello": (ServerHello(legacy_version=V.TLS1_2, random=bytes(32), cipher_suite=CipherSuite(0x1301), extensions=()), ServerHello.decode),
    "old server hello": (ServerHello(legacy_version=V.TLS1_0, random=bytes(32), cipher_suite=CipherSuite(0x2F)), ServerHello.decode),
    "certificate 1.2": (Certificate12(certificates=(b"one", b"two")), Certificate12.decode),
    "certificate 1.3": (Certificate13(context=b"c", entries=(CertificateEntry(data=b"one", extensions=(EXTENSION,)),)), Certificate13.decode),
    "compressed": (
        CompressedCertificate(algorithm=CertificateCompressionAlgorithm.BROTLI, uncompressed_length=9, compressed=b"xyz"),
        CompressedCertificate.decode,
    ),
    "request 1.2": (
        CertificateRequest12(certificate_types=(ClientCertificateType(1),), signature_schemes=(SCHEME,), authorities=(b"name",)),
        versioned(CertificateRequest12, V.TLS1_2),
    ),
    "request 1.0": (
        CertificateRequest12(certificate_types=(ClientCertificateType(1),), signature_schemes=None, authorities=(b"name",)),
        versioned(CertificateRequest12, V.TLS1_0),
    ),
    "request 1.3": (CertificateRequest13(context=b"c", extensions=(EXTENSION,)), CertificateRequest13.decode),
    "status": (CertificateStatus(status_type=1, response=b"ocsp"), CertificateStatus.decode),
    "verify": (CertificateVerify(scheme=SCHEME, signature=b"sig"), CertificateVerify.decode),
    "old verify": (CertificateVerify(scheme=None, signature=b"sig"), versioned(CertificateVerify, V.TLS1_1)),
    "dhe": (
        ServerKeyExchange(parameters=DheParameters(p=b"p", g=b"g", public=b"y"), scheme=SCHEME, signature=b"sig"),
        lambda body: ServerKeyExchange.decode(body, elliptic=False, version=V.TLS1_2),
    ),
    "ecdhe": (
        ServerKeyExchange(parameters=EcdheParameters(group=NamedGroup.X25519, public=b"y"), signature=b"sig"),
        lambda body: ServerKeyExchange.decode(body, elliptic=True, version=V.TLS1_0),
    ),
    "alert": (Alert(level=2, description=AlertDescription.HANDSHAKE_FAILURE), Alert.decode),
    "ssl 2 client hello": (Sslv2ClientHello(cipher_specs=(Kind(0x010080),), challenge=bytes(16)), Sslv2ClientHello.decode),
    "ssl 2 server hello": (
        Sslv2ServerHello(session_id_hit=0, certificate_type=1, version=V.SSL2, certificate=b"der", cipher_specs=(Kind(0x010080),), connection_id=b"c"),
        Sslv2ServerHello.decode,
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_reads_back_the_same(name: str) -> None:
    message, decode = MESSAGES[name]
    assert decode(message.encode()) == message


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_that_is_cut_or_too_long_is_a_decode_error(name: str) -> None:
    message, decode = MESSAGES[name]
    whole = message.encode()
    # the block of extensions may be left out
    optional = {len(whole) - 2} if name == "server hello" else {len(whole) - 9} if name == "client hello" else set()
    for length in set(range(len(whole))) - optional:
        with pytest.raises(DecodeError):
            decode(whole[:length])
    with pytest.raises(DecodeError):
        decode(whole + b"\0")


@pytest.mark.parametrize("name", MESSAGES)
@given(data=st.binary(max_size=120))
def test_arbitrary_bytes_raise_nothing_but_a_decode_error(name: str, data: bytes) -> None:
    try:
        MESSAGES[name][1](data)
    except DecodeError:
        pass  # that is the contract


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_real_hello_reads_and_writes_to_the_same_bytes(path: Path) -> None:
    data = path.read_bytes()
    if data[0] & 0x80:
        body = unframe(data)
        assert body is not None
        assert frame(Sslv2ClientHello.decode(body).encode()) == data
        return
    (message, *_) = _messages(data)
    hello = ClientHello.decode(message.body)
    assert hello.encode() == message.body
    assert hello.cipher_suites
    assert hello.supported_versions


def _messages(data: bytes) -> list[Any]:
    reader = HandshakeReader()
    return [message for record in RecordReader().feed(data) for message in reader.feed(record.fragment)]


def test_there_are_captures_of_many_clients() -> None:
    assert len(CAPTURES) > 150


@given(st.binary(max_size=400))
def test_records_in_pieces_are_the_same_records(payload: bytes) -> None:
    data = encode_records(22, V.TLS1_2, payload, 50)
    whole = list(RecordReader().feed(data))
    reader = RecordReader()
    assert [record for at in range(len(data)) for record in reader.feed(data[at : at + 1])] == whole
    assert b"".join(record.fragment for record in whole) == payload
    assert b"".join(record.encode() for record in whole) == data


@given(st.binary(max_size=300))
def test_arbitrary_bytes_as_records_raise_nothing_but_a_decode_error(data: bytes) -> None:
    try:
        for record in RecordReader().feed(data):
            HandshakeReader(limit=1000).feed(record.fragment)
    except DecodeError:
        pass  # that is the contract


def test_what_is_no_record_is_kept() -> None:
    with pytest.raises(NotTLS) as caught:
        list(RecordReader().feed(b"SSH-2.0-OpenSSH"))
    assert caught.value.data == b"SSH-2.0-OpenSSH"


def test_records_before_a_fault_are_given_first() -> None:
    records = RecordReader().feed(encode_records(21, V.TLS1_2, b"\x02\x28") + b"junk")
    assert next(records).fragment == b"\x02\x28"
    with pytest.raises(NotTLS):
        next(records)


def test_certificates_beyond_the_cap_are_counted() -> None:
    found = Certificate12.decode(Certificate12(certificates=(b"x",) * 10_000).encode())
    assert (len(found.certificates), found.omitted) == (100, 9_900)
    entries = (CertificateEntry(data=b"x"),) * 10_000
    newer = Certificate13.decode(Certificate13(entries=entries).encode())
    assert (len(newer.entries), newer.omitted) == (100, 9_900)


def test_an_explicit_curve_is_told() -> None:
    with pytest.raises(DecodeError, match="explicit curves"):
        ServerKeyExchange.decode(b"\x01\0\0", elliptic=True, version=V.TLS1_2)


def test_an_anonymous_exchange_has_no_signature() -> None:
    found = ServerKeyExchange(parameters=DheParameters(p=b"p", g=b"g", public=b"y"))
    assert ServerKeyExchange.decode(found.encode(anonymous=True), elliptic=False, version=V.TLS1_2, anonymous=True) == found


def test_a_reader_counts_offsets_from_the_outermost_start() -> None:
    inner = Reader(b"\0\0\x03abc").vector(3)
    inner.take(2)
    with pytest.raises(DecodeError) as caught:
        inner.u32()
    assert caught.value.offset == 5


def test_a_writer_nests_vectors() -> None:
    writer = Writer()
    with writer.vector(2), writer.vector(1):
        writer.raw(b"ab")
    assert writer.done() == b"\0\x03\x02ab"


@pytest.mark.parametrize("data", [b"", b"\0\x05\x02h2", b"\xff"])
def test_a_damaged_alpn_gives_what_could_be_read(data: bytes) -> None:
    assert read_alpn(data) in ((), ("h2",))


def test_a_damaged_server_name_is_none() -> None:
    for body in (b"", b"\0", b"\0\x03\0\0\x09", b"\0\x04\x01\0\x01a"):
        extension = Extension(type=ExtensionType.SERVER_NAME, body=body)
        hello = ClientHello(legacy_version=V.TLS1_2, random=bytes(32), cipher_suites=(), extensions=(extension,))
        assert hello.server_name is None


def test_ssl_2_records_are_framed() -> None:
    assert unframe(frame(b"body")) == b"body"
    assert unframe(b"") is None
    assert unframe(b"\x80") is None
    assert unframe(frame(b"body")[:3]) is None
    with pytest.raises(DecodeError):
        unframe(b"\x16\x03")
