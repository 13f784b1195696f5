"""The rules of the check `certificate/revocation`."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity
from ..common import CONSEQUENCE

_ASK = {
    "openssl": "openssl ocsp -issuer issuer.pem -cert cert.pem -url URL -text",
    "shell": "curl -sS -o list.crl URL; openssl crl -inform DER -in list.crl -noout -text | head",
}
REVOKED = Rule(
    code="certificate-revoked",
    title="The certificate has been revoked",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Its authority has withdrawn it before its end: the key is lost, or it should never have been issued. A client that looks at revocation must not take it: browsers by lists of their own (Chrome: ERR_CERT_REVOKED, Firefox: SEC_ERROR_REVOKED_CERTIFICATE), others by OCSP or lists where they are told to. Many libraries never look, and go on.",
    fix=Fix(summary="Make a new key, have a new certificate issued, install both and reload the server; find out why the old one was revoked (the authority's mail to the owner says so)."),
    references=("RFC 5280 section 5", "RFC 6960 section 2.2"),
    explains=CONSEQUENCE,
    failing="a certificate that its authority's responder calls revoked",
    passing="a certificate that is on no list",
)
ABOVE = Fix(summary="Install the chain that the authority gives out now, or have a certificate issued below another authority, and reload the server; with a revoked authority above it no certificate counts.")
UNKNOWN = Rule(
    code="ocsp-status-unknown",
    title="The authority's responder does not know the certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="'unknown' is no 'good': a client that demands an OCSP answer refuses it (Firefox: SEC_ERROR_OCSP_UNKNOWN_CERT). It happens when a certificate is newer than what the responder has loaded, and when the responder is another issuer's.",
    fix=Fix(summary="Wait where the certificate is minutes old; else tell the authority that its responder does not know it.", snippets={"openssl": _ASK["openssl"]}),
    references=("RFC 6960 section 2.2",),
    failing="a good signature under the status unknown",
    passing="a good signature under the status good",
)
DISAGREE = Rule(
    code="revocation-sources-disagree",
    title="The authority's sources contradict each other on revocation",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="One calls the certificate good and another revoked, and both are of today: which clients get through depends on whom they ask. For hours after a revocation that is usual, since answers and lists are kept until their nextUpdate; later it is a fault of the authority.",
    fix=Fix(summary="Take the certificate for revoked and replace it; tell the authority where the sources still differ after the older one's nextUpdate.", snippets=_ASK),
    references=("RFC 6960 section 2.4", "RFC 5280 section 5.1.2.5"),
    failing="an OCSP answer that says good beside a list that has the certificate",
    passing="an OCSP answer that says good beside a list without the certificate",
)
ANSWER_EXPIRED = Rule(
    code="ocsp-answer-expired",
    title="The authority's responder gives answers that are out of date",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="An answer past its nextUpdate, or of a time to come, counts for nothing: clients that demand one refuse the certificate, and servers that staple it are refused.",
    fix=Fix(summary="Compare this machine's clock with the right time; where it is right, tell the authority, or mend the job that signs the answers.", snippets={"openssl": _ASK["openssl"]}),
    references=("RFC 6960 section 4.2.2.1",),
    failing="an answer of last month from the responder",
    passing="an answer of today from the responder",
)
ANSWER_INVALID = Rule(
    code="ocsp-answer-invalid",
    title="The authority's responder gives answers that clients do not believe",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="The answer is signed wrongly, by somebody whom the issuer has not authorised, or is about another certificate: clients that demand one refuse the certificate, others go on as if there were none.",
    fix=Fix(summary="Tell the authority; where the responder is yours, give it a certificate of the issuing authority itself with the extended key usage OCSPSigning.", snippets={"openssl": _ASK["openssl"]}),
    references=("RFC 6960 section 3.2", "RFC 6960 section 4.2.2.2"),
    failing="an answer that another authority's responder has signed",
    passing="an answer that the issuer has signed",
)
LIST_EXPIRED = Rule(
    code="crl-expired",
    title="The authority's revocation list is out of date",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="Past its nextUpdate a list counts for nothing, and clients that demand one refuse every certificate of the issuer at once (OpenSSL: 'CRL has expired'). Private authorities forget to sign a new list.",
    fix=Fix(summary="Sign and publish a new list, and see to it that one is signed before each nextUpdate.", snippets={"openssl": "openssl ca -gencrl -out list.pem && openssl crl -in list.pem -outform DER -out list.crl"}),
    references=("RFC 5280 section 5.1.2.5",),
    failing="a list at the distribution point whose nextUpdate was yesterday",
    passing="a list at the distribution point whose nextUpdate is tomorrow",
)
LIST_INVALID = Rule(
    code="crl-invalid",
    title="The revocation list at the certificate's distribution point cannot be used for it",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="It is another authority's or covers other certificates, its signature is wrong, the signer's key is not for lists, or it has a critical extension that nobody knows. Clients that demand a list refuse the certificate (OpenSSL: 'unable to get certificate CRL', 'CRL signature failure', 'different CRL scope').",
    fix=Fix(summary="Publish the list that the issuer of the certificate has signed, under the URL that the certificate names; the issuer's key usage must have cRLSign.", snippets={"shell": _ASK["shell"]}),
    references=("RFC 5280 section 6.3.3", "RFC 5280 section 5.2.5"),
    failing="a list of another authority at the distribution point",
    passing="the issuer's own list at the distribution point",
)
UNAVAILABLE = Rule(
    code="revocation-source-unavailable",
    title="A source of revocation could not be looked at",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="What the authority would say is not known, from here and at this time; that does not mean 'not revoked'. Most clients go on then; those that are told to insist (Java, Schannel, Firefox with security.OCSP.require) refuse.",
    fix=Fix(summary="See whether this machine may go out to the URL at all (firewall, proxy); try again from elsewhere.", snippets={"shell": "curl -v URL"}),
    references=("RFC 6960 section 4.2.1", "RFC 5280 section 6.3"),
    failing="a responder that refuses connections",
    passing="a responder that answers",
)
NOT_OFFERED = Rule(
    code="revocation-not-offered",
    title="The certificate names no source of revocation",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="It has neither an OCSP responder nor a distribution point of lists, so that nothing can be asked. That is no fault: short-lived certificates need none, and private authorities often have none.",
    fix=Fix(summary="Nothing has to change."),
    references=("RFC 5280 section 4.2.1.13", "RFC 5280 section 4.2.2.1"),
    failing="a certificate without URLs, where revocation was asked for",
    passing="a certificate with an OCSP responder",
)
NOT_REVOKED = Rule(
    code="certificate-not-revoked",
    title="The certificate has not been revoked",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Its authority was asked and says so.",
    fix=Fix(summary="Nothing has to change."),
    references=("RFC 6960 section 2.2", "RFC 5280 section 6.3"),
    failing="a responder that says good, where revocation was asked for",
    passing="a responder that does not answer",
)
