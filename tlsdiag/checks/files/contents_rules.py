"""The rules about what is in a file, without the code that fires them: it is beside, in `contents`."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity
from .common import BELOW

_PEM = {
    "openssl": "openssl x509 -inform DER -in file.cer -out cert.pem\nopenssl pkcs7 -print_certs -in file.p7b -out chain.pem   # -inform DER where it is binary\nopenssl pkcs12 -in file.p12 -out all.pem -nodes",
    "java": "keytool -exportcert -rfc -alias NAME -keystore keystore.jks -file cert.pem",
}
NO_CERTIFICATE = Rule(
    code="file-holds-no-certificate",
    title="There is no certificate in the file",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="A server cannot start with it ('no start line', 'PEM lib'). Mostly something else was saved under the name: an error page, a request, the key, or a key of SSH or PGP.",
    fix=Fix(summary="Give the file that the authority sent (fullchain.pem, a .crt or .p7b file); a request has to be sent to the authority first.", snippets=_PEM),
    references=("RFC 7468 section 5", "RFC 2986"),
    explains=BELOW,
    blocking=True,
    failing="an HTML error page, saved as cert.pem",
    passing="a file with a certificate",
)
DAMAGED = Rule(
    code="file-damaged",
    title="A part of the file is damaged",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="OpenSSL reads nothing of a file in which one block is damaged. Lines get lost in copying through a terminal, a mail or a form.",
    fix=Fix(summary="Copy the file once more as a whole, not through a clipboard, and compare the fingerprints.", snippets={"shell": "sha256sum cert.pem   # on both sides", "openssl": "openssl crl2pkcs7 -nocrl -certfile cert.pem | openssl pkcs7 -print_certs -noout"}),
    references=("RFC 7468 section 3", "X.690 section 8.1"),
    explains=(*BELOW, "file-holds-no-certificate", "certificate-malformed", "file-key-missing"),
    blocking=True,
    failing="a PEM block that lost a line",
    passing="a file with all its lines",
)
FORM = Rule(
    code="file-form-unreadable",
    title="The file is not in a form that servers read",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="What it holds is sound, but OpenSSL, and the servers that use it, goes by lines that begin with '-----BEGIN' in plain ASCII, and finds nothing ('no start line', 'bad end line').",
    fix=Fix(
        summary="Write it again as plain PEM: ASCII, each block with its lines of their own, a line break between two blocks.",
        snippets={
            "tlsdiag": "tlsdiag certificates FILE --write-chain fullchain.pem",
            "shell": "iconv -f UTF-16 -t US-ASCII cert.txt > cert.pem        # from UTF-16\nsed 's/-----END CERTIFICATE-----/&\\n/g' all.pem > fixed.pem   # glued blocks\nbase64 -d tls.crt.b64 > tls.crt                           # a Kubernetes secret",
            "powershell": "Get-Content cert.txt | Set-Content -Encoding ascii cert.pem",
        },
    ),
    references=("RFC 7468 section 3", "RFC 7468 section 2"),
    explains=("file-key-missing",),
    blocking=True,
    failing="a PEM file in UTF-16",
    passing="a PEM file with Windows line ends",
)
MORE = Rule(
    code="file-holds-more",
    title="There is more in the file than certificates",
    layer=Layer.LOCAL,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Servers pass over blocks that are neither certificates nor keys. A revocation list beside a chain is not used by a server, and the certificates were not held against it here.",
    fix=Fix(
        summary="Nothing has to change. Whether the certificates have been revoked the authority says: ask it with --revocation.",
        snippets={"openssl": "openssl verify -crl_check -CRLfile list.pem -CAfile root.pem -untrusted chain.pem cert.pem   # holds a certificate against a list"},
    ),
    references=("RFC 7468 section 2",),
    failing="a chain with a revocation list in the same file",
    passing="a chain with DH parameters, which HAProxy takes from there",
)
NOT_PEM = Rule(
    code="file-not-pem",
    title="The file is not PEM",
    layer=Layer.LOCAL,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Windows and Java take it as it is. nginx, Apache, HAProxy, Postfix and most other servers on Unix read PEM only.",
    fix=Fix(summary="Where the server wants PEM, convert it.", snippets={"tlsdiag": "tlsdiag certificates FILE --write-chain fullchain.pem", **_PEM}),
    references=("RFC 7468", "RFC 7292", "RFC 5652"),
    failing="a certificate in DER",
    passing="a certificate in PEM",
)
OLD_KEYSTORE = Rule(
    code="keystore-algorithm-old",
    title="The PKCS#12 file is encrypted with an old algorithm",
    layer=Layer.LOCAL,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="RC2 and RC4 are broken, and OpenSSL 3 (with Node.js 17, Python and others on top of it) opens them with its legacy provider only: 'unsupported' or 'digital envelope routines'.",
    fix=Fix(
        summary="Export it again with AES-256; with an old OpenSSL, Windows or Java the algorithm has to be named.",
        snippets={
            "openssl": "openssl pkcs12 -legacy -in old.p12 -nodes -out all.pem\nopenssl pkcs12 -export -in all.pem -out new.p12",
            "java": "keytool -importkeystore -srckeystore old.p12 -destkeystore new.p12 -deststoretype PKCS12   # Java 12 or newer",
            "windows": "Export-PfxCertificate ... -CryptoAlgorithmOption AES256_SHA256",
        },
    ),
    references=("RFC 7292 appendix C", "https://docs.openssl.org/3.0/man1/openssl-pkcs12/"),
    failing="a PKCS#12 file with 40-bit RC2",
    passing="a PKCS#12 file with AES-256",
)
