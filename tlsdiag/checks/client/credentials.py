"""The client's own certificate: do its files fit together, and does it fit what the server asks for (RFC 8446 section 4.3.2, RFC 5246 section 7.4.4)?

Several things can be wrong with it at once. The one that the alert names is the cause; without such an alert the first in the order of this file.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ...certificates import Certificate, read_certificate, read_name_der
from ...certificates.oids import ANY_USAGE, CLIENT_AUTH, USAGES
from ...plugin import (
    AlertSeen,
    Check,
    ClientCredentials,
    ClientOutcome,
    Confidence,
    CredentialFinding,
    Finding,
    HandshakeOutcome,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from .certificate import denial, let_in, own_denial, refusal_of
from .credential_rules import CHAIN_INCOMPLETE, EXPIRED, KEY_MISMATCH, KEY_PASSWORD, SCHEME_UNSUPPORTED, WRONG_AUTHORITY, WRONG_USAGE

_FILES: dict[str, Rule] = {"key-mismatch": KEY_MISMATCH, "password-missing": KEY_PASSWORD, "password-wrong": KEY_PASSWORD}
_ALERTS: dict[int, tuple[Rule, ...]] = {
    43: (WRONG_USAGE, SCHEME_UNSUPPORTED),
    45: (EXPIRED,),
    48: (CHAIN_INCOMPLETE, WRONG_AUTHORITY),
}
"""What the words of an alert about a certificate mean: unsupported_certificate, certificate_expired, unknown_ca."""
_SCHEMES: dict[str, tuple[int, ...]] = {
    "RSA": (0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201),
    "Ed25519": (0x0807,),
    "Ed448": (0x0808,),
}
_CURVES: dict[str | None, int] = {"secp256r1": 0x0403, "secp384r1": 0x0503, "secp521r1": 0x0603}
_ECDSA_BELOW_13 = (0x0403, 0x0503, 0x0603, 0x0203)
_PKCS1 = frozenset((0x0401, 0x0501, 0x0601, 0x0201))
_TYPES: dict[str, int] = {"RSA": 1, "EC": 64, "Ed25519": 64, "Ed448": 64}
"""ClientCertificateType of a key up to TLS 1.2: rsa_sign and ecdsa_sign (RFC 8422 section 5.5)."""


@attrs.frozen(kw_only=True)
class _Fault:
    rule: Rule
    detail: str
    confidence: Confidence = Confidence.PROVEN


class CredentialsCheck(Check):
    """Looks at the certificate that the target names."""

    name = "client/credentials"
    rules = (KEY_MISMATCH, KEY_PASSWORD, EXPIRED, WRONG_USAGE, CHAIN_INCOMPLETE, WRONG_AUTHORITY, SCHEME_UNSUPPORTED)
    needs = (ClientOutcome,)
    wants = (ClientCredentials, HandshakeOutcome, ServedChain)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is wrong with the files; else what is wrong with the certificate, the cause of a refusal first."""
        read, client, ours = seen.get(ClientCredentials), seen[ClientOutcome], seen.get(HandshakeOutcome)
        if read is not None and read.problem:
            yield from _of_files(client, read)
            return
        chain = _chain(client, read)
        if not chain:
            return
        faults = [*_of_dates(seen, chain), *_of_usage(chain), *_of_authorities(seen, chain, ours), *_of_schemes(chain, ours)]
        refused = ours is not None and ours.certificate_requested and bool(own_denial(client) or denial(ours)) and not let_in(client)
        alert = refusal_of(ours, client) if ours is not None and refused else None
        cause = _cause(faults, alert) if refused else None
        for fault in faults:
            yield _finding(fault, chain, ours, alert, blocks=fault is cause)


def _chain(client: ClientOutcome, read: ClientCredentials | None) -> tuple[Certificate, ...]:
    """What the client sends: the caller's context as the wire showed it, else the files."""
    ders = client.client_certificates if not client.settings.is_default else read.certificates if read is not None else ()
    return tuple(read_certificate(der) for der in ders or ())


def _of_files(client: ClientOutcome, read: ClientCredentials) -> Iterator[Finding]:
    rule = _FILES.get(read.problem)
    if rule is not None:
        first = read.certificates[0] if read.certificates else b""
        yield CredentialFinding.of(rule, f"{read.detail}.", subject=_label(first), blocks=not client.completed, certificate=first)


def _label(der: bytes) -> str:
    return read_certificate(der).label if der else ""


def _cause(faults: list[_Fault], alert: AlertSeen | None) -> _Fault | None:
    named = _ALERTS.get(alert.description, ()) if alert is not None else ()
    return next((fault for fault in faults if fault.rule in named), faults[0] if faults else None)


def _finding(fault: _Fault, chain: tuple[Certificate, ...], ours: HandshakeOutcome | None, alert: AlertSeen | None, *, blocks: bool) -> Finding:
    accepted = ours.certificate_authorities if ours is not None else ()
    return CredentialFinding.of(
        fault.rule,
        fault.detail,
        subject=chain[0].label,
        blocks=blocks,
        severity=Severity.CRITICAL if blocks else fault.rule.severity,
        confidence=fault.confidence,
        certificate=chain[0].der,
        accepted=tuple(read_name_der(der).text for der in accepted),
        alert=alert,
    )


