"""The client's own certificates, read from the bytes that it sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.probes.own_certificate import sent_certificates
from tlsdiag.wire import Certificate12, HandshakeMessage, encode_records


def message(kind: int, body: bytes) -> bytes:
    from tlsdiag.iana import HandshakeType

    return HandshakeMessage(type=HandshakeType(kind), body=body).encode()


HELLO = encode_records(22, 0x0301, message(1, b"hello"))
CHANGE = encode_records(20, 0x0303, b"\x01")


def certificates(*ders: bytes) -> bytes:
    return encode_records(22, 0x0303, message(11, Certificate12(certificates=ders).encode()), fragment_size=7)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (HELLO + certificates(b"mine", b"issuer") + CHANGE, (b"mine", b"issuer")),
        (HELLO + certificates() + CHANGE, ()),
        (HELLO + CHANGE + certificates(b"mine"), None),
        (HELLO + encode_records(21, 0x0303, b"\x02\x28"), None),
        (HELLO, None),
        (b"GET / HTTP/1.1\r\n", None),
        (HELLO + encode_records(22, 0x0303, message(11, b"\xff")), None),
        (b"", None),
    ],
)
def test_certificates_are_seen_where_they_are_in_the_clear(sent: bytes, found: tuple[bytes, ...] | None) -> None:
    assert sent_certificates(sent) == found


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    sent_certificates(HELLO + data)
