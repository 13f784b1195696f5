"""What is said of revocation when the client alone says it, and when several say it at once."""

from __future__ import annotations

from typing import Any

import attrs
from samples.certificate import issued, leaf
from samples.revocation import asked, by_list, by_ocsp, crl, listed, said, stapled, subject

from tlsdiag import Confidence, Finding
from tlsdiag.check import Seen
from tlsdiag.checks.certificate.revocation import RevocationCheck
from tlsdiag.facts import ClientOutcome, ServedChain
from tlsdiag.plugin import RevocationFinding
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import client_outcome, seen

FLAGS = {"leaf": ("VERIFY_CRL_CHECK_LEAF",), "chain": ("VERIFY_CRL_CHECK_LEAF", "VERIFY_CRL_CHECK_CHAIN")}


def refused(view: Seen, flags: tuple[str, ...] = ()) -> Seen:
    """The client's own list has a certificate."""
    client = client_outcome(completed=False, verify_code=23, verify_message="certificate revoked")
    view.observations.put(ClientOutcome, view.endpoint, attrs.evolve(client, settings=attrs.evolve(client.settings, verify_flags=flags)))
    return view


def only(view: Seen, code: str) -> RevocationFinding:
    (finding,) = (item for item in run_check(RevocationCheck, view) if item.code == code)
    assert isinstance(finding, RevocationFinding)
    return finding


def test_a_client_that_looks_at_the_leaf_alone_means_the_leaf() -> None:
    finding = only(refused(issued(leaf()), FLAGS["leaf"]), "certificate-revoked")
    assert (finding.blocks, finding.confidence, finding.position, finding.sources) == (True, Confidence.PROVEN, 0, ("client",))
    assert "of the chain" not in finding.detail


def test_a_client_that_looks_at_the_whole_chain_may_mean_any_of_it() -> None:
    finding = only(refused(issued(leaf()), FLAGS["chain"]), "certificate-revoked")
    assert (finding.confidence, finding.verify_code) == (Confidence.LIKELY, 23)
    assert "of the chain" in finding.detail


def test_a_refusal_without_a_certificate_to_show_is_told_all_the_same() -> None:
    view = refused(seen(ServedChain()))
    assert only(view, "certificate-revoked").blocks


def test_what_the_client_says_is_told_with_what_the_sources_say() -> None:
    finding = only(refused(asked(by_list(listed()))), "certificate-revoked")
    assert finding.blocks and "The client says the same" in finding.detail
    assert finding.reason == "keyCompromise"


def test_a_client_that_got_through_is_not_said_to_be_stopped() -> None:
    finding = only(asked(by_list(listed())), "certificate-revoked")
    assert not finding.blocks and "goes on" in finding.detail


def test_a_hold_is_told_as_what_may_be_taken_back() -> None:
    finding = only(asked(by_list(crl((subject().certificate.serial_number, "certificate_hold")))), "certificate-revoked")
    assert "may be taken back" in finding.detail


def test_a_good_staple_and_a_list_that_has_the_certificate_contradict_each_other() -> None:
    view = stapled(said())
    from tlsdiag.facts import RevocationSources

    view.observations.put(RevocationSources, view.endpoint, RevocationSources(sources=(by_list(listed()),)))
    assert codes(view) == ["certificate-revoked", "revocation-sources-disagree"]


def test_a_source_that_is_not_believed_contradicts_nobody() -> None:
    from datetime import timedelta

    old: dict[str, Any] = {"begins": timedelta(days=-9), "ends": timedelta(days=-1)}
    assert codes(asked(by_ocsp(said(**old)), by_list(listed()))) == ["certificate-revoked", "ocsp-answer-expired"]


def codes(view: Seen) -> list[str]:
    found: list[Finding] = run_check(RevocationCheck, view)
    return sorted(item.code for item in found)
