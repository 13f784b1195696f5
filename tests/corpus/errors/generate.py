"""Generate `tlsdiag/logs/_library_tables.py` from `library_errors.json` beside this file.

The input lists the error codes and texts of OpenSSL 1.0.2 to 3.4, BoringSSL, NSS, GnuTLS, Go, Java, rustls, Schannel, Chromium, Secure Transport and
curl: facts of their public headers and of the programs themselves, collected on the date in the file. Its words for causes are turned into the
situations of `tlsdiag.logs.situations` by the tables below. Run: `python tests/corpus/errors/generate.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tlsdiag.logs.cleaning import plain
from tlsdiag.logs.situations import SITUATIONS, of_alert

HERE = Path(__file__).parent
OUT = HERE.parents[2] / "tlsdiag" / "logs" / "_library_tables.py"

# the input's word for a cause -> situation
CAUSES = {
    "access-control": "alert-49", "alpn": "alpn", "bad-chain": "chain-broken", "bad-signature": "bad-peer-signature",
    "ca-constraint": "authority-constraint", "ca-bundle-unreadable": "store-unreadable", "certificate-expired": "expired",
    "certificate-expired-or-clock": "out-of-date", "certificate-key-mismatch": "key-mismatch", "certificate-not-yet-valid": "not-yet-valid",
    "certificate-revoked": "revoked", "certificate-transparency": "transparency", "certificate-verification": "refused-certificate",
    "chain-too-long": "chain-too-long", "client-certificate-missing": "client-certificate-wanted", "client-certificate-problem": "key-unreadable",
    "clock-skew": "out-of-date", "connection-closed": "ended", "connection-refused": "refused", "corrupt-record": "corrupt", "crl-problem": "crl-problem",
    "dane": "dane", "dh-too-small-or-bad": "dh-small", "downgrade-detected": "downgraded", "ech": "ech", "ech-rejected": "ech",
    "empty-reply": "no-response", "explicit-distrust": "distrusted", "handshake-failed": "handshake-failed", "hostname-mismatch": "wrong-name",
    "hostname-mismatch (old)": "wrong-name", "http2-cipher": "h2-suite", "interception": "interception", "key-pinning": "pinned",
    "legacy-sigalg-tls10-11": "legacy-signature", "malformed-certificate": "malformed", "missing-extension": "alert-109",
    "missing-intermediate-or-root": "issuer-missing", "must-staple-missing": "must-staple", "name-constraint": "name-constraint",
    "name-resolution": "name-unresolved", "no-common-cipher": "no-cipher", "no-common-group": "no-group", "no-common-parameters": "alert-40",
    "no-common-signature-algorithm": "no-scheme", "no-common-version": "no-version", "no-common-version-or-cipher": "version-or-cipher",
    "no-san": "common-name-only", "ocsp-problem": "ocsp-problem", "plaintext-or-wrong-protocol": "not-tls", "private-key-access": "key-unreadable",
    "protocol-violation": "protocol-violation", "protocol-violation-or-plaintext": "schannel-token", "proxy": "proxy-other", "psk-srp": "psk",
    "received-alert": "alert-any", "record-too-large": "record-too-long", "renegotiation": "renegotiation", "renegotiation-refused": "renegotiation",
    "revocation-unreachable": "revocation-unreachable", "self-signed": "self-signed", "self-signed-leaf": "self-signed",
    "server-lacks-secure-renegotiation": "legacy-renegotiation", "session-resumption": "resumption", "sni": "name-refused", "starttls-failed": "starttls-failed",
    "timeout": "timeout", "too-weak-parameters": "weak-parameters", "truststore-empty": "store-missing", "unknown-critical-extension": "critical-extension",
    "unsupported-key": "key-kind", "unsupported-signature-algorithm": "weak-digest", "untrusted-issuer": "issuer-unknown", "untrusted-root": "self-signed-root",
    "validity-too-long": "validity-too-long", "weak-key": "weak-key", "weak-key-or-signature": "weak-chain", "weak-signature-algorithm": "weak-digest",
    "wrong-purpose": "wrong-purpose",
}  # fmt: skip

# a name or text of a library -> situation, where the input's word is not exact enough
EXACTLY = {
    # OpenSSL and BoringSSL
    "SSL_R_EXCESSIVE_MESSAGE_SIZE": "too-large", "SSL_R_HTTP_REQUEST": "http-to-tls", "SSL_R_HTTPS_PROXY_REQUEST": "http-to-tls",
    "SSL_R_PACKET_LENGTH_TOO_LONG": "record-too-long", "SSL_R_NO_PROTOCOLS_AVAILABLE": "no-protocols", "SSL_R_NO_CIPHERS_AVAILABLE": "no-protocols",
    "SSL_R_NO_CIPHER_MATCH": "bad-cipher-list", "SSL_R_NO_CIPHERS_SPECIFIED": "bad-cipher-list", "SSL_R_WRONG_SIGNATURE_TYPE": "wrong-scheme",
    "SSL_R_CA_MD_TOO_WEAK": "weak-digest", "SSL_R_CA_KEY_TOO_SMALL": "weak-key-ca", "SSL_R_EE_KEY_TOO_SMALL": "weak-key",
    "SSL_R_INVALID_STATUS_RESPONSE": "staple-invalid", "SSL_R_PRIVATE_KEY_MISMATCH": "key-mismatch", "SSL_R_UNKNOWN_PROTOCOL": "not-tls",
    "SSL_R_NO_CERTIFICATE_ASSIGNED": "", "SSL_R_NO_PRIVATE_KEY_ASSIGNED": "", "SSL_R_NO_CERTIFICATE_SPECIFIED": "",
    "SSL_R_INAPPROPRIATE_FALLBACK": "downgraded", "SSL_R_UNSUPPORTED_PROTOCOL": "no-version", "SSL_R_KEY_USAGE_BIT_INCORRECT": "wrong-key-usage",
    "SSL_R_MESSAGE_TOO_LONG": "message-too-large",
    # verification
    "X509_V_ERR_UNABLE_TO_GET_CRL": "crl-missing", "X509_V_ERR_CRL_HAS_EXPIRED": "crl-expired", "X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER": "crl-missing",
    "X509_V_ERR_CERT_SIGNATURE_FAILURE": "bad-signature", "X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE": "bad-signature",
    "X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE": "first-unverified", "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT": "issuer-missing",
    "X509_V_ERR_PATH_LENGTH_EXCEEDED": "path-length", "X509_V_ERR_KEYUSAGE_NO_CERTSIGN": "issuer-no-signer", "X509_V_ERR_INVALID_CA": "issuer-no-authority",
    "X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE": "wrong-key-usage", "X509_V_ERR_IP_ADDRESS_MISMATCH": "wrong-address", "X509_V_ERR_CERT_REVOKED": "revoked-crl",
    "X509_V_ERR_CA_KEY_TOO_SMALL": "weak-key-ca", "X509_V_ERR_CA_MD_TOO_WEAK": "weak-digest", "X509_V_ERR_CERT_HAS_EXPIRED": "expired",
    "X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER": "strict-aki", "X509_V_ERR_CA_BCONS_NOT_CRITICAL": "strict-basic",
    **dict.fromkeys((
        "X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER", "X509_V_ERR_EMPTY_SUBJECT_ALT_NAME", "X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL",
        "X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL", "X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL", "X509_V_ERR_CA_CERT_MISSING_KEY_USAGE",
        "X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3", "X509_V_ERR_ISSUER_NAME_EMPTY", "X509_V_ERR_SUBJECT_NAME_EMPTY", "X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA",
        "X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN", "X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA",
    ), "strict-other"),
    # NSS
    "SSL_ERROR_RX_RECORD_TOO_LONG": "not-tls-or-overflow", "SSL_ERROR_NO_CYPHER_OVERLAP": "version-or-cipher", "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE": "issuer-expired", "SEC_ERROR_INADEQUATE_KEY_USAGE": "inadequate-key-usage",
    "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID": "path-length", "SEC_ERROR_CA_CERT_INVALID": "issuer-no-authority", "SEC_ERROR_BAD_SIGNATURE": "bad-signature",
    "SEC_ERROR_OCSP_OLD_RESPONSE": "staple-expired", "SEC_ERROR_OCSP_UNKNOWN_CERT": "ocsp-unknown", "SSL_ERROR_RX_UNKNOWN_ALERT": "alert-unknown",
    "SSL_ERROR_BAD_CERTIFICATE": "refused-certificate", "SEC_ERROR_REVOKED_CERTIFICATE_CRL": "revoked-crl", "SSL_ERROR_INAPPROPRIATE_FALLBACK_ALERT": "alert-86",
    "SEC_ERROR_OCSP_SERVER_ERROR": "revocation-unreachable", "SEC_ERROR_OCSP_TRY_SERVER_LATER": "revocation-unreachable", "SEC_ERROR_OCSP_BAD_HTTP_RESPONSE": "revocation-unreachable",
    "SEC_ERROR_CRL_EXPIRED": "crl-expired", "SEC_ERROR_CRL_NOT_FOUND": "crl-missing", "SEC_ERROR_BAD_DER": "malformed",
    # GnuTLS
    "GNUTLS_E_PULL_ERROR": "reset", "GNUTLS_E_PUSH_ERROR": "reset-while-sending", "GNUTLS_E_KEY_USAGE_VIOLATION": "wrong-key-usage",
    "GNUTLS_E_HANDSHAKE_TOO_LARGE": "too-large", "GNUTLS_E_UNSUPPORTED_VERSION_PACKET": "no-version", "GNUTLS_E_UNWANTED_ALGORITHM": "weak-parameters",
    "GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED": "legacy-renegotiation", "GNUTLS_E_SAFE_RENEGOTIATION_FAILED": "legacy-renegotiation", "GNUTLS_E_RECORD_OVERFLOW": "record-too-long",
    "GNUTLS_E_PREMATURE_TERMINATION": "ended", "GNUTLS_E_CERTIFICATE_ERROR": "refused-certificate", "GNUTLS_E_TIMEDOUT": "timeout",
    # Go, Java
    "certificate is not authorized to sign other certificates": "issuer-no-authority", "too many intermediates for path length constraint": "path-length",
    "cannot validate certificate for ": "wrong-address", "server gave HTTP response to HTTPS client": "http-spoken", "oversized record received": "record-too-long",
    "client sent an HTTP request to an HTTPS server": "http-to-tls", "private key does not match public key": "key-mismatch",
    "NotAfter: ": "expired-now", "No subject alternative names matching IP address ": "wrong-address", "No subject alternative names present": "no-names",
    "KeyUsage does not allow digital signatures": "wrong-key-usage", "is not a CA certificate": "issuer-no-authority",
    "Certificates do not conform to algorithm constraints": "weak-chain", "Unable to determine revocation status": "revocation-unreachable",
    "Insufficient buffer remaining": "corrupt", "Unsafe renegotiation": "legacy-renegotiation", "Empty client certificate chain": "client-certificate-wanted",
    "PKIX path building failed": "issuer-unknown", "No appropriate protocol (protocol is disabled or cipher suites are inappropriate)": "no-protocols",
    "x509: negative serial number": "malformed",
    # Chromium, Secure Transport, Schannel, curl
    "ERR_SSL_PROTOCOL_ERROR": "protocol-error", "ERR_CONNECTION_RESET": "reset", "ERR_CERT_DATE_INVALID": "out-of-date", "ERR_SSL_KEY_USAGE_INCOMPATIBLE": "wrong-key-usage",
    "ERR_BAD_SSL_CLIENT_AUTH_CERT": "client-certificate-bad", "ERR_PROXY_CONNECTION_FAILED": "proxy-lost", "ERR_SSL_BAD_RECORD_MAC_ALERT": "alert-20",
    "ERR_SSL_DECRYPT_ERROR_ALERT": "alert-51", "ERR_SSL_UNRECOGNIZED_NAME_ALERT": "alert-112", "ERR_CONNECTION_TIMED_OUT": "connect-timeout",
    "ERR_SSL_OBSOLETE_CIPHER": "no-cipher", "ERR_CERT_INVALID": "refused-certificate", "ERR_CERT_CONTAINS_ERRORS": "malformed", "ERR_SSL_SERVER_CERT_BAD_FORMAT": "malformed",
    "errSSLProtocol": "protocol-error", "errSSLNegotiation": "version-or-cipher", "CERT_E_UNTRUSTEDROOT": "issuer-unknown", "CRYPT_E_NO_REVOCATION_CHECK": "revocation-unreachable",
    "SEC_E_ILLEGAL_MESSAGE": "schannel-message", "SEC_E_ALGORITHM_MISMATCH": "version-or-cipher", "SEC_E_UNSUPPORTED_FUNCTION": "no-version",
    "CERT_E_VALIDITYPERIODNESTING": "expired", "CERT_E_PATHLENCONST": "path-length", "CERT_E_ROLE": "issuer-no-authority", "TRUST_E_BASIC_CONSTRAINTS": "issuer-no-authority",
    "TRUST_E_CERT_SIGNATURE": "bad-signature", "NSURLErrorSecureConnectionFailed": "handshake-failed",
}  # fmt: skip

# Secure Transport's names for alerts that the peer sent
_APPLE_ALERTS = {
    "errSSLPeerUnexpectedMsg": 10, "errSSLPeerBadRecordMac": 20, "errSSLPeerDecryptionFail": 21, "errSSLPeerRecordOverflow": 22, "errSSLPeerDecompressFail": 30,
    "errSSLPeerHandshakeFail": 40, "errSSLPeerBadCert": 42, "errSSLPeerUnsupportedCert": 43, "errSSLPeerCertRevoked": 44, "errSSLPeerCertExpired": 45,
    "errSSLPeerCertUnknown": 46, "errSSLIllegalParam": 47, "errSSLPeerUnknownCA": 48, "errSSLPeerAccessDenied": 49, "errSSLPeerDecodeError": 50,
    "errSSLPeerDecryptError": 51, "errSSLPeerExportRestriction": 60, "errSSLPeerProtocolVersion": 70, "errSSLPeerInsufficientSecurity": 71,
    "errSSLPeerInternalError": 80, "errSSLPeerUserCancelled": 90, "errSSLPeerNoRenegotiation": 100,
}  # fmt: skip

# list in the input -> the library as people call it
LISTS = {
    "openssl_ssl_reasons": "OpenSSL", "openssl_x509_verify": "OpenSSL", "boringssl_ssl_reasons": "BoringSSL", "nss": "NSS", "gnutls": "GnuTLS",
    "go_alerts": "Go", "go_messages": "Go", "java_messages": "Java", "rustls": "rustls", "schannel": "Schannel",
    "chrome_net_errors": "Chromium", "apple": "Secure Transport",
}  # fmt: skip
#: Lists whose numbers stand in texts without words.
NUMBERED = frozenset(("openssl_ssl_reasons", "openssl_x509_verify", "boringssl_ssl_reasons", "schannel", "chrome_net_errors", "apple"))


def situation_of(item: dict[str, Any]) -> str | None:
    """The situation of one row of the input; None where it names no cause."""
    name = item.get("name") or item.get("text") or item.get("variant") or ""
    text = (item.get("texts") or [item.get("text") or ""])[0]
    for key in (name, text):
        if key in EXACTLY:
            return EXACTLY[key] or None
    if name in _APPLE_ALERTS:
        return of_alert(_APPLE_ALERTS[name])
    if (item.get("received_alert") or text.startswith("remote error:") or "_ALERT_" in name) and item.get("alert_code") is not None:
        return of_alert(item["alert_code"])
    return CAUSES.get(item.get("cause") or "")


def phrases_of(item: dict[str, Any]) -> Iterator[str]:
    """The words that a row is recognised by."""
    for name in (item.get("name"), item.get("node_code")):
        if name:
            yield plain(re.sub(r"^(SSL_R|X509_V_ERR)_", "", name))
    if item.get("variant"):
        yield plain(item["variant"])
    for text in item.get("texts") or [item.get("text")]:
        if text:
            yield plain(text).strip().rstrip(".")


def rows() -> tuple[dict[str, tuple[str, str]], dict[str, dict[int, str]]]:
    """Phrases to (situation, library), and by library its numbers to situations."""
    data = json.loads((HERE / "library_errors.json").read_text(encoding="utf-8"))
    phrases: dict[str, tuple[str, str]] = {}
    numbers: dict[str, dict[int, str]] = {}
    for key, library in LISTS.items():
        for item in data[key]:
            situation = situation_of(item)
            if situation is None:
                continue
            assert situation in SITUATIONS, situation
            for phrase in phrases_of(item):
                if len(phrase) > 4:
                    phrases.setdefault(phrase, (situation, library))
            if key in NUMBERED and item.get("code") is not None:
                code = int(item["code"], 16) if isinstance(item["code"], str) else item["code"]
                numbers.setdefault(key, {}).setdefault(code, situation)
    return dict(sorted(phrases.items())), numbers


def module() -> str:
    """The text of the generated module."""
    data = json.loads((HERE / "library_errors.json").read_text(encoding="utf-8"))
    phrases, numbers = rows()
    by_place: dict[tuple[str, str], list[str]] = {}
    for phrase, place in phrases.items():
        by_place.setdefault(place, []).append(phrase)
    lines = [
        f'"""Error texts and numbers of TLS libraries, as of {data["date"]}: generated by `tests/corpus/errors/generate.py`, do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        "# (situation, library) -> phrases, in the spelling of `cleaning.plain`",
        "PHRASES: dict[tuple[str, str], tuple[str, ...]] = {",
        *(f"    {place!r}: {tuple(found)!r}," for place, found in sorted(by_place.items())),
        "}",
        "# list -> number -> situation",
        "NUMBERS: dict[str, dict[int, str]] = {",
        *(f"    {key!r}: {dict(sorted(found.items()))!r}," for key, found in sorted(numbers.items())),
        "}",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    OUT.write_text(module(), encoding="utf-8")
