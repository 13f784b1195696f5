"""Trust stores: anchors from PEM, a file, a directory, certifi, the system, or certificates at hand. Read in full only where asked."""

from __future__ import annotations

import base64
import binascii
import functools
import os
import re
from collections.abc import Iterable, Mapping

from .certificate import Certificate
from .der import DerError, read_element
from .name_keys import NameKey, name_key
from .reading import read_certificate
from .remembering import remembered

_PEM = re.compile(rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----(.*?)-----END (?:TRUSTED |X509 )?CERTIFICATE-----", re.DOTALL)
MAX_STORE = 32 * 1024 * 1024
"""Larger than any store; what is larger is no store."""
_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/usr/local/share/certs/ca-root-nss.crt",
)  # fmt: skip


class StoreError(ValueError):
    """The trust store cannot be read, or holds no certificate."""


class TrustStore:
    """A named set of anchors, found by subject. `name` says in words where they come from."""

    def __init__(self, name: str, ders: Iterable[bytes]) -> None:
        self.name = name
        self._ders = tuple(dict.fromkeys(ders))
        self._members = frozenset(self._ders)

    @classmethod
    def from_certificates(cls, ders: Iterable[bytes], name: str = "the given certificates") -> TrustStore:
        """DER certificates."""
        return cls(name, ders)

    @classmethod
    def from_pem(cls, data: bytes, name: str = "the given PEM") -> TrustStore:
        """Every certificate of a PEM text; StoreError when there is none."""
        ders = pem_to_der(data)
        if not ders:
            raise StoreError(f"{name} holds no PEM certificate")
        return cls(name, ders)

    @classmethod
    def from_file(cls, path: str) -> TrustStore:
        """A PEM or DER file."""
        return cls(path, _file(path))

    @classmethod
    def from_directory(cls, path: str) -> TrustStore:
        """Every certificate file of a directory."""
        try:
            names = sorted(os.listdir(path))
        except OSError as exc:
            raise StoreError(f"{path}: {exc.strerror or exc}") from None
        ders: list[bytes] = []
        for name in names:
            full = os.path.join(path, name)
            if os.path.isfile(full):
                try:
                    ders += _file(full)
                except StoreError:
                    continue  # a directory of certificates holds other files too
        if not ders:
            raise StoreError(f"{path} holds no certificate")
        return cls(path, ders)

    @classmethod
    def certifi(cls) -> TrustStore:
        """Mozilla's roots, as certifi ships them."""
        import certifi

        return cls("certifi (Mozilla)", _file(certifi.where()))

    @classmethod
    def system(cls, environment: Mapping[str, str]) -> TrustStore:
        """The operating system's: SSL_CERT_FILE and SSL_CERT_DIR first, then where systems keep it."""
        if chosen := environment.get("SSL_CERT_FILE"):
            return cls.from_file(chosen)
        if chosen := environment.get("SSL_CERT_DIR"):
            return cls.from_directory(chosen)
        for path in _SYSTEM_FILES:
            if os.path.isfile(path):
                return cls(f"the system's ({path})", _file(path))
        raise StoreError("no trust store of the system was found")

    @functools.cached_property
    def _by_subject(self) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for der in self._ders:
            found.setdefault(_subject(der), []).append(der)
        return found

    @property
    def ders(self) -> tuple[bytes, ...]:
        """Every anchor in DER."""
        return self._ders

    @functools.cached_property
    def anchors(self) -> tuple[Certificate, ...]:
        """Every anchor, read in full."""
        return tuple(read_certificate(der) for der in self._ders)

    def find_by_subject(self, raw: bytes) -> tuple[Certificate, ...]:
        """The anchors with a subject, given as DER."""
        return tuple(read_certificate(der) for der in self._by_subject.get(raw, ()))

    @functools.cached_property
    def _by_name(self) -> dict[NameKey, list[bytes]]:
        found: dict[NameKey, list[bytes]] = {}
        for raw, ders in self._by_subject.items():
            found.setdefault(name_key(raw), []).extend(ders)
        return found

    def find_by_name(self, raw: bytes) -> tuple[Certificate, ...]:
        """The anchors whose subject is the same name, however it is written (RFC 5280 section 7.1)."""
        return tuple(read_certificate(der) for der in self._by_name.get(name_key(raw), ()))

    def contains(self, certificate: Certificate) -> bool:
        """Whether this very certificate is an anchor."""
        return certificate.der in self._members

    def __len__(self) -> int:
        return len(self._ders)


def pem_to_der(data: bytes) -> list[bytes]:
    """Every certificate of a PEM text, in order; damaged blocks are left out."""
    found = []
    for block in _PEM.findall(data):
        try:
            found.append(base64.b64decode(block, validate=False))
        except binascii.Error:
            continue
    return found


def _file(path: str) -> tuple[bytes, ...]:
    try:
        status = os.stat(path)
        if status.st_size > MAX_STORE:
            raise StoreError(f"{path} has {status.st_size} bytes: that is no trust store")
        return _cached(path, status.st_mtime_ns, status.st_size)
    except OSError as exc:
        raise StoreError(f"{path}: {exc.strerror or exc}") from None


@functools.lru_cache(maxsize=512)
def _cached(path: str, changed: int, size: int) -> tuple[bytes, ...]:
    with open(path, "rb") as file:
        data = file.read(MAX_STORE)
    if found := pem_to_der(data):
        return tuple(found)
    try:
        read_element(data).expect(0x30)
    except DerError:
        raise StoreError(f"{path} holds no certificate") from None
    return (data,)


@remembered(4096)
def _subject(der: bytes) -> bytes:
    """The subject's DER, without reading the rest."""
    try:
        parts = read_element(der).children()[0].children()
        return parts[5 if parts[0].tag == 0xA0 else 4].raw
    except (DerError, IndexError):
        return b""
