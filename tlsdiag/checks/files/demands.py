"""What a certificate demands of the server that will use it, and no file can have: a remark, for it shows only in a handshake whether the server does it."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import read_certificate
from ...certificates.revocation import wants_staple
from ...plugin import Blame, CertificateFiles, Check, FileFinding, Finding, Fix, Layer, Rule, Seen, ServedChain, Severity

STAPLE = Rule(
    code="file-demands-staple",
    title="The certificate demands that the server staples an OCSP answer",
    layer=Layer.LOCAL,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="It has the TLS feature status_request ('must-staple'): Firefox and GnuTLS refuse a handshake without an OCSP answer. Whether the server staples one is no matter of the file, and shows only when it runs.",
    fix=Fix(
        summary="Switch stapling on in the server before it uses this certificate, and diagnose it then.",
        snippets={
            "nginx": "ssl_stapling on;\nssl_trusted_certificate /etc/ssl/chain.pem;\nresolver ADDRESS;",
            "apache": "SSLUseStapling On\nSSLStaplingCache shmcb:${APACHE_RUN_DIR}/stapling(128000)",
            "haproxy": "crt /etc/haproxy/cert.pem ocsp-update on   # in a crt-list; 2.8 and newer",
            "tlsdiag": "tlsdiag HOST   # tells 'ocsp-must-staple-missing' where none comes",
        },
    ),
    references=("RFC 7633 section 4.2",),
    failing="a certificate file with the TLS feature status_request",
    passing="a certificate file without it",
)


class FileDemandsCheck(Check):
    """Reads what the certificate that is judged demands."""

    name = "files/demands"
    rules = (STAPLE,)
    needs = (CertificateFiles, ServedChain)
    about = "files"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the remark, where there is something to remember."""
        files = seen[CertificateFiles]
        leaf = read_certificate(seen[ServedChain].certificates[0])
        if files.leaf is not None and wants_staple(leaf):
            item = files.items[files.leaf]
            detail = f"{leaf.label} ({files.place(files.leaf)}) has the TLS feature status_request (must-staple)."
            yield FileFinding.of(STAPLE, detail, subject=leaf.label, file=files.files[item.file].name, line=item.line, certificate=leaf.der)
