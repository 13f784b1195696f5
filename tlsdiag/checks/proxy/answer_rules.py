"""The rules for a proxy's answers. Their own file, since they are prose; `answer.py` says when each holds."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity
from .common import EXPLAINED, INSIDE, PAST, SIGN_IN, TAKE

_CONNECT = "RFC 9110 section 9.3.6"
AUTHENTICATION = Rule(
    code="proxy-authentication-required",
    title="The proxy asks who we are",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="A proxy that knows its users lets nobody else through. The target was never asked; whatever it would have said is unknown.",
    fix=Fix(summary="Give the program a user name and password for the proxy, in a scheme that it offers; for NTLM or Negotiate run a local helper that signs in.", snippets=SIGN_IN),
    references=("RFC 9110 section 11.7", "RFC 7617", "RFC 1929"),
    explains=EXPLAINED,
    blocking=True,
    failing="squid with proxy_auth and no credentials",
    passing="squid with proxy_auth and the right ones",
)
FORBIDDEN = Rule(
    code="proxy-forbidden",
    title="The proxy does not allow this destination",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="The proxy understood and will not: its rules forbid the host, the port, the time, or this client. The target was never asked.",
    fix=Fix(
        summary="Ask those who run the proxy to allow this host and port, or, where policy and network permit it, exempt the host from the proxy.",
        snippets={"squid": "acl SSL_ports port PORT   # then: acl allowed dstdomain HOST; http_access allow CONNECT allowed", "tinyproxy": "ConnectPort PORT", **PAST},
    ),
    references=("RFC 9110 section 15.5.4", _CONNECT, "RFC 1928 section 6"),
    explains=EXPLAINED,
    blocking=True,
    failing="squid whose SSL_ports do not have the port",
    passing="squid that allows it",
)
UPSTREAM = Rule(
    code="proxy-upstream-failed",
    title="The proxy cannot reach the target",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="The proxy tried and failed: it cannot resolve the name, is refused, or waits in vain. It asks its own resolver and goes its own way, so that what works from here need not work from there.",
    fix=Fix(summary="Look at the proxy's own resolver, routes and firewall for this host; a name that only this machine or network knows belongs into NO_PROXY.", snippets=PAST),
    references=("RFC 9110 section 15.6.3", "RFC 9110 section 15.6.5", "RFC 1928 section 6"),
    explains=EXPLAINED,
    blocking=True,
    failing="squid that is asked for a closed port",
    passing="squid that is asked for an open one",
)
NOT_A_PROXY = Rule(
    code="proxy-not-a-proxy",
    title="What is configured as the proxy is none",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The port belongs to another service, often a web server or load balancer, or to a proxy of another kind (SOCKS for HTTP, or the reverse). It cannot pass anything on.",
    fix=Fix(summary="Correct the proxy's address, port and scheme where they are configured; ask those who run the network for them.", snippets=TAKE),
    references=(_CONNECT, "RFC 9110 section 15.5.6", "RFC 1928 section 3"),
    explains=(*EXPLAINED, *INSIDE),
    blocking=True,
    failing="nginx in the place of the proxy",
    passing="squid that refuses",
)
TLS_FAILED = Rule(
    code="proxy-tls-failed",
    title="TLS to the proxy itself fails",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="A proxy with https:// in its URL is reached over TLS of its own, before the TLS to the target inside. It is the outer one that fails.",
    fix=Fix(
        summary="Let the client trust the authority of the proxy's certificate, give the proxy a certificate for the name in its URL, or use http:// where it has a port without TLS.",
        snippets={"requests": "requests.get(url, proxies=..., verify='private-ca.pem')", "curl": "curl --proxy-cacert private-ca.pem -x https://PROXY https://TARGET/", "git": "git config --global http.proxySSLCAInfo private-ca.pem"},
    ),
    references=("RFC 9110 section 4.2.2", "RFC 9525"),
    explains=EXPLAINED,
    blocking=True,
    failing="an https proxy with a certificate of an unknown authority",
    passing="an https proxy with a trusted one",
)
SILENT = Rule(
    code="proxy-silent",
    title="The proxy accepts the request and does not answer",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="Mostly the proxy itself waits for the target, and longer than the client waits for the proxy; or it is overloaded, or waits for other words (TLS, SOCKS).",
    fix=Fix(summary="Try the proxy with a host that is known to work: if that is answered, the proxy cannot reach this target; if not, look at the proxy.", snippets={"curl": "curl -v -x http://PROXY https://TARGET/"}),
    references=(_CONNECT,),
    explains=EXPLAINED,
    blocking=True,
    failing="a proxy that never answers CONNECT",
    passing="a proxy that answers late",
)
CLOSED = Rule(
    code="proxy-closes",
    title="The proxy closes the connection without an answer",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="Neither yes nor no: an access list that hangs up, a proxy of another kind, or one that crashed. The target was never asked, as far as can be seen.",
    fix=Fix(summary="Read the proxy's log at this time; check that the scheme in its URL (http, https, socks5) is that of the port, and that this client may use it."),
    references=(_CONNECT,),
    explains=EXPLAINED,
    blocking=True,
    failing="a proxy that closes when it has read CONNECT",
    passing="a proxy that answers 403",
)
LOGIN_PAGE = Rule(
    code="proxy-login-page",
    title="The way leads to a login page",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="Instead of a tunnel comes a redirection to a page: the network or the proxy wants a person to log in or to agree first. A program cannot.",
    fix=Fix(summary="Open the page in a browser on this machine and log in, or ask for a proxy that takes credentials.", snippets={"curl": "curl -v -x http://PROXY https://TARGET/"}),
    references=("RFC 9110 section 9.3.6", "RFC 6585 section 6", "RFC 8952"),
    explains=EXPLAINED,
    blocking=True,
    failing="a proxy that answers CONNECT with 302",
    passing="a proxy that answers CONNECT with 403",
)
NO_METHOD = Rule(
    code="socks-no-acceptable-method",
    title="The SOCKS proxy takes none of our ways to sign in",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="It was offered to go without and with user name and password, and chose neither: it wants GSSAPI (Kerberos), or refuses this client.",
    fix=Fix(summary="Use a program that can sign in with GSSAPI, or have the proxy accept user name and password from this client."),
    references=("RFC 1928 section 3", "RFC 1961"),
    explains=EXPLAINED,
    blocking=True,
    failing="a SOCKS proxy that chooses method FF though credentials were offered",
    passing="a SOCKS proxy that chooses user name and password",
)
SOCKS_REFUSED = Rule(
    code="socks-request-refused",
    title="The SOCKS proxy does not understand the request",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="It does not take CONNECT, or not this kind of address: names (socks5h) or IPv6 addresses are what simple proxies lack.",
    fix=Fix(summary="Where names are refused, have them resolved here (socks5), where addresses are, by the proxy (socks5h).", snippets={"curl": "curl --socks5-hostname PROXY https://TARGET/   # or --socks5", "requests": "proxies = {'https': 'socks5h://PROXY'}   # or socks5"}),
    references=("RFC 1928 section 6",),
    explains=EXPLAINED,
    blocking=True,
    failing="reply 08",
    passing="reply 05",
)
NAME_UNRESOLVED = Rule(
    code="socks-name-unresolved",
    title="The target's name is resolved here, and does not resolve",
    layer=Layer.RESOLUTION,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="With socks5:// the client asks its own resolver and gives the proxy an address. Behind such a proxy the resolver often knows no names of the other side.",
    fix=Fix(summary="Write socks5h:// in the proxy's URL, so that the proxy resolves the name; or correct the name.", snippets={"shell": "export ALL_PROXY=socks5h://PROXY", "requests": "proxies = {'https': 'socks5h://PROXY'}", "curl": "curl --socks5-hostname PROXY https://TARGET/", "git": "git config --global http.proxy socks5h://PROXY"}),
    references=("RFC 1928 section 4", "RFC 1035"),
    explains=EXPLAINED,
    blocking=True,
    failing="socks5 and a name that only the proxy knows",
    passing="socks5h and the same name",
)
RULES = (AUTHENTICATION, FORBIDDEN, UPSTREAM, NOT_A_PROXY, TLS_FAILED, SILENT, CLOSED, LOGIN_PAGE, NO_METHOD, SOCKS_REFUSED, NAME_UNRESOLVED)
