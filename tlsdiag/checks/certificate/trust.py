"""Trust: does a path lead from the certificate to an authority that the client trusts, and if not, why not?

The client's error code is the same for a forgotten intermediate and for an unknown authority. What was found of the missing issuers decides; where nothing
could be found, the shape of the sent chain does, with less certainty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs

from ...certificates import Certificate, read_certificate
from ...certificates.completion import is_root
from ...plugin import (
    ChainEnd,
    ChainFinding,
    ChainPaths,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    IssuerFetch,
    IssuerFound,
    IssuerProblem,
    IssuerSearch,
    Rule,
    Seen,
    ServedChain,
    TrustSources,
)
from ..common import refuses_certificates
from ..files.words import in_words
from .trust_rules import (
    BAD_SIGNATURE,
    INTERMEDIATE_MISSING,
    INTERMEDIATE_WRONG,
    ISSUER_UNTRUSTED,
    PRIVATE_AUTHORITY,
    SEARCH_INCOMPLETE,
    SELF_SIGNED,
    STORE_UNREADABLE,
)


class TrustCheck(Check):
    """Reads the paths, the shape of the chain, and what was found of its issuers."""

    name = "certificate/trust"
    rules = (
        SELF_SIGNED, INTERMEDIATE_MISSING, INTERMEDIATE_WRONG, BAD_SIGNATURE, ISSUER_UNTRUSTED, PRIVATE_AUTHORITY, SEARCH_INCOMPLETE, STORE_UNREADABLE,
    )  # fmt: skip
    needs = (ChainPaths, ServedChain)
    wants = (ClientOutcome, TrustSources, IssuerSearch)

    @in_words
    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield why there is no trusted path; nothing where there is one."""
        paths, served = seen[ChainPaths], seen[ServedChain]
        if paths.store_error and not _of_the_machine(seen):
            yield ChainFinding.of(STORE_UNREADABLE, f"{paths.store_error}.", store=paths.store, blocks=_is_in_force(seen))
        if paths.trusted and _client_lacks_it(seen):
            detail = f"The chain leads to an authority in {paths.store}, which it was judged by (trust); the client's own context does not have that authority."
            subject = read_certificate(served.certificates[0]).label
            yield ChainFinding.of(ISSUER_UNTRUSTED, detail, subject=subject, blocks=True, store=paths.store, confidence=Confidence.LIKELY)
            return
        if any(path.anchored for path in paths.paths) or not served.certificates or _verified(seen):
            return
        view = _View.of(paths, served, seen.get(IssuerSearch))
        reason = _reason(view)
        yield ChainFinding.of(
            reason.rule,
            reason.detail,
            subject=view.sent[0].label,
            blocks=refuses_certificates(seen),
            confidence=reason.confidence,
            fix=_fix(reason),
            store=paths.store,
            issuer=paths.shape.missing_issuer or view.sent[0].issuer.text,
            issuer_urls=paths.shape.issuer_urls,
            reasons=paths.shape.missing_reasons,
            missing=tuple(item.certificate for item in reason.missing),
            missing_urls=tuple(item.url for item in reason.missing),
        )


def _is_in_force(seen: Seen) -> bool:
    """The client refused the chain for want of the store, or could not even be set up with it."""
    client = seen.get(ClientOutcome)
    return refuses_certificates(seen) or (client is not None and bool(client.settings.problem))


def _of_the_machine(seen: Seen) -> bool:
    """The client reads its default places: what is wrong with them is told by the checks of the machine (`local/`)."""
    sources = seen.get(TrustSources)
    return sources is not None and sources.python_is_used


def _client_lacks_it(seen: Seen) -> bool:
    """The caller gave a context and a store beside it, and the context found no path to an authority."""
    client = seen.get(ClientOutcome)
    given = seen.target.client is not None and seen.target.trust is not None
    return given and client is not None and not client.completed and client.verify_code in _WITHOUT_ISSUER


def _verified(seen: Seen) -> bool:
    """The default client verified the chain with this very store: it found a way that we did not."""
    client = seen.get(ClientOutcome)
    return client is not None and client.completed and client.settings.is_default and client.settings.verify_mode == "CERT_REQUIRED"


@attrs.frozen(kw_only=True)
class _Reason:
    """Why there is no path; `missing` is what the server should send beside."""

    rule: Rule
    detail: str
    confidence: Confidence = Confidence.PROVEN
    missing: tuple[IssuerFound, ...] = ()


