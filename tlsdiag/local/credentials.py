"""The files of a client certificate: can they be read, and do certificate and key belong together? Nothing of the key is kept."""

from __future__ import annotations

from typing import Any

import attrs

from .files import read_file
from .places import read_bundle

MAX_FILE = 1_000_000


@attrs.frozen(kw_only=True)
class CredentialFiles:
    """What was read; the fields are those of `ClientCredentials`."""

    certificates: tuple[bytes, ...] = ()
    key_kind: str = ""
    key_position: int | None = None
    problem: str = ""
    detail: str = ""


def read_credential(certificate: object, key: object, password: str | bytes | None) -> CredentialFiles:
    """Read both, from paths or PEM bytes; never raises."""
    try:
        data = _content(certificate)
        chain, _ = read_bundle(data)
    except OSError as exc:
        return CredentialFiles(problem="certificate-unreadable", detail=f"{_shown(certificate)}: {exc.strerror or exc}")
    if not chain:
        instead = ", but a private key: certificate and key may be exchanged" if b"PRIVATE KEY-----" in data else ""
        return CredentialFiles(problem="certificate-unreadable", detail=f"{_shown(certificate)} holds no PEM certificate{instead}")
    found = CredentialFiles(certificates=chain)
    try:
        return _with_key(found, _content(key), password, _shown(key))
    except OSError as exc:
        return attrs.evolve(found, problem="key-unreadable", detail=f"{_shown(key)}: {exc.strerror or exc}")


def _with_key(found: CredentialFiles, data: bytes, password: str | bytes | None, shown: str) -> CredentialFiles:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    locked = b"ENCRYPTED" in data
    if locked and not password:
        return attrs.evolve(found, problem="password-missing", detail=f"{shown} is encrypted, and no password was given")
    secret = password.encode() if isinstance(password, str) else password
    try:
        key = load_pem_private_key(data, secret if locked else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        if locked and isinstance(exc, ValueError):
            return attrs.evolve(found, problem="password-wrong", detail=f"{shown} is encrypted, and the password does not open it")
        return attrs.evolve(found, problem="key-unreadable", detail=f"{shown} holds no private key that can be read")
    return _compared(found, key, shown)


def _compared(found: CredentialFiles, key: Any, shown: str) -> CredentialFiles:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from ..certificates import read_certificate

    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    chain = [read_certificate(der) for der in found.certificates]
    position = next((at for at, item in enumerate(chain) if item.spki == public), None)
    read = attrs.evolve(found, key_kind=chain[position].key.kind if position is not None else "", key_position=position)
    if position == 0:
        return read
    if position is not None:
        detail = f"{shown} belongs to certificate {position + 1} of the file ({chain[position].label}); its own certificate has to come first"
    else:
        more = f" nor to one of the {len(chain) - 1} after it" if len(chain) > 1 else ""
        detail = f"{shown} does not belong to the certificate {chain[0].label}{more}"
    return attrs.evolve(read, problem="key-mismatch", detail=detail)


def _content(source: object) -> bytes:
    if isinstance(source, bytes):
        return source
    return read_file(str(source), MAX_FILE)


def _shown(source: object) -> str:
    return "the given PEM" if isinstance(source, bytes) else str(source)
