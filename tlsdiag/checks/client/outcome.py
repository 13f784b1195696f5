"""The client's failed handshake, as the consequence that a cause explains; and faults that are the client's own.

`named_causes` are the codes that the client's exception points to. OpenSSL's verification codes are those of `x509_vfy.h`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    Blame,
    Check,
    ClientFinding,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    Layer,
    Phase,
    Reachability,
    Rule,
    Seen,
    Severity,
)
from ..common import CONSEQUENCE

CLIENT_HANDSHAKE_FAILED = Rule(
    code="client-handshake-failed",
    title="The client's handshake fails",
    layer=Layer.APPLICATION,
    severity=Severity.HIGH,
    blame=Blame.NOBODY,
    why="This is what the client says in its own words. It is a consequence: what explains it is a finding of its own, where that could be found out.",
    fix=Fix(summary="No cause was found. Read the server's log at this time, and compare with another client and another network; a diagnosis with depth 'standard' or 'full' sees more."),
    references=("RFC 8446 section 6",),
    blocking=True,
    failing="a client that meets an expired certificate",
    passing="a client that completes its handshake",
)
CLIENT_MISCONFIGURED = Rule(
    code="client-misconfigured",
    title="The client cannot be set up",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The client's own settings keep it from beginning: a file that cannot be read, a key that does not belong to its certificate, a name check without a name.",
    fix=Fix(summary="Correct the setting that the message names."),
    references=("https://docs.python.org/3/library/ssl.html#ssl.SSLContext",),
    explains=(*CONSEQUENCE, "client-certificate-required", "client-certificate-refused", "client-certificate-revoked"),
    blocking=True,
    failing="a client certificate whose file is missing",
    passing="a client with readable files",
)
VERIFICATION_OFF = Rule(
    code="verification-off",
    title="The client does not verify certificates",
    layer=Layer.LOCAL,
    severity=Severity.HIGH,
    blame=Blame.CLIENT,
    why="With CERT_NONE anyone between can pose as the server; the connection works and protects nothing.",
    fix=Fix(summary="Verify certificates, and trust the private authority where there is one.", snippets={"python": "context = ssl.create_default_context(cafile='ca.pem')"}),
    references=("RFC 9525", "RFC 9325 section 3.1"),
    failing="a context with verify_mode CERT_NONE",
    passing="the default context",
)
NOT_STRICT = Rule(
    code="certificate-breaks-profile",
    title="A certificate breaks the rules that this client checks strictly",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="Python 3.13 and others verify with X509_V_FLAG_X509_STRICT: a private authority's certificates that miss an extension, or mark it wrongly, are refused.",
    fix=Fix(
        summary="Issue the certificates again, with the extensions of RFC 5280 (basicConstraints critical, keyUsage, both key identifiers).",
        snippets={"python": "context.verify_flags &= ~ssl.VERIFY_X509_STRICT   # until then"},
    ),
    references=("RFC 5280 section 4.2.1", "https://docs.python.org/3/library/ssl.html#ssl.VERIFY_X509_STRICT"),
    explains=CONSEQUENCE,
    failing="an authority without an authority key identifier, and a strict client",
    passing="an authority with all extensions",
)
_ISSUER = ("intermediate-missing", "intermediate-wrong", "issuer-untrusted", "trust-store-unreadable", "context-without-roots")
_REVOCATION = ("certificate-revoked", "revocation-list-missing", "revocation-list-outdated")
_NAMES = ("name-mismatch", "name-in-common-name")
_CONSTRAINTS = dict.fromkeys(range(47, 54), ("name-constraints-violated",))
_NAMED: dict[int, tuple[str, ...]] = {
    **_CONSTRAINTS,
    2: _ISSUER, 7: ("certificate-bad-signature", "intermediate-wrong", "certificate-malformed"), 9: ("certificate-not-yet-valid",), 10: ("certificate-expired", "trusted-root-expired"), 13: ("certificate-malformed",),
    14: ("certificate-malformed",), 3: _REVOCATION, 11: _REVOCATION, 12: _REVOCATION, 23: _REVOCATION, 18: ("certificate-self-signed",), 19: ("private-authority",), 20: (*_ISSUER, "certificate-malformed"), 21: _ISSUER, 22: ("chain-too-long",), 24: ("issuer-not-authority",),
    25: ("issuer-not-authority",), 26: ("certificate-wrong-usage",), 32: ("issuer-not-authority",), 34: ("certificate-unknown-extension",),
    62: _NAMES, 63: _NAMES, 64: _NAMES, 66: ("weak-key",), 67: ("weak-key",), 68: ("weak-signature",), 79: ("issuer-not-authority",),
}  # fmt: skip
_STRICT = range(80, 95)


class ClientOutcomeCheck(Check):
    """Says what the client said."""

    name = "client/outcome"
    rules = (CLIENT_HANDSHAKE_FAILED, CLIENT_MISCONFIGURED, VERIFICATION_OFF, NOT_STRICT)
    needs = (ClientOutcome,)
    wants = (Reachability,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the consequence, and what is wrong with the client itself."""
        client = seen[ClientOutcome]
        if not client.completed and not _goes_elsewhere(seen, client):
            yield ClientFinding.of(CLIENT_HANDSHAKE_FAILED, _detail(client), named_causes=_named(client), **_evidence(client))
        if not client.completed and (client.settings.problem or client.error_type == "ValueError" or _never_began(client)):
            detail = f"{client.settings.problem or client.error_text}."
            yield ClientFinding.of(CLIENT_MISCONFIGURED, detail[:1].upper() + detail[1:], **_evidence(client))
        if client.settings.verify_mode == "CERT_NONE":
            yield ClientFinding.of(VERIFICATION_OFF, "The client's context has verify_mode CERT_NONE.")
        if client.verify_code in _STRICT:
            detail = f"The client refuses the certificate: {client.verify_message} (verify code {client.verify_code})."
            yield ClientFinding.of(NOT_STRICT, detail, blocks=True, confidence=Confidence.PROVEN, **_evidence(client))


def _never_began(client: ClientOutcome) -> bool:
    """The library gave up by itself, before there was a hello: its settings leave nothing to say."""
    return client.reason in ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE", "NO_SUITABLE_GROUPS") and not client.client_hello


def _goes_elsewhere(seen: Seen, client: ClientOutcome) -> bool:
    """TCP fails at this address and works at another of the same name: a client that tries them in turn gets through."""
    lost = client.failure is not None and client.failure.phase is Phase.CONNECT
    return lost and any(other.connected for other in seen.all(Reachability).values())


def _detail(client: ClientOutcome) -> str:
    if client.failure is not None and client.failure.phase in (Phase.PROXY, Phase.STARTTLS):
        return f"The client does not get as far as TLS: {client.error_text}."
    code = f" (verify code {client.verify_code})" if client.verify_code is not None else ""
    return f"{client.settings.library} says: {client.error_type}: {client.error_text}{code}"


def _evidence(client: ClientOutcome) -> dict[str, object]:
    return {
        "error_type": client.error_type,
        "error_text": client.error_text,
        "reason": client.reason,
        "verify_code": client.verify_code,
    }


def _named(client: ClientOutcome) -> tuple[str, ...]:
    if client.settings.problem:
        return (CLIENT_MISCONFIGURED.code,)
    if client.verify_code in _STRICT:
        return (NOT_STRICT.code,)
    return _NAMED.get(client.verify_code or -1, ())
