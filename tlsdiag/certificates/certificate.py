"""A certificate as facts. `read_certificate` never raises: what cannot be read is a `Problem`, and the rest is there all the same.

Reading is in `reading`, what the facts mean is in `paths`, `names`, `keys` and `chain`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import attrs

from . import oids
from .problems import Grade, grade_of


@attrs.frozen(kw_only=True)
class Problem:
    """Something in a certificate that is not as RFC 5280 wants it.

    `code` is one of `problems.PROBLEMS`, which say whom it disturbs; `offset` counts bytes from the start of the certificate; `extension` is the
    dotted OID where the problem lies in an extension, else "".
    """

    code: str
    detail: str
    offset: int = 0
    extension: str = ""

    @property
    def grade(self) -> Grade:
        """Whom it disturbs: every client, strict ones, or nobody."""
        return grade_of(self.code, self.extension)


@attrs.frozen(kw_only=True)
class Name:
    """A distinguished name: its DER, and its attributes in order."""

    raw: bytes = b""
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """Most specific part first, much as in RFC 4514."""
        parts = (f"{oids.NAMES.get(oid, oid)}={_escaped(value)}" for oid, value in reversed(self.attributes))
        return ", ".join(parts)

    def first(self, oid: str) -> str | None:
        """The first value of an attribute."""
        return next((value for kind, value in self.attributes if kind == oid), None)

    @property
    def common_name(self) -> str | None:
        """CN."""
        return self.first("2.5.4.3")

    @property
    def common_names(self) -> tuple[str, ...]:
        """Every CN, in the order of the name: the last is the most specific."""
        return tuple(value for kind, value in self.attributes if kind == "2.5.4.3")

    @property
    def organization(self) -> str | None:
        """O."""
        return self.first("2.5.4.10")


def _escaped(value: str) -> str:
    return "".join("\\" + char if char in ',+"\\<>;' else char for char in value)


@attrs.frozen(kw_only=True)
class GeneralName:
    """A GeneralName (RFC 5280 section 4.2.1.6).

    `kind` is its name in the RFC: "dNSName", "iPAddress", "rfc822Name", "uniformResourceIdentifier", "directoryName", "registeredID", "otherName",
    "x400Address" or "ediPartyName". `value` is the content as it is encoded (a directoryName's is the DER of its Name), `text` the same for people.
    """

    kind: str
    value: bytes
    text: str


@attrs.frozen(kw_only=True)
class AuthorityKeyIdentifier:
    """Which key has signed (RFC 5280 section 4.2.1.1): by its identifier, or by its certificate's issuer and serial number, or both."""

    key_id: bytes | None = None
    issuer: tuple[GeneralName, ...] = ()
    serial: int | None = None


@attrs.frozen(kw_only=True)
class KeyInfo:
    """A public key: its kind ("RSA", "EC", "Ed25519", ...), size in bits, and what the kind has besides.

    `curve` is "explicit" where the parameters are written out; a kind that is not known here is its dotted OID. `modulus` is that of an RSA key;
    `oid` is the algorithm as it stands, for a key that may only sign in one way is of the kind RSA too (RSASSA-PSS, 1.2.840.113549.1.1.10).
    """

    kind: str = "unknown"
    bits: int | None = None
    curve: str | None = None
    exponent: int | None = None
    modulus: int | None = attrs.field(default=None, repr=False)
    oid: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.curve or self.bits or ''}".strip()


@attrs.frozen(kw_only=True)
class SignatureInfo:
    """A signature algorithm; `hash` is None where the key decides."""

    oid: str = ""
    name: str = "unknown"
    hash: str | None = None


@attrs.frozen(kw_only=True)
class Extension:
    """An extension, raw; `offset` is where its value begins in the certificate."""

    oid: str
    critical: bool
    value: bytes
    offset: int = attrs.field(default=0, eq=False)


@attrs.frozen(kw_only=True, eq=False)
class Certificate:
    """One certificate. Equal when its bytes are equal.

    `general_names` is the whole subjectAltName in order; `dns_names`, `ip_addresses` and `other_names` are the same as texts, kind by kind.
    `policies` are OIDs, `tls_features` extension numbers (RFC 7633; 5 is must-staple), `sct_list` serialized SCTs (RFC 6962 section 3.3).
    `inner_signature_algorithm` is the one that the signed part names. Facts of an extension that is not there are None or empty.
    """

    der: bytes = attrs.field(repr=False)
    problems: tuple[Problem, ...] = ()
    version: int = 0
    serial: int | None = None
    subject: Name = Name()
    issuer: Name = Name()
    not_before: datetime | None = None
    not_after: datetime | None = None
    key: KeyInfo = KeyInfo()
    spki: bytes = attrs.field(default=b"", repr=False)
    tbs: bytes = attrs.field(default=b"", repr=False)
    signature: bytes = attrs.field(default=b"", repr=False)
    signature_algorithm: SignatureInfo = SignatureInfo()
    signature_parameters: bytes = attrs.field(default=b"", repr=False)
    inner_signature_algorithm: SignatureInfo = SignatureInfo()
    extensions: tuple[Extension, ...] = attrs.field(default=(), repr=False)
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    general_names: tuple[GeneralName, ...] = attrs.field(default=(), repr=False)
    is_ca: bool | None = None
    path_length: int | None = None
    key_usage: frozenset[str] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    subject_key_id: bytes | None = None
    authority_key_id: bytes | None = None
    authority_key: AuthorityKeyIdentifier | None = None
    policies: tuple[str, ...] = ()
    tls_features: tuple[int, ...] = ()
    sct_list: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    is_precertificate: bool = False
    ca_issuers: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    crl_urls: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    @property
    def sha256(self) -> str:
        """The fingerprint, in hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def is_self_issued(self) -> bool:
        """True when subject and issuer are the same name (RFC 5280 section 3.2)."""
        return bool(self.subject.raw) and self.subject.raw == self.issuer.raw

    @property
    def readable(self) -> bool:
        """True when at least names, validity and key could be read."""
        return bool(self.spki) and self.not_after is not None

    @property
    def loads(self) -> bool:
        """Whether the `cryptography` library accepts it: one strict reader of many, and another one with each release. No judgement hangs on it."""
        from .reading import loads

        return loads(self.der)

    @property
    def label(self) -> str:
        """A short text for people: CN, else the first name, else the subject, else the fingerprint."""
        first = self.dns_names[0] if self.dns_names else None
        return self.subject.common_name or first or self.subject.text or f"SHA-256 {self.sha256[:16]}"

    def extension(self, oid: str) -> Extension | None:
        """The first extension of a kind."""
        return next((item for item in self.extensions if item.oid == oid), None)
