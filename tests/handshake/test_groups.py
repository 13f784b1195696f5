"""Key agreement: both sides come to the same secret, and a bad share is told."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from tlsdiag.handshake.groups import FiniteField, ShareError, field_prime, is_supported, new_share
from tlsdiag.iana import NamedGroup

CLASSICAL = [NamedGroup.by_name(name) for name in ("x25519", "x448", "secp256r1", "secp384r1", "secp521r1", "ffdhe2048", "ffdhe3072", "ffdhe4096")]
HYBRIDS = [NamedGroup.X25519MLKEM768, NamedGroup.SECP256R1MLKEM768]


@pytest.mark.parametrize("group", CLASSICAL, ids=str)
def test_two_sides_agree(group: NamedGroup) -> None:
    ours, theirs = new_share(group, os.urandom), new_share(group, os.urandom)
    assert ours.agree(theirs.public) == theirs.agree(ours.public)


@pytest.mark.parametrize("group", CLASSICAL + HYBRIDS, ids=str)
@pytest.mark.parametrize("share", [b"", b"\0", b"\xff" * 40, bytes(2000)], ids=["empty", "zero", "ones", "long"])
def test_what_is_no_share_is_refused(group: NamedGroup, share: bytes) -> None:
    with pytest.raises(ShareError):
        new_share(group, os.urandom).agree(share)


@pytest.mark.parametrize("group", CLASSICAL + HYBRIDS, ids=str)
def test_the_same_randomness_gives_the_same_share(group: NamedGroup) -> None:
    assert new_share(group, lambda size: b"\x42" * size).public == new_share(group, lambda size: b"\x42" * size).public


def test_x25519mlkem768_puts_the_kem_first() -> None:
    share = new_share(NamedGroup.X25519MLKEM768, os.urandom)
    secret, ciphertext = mlkem.MLKEM768PublicKey.from_public_bytes(share.public[:1184]).encapsulate()
    peer = x25519.X25519PrivateKey.generate()
    classical = peer.exchange(x25519.X25519PublicKey.from_public_bytes(share.public[1184:]))
    assert share.agree(ciphertext + peer.public_key().public_bytes_raw()) == secret + classical


def test_secp256r1mlkem768_puts_the_curve_first() -> None:
    share, peer = new_share(NamedGroup.SECP256R1MLKEM768, os.urandom), new_share(NamedGroup.SECP256R1, os.urandom)
    secret, ciphertext = mlkem.MLKEM768PublicKey.from_public_bytes(share.public[65:]).encapsulate()
    assert share.agree(peer.public + ciphertext) == peer.agree(share.public[:65]) + secret


@pytest.mark.parametrize("group", [0x100, 0x101, 0x102, 0x103, 0x104])
def test_the_primes_of_rfc_7919_are_safe_primes(group: int) -> None:
    prime = field_prime(group)
    half = (prime - 1) // 2
    assert pow(2, prime - 1, prime) == 1
    assert pow(3, half - 1, half) == 1
    assert hex(prime).startswith("0xffffffffffffffffadf85458a2bb4a9aafdc5620")


@pytest.mark.parametrize(("p", "g"), [(23, 1), (23, 22), (1 << 9000, 2), (24, 5)])
def test_a_field_that_is_none_is_refused(p: int, g: int) -> None:
    with pytest.raises(ShareError):
        FiniteField(p, g, os.urandom, padded=False)


def test_an_unknown_group_is_not_supported() -> None:
    assert not is_supported(0x1A1A)
    with pytest.raises(KeyError):
        new_share(0x1A1A, os.urandom)
