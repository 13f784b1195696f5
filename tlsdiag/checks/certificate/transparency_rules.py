"""The rules of the check `certificate/transparency`."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity

CHROME = "https://googlechrome.github.io/CertificateTransparency/ct_policy.html"
APPLE = "https://support.apple.com/en-us/103214"
FIREFOX = "https://developer.mozilla.org/en-US/docs/Web/Security/Certificate_Transparency"
_POLICIES = (CHROME, APPLE, FIREFOX)
_LACK = ("sct-missing", "sct-too-few")
_AGAIN = Fix(
    summary="Have the certificate issued again by an authority that logs it (all public ones do unless told not to), and put the new file in its place.",
    snippets={"aws": "aws acm update-certificate-options --certificate-arn ARN --options CertificateTransparencyLoggingPreference=ENABLED"},
)
_OWN_FILES = {
    "nginx": "# with the module nginx-ct: fetch the timestamps of the certificate in use again, or turn it off where they are in the certificate\nssl_ct off;",
    "apache": "# with mod_ssl_ct: renew what lies there, or leave the directive out where the timestamps are in the certificate\nCTStaticSCTs /path/of/the/certificate.pem /path/of/its/timestamps",
    "haproxy": "rm /path/of/the/certificate.pem.sctl   # or renew it together with the certificate; then: systemctl reload haproxy",
}

MISSING = Rule(
    code="sct-missing",
    title="The certificate was not logged",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="Certificate Transparency: browsers and Apple's systems take a certificate of a public authority only with proof (an SCT) that it stands in public logs. Chrome says ERR_CERTIFICATE_TRANSPARENCY_REQUIRED, Firefox MOZILLA_PKIX_ERROR_INSUFFICIENT_CERTIFICATE_TRANSPARENCY; OpenSSL, curl, Python, Java and Go do not ask for it, so that tests with them pass.",
    fix=_AGAIN,
    references=("RFC 6962 section 3.3", *_POLICIES),
    failing="a certificate below a public root without a timestamp",
    passing="the same below the root of a private authority",
)
TOO_FEW = Rule(
    code="sct-too-few",
    title="The certificate has too few timestamps of logs that count",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="Browsers want two timestamps for a life of up to 180 days and three for a longer one, of logs that they know, run by two operators at the least. With fewer they refuse as if there were none.",
    fix=_AGAIN,
    references=("RFC 6962 section 3.3", *_POLICIES),
    explains=("sct-missing",),
    failing="a certificate for 90 days with one timestamp",
    passing="a certificate for 90 days with two, of two operators",
)
INVALID = Rule(
    code="sct-invalid-signature",
    title="A timestamp has a wrong signature",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="The log that it names has not signed it for this certificate: something was changed after logging, or the timestamp belongs elsewhere. Browsers count it as none.",
    fix=Fix(summary="Inside the certificate only the authority can mend it: have it issued again. Where the server sends it, renew or remove the server's file.", snippets=_OWN_FILES),
    references=("RFC 6962 section 3.2",),
    explains=_LACK,
    failing="a timestamp with one bit changed",
    passing="a timestamp whose signature is right",
)
OTHER = Rule(
    code="sct-for-other-certificate",
    title="A timestamp is for another certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="It was made for another certificate of this server, and does not count for this one. It happens where a server sends timestamps from a file and the certificate was renewed, or has a second of another key type.",
    fix=Fix(summary="Renew the file of timestamps together with the certificate, one for each certificate; or remove it where the timestamps are in the certificate.", snippets=_OWN_FILES),
    references=("RFC 6962 section 3.3",),
    explains=_LACK,
    failing="the timestamps of the RSA certificate sent with the ECDSA one",
    passing="each certificate with its own",
)
UNKNOWN_LOG = Rule(
    code="sct-from-unknown-log",
    title="A timestamp is from a log that is not in the list",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="New logs come every half year, so that the list may just be too old to have it; whether the timestamp counts cannot be told then.",
    fix=Fix(summary="Nothing has to be done. A newer list (Chrome's log_list.json) can be given as ct_logs.", snippets={"tlsdiag": "tlsdiag HOST --ct-logs log_list.json"}),
    references=("https://www.gstatic.com/ct/log_list/v3/log_list.json",),
    failing="a timestamp with the id of no log in the list",
    passing="a timestamp of a log in the list",
)
REJECTED_LOG = Rule(
    code="sct-from-rejected-log",
    title="A timestamp is from a log that no longer counts",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.AUTHORITY,
    why="Browsers have thrown the log out, or never took it. The certificate needs enough timestamps besides.",
    fix=Fix(summary="Nothing has to be done while enough others count; else have the certificate issued again."),
    references=("https://googlechrome.github.io/CertificateTransparency/log_states.html", *_POLICIES),
    explains=_LACK,
    failing="a timestamp of a log that was rejected",
    passing="a timestamp of a log that was retired after it had signed",
)
FUTURE = Rule(
    code="sct-in-the-future",
    title="A timestamp lies in the future",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="Browsers do not count a timestamp that is later than their clock. Either the log's clock is fast, or this machine's is slow.",
    fix=Fix(summary="Compare this machine's clock first; where it is right, wait until that time or have the certificate issued again."),
    references=("RFC 6962 section 5.2",),
    explains=_LACK,
    failing="a timestamp of tomorrow",
    passing="a timestamp of a minute from now",
)
UNREADABLE = Rule(
    code="sct-unreadable",
    title="Timestamps cannot be read",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="Lengths that do not fit, or bytes that are missing: browsers take that for no timestamp, and some refuse the whole list.",
    fix=Fix(summary="Have the certificate issued again; where the server sends them from a file, make the file again.", snippets=_OWN_FILES),
    references=("RFC 6962 section 3.3",),
    explains=_LACK,
    failing="a timestamp that ends before its signature does",
    passing="a timestamp of a version that is not known here",
)
INTERVAL = Rule(
    code="sct-outside-log-interval",
    title="The certificate ends outside the interval of its log",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.AUTHORITY,
    why="Each log takes certificates that end within a given half year or year. A timestamp of another is a mistake of the log or the authority; once the log's interval is over it is taken out of the lists, and the timestamp with it.",
    fix=Fix(summary="Have the certificate issued again, with timestamps of logs for the time that it ends in."),
    references=("https://googlechrome.github.io/CertificateTransparency/log_policy.html",),
    explains=_LACK,
    failing="a timestamp of a log for last year's certificates",
    passing="a certificate that ends within the log's interval",
)
LOGGED = Rule(
    code="certificate-logged",
    title="The certificate was logged",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Whoever watches the logs can see it there, its names included; the times are lower bounds of when it was issued.",
    fix=Fix(summary="Nothing has to be done."),
    references=("RFC 6962",),
    failing="a certificate with a timestamp whose signature is right",
    passing="a certificate without timestamps",
)
RULES = (MISSING, TOO_FEW, INVALID, OTHER, UNKNOWN_LOG, REJECTED_LOG, FUTURE, UNREADABLE, INTERVAL, LOGGED)
