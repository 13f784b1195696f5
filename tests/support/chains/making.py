"""Certificates to measure, written element by element (RFC 5280 section 4.1), since a library refuses to make what clients have to judge.

`made("leaf", by=authority, after=-1)` is a certificate like any other but for the one thing that is named. Keys belong to labels: the same label has the
same key.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from failures.forge import BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, SEQUENCE, der

from tlsdiag.testing.certificates import USAGES, new_key

NAME = "server.example"
NOW = datetime.now(UTC).replace(microsecond=0)
"""The chains are made around the present: several of the clients cannot be told another time."""

EXTENSION_IDS = {
    "constraints": "2.5.29.19", "usage": "2.5.29.15", "extended": "2.5.29.37", "names": "2.5.29.17", "subject-key": "2.5.29.14", "authority-key": "2.5.29.35",
    "permitted": "2.5.29.30", "policies": "2.5.29.32", "policy-constraints": "2.5.29.36", "inhibit-any": "2.5.29.54", "features": "1.3.6.1.5.5.7.1.24",
    "private": "1.3.6.1.4.1.55555.1",
}  # fmt: skip
_ALGORITHMS = {
    "ecdsa-sha256": "300a06082a8648ce3d040302", "ecdsa-sha384": "300a06082a8648ce3d040303", "ecdsa-sha512": "300a06082a8648ce3d040304",
    "ecdsa-sha1": "300906072a8648ce3d0401", "ecdsa-null": "300c06082a8648ce3d0403020500",
    "rsa-sha256": "300d06092a864886f70d01010b0500", "rsa-sha384": "300d06092a864886f70d01010c0500", "rsa-sha512": "300d06092a864886f70d01010d0500",
    "rsa-sha1": "300d06092a864886f70d0101050500", "rsa-md5": "300d06092a864886f70d0101040500", "rsa-absent": "300b06092a864886f70d01010b",
    "pss-sha256": "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120",
    "ed25519": "300506032b6570", "ed448": "300506032b6571", "dsa-sha256": "300b0609608648016503040302",
}  # fmt: skip
_HASHES: dict[str, Any] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512, "sha1": hashes.SHA1, "md5": hashes.MD5}

Extra = tuple[str, bool, bytes]


@attrs.frozen(kw_only=True, eq=False)
class Made:
    """A certificate, and what is needed to issue below it."""

    der: bytes = attrs.field(repr=False)
    subject: bytes
    issuer: bytes
    serial: int
    key: Any
    key_id: bytes


@functools.cache
def key_for(label: str, kind: str = "ecdsa") -> Any:
    """The private key of a label, or its public key in DER where it is of a kind that nobody can or should sign with."""
    if kind in ("rsa512", "rsa-exponent-1", "rsa-exponent-3"):
        size, exponent = (512, 65537) if kind == "rsa512" else (2048, int(kind[-1]))
        return _rsa_public(size, exponent)
    if kind == "secp256k1":
        return ec.generate_private_key(ec.SECP256K1())
    return new_key(kind, int.from_bytes(hashlib.sha256(label.encode()).digest()[:4], "big"))


def _rsa_public(size: int, exponent: int) -> bytes:
    modulus = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n >> (2048 - size) | 1
    key = der(SEQUENCE, _integer(modulus) + _integer(exponent))
    return der(SEQUENCE, bytes.fromhex("300d06092a864886f70d0101010500") + der(BIT_STRING, b"\0" + key))


def spki_of(key: Any) -> bytes:
    """The SubjectPublicKeyInfo in DER."""
    if isinstance(key, bytes):
        return key
    found: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found


def name(common_name: str | None, organization: str | None = "Matrix Trust") -> bytes:
    """A distinguished name in DER."""
    parts = [(NameOID.ORGANIZATION_NAME, organization), (NameOID.COMMON_NAME, common_name)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value is not None]).public_bytes()


def made(
    label: str,
    *,
    by: Made | None = None,
    authority: bool = False,
    key: str = "ecdsa",
    key_label: str | None = None,
    subject: bytes | None = None,
    issuer: bytes | None = None,
    before: float = -30,
    after: float | None = None,
    names: Sequence[str] = (),
    serial: int | None = None,
    version: int = 3,
    algorithm: str | None = None,
    inner: str | None = None,
    signer: Any = None,
    damaged: bool = False,
    dates: bytes | None = None,
    raw_key: bytes | None = None,
    **extensions: Any,
) -> Made:
    """A certificate for `label` by an issuer, or by itself; `before` and `after` in days from now.

    `extensions` are named as in `EXTENSION_IDS`, with underscores: None leaves one out, `critical_usage=False` marks it otherwise, bytes are its content as it
    is; `extra=[(name or dotted OID, critical, content)]` adds more.
    """
    own = key_for(key_label or label, key)
    subject = name(label) if subject is None else subject
    above = subject if by is None else by.subject
    above = above if issuer is None else issuer
    signing = signer or (own if by is None else by.key)
    number = serial if serial is not None else int.from_bytes(hashlib.sha256(f"{label} {NOW}".encode()).digest()[:12], "big")
    key_id = _key_id(own)
    chosen = algorithm or _algorithm_of(signing)
    window = _window(before, after if after is not None else 3000 if authority else 60) if dates is None else dates
    parts = [
        der(0xA0, _integer(version - 1)) if version > 1 else b"", _integer(number), bytes.fromhex(_ALGORITHMS[inner or chosen]), above, window, subject,
        raw_key or spki_of(own),
    ]  # fmt: skip
    if version >= 3 or extensions.pop("extensions_all_the_same", False):
        parts.append(_extensions(own, by, key_id if by is None else by.key_id, key_id, authority, names, extensions))
    tbs = der(SEQUENCE, b"".join(parts))
    signature = _signed(signing, tbs, chosen)
    signature = signature[:-1] + bytes([signature[-1] ^ 1]) if damaged else signature
    whole = der(SEQUENCE, tbs + bytes.fromhex(_ALGORITHMS[chosen]) + der(BIT_STRING, b"\0" + signature))
    return Made(der=whole, subject=subject, issuer=above, serial=number, key=own, key_id=key_id)


def _window(before: float, after: float) -> bytes:
    return der(SEQUENCE, time(NOW + timedelta(days=before)) + time(NOW + timedelta(days=after)))


def time(moment: datetime) -> bytes:
    """UTCTime as far as it reaches, GeneralizedTime beyond (RFC 5280 section 4.1.2.5)."""
    return der(0x17, moment.strftime("%y%m%d%H%M%SZ").encode()) if moment.year < 2050 else der(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def _integer(number: int) -> bytes:
    return der(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def _key_id(key: Any) -> bytes:
    return hashlib.sha1(spki_of(key)).digest()  # an identifier


def _algorithm_of(key: Any) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {"secp384r1": "ecdsa-sha384", "secp521r1": "ecdsa-sha512"}.get(key.curve.name, "ecdsa-sha256")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    return "rsa-sha256" if isinstance(key, rsa.RSAPrivateKey) else "dsa-sha256" if isinstance(key, dsa.DSAPrivateKey) else "ed448"


def _signed(key: Any, tbs: bytes, algorithm: str) -> bytes:
    kind, _, digest = algorithm.partition("-")
    made_of = _HASHES.get(digest, hashes.SHA256)()
    if isinstance(key, rsa.RSAPrivateKey):
        way = padding.PSS(padding.MGF1(made_of), 32) if kind == "pss" else padding.PKCS1v15()
        return key.sign(tbs, way, made_of)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(tbs, ec.ECDSA(made_of))
    signature: bytes = key.sign(tbs, made_of) if isinstance(key, dsa.DSAPrivateKey) else key.sign(tbs)
    return signature


def extension(kind: str, critical: bool, content: bytes) -> bytes:
    """One extension in DER, by its name here or its OID."""
    oid = x509.ObjectIdentifier(EXTENSION_IDS.get(kind, kind))
    flag = der(BOOLEAN, b"\xff") if critical else b""
    return der(SEQUENCE, oid_der(oid.dotted_string) + flag + der(OCTET_STRING, content))


def oid_der(dotted: str) -> bytes:
    """An object identifier in DER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = b"".join(_base_128(number) for number in (first * 40 + second, *rest))
    return der(0x06, content)