def _of_dates(seen: Seen, chain: tuple[Certificate, ...]) -> Iterator[_Fault]:
    for position, item in enumerate(chain):
        what = f"{item.label}, which the client sends along," if position else f"The client's certificate {item.label}"
        if item.not_after is not None and seen.now > item.not_after:
            days = (seen.now - item.not_after).days
            yield _Fault(rule=EXPIRED, detail=f"{what} expired on {item.not_after:%Y-%m-%d %H:%M} UTC, {days} days ago.")
            return
        if item.not_before is not None and seen.now < item.not_before:
            yield _Fault(rule=EXPIRED, detail=f"{what} is valid from {item.not_before:%Y-%m-%d %H:%M} UTC on.")
            return


def _of_usage(chain: tuple[Certificate, ...]) -> Iterator[_Fault]:
    leaf = chain[0]
    allowed = leaf.extended_key_usage
    if allowed is not None and CLIENT_AUTH not in allowed and ANY_USAGE not in allowed:
        names = ", ".join(USAGES.get(oid, oid) for oid in allowed) or "nothing"
        yield _Fault(rule=WRONG_USAGE, detail=f"{leaf.label} is for {names}, not for clientAuth (extendedKeyUsage).")
    elif leaf.key_usage is not None and "digitalSignature" not in leaf.key_usage:
        yield _Fault(rule=WRONG_USAGE, detail=f"{leaf.label} may not sign (keyUsage without digitalSignature).")


def _of_authorities(seen: Seen, chain: tuple[Certificate, ...], ours: HandshakeOutcome | None) -> Iterator[_Fault]:
    """Only where the server names authorities: an empty list takes any (RFC 8446 section 4.2.4)."""
    accepted = set(ours.certificate_authorities) if ours is not None else set()
    if not accepted or any(item.issuer.raw in accepted or item.subject.raw in accepted for item in chain):
        return
    top = _top(chain)
    names = "; ".join(read_name_der(der).text for der in sorted(accepted)[:3])
    between = _between(seen, top, accepted)
    issuer = top.issuer.text or "nobody"
    if between:
        detail = f"{chain[0].label} is issued by {issuer}, whose certificate is not sent along; {between}. The server accepts: {names}."
        confidence = Confidence.PROVEN if between.startswith("it links") else Confidence.LIKELY
        yield _Fault(rule=CHAIN_INCOMPLETE, detail=detail, confidence=confidence)
    else:
        yield _Fault(rule=WRONG_AUTHORITY, detail=f"{chain[0].label} is issued by {issuer}; the server accepts: {names}.")


def _top(chain: tuple[Certificate, ...]) -> Certificate:
    """Where the sent chain ends, going up by names."""
    top = chain[0]
    for _ in chain:
        if (above := next((item for item in chain if item.subject.raw == top.issuer.raw and item != top), None)) is None:
            break
        top = above
    return top


def _between(seen: Seen, top: Certificate, accepted: set[bytes]) -> str:
    """Why an intermediate may be missing between the end of the sent chain and an accepted authority; empty when nothing says so."""
    served = seen.get(ServedChain)
    known = [read_certificate(der) for der in served.certificates] if served is not None else []
    for item in known:
        if item.subject.raw == top.issuer.raw and item.issuer.raw in accepted:
            return f"it links to {item.issuer.text}, as the chain shows that the server sends"
    if top.is_self_issued:
        return ""
    if top.ca_issuers:
        return f"it can be fetched at {top.ca_issuers[0]}"
    organization = top.issuer.organization
    if organization and any(read_name_der(der).organization == organization for der in accepted):
        return f"an accepted authority is of the same organization, {organization}"
    return ""


def _of_schemes(chain: tuple[Certificate, ...], ours: HandshakeOutcome | None) -> Iterator[_Fault]:
    if ours is None or not ours.certificate_requested:
        return
    key = chain[0].key
    usable = _usable(chain[0], ours)
    if ours.certificate_schemes and usable and not set(usable) & set(ours.certificate_schemes):
        listed = ", ".join(scheme.name for scheme in ours.certificate_schemes[:8])
        yield _Fault(rule=SCHEME_UNSUPPORTED, detail=f"The client's key is {key}; the server takes signatures of these kinds only: {listed}.")
    elif ours.certificate_types and key.kind in _TYPES and _TYPES[key.kind] not in ours.certificate_types:
        listed = ", ".join(kind.name for kind in ours.certificate_types)
        yield _Fault(rule=SCHEME_UNSUPPORTED, detail=f"The client's key is {key}; the server takes certificates of these kinds only: {listed}.")


def _usable(leaf: Certificate, ours: HandshakeOutcome) -> tuple[int, ...]:
    """The signature schemes that a key can sign with in the version that was agreed on."""
    new = ours.version is not None and ours.version >= 0x0304
    if leaf.key.kind == "EC":
        return (_CURVES[leaf.key.curve],) if new and leaf.key.curve in _CURVES else () if new else _ECDSA_BELOW_13
    return tuple(code for code in _SCHEMES.get(leaf.key.kind, ()) if not (new and code in _PKCS1))
