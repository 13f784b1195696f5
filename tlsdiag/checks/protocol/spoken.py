"""The port speaks something else than TLS: named, with the cure."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Rule,
    Seen,
    Severity,
    SpokenFinding,
    SpokenProtocol,
    protocol_named,
)
from ..common import CONSEQUENCE, place
from ..proxy.scheme import speaks_as_proxy

_LOST = ("reset-after-hello", "closed-without-answer", "peer-silent")
_NAMES = {
    "http": "HTTP", "smtp": "SMTP", "ssh": "SSH", "ftp": "FTP", "imap": "IMAP", "pop3": "POP3", "ldap": "LDAP", "mysql": "MySQL", "postgresql": "PostgreSQL",
    "redis": "Redis", "sieve": "ManageSieve", "nntp": "NNTP", "xmpp": "XMPP", "vnc": "VNC", "telnet": "Telnet", "rdp": "RDP", "irc": "IRC",
}  # fmt: skip

SPEAKS_HTTP = Rule(
    code="speaks-plain-http",
    title="The port speaks plain HTTP",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The server answered the ClientHello, or a plain request, in HTTP without TLS. OpenSSL says 'wrong version number' or 'record layer failure' to that.",
    fix=Fix(
        summary="Connect to the port that has TLS (often 443), use http:// for this one, or switch TLS on for it in the server.",
        snippets={
            "nginx": "listen 443 ssl;   # 'ssl' is missing",
            "apache": "<VirtualHost *:443>\n  SSLEngine on\n</VirtualHost>",
            "haproxy": "bind :443 ssl crt /etc/haproxy/cert.pem   # 'ssl crt' is missing",
        },
    ),
    references=("RFC 9110 section 4.2.2", "RFC 2818"),
    explains=(*CONSEQUENCE, *_LOST),
    blocking=True,
    failing="nginx without ssl on the port",
    passing="nginx with TLS",
)
STARTTLS_NEEDED = Rule(
    code="starttls-needed",
    title="The port begins without TLS and upgrades with STARTTLS",
    layer=Layer.STARTTLS,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="A client that begins with a ClientHello is out of step: this protocol greets in the clear and goes over to TLS on request.",
    fix=Fix(
        summary="Use STARTTLS in the client, or the protocol's own port for implicit TLS.",
        snippets={"openssl": "openssl s_client -connect HOST:PORT -starttls PROTOCOL", "python": "smtplib.SMTP(host, port).starttls(context=context)   # not SMTP_SSL"},
    ),
    references=("RFC 3207", "RFC 2595", "RFC 8314"),
    explains=(*CONSEQUENCE, *_LOST),
    blocking=True,
    failing="Postfix on its plain port",
    passing="Postfix with implicit TLS",
)
SPEAKS_OTHER = Rule(
    code="speaks-other-protocol",
    title="The port speaks another protocol",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="What listens here is no TLS service at all.",
    fix=Fix(summary="Connect to the port of the service that is meant; this one belongs to another."),
    references=("https://www.iana.org/assignments/service-names-port-numbers",),
    explains=(*CONSEQUENCE, *_LOST),
    blocking=True,
    failing="an SSH server",
    passing="a TLS server",
)
NOT_TLS = Rule(
    code="answer-not-tls",
    title="The answer is not TLS",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Bytes came back that are no TLS record, of a protocol that is not known here.",
    fix=Fix(summary="Check what listens on this port; the first bytes of its answer are in the finding."),
    references=("RFC 8446 section 5.1",),
    explains=(*CONSEQUENCE, *_LOST),
    blocking=True,
    failing="a server that answers with random bytes",
    passing="a TLS server",
)


class SpokenCheck(Check):
    """Names the protocol."""

    name = "protocol/spoken"
    rules = (SPEAKS_HTTP, STARTTLS_NEEDED, SPEAKS_OTHER, NOT_TLS)
    needs = (SpokenProtocol,)
    wants = (ClientOutcome, HandshakeOutcome,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one finding that fits; nothing where the client's own handshake shows that the port does speak TLS."""
        spoken, client = seen[SpokenProtocol], seen.get(ClientOutcome)
        if client is not None and client.completed:
            return
        if spoken.protocol is None:
            ours = seen.get(HandshakeOutcome)
            if ours is not None and ours.non_tls:
                detail = f"{place(seen)} answered the ClientHello with {ours.non_tls[:24]!r}."
                yield SpokenFinding.of(NOT_TLS, detail, evidence_bytes=ours.non_tls)
            return
        if spoken.protocol == "proxy-protocol" or speaks_as_proxy(spoken):
            return
        rule = _rule(spoken)
        yield SpokenFinding.of(
            rule,
            _detail(seen, spoken),
            fix=_fix(rule, spoken),
            confidence=Confidence.PROVEN,
            protocol=spoken.protocol,
            starttls=spoken.starttls,
            software=spoken.software,
            evidence_bytes=spoken.evidence,
        )


def _rule(spoken: SpokenProtocol) -> Rule:
    if spoken.protocol == "http":
        return SPEAKS_HTTP
    return STARTTLS_NEEDED if spoken.starttls else SPEAKS_OTHER


def _detail(seen: Seen, spoken: SpokenProtocol) -> str:
    name = _NAMES.get(spoken.protocol or "", spoken.protocol)
    first = spoken.evidence.split(b"\n", 1)[0].strip()[:80]
    said = f" It says {first.decode('utf-8', 'backslashreplace')!r} ({spoken.how})."
    server = f" The server is {spoken.software}." if spoken.software and spoken.protocol == "http" else ""
    return f"{place(seen)} speaks {name}, not TLS.{said}{server}"


def _fix(rule: Rule, spoken: SpokenProtocol) -> Fix:
    if rule is not STARTTLS_NEEDED:
        return rule.fix
    upgrade = protocol_named(spoken.starttls or "")
    port = upgrade.implicit if upgrade is not None else None
    other = f", or connect to port {port}, where TLS begins at once" if port else ""
    word = spoken.starttls or ""
    unfit = {"python"} if word != "smtp" else set()
    unfit |= {"openssl"} if word == "rdp" else set()  # which s_client does not speak
    snippets = {key: text.replace("PROTOCOL", word) for key, text in rule.fix.snippets.items() if key not in unfit}
    return Fix(summary=f"Let the client use STARTTLS (in tlsdiag: starttls={word!r}){other}.", snippets=snippets)
