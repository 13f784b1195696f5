"""Intolerance: the server, or something before it, fails at a part of the hello that it should ignore or negotiate away."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, Counterfactuals, Finding, Fix, Layer, Rule, Seen, Severity, TrialFinding
from ..proof import SYMPTOMS, change_of, halves, pair, proof

_UPDATE = "Update the server's TLS library, or the load balancer or security device before it."


def _intolerant(code: str, title: str, why: str, fix: Fix, references: tuple[str, ...], failing: str, passing: str) -> Rule:
    return Rule(
        code=code,
        title=title,
        layer=Layer.PROTOCOL,
        severity=Severity.CRITICAL,
        blame=Blame.SERVER,
        why=why,
        fix=fix,
        references=references,
        explains=SYMPTOMS,
        blocking=True,
        failing=failing,
        passing=passing,
    )


POST_QUANTUM = _intolerant(
    "post-quantum-intolerant",
    "The server cannot take a post-quantum key share",
    "A server that does not know a group has to ignore it and choose another. This one ends the handshake when a hybrid with ML-KEM is offered, whatever the size of the hello.",
    Fix(
        summary=f"{_UPDATE} Until then leave the post-quantum groups out at the client.",
        snippets={
            "openssl": "openssl s_client -groups X25519:P-256 ...",
            "curl": "curl --curves X25519:P-256 https://...",
            "java": "-Djdk.tls.namedGroups=x25519,secp256r1",
            "go": "GODEBUG=tlsmlkem=0",
        },
    ),
    ("RFC 8446 section 4.2.7", "RFC 8446 section 9.3"),
    "a server that resets a hello with an ML-KEM share of any size",
    "a middlebox that resets every hello of that size",
)
TLS13 = _intolerant(
    "tls13-intolerant",
    "The server fails when TLS 1.3 is offered",
    "A server that does not know TLS 1.3 has to answer with TLS 1.2. This one, or a device before it, ends the handshake as soon as TLS 1.3 is in the offer.",
    Fix(
        summary=f"{_UPDATE} Until then cap this client at TLS 1.2 for this host.",
        snippets={"python": "context.maximum_version = ssl.TLSVersion.TLSv1_2", "curl": "curl --tls-max 1.2 https://...", "java": "-Djdk.tls.client.protocols=TLSv1.2"},
    ),
    ("RFC 8446 section 4.2.1", "RFC 8446 appendix D", "RFC 9325 section 3.1.1"),
    "a middlebox that resets every hello with supported_versions",
    "a server with TLS 1.2 only, which answers with TLS 1.2",
)
VERSION = _intolerant(
    "version-intolerant",
    "The server fails at versions that it does not know, instead of choosing an older one",
    "The version in a hello is the newest that the client speaks; a server with an older one has to answer with its own. This one ends the handshake.",
    Fix(summary=f"{_UPDATE} A server that knows no TLS 1.2 has no place on the network."),
    ("RFC 5246 appendix E.1", "RFC 8996"),
    "a server that resets a hello of TLS 1.2 and accepts the same of TLS 1.0",
    "a server that answers a hello of TLS 1.2 with TLS 1.0",
)
EXTENSION = _intolerant(
    "extension-intolerant",
    "The server fails at a part of the hello that it should ignore",
    "What a server does not know in a hello (an extension, a cipher suite, a signature scheme) it has to pass over. This one ends the handshake.",
    Fix(summary=f"{_UPDATE} Until then leave the named part out at the client, where its library lets you."),
    ("RFC 8446 section 4.1.2", "RFC 8446 section 9.3", "RFC 8701"),
    "a server that resets a hello with session_ticket",
    "a server that ignores what it does not know",
)
GREASE = _intolerant(
    "grease-intolerant",
    "The server fails at values that are reserved to find such servers (GREASE)",
    "Browsers put reserved values into their hellos so that servers which cannot pass over an unknown one are found early. This one ends the handshake.",
    Fix(summary=f"{_UPDATE} It will fail again at the next new value in TLS."),
    ("RFC 8701",),
    "a server that resets a hello with a reserved cipher suite",
    "a server that ignores reserved values",
)
GROUP = _intolerant(
    "group-intolerant",
    "The server fails at a group that it does not know",
    "A server has to choose from the groups that it knows and pass over the others. This one ends the handshake when a certain group is in the list.",
    Fix(
        summary=f"{_UPDATE} Until then leave the group out at the client.",
        snippets={"openssl": "openssl s_client -groups X25519:P-256 ...", "curl": "curl --curves X25519:P-256 https://...", "java": "-Djdk.tls.namedGroups=x25519,secp256r1"},
    ),
    ("RFC 8446 section 4.2.7", "RFC 7919 section 4"),
    "a server that resets a hello with a finite-field group",
    "a server that ignores groups which it does not know",
)
RETRY = _intolerant(
    "hello-retry-broken",
    "The second ClientHello (after HelloRetryRequest) does not get through",
    "A TLS 1.3 server that wants another group than the one guessed asks for a second hello. Here that fails: the server mishandles it, a device on the way does not expect it, or a balancer sends it to another machine.",
    Fix(
        summary="Offer first a group that the server prefers, so that no second hello is needed; update the server or the device before it.",
        snippets={"openssl": "openssl s_client -groups GROUP:X25519:P-256 ...", "python": "context.set_ecdh_curve('prime256v1')"},
    ),
    ("RFC 8446 section 4.1.4", "RFC 8446 section 2.1"),
    "a middlebox that resets a connection at the second hello",
    "a server that completes after a HelloRetryRequest",
)
_BY_CHANGE = {
    "without-post-quantum": POST_QUANTUM,
    "without-grease": GREASE,
    "fewer-groups": GROUP,
    "fewer-suites": EXTENSION,
    "fewer-schemes": EXTENSION,
    "without-extensions": EXTENSION,
    "more-key-shares": RETRY,
    "at-most-tls1.2": TLS13,
    "at-most-tls1.1": VERSION,
    "at-most-tls1.0": VERSION,
}


class IntoleranceCheck(Check):
    """Names what had to be left out."""

    name = "counterfactual/intolerance"
    rules = (POST_QUANTUM, TLS13, VERSION, EXTENSION, GREASE, GROUP, RETRY)
    needs = (Counterfactuals,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one that fits."""
        found = proof(seen)
        rule = _BY_CHANGE.get(change_of(found))
        if found is None or rule is None or found.size_refused is not None:
            return
        yield TrialFinding.of(rule, pair(seen, found), subject=found.flip.part if found.flip is not None else "", **halves(found))
