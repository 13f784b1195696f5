"""What is proved by a counterfactual is the one cause, and says what it rests on."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from samples.common import HELLO, alert, failure
from samples.counterfactual import SAMPLES, proved, refused, repeated, schemes, trial

from tlsdiag.check import Seen
from tlsdiag.checks import CHECKS
from tlsdiag.checks.counterfactual.agreement import AgreementCheck
from tlsdiag.checks.network.lost import LostConnectionCheck
from tlsdiag.checks.protocol.alert import AlertCheck
from tlsdiag.checks.protocol.ciphers import CiphersCheck
from tlsdiag.checks.protocol.server_name import ServerNameCheck
from tlsdiag.facts import ClientOutcome, Counterfactuals, HandshakeOutcome, TrialOutcome
from tlsdiag.failure import Blame, FailureKind
from tlsdiag.finding import Finding
from tlsdiag.iana import CipherSuite, SignatureScheme
from tlsdiag.judge import judge
from tlsdiag.registry import Registry
from tlsdiag.report import Report
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import ENDPOINT

O = TrialOutcome  # noqa: E741 - the letter reads as "outcome"


def report_of(view: Seen) -> Report:
    """What all built-in checks make of a view."""
    findings, skipped = judge([kind() for kind in CHECKS], view.target, view.now, view.observations, Registry.installed())
    return Report(target=view.target, findings=findings, skipped=skipped, observations=view.observations, started=view.now)


def test_the_extended_master_secret_is_the_one_cause_where_adding_it_is_enough() -> None:
    report = report_of(proved("with-extended-master-secret", symptom=O.ALERT, part="extended_master_secret"))
    assert [item.code for item in report.causes] == ["extended-master-secret-missing"], report


def with_symptom(view: Seen, kind: FailureKind | None) -> Seen:
    """The view, with what was seen of the failure beside it: an alert, or how the connection was lost."""
    ended: dict[str, Any] = {"alert_received": alert(40)} if kind is None else {"failure": failure(kind)}
    for seen_by in (ClientOutcome, HandshakeOutcome):
        old = view.observations.get(seen_by, ENDPOINT)
        assert old is not None
        view.observations.put(seen_by, ENDPOINT, attrs.evolve(old, **ended))
    return view


@pytest.mark.parametrize("kind", [None, FailureKind.RESET, FailureKind.CLOSED, FailureKind.TIMED_OUT], ids=str)
@pytest.mark.parametrize("code", sorted(set(SAMPLES) - {"handshake-signature-refused"}))
def test_what_is_proved_is_the_one_cause(code: str, kind: FailureKind | None) -> None:
    report = report_of(with_symptom(SAMPLES[code][0](), kind))
    assert [item.code for item in report.causes] == [code], [(item.code, item.detail) for item in report.findings]


def only(check: type, view: Seen, code: str) -> Finding:
    (found,) = [item for item in run_check(check, view) if item.code == code]
    return found


def test_a_failure_that_nothing_flips_lists_what_was_tried() -> None:
    view = with_symptom(repeated(O.RESET), FailureKind.RESET)
    old = view[Counterfactuals]
    tried = attrs.evolve(old, trials=(trial("without-alpn", O.RESET), trial("small-segments", O.UNDECIDED)))
    view.observations.put(Counterfactuals, ENDPOINT, tried)
    assert "(tried: without-alpn)" in only(LostConnectionCheck, view, "reset-after-hello").detail
    view.observations.put(Counterfactuals, ENDPOINT, old)
    assert "tried" not in only(LostConnectionCheck, view, "reset-after-hello").detail


def test_silence_to_the_client_is_silence_though_our_own_offer_is_answered() -> None:
    view = with_symptom(proved("without-post-quantum"), FailureKind.TIMED_OUT)
    ours = attrs.evolve(view[HandshakeOutcome], failure=None, alert_received=alert(40), bytes_received=7)
    view.observations.put(HandshakeOutcome, ENDPOINT, attrs.evolve(ours, alert_received=None, version=CipherSuite(0x303), completed=True))  # type: ignore[arg-type]
    assert only(LostConnectionCheck, view, "peer-silent")
    spoke = attrs.evolve(view[ClientOutcome], received=HELLO)
    view.observations.put(ClientOutcome, ENDPOINT, spoke)
    assert only(LostConnectionCheck, view, "lost-midway")


def test_an_added_suite_is_told_with_both_lists() -> None:
    suites = (CipherSuite(0xCCA8), CipherSuite(0xC030))
    found = only(CiphersCheck, proved("more-suites", symptom=O.ALERT, cipher_suite=suites[0], accepts_suites=suites), "no-common-cipher")
    assert found.evidence["accepted"] == suites
    assert found.blame is Blame.SERVER
    usual = proved("more-suites-and-groups", symptom=O.ALERT, accepts_suites=(CipherSuite(0xC02B),))
    assert only(CiphersCheck, usual, "no-common-cipher").blame is Blame.CLIENT


def test_another_proof_is_no_matter_of_suites() -> None:
    assert run_check(CiphersCheck, proved("more-groups", symptom=O.ALERT)) == []


@pytest.mark.parametrize(("change", "symptom", "code"), [
    ("with-server-name", O.ALERT, "server-name-needed"),
    ("without-server-name", O.RESET, "server-name-unknown"),
    ("other-server-name", O.ALERT, "server-name-unknown"),
    ("other-server-name", O.SILENT, "server-name-blocked"),
])  # fmt: skip
def test_the_name_is_missing_unknown_or_blocked(change: str, symptom: TrialOutcome, code: str) -> None:
    assert [item.code for item in run_check(ServerNameCheck, proved(change, symptom=symptom))] == [code]


def test_a_proof_about_something_else_is_none_about_the_name() -> None:
    assert run_check(ServerNameCheck, proved("without-alpn")) == []


def test_the_protocols_that_are_taken_are_listed() -> None:
    found = only(AlertCheck, proved("without-alpn", accepts_alpn=("h2",)), "alpn-refused")
    assert "it takes h2" in found.detail
    assert found.evidence["before"].outcome is O.RESET


def test_a_certificate_for_which_the_client_has_a_scheme_is_of_the_right_kind() -> None:
    assert only(AgreementCheck, schemes(0x0804, 0x0401), "no-common-signature-scheme")
    old = proved("more-schemes", symptom=O.ALERT, accepts_schemes=(SignatureScheme(0x0201),))
    assert "SHA-1" in only(AgreementCheck, old, "no-common-signature-scheme").detail


@pytest.mark.parametrize("level", [None, 2])
def test_a_refused_signature_says_the_level_where_it_is_known(level: int | None) -> None:
    from tlsdiag.checks.client.refusals import RefusalsCheck

    view = refused("WRONG_SIGNATURE_TYPE")
    client = view[ClientOutcome]
    view.observations.put(ClientOutcome, ENDPOINT, attrs.evolve(client, settings=attrs.evolve(client.settings, security_level=level)))
    detail = only(RefusalsCheck, view, "handshake-signature-refused").detail
    assert ("level is 2" in detail) is (level == 2)
