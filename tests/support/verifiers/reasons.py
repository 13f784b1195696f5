"""Why a client says otherwise than its profile, for every difference that is left."""

from __future__ import annotations

from .differences import Difference

_LATER = "It takes the certificate as such and has no use for the key: the connection fails in the next step, which is not shown to it here. The profile tells the outcome."
_ALONE = "The command judges a certificate and no connection: TLS clients of this library have no use for such a key. The profile tells the outcome."
_COMMAND = "The command reads its files more leniently than a client reads what a server sends."
_PARTIAL = "The command takes a wildcard that is a part of a label; Python and curl, for which the profile stands, do not."
_AGE = "The profile is that of a recent Go; 1.19 is older than this rule."

REASONS: dict[tuple[str, str], str] = {
    ("openssl-verify", "extra-unreadable"): _COMMAND,
    ("openssl-verify-strict", "extra-unreadable"): _COMMAND,
    ("openssl-verify", "trailing-bytes"): _COMMAND,
    ("openssl-verify-strict", "trailing-bytes"): _COMMAND,
    ("openssl-verify", "wildcard-partial"): _PARTIAL,
    ("openssl-verify-strict", "wildcard-partial"): _PARTIAL,
    ("openssl-verify", "dsa"): _ALONE,
    ("openssl-verify-strict", "dsa"): _ALONE,
    ("go", "rsa-512"): _LATER,
    ("go-1.19", "rsa-512"): "It takes the certificate as such, and so small a key too; a recent Go does not.",
    ("go-1.19", "dns-wildcard-covers-excluded"): _AGE,
    ("go-1.19", "policy-mapping-inhibited"): "Before it knew policies, it refused every critical extension about them.",
    ("go-1.19", "any-policy-inhibited"): "Before it knew policies, it refused every critical extension about them.",
    ("go-1.19", "leaf-authority-key-critical"): _AGE,
    ("go-1.19", "leaf-subject-key-critical"): _AGE,
    ("go-1.19", "wildcard-alone"): _AGE,
    ("go-1.19", "serial-negative"): _AGE,
    ("java", "secp256k1"): _LATER,
    ("java", "key-of-nothing"): _LATER,
    ("gnutls", "rsa-512"): "The command sets no least size; a client's priorities do.",
    ("gnutls", "secp256k1"): _ALONE,
    ("gnutls", "key-of-nothing"): _ALONE,
    ("nss", "rsa-512"): _ALONE,
    ("nss", "p192"): _ALONE,
    ("nss", "secp256k1"): _ALONE,
    ("nss", "untrusted-way-last"): "Of two certificates of one issuer it takes the one that came last, whatever is above it; the profile takes the good one.",
    ("chromium", "p192"): _LATER,
    ("chromium", "secp256k1"): _LATER,
    ("chromium", "dsa"): _LATER,
    ("chromium", "ed448"): _LATER,
    ("chromium", "key-of-nothing"): _LATER,
}
"""By client and chain."""


def reason(difference: Difference) -> str:
    """The reason in words."""
    return REASONS[difference.client.name, difference.chain.name]


_YOUNG_POLICIES = "Before it knew policies, it refused every critical extension about them."
KINDS: dict[str, dict[str, str]] = {
    "openssl-verify": {"malformed": _COMMAND, "weak-key": _ALONE, "name-mismatch": _PARTIAL},
    "openssl-verify-strict": {"malformed": _COMMAND, "weak-key": _ALONE, "name-mismatch": _PARTIAL},
    "go": {"weak-key": _LATER},
    "go-1.19": dict.fromkeys(("weak-key", "serial-negative", "authority-key-critical", "subject-key-critical", "malformed-extension", "name-not-permitted"), _AGE),
    "java": {"key-not-allowed": _LATER},
    "gnutls": {"key-not-allowed": _ALONE, "weak-key": "The command sets no least size; a client's priorities do."},
    "nss": {"key-not-allowed": _ALONE, "weak-key": _ALONE},
}
"""By client and code, for chains that have no name of their own: why it accepts what its profile refuses."""


def kind_of(difference: Difference) -> str | None:
    """The reason for a difference on a chain of the random kind, where there is a known one."""
    client = difference.client.name
    if not difference.accepts:
        young = client == "go-1.19" and difference.said == "x509: unhandled critical extension"
        same = client == "nss" and difference.said.startswith("couldn't import")
        return _YOUNG_POLICIES if young else "Its database takes no two certificates with one issuer and serial number." if same else None
    codes = {item.code for item in difference.predicted.violations}
    known = KINDS.get(client, {})
    return known[min(codes)] if codes and codes <= set(known) else None
