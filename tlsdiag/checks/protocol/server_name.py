"""The server name (SNI): is it known to the server?"""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    AcceptedVersions,
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    Counterfactuals,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Rule,
    Seen,
    ServedChain,
    ServerNameFinding,
    Severity,
    TrialOutcome,
)
from ..common import alert_of
from ..proof import ON_THE_LISTS, SYMPTOMS, change_of, halves, pair, proof, refused_alike

_SERVERS = {
    "nginx": "server {\n  listen 443 ssl;\n  server_name NAME;\n  ssl_certificate ...;\n}",
    "apache": "<VirtualHost *:443>\n  ServerName NAME\n</VirtualHost>",
    "haproxy": "bind :443 ssl crt /etc/haproxy/certs/   # add the certificate of NAME; 'strict-sni' refuses others",
    "java": "keytool -importkeystore ...   # a certificate for NAME in the key store",
}
SERVER_NAME_UNKNOWN = Rule(
    code="server-name-unknown",
    title="The server does not know the server name",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Many sites share one address, and the name in the hello (SNI) says which is meant. This server refuses a name that it is not configured for.",
    fix=Fix(summary="Configure the name at the server, point DNS at the server that has it, or let the client send the right name.", snippets=_SERVERS),
    references=("RFC 6066 section 3",),
    explains=(*SYMPTOMS, "name-mismatch"),
    blocking=True,
    failing="a server that refuses every name but its own",
    passing="a server that has the name",
)
SERVER_NAME_NEEDED = Rule(
    code="server-name-needed",
    title="The server wants a server name, and none is sent",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Without a name in the hello (SNI) this server does not know which site is meant, and refuses.",
    fix=Fix(summary="Let the client send the host name as SNI; connect by name and not by address.", snippets={"python": "context.wrap_socket(sock, server_hostname='NAME')", "openssl": "openssl s_client -servername NAME ..."}),
    references=("RFC 6066 section 3", "RFC 8446 section 9.2"),
    explains=SYMPTOMS,
    blocking=True,
    failing="a server that answers unrecognized_name or missing_extension to a hello without SNI",
    passing="a server that has a default site",
)
SERVER_NAME_BLOCKED = Rule(
    code="server-name-blocked",
    title="The connection is cut for the server name alone",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="To the same address, with the same hello, any other name gets an answer, and this one gets a reset, silence or the end of the connection. Something that reads the name acts on it: a filter of a network or a country, a parental control, a security device; seldom a balancer that routes by name to a machine which is down.",
    fix=Fix(
        summary="Compare from another network. If it works there, ask whoever runs this one (the provider, the company's security team) to let the name through; if it fails there too, look at the backend that the balancer has for this name.",
        snippets={"openssl": "openssl s_client -connect HOST:443 -servername OTHER.example   # answers, and with the real name it does not"},
    ),
    references=("RFC 6066 section 3", "RFC 8744 section 3.1", "RFC 7754 section 4"),
    explains=(*SYMPTOMS, "server-name-unknown"),
    blocking=True,
    failing="a filter that resets connections to one server name",
    passing="a server that refuses an unknown name with an alert",
)
UNRECOGNIZED_NAME, MISSING_EXTENSION, INTERNAL_ERROR = 112, 109, 80
_NO_NAME = (
    "answers internal_error to every hello without a server name, whatever else is in it, before it says a word. Programs in Go (Caddy, Traefik) "
    "do so where they have a certificate for each name and none for a client that sends no name."
)
_ASK_BY_NAME = Fix(
    summary="Connect by the name of the site, so that it is sent as SNI. What would tell: ask once more with that name; where it works, this was the cause.",
    snippets={"tlsdiag": "tlsdiag HOST:PORT --server-name SITE", "openssl": "openssl s_client -connect HOST:PORT -servername SITE", "caddy": "{\n  default_sni SITE\n}"},
)


class ServerNameCheck(Check):
    """Compares the handshake with the name and without it."""

    name = "protocol/server-name"
    rules = (SERVER_NAME_UNKNOWN, SERVER_NAME_NEEDED, SERVER_NAME_BLOCKED)
    needs = (HandshakeOutcome,)
    wants = (ClientOutcome, ServedChain, Counterfactuals, AcceptedVersions)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one that fits."""
        found = proof(seen)
        if found is not None:
            yield from _proved(seen, found)
            return
        alert = alert_of(seen)
        ours = seen[HandshakeOutcome]
        name = ours.offer.server_name
        if alert is None or ours.completed:
            return
        served = seen.get(ServedChain)
        without = served.without_name if served is not None else None
        # a handshake that came as far as the certificate did not fail for the name
        works = None if without is None or ours.certificates else without.accepted
        if name is None:
            if alert.description in (UNRECOGNIZED_NAME, MISSING_EXTENSION):
                detail = f"{seen.endpoint} answered {alert.description.name} to a hello without a server name."
                yield ServerNameFinding.of(SERVER_NAME_NEEDED, detail)
            elif alert.description == INTERNAL_ERROR and _whatever_is_offered(seen):
                yield ServerNameFinding.of(SERVER_NAME_NEEDED, f"{seen.endpoint} {_NO_NAME}", confidence=Confidence.LIKELY, fix=_ASK_BY_NAME)
            return
        if alert.description != UNRECOGNIZED_NAME and works is not True:
            return
        detail = f"{seen.endpoint} answered {alert.description.name} to the server name {name}."
        if works:
            detail += " Without a server name the same hello is accepted."
        confidence = Confidence.PROVEN if works or alert.description == UNRECOGNIZED_NAME else Confidence.LIKELY
        yield ServerNameFinding.of(SERVER_NAME_UNKNOWN, detail, server_name=name, works_without=works, confidence=confidence)


def _whatever_is_offered(seen: Seen) -> bool:
    """Whether all lists were widened in vain, and there was no name to try."""
    found, versions = seen.get(Counterfactuals), seen.get(AcceptedVersions)
    accepts = versions is not None and bool(versions.accepted)
    return found is not None and not accepts and refused_alike(found) >= ON_THE_LISTS


def _proved(seen: Seen, found: Counterfactuals) -> Iterator[Finding]:
    """The name is what the outcome turns on: not sent, not known, or cut off on the way."""
    change = change_of(found)
    client = seen.get(ClientOutcome)
    name = client.offer.server_name if client is not None and client.offer is not None else None
    if change not in ("with-server-name", "without-server-name", "other-server-name") or found.size_refused is not None:
        return
    without = any(trial.change == "without-server-name" for trial in found.flips)
    if change == "with-server-name":
        rule, told = SERVER_NAME_NEEDED, ""
    elif change == "other-server-name" and found.symptom is not TrialOutcome.ALERT:
        rule, told = SERVER_NAME_BLOCKED, f" What it turns on is the name {name}."
    else:
        rule, told = SERVER_NAME_UNKNOWN, f" The server has no answer for the name {name}."
    yield ServerNameFinding.of(rule, pair(seen, found) + told, server_name=name, works_without=without or None, **halves(found))
