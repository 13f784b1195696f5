"""Bytes and messages, sans-IO: what TLS says on the wire, kept as it was, bounded everywhere."""

from __future__ import annotations

from .certificates import (
    Certificate12,
    Certificate13,
    CertificateEntry,
    CertificateRequest12,
    CertificateRequest13,
    CertificateStatus,
    CertificateVerify,
    CompressedCertificate,
    read_names,
)
from .cursor import DecodeError, Reader, Writer
from .hellos import ClientHello, Extension, KeyShareEntry, ServerHello, find_extension, read_alpn, read_extensions
from .key_exchange import DheParameters, EcdheParameters, ServerKeyExchange
from .messages import Alert, HandshakeMessage, HandshakeReader
from .records import NotTLS, Record, RecordReader, encode_records

__all__ = [
    "Alert", "Certificate12", "Certificate13", "CertificateEntry", "CertificateRequest12", "CertificateRequest13", "CertificateStatus",
    "CertificateVerify", "ClientHello", "CompressedCertificate", "DecodeError", "DheParameters", "EcdheParameters", "Extension",
    "HandshakeMessage", "HandshakeReader", "KeyShareEntry", "NotTLS", "Reader", "Record", "RecordReader", "ServerHello", "ServerKeyExchange",
    "Writer", "encode_records", "find_extension", "read_alpn", "read_extensions", "read_names",
]  # fmt: skip