def _base_128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def _extensions(
    key: Any, by: Made | None, above_id: bytes, key_id: bytes, authority: bool, names: Sequence[str], wanted: Mapping[str, Any]
) -> bytes:
    options = {key.replace("_", "-"): value for key, value in wanted.items()}
    contents: dict[str, bytes | None] = {
        "constraints": constraints(authority, options.pop("path-length", None)), "usage": usage(*_usual(key, authority)),
        "extended": None if authority else extended("server"), "names": alternative(*names) if names else None,
        "subject-key": der(OCTET_STRING, key_id), "authority-key": der(SEQUENCE, der(0x80, above_id)),
    }  # fmt: skip
    critical = {"constraints": True, "usage": True, "permitted": True, "policy-constraints": True, "inhibit-any": True}
    extra: Sequence[Extra] = options.pop("extra", ())
    for kind in list(options):
        if kind.startswith("critical-"):
            critical[kind.removeprefix("critical-")] = options.pop(kind)
    written = [extension(kind, critical.get(kind, False), content) for kind, content in {**contents, **options}.items() if content is not None]
    return der(0xA3, der(SEQUENCE, b"".join([*written, *(extension(*item) for item in extra)])))


def _usual(key: Any, authority: bool) -> tuple[str, ...]:
    if authority:
        return ("key_cert_sign", "crl_sign")
    return ("digital_signature", "key_encipherment") if isinstance(key, (rsa.RSAPrivateKey, bytes)) else ("digital_signature",)


