"""Who refuses what: each code of a violation, and the profiles whose clients refuse a path for it.

A profile is a set of rules under a name. Two are standards: "rfc5280" (the profile of RFC 5280 and its path validation) and "web-pki" (the CA/Browser
Forum's Baseline Requirements besides). The others are client libraries as they come: OpenSSL 1.1.1 and 3 at security level 2, as Debian and Python set
it; OpenSSL 3 with X509_V_FLAG_X509_STRICT and partial chains, as Python 3.13 sets it; Go's crypto/x509; Java's PKIX; GnuTLS; NSS and mozilla::pkix
(Firefox); Chromium. What a client refuses in certificates on the way differs from what it refuses in an anchor, which is trusted as it is: hence two columns.

The rows are held against the real clients by `tests/support/chains` where these run; the others come from their sources and documentation.
"""

from __future__ import annotations

import attrs

Names = frozenset[str]

STANDARDS: Names = frozenset({"rfc5280", "web-pki"})
OPENSSL: Names = frozenset({"openssl-1.1.1", "openssl-3", "openssl-3-strict"})
CLIENTS: Names = OPENSSL | {"go", "java", "gnutls", "nss", "chromium"}
"""The profiles of real clients."""
ALL: Names = STANDARDS | CLIENTS
_NONE: Names = frozenset()
_STRICT: Names = STANDARDS | {"openssl-3-strict"}
_BROWSERS: Names = frozenset({"nss", "chromium"})
_WEB: Names = frozenset({"web-pki"})


@attrs.frozen(kw_only=True)
class Profile:
    """How a profile finds its path, as far as it matters to the outcome.

    `backtracks`: tries another issuer when one leads nowhere or breaks a rule; else the first candidate is the only one. `trusted_first`: of the
    candidates it takes those of the store before those that were sent. `partial`: any certificate of the store ends a path, not only a self-signed one.
    `fetches`: looks for a missing issuer where the certificate says that it is.
    """

    name: str
    software: str
    backtracks: bool = True
    trusted_first: bool = True
    partial: bool = True
    fetches: bool = False


@attrs.frozen
class Row:
    """Who refuses below the anchor, and who refuses the same in an anchor."""

    below: Names
    anchor: Names = _NONE


PROFILES: dict[str, Profile] = {
    item.name: item
    for item in (
        Profile(name="rfc5280", software="the letter of RFC 5280"),
        Profile(name="web-pki", software="the letter of the CA/Browser Forum's Baseline Requirements"),
        Profile(name="openssl-1.1.1", software="OpenSSL 1.1.1 (older Python, curl, nginx and others)", backtracks=False, partial=False),
        Profile(name="openssl-3", software="OpenSSL 3 (Python to 3.12, curl, nginx and others)", backtracks=False, partial=False),
        Profile(name="openssl-3-strict", software="OpenSSL 3 in strict mode (Python from 3.13 on)", backtracks=False),
        Profile(name="go", software="Go"),
        Profile(name="java", software="Java"),
        Profile(name="gnutls", software="GnuTLS (wget and others on Debian)", backtracks=False, trusted_first=False),
        Profile(name="nss", software="NSS (Firefox)"),
        Profile(name="chromium", software="Chromium", fetches=True),
    )
}

