"""The words of client libraries beside those of the generated tables: programs, languages, operating systems, protocols with STARTTLS.

Each phrase is in the spelling of `cleaning.plain`, and is matched at the edges of words. Several phrases in one row have all to be there.
`MARKS` are words around an error that say where it happened; `REFINED` turns a vague situation beside such a mark into an exact one.
"""

from __future__ import annotations

# situation | phrases, each of which stands for it; a tuple: all of them
SAID: tuple[tuple[str, tuple[str | tuple[str, ...], ...]], ...] = (
    # names
    ("name-not-found", (
        "name or service not known", "nodename nor servname provided", "no such host", "unknownhostexception", "enotfound", "err name not resolved",
        "e=dnsnotfound", "errno -2", "errno -5", "errno 11001", "no address associated with hostname", "no such host is known",
    )),
    ("resolver-failed", (
        "temporary failure in name resolution", "server misbehaving", "eai again", "errno -3", "resolving timed out", "dns operation timed out",
        "servfail",
    )),
    ("name-unresolved", (
        "could not resolve host", "cannot resolve", "unable to resolve host", "getaddrinfo failed", "pr directory lookup error", "could not translate host name",
        "error looking up host", "remote name could not be resolved", "nameresolutionerror", "failed to resolve", "unresolvedaddressexception",
    )),
    ("name-unencodable", ("label empty or too long", "label too long", "encoding with 'idna' codec failed", "invalid label")),
    # TCP
    ("refused", ("connection refused", "econnrefused", "errno 111", "errno 61", "winerror 10061", "pr connect refused error", "actively refused it", "e=connectionfailure", "error 111 connecting to", "was refused - did you specify", "connectionrefusederror")),
    ("connect-timeout", (
        "connect timed out", "connection timed out", "connect timeout error", "und err connect timeout", "connecttimeout", "connecttimeouterror", "errno 110", "errno 60",
        "winerror 10060", "pr connect timeout error", "etimedout", "connection timeout", ("dial tcp", "i/o timeout"), ("connect to", "timed out"), "e=nettimeout",
        "connectiontimeouterror", "connect timeout on endpoint url", "timeout while connecting", "timeout in connecting",
    )),
    ("unreachable", (
        "network is unreachable", "no route to host", "enetunreach", "ehostunreach", "errno 101", "errno 113", "errno 51", "winerror 10051", "winerror 10065",
        "pr network unreachable error", "pr host unreachable error", "host is unreachable", "err address unreachable", "cannot assign requested address", "errno 99",
    )),
    ("prohibited", ("phase: prohibited", "err network access denied", "winerror 10013", ("connect", "permission denied"), ("connect", "operation not permitted"))),
    ("connect-failed", (
        "couldn't connect to server", "failed to connect", "unable to connect", "could not connect", "cannot connect to host", "can't connect to mysql server",
        "all connection attempts failed", "java.net.connectexception", "max retries exceeded", "unable to bootstrap from", "newconnectionerror", "failed to establish a new connection", "error connecting to", "connect call failed", "nobrokersavailable",
    )),
    ("timeout", (
        "timed out", "i/o timeout", "error: timeout", "timeouterror", "context deadline exceeded", "operation timed out", "pr io timeout error", "err timed out", "timeout error",
        "deadline exceeded", "timeout connecting to server", "httpclient.timeout of", ("timeout of", "exceeded"), ("timeout of", "exceeded", "econnaborted"), "no servers found yet", "stack timeout", "amqpconnectorstacktimeout", "timeout while setting up transport",
    )),
    ("handshake-timeout", ("tls handshake timeout", "handshake timed out", "ssl connection timeout", "handshake operation timed out", "ssl handshake timed out", "ssl handshake is taking longer than", "timeout during tls handshake")),
    ("read-timeout", ("read timed out", "read operation timed out", "readtimeout", "readtimeouterror", "headers timeout error", "sockettimeoutexception: read", "sockettimeouterror", "read timeout on endpoint url")),
    ("reset", (("unable to connect to any servers", "connection reset by peer"), "connection reset by peer", "econnreset", "errno 104", "errno 54", "winerror 10054", "pr connect reset error", "connection reset", "forcibly closed by the remote host", "errno=104", "e=netreset", "lost in a non-clean fashion", "error 104 connecting to")),
    ("reset-or-ended", ("connectionreseterror",)),
    ("reset-on-connect", ("connect econnreset", ("unable to connect", "connection reset by peer"))),
    ("not-connected", ("pr not connected error", "enotconn", "errno 107", "errno 57", "winerror 10057", "endpoint is not connected")),
    ("reset-while-sending", (
        "send failure", "broken pipe", "epipe", "errno 32", "write:errno=104", "write:errno=32", "error writing to server", "ssl write", "connection was aborted",
        "errno 103", "winerror 10053", "econnaborted",
    )),
    ("ended", (
        "eof occurred in violation of protocol", "unexpected eof", "socket hang up", "ssl peer shut down incorrectly", "pr end of file error", "connection closed by peer",
        "peer closed connection", "other side closed", "connection unexpectedly closed", "server closed the connection", "ssl connection has been closed unexpectedly",
        "sslzeroreturnerror", "tls/ssl connection has been closed", "eof reached while reading", "syscall error: eof", "connection lost", "unexpected eof while reading",
        "ssl error syscall", "connection closed", "was closed by the peer", ": eof", "connection has been closed by the peer", "incomplete handshake", "endofstream", "brokenresourceerror", "incompletereaderror", "tls connection was non-properly terminated",
        "unexpected error occurred on a send", "unexpected error occurred on a receive", "lost connection to mysql server", "mysql server has gone away", "session terminated by server", "connection was closed before we received a valid response", ("cannot connect to host", "[none]"),
        "stream connection lost", "connection closed by server",
    )),
    ("ended-in-handshake", (
        "before secure tls connection was established", "remote host terminated the handshake", "remote host closed connection during handshake", "eof during handshake", "remote party has closed the transport stream", "tls handshake eof", ("ssl handshake failed", "disconnected"), "closed by server during handshake",
        "ssl handshake is aborted", "ssl handshake aborted", "peer closed connection in ssl handshake", "connection closed during ssl handshake", "unexpected eof during handshake", ("handshake read failed", "socket closed"), ("handshake write failed", "socket closed"),
    )),
    ("truncated", (
        "transfer closed with", "incompleteread", "response ended prematurely", "peer closed connection without sending complete message body", "fixed content-length",
        "chunked transfer encoding, state", "premature end of", "premature close", "content length mismatch", "response payload is not completed", "aborted before the full",
        "premature eof", "unexpected end of stream",
    )),
    ("no-response", (
        "empty reply from server", "remote end closed connection without response", "server disconnected", "unexpected end of file from server",
        "header parser received no bytes", "no response from server", "err empty response", "remotedisconnected", "remoteprotocolerror", "no data received",
        "no bytes received", "connection is already closed", "did not receive a valid http response",
    )),
    # a proxy that reports on its backend
    ("backend-failed", ("ssl proxy connect failed", "ssl handshake failed: sending 502", "error during ssl handshake with remote server", "upstream connect error", "no server available", "remote connection failure", "502 bad gateway", "503 service unavailable", "http/1.1 502", "http/1.1 503", "http/2 502", "http/2 503")),
    ("plain-to-tls-backend", (("layer7 wrong status", "code: 400"), ("layer7 invalid response",))),
    # proxies
    ("proxy-other", ("proxy tunneling failed", "connect tunnel failed", "tunnel connection failed", "http connect failed", "err tunnel connection failed", "unable to tunnel through proxy", "proxyerror")),
    ("proxy-plain", ("appears to only use http and not https", ("proxyconnect", "first record does not look like a tls handshake"))),
    ("proxy-ended", ("proxy connect aborted", "proxy closed the connection", "proxy closed connection", "proxy server closed")),
    ("proxy-lost", ("could not resolve proxy", "err proxy connection failed", ("proxyconnect", "connection refused"), ("proxyconnect", "no such host"), ("proxyconnect", "timeout"), "e=proxyconnectfailure", "e=proxyresolvefailure")),
    # PySocks: the replies of RFC 1928 section 6
    ("proxy-407", ("socks5 authentication failed", "all offered socks5 authentication methods were rejected")),
    ("proxy-403", ("0x02: connection not allowed by ruleset",)),
    ("proxy-5xx", ("0x01: general socks server failure", "0x03: network unreachable", "0x04: host unreachable", "0x05: connection refused", "0x06: ttl expired")),
    ("proxy-40x", ("socks5 proxy server sent invalid data", "socks4 proxy server sent invalid data")),
    # what is spoken on the port
    ("protocol-error", ("record layer failure",)),
    ("not-tls", (
        "wrong version number", "unsupported or unrecognized ssl message", "unrecognized ssl message", "cannot determine the frame size", "received invalid response to ssl negotiation", "unexpected tls packet",
        "packet with illegal or unsupported version", "invalid content type", "record layer version", "unknown protocol", "corrupt message of type invalidcontenttype", "bad response to sslrequest",
        "does not look like a tls handshake", "non-tls", "not a tls",
    )),
    ("http-spoken", ("server gave http response to https client", "http response to https", "responded with http")),
    ("http-to-tls", ("ssl: http request]", ":http request", "plain http request was sent to https port", "client sent an http request to an https server", "speaking plain http to an ssl-enabled server port", "http request to an https", "this combination of host and port requires tls")),
    ("unknown-record", ("ssl error rx unknown record type", "record with an unknown content type")),
    ("starttls-not-offered", (
        ("start tls", "unsupported extended operation"), ("start tls", "protocol error (2)"),         "starttls extension not supported", "stls not supported", "starttls not supported", "tls not supported by server", "server does not support ssl, but ssl was required", "server does not support starttls",
        "ssl is required, but the server does not support it", "starttls is not supported", "server doesn't support starttls", "does not support ssl connections", "server does not support ssl", "ssl is not enabled on the server", "server refused tls connection", "ssl is required but the server doesn't support it",
        "starttls not offered", "does not offer starttls", "server does not support secure connection",
    )),
    ("upgrade-rejected", ("rejected ssl upgrade",)),
    ("starttls-refused", ("454 tls not available", "tls not available due to", "starttls failed", "tls currently unavailable", "502 starttls", "start tls request denied")),
    ("tls-demanded", (
        "must issue a starttls command first", "no encryption", ("no pg hba.conf entry", "ssl off"), "insecure transport are prohibited", "require secure transport", "confidentiality required",
        "plaintext authentication disallowed", "logindisabled", "encryption required", "tls required", "550 ssl/tls required", "stronger confidentiality required", "ssl required",
        "must use encryption", "non-anonymous sessions must use encryption", "starttls required", "requires a secure connection", "privacyrequired",
    )),
    ("data-protection-refused", ("quote command returned error",)),
    ("garbled-answer", (("unsupported protocol", "expected http/1.1"), "malformed http status code", "malformed http response", "malformed http version", "badstatusline", "illegal status line", "unsupported http version", "parse error: expected http/", "hpe invalid constant", "invalid header value char", "received http/0.9 when not allowed")),
    ("forbidden", ("http/1.1 403", "http/2 403", "403 forbidden")),
    # the server's certificate
    ("expired", (
        "certificate has expired", "certificate is expired", "certificate expired", ("certificate of", "has expired"), "chain uses expired certificate", "certexpired", "invalid peer certificate: expired", "certificateexpiredexception",
    )),
    ("expired-now", (("current time", "is after"), "the certificate has expired.", ("notafter:", "java"))),
    ("not-yet-valid", (
        ("current time", "is before"), "not yet activated", "not yet been activated", "not yet valid", ("notbefore:", "java"), "certificatenotyetvalidexception", "notvalidyet", "not valid yet", ("certificate", "is in the future"),
    )),
    ("out-of-date", ("validity check failed", "timestamp check failed", "nottimevalid", "not within its validity period", "has expired or is not yet valid")),
    ("self-signed", ("depth zero self-signed cert", "mozilla pkix error self-signed cert", "self-signed certificate", "is self-signed")),
    ("self-signed-root", ("self-signed certificate in certificate chain", "self-signed cert in chain", "self-signed certificate in chain")),
    ("issuer-missing", ("unable to get local issuer certificate", "unable to get issuer cert locally", "partialchain", "issuer certificate could not be found")),
    ("first-unverified", ("unable to verify the first certificate", "unable to verify leaf signature")),
    ("issuer-unknown", (
        "unable to find valid certification path", "doesn't have a known issuer", "certificate issuer is unknown", "issuer is unknown", "untrustedroot", "unknownissuer", "unknown authority",
        "issued by an untrusted certificate authority", "issued by an authority that is not trusted", "issuer is not recognized", "issuer certificate is unknown", "unknown certificate authority presented",
        "unable to locally verify the issuer's authority", "trust anchor for certification path not found", "issuer is not trusted", "root certificate which is not trusted", "unknown issuer",
    )),
    ("distrusted", ("mozilla pkix error additional policy constraint failed",)),
    ("wrong-name", (
        "no alternative certificate subject name matches", "does not match target host name", "does not match certificate's altnames", "err tls cert altname invalid", ("hostname", "doesn't match"), ("certificate", "doesn't match"), "does not match host name",
        "does not match hostname", "dnsmismatch", "srvmismatch", "urimismatch", "hostname mismatch", "certificate does not match", "certificate not valid for name", "did not match expected cn", "no certificate subject alternative name matches", ("certificate", "does not match expected"), "no name matching", "notvalidforname", "certificate name mismatch", "remotecertificatenamemismatch",
        "certificate is valid for", "is not valid for any names", "common name invalid", "not verify hostname", "could not be verified by hostnameverifier",
        "certificate verification failed: hostname", "certificate is not valid for", "name in the certificate does not match", "principal name is incorrect",
    )),
    ("wrong-address", ("ip address mismatch", "ipaddressmismatch", "doesn't contain any ip sans", "no subject alternative names matching ip address", ("does not match certificate's altnames", "ip: "))),
    ("common-name-only", ("legacy common name", "use sans instead")),
    ("wrong-purpose", ("unsupported certificate purpose", "unsuitable certificate purpose", "incompatible key usage", "extended key usage does not permit", "does not allow extended key usage", "invalid purpose", "wrong key usage", "not valid for requested usage")),
    ("wrong-key-usage", ("does not allow digital signatures", "key usage violation", "key usage does not include digital signature", "does not include digital signature", "bad ecc cert")),
    ("issuer-no-signer", ("key usage does not include certificate signing", "keyusage does not allow signing", "keycertsign bit is not set")),
    ("issuer-no-authority", (
        "invalid ca certificate", "issuer is not a ca", "was not a ca", "signer is not a ca", "not authorized to sign", "parent certificate cannot sign", "is not a ca certificate", "not a ca cert", "causedasendentity", "endentityusedasca",
        "certificate is not a ca", "this is not a ca certificate",
    )),
    ("authority-constraint", ("violates the signer's constraints", "basic constraints check failed")),
    ("path-length", ("path length constraint", "pathlenconstraint", "path length exceeded", "pathlengthconstraintviolated", "intermediates for path length")),
    ("bad-signature", ("signature check failed", "certificate signature failure", "crypto/rsa: verification error", "crypto/ecdsa: verification failure", "signature does not match", "signature failure", "ecdsa verification failure", "signature does not verify", "signature of the certificate")),
    ("authority-differs", (("candidate authority certificate", "crypto/rsa: verification error"), ("candidate authority certificate", "crypto/ecdsa: verification failure"), ("candidate authority certificate", "ed25519 verification failure"))),
    ("name-constraint", ("permitted subtree violation", "excluded subtree violation", "name constraint", "name constraints violated", "is not permitted by any constraint", "nameconstraintviolation", "nameconstraints")),
    ("critical-extension", ("unhandled critical extension", "unrecognized critical extension", "unknown critical extension", "unsupported critical extension", "unsupportedcriticalextension", "unhandledcriticalextension")),
    ("weak-key", ("certificate key too weak", "ee key too small", "key too small", "key is too small", "inadequate key size", "insufficient key size")),
    ("weak-digest", ("insecure algorithm", "signature digest algorithm too weak", "signature algorithm that is disabled", "md too weak", "weak signature algorithm", "signed using an insecure algorithm")),
    ("chain-broken", ("subject issuer mismatch", "subject/issuer name chaining check failed", "issuer name does not match subject")),
    ("message-too-large", (("size of the handshake message", "exceeds the maximum allowed size"), "handshake message of length", "exceeds maximum of")),
    ("too-large", ("excessive message size", "handshake data size is too large", "certificate message too large")),
    ("malformed", ("asn1: structure error", "asn1: syntax error", "x509: malformed", "asn.1 parsing error", "negative serial number", "invalid peer certificate: badencoding", "unable to parse certificate", "failed to parse certificate", "error parsing certificate")),
    ("key-kind", ("unsupported elliptic curve", "unsupported type of public key", "unknown public key algorithm")),
    ("pinned", ("key pinning failure", "pinned key", "certificate pinning failure", "public key pinning", "pinnedpubkey", "fingerprint mismatch", "serverfingerprintmismatch")),
    ("interception", ("mozilla pkix error mitm detected", "mitm detected", "known interception")),
    ("strict-aki", ("missing authority key identifier",)),
    ("strict-basic", ("basic constraints of ca cert not marked critical",)),
    ("refused-certificate", (
        "certificate verify failed", "certificate verification failed", ("certificate", "is not trusted"), "error in the certificate", "pkix path validation failed",
        "not ok peer certificate", "peer certificate or ssh remote key was not ok", "remote certificate is invalid", "could not establish trust relationship", "certificate unknown",
        "certificate verification error", "server certificate verification failed", "verify cert failed", "peer's certificate is invalid", "bad certificate", "certificate is invalid",
        "verification of server certificate failed", "couldn't verify", "certificate rejected", "not accept the certificate",
    )),
    # revocation
    ("revoked", ("certificate has been revoked", ("certificate of", "has been revoked"), "certificate is revoked", "certificate chain is revoked", "certificate revoked.", "certificaterevokedexception")),
    ("revoked-crl", ("certificate revoked", "certificate was revoked")),
    ("crl-missing", ("unable to get certificate crl", "no crl", "crl not found", "certificate revocation list is missing")),
    ("crl-expired", ("crl has expired", "crl expired")),
    ("staple-expired", ("ocsp response has expired", "response is unreliable: its validity interval is out-of-date", "ocsp old response", "ocsp response contains out-of-date", "revocation data are old", "ocsp status expired", "ocsp: response expired")),
    ("staple-invalid", ("ocsp response verification failed", "invalid ocsp response", "ocsp response is invalid", "bad certificate status response", "ocsp response provided doesn't match", "ocsp verify failed", "invalid status response")),
    ("ocsp-problem", ("certificate status verification failed",)),
    ("staple-missing", ("no ocsp response", "ocsp response missing", "no stapled")),
    ("must-staple", ("required tls feature missing", "requires the server to include an ocsp status", "must-staple", "must staple")),
    ("ocsp-unknown", ("ocsp unknown cert", "certificate's ocsp status is unknown", "ocsp status: unknown", "ocsp: unknown")),
    ("revocation-unreachable", (
        "unable to check revocation", "revocation status unknown", "revocation function was unable", "revocationstatusunknown", "undetermined revocation status", "unable to determine revocation status", "revocation server was offline",
        "offlinerevocation",
    )),
    # the client's own settings
    ("store-missing", ("no certificate or crl found", "trustanchors parameter must be non-empty", "root certificate file", "no root certificates", "no ca certificates", "trust store is empty", ("failed to open cert", "(0)"), ("phase: store", "no such file"))),
    ("store-unreadable", (
        "error setting certificate verify locations", "error adding trust anchors", "could not find a suitable tls ca certificate bundle", "invalid path:", "problem with the ssl ca cert", "error reading ca cert file",
        "could not read root certificate", "error setting certificate file", "cadata does not contain a certificate",
    )),
    ("key-mismatch", ("key values mismatch", "private key does not match", "key does not match the certificate", "does not match the certificate public key", "key type mismatch")),
    ("key-unusable", ("unable to set private key file",)),
    ("key-unreadable", (
        "could not load pem client certificate", "unable to load client certificate", "unable to load client key", "no start line", "bad decrypt", "bad password read", "pem lib", "could not load client certificate",
        "could not load private key", "keystore password was incorrect", "mac verify failure", "mac verify error", "unable to use client certificate", "problem with the local ssl certificate",
        "unable to read private key", ("private key file", "group or world access"), ("keystore", "password was incorrect"), ("private key", "failed to decrypt"),
    )),
    ("keystore-unreadable", ("error constructing implementation", "keystore was tampered with")),
    ("no-protocols", ("no protocols available", "no supported versions satisfy minversion", "no appropriate protocol", "no ciphers available", "no tls versions", "ssl versions enabled")),
    ("bad-cipher-list", ("no cipher match", "failed setting cipher list", "failed setting curves list", "failed to set ecdh curve", "failed setting tls", "no cipher can be selected", "unsupported ciphersuite", "invalid cipher list", "unsupported named group", "no cipher suites")),
    ("no-name-to-check", ("check hostname requires server hostname", "server hostname cannot be an empty string")),
    ("os-disabled", ("internal error state is 10013", "ssl client credential", "tls client credential")),
    # negotiation
    ("no-version", (
        "unsupported protocol", "protocol version mismatch", "selected unsupported protocol version", "server selected protocol version", "unsupported version of security protocol", "version too low",
        "peerincompatible(servertlsversionisdisabled", "only supports tls", "unsupported ssl version", "protocol is not supported", "tls version not supported", "version not supported", "peer only supports",
    )),
    ("version-or-cipher", ("do not possess a common algorithm", "version or cipher mismatch", "no common algorithm", "client and server cannot communicate")),
    ("legacy-signature", ("legacy sigalg disallowed", ("tls process key exchange", "internal error"))),
    ("wrong-scheme", ("wrong signature type",)),
    ("dh-small", ("dh key too small", "diffie-hellman prime", "weak server ephemeral dh", "dh serverkeyexchange does not comply", "ephemeral diffie-hellman", "weak ephemeral")),
    ("legacy-renegotiation", ("unsafe legacy renegotiation", "unsafe renegotiation", "safe renegotiation failed", "old style (potentially vulnerable) handshake")),
    ("post-handshake", ("post handshake auth", "post-handshake authentication", "extension not received")),
    ("alpn", ("without alpn protocol negotiation",)),
    ("h2-missing", ("unexpected http/1.x", "http/2 client preface", "cannot check peer: missing selected alpn", "missing selected alpn property", "server does not support http/2")),
    ("h2-suite", ("inadequate security", "inadequate transport security")),
    ("fips-ems", ("ems is required", "extended master secret", "extended master secret extension required")),
    ("corrupt", ("bad record mac", "decryption failed", "decryption has failed", "tag mismatch", "decrypterror", "message authentication code")),
    ("client-certificate-wanted", (
        "certificate required", "no required ssl certificate was sent", "requires a valid client certificate", "client certificate required", "peer did not return a certificate", "client didn't provide a certificate",
        "certificate is required", "ssl client auth cert needed", "must provide a client certificate", "no certificate was presented",
    )),
    ("client-certificate-bad", ("the ssl certificate error", "bad ssl client auth cert", "rejected your certificate")),
    ("schannel-token", ("token supplied to the function is invalid",)),
    ("schannel-message", ("message received was unexpected or badly formatted", "a call to sspi failed")),
    ("handshake-failed", (
        "unable to establish ssl connection", "could not create ssl/tls secure channel", "ssl connection could not be established", "ssl handshake failed", "tls handshake failed", "handshake failed", "ssl connect error",
        "ssl connection error", "sslhandshakeexception", "ssl routines", "ssl error ssl", "could not negotiate", "e=nssfailure", "operation failed with code 1", "secure connection failed",
    )),
    ("tls-failed", ("tls error", "tlserror")),
    ("alert-any", ("fatal alert has been received", "warning alert has been received", "fatal alert received", "received fatal alert", "remote error: tls:")),
    ("alert-112", ("handshake warning: unrecognized name",)),
)  # fmt: skip