# What goes into an extension


def constraints(authority: bool, path_length: int | None = None) -> bytes:
    """basicConstraints."""
    return x509.BasicConstraints(authority, path_length).public_bytes()


def usage(*bits: str) -> bytes:
    """keyUsage, with cryptography's names for the bits."""
    order = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    value = sum(0x80 >> number for number, bit in enumerate(order) if bit in bits)
    unused = (value & -value).bit_length() - 1 if value else 0
    return der(BIT_STRING, bytes([unused, value]) if value else b"\0")


def extended(*purposes: str) -> bytes:
    """extendedKeyUsage: "server", "client", "email", "code", "any", or a dotted OID."""
    known = {**{purpose: oid.dotted_string for purpose, oid in USAGES.items()}, "any": "2.5.29.37.0"}
    return der(SEQUENCE, b"".join(oid_der(known.get(purpose, purpose)) for purpose in purposes))


def alternative(*texts: str) -> bytes:
    """subjectAltName of dNSNames and iPAddresses; "email:", "uri:" and "dns:" before a text choose."""
    return der(SEQUENCE, b"".join(_general(text) for text in texts))


def _general(text: str) -> bytes:
    kind, colon, rest = text.partition(":")
    if colon and kind in ("email", "dns", "uri"):
        return der({"email": 0x81, "dns": 0x82, "uri": 0x86}[kind], rest.encode("latin-1"))
    if kind == "directory":
        return der(0xA4, name(rest, None))
    try:
        return der(0x87, ipaddress.ip_address(text).packed)
    except ValueError:
        return der(0x82, text.encode("latin-1"))


def subtrees(*, permitted: Sequence[bytes] = (), excluded: Sequence[bytes] = ()) -> bytes:
    """nameConstraints of GeneralNames in DER."""
    groups = [(0xA0, permitted), (0xA1, excluded)]
    return der(SEQUENCE, b"".join(der(tag, b"".join(der(SEQUENCE, item) for item in items)) for tag, items in groups if items))


def base(text: str) -> bytes:
    """A base of nameConstraints: a network as "192.0.2.0/24", else as in `alternative`."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        return _general(text)
    return der(0x87, network.network_address.packed + network.netmask.packed)
