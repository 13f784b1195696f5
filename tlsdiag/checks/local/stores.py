"""Trust stores of this machine: empty, not hashed, too old, or at odds with each other about this very chain."""

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
    Seen,
    Severity,
    StorePlace,
    StoreVerdict,
    StoreVerdicts,
    TrustFinding,
    TrustSources,
)
from ..common import CONSEQUENCE
from .common import MOZILLA, OF_TRUST, THIS, blind, broken_variable, clients_text, issuer_refused, others_that_trust, programs

_RENEW = {
    "debian": "apt-get install --reinstall ca-certificates && update-ca-certificates --fresh",
    "fedora": "dnf reinstall ca-certificates && update-ca-trust",
    "alpine": "apk add ca-certificates",
    "pip": "python -m pip install --upgrade certifi",
}
STORE_EMPTY = Rule(
    code="trust-store-empty",
    title="This machine has no trust store",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Where OpenSSL looks for authorities there are none, as in a slim container image: every certificate is untrusted, and each fails with 'unable to get local issuer certificate'.",
    fix=Fix(summary="Install the authorities of the system.", snippets=_RENEW),
    references=("https://docs.python.org/3/library/ssl.html#ssl.get_default_verify_paths",),
    explains=(*CONSEQUENCE, *OF_TRUST, "intermediate-missing"),
    failing="a container without the package ca-certificates",
    passing="a store that does not know this issuer",
)
UNHASHED = Rule(
    code="trust-directory-unhashed",
    title="A directory of authorities lacks the names that OpenSSL looks for",
    layer=Layer.LOCAL,
    severity=Severity.HIGH,
    blame=Blame.CLIENT,
    why="OpenSSL does not read a directory: it computes the hash of the issuer's name and opens the file of that name. Certificates under other names are not found, without a word.",
    fix=Fix(
        summary="Make the links, or name one file that holds all the certificates.",
        snippets={"openssl": "openssl rehash /path/to/directory", "python": "ssl.create_default_context(cafile='all.pem')   # not capath"},
    ),
    references=("https://docs.openssl.org/3.0/man1/openssl-rehash/", "https://docs.openssl.org/3.0/man3/SSL_CTX_load_verify_locations/"),
    explains=(*CONSEQUENCE, *OF_TRUST, "certificate-self-signed", "trust-variable-broken", "interception", "proxy-replaces-certificate"),
    failing="SSL_CERT_DIR with a directory of files that end in .pem",
    passing="a directory that openssl rehash went through",
)
STORE_STALE = Rule(
    code="trust-store-stale",
    title="The client's trust store is too old for this chain",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Authorities come and go every year. A store that was not renewed does not know the new ones, and everything that moves to them fails here and nowhere else.",
    fix=Fix(summary="Renew the store of authorities.", snippets=_RENEW),
    references=("https://wiki.mozilla.org/CA/Included_Certificates",),
    explains=(*CONSEQUENCE, *OF_TRUST),
    failing="a store of public authorities, the newest of which is older than those of another store that leads to the chain",
    passing="a store with a few private authorities",
)
STORES_DISAGREE = Rule(
    code="trust-stores-disagree",
    title="The trust stores of this machine disagree about this server",
    layer=Layer.LOCAL,
    severity=Severity.LOW,
    blame=Blame.CLIENT,
    why="Each client brings its own store or reads another file. It works in one program and fails in the next, on the same machine and to the same server.",
    fix=Fix(
        summary="Let the programs read the same store, the one that leads to this chain.",
        snippets={
            "python": "export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
            "requests": "export REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
            "node": "export NODE_EXTRA_CA_CERTS=/path/to/ca.pem",
            "java": "keytool -importcert -cacerts -alias private-ca -file ca.pem",
            "curl": "export CURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
        },
    ),
    references=("RFC 5280 section 6.1", "https://requests.readthedocs.io/en/latest/user/advanced/#ca-certificates"),
    explains=(*CONSEQUENCE, *OF_TRUST, "certificate-self-signed", "intermediate-missing"),
    failing="a chain that the system's store leads to and certifi does not",
    passing="a chain that every store leads to",
)
STORES_COMPARED = Rule(
    code="trust-stores-compared",
    title="What each trust store makes of this chain",
    layer=Layer.LOCAL,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="The caller asked for it: the same chain, judged by each store at the same time. A store that does not lead to the chain says of itself what is missing.",
    fix=Fix(summary="Nothing by itself; where a client fails, give it a store that leads to the chain."),
    references=("RFC 5280 section 6.1",),
    failing="a diagnosis with a store to compare with",
    passing="a diagnosis without",
)
_PUBLIC = 50
"""Authorities from which on a store is one of public authorities: Mozilla's list has more than a hundred, a private store a handful."""


