"""ServerKeyExchange and ClientKeyExchange up to TLS 1.2 (RFC 5246 section 7.4.3, RFC 8422 section 5.4)."""

from __future__ import annotations

from typing import Self

import attrs

from ..iana import NamedGroup, ProtocolVersion, SignatureScheme
from .cursor import DecodeError, Reader, Writer

NAMED_CURVE = 3


@attrs.frozen(kw_only=True)
class DheParameters:
    """ServerDHParams: prime, generator and public value as unsigned big-endian numbers."""

    p: bytes
    g: bytes
    public: bytes

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """Read the three vectors."""
        return cls(p=reader.opaque(2), g=reader.opaque(2), public=reader.opaque(2))

    def encode(self) -> bytes:
        """The parameters as they are signed."""
        return Writer().opaque(self.p, 2).opaque(self.g, 2).opaque(self.public, 2).done()


@attrs.frozen(kw_only=True)
class EcdheParameters:
    """ServerECDHParams with a named curve."""

    group: NamedGroup
    public: bytes

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """Read a named curve and a point; DecodeError for explicit curves."""
        curve_type = reader.u8()
        if curve_type != NAMED_CURVE:
            raise DecodeError(f"explicit curves (curve type {curve_type}) are not supported", reader.offset)
        return cls(group=NamedGroup(reader.u16()), public=reader.opaque(1))

    def encode(self) -> bytes:
        """The parameters as they are signed."""
        return Writer().u8(NAMED_CURVE).u16(self.group).opaque(self.public, 1).done()


@attrs.frozen(kw_only=True)
class ServerKeyExchange:
    """ServerKeyExchange; `scheme` is None before TLS 1.2, `signature` empty for anonymous suites."""

    parameters: DheParameters | EcdheParameters
    scheme: SignatureScheme | None = None
    signature: bytes = b""

    @classmethod
    def decode(cls, body: bytes, *, elliptic: bool, version: int, anonymous: bool = False) -> Self:
        """Read the body of an ECDHE (`elliptic`) or DHE exchange as of `version`."""
        reader = Reader(body)
        parameters = EcdheParameters.read(reader) if elliptic else DheParameters.read(reader)
        scheme, signature = None, b""
        if not anonymous:
            scheme = SignatureScheme(reader.u16()) if version >= ProtocolVersion.TLS1_2 else None
            signature = reader.opaque(2)
        reader.expect_end()
        return cls(parameters=parameters, scheme=scheme, signature=signature)

    def encode(self, *, anonymous: bool = False) -> bytes:
        """The body."""
        writer = Writer().raw(self.parameters.encode())
        if anonymous:
            return writer.done()
        if self.scheme is not None:
            writer.u16(self.scheme)
        return writer.opaque(self.signature, 2).done()
