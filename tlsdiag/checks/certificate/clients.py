"""Clients that differ: some refuse the served chain and others accept it, because of their rules, or because of the way that they take to a root.

A prediction from the rules of each client, with the store and the host of the target; what the client at hand really did counts for it. What only strict
clients refuse is told by `certificate/strict`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from ...certificates import match_host, read_certificate
from ...certificates.names import address_of
from ...plugin import (
    Blame,
    ChainPaths,
    Check,
    ClientOutcome,
    ClientsFinding,
    ClientView,
    ClientViews,
    Confidence,
    Finding,
    Fix,
    Layer,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from ..common import CONSEQUENCE, refuses_certificates
from ..files.words import in_words
from .misnamed import RIGHT_IDENTIFIER, misnaming
from .statuses import known_certificates

_ASK = {
    "openssl": "openssl s_client -connect HOST:PORT -servername NAME -verify_hostname NAME -verify_return_error </dev/null",
    "gnutls": "gnutls-cli --verify-hostname NAME -p PORT HOST </dev/null",
    "java": "keytool -printcert -sslserver NAME:PORT   # what it was sent",
}
PATH_MISSED = Rule(
    code="good-path-missed",
    title="There is a good path to a root, and some clients do not find it",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="OpenSSL and GnuTLS take the first issuer that fits by name and key and stay with it, even where it leads to an expired or unknown root; Go, Java and browsers go back and try the others. The same server works in a browser and fails in curl and Python.",
    fix=Fix(
        summary="Send the certificates of the good path and no others: leave out the cross-signed or older certificate that leads astray. Where the expired root is in the client's own store, take it out there.",
        snippets={
            "nginx": "ssl_certificate fullchain.pem;   # the server's certificate and the intermediates of the good path, in order",
            "certbot": "certbot renew --preferred-chain 'ISRG Root X1'   # an authority may offer several chains",
            "python": "context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN   # helps where the issuer itself is in the store",
            "openssl": _ASK["openssl"],
        },
    ),
    references=("RFC 4158 section 2.4", "https://docs.openssl.org/3.0/man1/openssl-verification-options/"),
    explains=(*CONSEQUENCE, "issuer-untrusted", "private-authority", "certificate-expired", "trusted-root-expired", "chain-extra", "refused-by-some-clients"),
    failing="an intermediate that is sent twice, certified first by an unknown root and then by a trusted one",
    passing="the same the other way round",
)
SOME_REFUSE = Rule(
    code="refused-by-some-clients",
    title="Some clients refuse this chain, others accept it",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="Clients do not check the same things: what works in one program fails in the next, with the same authorities trusted. The list is a prediction from the rules of each client, held against the real ones.",
    fix=Fix(summary="Have the certificate issued again without what is refused; until then the clients that refuse it cannot connect. Ask a client that is named here:", snippets=_ASK),
    references=("RFC 5280 section 6.1", "RFC 4158 section 2.4"),
    explains=CONSEQUENCE,
    failing="a certificate with its name in the common name alone, which OpenSSL takes and Go does not",
    passing="a certificate that every client takes",
)
_OF_AN_ADDRESS = Fix(
    summary=SOME_REFUSE.fix.summary,
    snippets={
        "openssl": "openssl s_client -connect AT -noservername -verify_ip NAME -verify_return_error </dev/null",
        "gnutls": "gnutls-cli --verify-hostname NAME -p PORT HOST </dev/null",
        "java": "keytool -printcert -sslserver AT   # what it was sent",
    },
)
_WITHOUT_ROOT = Fix(
    summary="Put the root itself into the client's store, beside or in place of the intermediate; or let the client end a path at any certificate of its store.",
    snippets={"python": "context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN", "curl": "curl --cacert root.pem https://NAME:PORT/", "openssl": "openssl s_client -partial_chain ..."},
)
_DEFAULT, _STRICT = "openssl-3", "openssl-3-strict"
_OPENSSL = ("openssl-1.1.1", _DEFAULT, _STRICT)
CAUSES = frozenset({
    "expired", "not-yet-valid", "not-a-ca", "no-cert-sign", "path-too-long", "wrong-usage", "usage-any", "wrong-key-usage", "name-not-permitted",
    "unknown-critical-extension", "weak-key", "weak-signature", "malformed", "malformed-extension", "malformed-name", "malformed-key", "malformed-constraints",
    "duplicate-extension", "signature-algorithms-differ",
})  # fmt: skip
"""What another check names as the cause where the client at hand refuses for it."""
ALWAYS_TOLD = frozenset({
    "weak-key", "weak-signature", "wrong-key-usage", "malformed", "malformed-extension", "malformed-name", "malformed-key", "malformed-constraints",
    "duplicate-extension", "signature-algorithms-differ", "serial-negative", "old-version", "key-not-allowed", "host-odd",
})  # fmt: skip
"""What another check tells whoever refuses for it, or what was chosen with open eyes (Ed25519, an underscore): then the list of clients is a remark."""
_UNTRUSTED = frozenset({"unknown-issuer", "re-keyed", "bad-signature", "search-incomplete"})
"""What ends a way before it has come to a root."""
_OF_BYTES = frozenset({"malformed", "malformed-extension", "malformed-constraints", "malformed-key", "duplicate-extension"})
_NAME_REFUSED = (62, 64)
"""OpenSSL's codes for a host name and an address that do not match."""
STRICT_CODES = range(80, 95)
"""OpenSSL's codes for which `certificate-breaks-profile` is the cause."""
_RARE = frozenset({"openssl-1.1.1", "gnutls", "nss"})
_SHOWN = 2


