"""The names of the certificate themselves: those that stand there in vain, and those that a public authority may not certify; authorities not meant for everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...certificates.names import NameFault, forbidden_names, special_issuer, unusable_names
from ...plugin import (
    Blame,
    CertificateFinding,
    ChainPaths,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    Layer,
    Rule,
    Seen,
    ServedChain,
    Severity,
    StoreVerdicts,
)
from ..common import CONSEQUENCE, refuses_certificates
from .common import evidence, is_public, server_certificate

NAME_UNUSABLE = Rule(
    code="name-unusable",
    title="The certificate has names that no client can match",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="An entry of the subjectAltName is compared with the host as it stands. An address in a dNSName, a wildcard inside a label or directly below a top-level domain, a trailing dot, a URL or letters outside ASCII match nothing, and whoever ordered the certificate believes that they do.",
    fix=Fix(
        summary="Issue the certificate again with the entry in its right form.",
        snippets={"openssl": "subjectAltName = DNS:NAME, DNS:*.NAME, IP:ADDRESS"},
    ),
    references=("RFC 9525 section 6.3", "RFC 5280 section 4.2.1.6"),
    failing="a certificate with the dNSName 192.0.2.7",
    passing="a certificate with the iPAddress 192.0.2.7",
)
NAME_FORBIDDEN = Rule(
    code="name-forbidden",
    title="The certificate has names that a public authority may not certify",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="Internal names and private addresses belong to everybody, so that a certificate for them proves nothing; names with underscores and those for looking up addresses are not host names. The authority has to revoke such a certificate when it is told.",
    fix=Fix(summary="Have it issued again without these names; take a private authority, or a name in a domain of your own, for what is internal."),
    references=("CA/Browser Forum Baseline Requirements 7.1.4.2", "CA/Browser Forum Baseline Requirements 4.2.2"),
    failing="a certificate of a public authority for intranet.local",
    passing="a certificate of a private authority for intranet.local",
)
ISSUER_SPECIAL = Rule(
    code="issuer-not-for-everybody",
    title="The authority's certificates are not meant for ordinary clients",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The authority is real, and no client has its root: its certificates are for tests, or for one service alone.",
    fix=Fix(summary="Install a certificate of a public authority."),
    references=("https://letsencrypt.org/docs/staging-environment/", "https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/"),
    explains=(*CONSEQUENCE, "issuer-untrusted", "intermediate-missing", "private-authority", "name-mismatch"),
    failing="a certificate of (STAGING) Let's Encrypt at a client that does not trust it",
    passing="the same at a client that was given its root",
)
_SHOWN = 5


class NameFormsCheck(Check):
    """Reads the names of the server's certificate, and its issuer's."""

    name = "certificate/name-forms"
    rules = (NAME_UNUSABLE, NAME_FORBIDDEN, ISSUER_SPECIAL)
    needs = (ServedChain,)
    wants = (ChainPaths, StoreVerdicts, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the names by kind of fault, then what the issuer is."""
        found = server_certificate(seen)
        if found is None:
            return
        position, certificate = found
        public = is_public(seen)
        malformed = any(problem.code == "general-name-malformed" for problem in certificate.problems)  # told with the other bytes
        if faults := [item for item in unusable_names(certificate) if not (malformed and item.code == "no-host-name")]:
            severity = Severity.INFO if all(item.harmless for item in faults) or not public else Severity.LOW
            yield CertificateFinding.of(NAME_UNUSABLE, _said(faults), severity=severity, **evidence(certificate, position))
        if public and (forbidden := forbidden_names(certificate)):
            severity = Severity.LOW if all(item.code == "wildcard-suffix" for item in forbidden) else Severity.MEDIUM
            yield CertificateFinding.of(NAME_FORBIDDEN, _said(forbidden), severity=severity, **evidence(certificate, position))
        yield from _special(seen, position)


def _special(seen: Seen, position: int) -> Iterator[Finding]:
    """Where the client trusts it, somebody has given it the root on purpose."""
    found, paths = server_certificate(seen), seen.get(ChainPaths)
    special = special_issuer(found[1]) if found is not None else None
    if found is None or special is None or paths is None or any(path.anchored for path in paths.paths):
        return
    fix = Fix(summary=special.remedy.replace("NAME", seen.target.reference_name), snippets={"certbot": "certbot certonly -d NAME"})
    detail = f"{found[1].label} is from {found[1].issuer.text}, {special.product}: {special.meaning}."
    yield CertificateFinding.of(ISSUER_SPECIAL, detail, blocks=refuses_certificates(seen), confidence=Confidence.LIKELY, fix=fix, **evidence(found[1], position))


def _said(faults: Sequence[NameFault]) -> str:
    shown = "; ".join(f"{item.name or 'one'} {item.detail}" for item in faults[:_SHOWN])
    return shown + (f"; and {len(faults) - _SHOWN} more." if len(faults) > _SHOWN else ".")
