"""ClientHello and ServerHello (RFC 8446 sections 4.1.2 and 4.1.3; RFC 5246 section 7.4.1), extensions raw and in order.

    struct {
        ProtocolVersion legacy_version; Random random; opaque legacy_session_id<0..32>;
        CipherSuite cipher_suites<2..2^16-2>; opaque legacy_compression_methods<1..2^8-1>; Extension extensions<8..2^16-1>;
    } ClientHello;
"""

from __future__ import annotations

from typing import Self

import attrs

from ..iana import CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme
from .cursor import DecodeError, Reader, Writer

HELLO_RETRY_REQUEST_RANDOM = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")
"""SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3)."""
DOWNGRADE_SENTINELS = (b"DOWNGRD\x01", b"DOWNGRD\x00")


@attrs.frozen(kw_only=True)
class Extension:
    """One extension as it was on the wire."""

    type: ExtensionType
    body: bytes


@attrs.frozen(kw_only=True)
class KeyShareEntry:
    """A group and a public value (RFC 8446 section 4.2.8)."""

    group: NamedGroup
    key_exchange: bytes


def read_extensions(reader: Reader) -> tuple[Extension, ...]:
    """A block of extensions with its length."""
    block = reader.vector(2)
    found = []
    while block:
        found.append(Extension(type=ExtensionType(block.u16()), body=block.opaque(2)))
    return tuple(found)


def write_extensions(writer: Writer, extensions: tuple[Extension, ...]) -> None:
    """The block with its length."""
    with writer.vector(2):
        for extension in extensions:
            writer.u16(extension.type).opaque(extension.body, 2)


def find_extension(extensions: tuple[Extension, ...] | None, kind: int) -> Extension | None:
    """The first extension of a type."""
    return next((extension for extension in extensions or () if extension.type == kind), None)


@attrs.frozen(kw_only=True)
class ClientHello:
    """What a client says first. `extensions` is None when the block is absent (as in SSL 3.0)."""

    legacy_version: ProtocolVersion
    random: bytes
    session_id: bytes = b""
    cipher_suites: tuple[CipherSuite, ...]
    compression_methods: tuple[int, ...] = (0,)
    extensions: tuple[Extension, ...] | None = None

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body of a ClientHello; DecodeError when it is none."""
        reader = Reader(body)
        found = cls(
            legacy_version=ProtocolVersion(reader.u16()),
            random=reader.take(32),
            session_id=reader.opaque(1),
            cipher_suites=tuple(CipherSuite(code) for code in reader.u16_list(2)),
            compression_methods=tuple(reader.opaque(1)),
            extensions=read_extensions(reader) if reader else None,
        )
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The body."""
        writer = Writer().u16(self.legacy_version).raw(self.random).opaque(self.session_id, 1)
        writer.u16_list(self.cipher_suites).opaque(bytes(self.compression_methods), 1)
        if self.extensions is not None:
            write_extensions(writer, self.extensions)
        return writer.done()

    def extension(self, kind: int) -> Extension | None:
        """The first extension of a type, or None."""
        return find_extension(self.extensions, kind)

    def _typed(self, kind: int, size: int) -> tuple[int, ...]:
        found = self.extension(kind)
        try:
            return Reader(found.body).u16_list(size) if found else ()
        except DecodeError:
            return ()

    @property
    def supported_versions(self) -> tuple[ProtocolVersion, ...]:
        """What `supported_versions` lists, or the legacy version alone."""
        found = self._typed(ExtensionType.SUPPORTED_VERSIONS, 1) or (self.legacy_version,)
        return tuple(ProtocolVersion(code) for code in found)

    @property
    def supported_groups(self) -> tuple[NamedGroup, ...]:
        """What `supported_groups` lists."""
        return tuple(NamedGroup(code) for code in self._typed(ExtensionType.SUPPORTED_GROUPS, 2))

    @property
    def signature_schemes(self) -> tuple[SignatureScheme, ...]:
        """What `signature_algorithms` lists."""
        return tuple(SignatureScheme(code) for code in self._typed(ExtensionType.SIGNATURE_ALGORITHMS, 2))

    @property
    def server_name(self) -> str | None:
        """The host name of `server_name` (RFC 6066 section 3)."""
        found = self.extension(ExtensionType.SERVER_NAME)
        try:
            names = Reader(found.body).vector(2) if found and found.body else Reader(b"")
            return names.opaque(2).decode("ascii", "replace") if names and names.u8() == 0 else None
        except DecodeError:
            return None

    @property
    def alpn(self) -> tuple[str, ...]:
        """The protocols of `application_layer_protocol_negotiation` (RFC 7301)."""
        found = self.extension(ExtensionType.APPLICATION_LAYER_PROTOCOL_NEGOTIATION)
        return read_alpn(found.body) if found else ()


def read_alpn(body: bytes) -> tuple[str, ...]:
    """The names in an ALPN body; what cannot be read is left out."""
    names = []
    try:
        block = Reader(body).vector(2)
        while block:
            names.append(block.opaque(1).decode("utf-8", "replace"))
    except DecodeError:
        pass  # an anomaly of the peer's: what was read before it stands
    return tuple(names)


@attrs.frozen(kw_only=True)
class ServerHello:
    """What a server answers; a HelloRetryRequest has the same form and a fixed random."""

    legacy_version: ProtocolVersion
    random: bytes
    session_id: bytes = b""
    cipher_suite: CipherSuite
    compression_method: int = 0
    extensions: tuple[Extension, ...] | None = None

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body of a ServerHello; DecodeError when it is none."""
        reader = Reader(body)
        found = cls(
            legacy_version=ProtocolVersion(reader.u16()),
            random=reader.take(32),
            session_id=reader.opaque(1),
            cipher_suite=CipherSuite(reader.u16()),
            compression_method=reader.u8(),
            extensions=read_extensions(reader) if reader else None,
        )
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The body."""
        writer = Writer().u16(self.legacy_version).raw(self.random).opaque(self.session_id, 1)
        writer.u16(self.cipher_suite).u8(self.compression_method)
        if self.extensions is not None:
            write_extensions(writer, self.extensions)
        return writer.done()

    def extension(self, kind: int) -> Extension | None:
        """The first extension of a type, or None."""
        return find_extension(self.extensions, kind)

    @property
    def is_hello_retry_request(self) -> bool:
        """True when the random says HelloRetryRequest."""
        return self.random == HELLO_RETRY_REQUEST_RANDOM

    @property
    def selected_version(self) -> ProtocolVersion:
        """The version that was chosen: that of `supported_versions`, or the legacy one."""
        found = self.extension(ExtensionType.SUPPORTED_VERSIONS)
        return ProtocolVersion(int.from_bytes(found.body, "big")) if found and len(found.body) == 2 else self.legacy_version

    @property
    def has_downgrade_sentinel(self) -> bool:
        """True when the server says that it could have done better (RFC 8446 section 4.1.3)."""
        return self.random[-8:] in DOWNGRADE_SENTINELS