TABLE: dict[str, Row] = {
    # how the path ends
    "unknown-issuer": Row(ALL),
    "self-signed": Row(ALL),
    "root-untrusted": Row(ALL),
    "re-keyed": Row(ALL),
    "bad-signature": Row(ALL),
    "search-incomplete": Row(ALL),
    "partial-chain": Row(frozenset({"openssl-1.1.1", "openssl-3"}), frozenset({"openssl-1.1.1", "openssl-3"})),
    "names-written-differently": Row(frozenset({"go", "nss", "gnutls"})),
    "signature-unverifiable": Row(ALL),
    "signature-not-tried": Row(_NONE),
    # dates
    "expired": Row(ALL, STANDARDS | OPENSSL | {"go", "gnutls", "nss"}),
    "not-yet-valid": Row(ALL, STANDARDS | OPENSSL | {"go", "gnutls", "nss"}),
    # authorities
    "not-a-ca": Row(ALL, ALL - {"chromium"}),
    "not-a-ca:usage-only": Row(ALL - {"openssl-1.1.1", "openssl-3"}, ALL - {"openssl-1.1.1", "openssl-3", "chromium"}),
    "anchor-version": Row(_NONE, STANDARDS | {"openssl-3-strict"}),
    "no-cert-sign": Row(ALL, ALL - {"java", "chromium"}),
    "path-too-long": Row(ALL, ALL - {"java", "chromium"}),
    "too-deep": Row(ALL),
    "key-usage-missing": Row(frozenset({"openssl-3-strict"}), frozenset({"openssl-3-strict"})),
    "path-length-without-ca": Row(frozenset({"openssl-3-strict"})),
    "cert-sign-without-ca": Row(_STRICT),
    "ca-as-leaf": Row(_WEB | {"nss"}),
    "basic-constraints-not-critical": Row(_STRICT, _STRICT),
    # purposes
    "wrong-usage": Row(ALL),
    "wrong-usage:authority": Row(ALL - {"java", "rfc5280"}, OPENSSL | {"go"}),
    "usage-any": Row(OPENSSL | {"nss", "web-pki"}),
    "usage-any:authority": Row(OPENSSL | {"nss"}, OPENSSL),
    "usage-missing": Row(_WEB),
    "usage-critical": Row(_WEB),
    "usage-in-anchor": Row(_NONE, _WEB),
    "wrong-key-usage": Row(ALL - {"go", "rfc5280"}),
    "wrong-key-usage:authority": Row(ALL - {"go"} - STANDARDS),
    # names
    "name-not-permitted": Row(ALL, ALL - {"java", "chromium"}),
    "name-not-permitted:wildcard": Row(STANDARDS | _BROWSERS, STANDARDS | {"nss"}),
    "malformed-constraints": Row(STANDARDS | {"go", "java", "nss", "chromium"}, STANDARDS | {"go", "nss"}),
    "malformed-constraints:dot": Row(STANDARDS, STANDARDS),
    "constraints-too-many": Row(STANDARDS | {"go"}, STANDARDS | {"go"}),
    "constraints-not-critical": Row(frozenset({"rfc5280"}), frozenset({"rfc5280"})),
    "constraints-in-leaf": Row(STANDARDS),
    "malformed-name": Row(STANDARDS | {"go", "java", "nss", "chromium"}, _NONE),
    "malformed-name:host": Row(STANDARDS),
    "malformed-name:odd": Row(STANDARDS),
    "wildcard-too-broad": Row(_WEB),
    "common-name-elsewhere": Row(_WEB),
    "name-missing": Row(_WEB),
    "issuer-empty": Row(_STRICT, _STRICT),
    "subject-empty": Row(_STRICT, _STRICT),
    "alternative-name-not-critical": Row(_STRICT),
    "alternative-name-critical": Row(_WEB),
    # other extensions
    "unknown-critical-extension": Row(ALL, ALL - {"java", "chromium", "gnutls"}),
    "duplicate-extension": Row(ALL, ALL - {"gnutls"}),
    "malformed-extension": Row(ALL, _NONE),
    "malformed-extension:strict": Row(STANDARDS | {"go", "nss", "chromium"}, _NONE),
    "authority-key-missing": Row(_STRICT, STANDARDS),
    "authority-key-critical": Row(_STRICT, _STRICT),
    "authority-key-odd": Row(_WEB, _WEB),
    "subject-key-missing": Row(_STRICT, _STRICT),
    "subject-key-critical": Row(_STRICT, _STRICT),
    "authority-access-critical": Row(STANDARDS),
    "policy-constraints-not-critical": Row(STANDARDS),
    "policy-missing": Row(STANDARDS | {"java", "chromium"}),
    # bytes
    "malformed": Row(ALL, ALL),
    "malformed:strict": Row(STANDARDS | {"go", "nss", "chromium"}, STANDARDS),
    "malformed-key": Row(ALL, ALL),
    "malformed-key:strict": Row(STANDARDS | {"go", "nss", "chromium"}, STANDARDS),
    "signature-algorithms-differ": Row(ALL, STANDARDS),
    "serial-negative": Row(STANDARDS | {"go"}, STANDARDS | {"go"}),
    "serial-zero": Row(STANDARDS, _NONE),
    "serial-too-long": Row(STANDARDS, STANDARDS),
    "old-version": Row(_WEB),
    "old-version:extensions": Row(STANDARDS | {"openssl-3-strict", "go", "nss", "chromium"}, STANDARDS | {"openssl-3-strict"}),
    # strength
    "weak-key:rsa": Row(_WEB | OPENSSL, _WEB | OPENSSL),
    "weak-key:rsa-tiny": Row(ALL, _WEB | OPENSSL),
    "weak-key:exponent": Row(STANDARDS),
    "weak-key:curve": Row(ALL - {"rfc5280", "gnutls"}, _WEB | OPENSSL),
    "weak-key:dsa": Row(_WEB | {"go", "nss", "chromium"}, _WEB),
    "key-not-allowed": Row(_WEB | _BROWSERS, _WEB),
    "key-not-allowed:curve": Row(_WEB | _BROWSERS | {"go", "java", "gnutls"}, _WEB),
    "key-size-odd": Row(_WEB, _WEB),
    "weak-signature:sha1": Row(_WEB | OPENSSL | {"go", "gnutls", "chromium"}),
    "weak-signature": Row(ALL),
}
"""Code, or code and variant where the same fault differs by its particulars; the variant is not part of `Violation.code`."""


def refusing(code: str, *, anchor: bool) -> Names:
    """The profiles that refuse for a code (with its variant), below the anchor or in it."""
    row = TABLE[code]
    return row.anchor if anchor else row.below
