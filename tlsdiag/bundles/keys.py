"""Private keys: opened to learn the public half. The key itself is forgotten at once, and no text about it quotes a byte of it."""

from __future__ import annotations

import warnings
from typing import Any

import attrs

from .items import Item


def opened(item: Item, block: bytes, password: bytes | None) -> Item:
    """The item with what was learnt from the key in `block` (PEM or DER): its public half, or why it cannot be opened. Never raises."""
    if item.encrypted and not password:
        return attrs.evolve(item, problem="password-missing", detail="it is encrypted, and no password was given")
    try:
        key = _load(block, password if item.encrypted else None)
    except Exception as exc:  # noqa: BLE001 - a hostile key must not end a reading, and its loader's errors have no common base
        return _failed(item, exc)
    return with_public(item, key)


def with_public(item: Item, key: Any) -> Item:
    """The item with the public half of a key that was loaded."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return attrs.evolve(item, public=spki, key=_words(public))


def _load(block: bytes, password: bytes | None) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it only grumbles about, it takes
        load = load_pem_private_key if b"-----BEGIN" in block else load_der_private_key
        key = load(block, password)
        key.public_key()
        return key


def _failed(item: Item, exc: Exception) -> Item:
    from cryptography.exceptions import UnsupportedAlgorithm

    if item.encrypted and isinstance(exc, ValueError):
        return attrs.evolve(item, problem="password-wrong", detail="it is encrypted, and the password does not open it")
    what = "an algorithm that is not known here" if isinstance(exc, UnsupportedAlgorithm) else "contents that are damaged or make no key"
    return attrs.evolve(item, problem="unreadable", detail=f"it has {what}")


def _words(public: Any) -> str:
    """The kind of a key: "RSA 2048", "EC secp256r1", "Ed25519"."""
    name = type(public).__name__.removesuffix("PublicKey").removeprefix("_")
    if (curve := getattr(public, "curve", None)) is not None:
        return f"EC {curve.name}"
    size = getattr(public, "key_size", None)
    return f"{name} {size}" if isinstance(size, int) else name
