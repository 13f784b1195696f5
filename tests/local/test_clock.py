"""The clock: witnesses are weighed, dates are read again with the true time, doubts are said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples.certificate import issued, leaf, window
from samples.clock import BERLIN, clock, evidence, later, source

from tlsdiag.causes import causes, relate
from tlsdiag.check import Seen
from tlsdiag.checks.certificate.validity import ValidityCheck
from tlsdiag.checks.client.outcome import ClientOutcomeCheck
from tlsdiag.checks.local.clock import ClockCheck, _span
from tlsdiag.checks.local.true_time import weigh
from tlsdiag.facts import ClockEvidence, TimeSource, Voucher, ZoneSeen
from tlsdiag.finding import Confidence, Finding, Severity
from tlsdiag.plugin import ClockFinding
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import ENDPOINT, NOW

SLACK = timedelta(minutes=5)
OTHER = "198.51.100.1:443"


def judged(view: Seen) -> tuple[Finding, ...]:
    """What the three checks of dates make of a view."""
    here = attrs.evolve(view, endpoint=ENDPOINT)
    found = [*run_check(ValidityCheck, here), *run_check(ClientOutcomeCheck, here)]
    return relate([attrs.evolve(item, endpoint=ENDPOINT) for item in found] + run_check(ClockCheck, view))


def codes(view: Seen) -> list[str]:
    return sorted(item.code for item in run_check(ClockCheck, view))


def the_clock(view: Seen) -> ClockFinding:
    (found,) = (item for item in run_check(ClockCheck, view) if isinstance(item, ClockFinding))
    return found


def root(view: Seen) -> str:
    (found,) = causes(judged(view))
    return found.code


def test_a_clock_that_is_ahead_is_the_cause_and_expired_its_consequence() -> None:
    view = clock(source("http-date", later(days=-365)), dates=(-400, -300), verify_code=10)
    assert root(view) == "clock-wrong"
    found = the_clock(view)
    assert (found.ahead, found.confidence) == (365 * 86400, Confidence.LIKELY)
    assert "365 days ahead" in found.detail and "may be the server's clock" in found.detail


def test_a_clock_that_is_behind_is_proved_by_two_witnesses() -> None:
    view = clock(source("http-date", later(days=365)), source("sct", later(days=300)), dates=(300, 400), verify_code=9)
    assert root(view) == "clock-wrong"
    found = the_clock(view)
    assert (found.ahead, found.confidence) == (-365 * 86400, Confidence.PROVEN)
    assert {item.voucher for item in found.sources} == {Voucher.SERVER, Voucher.LOG}


def test_an_expired_certificate_and_a_clock_that_is_right_give_no_finding_of_the_clock() -> None:
    view = clock(source("http-date", later(seconds=1)), source("tlsdiag", later(days=-30)), dates=(-90, -3), verify_code=10)
    assert codes(view) == []
    assert root(view) == "certificate-expired"


def test_what_has_expired_at_the_true_time_too_stays_the_cause() -> None:
    view = clock(source("http-date", later(days=-100)), dates=(-400, -300), verify_code=10)
    assert root(view) == "certificate-expired"
    found = the_clock(view)
    assert (found.blocks, found.severity) == (False, Severity.MEDIUM)
    assert "out of date as well" in found.detail


def test_what_a_slow_clock_hides_is_told_and_does_not_block() -> None:
    view = clock(source("http-date", later(days=365)), source("tlsdiag", later(days=300)), dates=(-30, 60))
    assert codes(view) == ["certificate-expired-unnoticed", "clock-wrong"]
    assert causes(judged(view)) == ()


def test_what_a_slow_clock_hides_is_the_cause_for_a_client_that_goes_by_another_clock() -> None:
    view = clock(source("http-date", later(days=365)), source("tlsdiag", later(days=300)), dates=(-30, 60), verify_code=10)
    assert root(view) == "certificate-expired-unnoticed"


def test_a_clock_that_hides_an_end_is_not_said_to_leave_the_server_in_order() -> None:
    """Not begun by the clock, and over by the true time: the one does not say that nothing is wrong beside the other."""
    view = clock(source("http-date", later(days=365)), source("tlsdiag", later(days=300)), dates=(30, 60), verify_code=9)
    assert root(view) == "clock-wrong"
    assert "in order" not in the_clock(view).detail
    assert "server is in order" not in the_clock(view).fix.summary
    assert "certificate-expired-unnoticed" in codes(view)


def test_an_end_that_is_hidden_explains_one_that_is_near() -> None:
    view = clock(source("http-date", later(days=10)), source("tlsdiag", later(days=9)), dates=(-80, 7), verify_code=10)
    assert root(view) == "certificate-expired-unnoticed"
    assert any(key.startswith("certificate-expiring") for key in causes(judged(view))[0].explains)


def test_a_clock_of_1970_is_told_by_the_software_alone() -> None:
    view = clock(source("tlsdiag", later(days=2000)), dates=(1990, 2100), verify_code=9)
    assert root(view) == "clock-wrong"
    assert "at least 2000 days behind" in the_clock(view).detail


def test_the_software_and_the_beginning_of_the_certificate_bound_the_time() -> None:
    view = clock(source("openssl", later(days=2000)), source("certificate-not-before", later(days=2010)), dates=(2010, 2100), verify_code=9)
    assert root(view) == "clock-wrong"
    assert the_clock(view).confidence is Confidence.PROVEN


def test_a_certificate_of_the_far_future_does_not_move_the_true_time() -> None:
    view = clock(source("tlsdiag", later(days=200)), source("certificate-not-before", later(days=3000)), dates=(3000, 3100), verify_code=9)
    assert root(view) == "certificate-not-yet-valid"
    assert the_clock(view).true_time == later(days=200)


@pytest.mark.parametrize("year", [1, 9999])
def test_times_at_the_ends_of_the_calendar_are_weighed(year: int) -> None:
    edge = NOW.replace(year=year, month=12, day=31, hour=23, minute=59, second=59)
    for name in ("ocsp-this-update", "ocsp-next-update", "certificate-not-before", "sct"):
        weigh(evidence(source(name, edge), source("http-date", later(days=1))), SLACK)


def test_a_certificate_of_tomorrow_is_no_witness_by_itself() -> None:
    view = clock(source("certificate-not-before", later(days=1)), source("http-date", later(seconds=2)), dates=(1, 90), verify_code=9)
    assert codes(view) == []
    assert root(view) == "certificate-not-yet-valid"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("minutes", [-480, -210, 60, 120, 330, 345])
def test_a_difference_of_the_local_zone_is_a_mistake_of_the_zone(sign: int, minutes: int) -> None:
    zone = ZoneSeen(offset=minutes * 60, name="LOCAL")
    found = the_clock(clock(source("http-date", later(minutes=sign * minutes, seconds=3)), zone=zone))
    assert found.code == "time-zone-wrong"
    assert ("UTC is taken for local time" if sign > 0 else "local time is taken for UTC") in found.detail


def test_a_difference_of_other_whole_hours_hints_at_a_zone() -> None:
    found = the_clock(clock(source("http-date", later(hours=5)), zone=BERLIN))
    assert found.code == "clock-wrong"
    assert "whole hours" in found.detail


def test_a_zone_is_not_read_out_of_a_mere_bound() -> None:
    assert codes(clock(source("tlsdiag", later(hours=2)), zone=BERLIN)) == ["clock-wrong"]


def test_a_zone_explains_a_certificate_that_was_issued_just_now() -> None:
    view = clock(source("http-date", later(hours=2)), source("certificate-not-before", later(hours=2)), dates=(2 / 24, 60), zone=BERLIN, verify_code=9)
    assert root(view) == "time-zone-wrong"


def test_a_server_alone_against_a_clock_that_does_no_harm_is_a_mere_possibility() -> None:
    found = the_clock(clock(source("http-date", later(hours=1))))
    assert (found.severity, found.confidence) == (Severity.LOW, Confidence.POSSIBLE)


def test_seconds_are_nothing_where_no_date_is_in_doubt() -> None:
    assert codes(clock(source("http-date", later(seconds=100)))) == []


def test_a_server_whose_date_lies_before_a_bound_has_a_wrong_clock_itself() -> None:
    view = clock(source("http-date", later(days=-300)), source("server-random", later(days=-300)), source("sct", later(days=-30)))
    found = the_clock(view)
    assert (found.code, found.endpoint, found.severity) == ("server-clock-wrong", ENDPOINT, Severity.LOW)
    assert "300 days behind" in found.detail


def test_a_server_that_another_server_contradicts_has_a_wrong_clock() -> None:
    view = clock(source("http-date", later(days=300)), source("http-date", NOW, where=OTHER))
    assert codes(view) == ["server-clock-wrong"]


def test_a_fresh_ocsp_answer_takes_the_side_of_the_local_clock() -> None:
    fresh = (source("ocsp-this-update", later(days=-1)), source("ocsp-next-update", later(days=6)))
    assert codes(clock(source("http-date", later(days=300)), *fresh)) == ["server-clock-wrong"]


def test_a_stale_ocsp_answer_takes_the_side_of_the_server() -> None:
    stale = (source("ocsp-this-update", later(days=-366)), source("ocsp-next-update", later(days=-360)))
    view = clock(source("http-date", later(days=-365)), *stale, dates=(-400, -300), verify_code=10)
    found = the_clock(view)
    assert (found.code, found.confidence) == ("clock-wrong", Confidence.PROVEN)
    assert "the OCSP answer" in found.detail and "not after" in found.detail


def test_a_stale_ocsp_answer_alone_is_no_witness() -> None:
    assert codes(clock(source("ocsp-next-update", later(days=-30)))) == []


def test_a_time_that_the_caller_gave_is_named_as_that() -> None:
    view = clock(source("http-date", later(days=-365)), dates=(-400, -300), verify_code=10)
    seen = evidence(source("http-date", later(days=-365)), given=True)
    view.observations.put(ClockEvidence, None, seen)
    assert "The time that was given (now=)" in the_clock(view).detail


def test_a_client_that_got_through_by_its_own_clock_is_judged_by_the_given_one() -> None:
    view = issued(leaf(window=window(-90, -3)), verify_code=None)
    assert not run_check(ValidityCheck, view)[0].blocks
    given_time = attrs.evolve(view, target=attrs.evolve(view.target, now=NOW))
    assert run_check(ValidityCheck, given_time)[0].blocks


OFFSETS = st.integers(-(10**8), 10**8)
NAMES = st.sampled_from(["http-date", "server-random", "sct", "tlsdiag", "ocsp-this-update", "ocsp-next-update", "certificate-not-before"])
PLACES = st.sampled_from([str(ENDPOINT), OTHER])
SOURCES = st.lists(st.builds(lambda name, offset, where: source(name, NOW + timedelta(seconds=offset), where=where), NAMES, OFFSETS, PLACES))


@given(SOURCES, st.randoms(use_true_random=False))
def test_the_order_of_the_witnesses_does_not_matter(sources: list[Any], random: Any) -> None:
    shuffled = random.sample(sources, len(sources))
    first, second = weigh(evidence(*sources), SLACK), weigh(evidence(*shuffled), SLACK)
    assert (first.true_time, first.known, first.witnesses) == (second.true_time, second.known, second.witnesses)


@given(SOURCES)
def test_a_clock_that_all_witnesses_agree_with_is_never_accused(sources: list[Any]) -> None:
    agreeing = [item for item in sources if item.name not in ("http-date", "server-random", "ocsp-next-update")]
    at = max((item.time for item in agreeing), default=NOW)
    judgement = weigh(evidence(*agreeing, source("http-date", at), local=at), SLACK)
    assert judgement.accusers == ()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "1 second"), (59, "59 seconds"), (3599, "1 hour"), (5400, "1.5 hours"), (86400, "1 day"), (400 * 86400, "400 days"), (19800, "5.5 hours")],
)
def test_a_length_of_time_is_said_in_one_unit(seconds: int, text: str) -> None:
    assert _span(timedelta(seconds=seconds)) == text


def test_a_server_alone_whose_time_would_change_nothing_may_be_wrong_itself() -> None:
    found = the_clock(clock(source("http-date", later(hours=-3)), dates=(-97, -7), verify_code=10))
    assert found.confidence is Confidence.POSSIBLE
    assert "or the server's" in found.title
    assert "the true time is" not in found.detail
    assert "the server is in order" not in found.fix.summary


def test_a_server_by_whose_time_its_certificate_has_expired_proves_nothing() -> None:
    begins = source("certificate-not-before", later(hours=2))
    view = clock(source("http-date", later(days=365)), begins, dates=(2 / 24, 90), verify_code=9)
    found = next(item for item in run_check(ClockCheck, view) if item.code == "clock-wrong")
    assert found.confidence is Confidence.LIKELY
    assert "are in order" not in found.detail
    assert "the certificate has expired" in found.detail


def validity(*sources: TimeSource, dates: tuple[float, float]) -> Finding:
    view = attrs.evolve(clock(*sources, dates=dates, verify_code=9), endpoint=ENDPOINT)
    (found,) = run_check(ValidityCheck, view)
    return found


@pytest.mark.parametrize(("dates", "word"), [((1, 90), "slow"), ((-90, -1), "fast")])
def test_where_nothing_else_tells_the_time_the_clock_is_a_doubt(dates: tuple[float, float], word: str) -> None:
    alone = validity(source("tlsdiag", later(days=-30)), source("certificate-not-before", later(days=dates[0])), dates=dates)
    assert f"one that is {word} looks the same" in alone.detail
    borne_out = validity(source("http-date", NOW), dates=dates)
    assert "looks the same" not in borne_out.detail
    assert borne_out.confidence is Confidence.PROVEN


def test_a_certificate_of_the_future_is_not_proved_by_a_clock_alone() -> None:
    assert validity(dates=(1, 90)).confidence is Confidence.LIKELY