class ClientsCheck(Check):
    """Reads the views of all clients."""

    name = "certificate/clients"
    rules = (PATH_MISSED, SOME_REFUSE)
    needs = (ClientViews, ServedChain)
    wants = (ClientOutcome, ChainPaths)

    @in_words
    def run(self, seen: Seen) -> Iterator[Finding]:
        """Where all agree the cause is told elsewhere, or there is none: yield only what no other check names."""
        if not seen[ClientViews].accepted_by:
            yield from _all_refuse(seen)
            return
        views = _with_the_real_one(seen)
        missing = [view for view in views if not view.accepts and view.better]
        differing = [view for view in views if not view.accepts and not view.better]
        accepting = [view for view in views if view.accepts]
        if missing:
            yield _missed(seen, missing, accepting)
        if accepting and any(view.profile != _STRICT for view in differing):
            yield _differ(seen, differing, accepting)


def _at_hand(seen: Seen) -> str | None:
    """The profile of the client under diagnosis, where it verifies and compares names."""
    client = seen.get(ClientOutcome)
    if client is None or client.settings.verify_mode != "CERT_REQUIRED" or not client.settings.check_hostname:
        return None
    library = client.settings.library
    if library.startswith("OpenSSL 1.1.1"):
        return "openssl-1.1.1"
    if not library.startswith("OpenSSL ") or library.startswith(("OpenSSL 0", "OpenSSL 1")):
        return None
    return _STRICT if "VERIFY_X509_STRICT" in client.settings.verify_flags else _DEFAULT


def _with_the_real_one(seen: Seen) -> list[ClientView]:
    """The views, but for what the client at hand has shown otherwise."""
    mine, client = _at_hand(seen), seen.get(ClientOutcome)
    found = []
    for view in seen[ClientViews].views:
        if view.profile == mine and client is not None and client.completed:
            view = attrs.evolve(view, accepts=True, reasons=(), better=())
        if view.profile == mine and refuses_certificates(seen) and view.accepts:
            continue  # it has a reason that the prediction does not know
        found.append(view)
    return found


