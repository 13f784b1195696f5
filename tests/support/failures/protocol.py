"""Rows of the handshake itself: server names, versions, cipher suites, groups, signatures, alerts, application protocols, resumption."""

from __future__ import annotations

import ssl
from pathlib import Path

from tlsdiag import Blame, Verdict
from tlsdiag.testing import self_signed

from . import peers
from .case import Bench, Build, Case, How, Row, Setting
from .clients import page
from .forge import pair
from .making import NAME, at_most_12, by_openssl, client, dh_parameters, leaf, met, served, sound_rsa, weak

POLICY, FIPS = (str(Path(__file__).with_name(name)) for name in ("at_most_tls12.cnf", "fips_algorithms.cnf"))
_V = ssl.TLSVersion
_12, _13 = ("TLSv1.2",), ("TLSv1.3",)
_S = served


def _strict(kind: str, **options: object) -> Build:
    """A server that refuses names which it does not know."""
    names = {} if kind == "caddy" else {"server_names": (NAME,)}
    return served(kind, sni_strict=True, **names, **options)  # type: ignore[arg-type]


def _without_certificate(bench: Bench) -> Setting:
    """A listener whose certificate cannot be used by anybody: s_server with none."""
    return served("openssl", extra=("-nocert",))(bench)


def _alert(code: int, blame: Blame, *causes: str, waits_for: str = "") -> Case:
    return Case(name=f"alert {code}", build=met(peers.answers(peers.alert(code))), causes=(*causes, "fatal-alert"), blame=blame, waits_for=waits_for)


def _tls13_only() -> ssl.SSLContext:
    return client(minimum_version=_V.TLSv1_3)


def _steady() -> ssl.SSLContext:
    """A client that does not renegotiate; OpenSSL's would."""
    context = client()
    context.options |= ssl.OP_NO_RENEGOTIATION
    return context


def _without_ems() -> ssl.SSLContext:
    """A client of TLS 1.2 that does not offer the extended master secret: SSL_OP_NO_EXTENDED_MASTER_SECRET, which Python has no name for."""
    context = at_most_12()
    context.options |= ssl.Options(1)
    return context


def _chacha() -> ssl.SSLContext:
    return at_most_12(ciphers="ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-CHACHA20-POLY1305")


