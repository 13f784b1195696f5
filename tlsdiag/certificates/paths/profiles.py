"""Who refuses what: each code of a violation, and the profiles whose clients refuse a path for it.

A profile is a set of rules under a name. Two are standards: "rfc5280" (the profile of RFC 5280 and its path validation) and "web-pki" (the CA/Browser
Forum's Baseline Requirements besides). The others are client libraries as they come: OpenSSL 1.1.1 at security level 1, as it is built; OpenSSL 3 at level 2,
as Debian and Python set it; OpenSSL 3 with X509_V_FLAG_X509_STRICT and partial chains, as Python 3.13 sets it; Go's crypto/x509; Java's PKIX; GnuTLS; NSS's own
CERT_VerifyCert (Firefox has mozilla::pkix in its place); Chromium, with anchors that the user added. What a client refuses in certificates on the way differs
from what it refuses in an anchor: hence two columns.

The rows are held against the real clients by the chains of `tests/support/chains`; docs/client-verdicts.md says where they differ.
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
_LEVEL_2: Names = OPENSSL - {"openssl-1.1.1"}
"""OpenSSL at security level 2, which wants 112 bits."""


@attrs.frozen(kw_only=True)
class Profile:
    """How a profile finds its path, as far as it matters to the outcome.

    `backtracks`: tries another issuer when one leads nowhere or breaks a rule; else the first candidate is the only one. `trusted_first`: of the
    candidates it takes those of the store before those that were sent. `partial`: any certificate of the store ends a path, not only a self-signed one.
    `fetches`: looks for a missing issuer where the certificate says that it is. `in_order`: what is sent in order up to the store is the path, and only
    else does it look for one. `alone` names the profile whose rules hold for a server's certificate without a chain. `takes_stored_leaf`: a server's
    certificate that is in the store itself is taken unseen, dates included.
    """

    name: str
    software: str
    backtracks: bool = True
    trusted_first: bool = True
    partial: bool = True
    fetches: bool = False
    in_order: bool = False
    alone: str = ""
    takes_stored_leaf: bool = False


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
        Profile(name="openssl-3-strict", software="OpenSSL 3 in strict mode (Python from 3.13 on)", backtracks=False, alone="openssl-3"),
        Profile(name="go", software="Go"),
        Profile(name="java", software="Java", takes_stored_leaf=True, in_order=True),
        Profile(name="gnutls", software="GnuTLS (wget and others on Debian)", backtracks=False, trusted_first=False),
        Profile(name="nss", software="NSS"),
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
    "expired": Row(ALL, ALL - {"java"}),
    "not-yet-valid": Row(ALL, ALL - {"java"}),
    "not-yet-valid:soon": Row(ALL - {"nss"}, ALL - {"java", "nss"}),
    "leaf-trusted": Row(frozenset({"nss", "chromium"})),
    "leaf-trusted:authority": Row(frozenset({"nss"})),
    # authorities
    "not-a-ca": Row(ALL, ALL),
    "not-a-ca:usage-only": Row(ALL, STANDARDS | {"openssl-3-strict", "go", "java"}),
    "anchor-version": Row(_NONE, STANDARDS | {"openssl-3-strict"}),
    "anchor-version:alone": Row(frozenset({"openssl-3-strict"})),
    "no-cert-sign": Row(ALL, ALL - {"nss"}),
    "no-cert-sign:itself": Row(frozenset({"gnutls"}), frozenset({"gnutls"})),
    "no-cert-sign:empty": Row(ALL - {"go"}, ALL - {"go", "nss"}),
    "path-too-long": Row(ALL, ALL - {"java"}),
    "path-too-long:self-issued": Row(frozenset({"go", "gnutls"}), frozenset({"go", "gnutls"})),
    "too-deep": Row(ALL),
    "key-usage-missing": Row(frozenset({"openssl-3-strict"}), frozenset({"openssl-3-strict"})),
    "path-length-without-ca": Row(frozenset({"openssl-3-strict"})),
    "cert-sign-without-ca": Row(_STRICT),
    "ca-as-leaf": Row(_WEB),
    "ca-as-leaf:purposes": Row(_WEB | {"nss"}),
    "basic-constraints-not-critical": Row(_STRICT, _STRICT),
    # purposes
    "wrong-usage": Row(ALL),
    "wrong-usage:step-up": Row(ALL - OPENSSL - {"java", "nss"}),
    "wrong-usage:step-up-microsoft": Row(ALL - OPENSSL - {"java"}),
    "wrong-usage:empty": Row(ALL - {"go", "gnutls"}),
    "wrong-usage:authority": Row(ALL - {"java", "rfc5280"}, OPENSSL | {"go", "chromium"}),
    "wrong-usage:authority-of-clients": Row(ALL - {"java", "rfc5280", "nss"}, OPENSSL | {"go", "chromium"}),
    "wrong-usage:authority-unknown": Row(ALL - {"java", "rfc5280", "nss"}, OPENSSL | {"go", "chromium"}),
    "wrong-usage:authority-step-up": Row(frozenset({"web-pki", "go", "chromium"}), frozenset({"go", "chromium"})),
    "wrong-usage:authority-step-up-microsoft": Row(frozenset({"web-pki", "go", "gnutls", "chromium"}), frozenset({"go", "chromium"})),
    "wrong-usage:authority-empty": Row(OPENSSL | {"web-pki", "chromium"}, OPENSSL | {"chromium"}),
    "usage-any": Row(OPENSSL | {"nss", "web-pki"}),
    "usage-any:authority": Row(OPENSSL | {"nss", "gnutls"}, OPENSSL),
    "usage-missing": Row(_WEB),
    "usage-critical": Row(_WEB),
    "usage-in-anchor": Row(_NONE, _WEB),
    "wrong-key-usage": Row(ALL - {"go", "gnutls", "chromium", "rfc5280"}),
    "wrong-key-usage:authority": Row(OPENSSL | {"nss"}),
    "wrong-key-usage:no-signature": Row(frozenset({"java"})),
    "wrong-key-usage:not-for-the-key": Row(frozenset({"nss"})),
    # names
    "name-not-permitted": Row(ALL, ALL - {"java"}),
    "name-not-permitted:other": Row(ALL - {"gnutls"}, ALL - {"java", "gnutls"}),
    "name-not-permitted:common-name": Row(OPENSSL | {"java", "gnutls", "nss"}, OPENSSL | {"gnutls", "nss"}),
    "name-not-permitted:permitted-directory": Row(ALL - {"gnutls", "go"}, ALL - {"java", "gnutls", "go"}),
    "name-not-permitted:directory": Row(ALL - {"go"}, ALL - {"java", "go"}),
    "name-not-permitted:everything": Row(ALL - {"java"}, ALL - {"java"}),
    "name-not-permitted:literal": Row(OPENSSL | {"gnutls", "go"}, OPENSSL | {"gnutls", "go"}),
    "name-not-permitted:no-domain": Row(frozenset({"go"}), frozenset({"go"})),
    "name-not-permitted:wildcard": Row(STANDARDS | {"go", "chromium"}, STANDARDS | {"go", "chromium"}),
    "constraints-not-understood:directory": Row(frozenset({"go"}), frozenset({"go"})),
    "constraints-not-understood:excluded-directory": Row(frozenset({"go", "gnutls"}), frozenset({"go", "gnutls"})),
    "constraints-not-understood:not-critical": Row(frozenset({"gnutls"}), frozenset({"gnutls"})),
    "constraints-not-understood:uri": Row(frozenset({"chromium"}), frozenset({"chromium"})),
    "constraints-not-understood:odd": Row(frozenset({"go", "chromium"}), frozenset({"go", "chromium"})),
    "malformed-constraints": Row(STANDARDS | {"go", "java", "nss", "chromium"}, STANDARDS | {"go", "nss"}),
    "malformed-constraints:unreadable": Row(ALL, ALL),
    "malformed-constraints:empty": Row(STANDARDS | {"go", "chromium"}, STANDARDS | {"go", "chromium"}),
    "malformed-constraints:star": Row(STANDARDS | {"java", "nss", "chromium"}, STANDARDS | {"nss", "chromium"}),
    "malformed-constraints:dot": Row(STANDARDS, STANDARDS),
    "constraints-too-many": Row(STANDARDS | {"go"}, STANDARDS | {"go"}),
    "constraints-not-critical": Row(frozenset({"rfc5280"}), frozenset({"rfc5280"})),
    "constraints-in-leaf": Row(STANDARDS),
    "malformed-name": Row(STANDARDS | {"go", "chromium"}, _NONE),
    "malformed-name:unreadable": Row(ALL - {"java", "nss"}, _NONE),
    "malformed-name:empty": Row(STANDARDS | {"openssl-3-strict", "go", "chromium"}, _NONE),
    "malformed-name:label": Row(STANDARDS, _NONE),
    "malformed-name:nothing": Row(STANDARDS | {"gnutls"}, _NONE),
    "malformed-name:host": Row(STANDARDS),
    "malformed-name:odd": Row(STANDARDS),
    "wildcard-too-broad": Row(_WEB),
    "common-name-elsewhere": Row(_WEB),
    "name-missing": Row(_WEB),
    "issuer-empty": Row(_STRICT | {"java", "gnutls"}, _STRICT),
    "subject-empty": Row(_STRICT | {"java", "gnutls"}, _STRICT),
    "alternative-name-not-critical": Row(_STRICT | {"java", "chromium"}),
    "alternative-name-critical": Row(_WEB),
    # other extensions
    "unknown-critical-extension": Row(ALL, ALL - {"java", "nss"}),
    "unknown-critical-extension:feature": Row(CLIENTS - {"gnutls"}),
    "unknown-critical-extension:policy-constraints": Row(frozenset({"gnutls", "nss"})),
    "unknown-critical-extension:inhibit-any": Row(frozenset({"nss"})),
    "duplicate-extension": Row(ALL - {"nss"}, ALL - {"gnutls", "nss"}),
    "duplicate-extension:unread": Row(ALL - OPENSSL - {"nss"}, ALL - OPENSSL - {"gnutls", "nss"}),
    "malformed-extension": Row(ALL, OPENSSL | {"go", "java", "chromium"}),
    "malformed-extension:usage": Row(ALL - {"gnutls", "nss"}, OPENSSL | {"go", "java", "chromium"}),
    "malformed-extension:usage-above": Row(ALL - {"nss"}, OPENSSL | {"go", "java", "gnutls", "chromium"}),
    "malformed-extension:purposes": Row(ALL - {"nss"}, OPENSSL | {"go", "java", "chromium"}),
    "malformed-extension:basic": Row(ALL - {"gnutls", "nss"}, OPENSSL | {"go", "java", "chromium"}),
    "malformed-extension:basic-above": Row(ALL - {"gnutls"}, OPENSSL | {"go", "java", "nss", "chromium"}),
    "malformed-extension:authority-key": Row(ALL - {"gnutls", "nss"}, OPENSSL | {"go", "java", "chromium"}),
    "malformed-extension:policies": Row(STANDARDS | {"go", "chromium"}, frozenset({"go", "chromium"})),
    "malformed-extension:empty": Row(STANDARDS | _BROWSERS, frozenset({"chromium"})),
    "malformed-extension:empty-list": Row(STANDARDS | {"chromium"}, frozenset({"chromium"})),
    "malformed-extension:strict": Row(STANDARDS | {"go", "nss", "chromium"}, frozenset({"go", "chromium"})),
    "malformed-extension:basic-not-der": Row(STANDARDS | {"go", "nss", "chromium"}, frozenset({"go", "chromium"})),
    "malformed-extension:basic-not-der-above": Row(STANDARDS | {"go", "chromium"}, frozenset({"go", "chromium"})),
    "malformed-extension:trailing": Row(STANDARDS | {"java", "chromium"}, frozenset({"java", "chromium"})),
    "malformed-extension:trailing-above": Row(STANDARDS | {"java", "gnutls", "nss", "chromium"}, frozenset({"java", "gnutls", "nss", "chromium"})),
    "authority-key-missing": Row(_STRICT, STANDARDS),
    "authority-key-differs": Row(frozenset({"nss"})),
    "authority-key-differs:anchor": Row(frozenset({"nss", "java"})),
    "authority-key-differs:anchor-serial": Row(frozenset({"java"})),
    "authority-key-critical": Row(_STRICT | OPENSSL | {"go", "java", "chromium"}, _STRICT | OPENSSL | {"go", "chromium"}),
    "authority-key-odd": Row(_WEB, _WEB),
    "authority-key-odd:no-key": Row(_WEB | {"openssl-3-strict"}, _WEB),
    "subject-key-missing": Row(_STRICT, _STRICT),
    "subject-key-critical": Row(_STRICT | OPENSSL | {"go", "java", "chromium"}, _STRICT | OPENSSL | {"go", "chromium"}),
    "authority-access-critical": Row(STANDARDS),
    "policy-constraints-not-critical": Row(STANDARDS),
    "feature-not-handed-down": Row(frozenset({"gnutls"}), frozenset({"gnutls"})),
    "policy-missing": Row(STANDARDS | {"go", "java", "chromium"}),
    # bytes
    "malformed": Row(ALL, ALL),
    "malformed:strict": Row(STANDARDS | {"go", "nss", "chromium"}, STANDARDS),
    "malformed:trailing": Row(ALL - {"java", "chromium"}, STANDARDS | OPENSSL | {"go"}),
    "malformed:version": Row(STANDARDS | {"go", "java", "chromium"}, STANDARDS),
    "malformed:parameters": Row(STANDARDS | {"chromium"}, STANDARDS),
    "malformed:time": Row(STANDARDS),
    "malformed:seconds": Row(STANDARDS | OPENSSL | {"chromium"}, STANDARDS | OPENSSL | {"chromium"}),
    "malformed-key": Row(ALL, ALL),
    "malformed-key:strict": Row(STANDARDS | {"go", "nss", "chromium"}, STANDARDS),
    "signature-algorithms-differ": Row(ALL, STANDARDS),
    "serial-negative": Row(STANDARDS | {"go"}, STANDARDS | {"go"}),
    "serial-zero": Row(STANDARDS, _NONE),
    "serial-too-long": Row(STANDARDS, STANDARDS),
    "old-version": Row(_WEB),
    "old-version:extensions": Row(ALL - {"openssl-1.1.1", "openssl-3", "nss"}, STANDARDS | {"openssl-3-strict", "java", "gnutls"}),
    # strength
    "weak-key:rsa": Row(_WEB | _LEVEL_2, _WEB | _LEVEL_2),
    "weak-key:rsa-near": Row(_WEB, _WEB),
    "weak-key:rsa-tiny": Row(ALL, _WEB | OPENSSL),
    "weak-key:exponent": Row(STANDARDS | {"java"}),
    "weak-key:curve": Row(ALL - {"rfc5280", "gnutls", "openssl-1.1.1"}, _WEB | _LEVEL_2),
    "weak-key:dsa": Row(_WEB | OPENSSL | {"go", "chromium"}, _WEB),
    "key-not-allowed": Row(_WEB | _BROWSERS, _WEB | _BROWSERS),
    "key-not-allowed:ed448": Row(_WEB | _BROWSERS | {"go"}, _WEB | _BROWSERS | {"go"}),
    "key-not-allowed:new": Row(ALL - {"rfc5280"}, _WEB),
    "key-not-allowed:curve": Row(_WEB | _BROWSERS | {"go", "java", "gnutls"}, _WEB),
    "key-size-odd": Row(_WEB, _WEB),
    "weak-signature:sha1": Row(_WEB | _LEVEL_2 | {"go", "gnutls", "chromium"}),
    "weak-signature": Row(ALL),
}
"""Code, or code and variant where the same fault differs by its particulars; the variant is not part of `Violation.code`."""

TABLE |= {
    f"{code}-tolerated": Row(row.below - {"java"}, row.anchor - {"java"})
    for code, row in TABLE.items()
    if code.startswith(("malformed-extension", "malformed-constraints:unreadable"))
}
# what cannot be read in an extension that is not critical


def refusing(code: str, *, anchor: bool) -> Names:
    """The profiles that refuse for a code (with its variant), below the anchor or in it."""
    row = TABLE[code]
    return row.anchor if anchor else row.below
