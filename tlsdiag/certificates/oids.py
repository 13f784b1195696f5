"""Object identifiers that certificates use, with the names that people read (RFC 5280, RFC 4514, RFC 8017, RFC 5758, RFC 8410, RFC 9881)."""

from __future__ import annotations

import attrs


@attrs.frozen
class Signature:
    """A signature algorithm: its name, its key's kind and its hash; None where the key decides or the parameters do."""

    name: str
    key: str
    hash: str | None


SIGNATURES: dict[str, Signature] = {
    "1.2.840.113549.1.1.2": Signature("md2WithRSAEncryption", "RSA", "md2"),
    "1.2.840.113549.1.1.4": Signature("md5WithRSAEncryption", "RSA", "md5"),
    "1.2.840.113549.1.1.5": Signature("sha1WithRSAEncryption", "RSA", "sha1"),
    "1.2.840.113549.1.1.14": Signature("sha224WithRSAEncryption", "RSA", "sha224"),
    "1.2.840.113549.1.1.11": Signature("sha256WithRSAEncryption", "RSA", "sha256"),
    "1.2.840.113549.1.1.12": Signature("sha384WithRSAEncryption", "RSA", "sha384"),
    "1.2.840.113549.1.1.13": Signature("sha512WithRSAEncryption", "RSA", "sha512"),
    "1.2.840.113549.1.1.10": Signature("rsassaPss", "RSA-PSS", None),
    "1.2.840.10045.4.1": Signature("ecdsa-with-SHA1", "EC", "sha1"),
    "1.2.840.10045.4.3.1": Signature("ecdsa-with-SHA224", "EC", "sha224"),
    "1.2.840.10045.4.3.2": Signature("ecdsa-with-SHA256", "EC", "sha256"),
    "1.2.840.10045.4.3.3": Signature("ecdsa-with-SHA384", "EC", "sha384"),
    "1.2.840.10045.4.3.4": Signature("ecdsa-with-SHA512", "EC", "sha512"),
    "1.2.840.10040.4.3": Signature("dsa-with-sha1", "DSA", "sha1"),
    "2.16.840.1.101.3.4.3.2": Signature("dsa-with-sha256", "DSA", "sha256"),
    "1.3.101.112": Signature("Ed25519", "Ed25519", None),
    "1.3.101.113": Signature("Ed448", "Ed448", None),
    "2.16.840.1.101.3.4.3.17": Signature("ML-DSA-44", "ML-DSA-44", None),
    "2.16.840.1.101.3.4.3.18": Signature("ML-DSA-65", "ML-DSA-65", None),
    "2.16.840.1.101.3.4.3.19": Signature("ML-DSA-87", "ML-DSA-87", None),
}
KEYS: dict[str, tuple[str, int | None]] = {
    "1.2.840.113549.1.1.1": ("RSA", None),
    "1.2.840.113549.1.1.10": ("RSA", None),
    "1.2.840.10045.2.1": ("EC", None),
    "1.2.840.10040.4.1": ("DSA", None),
    "1.3.101.112": ("Ed25519", 256),
    "1.3.101.113": ("Ed448", 456),
    "2.16.840.1.101.3.4.3.17": ("ML-DSA-44", None),
    "2.16.840.1.101.3.4.3.18": ("ML-DSA-65", None),
    "2.16.840.1.101.3.4.3.19": ("ML-DSA-87", None),
}
CURVES: dict[str, tuple[str, int]] = {
    "1.2.840.10045.3.1.1": ("secp192r1", 192),
    "1.3.132.0.33": ("secp224r1", 224),
    "1.2.840.10045.3.1.7": ("secp256r1", 256),
    "1.3.132.0.34": ("secp384r1", 384),
    "1.3.132.0.35": ("secp521r1", 521),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
}
NAMES: dict[str, str] = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.840.113549.1.9.1": "emailAddress",
}
SUBJECT_KEY_IDENTIFIER, KEY_USAGE, SUBJECT_ALT_NAME = "2.5.29.14", "2.5.29.15", "2.5.29.17"
BASIC_CONSTRAINTS, NAME_CONSTRAINTS, CRL_POINTS = "2.5.29.19", "2.5.29.30", "2.5.29.31"
POLICIES, AUTHORITY_KEY_IDENTIFIER, EXTENDED_KEY_USAGE = "2.5.29.32", "2.5.29.35", "2.5.29.37"
AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1"
OCSP, CA_ISSUERS = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"
SERVER_AUTH, CLIENT_AUTH, ANY_USAGE = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"
USAGES: dict[str, str] = {
    SERVER_AUTH: "serverAuth",
    CLIENT_AUTH: "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    ANY_USAGE: "anyExtendedKeyUsage",
}
#: Extensions whose meaning is known here; another one that is critical has to be refused (RFC 5280 section 4.2).
UNDERSTOOD = frozenset({
    SUBJECT_KEY_IDENTIFIER, KEY_USAGE, SUBJECT_ALT_NAME, BASIC_CONSTRAINTS, NAME_CONSTRAINTS, CRL_POINTS, POLICIES,
    AUTHORITY_KEY_IDENTIFIER, EXTENDED_KEY_USAGE, AUTHORITY_INFORMATION, "2.5.29.33", "2.5.29.36", "2.5.29.54", "2.5.29.18",
    "1.3.6.1.5.5.7.1.24", "1.3.6.1.4.1.11129.2.4.2",
})  # fmt: skip
