"""Rows of the client: its certificate, its settings, its trust store, its clock."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from tlsdiag import Blame, Verdict
from tlsdiag.plugin import ClientCertificate
from tlsdiag.testing import Authority, Issued

from .case import Bench, Build, Case, How, Row, Setting
from .forge import pair
from .making import ISSUING, ROOT, RSA_ROOT, STRANGER, client, credential, days, leaf, over_md5, revocation_list, served, weak

_KINDS = ("openssl", "gnutls", "haproxy", "apache", "nginx", "stunnel", "java", "node", "caddy")
_VERSIONS = ("TLSv1.2", "TLSv1.3")
_S = served
_LOCAL = "local"


def _mine(**faults: Any) -> Issued:
    return ISSUING.issue("me.example", **{"usages": ("client",), "number": 7, **faults})


def _sends(kind: str, given: Issued, version: str, *, chain: bytes | None = None, **options: Any) -> Build:
    """A server that asks for a client certificate, and a client that has this one."""
    return served(kind, client_ca_pem=ROOT.pem, versions=(version,), diagnosis={"client_certificate": credential(given, chain=chain)}, **options)


def _refused(sharpest: tuple[str, ...], make: Any, kinds: tuple[str, ...], **options: Any) -> tuple[Case, ...]:
    return tuple(
        Case(name=f"{kind} {version}", build=_sends(kind, make(), version, **options), causes=(*sharpest, "client-certificate-refused"), blame=Blame.CLIENT, waits_for=_LOCAL)
        for kind in kinds
        for version in _VERSIONS
    )


def _wants_rsa(kind: str, version: str) -> Build:
    """A server that takes signatures of RSA keys alone, and a client that has an ECDSA key."""
    schemes = "RSA-PSS+SHA256:RSA+SHA256"
    extra = ("-client_sigalgs", schemes) if kind == "openssl" else (f"ssl_conf_command ClientSignatureAlgorithms {schemes};",)
    return _sends(kind, _mine(), version, extra=extra)


def _revoked(version: str) -> Build:
    """A server with a list of revoked client certificates, and a client that has one of them."""

    def build(bench: Bench) -> Setting:
        given = _mine()
        path = bench.folder / "revoked.pem"
        path.write_bytes(revocation_list(given.certificate.serial_number).public_bytes(Encoding.PEM))
        return _sends("openssl", given, version, extra=("-CRL", str(path), "-crl_check"))(bench)

    return build


def _with_key(key: bytes, certificate: bytes = b"") -> Build:
    given = ClientCertificate(certificate=certificate or _mine().chain_pem, key=key)
    return served("nginx", client_ca_pem=ROOT.pem, diagnosis={"client_certificate": given})


def _encrypted() -> bytes:
    made: bytes = _mine().private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    return made


def _with_password() -> Build:
    given = ClientCertificate(certificate=_mine().chain_pem, key=_encrypted(), password="wrong")
    return served("nginx", client_ca_pem=ROOT.pem, diagnosis={"client_certificate": given})


def _trusting_file(content: bytes | None) -> Build:
    """A trust file with this content; None: there is no such file."""

    def build(bench: Bench) -> Setting:
        path = bench.folder / "trust.pem"
        if content is not None:
            path.write_bytes(content)
        setting = served("nginx")(bench)
        return Setting(setting.host, {**setting.options, "trust": str(path)})

    return build


def page(version: str, *, path: str = "/private", client: Callable[[], ssl.SSLContext] | None = None) -> Build:
    """Apache that asks for a certificate at one path only."""

    def build(bench: Bench) -> Setting:
        authority = bench.folder / "clients.pem"
        authority.write_bytes(ROOT.pem)
        extra = (f"SSLCACertificateFile {authority}", "<Location /private>", "SSLVerifyClient require", "SSLVerifyDepth 3", "</Location>")
        setting = served("apache", versions=(version,), extra=extra, client=client)(bench)
        return Setting(f"https://{setting.host}:{setting.options['port']}{path}", setting.options)

    return build


def _can_be_asked() -> ssl.SSLContext:
    return client(post_handshake_auth=True)


def _clock(shift: str) -> dict[str, str]:
    """This process alone has a wrong clock; the server, which starts with a plain environment, shows the true time."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return {"LD_PRELOAD": str(found[0]), "FAKETIME": shift} if found else {}


