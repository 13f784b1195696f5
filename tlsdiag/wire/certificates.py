"""Certificate messages of both generations (RFC 8446 section 4.4; RFC 5246 section 7.4), and compressed ones (RFC 8879).

Certificates stay bytes here: reading them is the work of `tlsdiag.certificates`.
"""

from __future__ import annotations

import zlib
from typing import Self

import attrs

from ..iana import CertificateCompressionAlgorithm, ClientCertificateType, ProtocolVersion, SignatureScheme
from .cursor import DecodeError, Reader, Writer
from .hellos import Extension, read_extensions, write_extensions

MAX_CERTIFICATES = 100
"""More than any honest chain has; the rest is dropped and said so."""
MAX_UNCOMPRESSED = 2**20


@attrs.frozen(kw_only=True)
class Certificate12:
    """Certificate up to TLS 1.2: a list of DER certificates. `omitted` counts those beyond the cap."""

    certificates: tuple[bytes, ...] = ()
    omitted: int = 0

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body."""
        reader = Reader(body)
        block = reader.vector(3)
        reader.expect_end()
        found: list[bytes] = []
        omitted = 0
        while block:
            data = block.opaque(3)
            if len(found) < MAX_CERTIFICATES:
                found.append(data)
            else:
                omitted += 1
        return cls(certificates=tuple(found), omitted=omitted)

    def encode(self) -> bytes:
        """The body."""
        writer = Writer()
        with writer.vector(3):
            for data in self.certificates:
                writer.opaque(data, 3)
        return writer.done()


@attrs.frozen(kw_only=True)
class CertificateEntry:
    """One certificate of TLS 1.3 with its extensions."""

    data: bytes
    extensions: tuple[Extension, ...] = ()


@attrs.frozen(kw_only=True)
class Certificate13:
    """Certificate of TLS 1.3. `omitted` counts entries beyond the cap."""

    context: bytes = b""
    entries: tuple[CertificateEntry, ...] = ()
    omitted: int = 0

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body."""
        reader = Reader(body)
        context = reader.opaque(1)
        block = reader.vector(3)
        reader.expect_end()
        found: list[CertificateEntry] = []
        omitted = 0
        while block:
            entry = CertificateEntry(data=block.opaque(3), extensions=read_extensions(block))
            if len(found) < MAX_CERTIFICATES:
                found.append(entry)
            else:
                omitted += 1
        return cls(context=context, entries=tuple(found), omitted=omitted)

    def encode(self) -> bytes:
        """The body."""
        writer = Writer().opaque(self.context, 1)
        with writer.vector(3):
            for entry in self.entries:
                writer.opaque(entry.data, 3)
                write_extensions(writer, entry.extensions)
        return writer.done()


@attrs.frozen(kw_only=True)
class CompressedCertificate:
    """CompressedCertificate (RFC 8879 section 4)."""

    algorithm: CertificateCompressionAlgorithm
    uncompressed_length: int
    compressed: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body."""
        reader = Reader(body)
        found = cls(
            algorithm=CertificateCompressionAlgorithm(reader.u16()), uncompressed_length=reader.u24(), compressed=reader.opaque(3)
        )
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The body."""
        return Writer().u16(self.algorithm).number(self.uncompressed_length, 3).opaque(self.compressed, 3).done()

    def decompress(self, limit: int = MAX_UNCOMPRESSED) -> bytes:
        """The Certificate body inside; DecodeError for another algorithm than zlib, a wrong length, or one over `limit`."""
        if self.algorithm != CertificateCompressionAlgorithm.ZLIB:
            raise DecodeError(f"certificate compression {self.algorithm.name} is not supported here")
        if self.uncompressed_length > limit:
            raise DecodeError(f"a certificate message of {self.uncompressed_length} bytes after decompression")
        try:
            data = zlib.decompressobj().decompress(self.compressed, self.uncompressed_length + 1)
        except zlib.error as exc:
            raise DecodeError(f"the compressed certificate is damaged: {exc}") from None
        if len(data) != self.uncompressed_length:
            raise DecodeError("the compressed certificate has another length than it says")
        return data


@attrs.frozen(kw_only=True)
class CertificateRequest12:
    """CertificateRequest up to TLS 1.2; `signature_schemes` is None before TLS 1.2. Authorities are DER names."""

    certificate_types: tuple[ClientCertificateType, ...]
    signature_schemes: tuple[SignatureScheme, ...] | None
    authorities: tuple[bytes, ...] = ()

    @classmethod
    def decode(cls, body: bytes, version: int = ProtocolVersion.TLS1_2) -> Self:
        """Read the body as of `version`."""
        reader = Reader(body)
        types = tuple(ClientCertificateType(code) for code in reader.opaque(1))
        schemes = None
        if version >= ProtocolVersion.TLS1_2:
            schemes = tuple(SignatureScheme(code) for code in reader.u16_list(2))
        names = read_names(reader)
        reader.expect_end()
        return cls(certificate_types=types, signature_schemes=schemes, authorities=names)

    def encode(self) -> bytes:
        """The body."""
        writer = Writer().opaque(bytes(self.certificate_types), 1)
        if self.signature_schemes is not None:
            writer.u16_list(self.signature_schemes)
        with writer.vector(2):
            for name in self.authorities:
                writer.opaque(name, 2)
        return writer.done()


def read_names(reader: Reader) -> tuple[bytes, ...]:
    """A vector of distinguished names (RFC 5246 section 7.4.4)."""
    block = reader.vector(2)
    found = []
    while block:
        found.append(block.opaque(2))
    return tuple(found)


@attrs.frozen(kw_only=True)
class CertificateRequest13:
    """CertificateRequest of TLS 1.3 (RFC 8446 section 4.3.2)."""

    context: bytes = b""
    extensions: tuple[Extension, ...] = ()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body."""
        reader = Reader(body)
        found = cls(context=reader.opaque(1), extensions=read_extensions(reader))
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The body."""
        writer = Writer().opaque(self.context, 1)
        write_extensions(writer, self.extensions)
        return writer.done()


@attrs.frozen(kw_only=True)
class CertificateStatus:
    """CertificateStatus: a stapled OCSP response (RFC 6066 section 8)."""

    status_type: int
    response: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read the body."""
        reader = Reader(body)
        found = cls(status_type=reader.u8(), response=reader.opaque(3))
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The body."""
        return Writer().u8(self.status_type).opaque(self.response, 3).done()


@attrs.frozen(kw_only=True)
class CertificateVerify:
    """CertificateVerify; `scheme` is None before TLS 1.2."""

    scheme: SignatureScheme | None
    signature: bytes

    @classmethod
    def decode(cls, body: bytes, version: int = ProtocolVersion.TLS1_3) -> Self:
        """Read the body as of `version`."""
        reader = Reader(body)
        scheme = SignatureScheme(reader.u16()) if version >= ProtocolVersion.TLS1_2 else None
        found = cls(scheme=scheme, signature=reader.opaque(2))
        reader.expect_end()
        return found

    def encode(self) -> bytes:
        """The body."""
        writer = Writer()
        if self.scheme is not None:
            writer.u16(self.scheme)
        return writer.opaque(self.signature, 2).done()
