"""Key agreement by named group: a key pair from given randomness, and the shared secret with the peer's share.

Elliptic curves (RFC 8446 section 4.2.8.2, RFC 7748), finite fields (RFC 7919), and the hybrids with ML-KEM (draft-ietf-tls-ecdhe-mlkem). The finite
field is plain modular arithmetic on Python's integers: there is nothing to protect in a probe's ephemeral key, but a shared secret has to be right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import attrs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..iana import NamedGroup

Randomness = Callable[[int], bytes]
MAX_FIELD_BITS = 8192
"""The largest prime of RFC 7919; more costs seconds and is no honest server's choice."""


class ShareError(ValueError):
    """The peer's share is not a public value of its group."""


class KeyShare(Protocol):
    """Our half of a key agreement."""

    public: bytes

    def agree(self, peer: bytes) -> bytes:
        """The shared secret; ShareError when `peer` is no valid share."""


class _X25519:
    def __init__(self, randomness: Randomness) -> None:
        self._key = x25519.X25519PrivateKey.from_private_bytes(randomness(32))
        self.public = self._key.public_key().public_bytes_raw()

    def agree(self, peer: bytes) -> bytes:
        try:
            return self._key.exchange(x25519.X25519PublicKey.from_public_bytes(peer))
        except ValueError as exc:
            raise ShareError(f"not an X25519 share: {exc}") from None


class _X448:
    def __init__(self, randomness: Randomness) -> None:
        self._key = x448.X448PrivateKey.from_private_bytes(randomness(56))
        self.public = self._key.public_key().public_bytes_raw()

    def agree(self, peer: bytes) -> bytes:
        try:
            return self._key.exchange(x448.X448PublicKey.from_public_bytes(peer))
        except ValueError as exc:
            raise ShareError(f"not an X448 share: {exc}") from None


class _Curve:
    def __init__(self, curve: ec.EllipticCurve, randomness: Randomness) -> None:
        self._curve = curve
        size = (curve.key_size + 7) // 8
        # one bit less than the order has: always in range, and no matter for a key that lives for one handshake
        secret = int.from_bytes(randomness(size), "big") % (1 << (curve.key_size - 1)) or 1
        self._key = ec.derive_private_key(secret, curve)
        self.public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def agree(self, peer: bytes) -> bytes:
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(self._curve, peer)
            return self._key.exchange(ec.ECDH(), point)
        except (ValueError, UnsupportedAlgorithm) as exc:
            raise ShareError(f"not a point on {self._curve.name}: {exc}") from None


class FiniteField:
    """Diffie-Hellman in a prime field; `padded` keeps leading zeros, as TLS 1.3 wants and TLS 1.2 does not."""

    def __init__(self, p: int, g: int, randomness: Randomness, *, padded: bool) -> None:
        if not 2 <= g < p - 1 or p.bit_length() > MAX_FIELD_BITS or p % 2 == 0:
            raise ShareError(f"a field of {p.bit_length()} bits with the generator {g if g.bit_length() < 64 else '...'}")
        self._p, self._padded = p, padded
        self._size = (p.bit_length() + 7) // 8
        self._secret = int.from_bytes(randomness(48), "big") % (p - 2) or 2
        self.public = pow(g, self._secret, p).to_bytes(self._size, "big")

    def agree(self, peer: bytes) -> bytes:
        """The shared secret."""
        value = int.from_bytes(peer, "big")
        if self._padded and len(peer) != self._size:
            raise ShareError(f"a share of {len(peer)} bytes, not {self._size}")
        if not 1 < value < self._p - 1:
            raise ShareError("the public value is outside the field")
        shared = pow(value, self._secret, self._p)
        return shared.to_bytes(self._size if self._padded else (shared.bit_length() + 7) // 8, "big")


class _Hybrid:
    """A classical share and ML-KEM-768, in the order that the draft fixes for each pair."""

    def __init__(self, classical: KeyShare, peer_length: int, kem_first: bool, randomness: Randomness) -> None:
        from cryptography.hazmat.primitives.asymmetric import mlkem

        self._classical, self._peer_length, self._kem_first = classical, peer_length, kem_first
        self._kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(randomness(64))
        ours = self._kem.public_key().public_bytes_raw()
        self.public = ours + classical.public if kem_first else classical.public + ours

    def agree(self, peer: bytes) -> bytes:
        if len(peer) != 1088 + self._peer_length:
            raise ShareError(f"a hybrid share of {len(peer)} bytes, not {1088 + self._peer_length}")
        cut = 1088 if self._kem_first else self._peer_length
        first, second = peer[:cut], peer[cut:]
        kem, classical = (first, second) if self._kem_first else (second, first)
        secrets = (self._kem.decapsulate(kem), self._classical.agree(classical))
        return b"".join(secrets if self._kem_first else reversed(secrets))


_CURVES: dict[int, ec.EllipticCurve] = {
    NamedGroup.SECP256R1: ec.SECP256R1(),
    NamedGroup.SECP384R1: ec.SECP384R1(),
    NamedGroup.SECP521R1: ec.SECP521R1(),
}
# The constant X of each prime p = 2^b - 2^(b-64) + (floor(2^(b-130) e) + X) 2^64 - 1 (RFC 7919 appendix A).
_FIELDS = {0x0100: (2048, 560316), 0x0101: (3072, 2625351), 0x0102: (4096, 5736041), 0x0103: (6144, 15705020), 0x0104: (8192, 10965728)}


@attrs.frozen
class _EulerDigits:
    """The leading bits of e, by its series in integers."""

    bits: int

    def shifted(self) -> int:
        """floor(2^bits e)."""
        term = total = 1 << (self.bits + 64)
        number = 1
        while term:
            term //= number
            total += term
            number += 1
        return total >> 64


def field_prime(group: int) -> int:
    """The prime of an FFDHE group (RFC 7919 appendix A); KeyError for another group."""
    bits, x = _FIELDS[group]
    return (1 << bits) - (1 << (bits - 64)) + ((_EulerDigits(bits - 130).shifted() + x) << 64) - 1


def is_supported(group: int) -> bool:
    """True when a key share for this group can be made here."""
    return group in _CURVES or group in _FIELDS or group in _OTHERS


def new_share(group: int, randomness: Randomness) -> KeyShare:
    """A key share for a group, as TLS 1.3 and ECDHE use it; KeyError for a group that is not supported."""
    if group in _CURVES:
        return _Curve(_CURVES[group], randomness)
    if group in _FIELDS:
        return FiniteField(field_prime(group), 2, randomness, padded=True)
    return _OTHERS[group](randomness)


_OTHERS: dict[int, Callable[[Randomness], KeyShare]] = {
    NamedGroup.X25519: _X25519,
    NamedGroup.X448: _X448,
    NamedGroup.X25519MLKEM768: lambda randomness: _Hybrid(_X25519(randomness), 32, True, randomness),
    NamedGroup.SECP256R1MLKEM768: lambda randomness: _Hybrid(_Curve(ec.SECP256R1(), randomness), 65, False, randomness),
}
