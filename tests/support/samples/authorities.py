"""Samples of authorities that stores have distrusted, and of stores side by side. The tables are made for the test's own authorities."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import attrs
from cryptography import x509

from tlsdiag.authority_data import authority_data_of
from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.authorities import key_of
from tlsdiag.check import Seen
from tlsdiag.facts import ChainPaths, IssuingAuthority, ServedChain, StoreVerdict, StoreVerdicts
from tlsdiag.probes.authorities import described
from tlsdiag.testing import Authority
from tlsdiag.testing.observations import NOW

from .certificate import chain, issued, leaf, root, sound, window
from .common import NAME, Samples

BEFORE, AFTER = "2026-05-01T23:59:59Z", "2026-05-03T23:59:59Z"
"""The samples' certificates begin on 2026-05-02."""
SUBJECT = "CN=Test Root CA,O=tlsdiag tests"
SOURCE = "https://example.org/distrust"


def table(kind: str = "distrust", **parts: Any) -> bytes:
    return json.dumps({"schema": f"tlsdiag-refdata/{kind}/1", "date": "2026-05-30", **parts}).encode()


def seen_by(view: Seen, *tables: bytes, logged: datetime | None = None) -> Seen:
    """The same with what these tables say of its chain."""
    data = authority_data_of(tables or None)
    sent = [read_certificate(der) for der in view[ServedChain].certificates]
    found = described(sent, [tuple(read_certificate(der) for der in path.certificates) for path in view[ChainPaths].paths], data, public=False, logged=logged)
    view.observations.put(IssuingAuthority, view.endpoint, found)
    return view


def hashes(authority: Authority) -> dict[str, str]:
    certificate = read_certificate(authority.issued.der)
    return {"sha256": certificate.sha256, "spki_sha256": key_of(certificate)}


def incident(authority: Authority | None = None, **parts: Any) -> bytes:
    named = [hashes(authority)["sha256"]] if authority is not None else []
    row = {"ca": "Test CA", "reason": "a test", "stores": {"chrome": "blocked 2026-04"}, "references": [SOURCE], "cert_sha256": named, **parts}
    return table(incidents=[row])


def constraint(authority: Authority, after: str, *, kind: str = "distrust", store: str = "chrome", **parts: Any) -> bytes:
    condition = "earliest SCT after" if store == "chrome" else "notBefore after"
    row = {"store": store, "kind": kind, "condition": condition, "after": after, "subject": SUBJECT, **hashes(authority), **parts}
    return table(**{"chrome_root_store_constraints" if store == "chrome" else "mozilla_distrust_after": [row]})


def leaked(authority: Authority) -> bytes:
    return table(leaked_key_roots=[{"product": "Test Product", "cert_sha256": [hashes(authority)["sha256"]], "source": SOURCE}])


def of(name: str, organization: str) -> Seen:
    """A private chain whose authority has this name."""
    above = Authority.root(name, organization=organization, number=380, now=NOW)
    return issued(above.issue(NAME, window=window(-30, 60)), trust=above.pem, verify_code=None)


def other_root() -> Authority:
    """Another root of the same owner."""
    return Authority.root("Test Root CA", number=381, now=NOW)


def crossed() -> Seen:
    """The authority's root is trusted itself, and another one that is distrusted has signed it too."""
    old = Authority.root("Old Root X3", number=350, now=NOW)
    cross = old.intermediate("Test Root CA", number=300)
    made = leaf()
    return seen_by(chain(*made.chain, cross.issued.der, verify_code=None, trust=root().pem + old.pem), incident(old))


def removed_from_store() -> Seen:
    """This client does not have the root any more, which the server sends along."""
    made = leaf()
    return seen_by(chain(*made.chain, root().issued.der, trust=other_root().pem), incident(root()))


def compared(*given: StoreVerdict) -> Seen:
    view = sound()
    own = StoreVerdict(clients=("this client", "python"), store="/etc/ssl/cert.pem", anchored=True, trusted=True, authorities=100)
    view.observations.put(StoreVerdicts, view.endpoint, StoreVerdicts(verdicts=(own, *given)))
    return view


def embedding(moment: datetime) -> Seen:
    """With the date in an SCT."""
    milliseconds = int(moment.timestamp() * 1000)
    sct = b"\0" + bytes(32) + milliseconds.to_bytes(8, "big") + b"\0\0\4\3\0\2\x30\0"
    entry = len(sct).to_bytes(2, "big") + sct
    block = len(entry).to_bytes(2, "big") + entry
    value = b"\x04" + bytes([len(block)]) + block
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), value)
    return issued(leaf(extensions=((extension, False),)), verify_code=None)


GIVEN = StoreVerdict(clients=(), store="mine.pem", anchored=False, given=True, authorities=1, reason="it does not hold CN=Test Root CA")
MAY_2, JUNE_1 = datetime(2026, 5, 2, 13, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)

SAMPLES: Samples = {
    "authority-distrusted": (removed_from_store, lambda: seen_by(sound(), incident(other_root()))),
    "authority-partially-distrusted": (
        lambda: seen_by(sound(), constraint(root(), BEFORE), logged=MAY_2),
        lambda: seen_by(sound(), constraint(root(), AFTER), logged=MAY_2),
    ),
    "authority-key-leaked": (lambda: seen_by(sound(), leaked(root())), lambda: seen_by(sound(), leaked(other_root()))),
    "authority-leaves-store": (
        lambda: seen_by(sound(), constraint(root(), AFTER, kind="phase-out"), logged=MAY_2),
        lambda: seen_by(sound(), constraint(other_root(), AFTER, kind="phase-out"), logged=MAY_2),
    ),
    "authority-named-like-distrusted": (
        lambda: seen_by(of("WoSign CA Limited Root", "WoSign CA Limited")),
        lambda: seen_by(of("Root of the WoSign Museum", "The WoSign Museum")),
    ),
    "trust-stores-compared": (lambda: compared(GIVEN), lambda: compared(attrs.evolve(GIVEN, given=False))),
}
