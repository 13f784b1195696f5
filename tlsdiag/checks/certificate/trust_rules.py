"""The rules of `trust`: why no path leads from the certificate to an authority that the client trusts."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity
from ..common import CONSEQUENCE

_TRUST = {
    "python": "ssl.create_default_context(cafile='private-ca.pem')",
    "curl": "curl --cacert private-ca.pem https://...",
    "java": "keytool -importcert -cacerts -alias private-ca -file private-ca.pem",
    "debian": "cp private-ca.pem /usr/local/share/ca-certificates/private-ca.crt && update-ca-certificates",
}
SELF_SIGNED = Rule(
    code="certificate-self-signed",
    title="The certificate has signed itself",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Nobody vouches for it. It is what servers ship with before they are set up, and what appliances keep for ever.",
    fix=Fix(summary="Install a certificate of an authority that the clients trust; in a closed circle, let the clients trust this very certificate.", snippets={"certbot": "certbot certonly -d NAME", **_TRUST}),
    references=("RFC 5280 section 3.2", "RFC 9525"),
    explains=(*CONSEQUENCE, "issuer-untrusted", "private-authority", "certificate-wrong-usage"),
    failing="a self-signed certificate",
    passing="a certificate of a trusted authority",
)
INTERMEDIATE_MISSING = Rule(
    code="intermediate-missing",
    title="The server does not send its intermediate certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Clients know root authorities; the certificates between root and server have to be sent. Browsers often fetch or remember them, so that it works there and fails in programs.",
    fix=Fix(
        summary="Install the full chain, the server's certificate first and the intermediate after it; the authority gives it as fullchain.pem or a CA bundle.",
        snippets={
            "nginx": "ssl_certificate fullchain.pem;   # not cert.pem",
            "apache": "SSLCertificateFile fullchain.pem",
            "haproxy": "cat cert.pem chain.pem key.pem > /etc/haproxy/cert.pem",
            "postfix": "smtpd_tls_chain_files = key.pem, fullchain.pem",
            "java": "keytool -importcert ...   # the whole chain into the key entry",
            "python": "context.load_cert_chain('fullchain.pem', 'key.pem')",
        },
    ),
    references=("RFC 8446 section 4.4.2", "RFC 5246 section 7.4.2"),
    explains=(*CONSEQUENCE, "issuer-untrusted"),
    failing="a server that sends its own certificate alone",
    passing="a server that sends the intermediate too",
)
ISSUER_UNTRUSTED = Rule(
    code="issuer-untrusted",
    title="The client does not trust the issuer",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The chain ends at an authority that is not in the client's trust store: a private authority, an old store, or something that intercepts the connection.",
    fix=Fix(summary="Where the authority is your own, let the client trust it; where it is public, renew the client's store; where it is neither, find out who intercepts.", snippets=_TRUST),
    references=("RFC 5280 section 6.1", "RFC 8446 section 4.4.2.4"),
    explains=CONSEQUENCE,
    failing="a chain of an authority that is not in the store",
    passing="a chain of an authority in the store",
)
PRIVATE_AUTHORITY = Rule(
    code="private-authority",
    title="The chain ends at a private authority",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The server sends its root along, and the client does not know it. That it was sent is no reason to trust it.",
    fix=Fix(summary="Let the client trust this authority, if it is yours; else install a certificate of a public one.", snippets=_TRUST),
    references=("RFC 5280 section 6.1",),
    explains=(*CONSEQUENCE, "issuer-untrusted"),
    failing="a chain with a root that is not in the store",
    passing="a chain with a root that is in the store",
)
STORE_UNREADABLE = Rule(
    code="trust-store-unreadable",
    title="The trust store cannot be read",
    layer=Layer.LOCAL,
    severity=Severity.HIGH,
    blame=Blame.CLIENT,
    why="Without anchors every certificate is untrusted: the package with the authorities is missing, or a path is wrong.",
    fix=Fix(summary="Correct the path, repair the file, or install the authorities.", snippets={"debian": "apt-get install ca-certificates", "shell": "echo $SSL_CERT_FILE $SSL_CERT_DIR", "python": "python -c 'import ssl; print(ssl.get_default_verify_paths())'"}),
    references=("https://docs.python.org/3/library/ssl.html#ssl.get_default_verify_paths",),
    explains=(*CONSEQUENCE, "issuer-untrusted", "client-misconfigured", "intermediate-missing"),
    failing="a trust file that does not exist",
    passing="a readable store",
)
INTERMEDIATE_WRONG = Rule(
    code="intermediate-wrong",
    title="The server sends an intermediate that did not issue its certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The certificate was renewed and the intermediate beside it was not: authorities change their intermediates, sometimes under the same name with another key. The chain does not link, and programs that fetch nothing by themselves fail.",
    fix=Fix(
        summary="Install the chain that came with this very certificate (fullchain.pem), in place of the intermediate from an earlier one.",
        snippets={
            "openssl": "openssl x509 -in cert.pem -noout -issuer -ext authorityKeyIdentifier\nopenssl x509 -in intermediate.pem -noout -subject -ext subjectKeyIdentifier   # both have to agree",
            **{key: INTERMEDIATE_MISSING.fix.snippets[key] for key in ("nginx", "apache", "haproxy")},
        },
    ),
    references=("RFC 8446 section 4.4.2", "RFC 5280 section 4.2.1.1"),
    explains=(*CONSEQUENCE, "issuer-untrusted", "intermediate-missing", "chain-extra"),
    failing="a chain with an intermediate of another authority in the issuer's place",
    passing="a chain with the intermediate that issued the certificate",
)
BAD_SIGNATURE = Rule(
    code="certificate-bad-signature",
    title="The certificate's signature is wrong",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="By name and key identifier the issuer is there, and its key did not make this signature: the bytes were changed after signing, or somebody imitates the issuer. Every client refuses it.",
    fix=Fix(summary="Install the certificate once more as the authority gave it; where it is the same, have it issued again, and find out who made this one.", snippets={"openssl": "openssl verify -partial_chain -trusted intermediate.pem cert.pem"}),
    references=("RFC 5280 section 6.1.3",),
    explains=(*CONSEQUENCE, "issuer-untrusted", "intermediate-missing", "chain-extra"),
    failing="a certificate that was changed after it was signed",
    passing="a certificate as it was signed",
)
SEARCH_INCOMPLETE = Rule(
    code="path-search-incomplete",
    title="The search for a trusted path was not finished",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="So many certificates of the same names lead to each other that not every way could be tried; clients give up too, each after another number of tries. Whether the issuer is trusted is not known.",
    fix=Fix(summary="Send the server's certificate and one intermediate for each step to the root, and nothing else.", snippets={key: INTERMEDIATE_MISSING.fix.snippets[key] for key in ("nginx", "apache", "haproxy")}),
    references=("RFC 4158 section 2.4", "RFC 8446 section 4.4.2"),
    explains=CONSEQUENCE,
    failing="a mesh of cross-signed namesakes without a way out",
    passing="a mesh of cross-signed namesakes with an anchor in it",
)
