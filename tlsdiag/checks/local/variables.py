"""Environment variables that name a trust store and point nowhere: who reads them, and whether this client fails for it."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    Blame,
    ChainPaths,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    Layer,
    Rule,
    Scope,
    Seen,
    Severity,
    StoreVerdicts,
    TrustFinding,
    TrustSources,
    TrustVariable,
)
from ..common import CONSEQUENCE
from .common import OF_TRUST, THIS, blind, broken_variable, clients_text, others_that_trust, programs

VARIABLE_BROKEN = Rule(
    code="trust-variable-broken",
    title="An environment variable names a trust store that cannot be used",
    layer=Layer.LOCAL,
    severity=Severity.LOW,
    blame=Blame.CLIENT,
    why="The variable takes the place of the built-in store. OpenSSL passes over a file that is missing or damaged without a word and then trusts nobody; requests and curl end with an error of their own.",
    fix=Fix(
        summary="Correct the path, repair the file, or unset the variable so that the built-in store counts again.",
        snippets={"shell": "unset SSL_CERT_FILE SSL_CERT_DIR   # or point it to /etc/ssl/certs/ca-certificates.crt", "python": "python -c 'import ssl; print(ssl.get_default_verify_paths())'"},
    ),
    references=("https://docs.openssl.org/3.0/man3/SSL_CTX_load_verify_locations/", "https://docs.python.org/3/library/ssl.html#ssl.get_default_verify_paths"),
    explains=(*CONSEQUENCE, *OF_TRUST, "certificate-self-signed", "intermediate-missing", "interception", "proxy-replaces-certificate"),
    failing="SSL_CERT_FILE with the name of a file that does not exist",
    passing="SSL_CERT_FILE with the name of a bundle",
)


class TrustVariablesCheck(Check):
    """Looks at every variable that some client of this machine reads."""

    name = "local/variables"
    rules = (VARIABLE_BROKEN,)
    needs = (TrustSources,)
    wants = (ClientOutcome, ChainPaths, StoreVerdicts)
    scope = Scope.TARGET

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield a finding for each variable; the one that this client fails for blocks."""
        sources = seen[TrustSources]
        culprit = broken_variable(sources)
        harmed = [
            judged
            for endpoint in seen.observations.endpoints
            if blind(seen.observations, endpoint) and (judged := seen.observations.get(StoreVerdicts, endpoint)) is not None
        ]
        for variable in sources.variables:
            if not variable.problem or variable.problem == "unhashed":
                continue
            if variable is culprit and any(_may_matter(variable, judged) for judged in harmed):
                yield _harmful(variable, harmed)
            else:
                yield _idle(variable)


def _may_matter(variable: TrustVariable, judged: StoreVerdicts) -> bool:
    """A directory beside a file that is sound is missed only where another store leads to the chain; a file that was named is missed in any case."""
    this = judged.of(THIS)
    alone = this is not None and not this.authorities
    return variable.name != "SSL_CERT_DIR" or alone or bool(others_that_trust(judged))


def _harmful(variable: TrustVariable, judged: list[StoreVerdicts]) -> TrustFinding:
    left = max((this.authorities for item in judged if (this := item.of(THIS)) is not None), default=0)
    others = tuple(sorted({client for item in judged for other in others_that_trust(item) for client in programs(other.clients)}))
    sound = any(item.anchored and item.in_vain and item.store == variable.value for verdicts in judged for item in verdicts.verdicts)
    proof = f" The store of {clients_text(others)} leads to the server's certificate." if others else ""
    proof += " The sound certificates in it would lead to the server's." if sound else ""
    rest = f"is left with {left} authorities from elsewhere, which do not lead to the server's certificate" if left else "has no authority at all"
    return TrustFinding.of(
        VARIABLE_BROKEN,
        f"{_said(variable)} This client reads it, and {rest}.{proof}",
        severity=Severity.CRITICAL,
        confidence=Confidence.PROVEN if others or sound else Confidence.LIKELY,
        blocks=True,
        trusted_by=others,
        **_evidence(variable),
    )


def _idle(variable: TrustVariable) -> TrustFinding:
    """One that this client does not need: told, and no fault of the endpoint."""
    detail = f"{_said(variable)} It is read by {clients_text(variable.read_by)}."
    return TrustFinding.of(VARIABLE_BROKEN, detail, severity=Severity.INFO, **_evidence(variable))


def _said(variable: TrustVariable) -> str:
    return f"{variable.name}={variable.value}: {variable.detail}."


def _evidence(variable: TrustVariable) -> dict[str, object]:
    return {"subject": variable.name, "variable": variable.name, "path": variable.value, "clients": variable.read_by}
