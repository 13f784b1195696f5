"""Keys up to TLS 1.2: the pseudorandom functions of RFC 5246 section 5, RFC 2246 section 5 and RFC 6101 section 6, and Finished."""

from __future__ import annotations

import hashlib
import hmac
from itertools import count

import attrs

from ..iana import ProtocolVersion

# SSL 3.0 and TLS 1.0 need MD5 and SHA-1: that is what these protocols are, and we have to speak them to say so.
_SSL3_PADS = {"md5": (b"\x36" * 48, b"\x5c" * 48), "sha1": (b"\x36" * 40, b"\x5c" * 40)}


def _digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()


def p_hash(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """P_hash (RFC 5246 section 5)."""
    found, block = b"", seed
    while len(found) < length:
        block = hmac.digest(secret, block, hash_name)
        found += hmac.digest(secret, block + seed, hash_name)
    return found[:length]


def prf(version: int, hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """The PRF of a version; `hash_name` matters from TLS 1.2 on."""
    if version >= ProtocolVersion.TLS1_2:
        return p_hash(hash_name, secret, label + seed, length)
    half = (len(secret) + 1) // 2
    first = p_hash("md5", secret[:half], label + seed, length)
    second = p_hash("sha1", secret[len(secret) - half :], label + seed, length)
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


def ssl3_prf(secret: bytes, seed: bytes, length: int) -> bytes:
    """The key derivation of SSL 3.0 (RFC 6101 sections 6.1 and 6.2.2)."""
    found = b""
    for number in count(1):
        if len(found) >= length:
            break
        salt = bytes([0x40 + number]) * number
        found += _digest("md5", secret + _digest("sha1", salt + secret + seed))
    return found[:length]


@attrs.frozen(kw_only=True)
class KeySchedule12:
    """The master secret of a session and what comes from it."""

    version: int
    hash_name: str
    client_random: bytes
    server_random: bytes
    master: bytes

    @classmethod
    def of(
        cls,
        version: int,
        hash_name: str,
        premaster: bytes,
        client_random: bytes,
        server_random: bytes,
        session_transcript: bytes | None = None,
    ) -> KeySchedule12:
        """Derive the master secret; `session_transcript` (up to ClientKeyExchange) makes it the extended one of RFC 7627."""
        if version == ProtocolVersion.SSL3:
            master = ssl3_prf(premaster, client_random + server_random, 48)
        elif session_transcript is not None:
            session_hash = transcript_hash(version, hash_name, session_transcript)
            master = prf(version, hash_name, premaster, b"extended master secret", session_hash, 48)
        else:
            master = prf(version, hash_name, premaster, b"master secret", client_random + server_random, 48)
        return cls(
            version=version, hash_name=hash_name, client_random=client_random, server_random=server_random, master=master
        )

    def key_block(self, length: int) -> bytes:
        """The key block (RFC 5246 section 6.3)."""
        seed = self.server_random + self.client_random
        if self.version == ProtocolVersion.SSL3:
            return ssl3_prf(self.master, seed, length)
        return prf(self.version, self.hash_name, self.master, b"key expansion", seed, length)

    def finished(self, transcript: bytes, *, client: bool) -> bytes:
        """The verify_data of a Finished message over the transcript before it."""
        if self.version == ProtocolVersion.SSL3:
            return self.ssl3_hash(transcript, b"CLNT" if client else b"SRVR")
        label = b"client finished" if client else b"server finished"
        hashed = transcript_hash(self.version, self.hash_name, transcript)
        return prf(self.version, self.hash_name, self.master, label, hashed, 12)

    def ssl3_hash(self, transcript: bytes, sender: bytes) -> bytes:
        """The MD5 and SHA-1 hashes of SSL 3.0's Finished and CertificateVerify (RFC 6101 sections 5.6.8 and 5.6.9)."""
        return b"".join(
            _digest(name, self.master + outer + _digest(name, transcript + sender + self.master + inner))
            for name, (inner, outer) in _SSL3_PADS.items()
        )


def transcript_hash(version: int, hash_name: str, transcript: bytes) -> bytes:
    """The hash of the handshake messages: one hash in TLS 1.2, MD5 and SHA-1 before."""
    if version >= ProtocolVersion.TLS1_2:
        return _digest(hash_name, transcript)
    return _digest("md5", transcript) + _digest("sha1", transcript)