def _missed(seen: Seen, missing: Sequence[ClientView], accepting: Sequence[ClientView]) -> Finding:
    """That other certificates would do; or that a certificate names another issuer than the one that is there."""
    first = next((view for view in missing if view.profile == _at_hand(seen)), missing[0])
    blocks = refuses_certificates(seen) and first.profile == _at_hand(seen)
    why = "; ".join(note.detail for note in first.reasons[:_SHOWN]) or "it ends at no root of the store"
    more: dict[str, object] = {}
    detail = f"{_software(missing)} would go {_way(first.path)}: {why}. The good path, {_way(first.better)}, is there"
    if (odd := misnaming(known_certificates(seen), first)) is not None:
        detail = f"{odd}: {_software(missing)} {_verb(missing, 'find')} no way on from there. The good path, {_way(first.better)}, is there by name and signature"
        more = {"title": "A certificate names another issuer than the one that signed it", "blame": Blame.AUTHORITY, "fix": RIGHT_IDENTIFIER}
    detail += f"; {_software(accepting)} {_verb(accepting, 'find')} it." if accepting else "."
    severity = Severity.CRITICAL if blocks else _weight(missing)
    return ClientsFinding.of(PATH_MISSED, detail, **_evidence(seen, missing, accepting), **more, path=first.path, better=first.better, blocks=blocks, severity=severity)


def _asking(seen: Seen) -> Fix:
    """How to ask a client that is named: a host that is an address is verified as one, and is no server name."""
    if address_of(seen.target.reference_name) is None:
        return SOME_REFUSE.fix
    place = "[HOST]:PORT" if ":" in seen.target.host else "HOST:PORT"
    return attrs.evolve(_OF_AN_ADDRESS, snippets={name: text.replace("AT", place) for name, text in _OF_AN_ADDRESS.snippets.items()})


def _differ(seen: Seen, differing: Sequence[ClientView], accepting: Sequence[ClientView]) -> Finding:
    reasons: dict[str, list[ClientView]] = {}
    for view in differing:
        reasons.setdefault(_why(view), []).append(view)
    refused = " ".join(f"{_software(views)} {_verb(views, 'refuse')} it: {why}." for why, views in reasons.items())
    detail = f"{refused} {_software(accepting)} {_verb(accepting, 'accept')} it."
    blocks = _is_the_cause(seen, differing)
    more: dict[str, object] = {"fix": _asking(seen), **({"title": "This client refuses the chain, others accept it"} if blocks else {})}
    if all(note.code == "partial-chain" for view in differing for note in view.reasons):
        more |= {"fix": _WITHOUT_ROOT, "blame": Blame.CLIENT}
    return ClientsFinding.of(SOME_REFUSE, detail, **_evidence(seen, differing, accepting), severity=_severity(seen, differing, blocks=blocks), blocks=blocks, **more)


def _all_refuse(seen: Seen) -> Iterator[Finding]:
    """No client takes it, and no other check says why: a key of an unknown kind, an identifier that leads nowhere."""
    views = seen[ClientViews].views
    judged_by = next((view for view in views if view.profile == (_at_hand(seen) or _DEFAULT)), None)
    paths = seen.get(ChainPaths)
    if paths is None or not any(path.anchored for path in paths.paths):
        return  # `certificate/trust` tells why no way leads to a root
    if judged_by is None or not judged_by.reasons or not refuses_certificates(seen):
        return
    top = len(judged_by.path) - 1
    below = attrs.evolve(judged_by, reasons=tuple(note for note in judged_by.reasons if not (note.depth == top > 0 and note.code in _OF_BYTES)))
    if _names_a_cause(seen, below) or _breaks_a_rule(paths):
        return  # the bytes of an anchor, which was not sent, are told here alone
    detail = f"{_software(views)} {_verb(views, 'refuse')} it: {_why(judged_by)}."
    yield ClientsFinding.of(SOME_REFUSE, detail, **_evidence(seen, views, ()), severity=Severity.CRITICAL, blocks=True, fix=_asking(seen), title="No client accepts this chain")


def _breaks_a_rule(paths: ChainPaths) -> bool:
    """Whether the best path breaks what other checks name, though the client went another way or none."""
    best = paths.paths[0]
    top = len(best.certificates) - 1
    refused = [note for note in best.violations if _DEFAULT in note.profiles and not (note.depth == top > 0 and note.code in _OF_BYTES)]
    return any(note.code in CAUSES for note in refused)


