"""Certificates made to order: an authority, its intermediates, and what they issue, sound or broken in one way.

    root = Authority.root("Test Root CA")
    issued = root.intermediate("Test Issuing CA").issue("server.example")
    issued.chain_pem, issued.key_pem, root.pem

Keys are made once for each kind and number, since RSA keys are slow to make. Nothing here is for production.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

USAGES = {
    "server": ExtendedKeyUsageOID.SERVER_AUTH,
    "client": ExtendedKeyUsageOID.CLIENT_AUTH,
    "email": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "code": ExtendedKeyUsageOID.CODE_SIGNING,
}
_HASHES: dict[str, Any] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
_CURVES: dict[str, Any] = {"ecdsa": ec.SECP256R1, "ecdsa-p384": ec.SECP384R1, "ecdsa-p521": ec.SECP521R1, "ecdsa-p192": ec.SECP192R1}


@functools.cache  # without a bound: the same number has to give the same key however many there are
def new_key(kind: str = "ecdsa", number: int = 0) -> Any:
    """A private key: "ecdsa" (P-256), "ecdsa-p384", "ecdsa-p521", "rsa" (2048 bits), "rsa4096" ..., "ed25519", "ed448", "dsa"; the same for the same number."""
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:] or 2048))
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    makers: dict[str, Any] = {"ed25519": ed25519.Ed25519PrivateKey, "ed448": ed448.Ed448PrivateKey}
    return makers[kind].generate()


def _name(common_name: str | None, organization: str | None) -> x509.Name:
    parts = [(NameOID.ORGANIZATION_NAME, organization), (NameOID.COMMON_NAME, common_name)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value is not None])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _digest(key: Any, name: str) -> Any:
    return None if isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)) else _HASHES[name]()


@attrs.frozen(kw_only=True)
class Window:
    """A validity period."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def around(cls, now: datetime | None = None, *, before: int = 30, after: int = 60) -> Window:
        """From `before` days before `now` to `after` days after it."""
        middle = now or datetime.now(UTC)
        return cls(not_before=middle - timedelta(days=before), not_after=middle + timedelta(days=after))


@attrs.frozen(kw_only=True, eq=False)
class Issued:
    """A certificate with its key, and the intermediates above it (the root is not among them)."""

    certificate: x509.Certificate
    private_key: Any
    issuers: tuple[x509.Certificate, ...] = ()
    root: x509.Certificate | None = None

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate alone, in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key in PEM."""
        found: bytes = self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return found

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The chain as a server should send it, in DER."""
        return (self.der, *(item.public_bytes(Encoding.DER) for item in self.issuers))

    @property
    def chain_pem(self) -> bytes:
        """The chain as a server should send it, in PEM."""
        return pem_of(self.certificate, *self.issuers)

    @property
    def full_chain_pem(self) -> bytes:
        """The chain with the root, which a server should not send."""
        return pem_of(self.certificate, *self.issuers, *([self.root] if self.root else []))


def pem_of(*certificates: x509.Certificate) -> bytes:
    """Certificates in PEM, one after another."""
    return b"".join(item.public_bytes(Encoding.PEM) for item in certificates)


@attrs.frozen(kw_only=True, eq=False)
class Authority:
    """A certificate authority: a root, or an intermediate below one."""

    issued: Issued
    window: Window

    @classmethod
    def root(
        cls, name: str = "Test Root CA", *, organization: str | None = "Test Trust", key: str = "ecdsa", number: int = 100, now: datetime | None = None
    ) -> Authority:
        """A self-signed authority."""
        window = Window.around(now, before=400, after=4000)
        issued = _make(_name(name, organization), None, new_key(key, number), window, authority=True)
        return cls(issued=issued, window=window)

    def intermediate(
        self, name: str = "Test Issuing CA", *, organization: str | None = "Test Trust", key: str = "ecdsa", number: int = 101, **faults: Any
    ) -> Authority:
        """An authority below this one; `faults` as for `issue`."""
        faults.setdefault("authority", True)
        issued = _make(_name(name, organization), self.issued, new_key(key, number), self.window, **faults)
        return Authority(issued=issued, window=self.window)

    def issue(
        self,
        *names: str,
        key: str = "ecdsa",
        number: int = 0,
        now: datetime | None = None,
        window: Window | None = None,
        common_name: str | None = None,
        organization: str | None = None,
        **faults: Any,
    ) -> Issued:
        """A certificate for names and addresses.

        `faults`: `usages` ("server", "client", "email", "code"; None: no extension), `hash` ("sha384" ...), `authority`, `issuer_urls`, `extensions` (of
        `cryptography`, critical or not), `subject_alt_name=False`, `path_length`.
        """
        first = common_name if common_name is not None else names[0] if names else None
        return _make(_name(first, organization), self.issued, new_key(key, number), window or Window.around(now), names=names, **faults)

    @property
    def pem(self) -> bytes:
        """The authority's own certificate in PEM: what a client has to trust."""
        return self.issued.pem


def self_signed(*names: str, key: str = "ecdsa", number: int = 0, now: datetime | None = None, window: Window | None = None, **faults: Any) -> Issued:
    """A certificate that has signed itself."""
    return _make(_name(names[0], None), None, new_key(key, number), window or Window.around(now), names=names, **faults)


def _make(
    subject: x509.Name,
    issuer: Issued | None,
    key: Any,
    window: Window,
    *,
    names: Sequence[str] = (),
    authority: bool = False,
    path_length: int | None = None,
    usages: Sequence[str] | None = ("server",),
    hash: str = "sha256",
    issuer_urls: Sequence[str] = (),
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    subject_alt_name: bool = True,
) -> Issued:
    signing_key = key if issuer is None else issuer.private_key
    above = subject if issuer is None else issuer.certificate.subject
    builder = x509.CertificateBuilder(above, subject, key.public_key(), x509.random_serial_number(), window.not_before, window.not_after)
    for extension, critical in _extensions(key, signing_key, authority, path_length):
        builder = builder.add_extension(extension, critical)
    if names and subject_alt_name:
        builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), False)
    if usages is not None and not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([USAGES[usage] for usage in usages]), False)
    if issuer_urls:
        method = AuthorityInformationAccessOID.CA_ISSUERS
        places = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for url in issuer_urls]
        builder = builder.add_extension(x509.AuthorityInformationAccess(places), False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(signing_key, _digest(signing_key, hash))
    issuers: tuple[x509.Certificate, ...] = ()
    root = certificate if issuer is None else issuer.root
    if issuer is not None and issuer.certificate is not issuer.root:
        issuers = (issuer.certificate, *issuer.issuers)
    return Issued(certificate=certificate, private_key=key, issuers=issuers, root=root)


def _extensions(
    key: Any, signing_key: Any, authority: bool, path_length: int | None
) -> list[tuple[x509.ExtensionType, bool]]:
    usage = dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
            "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    if authority:
        usage |= {"key_cert_sign": True, "crl_sign": True}
    else:
        usage |= {"digital_signature": True, "key_encipherment": isinstance(key, rsa.RSAPrivateKey)}
    return [
        (x509.BasicConstraints(ca=authority, path_length=path_length), True),
        (x509.KeyUsage(**usage), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), False),
    ]
