"""A client certificate with its key, ready to be presented in either generation of the handshake."""

from __future__ import annotations

import attrs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from ..certificates.stores import pem_to_der
from .signatures import public_key_of


class CredentialError(ValueError):
    """The certificate or the key cannot be read, or they do not belong together."""


@attrs.frozen(kw_only=True, eq=False)
class ClientCredential:
    """Certificates in DER, the client's own first, and its private key."""

    certificates: tuple[bytes, ...]
    private_key: PrivateKeyTypes = attrs.field(repr=False)

    @classmethod
    def from_pem(cls, certificates: bytes, key: bytes, password: bytes | None = None) -> ClientCredential:
        """Read PEM; `CredentialError` says which of the two is wrong and why."""
        chain = pem_to_der(certificates)
        public_key = public_key_of(chain[0]) if chain else None
        if public_key is None:
            raise CredentialError("the client certificate cannot be read: there is none in the file, or its key is damaged or of an unknown kind")
        try:
            private_key = load_pem_private_key(key, password)
        except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
            raise CredentialError(f"the client's key cannot be read: {exc}") from None
        if _spki(public_key) != _spki(private_key.public_key()):
            raise CredentialError("the client's key does not belong to its certificate")
        return cls(certificates=tuple(chain), private_key=private_key)


def _spki(key: object) -> bytes:
    found: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return found
