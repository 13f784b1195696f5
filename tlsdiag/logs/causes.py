"""The causes that an error text can have: one row for each, and the one table that leads from a cause to the code of our rule.

A cause is named by a slug. Where a check of ours finds the same cause, `CODES` names its rule; a cause without one is still
explained, from its row alone. When a check for such a cause is added, its code is entered here: codes of checks that are not installed do no harm.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Meaning(NamedTuple):
    """What a cause is: who has to change something, what it is, what would tell it from others, what to change; `codes` are those of our rules."""

    slug: str
    blame: str
    what: str
    tell: str
    fix: str
    codes: tuple[str, ...] = ()


@functools.cache
def meanings() -> Mapping[str, Meaning]:
    """Every cause by its slug."""
    from . import _meanings_certificate, _meanings_handshake, _meanings_transport

    rows = (*_meanings_transport.ROWS, *_meanings_handshake.ROWS, *_meanings_certificate.ROWS)
    return MappingProxyType({row[0]: Meaning(*row, codes=tuple(CODES.get(row[0], "").split())) for row in rows})


#: cause -> codes of the rules that a diagnosis may name for it; the first that is installed is the one that an error text can stand for.
CODES: dict[str, str] = {
    # names and TCP
    "dns-nxdomain": "name-not-found",
    "dns-resolver-unreachable": "resolver-failed",
    "dns-name-invalid": "name-invalid",
    "tcp-refused": "connection-refused",
    "tcp-timeout": "connection-timed-out",
    "tcp-unreachable": "host-unreachable",
    "tcp-prohibited": "connection-prohibited administratively-prohibited",
    "tcp-closed-on-accept": "closed-without-answer",
    "tcp-reset-on-accept": "reset-before-hello",
    "handshake-timeout": "peer-silent peer-tarpit",
    "handshake-stalls-after-hello": "peer-silent mtu-black-hole",
    "reset-mid-handshake": "lost-midway",
    "server-closes-mid-handshake": "lost-midway",
    # what is spoken, and what stands between
    "proxy-unreachable": "proxy-unreachable proxy-refused proxy-timed-out proxy-name-not-found",
    "proxy-auth-required": "proxy-authentication-required",
    "proxy-denied": "proxy-forbidden",
    "proxy-upstream-failed": "proxy-upstream-failed",
    "proxy-not-a-proxy": "proxy-not-a-proxy",
    "proxy-closes": "proxy-closes",
    "captive-portal": "captive-portal proxy-login-page captive-portal-certificate",
    "dns-wrong-address": "name-sinkholed name-leads-inside",
    "dns-ipv6-broken": "address-family-broken",
    "lb-one-backend-bad": "backend-certificate-bad backend-dead backend-refuses addresses-disagree",
    "proxy-protocol-mismatch": "proxy-protocol-expected",
    "rate-limited": "rate-limited",
    "starttls-not-offered": "starttls-not-offered starttls-stripped",
    "starttls-refused": "starttls-refused",
    "starttls-on-implicit-port": "starttls-wrong-protocol",
    "middlebox-large-clienthello": "hello-too-large post-quantum-intolerant",
    "middlebox-version-intolerance": "tls13-intolerant version-intolerant",
    "middlebox-extension-intolerance": "extension-intolerant grease-intolerant group-intolerant",
    "middlebox-downgrade": "handshake-downgraded",
    "interception-untrusted-ca": "interception proxy-replaces-certificate",
    "proxy-scheme-wrong": "proxy-scheme-wrong",
    "plaintext-http-on-port": "speaks-plain-http",
    "starttls-port-spoken-as-tls": "starttls-needed",
    "other-protocol-on-port": "speaks-other-protocol",
    "blocked-rst-after-clienthello": "reset-after-hello server-name-blocked",
    "server-closes-after-clienthello": "closed-without-answer lost-midway",
    # the handshake
    "group-no-overlap": "no-common-group",
    "hrr-mishandled": "hello-retry-broken",
    "sigalg-no-overlap": "no-common-signature-scheme",
    "sigalg-server-signs-sha1": "handshake-signature-refused",
    "cert-type-mismatch": "no-common-certificate-type",
    "cert-curve-unsupported": "no-common-certificate-type",
    "cert-key-type-unsupported": "no-common-certificate-type",
    "fips-algorithm-refused": "client-policy-forbids",
    "sni-unrecognized": "server-name-unknown",
    "sni-missing": "server-name-needed",
    "version-client-too-old": "no-common-version",
    "version-server-too-old": "no-common-version",
    "version-no-overlap": "no-common-version",
    "cipher-no-overlap": "no-common-cipher",
    "dh-key-too-small": "dh-prime-small",
    "legacy-renegotiation-disabled": "renegotiation-insecure",
    "alert-handshake-failure": "fatal-alert",
    "alert-internal-error": "fatal-alert",
    "alert-unexpected-message": "fatal-alert",
    "alert-illegal-parameter": "fatal-alert",
    "alert-decode-error": "fatal-alert",
    "alert-decrypt-error": "fatal-alert",
    "alert-access-denied": "fatal-alert",
    "alert-missing-extension": "fatal-alert",
    "alert-unsupported-extension": "fatal-alert",
    "alert-insufficient-security": "fatal-alert",
    "alert-user-canceled": "fatal-alert",
    "alpn-no-overlap": "alpn-refused",
    # client certificates and the client's own settings
    "client-cert-missing": "client-certificate-required",
    "client-cert-not-selected": "client-certificate-required client-certificate-scheme-unsupported",
    "client-cert-post-handshake-auth": "client-certificate-required",
    "client-cert-untrusted": "client-certificate-refused client-certificate-wrong-authority",
    "client-cert-chain-incomplete": "client-certificate-chain-incomplete client-certificate-refused",
    "client-cert-expired": "client-certificate-expired client-certificate-refused",
    "client-cert-revoked": "client-certificate-revoked client-certificate-refused",
    "client-cert-wrong-eku": "client-certificate-wrong-usage client-certificate-refused",
    "client-cert-weak-key": "client-certificate-refused",
    "client-cert-key-mismatch": "client-key-mismatch client-misconfigured",
    "client-cert-key-unreadable": "client-misconfigured client-key-password",
    "client-config-protocol-disabled": "context-offers-nothing client-misconfigured",
    "client-config-bad-cipher": "client-misconfigured",
    "client-config-name-check": "client-misconfigured",
    # the server's certificate and the client's trust
    "cert-bad-signature": "certificate-bad-signature",
    "cert-revoked-crl": "certificate-revoked",
    "cert-revoked-ocsp": "certificate-revoked",
    "chain-too-large": "chain-too-large",
    "chain-too-long": "chain-too-long",
    "chain-wrong-intermediate": "intermediate-wrong",
    "name-constraints-violated": "name-constraints-violated",
    "ocsp-must-staple-missing": "ocsp-must-staple-missing",
    "ocsp-staple-expired": "ocsp-staple-expired",
    "ocsp-staple-invalid": "ocsp-staple-bad-signature ocsp-staple-untrusted ocsp-staple-wrong-certificate ocsp-staple-malformed",
    "ocsp-unknown": "ocsp-status-unknown",
    "revocation-server-unreachable": "revocation-source-unavailable",
    "crl-unavailable": "revocation-list-missing",
    "crl-expired": "revocation-list-outdated crl-expired",
    "trust-store-stale": "trust-store-stale",
    "clock-wrong": "clock-wrong",
    "timezone-wrong": "time-zone-wrong",
    "clock-wrong-server": "server-clock-wrong",
    "name-mismatch": "name-mismatch default-certificate",
    "sni-default-certificate": "default-certificate name-mismatch",
    "cert-validity-too-long": "certificate-lifetime-too-long",
    "name-cn-only": "name-in-common-name name-mismatch",
    "name-ip-not-in-san": "name-mismatch",
    "name-wildcard-scope": "name-mismatch",
    "name-underscore-or-idn": "name-mismatch",
    "chain-missing-intermediate": "intermediate-missing",
    "ca-unknown-private": "issuer-untrusted issuer-not-for-everybody",
    "self-signed-in-chain": "private-authority",
    "cert-self-signed": "certificate-self-signed default-certificate",
    "trust-store-missing": "trust-store-empty trust-store-unreadable context-without-roots trust-variable-broken",
    "trust-store-corrupt": "trust-store-unreadable trust-variable-broken",
    "chain-issuer-not-a-ca": "issuer-not-authority",
    "chain-issuer-no-keycertsign": "issuer-not-authority",
    "chain-pathlen-exceeded": "issuer-not-authority",
    "cert-expired": "certificate-expired",
    "chain-expired-intermediate": "certificate-expired",
    "chain-expired-root": "trusted-root-expired certificate-expired",
    "chain-cross-sign-expired": "certificate-expired",
    "cert-not-yet-valid": "certificate-not-yet-valid",
    "weak-key": "weak-key",
    "weak-key-ca": "weak-key",
    "weak-digest": "weak-signature",
    "weak-digest-ca": "weak-signature",
    "eku-no-server-auth": "certificate-wrong-usage",
    "key-usage-unsuitable": "key-usage-narrow certificate-wrong-usage key-usage-no-encipherment",
    "cert-unknown-critical-extension": "certificate-unknown-extension",
    "x509-strict-missing-aki": "certificate-breaks-profile",
    "x509-strict-basic-constraints-not-critical": "certificate-breaks-profile",
    "x509-strict-other": "certificate-breaks-profile",
    "cert-parse-error": "certificate-malformed",
    "ct-missing": "sct-missing sct-too-few",
}
