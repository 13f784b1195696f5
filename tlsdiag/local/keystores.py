"""Java key stores, without keytool: JKS (the reader below) and PKCS#12 (by cryptography).

JKS, big-endian: magic FEEDFEED, version, count; then entries: a tag (1: key, 2: trusted certificate), the alias (2 bytes of length), 8 bytes of time;
a trusted certificate has its type and its DER, a key its bytes and a chain of such certificates. The digest at the end needs the password and is
not verified: whoever can read the file can see what it holds.
"""

from __future__ import annotations

import struct
import warnings

_JKS, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_PASSWORDS = (None, b"changeit", b"")
"""PKCS#12 without a password is the default since Java 18; "changeit" is what Java's own store had before."""
MAX_ENTRIES = 20_000


class KeystoreError(ValueError):
    """The store cannot be read here."""


def is_keystore(data: bytes) -> bool:
    """Whether the bytes are a Java key store: JKS, or the outer SEQUENCE of PKCS#12 with its version 3."""
    return data[:4] in (_JKS, _JCEKS) or (data[:1] == b"\x30" and b"\x02\x01\x03\x30" in data[:16])


def read_keystore(data: bytes) -> tuple[bytes, ...]:
    """The trusted certificates in DER; `KeystoreError` when the store is damaged or of a kind that cannot be read here."""
    if data[:4] == _JKS:
        return _Jks(data).certificates()
    if data[:4] == _JCEKS:
        raise KeystoreError("a JCEKS store cannot be read here; keytool -list shows what is in it")
    return _pkcs12(data)


def _pkcs12(data: bytes) -> tuple[bytes, ...]:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    for password in _PASSWORDS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what it only grumbles about, it takes
                found = pkcs12.load_pkcs12(data, password)
                return tuple(item.certificate.public_bytes(Encoding.DER) for item in found.additional_certs)
        except ValueError:
            continue
    raise KeystoreError("a PKCS#12 store with a password of its own; keytool -list shows what is in it")


class _Jks:
    """A bounded reader of one store."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 4

    def certificates(self) -> tuple[bytes, ...]:
        """Those of the trusted entries."""
        version, count = self._number(4), self._number(4)
        if version not in (1, 2) or count > MAX_ENTRIES:
            raise KeystoreError(f"a JKS store of version {version} with {count} entries")
        found = []
        for _ in range(count):
            tag = self._number(4)
            self._bytes(self._number(2))  # alias
            self._bytes(8)  # when it was added
            if tag == 2:
                found.append(self._certificate(version))
            elif tag == 1:
                self._bytes(self._number(4))
                for _ in range(min(self._number(4), MAX_ENTRIES)):
                    self._certificate(version)
            else:
                raise KeystoreError(f"a JKS store with an entry of the unknown kind {tag}")
        return tuple(found)

    def _certificate(self, version: int) -> bytes:
        if version == 2:
            self._bytes(self._number(2))  # "X.509"
        return self._bytes(self._number(4))

    def _number(self, size: int) -> int:
        value: int = struct.unpack(">I", self._bytes(size).rjust(4, b"\0"))[0]
        return value

    def _bytes(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise KeystoreError("a JKS store that was cut short")
        found, self._at = self._data[self._at : end], end
        return found
