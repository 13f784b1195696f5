"""Chains of real public sites, and every root that is trusted today, raise nothing above INFO in the checks of certificates."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from samples.certificate import leaf

from tlsdiag import Finding, Severity
from tlsdiag.certificates import Certificate, TrustStore, build_paths, describe_chain, read_certificate
from tlsdiag.check import Seen
from tlsdiag.checks import CHECKS
from tlsdiag.facts import ChainPaths, Note, PathSeen, ServedChain, ShapeSeen, StoreVerdict, StoreVerdicts
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import NOW, client_outcome, handshake_outcome, seen

SITES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "corpus" / "sites" / "chains.json").read_text(encoding="utf-8"))["chains"]
OF_CERTIFICATES = [kind for kind in CHECKS if kind.name.startswith("certificate/")]
SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")


def anchors() -> dict[str, Certificate]:
    """certifi's roots and the system's, where it has some."""
    stores = [TrustStore.certifi(), *([TrustStore.from_file(str(SYSTEM))] if SYSTEM.exists() else [])]
    return {root.sha256: root for store in stores for root in store.anchors}


ROOTS = anchors()


def findings(view: Seen) -> list[Finding]:
    return [item for kind in OF_CERTIFICATES for item in run_check(kind, view)]


def above_info(view: Seen) -> list[tuple[str, str]]:
    return [(item.code, item.detail) for item in findings(view) if item.severity > Severity.INFO]


def public(chain: tuple[bytes, ...], paths: ChainPaths, host: str, at: datetime) -> Seen:
    """What a client that takes the chain would have observed, with an authority of Mozilla's list."""
    verdicts = StoreVerdicts(verdicts=(StoreVerdict(clients=("mozilla",), store="certifi", anchored=True),))
    ours = handshake_outcome(certificates=chain)
    return seen(ServedChain(certificates=chain), paths, verdicts, client_outcome(), ours, host=host, now=at)


def site(row: dict[str, Any]) -> Seen:
    chain = tuple(base64.b64decode(text) for text in row["sent"])
    sent, store = tuple(read_certificate(der) for der in chain), TrustStore.from_certificates([base64.b64decode(row["root"])])
    at = datetime.fromisoformat(row["at"])
    search = build_paths(sent[0], sent=sent[1:], store=store, at=at)
    paths = tuple(_seen(tuple(item.der for item in path.certificates), path.anchored, path.violations) for path in search.paths)
    shape = ShapeSeen(**attrs.asdict(describe_chain(sent, store)))
    trusted = any(path.valid for path in search.paths)
    return public(chain, ChainPaths(store="the test's", anchors=1, at=at, trusted=trusted, paths=paths, shape=shape), row["host"], at)


def _seen(chain: tuple[bytes, ...], anchored: bool, violations: Any = ()) -> PathSeen:
    return PathSeen(certificates=chain, anchored=anchored, violations=tuple(Note(code=item.code, detail=item.detail, depth=item.depth) for item in violations))


def below(root: Certificate) -> Iterator[Seen]:
    """A root as the anchor of a path: sent along, and kept in the store."""
    certificate = leaf().der
    for chain in ((certificate, root.der), (certificate,)):
        shape = ShapeSeen(right_order=tuple(range(len(chain))), root_sent=1 if len(chain) > 1 else None)
        paths = ChainPaths(store="certifi", anchors=1, at=NOW, trusted=True, paths=(_seen((certificate, root.der), True),), shape=shape)
        yield public(chain, paths, "server.example", NOW)


@pytest.mark.parametrize("row", SITES, ids=lambda row: row["host"])
def test_the_chain_of_a_real_site_is_healthy(row: dict[str, Any]) -> None:
    assert above_info(site(row)) == []


@pytest.mark.parametrize("row", SITES, ids=lambda row: row["host"])
def test_a_real_site_says_what_kind_its_certificate_is(row: dict[str, Any]) -> None:
    assert "certificate-kind" in {item.code for item in findings(site(row))}


VALID = [root for root in ROOTS.values() if root.not_after is not None and root.not_after >= NOW]


@pytest.mark.parametrize("root", VALID, ids=lambda root: root.sha256[:12])
def test_a_root_that_is_trusted_today_is_healthy_as_an_anchor(root: Certificate) -> None:
    for view in below(root):
        assert above_info(view) == []