# mark -> words that set it
MARKS: dict[str, tuple[str, ...]] = {
    "handshake": ("ssl connect", "handshake", "handshaking", "phase: handshake", "ssl negotiation", "ssl accept", "start tls"),
    "sending": ("send failure", "curl: (55)", "broken pipe", "ssl write", "phase: write"),
    "data": ("ssl read", "in headers", "phase: read"),
    "proxy": ("proxyerror", "proxyconnect", "connect to proxy", "through proxy", "phase: proxy", "to proxy", "proxyconnectionerror", "clientproxyconnectionerror", "sockshttpsconnection", "sockshttpsconnectionpool", "socks5 proxy"),
    "upstream": ("to upstream", "source/common/tls", "upstream connect error", "ssl proxy connect failed"),
    "connect": ("phase: connect",),
    "lookup": ("dial tcp: lookup", "phase: lookup"),
    "own certificate": ("load pem client certificate", "load client certificate", "load cert chain", "private key file", "phase: own certificate"),
}  # fmt: skip

# (situation, mark) -> situation; the first that fits
REFINED: tuple[tuple[str, str, str], ...] = (
    ("refused", "lookup", "resolver-failed"),
    ("timeout", "lookup", "resolver-failed"),
    ("connect-timeout", "lookup", "resolver-failed"),
    ("not-tls", "proxy", "proxy-plain"),
    ("http-spoken", "proxy", "proxy-plain"),
    ("ended", "proxy", "proxy-ended"),
    ("ended-in-handshake", "proxy", "proxy-ended"),
    ("no-response", "proxy", "proxy-ended"),
    ("refused", "proxy", "proxy-lost"),
    ("connect-timeout", "proxy", "proxy-lost"),
    ("unreachable", "proxy", "proxy-lost"),
    ("name-not-found", "proxy", "proxy-lost"),
    ("name-unresolved", "proxy", "proxy-lost"),
    ("not-tls", "upstream", "tls-to-plain-backend"),
    ("timeout", "upstream", "handshake-timeout"),
    ("connect-timeout", "handshake", "handshake-timeout"),
    ("reset", "sending", "reset-while-sending"),
    ("not-connected", "sending", "reset-while-sending"),
    ("reset", "data", "reset-in-data"),
    ("reset", "handshake", "reset-in-handshake"),
    ("ended", "sending", "ended-in-data"),
    ("ended", "data", "ended-in-data"),
    ("ended", "handshake", "ended-in-handshake"),
    ("timeout", "handshake", "handshake-timeout"),
    ("timeout", "data", "read-timeout"),
    ("timeout", "connect", "connect-timeout"),
    ("wrong-name", "address", "wrong-address"),
    ("alert-40", "data", "alert-40-late"),
    ("weak-key", "own certificate", "client-key-weak"),
    ("weak-digest", "own certificate", "client-key-weak"),
    ("refused-certificate", "own certificate", "key-unreadable"),
)