@attrs.frozen(kw_only=True)
class _View:
    """What is known of a chain that leads nowhere; `found` is what issued it and was not sent, without a root."""

    paths: ChainPaths
    sent: tuple[Certificate, ...]
    search: IssuerSearch | None
    found: tuple[IssuerFound, ...] = ()

    @classmethod
    def of(cls, paths: ChainPaths, served: ServedChain, search: IssuerSearch | None) -> _View:
        sent = tuple(read_certificate(der) for der in served.certificates)
        found = search.found if search is not None else ()
        return cls(paths=paths, sent=sent, search=search, found=tuple(item for item in found if not is_root(read_certificate(item.certificate))))

    @property
    def end(self) -> ChainEnd | None:
        return self.search.end if self.search is not None else None

    @property
    def leaf(self) -> Certificate:
        at = self.paths.shape.leaf
        return self.sent[at if at < len(self.sent) else 0]

    @property
    def top(self) -> Certificate:
        order = self.paths.shape.right_order
        return self.sent[order[-1]] if order and order[-1] < len(self.sent) else self.leaf

    @property
    def store(self) -> str:
        count = self.paths.anchors
        return f"{self.paths.store} ({count} {'authority' if count == 1 else 'authorities'})" if count else "the client's store, which holds nothing"

    @property
    def elsewhere(self) -> str:
        return f" {', '.join(self.paths.also_trusted_by)} would trust it." if self.paths.also_trusted_by else ""

    @property
    def sends_namesake(self) -> bool:
        """Whether the server sends a certificate with the name of the issuer that is missing."""
        return any(item.subject.raw == self.top.issuer.raw for item in self.sent if item != self.top)

    @property
    def wrong(self) -> Certificate | None:
        """What was sent in the place of an issuer that was found: its namesake with another key (with the same key it is a cross-sign), or another authority."""
        keys = {issuer.subject.raw: issuer.spki for issuer in (read_certificate(item.certificate) for item in self.found)}
        at = self.paths.shape.wrong_issuer
        namesake = next((item for item in self.sent if keys.get(item.subject.raw, item.spki) != item.spki), None)
        return namesake or (self.sent[at] if at is not None and at < len(self.sent) else None)


def _reason(view: _View) -> _Reason:
    shape = view.paths.shape
    if shape.leaf_self_signed:
        return _Reason(rule=SELF_SIGNED, detail=f"{view.leaf.subject.text or view.leaf.label} is its own issuer, and is not in {view.store}.")
    search = view.search
    if search is not None and view.found and search.end in (ChainEnd.ANCHORED, ChainEnd.KNOWN_ELSEWHERE):
        return _forgotten(view, search)
    if not view.paths.complete or (search is not None and not search.complete):
        detail = f"The ways from {view.leaf.label} to {view.store} are too many to be tried; none that was tried leads there."
        return _Reason(rule=SEARCH_INCOMPLETE, detail=detail, confidence=Confidence.POSSIBLE)
    if shape.top_self_signed:
        detail = f"The chain ends at {view.top.subject.text}, a root that the server sends along and that is not in {view.store}.{view.elsewhere}"
        return _Reason(rule=PRIVATE_AUTHORITY, detail=detail)
    if search is not None and search.end is ChainEnd.UNKNOWN_ROOT:
        return _unknown_root(view, search)
    return _by_shape(view)


def _forgotten(view: _View, search: IssuerSearch) -> _Reason:
    """Certificates were found that lead on to an authority: the server should have sent them."""
    anchor = read_certificate(search.path.certificates[-1])
    if search.end is ChainEnd.ANCHORED:
        leads = f"With {_it(view.found)}, the chain leads to {anchor.label} in {view.store}."
    else:
        name = anchor.label if is_root(anchor) else search.issuer
        leads = f"With {_it(view.found)}, the chain leads to {name}, a root in {search.elsewhere}, which is not in {view.store}: this client needs that root too."
    faults = [note.detail for note in search.path.violations if note.depth] if search.path.anchored else []
    still = f" Even so it will be refused: {'; '.join(faults)}." if faults else ""
    confidence = Confidence.LIKELY if faults else Confidence.PROVEN
    if view.wrong is not None:
        detail = f"The server sends {view.wrong.label}, which did not issue {view.top.label}; the one that did is {_listed(view.found)}. {leads}{still}"
        return _Reason(rule=INTERMEDIATE_WRONG, detail=detail, confidence=confidence, missing=view.found)
    detail = f"The server sends {_count(view.sent)}, without {_listed(view.found)}. {leads}{still}"
    return _Reason(rule=INTERMEDIATE_MISSING, detail=detail, confidence=confidence, missing=view.found)


def _unknown_root(view: _View, search: IssuerSearch) -> _Reason:
    """The chain was followed to its end."""
    besides = f" The server does not send {_listed(view.found)} either." if view.found else ""
    detail = f"By the URLs in its certificates the chain leads to {search.issuer}, a root that is neither in {view.store} nor in another store here.{besides}"
    return _Reason(rule=ISSUER_UNTRUSTED, detail=detail, missing=view.found)


