"""The trust store of a target: what it names, or what its client uses."""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..certificates import StoreError, TrustStore
from ..local import python_user, read_place, read_places
from ..plugin import Target, Trust


def store_of(target: Target, environment: Mapping[str, str]) -> TrustStore:
    """The store that the target's certificate is judged by; `StoreError` when it cannot be read."""
    if target.trust is None:
        return _of_client(target.client, environment)
    return store_named(target.trust, environment)


def store_named(trust: Trust, environment: Mapping[str, str]) -> TrustStore:
    """A store as a caller names it; `StoreError` when it cannot be read."""
    if trust is None:
        return _default(environment)
    if trust == "certifi":
        return TrustStore.certifi()
    if trust == "system":
        return TrustStore.system(environment)
    if isinstance(trust, (str, Path)):
        return _given(os.fspath(trust))
    return TrustStore.from_pem(pem_of(trust), "the given certificates")


def _of_client(client: ssl.SSLContext | None, environment: Mapping[str, str]) -> TrustStore:
    if client is not None:
        loaded = client.get_ca_certs(binary_form=True)
        if loaded:
            return TrustStore.from_certificates(loaded, "the client's context")
        # a directory of authorities is read by OpenSSL on demand and cannot be listed
    return _default(environment)


def _given(where: str) -> TrustStore:
    """A directory is read in full, whatever its files are called; a file as strictly as OpenSSL reads it."""
    place = read_place(where)
    if place.kind == "directory":
        return TrustStore.from_directory(where)
    if place.problem:
        raise StoreError(place.detail)
    return TrustStore.from_certificates(place.ders, where)


def _default(environment: Mapping[str, str]) -> TrustStore:
    """OpenSSL's default places together: the file, and the directories."""
    user = python_user(environment)
    places = read_places(user.files, user.directories)
    filled = [place for place in places if place.ders]
    if not filled:
        raise StoreError("; ".join(place.detail for place in places) or "no place for authorities is configured")
    return TrustStore.from_certificates([der for place in filled for der in place.ders], filled[0].path)


def other_stores(chosen: TrustStore, environment: Mapping[str, str]) -> list[TrustStore]:
    """Well-known stores beside the chosen one: an authority that they have is public."""
    found = []
    for make in (TrustStore.certifi, lambda: TrustStore.system(environment)):
        try:
            store = make()
        except StoreError:
            continue
        if store.name != chosen.name:
            found.append(store)
    return found


def pem_of(trust: bytes | Sequence[object] | Any) -> bytes:
    """PEM of what the caller gave as certificates: PEM or DER bytes, parsed certificates, or a sequence of these."""
    if isinstance(trust, bytes):
        return trust if b"-----BEGIN" in trust else _pem(trust)
    if isinstance(trust, Sequence) and not isinstance(trust, str):
        return b"".join(pem_of(item) for item in trust)
    der = _der_of(trust)
    if der is None:
        raise StoreError(f"trust cannot take a {type(trust).__name__}")
    return _pem(der)


def _der_of(item: Any) -> bytes | None:
    if isinstance(der := getattr(item, "der", None), bytes):
        return der
    if not hasattr(item, "public_bytes"):
        return None
    from cryptography.hazmat.primitives.serialization import Encoding

    found: bytes = item.public_bytes(Encoding.DER)
    return found


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
