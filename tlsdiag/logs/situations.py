"""Situations: what an error text says, before anybody judges which cause made it say so.

One text often has several causes. A situation lists them, the likeliest first; `clear` says that the first is so much likelier than the
others that it may be named, the others being doubts. The questions that tell them apart are those of the causes (`causes.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple


class Strength(IntEnum):
    """How much a text says: of what matches, only the strongest counts, so that a frame around the true words is not heard."""

    FRAME = 0
    SYMPTOM = 1
    SPECIFIC = 2
    DETAIL = 3


class Situation(NamedTuple):
    """What a text says: the sentence, its causes by rank (slugs), whether the first stands out, and how much it says."""

    name: str
    says: str
    causes: tuple[str, ...]
    clear: bool
    strength: Strength


_FRAME, _SYMPTOM, _SPECIFIC, _DETAIL = Strength.FRAME, Strength.SYMPTOM, Strength.SPECIFIC, Strength.DETAIL
_CLIENT_CERTIFICATE = "client-cert-untrusted client-cert-missing client-cert-expired client-cert-wrong-eku client-cert-chain-incomplete client-cert-revoked client-cert-weak-key"
_NOT_TRUSTED = "ca-unknown-private chain-missing-intermediate cert-self-signed self-signed-in-chain interception-untrusted-ca trust-store-missing trust-store-stale chain-wrong-intermediate"
_NO_OVERLAP = "cipher-no-overlap group-no-overlap sigalg-no-overlap cert-type-mismatch sni-unrecognized client-cert-missing version-server-too-old version-client-too-old cert-curve-unsupported dh-key-too-small cipher-server-legacy-only alert-handshake-failure"
_ENDED = "server-closes-after-clienthello server-closes-mid-handshake tcp-closed-on-accept sni-unrecognized starttls-port-spoken-as-tls version-client-too-old middlebox-large-clienthello client-cert-untrusted client-cert-missing eof-without-close-notify proxy-closes"
_RESET = "blocked-rst-after-clienthello tcp-reset-on-accept reset-mid-handshake reset-after-handshake sni-unrecognized lb-tls-to-plain-backend client-cert-untrusted client-cert-missing middlebox-large-clienthello rate-limited"
_NOT_TLS = "plaintext-http-on-port starttls-port-spoken-as-tls other-protocol-on-port proxy-scheme-wrong captive-portal lb-tls-to-plain-backend record-overflow"
_WEAK = "weak-digest weak-key weak-digest-ca weak-key-ca java-disabled-algorithm"

# name | strength | clear | causes by rank | what the text says
_ROWS: tuple[tuple[str, Strength, bool, str, str], ...] = (
    # names and TCP
    ("name-not-found", _SPECIFIC, True, "dns-nxdomain dns-resolver-unreachable dns-name-invalid", "The host name could not be resolved: it does not exist."),
    ("resolver-failed", _SPECIFIC, True, "dns-resolver-unreachable dns-nxdomain", "The resolver did not answer."),
    ("name-unresolved", _SPECIFIC, False, "dns-nxdomain dns-resolver-unreachable", "The host name could not be resolved; the text does not say whether it does not exist or the resolver failed."),
    ("name-unencodable", _SPECIFIC, True, "dns-name-invalid", "The host name cannot be encoded."),
    ("refused", _SPECIFIC, True, "tcp-refused", "The connection was refused."),
    ("connect-timeout", _SPECIFIC, True, "tcp-timeout proxy-unreachable dns-resolver-unreachable", "Nobody answered the connection in time."),
    ("unreachable", _SPECIFIC, True, "tcp-unreachable dns-ipv6-broken", "There is no route to the address."),
    ("prohibited", _SPECIFIC, True, "tcp-prohibited", "This machine does not allow the connection."),
    ("connect-failed", _FRAME, False, "tcp-refused tcp-timeout tcp-unreachable server-closes-after-clienthello dns-nxdomain", "The connection could not be opened; the text does not say why."),
    ("timeout", _SYMPTOM, False, "tcp-timeout handshake-timeout handshake-stalls-after-hello", "Something took too long; the text does not say whether it was the connection or the handshake."),
    ("handshake-timeout", _SPECIFIC, True, "handshake-timeout handshake-stalls-after-hello middlebox-large-clienthello", "The connection was opened and the handshake took too long."),
    ("read-timeout", _SPECIFIC, False, "handshake-timeout handshake-stalls-after-hello", "The connection was opened and the answer took too long."),
    ("reset", _SYMPTOM, False, _RESET, "The connection was reset; the text does not say how far the handshake had come."),
    ("reset-in-handshake", _SPECIFIC, False, "blocked-rst-after-clienthello reset-mid-handshake tcp-reset-on-accept sni-unrecognized middlebox-large-clienthello lb-tls-to-plain-backend client-cert-untrusted client-cert-missing", "The connection was reset during the handshake."),
    ("reset-on-connect", _DETAIL, True, "tcp-reset-on-accept tcp-closed-on-accept", "The connection was reset as soon as it was opened."),
    ("reset-or-ended", _FRAME, False, "server-closes-after-clienthello blocked-rst-after-clienthello tcp-reset-on-accept tcp-closed-on-accept reset-mid-handshake server-closes-mid-handshake client-cert-missing", "The connection was reset or closed; the text does not say which, nor how far the handshake had come."),
    ("not-connected", _SYMPTOM, False, "tcp-reset-on-accept tcp-closed-on-accept reset-mid-handshake reset-after-handshake client-cert-missing", "The connection was gone before it was used."),
    ("reset-while-sending", _SYMPTOM, False, "reset-mid-handshake blocked-rst-after-clienthello tcp-reset-on-accept reset-after-handshake client-cert-chain-too-large client-cert-untrusted client-cert-missing tcp-closed-on-accept", "The connection was reset while something was sent: the peer had already ended it, perhaps with an alert that was lost."),
    ("reset-in-data", _SPECIFIC, False, "reset-after-handshake client-cert-missing client-cert-untrusted eof-without-close-notify rate-limited", "The connection was reset after the handshake."),
    ("ended", _SYMPTOM, False, _ENDED, "The connection ended without a word of TLS."),
    ("ended-in-handshake", _SPECIFIC, False, "server-closes-after-clienthello server-closes-mid-handshake tcp-closed-on-accept sni-unrecognized starttls-port-spoken-as-tls middlebox-large-clienthello version-client-too-old client-cert-untrusted proxy-closes", "The connection ended during the handshake, without an alert."),
    ("ended-in-data", _SPECIFIC, False, "eof-without-close-notify client-cert-missing client-cert-untrusted reset-after-handshake", "The connection ended after the handshake, without TLS's goodbye."),
    ("truncated", _SPECIFIC, True, "eof-without-close-notify", "The data ended before it was complete."),
    ("no-response", _SYMPTOM, False, "proxy-closes reset-after-handshake eof-without-close-notify client-cert-missing client-cert-untrusted server-closes-after-clienthello plaintext-client-refused", "The connection ended where the answer was due."),
    ("backend-failed", _FRAME, False, "ca-unknown-private cert-self-signed cert-expired name-mismatch chain-missing-intermediate client-cert-missing version-server-too-old sni-unrecognized lb-tls-to-plain-backend tcp-closed-on-accept blocked-rst-after-clienthello tcp-refused", "A proxy could not open its own connection to the backend; this line does not say why."),
    ("tls-to-plain-backend", _DETAIL, True, "lb-tls-to-plain-backend plaintext-http-on-port", "A proxy speaks TLS to a backend that does not."),
    ("plain-to-tls-backend", _DETAIL, False, "lb-plain-to-tls-backend client-cert-missing plaintext-http-to-tls-port", "The backend answers the proxy with status 400: plain HTTP to a TLS port, or a missing client certificate."),
    # proxies
    ("proxy-407", _DETAIL, True, "proxy-auth-required", "The proxy demands authentication."),
    ("proxy-403", _DETAIL, True, "proxy-denied", "The proxy does not allow this destination."),
    ("proxy-5xx", _DETAIL, True, "proxy-upstream-failed", "The proxy could not reach the destination."),
    ("proxy-40x", _DETAIL, True, "proxy-not-a-proxy proxy-scheme-wrong", "What is configured as proxy answers as no proxy does."),
    ("proxy-3xx", _DETAIL, True, "captive-portal proxy-not-a-proxy", "The way to the proxy is answered with a redirect, as by a login page."),
    ("proxy-other", _SPECIFIC, False, "proxy-denied proxy-upstream-failed proxy-not-a-proxy proxy-auth-required captive-portal", "The proxy did not open the tunnel; the text does not say with which status."),
    ("proxy-plain", _DETAIL, True, "proxy-scheme-wrong captive-portal plaintext-http-on-port", "TLS was spoken to the proxy, and it answered in plain text."),
    ("proxy-ended", _DETAIL, True, "proxy-closes", "The proxy closed the connection."),
    ("proxy-lost", _DETAIL, True, "proxy-unreachable", "The proxy cannot be reached."),
    # what is spoken
    ("not-tls", _SPECIFIC, False, _NOT_TLS, "What came back is no TLS."),
    ("http-spoken", _DETAIL, False, "plaintext-http-on-port captive-portal proxy-scheme-wrong", "What came back is plain HTTP."),
    ("http-to-tls", _DETAIL, True, "plaintext-http-to-tls-port lb-plain-to-tls-backend", "Plain HTTP was spoken to a TLS port."),
    ("unknown-record", _SPECIFIC, False, "other-protocol-on-port starttls-port-spoken-as-tls plaintext-http-on-port", "A record of an unknown type came back."),
    ("record-too-long", _SPECIFIC, False, "record-overflow plaintext-http-on-port starttls-port-spoken-as-tls other-protocol-on-port", "A record that is longer than TLS allows came back: mostly no TLS at all."),
    ("not-tls-or-overflow", _SPECIFIC, False, "plaintext-http-on-port starttls-port-spoken-as-tls other-protocol-on-port record-overflow", "The first bytes, read as a record, are longer than TLS allows: mostly no TLS at all."),
    ("starttls-not-offered", _DETAIL, True, "starttls-not-offered", "The server does not offer STARTTLS."),
    ("upgrade-rejected", _SPECIFIC, False, "starttls-not-offered other-protocol-on-port plaintext-http-on-port starttls-on-implicit-port", "The server did not agree to begin TLS; the client does not say with which answer: it may be no server of this protocol at all."),
    ("starttls-refused", _DETAIL, True, "starttls-refused", "The server refuses STARTTLS."),
    ("starttls-failed", _SPECIFIC, False, "starttls-not-offered starttls-refused", "TLS was required and the server did not begin it."),
    ("tls-demanded", _DETAIL, True, "plaintext-client-refused", "The server demands TLS."),
    ("data-protection-refused", _SYMPTOM, False, "client-cert-missing client-cert-untrusted client-cert-expired group-no-overlap", "The server answered a command with an error; its own message has the reason."),
    ("garbled-answer", _SYMPTOM, False, "other-protocol-on-port starttls-port-spoken-as-tls client-cert-missing client-cert-untrusted group-no-overlap client-cert-expired", "The answer is of another protocol than was asked for."),
    ("forbidden", _SYMPTOM, False, "sni-missing client-cert-missing blocked-ip-or-geo client-cert-untrusted sni-host-mismatch-421", "HTTP answered with status 403; TLS itself worked."),
    # the server's certificate
    ("expired", _SPECIFIC, True, "cert-expired chain-expired-intermediate clock-wrong chain-cross-sign-expired chain-expired-root timezone-wrong", "The client finds a certificate expired."),
    ("issuer-expired", _DETAIL, True, "chain-expired-intermediate chain-cross-sign-expired chain-expired-root clock-wrong", "The client finds the issuer's certificate expired."),
    ("not-yet-valid", _DETAIL, True, "cert-not-yet-valid clock-wrong timezone-wrong", "The client finds a certificate not valid yet."),
    ("expired-now", _DETAIL, True, "cert-expired chain-expired-intermediate clock-wrong chain-cross-sign-expired chain-expired-root", "The client finds a certificate expired."),
    ("out-of-date", _SPECIFIC, False, "cert-expired cert-not-yet-valid chain-expired-intermediate chain-cross-sign-expired chain-expired-root clock-wrong timezone-wrong", "The client finds a certificate out of date: expired, or not valid yet."),
    ("self-signed", _SPECIFIC, True, "cert-self-signed interception-untrusted-ca sni-default-certificate", "The client met a certificate that has signed itself and that it does not trust."),
    ("self-signed-root", _SPECIFIC, True, "self-signed-in-chain interception-untrusted-ca ca-unknown-private trust-store-stale trust-store-missing", "The chain ends at a root that the client does not trust."),
    ("issuer-missing", _SPECIFIC, False, "chain-missing-intermediate ca-unknown-private trust-store-missing interception-untrusted-ca chain-wrong-intermediate trust-store-stale chain-expired-root cert-self-signed", "The client cannot find who issued a certificate: it was not sent and is not in its store."),
    ("first-unverified", _SPECIFIC, False, "chain-missing-intermediate ca-unknown-private trust-store-missing chain-wrong-intermediate", "The client has only the server's own certificate and cannot find its issuer."),
    ("issuer-unknown", _SPECIFIC, False, _NOT_TRUSTED, "The client does not trust who issued the certificate."),
    ("distrusted", _SPECIFIC, True, "distrusted-ca ca-unknown-private", "The authority is marked as not trusted."),
    ("wrong-name", _SPECIFIC, True, "name-mismatch sni-default-certificate name-wildcard-scope name-cn-only name-ip-not-in-san dns-wrong-address name-underscore-or-idn", "The certificate is not for the name that the client wants."),
    ("wrong-address", _DETAIL, True, "name-ip-not-in-san name-mismatch", "The client connected by address, and the certificate does not have it."),
    ("common-name-only", _DETAIL, True, "name-cn-only name-mismatch", "The certificate has its name only where clients no longer look."),
    ("no-names", _DETAIL, False, "name-cn-only name-ip-not-in-san name-mismatch", "The certificate has no subject alternative names."),
    ("wrong-purpose", _SPECIFIC, True, "eku-no-server-auth chain-ca-eku-excludes-tls key-usage-unsuitable", "The certificate is not meant for servers."),
    ("wrong-key-usage", _SPECIFIC, True, "key-usage-unsuitable chain-issuer-no-keycertsign", "The certificate's key usage forbids what it is used for."),
    ("inadequate-key-usage", _SPECIFIC, False, "chain-issuer-no-keycertsign chain-issuer-not-a-ca key-usage-unsuitable eku-no-server-auth", "A certificate's key usage forbids what it is used for."),
    ("issuer-no-signer", _SPECIFIC, True, "chain-issuer-no-keycertsign chain-issuer-not-a-ca", "An issuer's key usage does not allow it to sign certificates."),
    ("issuer-no-authority", _SPECIFIC, True, "chain-issuer-not-a-ca chain-issuer-no-keycertsign", "An issuer is no authority."),
    ("authority-constraint", _SPECIFIC, False, "chain-issuer-not-a-ca chain-pathlen-exceeded chain-issuer-no-keycertsign name-constraints-violated", "The chain breaks a constraint of one of its authorities."),
    ("path-length", _DETAIL, True, "chain-pathlen-exceeded", "The chain is longer than an authority allows."),
    ("bad-signature", _SPECIFIC, True, "cert-bad-signature", "A certificate's signature does not verify."),
    ("bad-peer-signature", _SPECIFIC, False, "alert-decrypt-error cert-bad-signature record-tampered", "A signature of the handshake does not verify."),
    ("authority-differs", _DETAIL, False, "chain-wrong-intermediate ca-unknown-private trust-store-stale cert-bad-signature interception-untrusted-ca", "An authority of the issuer's name is known, and its key is not the one that signed: it was made anew, another has the same name, or the certificate is damaged."),
    ("name-constraint", _SPECIFIC, True, "name-constraints-violated", "An authority may not issue for this name."),
    ("critical-extension", _SPECIFIC, True, "cert-unknown-critical-extension", "A certificate has a critical extension that the client does not know."),
    ("weak-key", _SPECIFIC, True, "weak-key weak-key-ca client-cert-weak-key", "The certificate's key is too weak."),
    ("weak-key-ca", _SPECIFIC, True, "weak-key-ca weak-key", "An authority's key is too weak."),
    ("weak-digest", _SPECIFIC, False, "weak-digest weak-digest-ca", "A certificate is signed with a hash that is no longer accepted."),
    ("weak-digest-ca", _SPECIFIC, True, "weak-digest-ca weak-digest", "A certificate of the chain is signed with a hash that is no longer accepted."),
    ("weak-chain", _SPECIFIC, False, "java-disabled-algorithm " + _WEAK.replace(" java-disabled-algorithm", ""), "The chain has a key or hash that this client forbids."),
    ("chain-broken", _SPECIFIC, False, "chain-wrong-intermediate ca-unknown-private cert-bad-signature", "The certificates do not belong together."),
    ("chain-too-long", _SPECIFIC, True, "chain-too-long", "The chain has too many certificates."),
    ("too-large", _SPECIFIC, True, "chain-too-large client-ca-list-too-long", "A handshake message, mostly the server's certificates, is larger than the client takes."),
    ("message-too-large", _SPECIFIC, False, "client-ca-list-too-long chain-too-large", "A handshake message is larger than the client takes: its certificates, or its list of authorities."),
    ("malformed", _SPECIFIC, True, "cert-parse-error", "The client cannot read a certificate."),
    ("key-kind", _SPECIFIC, False, "cert-key-type-unsupported cert-curve-unsupported", "The client cannot use the kind of key in the certificate."),
    ("validity-too-long", _SPECIFIC, True, "cert-validity-too-long", "The certificate is valid for too long."),
    ("transparency", _SPECIFIC, True, "ct-missing", "The certificate lacks proof that it was logged."),
    ("interception", _SPECIFIC, True, "interception-untrusted-ca", "The connection is intercepted."),
    ("pinned", _SPECIFIC, True, "pinning-mismatch interception-untrusted-ca", "Another key came than the one that is pinned."),
    ("dane", _SPECIFIC, True, "dane-mismatch", "The certificate does not match its TLSA record."),
    ("strict-aki", _DETAIL, True, "x509-strict-missing-aki", "A certificate lacks its authority key identifier, and the client is strict."),
    ("strict-basic", _DETAIL, True, "x509-strict-basic-constraints-not-critical", "An authority's basicConstraints is not critical, and the client is strict."),
    ("strict-other", _DETAIL, True, "x509-strict-other", "A certificate breaks the profile of RFC 5280, and the client is strict."),
    ("refused-certificate", _FRAME, False, _NOT_TRUSTED + " cert-expired name-mismatch cert-not-yet-valid name-constraints-violated cert-bad-signature chain-pathlen-exceeded chain-issuer-no-keycertsign cert-unknown-critical-extension ocsp-staple-invalid ocsp-staple-expired ocsp-must-staple-missing", "The client refuses the server's certificate; the text does not say why."),
    # revocation
    ("revoked", _SPECIFIC, False, "cert-revoked-ocsp cert-revoked-crl", "The certificate has been revoked."),
    ("revoked-crl", _SPECIFIC, True, "cert-revoked-crl cert-revoked-ocsp", "The certificate has been revoked."),
    ("crl-missing", _SPECIFIC, True, "crl-unavailable", "A revocation list is demanded and missing."),
    ("crl-expired", _SPECIFIC, True, "crl-expired clock-wrong", "A revocation list is out of date."),
    ("crl-problem", _SPECIFIC, False, "crl-expired crl-unavailable", "A revocation list is missing or cannot be used."),
    ("staple-expired", _DETAIL, True, "ocsp-staple-expired clock-wrong", "The stapled OCSP answer is out of date."),
    ("staple-invalid", _SPECIFIC, True, "ocsp-staple-invalid ocsp-staple-expired", "The stapled OCSP answer cannot be used."),
    ("staple-missing", _SPECIFIC, False, "ocsp-staple-missing ocsp-must-staple-missing", "No OCSP answer was stapled."),
    ("must-staple", _DETAIL, True, "ocsp-must-staple-missing ocsp-staple-missing", "The certificate demands a stapled OCSP answer and none came."),
    ("ocsp-unknown", _DETAIL, True, "ocsp-unknown", "The OCSP responder does not know the certificate."),
    ("ocsp-problem", _SPECIFIC, False, "ocsp-staple-invalid ocsp-staple-expired ocsp-unknown ocsp-staple-missing revocation-server-unreachable", "The OCSP answer is missing or cannot be used."),
    ("revocation-unreachable", _SPECIFIC, False, "revocation-server-unreachable interception-no-revocation-info", "The client could not learn whether the certificate is revoked."),
    # the trust store and the client's own settings
    ("store-missing", _DETAIL, True, "trust-store-missing trust-store-corrupt", "The client has no trusted roots."),
    ("store-unreadable", _SPECIFIC, False, "trust-store-corrupt trust-store-missing", "The client's CA file cannot be read."),
    ("key-mismatch", _SPECIFIC, True, "client-cert-key-mismatch", "The client's key does not belong to its certificate."),
    ("key-unusable", _SPECIFIC, False, "client-cert-key-mismatch client-cert-key-unreadable", "The client's key cannot be used with its certificate."),
    ("key-unreadable", _SPECIFIC, True, "client-cert-key-unreadable trust-store-corrupt client-cert-key-mismatch", "The client's certificate or key cannot be read."),
    ("keystore-unreadable", _SPECIFIC, False, "client-cert-key-unreadable trust-store-corrupt", "A key store of the client cannot be opened; the text does not say whether the one with its key or the one with its roots."),
    ("client-key-weak", _DETAIL, True, "client-cert-weak-key weak-key", "The client's own certificate is too weak for its TLS library."),
    ("no-protocols", _SPECIFIC, True, "client-config-protocol-disabled", "The client's own settings leave nothing to offer."),
    ("bad-cipher-list", _SPECIFIC, True, "client-config-bad-cipher", "The client's list of ciphers or groups is wrong."),
    ("no-name-to-check", _SPECIFIC, True, "client-config-name-check", "The client is to check the host name and was given none."),
    ("os-disabled", _SPECIFIC, True, "os-tls-versions-disabled client-config-protocol-disabled", "The operating system has the needed version or suite switched off."),
    # negotiation
    ("no-version", _SPECIFIC, False, "version-server-too-old version-no-overlap version-client-too-old client-config-protocol-disabled", "The server chose, or has only, a protocol version that the client does not accept."),
    ("version-or-cipher", _SPECIFIC, False, "version-server-too-old cipher-no-overlap version-no-overlap cert-curve-unsupported cert-key-type-unsupported group-no-overlap dh-key-too-small alert-insufficient-security", "The two sides have no version or no cipher suite in common."),
    ("no-cipher", _SPECIFIC, True, "cipher-no-overlap cipher-server-legacy-only group-no-overlap cert-type-mismatch", "The two sides have no cipher suite in common."),
    ("no-group", _SPECIFIC, True, "group-no-overlap hrr-mishandled", "The two sides have no key-exchange group in common."),
    ("no-scheme", _SPECIFIC, True, "sigalg-no-overlap sigalg-server-signs-sha1 cert-key-type-unsupported", "The two sides have no signature algorithm in common."),
    ("wrong-scheme", _SPECIFIC, False, "sigalg-server-signs-sha1 sigalg-no-overlap version-server-too-old", "The server signed with an algorithm that the client did not offer."),
    ("legacy-signature", _SPECIFIC, True, "version-server-too-old sigalg-server-signs-sha1", "The server speaks TLS 1.0 or 1.1 and signs with MD5 and SHA-1, which this OpenSSL refuses."),
    ("dh-small", _SPECIFIC, True, "dh-key-too-small", "The server's Diffie-Hellman prime is too small for the client."),
    ("legacy-renegotiation", _SPECIFIC, True, "legacy-renegotiation-disabled", "The server does not know secure renegotiation, and the client insists on it."),
    ("renegotiation", _SPECIFIC, False, "renegotiation-refused legacy-renegotiation-disabled client-cert-post-handshake-auth", "One side wants to negotiate anew and the other does not."),
    ("post-handshake", _DETAIL, True, "client-cert-post-handshake-auth", "The server asks for a certificate after the handshake."),
    ("fallback", _SPECIFIC, True, "version-fallback-refused", "The client came back with a lower version, and the server has a better one."),
    ("downgraded", _SPECIFIC, True, "middlebox-downgrade version-fallback-refused", "The handshake was forced to a lower version than both sides have."),
    ("alpn", _SPECIFIC, True, "alpn-no-overlap alpn-h2-required", "The two sides have no application protocol in common."),
    ("h2-missing", _DETAIL, True, "alpn-h2-required alpn-no-overlap", "HTTP/2 is needed and was not negotiated."),
    ("h2-suite", _DETAIL, True, "http2-inadequate-security", "HTTP/2 forbids the cipher suite that was negotiated."),
    ("name-refused", _SPECIFIC, True, "sni-unrecognized sni-missing", "The server does not know the name."),
    ("corrupt", _SPECIFIC, True, "record-tampered", "A record does not decrypt."),
    ("psk", _SPECIFIC, True, "psk-identity-unknown", "The pre-shared key or its identity is not accepted."),
    ("resumption", _SPECIFIC, False, "resumption-broken session-id-context-uninitialized 0rtt-rejected", "Resuming a session failed."),
    ("ech", _SPECIFIC, True, "ech-rejected", "The server did not take the encrypted hello."),
    ("protocol-violation", _SPECIFIC, False, "alert-unexpected-message alert-illegal-parameter alert-decode-error middlebox-version-intolerance middlebox-extension-intolerance hrr-mishandled other-protocol-on-port", "The peer broke the protocol: a message came that is not allowed there, or that cannot be read."),
    ("weak-parameters", _SPECIFIC, False, "alert-insufficient-security dh-key-too-small weak-key weak-digest cipher-server-legacy-only", "What was offered or chosen is too weak."),
    ("fips-ems", _DETAIL, True, "fips-ems-required", "The peer lacks the extended master secret that is demanded."),
    ("client-certificate-wanted", _SPECIFIC, True, "client-cert-missing client-cert-not-selected client-cert-post-handshake-auth", "A client certificate is demanded and there is none."),
    ("client-certificate-bad", _SPECIFIC, False, "client-cert-untrusted client-cert-missing client-cert-expired client-cert-wrong-eku client-cert-key-mismatch", "The server does not take the client's certificate."),
    ("schannel-token", _SPECIFIC, False, "version-no-overlap plaintext-http-on-port starttls-port-spoken-as-tls cipher-no-overlap", "Windows could not read what the server answered: no TLS, or no version in common."),
    ("schannel-message", _SPECIFIC, False, "cipher-no-overlap version-no-overlap plaintext-http-on-port alert-unexpected-message", "Windows met a message that it did not expect: nothing in common, or no TLS."),
    ("protocol-error", _SPECIFIC, False, "plaintext-http-on-port starttls-port-spoken-as-tls alert-internal-error other-protocol-on-port server-closes-after-clienthello proxy-scheme-wrong alert-unexpected-message", "The client calls what came a protocol error: mostly no TLS at all, or an alert."),
    ("tls-failed", _FRAME, False, "ca-unknown-private chain-missing-intermediate cert-expired name-mismatch cert-self-signed plaintext-http-on-port server-closes-after-clienthello cipher-no-overlap version-no-overlap client-cert-missing", "TLS failed; the text does not say whether for the certificate, for what was negotiated, or for what is spoken there."),
    ("handshake-failed", _FRAME, False, _NO_OVERLAP + " handshake-timeout blocked-rst-after-clienthello server-closes-after-clienthello plaintext-http-on-port", "The handshake failed; the text does not say why."),
    # alerts that the peer sent: alert-NUMBER
    ("alert-0", _SPECIFIC, False, "server-closes-mid-handshake server-closes-after-clienthello", "The server said goodbye in the middle of the handshake."),
    ("alert-10", _SPECIFIC, True, "alert-unexpected-message middlebox-version-intolerance hrr-mishandled client-hello-malformed", "The server did not expect a message (alert 10)."),
    ("alert-20", _SPECIFIC, True, "record-tampered", "The server could not decrypt a record (alert 20)."),
    ("alert-22", _SPECIFIC, True, "record-overflow other-protocol-on-port", "The server found a record too long (alert 22)."),
    ("alert-40", _SPECIFIC, False, _NO_OVERLAP + " client-cert-untrusted client-cert-post-handshake-auth fips-ems-required", "The server found nothing acceptable and does not say what (alert 40)."),
    ("alert-40-late", _DETAIL, False, "client-cert-post-handshake-auth client-cert-missing client-cert-untrusted renegotiation-refused", "The server ended a connection that was already open with alert 40: mostly about a client certificate."),
    ("alert-41", _SPECIFIC, True, "client-cert-missing client-cert-not-selected", "The server got no client certificate (alert 41)."),
    ("alert-42", _SPECIFIC, False, _CLIENT_CERTIFICATE, "The server does not take the client's certificate, or misses it (alert 42)."),
    ("alert-43", _SPECIFIC, False, "client-cert-wrong-eku client-cert-weak-key client-cert-untrusted cert-key-type-unsupported", "The server does not take client certificates of this kind (alert 43)."),
    ("alert-44", _SPECIFIC, True, "client-cert-revoked", "The server finds the client's certificate revoked (alert 44)."),
    ("alert-45", _SPECIFIC, True, "client-cert-expired crl-expired clock-wrong-server", "The server finds the client's certificate expired (alert 45)."),
    ("alert-46", _SPECIFIC, False, _CLIENT_CERTIFICATE, "The server does not take the client's certificate and does not say why (alert 46)."),
    ("alert-47", _SPECIFIC, True, "alert-illegal-parameter hrr-mishandled middlebox-extension-intolerance client-hello-malformed", "The server found a value that makes no sense to it (alert 47)."),
    ("alert-48", _SPECIFIC, True, "client-cert-untrusted client-cert-chain-incomplete", "The server does not trust the issuer of the client's certificate (alert 48)."),
    ("alert-49", _SPECIFIC, False, "alert-access-denied client-cert-untrusted client-cert-expired client-cert-missing", "The server denies access (alert 49)."),
    ("alert-50", _SPECIFIC, True, "alert-decode-error middlebox-extension-intolerance client-hello-malformed", "The server could not read a message (alert 50)."),
    ("alert-51", _SPECIFIC, True, "alert-decrypt-error client-cert-key-mismatch legacy-renegotiation-disabled record-tampered", "A signature or the Finished message did not verify at the server (alert 51)."),
    ("alert-70", _SPECIFIC, False, "version-client-too-old version-server-too-old version-no-overlap middlebox-version-intolerance", "The server refuses every protocol version that was offered (alert 70)."),
    ("alert-71", _SPECIFIC, True, "alert-insufficient-security cipher-no-overlap group-no-overlap", "The server finds the offer too weak (alert 71)."),
    ("alert-80", _SPECIFIC, False, "alert-internal-error sni-unrecognized sni-missing", "The server met an error of its own (alert 80): often there is no certificate for the name."),
    ("alert-86", _SPECIFIC, True, "version-fallback-refused", "The client came back with a lower version, and the server has a better one (alert 86)."),
    ("alert-90", _SPECIFIC, True, "alert-user-canceled", "The server gave up on purpose (alert 90)."),
    ("alert-100", _SPECIFIC, True, "renegotiation-refused", "The server does not negotiate anew (alert 100)."),
    ("alert-109", _SPECIFIC, True, "alert-missing-extension sni-missing fips-ems-required", "The server misses an extension in the hello (alert 109)."),
    ("alert-110", _SPECIFIC, True, "alert-unsupported-extension middlebox-extension-intolerance", "The server found an extension that it does not allow (alert 110)."),
    ("alert-112", _SPECIFIC, True, "sni-unrecognized sni-missing", "The server does not know the name (alert 112)."),
    ("alert-113", _SPECIFIC, True, "ocsp-staple-invalid", "The peer does not take the OCSP answer (alert 113)."),
    ("alert-115", _SPECIFIC, True, "psk-identity-unknown", "The server does not know the identity of the pre-shared key (alert 115)."),
    ("alert-116", _SPECIFIC, True, "client-cert-missing client-cert-not-selected client-cert-untrusted client-cert-post-handshake-auth", "The server requires a client certificate (alert 116)."),
    ("alert-120", _SPECIFIC, True, "alpn-no-overlap", "The server has none of the application protocols that were offered (alert 120)."),
    ("alert-unknown", _SPECIFIC, False, "psk-identity-unknown client-cert-missing alpn-no-overlap alert-handshake-failure", "The server sent an alert that this client does not know by name: a newer one (115, 116, 120)."),
    ("alert-any", _FRAME, False, "alert-handshake-failure alert-internal-error client-cert-missing version-client-too-old cipher-no-overlap sni-unrecognized", "The server ended the handshake with an alert; the text does not say which."),
)  # fmt: skip

SITUATIONS: Mapping[str, Situation] = {
    name: Situation(name, says, tuple(causes.split()), clear, strength) for name, strength, clear, causes, says in _ROWS
}

#: Alerts that mean the same to the client as another one.
_SAME_ALERT = {21: 20, 30: 10, 60: 40, 111: 46, 114: 46, 121: 121}


def of_alert(number: int) -> str:
    """The situation of an alert that the peer sent."""
    number = _SAME_ALERT.get(number, number)
    if number == 121:
        return "ech"
    name = f"alert-{number}"
    return name if name in SITUATIONS else "alert-unknown"
