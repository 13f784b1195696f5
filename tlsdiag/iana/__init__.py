"""Numbers and their names: the registries of IANA as open code points. Standard library only."""

from __future__ import annotations

from .codepoint import CodePoint, rows
from .registries import (
    AlertDescription,
    CertificateCompressionAlgorithm,
    CertificateStatusType,
    CipherSuite,
    ClientCertificateType,
    CompressionMethod,
    ContentType,
    ExtensionType,
    HandshakeType,
    NamedGroup,
    ProtocolVersion,
    SignatureScheme,
    Sslv2CipherKind,
)

__all__ = [
    "AlertDescription", "CertificateCompressionAlgorithm", "CertificateStatusType", "CipherSuite", "ClientCertificateType", "CodePoint",
    "CompressionMethod", "ContentType", "ExtensionType", "HandshakeType", "NamedGroup", "ProtocolVersion", "SignatureScheme",
    "Sslv2CipherKind", "rows", "version_label",
]  # fmt: skip


def version_label(version: int) -> str:
    """A protocol version as people write it: "TLS 1.3", "SSL 3.0"."""
    labels = {2: "SSL 2.0", 0x300: "SSL 3.0", 0x301: "TLS 1.0", 0x302: "TLS 1.1", 0x303: "TLS 1.2", 0x304: "TLS 1.3"}
    return labels.get(version) or ProtocolVersion(version).name
