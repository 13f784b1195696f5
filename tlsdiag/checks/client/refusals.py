"""What the client's own library refuses in the handshake: told from its exception, and from the same hello sent with our own, more patient core."""

from __future__ import annotations

from collections.abc import Iterator

from ...iana import version_label
from ...plugin import AgreementFinding, Blame, Check, ClientOutcome, Counterfactuals, Finding, Fix, HandshakeOutcome, Layer, Rule, Seen, Severity, Trial
from ..common import CONSEQUENCE

SIGNATURE_REFUSED = Rule(
    code="handshake-signature-refused",
    title="The client refuses the signature under the server's key exchange",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The server signs its key exchange with SHA-1 or MD5 (all that TLS 1.0 and 1.1 have), or with a scheme that was not offered. OpenSSL refuses that at security level 1 and above, with 'legacy sigalg disallowed', 'wrong signature type' or 'no suitable signature algorithm'.",
    fix=Fix(
        summary="Update the server so that it speaks TLS 1.2 or newer and signs with SHA-256. A client can be told to go on with such a server, which is unsafe.",
        snippets={"python": "context.set_ciphers('DEFAULT@SECLEVEL=0')   # unsafe", "openssl": "openssl s_client -cipher DEFAULT@SECLEVEL=0 ..."},
    ),
    references=("RFC 9155", "RFC 8996", "https://docs.openssl.org/3.0/man3/SSL_CTX_set_security_level/"),
    explains=(*CONSEQUENCE, "lost-midway"),
    blocking=True,
    failing="a server with TLS 1.0 only and a client that allows it at security level 1",
    passing="a server that signs with SHA-256",
)
_REASONS = ("LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED", "WRONG_SIGNATURE_TYPE", "NO_SUITABLE_SIGNATURE_ALGORITHM")


class RefusalsCheck(Check):
    """Reads OpenSSL's reason beside what the server sent."""

    name = "client/refusals"
    rules = (SIGNATURE_REFUSED,)
    needs = (ClientOutcome,)
    wants = (Counterfactuals, HandshakeOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the refusal with the scheme that was refused."""
        client = seen[ClientOutcome]
        if client.completed or client.reason not in _REASONS or client.alert_received is not None:
            return
        again = same_hello(seen)
        yield AgreementFinding.of(
            SIGNATURE_REFUSED,
            f"{client.settings.library} refuses what {seen.endpoint} signs ({client.reason}).{_signed(again)}{_level(client)}",
            offered_schemes=client.offer.signature_schemes if client.offer is not None else (),
            accepted_schemes=(again.signature_scheme,) if again is not None and again.signature_scheme is not None else (),
            after=again,
        )


def same_hello(seen: Seen) -> Trial | None:
    """The client's hello with our own core, to the end."""
    found = seen.get(Counterfactuals)
    return found.unchanged[0] if found is not None and found.unchanged else None


def _signed(again: Trial | None) -> str:
    if again is None or again.version is None:
        return ""
    scheme = again.signature_scheme.name if again.signature_scheme is not None else "SHA-1 (and MD5, with an RSA key)"
    return f" The same hello leads to {version_label(again.version)}, and the server signs with {scheme}."


def _level(client: ClientOutcome) -> str:
    level = client.settings.security_level
    return "" if level is None else f" The client's security level is {level}."