# what a generated phrase of one or two words needs beside it, by library
CONTEXT: dict[str, tuple[str, ...]] = {
    "OpenSSL": ("ssl", "tls", "x509"),
    "BoringSSL": ("ssl", "tls"),
    "rustls": ("peer certificate", "rustls", "invalidcertificate", "peerincompatible", "peermisbehaved"),
    "GnuTLS": ("gnutls", "tls", "certificate"),
    "Java": ("java",),
    "Go": ("tls:", "x509"),
}

# library -> words that give it away, the first that fits
LIBRARIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Python ssl", ("( ssl.c", "ssl.sslerror", "ssl.sslcertverificationerror", "ssl.ssleoferror")),
    ("pyOpenSSL", ("openssl.ssl.error", "openssl.ssl.syscallerror")),
    ("Envoy (BoringSSL)", ("source/common/tls", "openssl internal")),
    ("Schannel", ("schannel", "sec e ", "crypt e ", "sspi", "system.net", "0x8009")),
    ("curl", ("curl:", "curle ")),
    ("Node.js", ("err tls", "err ssl", "node:internal", "syscall: '", "undici", "typeerror: fetch failed", "code: 'e", "socket hang up")),
    ("Java", ("javax.net.ssl", "java.net.", "sun.security", "java.io.", "java.util")),
    ("Go", ("tls: ", "x509: ", "dial tcp", "net/http", "proxyconnect")),
    ("GnuTLS", ("gnutls", "*** fatal error", "|<1>|", "pull function", "push function")),
    ("NSS", ("sec error", "ssl error rx", "mozilla pkix", "pr end of file", "tstclnt", "pr connect")),
    ("Chromium", ("net error", "net::err", "err cert", "err ssl")),
    ("rustls", ("rustls", "invalid peer certificate")),
    ("Secure Transport", ("errssl", "nsurlerror", "cfnetwork", "osstatus")),
    ("libpq", ("psql:", "connection to server at", "pg hba")),
    ("MySQL client", ("(hy000)", "mysql", "error 2026")),
    ("OpenSSL", ("ssl routines", "verify error:num", "s client", "bio routines", "x509 certificate routines")),
)