class StoresComparedCheck(Check):
    """Puts the verdicts side by side, where the caller named stores for it."""

    name = "local/stores-compared"
    rules = (STORES_COMPARED,)
    needs = (StoreVerdicts,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the comparison."""
        shown = sorted((item for item in seen[StoreVerdicts].verdicts if item.given or (item.clients and not item.in_vain)), key=_rank)
        if any(item.given for item in shown):
            detail = " ".join(f"{_who(item)}: {_judgement(item)}." for item in shown)
            names = tuple(item.store for item in shown if item.trusted)
            yield TrustFinding.of(STORES_COMPARED, detail, trusted_by=names, clients=tuple(item.store for item in shown if not item.trusted))


def _rank(verdict: StoreVerdict) -> tuple[bool, bool]:
    """This client's store first, then the given ones."""
    return THIS not in verdict.clients, not verdict.given


def _who(verdict: StoreVerdict) -> str:
    users = [*(["this client"] if THIS in verdict.clients else []), *([clients_text(verdict.clients)] if programs(verdict.clients) else [])]
    used = f", used by {' and '.join(users)}" if users else ""
    return f"{verdict.store} ({verdict.authorities} {'authority' if verdict.authorities == 1 else 'authorities'}{used})"


def _judgement(verdict: StoreVerdict) -> str:
    return "trusts it" if verdict.trusted else f"does not trust it ({verdict.reason or 'no path leads to it'})"


class TrustStoresCheck(Check):
    """Compares the verdicts of the stores."""

    name = "local/stores"
    rules = (STORE_EMPTY, UNHASHED, STORE_STALE, STORES_DISAGREE)
    needs = (TrustSources, StoreVerdicts)
    wants = (ClientOutcome, ChainPaths)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is wrong with this client's store, else what is wrong with the others'."""
        sources, verdicts = seen[TrustSources], seen[StoreVerdicts]
        this = verdicts.of(THIS)
        if this is None:
            return
        unhashed = _unhashed(sources)
        if unhashed is not None:
            yield _about_directory(seen, unhashed, verdicts)
        elif not this.anchored and blind(seen.observations, seen.endpoint):
            if broken_variable(sources) is None:
                yield from _about_this(seen, this, verdicts)
        elif this.anchored and sources.python_is_used:
            yield from _about_others(sources, this, verdicts)


def _unhashed(sources: TrustSources) -> StorePlace | None:
    """The directory in vain: the one that was given, or the only one that this client has."""
    if sources.given is not None:
        return sources.given if sources.given.problem == "unhashed" else None
    python = sources.user("python")
    if not sources.python_is_used or python is None or "SSL_CERT_DIR" not in python.variables:
        return None
    return next((place for path in python.places if (place := sources.place(path)) is not None and place.problem == "unhashed"), None)


def _about_directory(seen: Seen, place: StorePlace, verdicts: StoreVerdicts) -> Finding:
    given = seen[TrustSources].given is not None
    helps = any(item.anchored for item in verdicts.verdicts if item.store == place.path and (given or item.in_vain))
    blocks = helps and issuer_refused(seen.observations, seen.endpoint)
    proof = " With them, the chain would be trusted." if helps else ""
    return TrustFinding.of(
        UNHASHED,
        f"{place.detail}.{proof}",
        subject=place.path,
        severity=Severity.CRITICAL if blocks else Severity.INFO,
        confidence=Confidence.PROVEN,
        blocks=blocks,
        path=place.path,
        variable=None if given else "SSL_CERT_DIR",
    )


def _about_this(seen: Seen, this: StoreVerdict, verdicts: StoreVerdicts) -> Iterator[Finding]:
    sources = seen[TrustSources]
    others = others_that_trust(verdicts)
    names = tuple(client for item in others for client in programs(item.clients))
    if not this.authorities and sources.python_is_used:
        yield _empty(seen, names)
        return
    if not others:
        return
    mozilla = verdicts.of(MOZILLA)
    if mozilla is not None and _is_stale(this, mozilla):
        yield TrustFinding.of(STORE_STALE, _stale_text(this, mozilla), path=this.store, blocks=True, confidence=Confidence.LIKELY, trusted_by=names)
        return
    detail = f"{_stores(others)} would trust the chain; {this.store} ({this.authorities} authorities), which this client uses, does not."
    yield TrustFinding.of(STORES_DISAGREE, detail, severity=Severity.CRITICAL, blocks=True, path=this.store, clients=(THIS,), trusted_by=names)


def _empty(seen: Seen, names: tuple[str, ...]) -> Finding:
    """Blocks, unless the server's certificate has signed itself: then a full store would not help either."""
    sources, paths = seen[TrustSources], seen.get(ChainPaths)
    python = sources.user("python")
    places = [place.detail for path in (python.places if python is not None else ()) if (place := sources.place(path)) is not None]
    itself = paths is not None and paths.shape.leaf_self_signed and not names
    return TrustFinding.of(STORE_EMPTY, f"OpenSSL finds no authority here: {', '.join(places)}.", blocks=not itself, trusted_by=names)


def _is_stale(this: StoreVerdict, mozilla: StoreVerdict) -> bool:
    """A store of public authorities that ends before Mozilla's list does, for a chain that leads to that list."""
    older = this.newest is not None and mozilla.newest is not None and this.newest < mozilla.newest
    return mozilla.anchored and older and this.authorities >= _PUBLIC


def _stale_text(this: StoreVerdict, newer: StoreVerdict) -> str:
    return (
        f"The newest of the {this.authorities} authorities in {this.store} is of {this.newest:%Y-%m-%d}; "
        f"{newer.store} has one of {newer.newest:%Y-%m-%d}, and leads to the chain."
    )


def _about_others(sources: TrustSources, this: StoreVerdict, verdicts: StoreVerdicts) -> Iterator[Finding]:
    """Clients that are here and would fail, where this one does not."""
    failing = []
    for item in verdicts.verdicts:
        clients = tuple(name for name in item.clients if (user := sources.user(name)) is not None and user.here is not False)
        if not item.anchored and clients:
            failing.append((clients, item.store))
    if not failing:
        return
    said = "; ".join(f"{clients_text(clients)} with {store}" for clients, store in failing)
    detail = f"{this.store}, is what this client uses, and leads to the chain. These would fail: {said}."
    names = tuple(client for clients, _ in failing for client in clients)
    # the endpoint is none the worse for it, and this client is well
    yield TrustFinding.of(STORES_DISAGREE, detail, severity=Severity.INFO, path=this.store, clients=names, trusted_by=(THIS,))


def _stores(verdicts: tuple[StoreVerdict, ...]) -> str:
    return "; ".join(f"{item.store} ({clients_text(item.clients)})" if programs(item.clients) else item.store for item in verdicts[:3])
