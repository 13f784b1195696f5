"""Record protection: AEAD of TLS 1.3 (RFC 8446 section 5.2) and 1.2 (RFC 5288, 6655, 7905), CBC and stream ciphers up to TLS 1.2.

CBC comes in both orders, MAC then encrypt (RFC 5246 section 6.2.3.2) and encrypt then MAC (RFC 7366). Timing is no concern here: a
diagnosis has no secret that an attacker could want, and every failure is told in the same words.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Protocol

import attrs
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4, TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from ..iana import CipherSuite, ContentType, ProtocolVersion
from ..wire import Record
from .schedule13 import TrafficKeys

_HASHES = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256", "HMAC-SHA384": "sha384", "HMAC-MD5": "md5"}


class ProtectionError(ValueError):
    """A record that does not open, or a suite that is not supported here."""


@attrs.frozen(kw_only=True)
class SuiteShape:
    """What a cipher suite asks of record protection: lengths in bytes."""

    suite: CipherSuite
    kind: str
    cipher: str
    key: int
    fixed_iv: int
    mac: str | None
    hash: str

    @property
    def mac_length(self) -> int:
        """The length of a MAC key and of a MAC."""
        return hashlib.new(self.mac, usedforsecurity=False).digest_size if self.mac else 0


_KEY_BYTES = {"3DES": 24}
_BLOCK = {"AES": 16, "3DES": 8}


def shape_of(suite: CipherSuite) -> SuiteShape:
    """Read a suite's row; ProtectionError when we cannot protect records with it."""
    row = suite.row
    if row is None or row["enc"] not in ("AES", "CHACHA20-POLY1305", "3DES", "RC4") or row["export"]:
        raise ProtectionError(f"{suite.name} is not supported here")
    kind = "stream" if row["enc"] == "RC4" else "cbc" if row["mode"] == "CBC" else "aead"
    cipher = f"AES-{row['mode']}" if kind == "aead" and row["enc"] == "AES" else row["enc"]
    iv = {"aead": 12 if row["enc"].startswith("CHACHA") else 4, "cbc": _BLOCK.get(row["enc"], 0), "stream": 0}[kind]
    return SuiteShape(
        suite=suite,
        kind=kind,
        cipher=cipher,
        key=_KEY_BYTES.get(row["enc"], row["key_bits"] // 8),
        fixed_iv=iv,
        mac=None if kind == "aead" else _HASHES.get(row["mac"]),
        hash=(row["prf"] or "SHA256").lower(),
    )


class Protection(Protocol):
    """One direction of a protected connection; counts its records."""

    def seal(self, content_type: int, version: int, payload: bytes) -> Record:
        """Protect one fragment."""

    def open(self, record: Record) -> tuple[ContentType, bytes]:
        """The content type and the fragment; ProtectionError when it does not open."""


_Aead = AESGCM | AESCCM | ChaCha20Poly1305


def _aead(shape: SuiteShape, key: bytes) -> _Aead:
    if shape.cipher == "AES-GCM":
        return AESGCM(key)
    if shape.cipher.startswith("AES-CCM"):
        return AESCCM(key, tag_length=8 if shape.cipher == "AES-CCM-8" else 16)
    return ChaCha20Poly1305(key)


def _mixed(iv: bytes, sequence: int) -> bytes:
    return (int.from_bytes(iv, "big") ^ sequence).to_bytes(len(iv), "big")


class Aead13:
    """TLS 1.3."""

    def __init__(self, shape: SuiteShape, keys: TrafficKeys) -> None:
        self._aead = _aead(shape, keys.key)
        self._tag = 8 if shape.cipher == "AES-CCM-8" else 16
        self._iv = keys.iv
        self._sequence = 0

    def _nonce(self) -> bytes:
        found = _mixed(self._iv, self._sequence)
        self._sequence += 1
        return found

    def seal(self, content_type: int, version: int, payload: bytes) -> Record:
        inner = payload + bytes([content_type])
        header = b"\x17\x03\x03" + (len(inner) + self._tag).to_bytes(2, "big")
        fragment = self._aead.encrypt(self._nonce(), inner, header)
        return _record(ContentType.APPLICATION_DATA, ProtocolVersion.TLS1_2, fragment)

    def open(self, record: Record) -> tuple[ContentType, bytes]:
        header = bytes([record.content_type]) + record.version.to_bytes(2, "big") + len(record.fragment).to_bytes(2, "big")
        try:
            inner = self._aead.decrypt(self._nonce(), record.fragment, header)
        except (InvalidTag, ValueError):
            raise ProtectionError("a record does not decrypt") from None
        inner = inner.rstrip(b"\0")
        if not inner:
            raise ProtectionError("a record without a content type")
        return ContentType(inner[-1]), inner[:-1]


class Aead12:
    """TLS 1.2: GCM and CCM with an explicit nonce, ChaCha20-Poly1305 without."""

    def __init__(self, shape: SuiteShape, key: bytes, iv: bytes) -> None:
        self._aead = _aead(shape, key)
        self._tag = 8 if shape.cipher == "AES-CCM-8" else 16
        self._iv = iv
        self._explicit = len(iv) == 4
        self._sequence = 0

    def _header(self, content_type: int, version: int, length: int) -> bytes:
        return _mac_header(self._sequence, content_type, version, length)

    def seal(self, content_type: int, version: int, payload: bytes) -> Record:
        explicit = self._sequence.to_bytes(8, "big") if self._explicit else b""
        nonce = self._iv + explicit if self._explicit else _mixed(self._iv, self._sequence)
        sealed = self._aead.encrypt(nonce, payload, self._header(content_type, version, len(payload)))
        self._sequence += 1
        return _record(content_type, version, explicit + sealed)

    def open(self, record: Record) -> tuple[ContentType, bytes]:
        explicit, sealed = (record.fragment[:8], record.fragment[8:]) if self._explicit else (b"", record.fragment)
        nonce = self._iv + explicit if self._explicit else _mixed(self._iv, self._sequence)
        header = self._header(record.content_type, record.version, max(0, len(sealed) - self._tag))
        try:
            payload = self._aead.decrypt(nonce, sealed, header)
        except (InvalidTag, ValueError):
            raise ProtectionError("a record does not decrypt") from None
        self._sequence += 1
        return record.content_type, payload


class _Mac:
    """The MAC of a direction with its sequence number."""

    def __init__(self, hash_name: str, key: bytes, version: int) -> None:
        self._hash, self._key, self._ssl3 = hash_name, key, version == ProtocolVersion.SSL3
        self._sequence = 0
        self.length = hashlib.new(hash_name, usedforsecurity=False).digest_size

    def next(self, content_type: int, version: int, data: bytes) -> bytes:
        header = _mac_header(self._sequence, content_type, version, len(data))
        self._sequence += 1
        if not self._ssl3:
            return hmac.digest(self._key, header + data, self._hash)
        pad = 48 if self._hash == "md5" else 40  # RFC 6101 section 5.2.3.1; its header has no version
        inner = self._plain(self._key + b"\x36" * pad + header[:9] + header[11:] + data)
        return self._plain(self._key + b"\x5c" * pad + inner)

    def _plain(self, data: bytes) -> bytes:
        return hashlib.new(self._hash, data, usedforsecurity=False).digest()

    def check(self, content_type: int, version: int, data: bytes, found: bytes) -> None:
        if not hmac.compare_digest(self.next(content_type, version, data), found):
            raise ProtectionError("a record has a wrong MAC")


class Cbc12:
    """Block ciphers up to TLS 1.2; `chained` initialisation vectors up to TLS 1.0."""

    def __init__(self, shape: SuiteShape, key: bytes, iv: bytes, mac_key: bytes, version: int, etm: bool) -> None:
        assert shape.mac is not None
        self._algorithm = AES(key) if shape.cipher == "AES" else TripleDES(key)
        self._mac = _Mac(shape.mac, mac_key, version)
        self._block, self._iv, self._etm = shape.fixed_iv, iv, etm
        self._chained = version <= ProtocolVersion.TLS1_0

    def _crypt(self, iv: bytes, data: bytes, *, encrypt: bool) -> bytes:
        cipher = Cipher(self._algorithm, modes.CBC(iv))
        context = cipher.encryptor() if encrypt else cipher.decryptor()
        return context.update(data) + context.finalize()

    def seal(self, content_type: int, version: int, payload: bytes) -> Record:
        data = payload if self._etm else payload + self._mac.next(content_type, version, payload)
        missing = self._block - 1 - len(data) % self._block
        iv = self._iv if self._chained else os.urandom(self._block)
        sealed = self._crypt(iv, data + bytes([missing]) * (missing + 1), encrypt=True)
        self._iv = sealed[-self._block :]
        fragment = sealed if self._chained else iv + sealed
        if self._etm:
            fragment += self._mac.next(content_type, version, fragment)
        return _record(content_type, version, fragment)

    def open(self, record: Record) -> tuple[ContentType, bytes]:
        fragment = record.fragment
        if self._etm:
            fragment, mac = fragment[: -self._mac.length], fragment[-self._mac.length :]
            self._mac.check(record.content_type, record.version, fragment, mac)
        iv, sealed = (self._iv, fragment) if self._chained else (fragment[: self._block], fragment[self._block :])
        if not sealed or len(sealed) % self._block or len(iv) != self._block:
            raise ProtectionError("a record is not a whole number of blocks")
        self._iv = sealed[-self._block :]
        data = self._crypt(iv, sealed, encrypt=False)
        data = data[: max(0, len(data) - data[-1] - 1)]
        if self._etm:
            return record.content_type, data
        if len(data) < self._mac.length:
            raise ProtectionError("a record has a wrong padding")
        data, mac = data[: -self._mac.length], data[-self._mac.length :]
        self._mac.check(record.content_type, record.version, data, mac)
        return record.content_type, data


class Stream12:
    """RC4 up to TLS 1.2."""

    def __init__(self, shape: SuiteShape, key: bytes, mac_key: bytes, version: int, *, encrypt: bool) -> None:
        assert shape.mac is not None
        cipher = Cipher(ARC4(key), None)
        try:
            self._context: CipherContext = cipher.encryptor() if encrypt else cipher.decryptor()
        except UnsupportedAlgorithm:
            raise ProtectionError("RC4 is not available here") from None
        self._mac = _Mac(shape.mac, mac_key, version)

    def seal(self, content_type: int, version: int, payload: bytes) -> Record:
        data = payload + self._mac.next(content_type, version, payload)
        return _record(content_type, version, self._context.update(data))

    def open(self, record: Record) -> tuple[ContentType, bytes]:
        data = self._context.update(record.fragment)
        if len(data) < self._mac.length:
            raise ProtectionError("a record is shorter than its MAC")
        data, mac = data[: -self._mac.length], data[-self._mac.length :]
        self._mac.check(record.content_type, record.version, data, mac)
        return record.content_type, data


@attrs.frozen(kw_only=True)
class KeyBlock:
    """The keys of both directions (RFC 5246 section 6.3), cut from the key block."""

    client_mac: bytes
    server_mac: bytes
    client_key: bytes
    server_key: bytes
    client_iv: bytes
    server_iv: bytes

    @staticmethod
    def length(shape: SuiteShape) -> int:
        """How many bytes of key block a suite needs."""
        return 2 * (shape.mac_length + shape.key + shape.fixed_iv)

    @classmethod
    def cut(cls, shape: SuiteShape, block: bytes) -> KeyBlock:
        """Cut the block."""
        sizes = [size for size in (shape.mac_length, shape.key, shape.fixed_iv) for _ in range(2)]
        pieces, at = [], 0
        for size in sizes:
            pieces.append(block[at : at + size])
            at += size
        return cls(
            client_mac=pieces[0],
            server_mac=pieces[1],
            client_key=pieces[2],
            server_key=pieces[3],
            client_iv=pieces[4],
            server_iv=pieces[5],
        )


def protect12(shape: SuiteShape, keys: KeyBlock, version: int, *, client: bool, etm: bool) -> Protection:
    """The protection of what the client (or the server) sends, up to TLS 1.2."""
    key, iv = (keys.client_key, keys.client_iv) if client else (keys.server_key, keys.server_iv)
    mac = keys.client_mac if client else keys.server_mac
    if shape.kind == "aead":
        return Aead12(shape, key, iv)
    if shape.kind == "stream":
        return Stream12(shape, key, mac, version, encrypt=client)
    return Cbc12(shape, key, iv, mac, version, etm)


def _mac_header(sequence: int, content_type: int, version: int, length: int) -> bytes:
    return sequence.to_bytes(8, "big") + bytes([content_type]) + version.to_bytes(2, "big") + length.to_bytes(2, "big")


def _record(content_type: int, version: int, fragment: bytes) -> Record:
    return Record(content_type=ContentType(content_type), version=ProtocolVersion(version), fragment=fragment)
