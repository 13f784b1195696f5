"""The rules about a client certificate, without the code that fires them: it is beside, in `credentials`."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity
from ..common import CONSEQUENCE

_REFUSAL = (*CONSEQUENCE, "client-certificate-refused", "client-certificate-revoked", "client-certificate-required", "fatal-alert", "lost-midway")
_FILES = (*_REFUSAL, "client-misconfigured")
_ISSUE = "extendedKeyUsage = clientAuth\nkeyUsage = critical, digitalSignature"
KEY_MISMATCH = Rule(
    code="client-key-mismatch",
    title="The client's key does not belong to its certificate",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="A certificate is good only with the private key that it was issued for; a file of another time, or a chain file that does not begin with the client's own certificate, is the usual reason.",
    fix=Fix(
        summary="Find the key that belongs to the certificate, and put the client's own certificate first in its file.",
        snippets={"openssl": "openssl x509 -in client.pem -noout -pubkey | sha256sum; openssl pkey -in client.key -pubout | sha256sum   # must be the same"},
    ),
    references=("https://docs.python.org/3/library/ssl.html#ssl.SSLContext.load_cert_chain",),
    explains=_FILES,
    failing="a client certificate with the key of another",
    passing="a client certificate with its own key",
)
KEY_PASSWORD = Rule(
    code="client-key-password",
    title="The client's key is encrypted, and there is no password that opens it",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The program cannot sign without the key. Without a password OpenSSL asks at the terminal, which a service does not have.",
    fix=Fix(
        summary="Give the right password, or keep the key unencrypted in a file that only the program can read.",
        snippets={
            "python": "context.load_cert_chain('client.pem', 'client.key', password='...')",
            "curl": "curl --cert client.pem --key client.key --pass '...' https://NAME:PORT/",
            "openssl": "openssl pkey -in client.key -out plain.key   # asks for the password once",
        },
    ),
    references=("https://docs.python.org/3/library/ssl.html#ssl.SSLContext.load_cert_chain",),
    explains=_FILES,
    failing="an encrypted key and a wrong password",
    passing="an encrypted key and its password",
)
EXPIRED = Rule(
    code="client-certificate-expired",
    title="The client's certificate is out of its validity",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.CLIENT,
    why="A server refuses a client certificate that has expired or is not yet valid; curl turns the alert into a word that sounds like the server's certificate.",
    fix=Fix(summary="Renew the client's certificate; where its dates are right, look at the clocks of both sides.", snippets={"openssl": "openssl x509 -in client.pem -noout -dates"}),
    references=("RFC 5280 section 4.1.2.5", "RFC 8446 section 6.2"),
    explains=_REFUSAL,
    failing="a client certificate of last year",
    passing="a client certificate within its dates",
)
WRONG_USAGE = Rule(
    code="client-certificate-wrong-usage",
    title="The client's certificate is not for clients",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.CLIENT,
    why="Its extendedKeyUsage allows servers only, say. Public authorities have stopped to issue certificates for clients, so that a renewed one may have lost it.",
    fix=Fix(summary="Have it issued with the usage clientAuth, by an authority that still does so.", snippets={"openssl": _ISSUE}),
    references=("RFC 5280 section 4.2.1.12",),
    explains=_REFUSAL,
    failing="a client certificate for serverAuth only",
    passing="a client certificate for clientAuth",
)
CHAIN_INCOMPLETE = Rule(
    code="client-certificate-chain-incomplete",
    title="The client does not send the intermediate of its certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.CLIENT,
    why="The server knows the root, the client sends its own certificate alone, and what links the two is missing: the server says 'unknown ca' or 'unable to get local issuer certificate'.",
    fix=Fix(
        summary="Append the intermediate to the client's certificate file, the client's own certificate first; or let the server trust the intermediate.",
        snippets={
            "python": "context.load_cert_chain('client-and-intermediate.pem', 'client.key')",
            "curl": "curl --cert client-and-intermediate.pem --key client.key https://NAME:PORT/",
            "openssl": "openssl s_client -cert client.pem -cert_chain intermediate.pem -key client.key ...",
            "nginx": "ssl_client_certificate root-and-intermediate.pem;   # at the server instead",
        },
    ),
    references=("RFC 8446 section 4.4.2",),
    explains=_REFUSAL,
    failing="a client that sends its own certificate alone to a server that knows the root",
    passing="a client that sends the intermediate too",
)
WRONG_AUTHORITY = Rule(
    code="client-certificate-wrong-authority",
    title="The client's certificate is not of an authority that the server names",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.CLIENT,
    why="The request of the server lists the authorities that it accepts. Many clients send nothing at all when they have no certificate of these; others send it and are refused.",
    fix=Fix(
        summary="Use a certificate of an authority in the list, or add the authority at the server.",
        snippets={
            "nginx": "ssl_client_certificate clients-ca.pem;   # names and trusts\nssl_trusted_certificate more-ca.pem;   # trusts without naming",
            "apache": "SSLCACertificateFile clients-ca.pem",
            "haproxy": "bind :443 ssl crt ... ca-file clients-ca.pem verify required",
            "openssl": "openssl s_client -connect HOST:PORT   # lists 'Acceptable client certificate CA names'",
        },
    ),
    references=("RFC 8446 section 4.2.4", "RFC 5246 section 7.4.4"),
    explains=_REFUSAL,
    failing="a client certificate of an authority that the server does not name",
    passing="a client certificate of an authority that the server names",
)
SCHEME_UNSUPPORTED = Rule(
    code="client-certificate-scheme-unsupported",
    title="The server does not take signatures of the client's key",
    layer=Layer.PROTOCOL,
    severity=Severity.MEDIUM,
    blame=Blame.CLIENT,
    why="The request of the server lists the kinds of signatures (and below TLS 1.3 of certificates) that it takes. With a key of another kind the client has to go without a certificate.",
    fix=Fix(summary="Use a client certificate with a key of a kind that the server takes (ECDSA P-256 is taken nearly everywhere), or widen the list at the server.", snippets={"openssl": "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out request.pem"}),
    references=("RFC 8446 section 4.3.2", "RFC 5246 section 7.4.4"),
    explains=_REFUSAL,
    failing="an Ed25519 key and a server that takes ECDSA and RSA",
    passing="a key of a kind that the server takes",
)
