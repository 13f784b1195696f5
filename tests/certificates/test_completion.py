"""What of a heap of certificates belongs to a chain, and how it is completed."""

from __future__ import annotations

from datetime import UTC, datetime

from tlsdiag.certificates import TrustStore, read_certificate
from tlsdiag.certificates.completion import complete_chain, lineage, open_ends
from tlsdiag.testing import Authority, Window

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Authority.root(number=300, now=NOW)
ISSUING = ROOT.intermediate(number=301)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310, now=NOW)
LEAF = read_certificate(ISSUING.issue("server.example", window=Window.around(NOW)).der)
ABOVE, TOP, OTHER = (read_certificate(item.issued.der) for item in (ISSUING, ROOT, STRANGER))


def test_of_a_bundle_only_the_line_of_issuers_counts() -> None:
    assert lineage(LEAF, [OTHER, TOP, ABOVE, LEAF]) == (ABOVE, TOP)
    assert lineage(OTHER, [TOP]) == ()


def test_the_open_ends_are_those_that_could_go_on() -> None:
    assert open_ends([(LEAF,), (LEAF, ABOVE), (LEAF, ABOVE), (LEAF, ABOVE, TOP), ()]) == (LEAF, ABOVE)


def test_a_chain_is_completed_to_the_anchor_or_as_far_as_it_goes() -> None:
    store, others = TrustStore.from_pem(ROOT.pem), [TrustStore.from_pem(STRANGER.pem, "other")]
    whole = complete_chain(LEAF, sent=(), found=(ABOVE,), store=store, others=others, at=NOW)
    assert (whole.path.anchored, whole.top) == (True, TOP)
    short = complete_chain(LEAF, sent=(), found=(ABOVE,), store=TrustStore.from_pem(STRANGER.pem), others=[TrustStore.from_pem(ROOT.pem, "other")], at=NOW)
    assert (short.path.anchored, short.top, short.elsewhere) == (False, ABOVE, "other")
