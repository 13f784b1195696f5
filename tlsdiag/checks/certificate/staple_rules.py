"""The rules of the check `certificate/staple`."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity

_STAPLING = {
    "nginx": "ssl_stapling on;\nssl_trusted_certificate /etc/ssl/chain.pem;   # the issuer and what is above it\nresolver ADDRESS;   # a name server that nginx can reach",
    "apache": "SSLUseStapling On\nSSLStaplingCache shmcb:${APACHE_RUN_DIR}/stapling(128000)\nSSLStaplingReturnResponderErrors Off\nSSLStaplingFakeTryLater Off",
    "haproxy": "crt /etc/haproxy/cert.pem ocsp-update on   # in a crt-list; 2.8 and newer",
    "openssl": "openssl ocsp -issuer issuer.pem -cert cert.pem -url URL -text   # what the responder says now",
}
_REFUSE = "Firefox, GnuTLS and curl --cert-status look at it; Chrome, Python, Java and Go do not."
_REFRESH = {**_STAPLING, "shell": "openssl s_client -connect HOST:PORT -servername NAME -status </dev/null | grep -A9 'OCSP response'"}
MUST_STAPLE = Rule(
    code="ocsp-must-staple-missing",
    title="The certificate demands a stapled OCSP answer, and the server sends none",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="The certificate has the TLS feature status_request ('must-staple'): a client that knows it takes no handshake without an OCSP answer. Firefox refuses with MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING, and GnuTLS too; OpenSSL, Python, curl, Go, Java and Chrome do not look at it.",
    fix=Fix(
        summary="Switch stapling on at the server and let it reach the responder, or have the certificate issued again without must-staple. nginx fetches the answer only after the first connection that follows a restart: give it one by ssl_stapling_file.",
        snippets={**_STAPLING, "nginx": f"{_STAPLING['nginx']}\nssl_stapling_file /etc/ssl/ocsp.der;   # in place of the three: an answer that is there from the start"},
    ),
    references=("RFC 7633 section 4.2", "RFC 6066 section 8"),
    failing="a certificate with the TLS feature status_request, and a handshake without an OCSP answer",
    passing="the same certificate with an answer that is good",
)
EXPIRED = Rule(
    code="ocsp-staple-expired",
    title="The stapled OCSP answer has expired",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why=f"The server goes on sending an answer that is past its nextUpdate: it no longer gets a new one, mostly because it cannot reach the responder or a job that wrote the file has stopped. {_REFUSE} Firefox says SEC_ERROR_OCSP_OLD_RESPONSE.",
    fix=Fix(summary="Find out why the server gets no new answer (name server, way out to the responder, the job that fetches the file), and reload it; compare the server's clock too.", snippets=_REFRESH),
    references=("RFC 6960 section 4.2.2.1", "RFC 6066 section 8"),
    failing="a stapled answer that was good until yesterday",
    passing="a stapled answer that is good for another minute",
)
NOT_YET = Rule(
    code="ocsp-staple-not-yet-valid",
    title="The stapled OCSP answer is of a time to come",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why=f"Its thisUpdate lies ahead: the responder's clock is fast, or this machine's is slow. {_REFUSE} Firefox says SEC_ERROR_OCSP_FUTURE_RESPONSE.",
    fix=Fix(summary="Compare this machine's clock with the right time first; where it is right, tell the authority that its responder is ahead.", snippets={"shell": "date -u"}),
    references=("RFC 6960 section 4.2.2.1",),
    failing="a stapled answer of tomorrow",
    passing="a stapled answer of three minutes from now: clocks differ",
)
BAD_SIGNATURE = Rule(
    code="ocsp-staple-bad-signature",
    title="The signature of the stapled OCSP answer is wrong",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why=f"The answer was damaged or made by somebody who has not the signer's key. {_REFUSE}",
    fix=Fix(summary="Fetch the answer again from the responder that the certificate names, and look at what changes it on the way to the server.", snippets=_REFRESH),
    references=("RFC 6960 section 3.2",),
    failing="a stapled answer with another key's signature",
    passing="a stapled answer that the issuer has signed",
)
UNTRUSTED = Rule(
    code="ocsp-staple-untrusted",
    title="The signer of the stapled OCSP answer may not sign it",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why=f"An answer counts when it is signed by the certificate's issuer, or by a responder whose certificate that very issuer has signed for OCSP signing and that is valid. {_REFUSE} Firefox says SEC_ERROR_OCSP_INVALID_SIGNING_CERT.",
    fix=Fix(summary="Where the responder is yours, give it a certificate of the issuing authority itself with the extended key usage OCSPSigning and the extension ocsp-nocheck, and renew it in time; else tell the authority.", snippets={"openssl": "extendedKeyUsage = critical, OCSPSigning\nnoCheck = ignored"}),
    references=("RFC 6960 section 4.2.2.2",),
    failing="a stapled answer signed by a certificate without the extended key usage OCSPSigning",
    passing="a stapled answer signed by a responder that the issuer has authorised",
)
OTHER = Rule(
    code="ocsp-staple-wrong-certificate",
    title="The stapled OCSP answer is about another certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why=f"The answer is an old certificate's, or another site's: mostly a file that was not renewed together with the certificate, or a chain file that is not the certificate's own. {_REFUSE}",
    fix=Fix(summary="Fetch an answer for the certificate that is served, and renew both together.", snippets=_REFRESH),
    references=("RFC 6960 section 4.1.1",),
    failing="a stapled answer with another serial number",
    passing="a stapled answer about several certificates, this one among them",
)
MALFORMED = Rule(
    code="ocsp-staple-malformed",
    title="What is stapled cannot be used as an OCSP answer",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why=f"The bytes are no OCSP answer (a page of an error, a cut file), or it has a critical extension that nobody knows. {_REFUSE}",
    fix=Fix(summary="Look at the file or at what the responder sends, and fetch the answer again.", snippets={**_REFRESH, "openssl": "openssl ocsp -respin ocsp.der -text -noverify"}),
    references=("RFC 6960 section 4.2.1",),
    failing="a stapled answer that was cut",
    passing="a stapled answer with a nonce, which nobody asked for",
)
ERROR = Rule(
    code="ocsp-staple-responder-error",
    title="The server staples a responder's error",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="The responder could not answer (tryLater, unauthorized, ...), and the server hands that on in place of an answer, or makes it up itself, as Apache does with SSLStaplingFakeTryLater. Some clients take that for a failure where no answer at all would have been accepted.",
    fix=Fix(summary="Let the server send nothing where it has no good answer, and find out what is wrong with the responder: 'unauthorized' mostly means that the certificate is unknown to it.", snippets=_REFRESH),
    references=("RFC 6960 section 4.2.1", "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslstaplingfaketrylater"),
    failing="a stapled answer that says tryLater and nothing else",
    passing="no stapled answer",
)
UNVERIFIED = Rule(
    code="ocsp-staple-unverified",
    title="The stapled OCSP answer could not be verified",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Who signed it cannot be told without the issuer's certificate, or its algorithm is not known here: it may be right or wrong.",
    fix=Fix(summary="Mend the chain first, so that the issuer is there; then look again."),
    references=("RFC 6960 section 3.2",),
    failing="a stapled answer, and a chain without the issuer",
    passing="a stapled answer, and a chain with the issuer",
)
#: From a fault of `certificates.revocation` to the rule.
BY_FAULT: dict[str, Rule] = {
    "unreadable": MALFORMED,
    "unknown-critical-extension": MALFORMED,
    "responder-error": ERROR,
    "other-certificate": OTHER,
    "signature-invalid": BAD_SIGNATURE,
    "signer-unknown": UNTRUSTED,
    "signer-not-authorised": UNTRUSTED,
    "signer-expired": UNTRUSTED,
    "expired": EXPIRED,
    "not-yet-valid": NOT_YET,
    "issuer-unknown": UNVERIFIED,
    "signature-unknown": UNVERIFIED,
}
