"""SSL 2.0 hellos (the 1995 Netscape specification; RFC 5246 appendix E.2): enough to see whether a server still speaks it.

    struct { uint16 length | 0x8000; uint8 msg_type; ... }
"""

from __future__ import annotations

from typing import Self

import attrs

from ..iana import ProtocolVersion, Sslv2CipherKind
from .cursor import DecodeError, Reader, Writer

CLIENT_HELLO, SERVER_HELLO, ERROR = 1, 4, 0


def frame(body: bytes) -> bytes:
    """A record with the two-byte header."""
    return Writer().u16(0x8000 | len(body)).raw(body).done()


def unframe(data: bytes) -> bytes | None:
    """The first record's body, None when it is not whole yet; DecodeError when it is no SSL 2.0 record."""
    if not data:
        return None
    if not data[0] & 0x80:
        raise DecodeError("not an SSL 2.0 record with a two-byte header")
    if len(data) < 2:
        return None
    length = int.from_bytes(data[:2], "big") & 0x7FFF
    return data[2 : 2 + length] if len(data) >= 2 + length else None


@attrs.frozen(kw_only=True)
class Sslv2ClientHello:
    """CLIENT-HELLO, also as TLS clients once sent it: `version` may be of TLS."""

    version: ProtocolVersion = ProtocolVersion.SSL2
    cipher_specs: tuple[Sslv2CipherKind, ...]
    session_id: bytes = b""
    challenge: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body of a record, message type included."""
        reader = Reader(body)
        if reader.u8() != CLIENT_HELLO:
            raise DecodeError("not an SSL 2.0 CLIENT-HELLO")
        version = ProtocolVersion(reader.u16())
        ciphers, session, challenge = reader.u16(), reader.u16(), reader.u16()
        if ciphers % 3:
            raise DecodeError("cipher specs are not a multiple of three bytes", reader.offset)
        found = cls(
            version=version,
            cipher_specs=tuple(Sslv2CipherKind(reader.u24()) for _ in range(ciphers // 3)),
            session_id=reader.take(session),
            challenge=reader.take(challenge),
        )
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The body, message type included."""
        writer = Writer().u8(CLIENT_HELLO).u16(self.version)
        writer.u16(3 * len(self.cipher_specs)).u16(len(self.session_id)).u16(len(self.challenge))
        for spec in self.cipher_specs:
            writer.number(spec, 3)
        return writer.raw(self.session_id).raw(self.challenge).done()


@attrs.frozen(kw_only=True)
class Sslv2ServerHello:
    """SERVER-HELLO: the certificate and the ciphers that the server would take."""

    session_id_hit: int
    certificate_type: int
    version: ProtocolVersion
    certificate: bytes
    cipher_specs: tuple[Sslv2CipherKind, ...]
    connection_id: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body of a record, message type included; DecodeError when it is something else."""
        reader = Reader(body)
        if reader.u8() != SERVER_HELLO:
            raise DecodeError("not an SSL 2.0 SERVER-HELLO")
        hit, kind, version = reader.u8(), reader.u8(), ProtocolVersion(reader.u16())
        certificate, ciphers, connection = reader.u16(), reader.u16(), reader.u16()
        if ciphers % 3:
            raise DecodeError("cipher specs are not a multiple of three bytes", reader.offset)
        found = cls(
            session_id_hit=hit,
            certificate_type=kind,
            version=version,
            certificate=reader.take(certificate),
            cipher_specs=tuple(Sslv2CipherKind(reader.u24()) for _ in range(ciphers // 3)),
            connection_id=reader.take(connection),
        )
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The body, message type included."""
        writer = Writer().u8(SERVER_HELLO).u8(self.session_id_hit).u8(self.certificate_type).u16(self.version)
        writer.u16(len(self.certificate)).u16(3 * len(self.cipher_specs)).u16(len(self.connection_id))
        writer.raw(self.certificate)
        for spec in self.cipher_specs:
            writer.number(spec, 3)
        return writer.raw(self.connection_id).done()