def _lax() -> ssl.SSLContext:
    """A client at security level 0, which takes what Java's list of disabled algorithms has."""
    return client(trust=RSA_ROOT.pem, ciphers="DEFAULT@SECLEVEL=0")


def _nothing_left() -> ssl.SSLContext:
    options = ssl.create_default_context().options | ssl.OP_NO_TLSv1_3
    return client(minimum_version=ssl.TLSVersion.TLSv1_3, options=options)


def _many_authorities() -> bytes:
    return ROOT.pem + b"".join(Authority.root(f"Client Authority {number} {'x' * 40}", number=600).pem for number in range(300))


def _huge() -> bytes:
    given = _mine()
    return given.chain_pem + b"".join(ROOT.intermediate(f"Spare CA {number}", number=610).pem for number in range(400))


ROWS: tuple[Row, ...] = (
    Row("client-cert-missing", How.SERVER, cases=tuple(
        Case(name=f"{kind} {version}", build=_S(kind, client_ca_pem=ROOT.pem, versions=(version,)), causes=("client-certificate-required",), blame=Blame.CLIENT)
        for kind in (*_KINDS, "lighttpd") for version in _VERSIONS
    )),
    Row("client-cert-untrusted", How.SERVER, cases=_refused(("client-certificate-wrong-authority",), lambda: STRANGER.issue("me.example", usages=("client",), number=7), _KINDS)),
    Row("client-cert-chain-incomplete", How.SERVER, cases=_refused(("client-certificate-chain-incomplete",), _mine, ("openssl", "haproxy", "nginx"), chain=_mine().pem)),
    Row("client-cert-expired", How.SERVER, cases=_refused(("client-certificate-expired",), lambda: _mine(window=days(-90, -2)), _KINDS)),
    Row("client-cert-revoked", How.SERVER, cases=tuple(
        Case(name=f"openssl {version}", build=_revoked(version), causes=("client-certificate-revoked",), blame=Blame.CLIENT) for version in _VERSIONS
    )),
    Row("client-cert-wrong-eku", How.SERVER, cases=_refused(("client-certificate-wrong-usage",), lambda: _mine(usages=("server",)), tuple(kind for kind in _KINDS if kind != "gnutls"))),
    Row("client-cert-weak-key", How.SERVER, cases=(
        Case(name="1024 bits", build=_sends("openssl", _mine(key="rsa1024"), "TLSv1.2"), causes=("client-certificate-weak", "client-certificate-weak-key", "client-misconfigured"), blame=Blame.CLIENT, waits_for=_LOCAL),
    )),
    # whatever authorities the server names, OpenSSL sends the certificate that it has; it keeps it back where its key fits none of the server's schemes
    Row("client-cert-not-selected", How.SERVER, cases=tuple(
        Case(name=f"{kind} {version}", build=_wants_rsa(kind, version), causes=("client-certificate-scheme-unsupported",), blame=Blame.CLIENT) for kind in ("openssl", "nginx") for version in _VERSIONS
    )),
    Row("client-ca-list-too-long", How.SERVER, cases=(
        Case(name="30 kB of authorities", build=_S("nginx", client_ca_pem=_many_authorities()), causes=("client-authorities-too-many", "client-certificate-required"), blame=Blame.CLIENT, waits_for=_LOCAL),
    )),
    Row("client-cert-chain-too-large", How.SERVER, cases=(
        Case(name="400 certificates", build=_sends("openssl", _mine(), "TLSv1.3", chain=_huge()), causes=("client-certificate-chain-too-large", "client-certificate-too-large", "client-certificate-refused"), blame=Blame.CLIENT, waits_for=_LOCAL),
    )),
    Row("client-cert-post-handshake-auth", How.SERVER, cases=(
        *(Case(name=f"apache {version}", build=page(version), causes=("client-certificate-required-late",), blame=Blame.CLIENT) for version in _VERSIONS),
        Case(name="a page beside it", build=page("TLSv1.3", path="/public"), verdict=Verdict.HEALTHY),
        Case(name="a client that can be asked", build=page("TLSv1.3", client=_can_be_asked), verdict=Verdict.HEALTHY),
    )),
    Row("client-cert-key-mismatch", How.LOCAL, cases=(Case(name="another's key", build=_with_key(_mine(number=8).key_pem), causes=("client-key-mismatch", "client-misconfigured"), blame=Blame.CLIENT, waits_for=_LOCAL),)),
    Row("client-cert-key-unreadable", How.LOCAL, cases=(
        Case(name="wrong password", build=_with_password(), causes=("client-key-password", "client-misconfigured"), blame=Blame.CLIENT, waits_for=_LOCAL),
        Case(name="no key in the file", build=_with_key(b"nothing\n"), causes=("client-key-unreadable", "client-misconfigured"), blame=Blame.CLIENT, waits_for=_LOCAL),
    )),
    Row("client-config-protocol-disabled", How.LOCAL, cases=(Case(name="no version left", build=_S("nginx", client=_nothing_left), causes=("context-offers-nothing", "client-misconfigured"), blame=Blame.CLIENT, waits_for=_LOCAL),)),
    Row("client-config-bad-cipher", How.NOT_HERE, "set_ciphers raises before there is a context that could be diagnosed, and a wrong list in openssl.cnf OpenSSL passes over in silence"),
    Row("trust-store-missing", How.LOCAL, cases=(
        Case(name="no such file", build=_trusting_file(None), causes=("trust-store-unreadable", "client-misconfigured"), blame=Blame.CLIENT),
        Case(name="SSL_CERT_FILE leads nowhere", build=_S("nginx", diagnosis={"trust": None}), causes=("trust-variable-broken", "trust-store-unreadable"), blame=Blame.CLIENT, waits_for=_LOCAL, environment={"SSL_CERT_FILE": "/nonexistent/ca.pem", "SSL_CERT_DIR": "/nonexistent"}),
    )),
    Row("trust-store-stale", How.LOCAL, cases=(Case(name="a store without this root", build=_S("nginx", diagnosis={"trust": STRANGER.pem}), causes=("issuer-untrusted",), blame=Blame.CLIENT),)),
    Row("trust-store-corrupt", How.LOCAL, cases=(
        Case(name="no certificate in the file", build=_trusting_file(b"hello\n"), causes=("trust-store-unreadable", "client-misconfigured"), blame=Blame.CLIENT),
        Case(name="an empty file", build=_trusting_file(b""), causes=("trust-store-unreadable", "client-misconfigured"), blame=Blame.CLIENT),
    )),
    Row("java-disabled-algorithm", How.SERVER, cases=(
        Case(name="MD5, for a client that takes it", build=weak("nginx", over_md5, client=_lax), verdict=Verdict.FLAWED, also=("weak-signature",), says="Java"),
    )),
    Row("clock-wrong", How.LOCAL, cases=(
        Case(name="two years ahead", build=_S("nginx", lambda: pair(leaf(window=days(-760, -640)))), causes=("clock-wrong", "certificate-expired"), waits_for="clock", environment=_clock("+730d")),
        Case(name="a year behind", build=_S("nginx", lambda: pair(leaf(window=days(335, 425)))), causes=("clock-wrong", "certificate-not-yet-valid"), waits_for="clock", environment=_clock("-365d")),
    )),
    Row("timezone-wrong", How.LOCAL, cases=(
        Case(
            name="set by hand in India, and the zone is taken off once more", build=_S("nginx", lambda: pair(leaf(window=days(4 / 24, 60)))),
            causes=("time-zone-wrong",), blame=Blame.CLIENT, environment={**_clock("-19800s"), "TZ": "Asia/Kolkata"},
        ),
    )),
    Row("clock-wrong-server", How.NO_CLIENT, "the server judges client certificates by its own clock: clients see client-cert-expired"),
)  # fmt: skip
