"""Lifetimes: counted as the Baseline Requirements do, held to the limit of the day of issue, and when renewal is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from tlsdiag.certificates import Certificate, Name
from tlsdiag.certificates.lifetimes import apple_limit, client_auth_ends, days_of, is_late, is_over_by_a_second, limit_of, used_share
from tlsdiag.certificates.policies import kind_of

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
START = datetime(2026, 5, 1, tzinfo=UTC)


def valid(begins: datetime, length: timedelta) -> Certificate:
    """From then on, so long; `length` is the difference of the dates."""
    return Certificate(der=b"", not_before=begins, not_after=begins + length)


@pytest.mark.parametrize(("length", "days"), [(90 * DAY - SECOND, 90), (90 * DAY, 91), (timedelta(0), 1), (timedelta(hours=160) - SECOND, 7)])
def test_the_last_second_counts(length: timedelta, days: int) -> None:
    assert days_of(valid(START, length)) == days


def test_dates_that_make_no_sense_have_no_length() -> None:
    assert days_of(valid(START, -DAY)) is None
    assert days_of(Certificate(der=b"")) is None


@pytest.mark.parametrize(
    ("issued", "days"),
    [
        ((2012, 7, 1), 1826),
        ((2015, 4, 1), 1188),
        ((2018, 3, 1), 825),
        ((2020, 8, 31), 825),
        ((2020, 9, 1), 398),
        ((2026, 3, 14), 398),
        ((2026, 3, 15), 200),
        ((2027, 3, 15), 100),
        ((2029, 3, 14), 100),
        ((2029, 3, 15), 47),
        ((2040, 1, 1), 47),
    ],
)
def test_the_limit_is_that_of_the_day_of_issue(issued: tuple[int, int, int], days: int) -> None:
    limit = limit_of(valid(datetime(*issued, tzinfo=UTC), DAY))
    assert limit is not None and limit.days == days and limit.reference


def test_older_certificates_had_no_limit() -> None:
    assert limit_of(valid(datetime(2010, 1, 1, tzinfo=UTC), DAY)) is None
    assert limit_of(Certificate(der=b"")) is None


def test_one_second_too_much_is_told_apart() -> None:
    limit = limit_of(valid(START, DAY))
    assert limit is not None
    assert is_over_by_a_second(valid(START, 200 * DAY), limit)
    assert not is_over_by_a_second(valid(START, 201 * DAY), limit)
    assert not is_over_by_a_second(Certificate(der=b""), limit)


def test_apples_rule_begins_in_july_2019() -> None:
    limit = apple_limit(valid(START, DAY))
    assert limit is not None and limit.days == 825
    assert apple_limit(valid(datetime(2019, 7, 1, tzinfo=UTC), DAY)) is None


def test_the_end_of_client_auth_is_the_date_in_force() -> None:
    assert client_auth_ends() == (datetime(2027, 3, 15, tzinfo=UTC), "Chrome Root Program Policy 1.8 (2026-02-05)")


@pytest.mark.parametrize(
    ("life", "left", "late"),
    [
        (90, 30, False),
        (90, 19, False),
        (90, 17, True),
        (47, 15, False),
        (47, 10, False),
        (47, 9, True),
        (10, 6, False),
        (10, 3, False),
        (10, 1, True),
        (6, 2, False),
        (6, 1, True),
        (398, 30, False),
        (398, 20, True),
        (3650, 22, False),
        (3650, 20, True),
    ],
)
def test_when_renewal_is_late_goes_by_the_length_of_the_life(life: int, left: int, late: bool) -> None:
    begins = START
    assert is_late(begins, begins + life * DAY, begins + (life - left) * DAY) is late


@pytest.mark.parametrize(("passed", "share"), [(-1, 0.0), (0, 0.0), (45, 0.5), (90, 1.0), (100, 1.0)])
def test_the_used_share_stays_between_nothing_and_all(passed: int, share: float) -> None:
    assert used_share(START, START + 90 * DAY, START + passed * DAY) == share
    assert used_share(START, START, START) == 1.0


@pytest.mark.parametrize(
    ("policies", "kind", "holder"),
    [
        (("2.23.140.1.2.1",), "DV", None),
        (("2.23.140.1.2.2", "1.2.3"), "OV", "Example Ltd"),
        (("2.23.140.1.2.3",), "IV", "Example Ltd"),
        (("2.23.140.1.2.2", "2.23.140.1.1"), "EV", "Example Ltd"),
    ],
)
def test_the_kind_goes_by_the_reserved_policies(policies: tuple[str, ...], kind: str, holder: str | None) -> None:
    certificate = Certificate(der=b"", policies=policies, subject=Name(attributes=(("2.5.4.10", "Example Ltd"),)))
    found = kind_of(certificate)
    assert found is not None and (found.kind, found.holder) == (kind, holder)
    assert kind_of(attrs.evolve(certificate, policies=("1.2.3",))) is None
