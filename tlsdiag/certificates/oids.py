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
    "2.16.840.1.101.3.4.3.13": Signature("rsa-with-sha3-224", "RSA", "sha3-224"),
    "2.16.840.1.101.3.4.3.14": Signature("rsa-with-sha3-256", "RSA", "sha3-256"),
    "2.16.840.1.101.3.4.3.15": Signature("rsa-with-sha3-384", "RSA", "sha3-384"),
    "2.16.840.1.101.3.4.3.16": Signature("rsa-with-sha3-512", "RSA", "sha3-512"),
    "1.2.840.10045.4.1": Signature("ecdsa-with-SHA1", "EC", "sha1"),
    "1.2.840.10045.4.3.1": Signature("ecdsa-with-SHA224", "EC", "sha224"),
    "1.2.840.10045.4.3.2": Signature("ecdsa-with-SHA256", "EC", "sha256"),
    "1.2.840.10045.4.3.3": Signature("ecdsa-with-SHA384", "EC", "sha384"),
    "1.2.840.10045.4.3.4": Signature("ecdsa-with-SHA512", "EC", "sha512"),
    "2.16.840.1.101.3.4.3.9": Signature("ecdsa-with-sha3-224", "EC", "sha3-224"),
    "2.16.840.1.101.3.4.3.10": Signature("ecdsa-with-sha3-256", "EC", "sha3-256"),
    "2.16.840.1.101.3.4.3.11": Signature("ecdsa-with-sha3-384", "EC", "sha3-384"),
    "2.16.840.1.101.3.4.3.12": Signature("ecdsa-with-sha3-512", "EC", "sha3-512"),
    "1.2.840.10040.4.3": Signature("dsa-with-sha1", "DSA", "sha1"),
    "2.16.840.1.101.3.4.3.1": Signature("dsa-with-sha224", "DSA", "sha224"),
    "2.16.840.1.101.3.4.3.2": Signature("dsa-with-sha256", "DSA", "sha256"),
    "2.16.840.1.101.3.4.3.3": Signature("dsa-with-sha384", "DSA", "sha384"),
    "2.16.840.1.101.3.4.3.4": Signature("dsa-with-sha512", "DSA", "sha512"),
    "1.3.101.112": Signature("Ed25519", "Ed25519", None),
    "1.3.101.113": Signature("Ed448", "Ed448", None),
    "2.16.840.1.101.3.4.3.17": Signature("ML-DSA-44", "ML-DSA-44", None),
    "2.16.840.1.101.3.4.3.18": Signature("ML-DSA-65", "ML-DSA-65", None),
    "2.16.840.1.101.3.4.3.19": Signature("ML-DSA-87", "ML-DSA-87", None),
}
HASHES: dict[str, str] = {
    "1.2.840.113549.2.2": "md2",
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.7": "sha3-224",
    "2.16.840.1.101.3.4.2.8": "sha3-256",
    "2.16.840.1.101.3.4.2.9": "sha3-384",
    "2.16.840.1.101.3.4.2.10": "sha3-512",
}
RSA_KEY, RSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
KEYS: dict[str, tuple[str, int | None]] = {
    RSA_KEY: ("RSA", None),
    RSA_PSS: ("RSA", None),
    "1.2.840.10045.2.1": ("EC", None),
    "1.2.840.10040.4.1": ("DSA", None),
    "1.3.101.112": ("Ed25519", 256),
    "1.3.101.113": ("Ed448", 456),
    "1.3.101.110": ("X25519", 256),
    "1.3.101.111": ("X448", 448),
    "1.2.643.7.1.1.1.1": ("GOST R 34.10-2012 (256)", 256),
    "1.2.643.7.1.1.1.2": ("GOST R 34.10-2012 (512)", 512),
    "1.2.643.2.2.19": ("GOST R 34.10-2001", 256),
    "1.2.840.113549.1.3.1": ("DH", None),
    "1.2.840.10046.2.1": ("DH", None),
    "2.16.840.1.101.3.4.3.17": ("ML-DSA-44", None),
    "2.16.840.1.101.3.4.3.18": ("ML-DSA-65", None),
    "2.16.840.1.101.3.4.3.19": ("ML-DSA-87", None),
}
KEY_BYTES: dict[str, int] = {
    "Ed25519": 32, "Ed448": 57, "X25519": 32, "X448": 56, "ML-DSA-44": 1312, "ML-DSA-65": 1952, "ML-DSA-87": 2592,
}  # fmt: skip
"""The lengths of keys that are plain bytes (RFC 8410, RFC 9881)."""
CURVES: dict[str, tuple[str, int]] = {
    "1.2.840.10045.3.1.1": ("secp192r1", 192),
    "1.3.132.0.33": ("secp224r1", 224),
    "1.2.840.10045.3.1.7": ("secp256r1", 256),
    "1.3.132.0.34": ("secp384r1", 384),
    "1.3.132.0.35": ("secp521r1", 521),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.3": ("brainpoolP192r1", 192),
    "1.3.36.3.3.2.8.1.1.5": ("brainpoolP224r1", 224),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.9": ("brainpoolP320r1", 320),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
    "1.2.156.10197.1.301": ("SM2", 256),
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
AUTHORITY_INFORMATION, SUBJECT_INFORMATION = "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11"
ISSUER_ALT_NAME, SUBJECT_DIRECTORY_ATTRIBUTES, PRIVATE_KEY_USAGE_PERIOD = "2.5.29.18", "2.5.29.9", "2.5.29.16"
POLICY_MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY, FRESHEST_CRL = "2.5.29.33", "2.5.29.36", "2.5.29.54", "2.5.29.46"
TLS_FEATURE, OCSP_NO_CHECK, ANY_POLICY = "1.3.6.1.5.5.7.1.24", "1.3.6.1.5.5.7.48.1.5", "2.5.29.32.0"
SCT_LIST, CT_POISON = "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.3"
NETSCAPE_CERT_TYPE = "2.16.840.1.113730.1.1"
NETSCAPE_TEXTS = tuple(f"2.16.840.1.113730.1.{number}" for number in (2, 3, 4, 7, 8, 12, 13))
EXTENSIONS: dict[str, str] = {
    SUBJECT_KEY_IDENTIFIER: "subjectKeyIdentifier", KEY_USAGE: "keyUsage", SUBJECT_ALT_NAME: "subjectAltName", BASIC_CONSTRAINTS: "basicConstraints",
    NAME_CONSTRAINTS: "nameConstraints", CRL_POINTS: "cRLDistributionPoints", POLICIES: "certificatePolicies",
    AUTHORITY_KEY_IDENTIFIER: "authorityKeyIdentifier", EXTENDED_KEY_USAGE: "extKeyUsage", AUTHORITY_INFORMATION: "authorityInfoAccess",
    SUBJECT_INFORMATION: "subjectInfoAccess", ISSUER_ALT_NAME: "issuerAltName", SUBJECT_DIRECTORY_ATTRIBUTES: "subjectDirectoryAttributes",
    PRIVATE_KEY_USAGE_PERIOD: "privateKeyUsagePeriod", POLICY_MAPPINGS: "policyMappings", POLICY_CONSTRAINTS: "policyConstraints",
    INHIBIT_ANY_POLICY: "inhibitAnyPolicy", FRESHEST_CRL: "freshestCRL", TLS_FEATURE: "TLS feature", OCSP_NO_CHECK: "ocsp-nocheck",
    SCT_LIST: "SCT list", CT_POISON: "CT poison", NETSCAPE_CERT_TYPE: "Netscape certificate type",
    **dict.fromkeys(NETSCAPE_TEXTS, "Netscape text"),
}  # fmt: skip
"""The names of extensions (RFC 5280 section 4.2, RFC 6960, RFC 6962, RFC 7633)."""
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
    AUTHORITY_KEY_IDENTIFIER, EXTENDED_KEY_USAGE, AUTHORITY_INFORMATION, POLICY_MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY,
    ISSUER_ALT_NAME, TLS_FEATURE, SCT_LIST,
})  # fmt: skip