def _by_shape(view: _View) -> _Reason:
    """Nothing was found that decides."""
    shape, store, doubt = view.paths.shape, view.store, _doubt(view)
    reasons = f" ({'; '.join(shape.missing_reasons)})" if shape.missing_reasons else ""
    if shape.namesake_fits and not view.found:
        return _Reason(rule=BAD_SIGNATURE, detail=f"{view.top.label} names {shape.namesake} as its issuer, down to the key, and that key did not sign it.")
    if shape.namesake and not view.sends_namesake:
        detail = f"{shape.namesake} in {store} has the name of the issuer of {view.top.label} and another key: it is another generation of that authority, and the one that issued is not there.{doubt}"
        return _Reason(rule=ISSUER_UNTRUSTED, detail=detail, confidence=Confidence.LIKELY, missing=view.found)
    if shape.namesake:
        detail = f"{shape.namesake} has the issuer's name and another key: it did not sign the certificate of {view.leaf.label}. The one that did is neither sent nor in {store}.{doubt}"
        return _Reason(rule=INTERMEDIATE_WRONG, detail=detail, missing=view.found)
    if shape.intermediate_missing and shape.wrong_issuer is not None:
        wrong = view.sent[shape.wrong_issuer].label if shape.wrong_issuer < len(view.sent) else "another"
        detail = f"The server sends {wrong}, which has nothing to do with its certificate; the issuer {shape.missing_issuer} is neither sent nor in {store}{reasons}.{doubt}"
        return _Reason(rule=INTERMEDIATE_WRONG, detail=detail, confidence=Confidence.LIKELY)
    if view.found:  # followed for a while, and then lost
        issuer = view.search.issuer if view.search is not None else ""
        detail = f"The server does not send {_listed(view.found)}; above that, the issuer {issuer} is not in {store}.{doubt}"
        return _Reason(rule=ISSUER_UNTRUSTED, detail=detail, confidence=Confidence.LIKELY, missing=view.found)
    if shape.intermediate_missing:
        detail = f"The server sends {_count(view.sent)}; the issuer {shape.missing_issuer} is neither among them nor in {store}{reasons}.{doubt}"
        return _Reason(rule=INTERMEDIATE_MISSING, detail=detail, confidence=Confidence.LIKELY)
    detail = f"The issuer {shape.missing_issuer or view.leaf.issuer.text or '(without a name)'} is not in {store}{reasons}.{view.elsewhere}{doubt}"
    known = view.end is ChainEnd.KNOWN_ELSEWHERE
    return _Reason(rule=ISSUER_UNTRUSTED, detail=detail, confidence=Confidence.PROVEN if known else Confidence.LIKELY)


def _doubt(view: _View) -> str:
    """What could not be looked at, or was there in place of the issuer, in a sentence each."""
    if view.search is None:
        return ""
    return "".join(f" {_said(item)}" for item in view.search.fetches if item.problem is not None)


def _said(fetch: IssuerFetch) -> str:
    if fetch.problem is IssuerProblem.NOT_ALLOWED:
        return f"Its issuer was not looked for at {fetch.url}: {fetch.detail}."
    if fetch.problem is IssuerProblem.FAILED:
        return f"Its issuer could not be fetched from {fetch.url}: {fetch.detail}."
    return f"At {fetch.url}, where its issuer should be, there is something else: {fetch.detail}."


def _count(certificates: Sequence[Certificate]) -> str:
    return "one certificate" if len(certificates) == 1 else f"{len(certificates)} certificates"


def _it(found: Sequence[IssuerFound]) -> str:
    return "it" if len(found) == 1 else "them"


def _listed(found: Sequence[IssuerFound]) -> str:
    """Certificates, each with where it is to be had."""
    places = {item: f"fetched from {item.url}" if item.url else f"in {item.store}" for item in found}
    return " and ".join(f"{read_certificate(item.certificate).label} ({place})" for item, place in places.items())


_WITHOUT_ISSUER = (2, 19, 20, 21)
"""OpenSSL's verification codes for an authority that is not known (x509_vfy.h)."""
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9._:/%~-]{1,400}")
_READERS = {"der": "openssl x509 -inform der", "pem": "cat", "pkcs7": "openssl pkcs7 -inform der -print_certs"}


def _fix(reason: _Reason) -> Fix:
    """The fix of the rule; where the missing certificates can be fetched, with the commands that do it. A URL that a shell could take for more is left out."""
    wanted = reason.missing if reason.rule in (INTERMEDIATE_MISSING, INTERMEDIATE_WRONG) else ()
    lines = [f"curl -s {item.url} | {_READERS[item.form]} >> fullchain.pem" for item in wanted if item.form in _READERS and _PLAIN_URL.fullmatch(item.url)]
    if not lines or len(lines) < len(wanted):
        return reason.rule.fix
    return attrs.evolve(reason.rule.fix, snippets={"shell": "\n".join(["cat cert.pem > fullchain.pem", *lines]), **reason.rule.fix.snippets})
