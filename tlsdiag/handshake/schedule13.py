"""The key schedule of TLS 1.3 (RFC 8446 section 7), held to the traces of RFC 8448 by tests."""

from __future__ import annotations

import hashlib
import hmac

import attrs


def hkdf_extract(hash_name: str, salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract (RFC 5869 section 2.2)."""
    return hmac.digest(salt or bytes(hashlib.new(hash_name).digest_size), secret, hash_name)


def hkdf_expand(hash_name: str, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand (RFC 5869 section 2.3)."""
    found, block, number = b"", b"", 1
    while len(found) < length:
        block = hmac.digest(secret, block + info + bytes([number]), hash_name)
        found += block
        number += 1
    return found[:length]


def expand_label(hash_name: str, secret: bytes, label: str, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 section 7.1)."""
    full = b"tls13 " + label.encode("ascii")
    info = length.to_bytes(2, "big") + bytes([len(full)]) + full + bytes([len(context)]) + context
    return hkdf_expand(hash_name, secret, info, length)


@attrs.frozen(kw_only=True)
class TrafficKeys:
    """A key and an initialisation vector of one direction."""

    key: bytes
    iv: bytes


def traffic_keys(hash_name: str, secret: bytes, key_length: int, iv_length: int = 12) -> TrafficKeys:
    """The keys of a traffic secret (RFC 8446 section 7.3)."""
    return TrafficKeys(
        key=expand_label(hash_name, secret, "key", b"", key_length), iv=expand_label(hash_name, secret, "iv", b"", iv_length)
    )


def next_traffic_secret(hash_name: str, secret: bytes) -> bytes:
    """What follows a KeyUpdate (RFC 8446 section 7.2)."""
    return expand_label(hash_name, secret, "traffic upd", b"", hashlib.new(hash_name).digest_size)


def finished_mac(hash_name: str, secret: bytes, transcript_hash: bytes) -> bytes:
    """The verify_data of Finished (RFC 8446 section 4.4.4); `secret` is the sender's handshake traffic secret."""
    key = expand_label(hash_name, secret, "finished", b"", hashlib.new(hash_name).digest_size)
    return hmac.digest(key, transcript_hash, hash_name)


class KeySchedule13:
    """Early secret, handshake secret, master secret, without a pre-shared key."""

    def __init__(self, hash_name: str) -> None:
        self.hash_name = hash_name
        self._size = hashlib.new(hash_name).digest_size
        self._secret = hkdf_extract(hash_name, b"", bytes(self._size))
        self.client_handshake = b""
        self.server_handshake = b""
        self.client_application = b""
        self.server_application = b""

    def _derive(self, label: str, transcript_hash: bytes) -> bytes:
        return expand_label(self.hash_name, self._secret, label, transcript_hash, self._size)

    def _step(self, secret: bytes) -> None:
        salt = self._derive("derived", hashlib.new(self.hash_name).digest())
        self._secret = hkdf_extract(self.hash_name, salt, secret)

    def agree(self, shared_secret: bytes, hello_hash: bytes) -> None:
        """From the key exchange and ClientHello..ServerHello to the handshake traffic secrets."""
        self._step(shared_secret)
        self.client_handshake = self._derive("c hs traffic", hello_hash)
        self.server_handshake = self._derive("s hs traffic", hello_hash)

    def finish(self, server_finished_hash: bytes) -> None:
        """From ClientHello..server Finished to the application traffic secrets."""
        self._step(bytes(self._size))
        self.client_application = self._derive("c ap traffic", server_finished_hash)
        self.server_application = self._derive("s ap traffic", server_finished_hash)