ROWS: tuple[Row, ...] = (
    Row("sni-unrecognized", How.SERVER, cases=(
        *(Case(name=kind, build=_strict(kind, host="other.example"), causes=("server-name-unknown",), blame=Blame.SERVER) for kind in ("nginx", "haproxy", "java", "gnutls", "openssl")),
        # only a comparison of names tells with these two; Caddy refuses every hello whose name it does not have, and one without a name too
        Case(name="caddy", build=_strict("caddy", host="other.example"), causes=("server-without-certificate",), blame=Blame.SERVER),
        Case(name="node", build=_strict("node", host="other.example"), causes=("server-name-unknown",), blame=Blame.SERVER, waits_for="counterfactuals", needs="server-name-blocked"),
        Case(name="apache answers 421 later", build=_strict("apache", host="other.example"), causes=("name-mismatch",), blame=Blame.SERVER),
    )),
    Row("sni-warning-alert", How.SERVER, cases=(
        Case(name="openssl goes on", build=_S("openssl", lambda: pair(leaf(NAME, "other.example")), host="other.example", server_names=(NAME,), versions=_12), verdict=Verdict.HEALTHY),
    )),
    Row("sni-missing", How.SERVER, cases=tuple(
        Case(name=kind, build=_strict(kind, diagnosis={"server_name": False}), causes=("server-name-needed",), blame=Blame.CLIENT) for kind in ("nginx", "haproxy")
    )),
    Row("sni-default-certificate", How.SERVER, cases=(
        Case(name="the default site answers", build=_S("nginx", lambda: pair(leaf("default.example"))), causes=("name-mismatch",), blame=Blame.SERVER),
        Case(name="the product's own certificate", build=_S("nginx", lambda: pair(self_signed("TRAEFIK DEFAULT CERT"))), causes=("default-certificate",), blame=Blame.SERVER),
    )),
    Row("sni-host-mismatch-421", How.NO_CLIENT, "the handshake is good; the answer to the request is not"),
    Row("version-client-too-old", How.SERVER, cases=tuple(
        Case(name=kind, build=_S(kind, sound_rsa, versions=_13, client=at_most_12), causes=("no-common-version",), blame=Blame.CLIENT) for kind in ("nginx", "haproxy", "java", "caddy", "gnutls", "node")
    )),
    Row("version-server-too-old", How.SERVER, cases=(
        Case(name="TLS 1.0 of OpenSSL", build=_S("openssl", sound_rsa, versions=("TLSv1",)), causes=("no-common-version",), blame=Blame.SERVER),
        Case(name="TLS 1.0 of GnuTLS", build=_S("gnutls", sound_rsa, versions=("TLSv1",)), causes=("no-common-version",), blame=Blame.SERVER),
        Case(name="TLS 1.1 of nginx", build=_S("nginx", sound_rsa, versions=("TLSv1.1",)), causes=("no-common-version",), blame=Blame.SERVER),
        Case(name="SSL 3.0", build=_S("tlslite", sound_rsa, versions=("SSLv3",)), causes=("no-common-version",), blame=Blame.SERVER),
        Case(name="TLS 1.0 for a client that allows it at level 2", build=_S("openssl", sound_rsa, versions=("TLSv1",), client=lambda: client(minimum_version=_V.TLSv1)), causes=("no-common-cipher",)),
    )),
    Row("version-no-overlap", How.SERVER, cases=tuple(
        Case(name=kind, build=_S(kind, sound_rsa, versions=_12, client=_tls13_only), causes=("no-common-version",), blame=Blame.SERVER) for kind in ("apache", "java", "stunnel", "openssl")
    )),
    Row("version-fallback-refused", How.PEER, cases=(_alert(86, Blame.CLIENT),)),
    Row("version-ssl2-hello", How.NO_CLIENT, "a line of the server's log; no client of today can send such a hello"),
    Row("os-tls-versions-disabled", How.LOCAL, cases=(
        Case(name="MaxProtocol of openssl.cnf", build=_S("nginx", versions=_13), causes=("client-policy-forbids", "no-common-version"), waits_for="local", environment={"OPENSSL_CONF": POLICY}),
    )),
    Row("cipher-no-overlap", How.SERVER, cases=(
        *(Case(name=kind, build=_S(kind, sound_rsa, versions=_12, ciphers=words, client=_chacha), causes=("no-common-cipher",), blame=Blame.SERVER) for kind, words in (
            ("nginx", "ECDHE-RSA-AES256-GCM-SHA384"), ("java", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"), ("caddy", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"), ("gnutls", ":-CIPHER-ALL:+AES-256-GCM"),
        )),
    )),
    Row("cipher-server-legacy-only", How.SERVER, cases=(
        Case(name="RSA key exchange", build=_S("nginx", sound_rsa, versions=_12, ciphers="AES128-GCM-SHA256"), causes=("no-common-cipher",), blame=Blame.SERVER),
        Case(name="CBC with SHA-1", build=_S("nginx", sound_rsa, versions=_12, ciphers="ECDHE-RSA-AES128-SHA"), causes=("no-common-cipher",), blame=Blame.SERVER),
        Case(name="3DES", build=_S("gnutls", sound_rsa, versions=_12, ciphers=":-CIPHER-ALL:+3DES-CBC"), causes=("no-common-cipher",), blame=Blame.SERVER),
        Case(name="Camellia", build=_S("gnutls", sound_rsa, versions=_12, ciphers=":-CIPHER-ALL:+CAMELLIA-128-CBC"), causes=("no-common-cipher",), blame=Blame.SERVER),
        Case(name="no encryption", build=weak("openssl", sound_rsa, versions=_12, ciphers="NULL-SHA256"), causes=("no-common-cipher",), blame=Blame.SERVER),
        Case(name="no certificate (anonymous)", build=weak("openssl", sound_rsa, versions=_12, ciphers="ADH-AES128-GCM-SHA256"), causes=("no-common-cipher",), blame=Blame.SERVER),
    )),
    Row("alert-insufficient-security", How.SERVER, cases=(
        Case(name="RC4 only", build=_S("tlslite", sound_rsa, versions=_12, extra=("cipherNames=rc4",)), causes=("no-common-cipher",), blame=Blame.SERVER),
        _alert(71, Blame.CLIENT),
    )),
    Row("group-no-overlap", How.SERVER, cases=(
        Case(name="TLS 1.2", build=_S("nginx", sound_rsa, versions=_12, groups="secp384r1", client=lambda: at_most_12(curve="prime256v1", ciphers="ECDHE")), causes=("no-common-group", "fatal-alert"), waits_for="counterfactuals"),
        Case(name="TLS 1.3", build=_S("nginx", versions=_13, groups="secp384r1", client=lambda: client(curve="prime256v1")), causes=("no-common-group", "fatal-alert"), waits_for="counterfactuals"),
    )),
    Row("hrr-mishandled", How.PEER, cases=(
        Case(name="a box resets a second hello", build=peers.box(_S("nginx", versions=_13, groups="secp521r1"), outward=lambda data, before: None if before and b"\x16\x03\x03" in data else data), causes=("hello-retry-broken", "lost-midway"), waits_for="counterfactuals"),
    )),
    Row("sigalg-no-overlap", How.SERVER, cases=(
        Case(name="a brainpool key", build=_S("nginx", lambda: by_openssl("-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1")), causes=("no-common-group", "fatal-alert"), waits_for="counterfactuals"),
    )),
    Row("sigalg-server-signs-sha1", How.SERVER, cases=(
        Case(name="tlslite", build=_S("tlslite", sound_rsa, versions=_12, extra=("rsaSigHashes=sha1", "rsaSchemes=pkcs1")), causes=("no-common-signature-scheme", "fatal-alert"), waits_for="counterfactuals"),
    )),
    Row("cert-type-mismatch", How.SERVER, cases=(
        Case(name="ECDSA at the server, RSA at the client", build=_S("nginx", versions=_12, client=lambda: at_most_12(ciphers="ECDHE-RSA-AES128-GCM-SHA256")), causes=("no-common-certificate-type", "no-common-cipher"), waits_for="counterfactuals"),
        Case(name="RSA at the server, ECDSA at the client", build=_S("openssl", sound_rsa, versions=_12, client=lambda: at_most_12(ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")), causes=("no-common-certificate-type", "no-common-cipher"), waits_for="counterfactuals"),
    )),
    Row("cert-curve-unsupported", How.SERVER, cases=(
        Case(name="secp256k1", build=_S("nginx", lambda: by_openssl("-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1")), causes=("no-common-group", "fatal-alert"), waits_for="counterfactuals"),
        Case(name="P-192", build=weak("nginx", lambda: pair(leaf(key="ecdsa-p192"))), causes=("no-common-group", "no-common-cipher"), waits_for="counterfactuals"),
    )),
    Row("cert-key-type-unsupported", How.SERVER, cases=(
        Case(name="DSA", build=weak("nginx", lambda: pair(leaf(key="dsa"))), causes=("no-common-cipher",)),
        Case(name="Ed25519 with a client that has TLS 1.2 and RSA", build=_S("openssl", lambda: pair(leaf(key="ed25519")), versions=_12, client=lambda: at_most_12(ciphers="ECDHE-RSA-AES128-GCM-SHA256")), causes=("no-common-certificate-type", "no-common-cipher"), waits_for="counterfactuals"),
    )),
    Row("dh-key-too-small", How.SERVER, cases=(
        Case(name="1024 bits", build=weak("nginx", sound_rsa, versions=_12, ciphers="DHE-RSA-AES128-GCM-SHA256", dh_pem=dh_parameters(1024)), causes=("dh-prime-small",), blame=Blame.SERVER),
    )),
    Row("legacy-renegotiation-disabled", How.SERVER, cases=(
        Case(name="gnutls without RFC 5746", build=_S("gnutls", sound_rsa, versions=_12, ciphers=":%DISABLE_SAFE_RENEGOTIATION"), causes=("renegotiation-insecure",), blame=Blame.SERVER),
    )),
    Row("renegotiation-refused", How.SERVER, cases=(
        Case(name="apache wants a certificate for a page, of a client that does not renegotiate", build=page("TLSv1.2", client=_steady), causes=("client-certificate-required-late",), blame=Blame.CLIENT, says="refuses to renegotiate"),
        Case(name="a page beside it", build=page("TLSv1.2", path="/public", client=_steady), verdict=Verdict.HEALTHY),
    )),
    # what a server in FIPS mode does: tlslite-ng insists when it is told to, and its alert names no reason
    Row("fips-ems-required", How.SERVER, cases=(
        Case(name="a client that has it switched off", build=_S("tlslite", sound_rsa, versions=_12, extra=("requireExtendedMasterSecret=1",), client=_without_ems), causes=("extended-master-secret-missing",), blame=Blame.CLIENT),
        Case(name="the same client at a server that goes on", build=_S("nginx", sound_rsa, versions=_12, client=_without_ems), verdict=Verdict.HEALTHY),
        Case(name="a client that has it", build=_S("tlslite", sound_rsa, versions=_12, extra=("requireExtendedMasterSecret=1",), client=at_most_12), verdict=Verdict.HEALTHY),
    )),
    # what a crypto-policy writes into openssl.cnf; Debian's OpenSSL has no FIPS provider, whose refusals look the same
    Row("fips-algorithm-refused", How.LOCAL, cases=(
        Case(name="X25519 at the server", build=_S("nginx", versions=_13, groups="X25519"), causes=("client-policy-forbids",), blame=Blame.CLIENT, environment={"OPENSSL_CONF": FIPS}, says="Groups ="),
        Case(name="Ed25519 at the server", build=_S("openssl", lambda: pair(leaf(key="ed25519")), versions=_13), causes=("client-policy-forbids",), blame=Blame.CLIENT, environment={"OPENSSL_CONF": FIPS}, says="SignatureAlgorithms ="),
        Case(name="P-256 at the server", build=_S("nginx", versions=_13, groups="prime256v1"), verdict=Verdict.HEALTHY, environment={"OPENSSL_CONF": FIPS}),
    )),
    Row("client-hello-malformed", How.PEER, cases=(
        Case(name="a length that is wrong", build=peers.box(_S("nginx"), outward=peers.with_a_wrong_length), causes=("fatal-alert",), blame=Blame.SERVER, says="decode_error (50)"),
        Case(name="TLS 1.3 without key_share", build=peers.box(_S("nginx", versions=_13), outward=peers.without_key_share), causes=("fatal-alert",), blame=Blame.CLIENT, says="missing_extension (109)"),
    )),
    Row("alert-handshake-failure", How.PEER, cases=(_alert(40, Blame.SERVER, "server-without-certificate"),)),
    Row("alert-internal-error", How.PEER, cases=(_alert(80, Blame.SERVER, "server-without-certificate"),)),
    Row("alert-unexpected-message", How.PEER, cases=(_alert(10, Blame.SERVER),)),
    Row("alert-illegal-parameter", How.PEER, cases=(_alert(47, Blame.CLIENT),)),
    Row("alert-decode-error", How.PEER, cases=(_alert(50, Blame.SERVER),)),
    Row("alert-decrypt-error", How.PEER, cases=(_alert(51, Blame.CLIENT),)),
    Row("alert-access-denied", How.PEER, cases=(_alert(49, Blame.SERVER),)),
    Row("alert-missing-extension", How.PEER, cases=(_alert(109, Blame.CLIENT),)),
    Row("alert-unsupported-extension", How.PEER, cases=(_alert(110, Blame.CLIENT),)),
    Row("alert-user-canceled", How.PEER, cases=(_alert(90, Blame.SERVER),)),
    Row("alpn-no-overlap", How.SERVER, cases=(
        *(Case(name=kind, build=_S(kind, alpn=("h2",), diagnosis={"alpn": ["acme/9"]}), causes=("alpn-refused",), blame=Blame.CLIENT) for kind in ("nginx", "caddy", "node", "java")),
        Case(name="apache chooses another", build=_S("apache", alpn=("h2",), diagnosis={"alpn": ["acme/9"]}), causes=("server-deviates",), blame=Blame.SERVER),
        *(Case(name=f"{kind} goes on without", build=_S(kind, alpn=("h2",), diagnosis={"alpn": ["acme/9"]}), verdict=Verdict.HEALTHY) for kind in ("haproxy", "gnutls")),
    )),
    Row("alpn-h2-required", How.NO_CLIENT, "the handshake is good; what is missing in it is missed by the application"),
    Row("http2-inadequate-security", How.NO_CLIENT, "the handshake is good; HTTP/2 forbids its suite"),
    Row("resumption-lost-across-backends", How.SERVER, cases=(
        Case(name="two processes with tickets of their own", build=peers.in_turn(_S("nginx"), _S("nginx")), causes=(), verdict=Verdict.HEALTHY),
    )),
    Row("session-id-context-uninitialized", How.SERVER, cases=tuple(
        Case(name=f"pyOpenSSL {version}", build=peers.without_session_context(version), causes=("resumption-broken",), blame=Blame.SERVER) for version in (*_12, *_13)
    )),
    Row("resumption-broken", How.SERVER, cases=(
        Case(name="a binder that does not verify", build=peers.with_a_spoilt_binder(_S("nginx", versions=_13, diagnosis={"depth": "full"})), causes=("resumption-broken",), blame=Blame.SERVER),
    )),
    Row("0rtt-rejected", How.NOT_HERE, "ssl.SSLContext sends no early data"),
    Row("psk-identity-unknown", How.PEER, cases=(_alert(115, Blame.CLIENT),)),
    Row("eof-without-close-notify", How.NO_CLIENT, "the handshake is good; it shows at the end of the data"),
    Row("config-key-cert-mismatch", How.NO_CLIENT, "the server does not start; clients see tcp-refused, or the certificate from before"),
    Row("config-file-unreadable", How.NO_CLIENT, "the server does not start"),
    Row("config-bad-pem", How.NO_CLIENT, "the server does not start"),
    Row("config-key-passphrase", How.NO_CLIENT, "the server does not start"),
    Row("config-bad-cipher-string", How.NO_CLIENT, "the server does not start"),
    Row("config-chain-order-leaf-not-first", How.NO_CLIENT, "the server does not start"),
    Row("config-key-too-weak-for-seclevel", How.NO_CLIENT, "the server does not start"),
    Row("config-dh-too-small", How.NO_CLIENT, "the server does not start"),
    Row("config-no-certificate", How.SERVER, cases=(
        Case(name="s_server", build=_without_certificate, causes=("server-without-certificate",), blame=Blame.SERVER),
    )),
)  # fmt: skip
