"""A server that refuses whatever is offered: when everything that a client can change was changed, what is left is on the server's side."""

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
    Layer,
    Rule,
    Seen,
    Severity,
    TrialFinding,
    TrialOutcome,
)
from ..common import CONSEQUENCE
from ..proof import ON_THE_LISTS, alert_name, refused_alike

NO_CERTIFICATE = Rule(
    code="server-without-certificate",
    title="The server refuses the handshake whatever is offered: it has no certificate that it can use",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="More cipher suites, groups, signature schemes and versions than any client has, with the server name, with another and without one: all end with the same alert, before the server has said a word. A server does so when no certificate (with its key) is loaded, or none for this name and no default. One that works with pre-shared keys alone looks the same.",
    fix=Fix(
        summary="Load a certificate for this name at the server and see in its log that it is loaded; or send the name that the server has one for.",
        snippets={
            "nginx": "ssl_certificate     fullchain.pem;\nssl_certificate_key privkey.pem;",
            "caddy": "server.example {\n    tls fullchain.pem privkey.pem\n}   # or default_sni server.example",
            "openssl": "openssl s_server -cert fullchain.pem -key privkey.pem   # without -nocert",
            "java": "keytool -list -keystore keystore.p12   # one PrivateKeyEntry has to be there",
        },
    ),
    references=("RFC 8446 section 4.4.2.2", "RFC 8446 section 6.2"),
    explains=(*CONSEQUENCE, "fatal-alert"),
    blocking=True,
    failing="a server without a certificate",
    passing="a server that takes one of the changed hellos",
)
_ALERTS = (40, 80)
"""handshake_failure: OpenSSL, Java, GnuTLS; internal_error: Go."""
_ON_THE_NAME = {"without-server-name", "other-server-name"}


class InVainCheck(Check):
    """Sees whether everything was tried, and ended alike."""

    name = "counterfactual/in-vain"
    rules = (NO_CERTIFICATE,)
    needs = (Counterfactuals, ClientOutcome)
    wants = (AcceptedVersions,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield it where each list was widened and the name changed, and every answer was the same alert, before a ServerHello."""
        found = seen[Counterfactuals]
        before = found.before
        if found.symptom is not TrialOutcome.ALERT or before is None or before.alert is None or before.alert.description not in _ALERTS:
            return
        versions = seen.get(AcceptedVersions)
        if versions is not None and versions.accepted:  # with suites that no trial has: without encryption, or anonymous
            return
        if not refused_alike(found) >= ON_THE_LISTS | _ON_THE_NAME:
            return  # without a name of its own to send, as for an address, a server may only want one
        told = [trial for trial in (*found.unchanged, *found.trials) if trial.outcome is not TrialOutcome.UNDECIDED]
        detail = (
            f"{seen.endpoint} answers each of {len(told)} hellos with the alert {alert_name(before.alert)}: the client's own, and it with every suite, group, signature scheme "
            f"and version that there is, with the server name, another, and none. The server most likely has no certificate for {seen.target.server_name}, or none that it can use: its key is missing, of a kind that its suites do not take (DSA without parameters for DHE), or kept from signing by the certificate's keyUsage."
        )
        yield TrialFinding.of(NO_CERTIFICATE, detail, change="", before=before, confidence=Confidence.LIKELY)
