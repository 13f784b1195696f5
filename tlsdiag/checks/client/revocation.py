"""Revocation lists of the client: a client that was told to consult them refuses everything where the list is missing or old."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import read_certificate
from ...plugin import Blame, Check, ClientFinding, ClientOutcome, Finding, Fix, Layer, Rule, Seen, ServedChain, Severity
from ..common import CONSEQUENCE

_LISTS = "context.load_verify_locations('issuing-ca.crl.pem')   # PEM; one list for each issuer that is checked"
LIST_MISSING = Rule(
    code="revocation-list-missing",
    title="The client wants a revocation list that it does not have",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The client's context demands a list (VERIFY_CRL_CHECK_LEAF or VERIFY_CRL_CHECK_CHAIN) and OpenSSL fetches none by itself: without the issuer's list every certificate of it is refused.",
    fix=Fix(
        summary="Load the issuer's list into the context, or do not demand one.",
        snippets={"python": f"{_LISTS}\ncontext.verify_flags &= ~ssl.VERIFY_CRL_CHECK_LEAF   # or: demand none", "curl": "curl --crlfile issuing-ca.crl.pem https://..."},
    ),
    references=("https://docs.python.org/3/library/ssl.html#ssl.VERIFY_CRL_CHECK_LEAF",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a context that demands a list and has none",
    passing="a context that demands none",
)
LIST_OUTDATED = Rule(
    code="revocation-list-outdated",
    title="The client's revocation list is out of date",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The list is past its nextUpdate, or not valid yet; the client cannot know what was revoked since, and refuses every certificate of the issuer at once.",
    fix=Fix(summary="Fetch the current list, and see to it that it is fetched again before its nextUpdate.", snippets={"python": _LISTS, "openssl": "openssl crl -in issuing-ca.crl.pem -noout -lastupdate -nextupdate"}),
    references=("RFC 5280 section 5.1.2.5",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a context with a list from last month",
    passing="a context with a current list",
)
#: X509_V_ERR_UNABLE_TO_GET_CRL, CRL_NOT_YET_VALID, CRL_HAS_EXPIRED; what CERT_REVOKED means is told by `certificate/revocation`
_RULES = {3: LIST_MISSING, 11: LIST_OUTDATED, 12: LIST_OUTDATED}


class RevocationListCheck(Check):
    """Reads what the client said about revocation."""

    name = "client/revocation"
    rules = (LIST_MISSING, LIST_OUTDATED)
    needs = (ClientOutcome,)
    wants = (ServedChain,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one that fits the client's verification code."""
        client = seen[ClientOutcome]
        rule = _RULES.get(client.verify_code or 0)
        if rule is None or client.completed:
            return
        served = seen.get(ServedChain)
        leaf = read_certificate(served.certificates[0]) if served is not None and served.certificates else None
        about = f" It is about {leaf.label}, issued by {leaf.issuer.text}." if leaf is not None else ""
        detail = f"The client says: {client.verify_message or client.error_text}.{about}"
        yield ClientFinding.of(rule, detail, error_type=client.error_type, error_text=client.error_text, reason=client.reason, verify_code=client.verify_code)
