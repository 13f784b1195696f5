"""Usage: what the certificate is allowed beyond or short of its purpose, and what kind of certificate it is."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate
from ...certificates.lifetimes import DATE, client_auth_ends
from ...certificates.oids import ANY_USAGE, CLIENT_AUTH, SERVER_AUTH
from ...certificates.policies import kind_of
from ...plugin import (
    Blame,
    CertificateFinding,
    ChainPaths,
    Check,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Rule,
    Seen,
    ServedChain,
    Severity,
    StoreVerdicts,
)
from .common import evidence, is_public, server_certificate

NO_ENCIPHERMENT = Rule(
    code="key-usage-no-encipherment",
    title="The key may not be used for the key exchange that the server chose",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="With RSA key exchange the client encrypts a secret for the server's key, and the certificate's keyUsage lacks keyEncipherment. GnuTLS, NSS and Chrome end the handshake; OpenSSL goes on.",
    fix=Fix(
        summary="Let the server choose ECDHE suites, for which this certificate is right; or have it issued again with keyEncipherment.",
        snippets={"nginx": "ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384;", "openssl": "keyUsage = critical, digitalSignature, keyEncipherment"},
    ),
    references=("RFC 5246 section 7.4.2", "RFC 5280 section 4.2.1.3"),
    failing="an RSA certificate for digitalSignature at a server that chooses TLS_RSA_WITH_AES_128_CBC_SHA",
    passing="the same certificate at a server that chooses ECDHE",
)
USAGE_LOOSE = Rule(
    code="extended-key-usage-loose",
    title="The certificate does not say that it is for servers alone",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.AUTHORITY,
    why="A certificate of a public authority has to name serverAuth and may not have anyExtendedKeyUsage. One without any extendedKeyUsage, or for any use, is refused by Apple's systems and by linters, and serves whoever steals the key for more than this.",
    fix=Fix(summary="Have it issued again with the extendedKeyUsage serverAuth.", snippets={"openssl": "extendedKeyUsage = serverAuth"}),
    references=("CA/Browser Forum Baseline Requirements 7.1.2.7.10", "RFC 5280 section 4.2.1.12"),
    failing="a certificate of a public authority without extendedKeyUsage",
    passing="a certificate of a private authority without extendedKeyUsage",
)
CLIENT_USAGE_ENDS = Rule(
    code="client-usage-ends",
    title="Certificates for servers will no longer do for clients",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Public authorities leave the usage clientAuth out of certificates for servers, because Chrome's root programme asks for it. Where this machine also shows the certificate as a client (mail servers among themselves, mutual TLS between services), that ends with a renewal.",
    fix=Fix(summary="If the certificate is used as a client's, take one of a private authority for that before the renewal that no longer has clientAuth; else there is nothing to do."),
    references=("Chrome Root Program Policy", "RFC 5280 section 4.2.1.12"),
    failing="a certificate of a public authority for serverAuth and clientAuth",
    passing="a certificate of a private authority for both",
)
CERTIFICATE_KIND = Rule(
    code="certificate-kind",
    title="What kind of certificate it is",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Public authorities say with a policy how they have looked into who wants the certificate: domain, organisation, individual or extended validation. Browsers have shown no difference since 2019.",
    fix=Fix(summary="There is nothing to do."),
    references=("CA/Browser Forum Baseline Requirements 7.1.6.1",),
    failing="a certificate of a public authority with the policy 2.23.140.1.2.1",
    passing="a certificate of a private authority with a policy of its own",
)


class UsageCheck(Check):
    """Reads keyUsage, extendedKeyUsage and policies of the server's certificate."""

    name = "certificate/usage"
    rules = (NO_ENCIPHERMENT, USAGE_LOOSE, CLIENT_USAGE_ENDS, CERTIFICATE_KIND)
    needs = (ServedChain,)
    wants = (ChainPaths, StoreVerdicts, HandshakeOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what does not fit; the rules of public authorities are held to these alone."""
        found = server_certificate(seen)
        if found is None or found[1].is_ca:
            return
        position, certificate = found
        yield from _key_exchange(seen, certificate, position)
        if is_public(seen):
            yield from _extended(certificate, position)
            yield from _kind(certificate, position)


def _key_exchange(seen: Seen, certificate: Certificate, position: int) -> Iterator[Finding]:
    ours = seen.get(HandshakeOutcome)
    suite = ours.cipher_suite if ours is not None else None
    usage = certificate.key_usage
    if suite is None or not suite.name.startswith("TLS_RSA_WITH_") or certificate.key.kind != "RSA" or usage is None or "keyEncipherment" in usage:
        return
    detail = f"The server chose {suite.name}, and the key of {certificate.label} is for {', '.join(sorted(usage)) or 'nothing'} (keyUsage)."
    yield CertificateFinding.of(NO_ENCIPHERMENT, detail, **evidence(certificate, position))


def _extended(certificate: Certificate, position: int) -> Iterator[Finding]:
    usages = certificate.extended_key_usage
    if usages is None:
        yield CertificateFinding.of(USAGE_LOOSE, f"{certificate.label} has no extendedKeyUsage.", **evidence(certificate, position))
    elif ANY_USAGE in usages:
        yield CertificateFinding.of(USAGE_LOOSE, f"{certificate.label} is for any use (anyExtendedKeyUsage).", **evidence(certificate, position))
    elif CLIENT_AUTH in usages and SERVER_AUTH in usages:
        date, programme = client_auth_ends()
        detail = f"{certificate.label} has the usage clientAuth too. Certificates issued on or after {date:%Y-%m-%d} must not have it ({programme}; as of {DATE}); some authorities have left it out before."
        yield CertificateFinding.of(CLIENT_USAGE_ENDS, detail, **evidence(certificate, position))


def _kind(certificate: Certificate, position: int) -> Iterator[Finding]:
    found = kind_of(certificate)
    if found is not None:
        holder = f" It was issued to {found.holder.rstrip('.')}." if found.holder else ""
        yield CertificateFinding.of(CERTIFICATE_KIND, f"{found.kind}, {found.meaning}.{holder}", **evidence(certificate, position))
