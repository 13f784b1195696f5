"""Size: chains with more certificates, or more bytes, than clients take."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import read_certificate
from ...plugin import Blame, ChainFinding, ClientOutcome, Finding, Fix, Layer, Rule, Seen, Severity
from ..common import CONSEQUENCE, client_failed, refuses_certificates

MOST_CERTIFICATES = 10
"""What Java takes by default (jdk.tls.client.maxInboundCertificateChainLength); GnuTLS takes 16, OpenSSL follows a path of 100."""
MOST_BYTES = 32 * 1024
"""What Java takes by default (jdk.tls.maxHandshakeMessageSize); OpenSSL takes 100 kB (SSL_MAX_CERT_LIST_DEFAULT)."""
_READ = 100
"""Our own core reads so many certificates and no more."""
_TOO_LONG = 22  # X509_V_ERR_CERT_CHAIN_TOO_LONG
_SPLIT = {
    "openssl": "openssl crl2pkcs7 -nocrl -certfile fullchain.pem | openssl pkcs7 -print_certs -noout   # what is in the file",
    "nginx": "ssl_certificate fullchain.pem;   # the server's certificate and its intermediates, not a bundle of authorities",
}
TOO_LONG = Rule(
    code="chain-too-long",
    title="The server sends more certificates than clients take",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="Java refuses more than 10 certificates and GnuTLS more than 16; others lose time. A chain of use has two to four; often a whole bundle of authorities was installed as the chain.",
    fix=Fix(summary="Send the server's certificate and the intermediates above it, and nothing else.", snippets=_SPLIT),
    references=("RFC 8446 section 4.4.2", "https://docs.oracle.com/en/java/javase/21/security/java-secure-socket-extension-jsse-reference-guide.html"),
    explains=(*CONSEQUENCE, "intermediate-missing", "issuer-untrusted", "chain-extra"),
    failing="a chain of twelve certificates",
    passing="a chain of three certificates",
)
TOO_LARGE = Rule(
    code="chain-too-large",
    title="The server's certificates are too large",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="The Certificate message has a limit in every client: 32 kB in Java, 100 kB in OpenSSL ('excessive message size'); and what takes many packets is slow, and gets lost where the path MTU is wrong.",
    fix=Fix(summary="Send fewer certificates, and have the certificate issued with fewer names (one for each site) and without large extensions.", snippets=_SPLIT),
    references=("RFC 8446 section 4.4.2", "https://docs.openssl.org/3.0/man3/SSL_CTX_set_max_cert_list/"),
    explains=(*CONSEQUENCE, "lost-midway"),
    failing="a certificate of 120 kB, and a client that takes 100 kB",
    passing="a chain of 4 kB",
)


def oversized(seen: Seen, sent: tuple[bytes, ...]) -> Iterator[Finding]:
    """Yield what is over a limit that clients have."""
    if len(sent) > MOST_CERTIFICATES:
        yield _too_long(seen, sent)
    if sum(len(der) for der in sent) > MOST_BYTES:
        yield _too_large(seen, sent)


def _too_long(seen: Seen, sent: tuple[bytes, ...]) -> Finding:
    client = seen.get(ClientOutcome)
    code = client.verify_code if client is not None else None
    blocks = client is not None and refuses_certificates(seen) and (code == _TOO_LONG or len(sent) >= _READ)
    detail = f"The server sends {'at least ' if len(sent) >= _READ else ''}{len(sent)} certificates; Java takes {MOST_CERTIFICATES}, GnuTLS 16."
    return ChainFinding.of(TOO_LONG, detail, blocks=blocks, severity=_severity(blocks), positions=tuple(range(len(sent))))


def _too_large(seen: Seen, sent: tuple[bytes, ...]) -> Finding:
    client = seen.get(ClientOutcome)
    blocks = client is not None and client_failed(seen) and client.reason == "EXCESSIVE_MESSAGE_SIZE"
    largest = max(range(len(sent)), key=lambda at: len(sent[at]))
    most = f"{read_certificate(sent[largest]).label} alone has {len(sent[largest])}"
    detail = f"The certificates have {sum(len(der) for der in sent)} bytes, of which {most}; Java takes {MOST_BYTES}, OpenSSL 102400."
    detail += " This client refuses them." if blocks else ""
    return ChainFinding.of(TOO_LARGE, detail, blocks=blocks, severity=_severity(blocks), positions=(largest,))


def _severity(blocks: bool) -> Severity:
    return Severity.HIGH if blocks else Severity.MEDIUM
