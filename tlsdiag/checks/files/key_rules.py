"""The rules about the private key of a certificate file, without the code that fires them: it is beside, in `keys`."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity

_LOADING = "https://docs.python.org/3/library/ssl.html#ssl.SSLContext.load_cert_chain"
_COMPARE = "openssl x509 -in cert.pem -noout -pubkey | sha256sum; openssl pkey -in key.pem -pubout | sha256sum   # must be the same"
MISMATCH = Rule(
    code="file-key-mismatch",
    title="The key does not belong to the certificate",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="A server does not start with it ('key values mismatch'). Mostly the certificate was renewed with a new key and one of the two files is still the old one, or the file does not begin with the server's own certificate.",
    fix=Fix(
        summary="Find the key that the certificate was requested with; where it is lost, make a new key and have the certificate issued again.",
        snippets={"openssl": _COMPARE, "certbot": "certbot certonly --force-renewal -d NAME   # certificate and key, made together"},
    ),
    references=(_LOADING, "RFC 8446 section 4.4.3"),
    blocking=True,
    failing="a certificate, and the key of another",
    passing="a certificate with its own key",
)
LOCKED = Rule(
    code="file-locked",
    title="A password is missing, or wrong",
    layer=Layer.LOCAL,
    severity=Severity.HIGH,
    blame=Blame.CLIENT,
    why="What is encrypted could not be looked at, so that nothing can be said about it. A server that starts by itself has nobody to ask either.",
    fix=Fix(
        summary="Give the password; or keep the key unencrypted in a file that only the server can read.",
        snippets={
            "tlsdiag": "tlsdiag certificates FILE --password-file password.txt   # or in the environment: TLSDIAG_PASSWORD",
            "nginx": "ssl_password_file /etc/ssl/passwords;",
            "openssl": "openssl pkey -in key.pem -out plain.pem   # asks for the password once\nopenssl pkcs12 -in file.p12 -nokeys       # likewise; Java's own default is 'changeit'",
        },
    ),
    references=(_LOADING, "RFC 5958 section 3", "RFC 7292"),
    explains=("file-key-missing",),
    blocking=True,
    failing="an encrypted key and no password",
    passing="an encrypted key and its password",
)
MISSING = Rule(
    code="file-key-missing",
    title="There is no private key",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="A key was asked for, and none is there. The authority never has it: it is where the request was made. HAProxy and keystores want it in the same file.",
    fix=Fix(
        summary="Fetch the key from where the request was made; on Windows export the certificate with its private key.",
        snippets={
            "haproxy": "cat fullchain.pem key.pem > /etc/haproxy/cert.pem",
            "openssl": "openssl pkcs12 -export -in fullchain.pem -inkey key.pem -out all.p12",
            "windows": "Export-PfxCertificate -Cert ... -FilePath all.pfx -Password ...   # the key has to be exportable",
        },
    ),
    references=(_LOADING, "RFC 7468 section 10"),
    blocking=True,
    failing="a certificate file where a key has to be too",
    passing="a file with certificate and key",
)
UNREADABLE = Rule(
    code="file-key-unreadable",
    title="The private key cannot be read",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="It is damaged, cut short, or of a kind that the libraries here do not know; a server will not load it either.",
    fix=Fix(summary="Copy the key once more as a whole; where it is lost, make a new one and have the certificate issued again.", snippets={"openssl": "openssl pkey -in key.pem -noout -check"}),
    references=("RFC 5958", "RFC 7468 section 10"),
    explains=("file-key-missing", "file-damaged"),
    blocking=True,
    failing="a key that lost a line",
    passing="a key with all its lines",
)
HOLDS_KEY = Rule(
    code="file-holds-key",
    title="The private key is in the same file as the certificates",
    layer=Layer.LOCAL,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="HAProxy, Postfix and others want it so. Such a file must not be handed out: certificates are public, and the key is not.",
    fix=Fix(summary="Nothing has to change where the server wants it; to pass the certificates on, write them to a file of their own.", snippets={"tlsdiag": "tlsdiag certificates FILE --write-chain fullchain.pem"}),
    references=("https://docs.haproxy.org/3.0/configuration.html#5.1-crt",),
    failing="a PEM file with certificate and key",
    passing="certificate and key in two files",
)
EXPOSED = Rule(
    code="file-key-exposed",
    title="Every user of this machine can read the private key",
    layer=Layer.LOCAL,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="Whoever reads it can pass for the server. Programs start as root and read the key before they give that up, so that nobody else needs it.",
    fix=Fix(summary="Let only the owner read it; where others have had access, make a new key.", snippets={"shell": "chmod 600 key.pem; chown root: key.pem"}),
    references=("CA/Browser Forum Baseline Requirements 9.6.3",),
    failing="an unencrypted key in a file with the mode 644",
    passing="an unencrypted key in a file with the mode 600",
)
