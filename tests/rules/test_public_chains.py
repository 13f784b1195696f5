"""Chains of real public sites, and every root that is trusted today, raise nothing above INFO in the checks of certificates."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from samples.certificate import leaf

from tlsdiag import Finding, Severity
from tlsdiag.certificates import Certificate, TrustStore, build_paths, describe_chain, read_certificate
from tlsdiag.certificates.times import embedded_timestamps
from tlsdiag.check import Seen
from tlsdiag.checks import CHECKS
from tlsdiag.checks.certificate.authorities import AuthoritiesCheck
from tlsdiag.facts import (
    BrokenRule,
    ChainPaths,
    ClientViews,
    IssuingAuthority,
    PathSeen,
    ServedChain,
    ShapeSeen,
    Stapled,
    StoreVerdict,
    StoreVerdicts,
    Transparency,
)
from tlsdiag.probes.authorities import described
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import NOW, client_outcome, handshake_outcome, seen

SITES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "corpus" / "sites" / "chains.json").read_text(encoding="utf-8"))["chains"]
OF_CERTIFICATES = [kind for kind in CHECKS if kind.name.startswith("certificate/") and ClientViews not in kind.needs]
SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")


def anchors() -> dict[str, Certificate]:
    """certifi's roots and the system's, where it has some."""
    stores = [TrustStore.certifi(), *([TrustStore.from_file(str(SYSTEM))] if SYSTEM.exists() else [])]
    return {root.sha256: root for store in stores for root in store.anchors}


ROOTS = anchors()
TABLE_DAY = datetime(2026, 11, 23, tzinfo=UTC)
"""The day of the shipped tables."""
REFUSED = {
    "Buypass Class 2 Root CA", "Buypass Class 3 Root CA", "Certigna Root CA", "D-TRUST Root Class 3 CA 2 2009", "D-TRUST Root Class 3 CA 2 EV 2009",
    "DigiCert Assured ID Root G2", "DigiCert Assured ID Root G3", "DigiCert Trusted Root G4", "HiPKI Root CA - G1", "Izenpe.com",
    "NetLock Arany (Class Gold) Főtanúsítvány", "SSL.com EV Root Certification Authority ECC", "SSL.com EV Root Certification Authority RSA R2",
    "SSL.com Root Certification Authority ECC", "SSL.com Root Certification Authority RSA", "T-TeleSec GlobalRoot Class 2",
    "T-TeleSec GlobalRoot Class 3", "TWCA Global Root CA",
    "Entrust.net Certification Authority (2048)", "Entrust Root Certification Authority", "Entrust Root Certification Authority - EC1",
    "Entrust Root Certification Authority - G2", "OU=ePKI Root Certification Authority, O=Chunghwa Telecom Co.\\, Ltd., C=TW",
}  # fmt: skip
"""Chrome Root Store v36 refuses what they have logged after a day that was before that one, or Mozilla what they have issued (Entrust's, ePKI, Izenpe)."""


def findings(view: Seen) -> list[Finding]:
    return [item for kind in OF_CERTIFICATES for item in run_check(kind, view)]


def above_info(view: Seen) -> list[tuple[str, str]]:
    return [(item.code, item.detail) for item in findings(view) if item.severity > Severity.INFO]


def public(chain: tuple[bytes, ...], paths: ChainPaths, host: str, at: datetime) -> Seen:
    """What a client that takes the chain would have observed, with an authority of Mozilla's list."""
    verdicts = StoreVerdicts(verdicts=(StoreVerdict(clients=("mozilla",), store="certifi", anchored=True),))
    ours = handshake_outcome(certificates=chain)
    unlogged = Transparency(certificate=chain[0], public=False, list_date=at)  # tests/probes/test_timestamps.py has the real timestamps
    derived = (Stapled(certificate=chain[0]), unlogged, authority(chain, paths))
    return seen(ServedChain(certificates=chain), paths, verdicts, client_outcome(), ours, *derived, host=host, now=at)


def authority(chain: tuple[bytes, ...], paths: ChainPaths, *, issued: datetime | None = None) -> IssuingAuthority:
    """What the shipped tables say; of a certificate that was issued and logged then, where the time is given."""
    ways = [tuple(read_certificate(der) for der in path.certificates) for path in paths.paths if path.anchored]
    leaf = read_certificate(chain[0])
    sent = [leaf if issued is None else attrs.evolve(leaf, not_before=issued)]
    return described(sent, ways, None, public=True, logged=issued or min(embedded_timestamps(leaf), default=None))


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
    broken = (BrokenRule(code=item.code, detail=item.detail, depth=item.depth, profiles=tuple(item.profiles)) for item in violations)
    return PathSeen(certificates=chain, anchored=anchored, violations=tuple(broken))


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
    refused = ["authority-partially-distrusted"] if root.label in REFUSED else []
    for view in below(root):
        assert [code for code, _ in above_info(view) if code not in refused] == []


@pytest.mark.parametrize("root", ROOTS.values(), ids=lambda root: root.sha256[:12])
def test_new_certificates_of_these_roots_are_refused_by_some_and_of_no_other(root: Certificate) -> None:
    view = next(below(root))
    view.observations.put(IssuingAuthority, view.endpoint, authority(view[ServedChain].certificates, view[ChainPaths], issued=TABLE_DAY))
    found = [item for item in run_check(AuthoritiesCheck, view) if item.severity > Severity.INFO]
    assert [item.code for item in found] == (["authority-partially-distrusted"] if root.label in REFUSED else [])
