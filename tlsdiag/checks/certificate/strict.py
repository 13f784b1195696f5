"""Strict clients: a path that this client takes and that one with X509_V_FLAG_X509_STRICT refuses. A prediction; the real refusal is `certificate-breaks-profile`."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import DEFAULT, read_certificate, strict_faults
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
    Severity,
    StoreVerdicts,
)
from .common import is_public

STRICT_REFUSE = Rule(
    code="strict-clients-refuse",
    title="Python 3.13 and other strict clients refuse this chain",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.AUTHORITY,
    why="From Python 3.13 on ssl.create_default_context() verifies with X509_V_FLAG_X509_STRICT, and so do aiohttp, httpx, urllib3 and requests on top of it. What works today fails with the next Python.",
    fix=Fix(
        summary="Issue the certificates again, with the extensions of RFC 5280 (basicConstraints critical, keyUsage, both key identifiers).",
        snippets={
            "openssl": "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid",
            "python": "context.verify_flags &= ~ssl.VERIFY_X509_STRICT   # until then",
        },
    ),
    references=("RFC 5280 section 4.2.1", "https://docs.python.org/3/library/ssl.html#ssl.create_default_context"),
    failing="a private authority whose certificates have no authority key identifier",
    passing="an authority with all extensions",
)
_SHOWN = 3
_STRICT = "VERIFY_X509_STRICT"
_NO_AUTHORITY = 79  # X509_V_ERR_INVALID_CA


class StrictCheck(Check):
    """Judges the best path as a strict client would."""

    name = "certificate/strict"
    rules = (STRICT_REFUSE,)
    needs = (ChainPaths,)
    wants = (ClientOutcome, StoreVerdicts)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield one finding for the path, unless a strict client has already shown what it thinks."""
        paths, client = seen[ChainPaths], seen.get(ClientOutcome)
        best = next((path for path in paths.paths if path.anchored), None)
        if best is None or (client is not None and _STRICT in client.settings.verify_flags):
            return
        path = [read_certificate(der) for der in best.certificates]
        told = {note.depth for note in best.violations if note.code == "not-a-ca" and DEFAULT in note.profiles}  # all clients refuse that
        faults = [item for item in strict_faults(path) if not (item.verify_code == _NO_AUTHORITY and item.depth in told)]
        if not faults:
            return
        first = faults[0]
        said = "; ".join(f"{item.detail} (verify code {item.verify_code})" for item in faults[:_SHOWN])
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        yield CertificateFinding.of(
            STRICT_REFUSE,
            f"{said}{more}.",
            subject=path[first.depth].label,
            severity=Severity.INFO if is_public(seen) else Severity.LOW,  # a fault of a public authority is not for the reader to mend
            confidence=Confidence.LIKELY,
            certificate=path[first.depth].der,
            not_before=path[first.depth].not_before,
            not_after=path[first.depth].not_after,
        )
