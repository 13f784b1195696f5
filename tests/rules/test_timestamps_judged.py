"""What the check of transparency makes of cases beside its samples."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from samples.certificate import issuing, leaf, window
from samples.transparency import sct, stamped, two
from transparency_log import precertificate

from tlsdiag import Blame, Confidence, Severity
from tlsdiag.check import Seen
from tlsdiag.checks.certificate.transparency import TransparencyCheck
from tlsdiag.checks.certificate.transparency_rules import FUTURE
from tlsdiag.facts import Note, Transparency
from tlsdiag.testing import Window, run_check
from tlsdiag.testing.observations import NOW


def codes(view: Seen) -> set[str]:
    """What is found above a remark."""
    return {item.code for item in run_check(TransparencyCheck, view) if item.severity > Severity.INFO}


def about(der: bytes, view: Seen) -> Seen:
    """The same view of another certificate."""
    view.observations.put(Transparency, view.endpoint, attrs.evolve(view[Transparency], certificate=der))
    return view


@pytest.mark.parametrize(("starttls", "severity"), [(None, Severity.HIGH), ("smtp", Severity.LOW)])
def test_behind_starttls_no_browser_comes(starttls: str | None, severity: Severity) -> None:
    for view in (stamped(starttls=starttls), stamped(sct(), starttls=starttls)):
        (found,) = (item for item in run_check(TransparencyCheck, view) if item.code in ("sct-missing", "sct-too-few"))
        assert found.severity is severity


def test_a_timestamp_of_tomorrow_meets_no_policy() -> None:
    ahead, right = two()
    found = {item.code: item for item in run_check(TransparencyCheck, stamped(attrs.evolve(ahead, time=NOW + timedelta(hours=2)), right))}
    assert found["sct-too-few"].evidence["counted"] == 1 and "sct-too-few" in FUTURE.explains
    assert "policy is met" not in found["certificate-logged"].detail
    assert codes(stamped(attrs.evolve(ahead, time=NOW + timedelta(minutes=3)), right)) == set()


def test_a_log_for_tests_does_not_count_and_a_log_that_one_list_lacks_is_in_doubt() -> None:
    assert codes(stamped(*two(log_type="TEST", chrome_state=None, apple_state=None))) == {"sct-too-few", "sct-from-rejected-log"}
    assert codes(stamped(*two(apple_state=None))) == set()


def test_with_chromes_list_alone_apple_is_left_out() -> None:
    of_one_kind = [attrs.evolve(item, log=attrs.evolve(item.log, is_static=True)) for item in two() if item.log]
    (found,) = (item for item in run_check(TransparencyCheck, stamped(*of_one_kind)) if item.code == "sct-too-few")
    assert (found.severity, found.confidence) == (Severity.LOW, Confidence.POSSIBLE), "Apple may have given up what Chrome has"
    assert found.evidence["refused_by"] == ("Safari", "apps on Apple's systems")
    assert codes(stamped(*of_one_kind, programs=("chrome",))) == set()
    assert codes(stamped(programs=("apple",))) == {"sct-missing"}


def test_a_certificate_from_before_the_policies_needs_none() -> None:
    old = Window(not_before=datetime(2018, 4, 1, tzinfo=UTC), not_after=datetime(2027, 1, 1, tzinfo=UTC))
    assert codes(stamped(window=old)) == set()


def test_a_certificate_that_has_ended_and_a_precertificate_are_not_held_to_a_policy() -> None:
    assert codes(stamped(window=window(-90, -1))) == set()
    assert codes(about(precertificate(issuing(), "server.example", now=NOW).der, stamped())) == set()
    assert codes(about(b"no certificate", stamped())) == set()


@pytest.mark.parametrize(("delivery", "blame"), [("certificate", Blame.AUTHORITY), ("ocsp", Blame.AUTHORITY), ("tls", Blame.SERVER)])
def test_who_is_to_blame_hangs_on_the_way(delivery: str, blame: Blame) -> None:
    problem = Note(code=delivery, detail="the length of the list is not that of its bytes")
    view = stamped(*two(delivery=delivery, signed=False), sct("Third", delivery, signed=False, fits="other.example"), problems=(problem,))
    found = {item.code: item.blame for item in run_check(TransparencyCheck, view) if item.code != "sct-too-few"}
    assert found == {
        "sct-invalid-signature": blame, "sct-for-other-certificate": blame, "sct-unreadable": blame, "certificate-logged": Blame.NOBODY,
    }  # fmt: skip


def test_many_are_told_in_short() -> None:
    view = stamped(*(sct(f"Log {number}", signed=False) for number in range(9)))
    (found,) = (item for item in run_check(TransparencyCheck, view) if item.code == "sct-invalid-signature")
    assert "9 SCTs" in found.detail and "and 4 more" in found.detail


def test_a_time_that_no_calendar_has_is_told_and_counts_for_nothing() -> None:
    view = stamped(*two(time=None, signed=False))
    assert codes(view) == {"sct-invalid-signature", "sct-too-few"}
    assert any("a time that no calendar has" in item.detail for item in run_check(TransparencyCheck, view))


def test_the_leaf_of_a_sample_is_public_and_names_its_root() -> None:
    (found,) = run_check(TransparencyCheck, about(leaf().der, stamped()))
    assert "below the public root Public Root" in found.detail and found.evidence["position"] == 0