def _is_the_cause(seen: Seen, differing: Sequence[ClientView]) -> bool:
    """Whether the client at hand refuses, as predicted, for what no other check names."""
    mine, client = next((view for view in differing if view.profile == _at_hand(seen)), None), seen.get(ClientOutcome)
    if mine is None or client is None or not refuses_certificates(seen) or client.verify_code in STRICT_CODES:
        return False
    return not _names_a_cause(seen, mine)


def _names_a_cause(seen: Seen, view: ClientView) -> bool:
    """Whether another check names what a client refuses for, where that is the client in question."""
    return any(note.code in CAUSES or _is_told_name(seen, note.code) or _is_told_trust(seen, note.code) for note in view.reasons)


def _is_told_trust(seen: Seen, code: str) -> bool:
    """Whether `certificate/trust` tells why no way leads to a root; it is silent where one does."""
    paths = seen.get(ChainPaths)
    return code in _UNTRUSTED and paths is not None and not any(path.anchored for path in paths.paths)


def _is_told_name(seen: Seen, code: str) -> bool:
    """Whether `certificate/names` tells of the name too: the client refused it, or RFC 9525 does, which takes some names that clients do not."""
    client = seen.get(ClientOutcome)
    if client is not None and client.verify_code in _NAME_REFUSED:
        return code == "name-mismatch"
    return code == "name-mismatch" and not match_host(read_certificate(seen[ServedChain].certificates[0]), seen.target.reference_name).matched


def _why(view: ClientView) -> str:
    more = len(view.reasons) - _SHOWN
    said = "; ".join(note.detail for note in view.reasons[:_SHOWN]) or "it finds no path to a root of the store"
    return f"{said}; and {more} more" if more > 0 else said


def _severity(seen: Seen, differing: Sequence[ClientView], *, blocks: bool) -> Severity:
    """Where another check tells the reason, this says no more than for whom it matters."""
    names = {view.profile for view in differing}
    if blocks:
        return Severity.CRITICAL
    told = all(note.code in ALWAYS_TOLD or _is_told_name(seen, note.code) or _is_told_trust(seen, note.code) for view in differing for note in view.reasons)
    judged_by = next((view for view in differing if view.profile == _DEFAULT), None)  # what the other checks go by where no client is at hand
    if told or _at_hand(seen) in names or (_at_hand(seen) is None and judged_by is not None and _names_a_cause(seen, judged_by)):
        return Severity.INFO
    return _weight(differing)


def _weight(views: Sequence[ClientView]) -> Severity:
    """How much it matters to clients other than the one at hand."""
    return Severity.MEDIUM if {view.profile for view in views} - _RARE - {_STRICT} else Severity.LOW


def _evidence(seen: Seen, refusing: Sequence[ClientView], accepting: Sequence[ClientView]) -> dict[str, object]:
    leaf = read_certificate(seen[ServedChain].certificates[0])
    notes = dict.fromkeys(note for view in refusing for note in view.reasons)
    return {
        "subject": leaf.label,
        "certificate": leaf.der,
        "position": 0,
        "not_before": leaf.not_before,
        "not_after": leaf.not_after,
        "refused_by": tuple(view.profile for view in refusing),
        "accepted_by": tuple(view.profile for view in accepting),
        "reasons": tuple(notes),
        "confidence": Confidence.LIKELY,
    }


def _software(views: Sequence[ClientView]) -> str:
    """The clients by their short names, in a sentence."""
    names = _short_names(views)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _verb(views: Sequence[ClientView], verb: str) -> str:
    return verb if len(_short_names(views)) > 1 else f"{verb}s"


def _short_names(views: Sequence[ClientView]) -> list[str]:
    """Versions of one library that say the same are one."""
    profiles = [view.profile for view in views]
    names = [view.software.partition(" (")[0] for view in views if view.profile not in _OPENSSL]
    openssl = [view.software.partition(" (")[0] for view in views if view.profile in _OPENSSL]
    if all(profile in profiles for profile in _OPENSSL):
        openssl = ["OpenSSL"]
    elif _STRICT in profiles and _DEFAULT in profiles:
        openssl = ["OpenSSL 3"]
    return [*openssl, *names]


def _way(labels: Sequence[str]) -> str:
    return " > ".join(labels)
