"""What is trusted raises nothing above INFO: every root of certifi and of Debian, and the chains of public sites that the vectors hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
import score

from tlsdiag.certificates import Certificate, TrustStore, build_paths, describe_chain, read_certificate
from tlsdiag.certificates import Path as CertificatePath
from tlsdiag.certificates.oids import SERVER_AUTH
from tlsdiag.certificates.paths.judging import Judged, judge
from tlsdiag.checks import CHECKS
from tlsdiag.checks.local.common import MOZILLA
from tlsdiag.facts import BrokenRule, ChainPaths, PathSeen, ServedChain, ShapeSeen
from tlsdiag.facts.local import StoreVerdict, StoreVerdicts
from tlsdiag.finding import Finding, Severity
from tlsdiag.testing import Authority, Window
from tlsdiag.testing.observations import NOW, client_outcome, seen

ONLINE = [case for case in score.load(Path(__file__).parents[1] / "data" / "limbo.json.gz") if case["id"].startswith("online::")]


def observed(path: CertificatePath) -> PathSeen:
    rules = (BrokenRule(code=item.code, detail=item.detail, depth=item.depth, profiles=tuple(item.profiles)) for item in path.violations)
    return PathSeen(certificates=tuple(item.der for item in path.certificates), anchored=path.anchored, violations=tuple(rules))


def findings(sent: list[Certificate], store: TrustStore, paths: list[CertificatePath], at: datetime, host: str) -> Iterator[Finding]:
    """What the checks of certificates say of a chain that the client has accepted."""
    shape = ShapeSeen(**attrs.asdict(describe_chain(sent, store)))
    chain = ChainPaths(store="sample", anchors=len(store), at=at, trusted=paths[0].valid, paths=tuple(map(observed, paths)), shape=shape)
    public = StoreVerdict(clients=(MOZILLA,), store="Mozilla", anchored=True, authorities=1, newest=None)
    view = seen(
        ServedChain(certificates=tuple(item.der for item in sent)), chain, StoreVerdicts(verdicts=(public,)), client_outcome(), host=host, now=at
    )
    for check in CHECKS:
        made = check()
        if made.name.startswith("certificate/") and all(need in (ServedChain, ChainPaths, StoreVerdicts) for need in made.needs):
            yield from made.run(view)


def grave(found: Iterator[Finding]) -> list[str]:
    return [f"{item.code}: {item.detail}" for item in found if item.severity > Severity.INFO]


@pytest.mark.parametrize("case", ONLINE, ids=lambda case: case["id"])
def test_the_chain_of_a_public_site_raises_nothing(case: dict[str, Any]) -> None:
    at = score.time_of(case)
    sent = [read_certificate(score.der(pem)) for pem in (case["peer_certificate"], *case["untrusted_intermediates"])]
    store = TrustStore.from_certificates([score.der(pem) for pem in case["trusted_certs"]])
    paths = list(build_paths(sent[0], sent=sent[1:], store=store, at=at).paths)
    assert paths[0].valid
    assert grave(findings(sent, store, paths, at, case["expected_peer_name"]["value"])) == []


def test_no_root_in_use_raises_anything_as_an_anchor() -> None:
    leaf = read_certificate(Authority.root(number=1600, now=NOW).issue("server.example", window=Window.around(NOW)).der)
    stores = [TrustStore.certifi()]
    if Path("/etc/ssl/certs/ca-certificates.crt").exists():
        stores.append(TrustStore.from_file("/etc/ssl/certs/ca-certificates.crt"))
    for anchor in {item for store in stores for item in store.anchors}:
        if anchor.not_after is None or anchor.not_after < NOW:
            continue  # an expired root is told of where a path needs it
        path = judge(Judged(chain=(leaf, anchor), anchored=True, at=NOW, purpose=SERVER_AUTH))
        store = TrustStore.from_certificates([anchor.der])
        assert path.valid, anchor.label
        assert grave(findings([leaf], store, [path], NOW, "server.example")) == [], anchor.label
