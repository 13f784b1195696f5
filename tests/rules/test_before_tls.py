"""Machines that differ before TLS, on saved views: what is counted, what is a limit, and that no order changes the answer."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import balance
from samples.common import HELLO, alert, failure

from tlsdiag import Report, Verdict
from tlsdiag.check import Seen
from tlsdiag.checks.balance.shares import compared, is_limit
from tlsdiag.facts import Pace, RepeatOutcome, Repeats, RepeatSeen, StarttlsDialogue, StarttlsRefusal, StarttlsTry, outcome_of_failure, refusal_of
from tlsdiag.failure import Failure, FailureKind, Phase
from tlsdiag.judge import judge
from tlsdiag.plan import make_plan
from tlsdiag.registry import Registry
from tlsdiag.testing.observations import client_outcome, handshake_outcome, reachability, seen

R = StarttlsRefusal
REGISTRY = Registry.installed()
CHECKS = [check for check in make_plan(REGISTRY, 3).checks if str(REGISTRY.origin(check.name)).startswith("tlsdiag ")]
KINDS = {R.SILENCE: FailureKind.TIMED_OUT, R.CLOSED: FailureKind.CLOSED}


def refused(refusal: StarttlsRefusal, words: str = "no") -> Failure:
    return Failure(kind=KINDS.get(refusal, FailureKind.PROTOCOL), phase=Phase.STARTTLS, detail=words, refusal=refusal.value)


def tries(*ends: StarttlsRefusal | None, words: str = "no") -> tuple[StarttlsTry, ...]:
    """One dialogue after another."""
    return tuple(StarttlsTry(at=float(number), failure=None if end is None else refused(end, words)) for number, end in enumerate(ends))


def repeated(end: StarttlsRefusal, pace: Pace = Pace.TOGETHER, **changes: Any) -> RepeatSeen:
    found = refused(end)
    return RepeatSeen(outcome=outcome_of_failure(found), pace=pace, phase=found.phase, refusal=end, **changes)


def view(repeats: Repeats, *, lost: Failure | None = None, dialogue: StarttlsRefusal | None = None) -> Seen:
    """An SMTP endpoint: what the client met, and the dialogue that was written down."""
    client = client_outcome(completed=lost is None, failure=lost, error_type=None if lost is None else "OSError", client_hello=HELLO if lost is None else b"")
    written = StarttlsDialogue(protocol="smtp", completed=dialogue is None, refusal=dialogue, detail="" if dialogue is None else "sample")
    return seen(client, handshake_outcome(), repeats, written, reachability(), starttls="smtp")


def report_of(view: Seen) -> Report:
    findings, skipped = judge(CHECKS, view.target, view.now, view.observations, REGISTRY)
    return Report(target=view.target, findings=findings, skipped=skipped, observations=view.observations, started=view.now)


def works(count: int, pace: Pace = Pace.TOGETHER) -> list[RepeatSeen]:
    return [balance.repeat(pace=pace) for _ in range(count)]


@pytest.mark.parametrize(
    ("refusal", "code", "met"),
    [
        (R.CLOSED, "backend-dead", "starttls-closed"),
        (R.SILENCE, "backend-dead", "starttls-silent"),
        (R.WRONG_PROTOCOL, "backend-dead", "starttls-wrong-protocol"),
        (R.NOT_OFFERED, "backend-refuses", "starttls-not-offered"),
        (R.REFUSED, "backend-refuses", "starttls-refused"),
        (R.GREETING, "backend-refuses", "starttls-greeting-refused"),
    ],
)
@pytest.mark.parametrize("whose", ["the client's", "the one that was written down"])
def test_what_one_dialogue_met_is_explained_by_what_some_meet(refusal: StarttlsRefusal, code: str, met: str, whose: str) -> None:
    first = repeated(refusal, Pace.FIRST, by_client=True) if whose == "the client's" else balance.repeat(pace=Pace.FIRST)
    repeats = balance.repeats(first, *works(3), repeated(refusal), *works(4), tries=tries(None, refusal, None, None, refusal, None))
    mine = view(repeats, lost=refused(refusal)) if whose == "the client's" else view(repeats, dialogue=refusal)
    report = report_of(mine)
    assert report.verdict is Verdict.PARTIAL
    assert [item.code for item in report.causes] == [code]
    (consequence,) = report.filter(code=met)
    assert consequence.explained_by == (report.causes[0].key,)
    assert (report.causes[0].evidence["attempts"], report.causes[0].evidence["failing"]) == (6, 2)


def test_a_limit_that_turned_the_client_away_blocks_at_times_and_explains() -> None:
    attempts = [repeated(R.GREETING, Pace.FIRST, by_client=True), *(repeated(R.GREETING) for _ in range(7))]
    repeats = balance.repeats(*attempts, tries=tries(None, None, *[R.GREETING] * 8))
    report = report_of(view(repeats, lost=refused(R.GREETING)))
    assert [item.code for item in report.causes] == ["rate-limited"]
    assert report.verdict is Verdict.PARTIAL
    assert "After 2 of them everything was refused" in report.causes[0].detail
    assert all(item.explained_by for item in report.filter(code=["client-handshake-failed", "starttls-greeting-refused"]))


@pytest.mark.parametrize(
    ("ends", "words", "limit"),
    [
        ([None, None, *[R.GREETING] * 4], "421 come back later", True),
        ([None, None, *[R.REFUSED] * 4], "421 too many new TLS sessions", True),
        ([None, None, *[R.CLOSED] * 4], "", True),
        ([None, None, *[R.NOT_OFFERED] * 4], "", False),
        ([None, None, *[R.GREETING] * 3], "421 come back later", False),
        ([None, R.GREETING, None], "421 4.7.0 Error: too many connections from unknown[192.0.2.7]", True),
        ([None, R.GREETING, None], "530 the maximum number of connections (3) for your host are already connected", True),
        ([None, R.GREETING, None], "421 4.3.2 Connection rate limit exceeded", True),
        ([None, R.GREETING, None], "1040 Too many connections", False),
        ([None, R.GREETING, R.CLOSED, None], "too many connections from you", False),
        ([R.GREETING] * 6, "421 come back later", False),
        ([None] * 6, "", False),
    ],
)
def test_a_limit_before_tls_ends_everything_or_says_so(ends: list[StarttlsRefusal | None], words: str, limit: bool) -> None:
    assert is_limit(balance.repeats(*works(3), tries=tries(*ends, words=words))) is limit


def test_drops_that_stop_without_a_pause_are_no_limit() -> None:
    stalled = balance.runs((1, RepeatOutcome.CLOSED, Pace.FIRST), (3, RepeatOutcome.CLOSED, Pace.TOGETHER))
    assert not is_limit(balance.repeats(*stalled, *works(4, Pace.IN_A_ROW), *works(5, Pace.SLOWLY)))
    assert is_limit(balance.repeats(*stalled, *works(5, Pace.SLOWLY)))


def test_one_drop_among_the_fast_ones_is_no_limit() -> None:
    fast = [*works(3), balance.repeat(RepeatOutcome.CLOSED), *works(3, Pace.IN_A_ROW)]
    report = report_of(seen(client_outcome(), handshake_outcome(), balance.repeats(*fast, *works(5, Pace.SLOWLY))))
    assert [item.code for item in report.causes] == ["backend-dead"]
    assert "may be chance" in report.causes[0].detail


@pytest.mark.parametrize(
    ("lost", "places", "limit"),
    [
        ("closed", (0,), True), ("closed", (), False), ("closed", (1,), False), ("closed", (0, 3), False),
        ("refused", (0,), True), ("refused", (), True), ("refused", (1,), False), ("refused", (0, 3), False),
    ],
)  # fmt: skip
def test_a_limit_on_connections_at_the_same_time_drops_of_those_side_by_side_and_the_next_one(lost: str, places: tuple[int, ...], limit: bool) -> None:
    drop = RepeatOutcome(lost)
    row = [balance.repeat(drop if number in places else RepeatOutcome.WORKS, pace=Pace.IN_A_ROW) for number in range(4)]
    together = [balance.repeat(), balance.repeat(drop), balance.repeat()]
    assert is_limit(balance.repeats(*works(1, Pace.FIRST), *together, *row, *works(5, Pace.SLOWLY))) is limit


@pytest.mark.parametrize(("again", "code"), [(0, "backend-dead"), (1, "rate-limited")])
def test_an_offer_that_was_dropped_and_then_taken_is_told_though_every_repetition_works(again: int, code: str) -> None:
    repeats = balance.repeats(*works(8), *works(5, Pace.SLOWLY), turned_away=1, again=again, others=9)
    report = report_of(seen(client_outcome(), handshake_outcome(), repeats))
    (found,) = report.findings
    assert found.code == code
    if code == "backend-dead":
        assert (found.evidence["attempts"], found.evidence["failing"], found.intermittent) == (22, 1, True)
        assert "Of 9 other offers 1" in found.detail


def test_connections_that_tcp_lost_come_beside_the_dialogues_and_those_lost_in_tls_among_them() -> None:
    no_tcp = balance.repeat(RepeatOutcome.RESET, phase=Phase.CONNECT)
    in_tls = balance.repeat(RepeatOutcome.CLOSED, phase=Phase.HANDSHAKE)
    found = compared(balance.repeats(balance.repeat(), no_tcp, in_tls, tries=tries(None, None, R.CLOSED)))
    assert sorted(item.outcome.value for item in found) == ["closed", "closed", "reset", "works"]


@pytest.mark.parametrize("end", ["an alert", "an end"])
def test_what_fails_in_tls_every_time_is_not_explained_by_machines_that_differ_before_it(end: str) -> None:
    said = alert(70) if end == "an alert" else None
    outcome = RepeatOutcome.ALERT if said else RepeatOutcome.CLOSED
    steady = [balance.repeat(outcome, pace=pace, alert=said, phase=None if said else Phase.HANDSHAKE) for pace in (Pace.FIRST, *[Pace.TOGETHER] * 3)]
    repeats = balance.repeats(*steady, repeated(R.NOT_OFFERED), tries=tries(None, None, R.NOT_OFFERED, None, None, None))
    lost = None if said else failure(FailureKind.CLOSED)
    client = client_outcome(completed=False, alert_received=said, failure=lost, error_type="ssl.SSLError", client_hello=HELLO)
    ours = handshake_outcome(completed=False, alert_received=said, failure=lost)
    report = report_of(seen(client, ours, repeats, StarttlsDialogue(protocol="smtp", completed=True), reachability(), starttls="smtp"))
    assert report.verdict is Verdict.BROKEN, report
    assert report.root_cause is not None and not report.root_cause.intermittent
    (differ,) = report.filter(code="backend-refuses")
    assert (differ.evidence["attempts"], differ.evidence["failing"]) == (6, 1)
    assert not report.filter(code=["backend-dead", "backends-differ-versions"])


def test_refusals_of_several_kinds_have_a_title_that_fits_them_all() -> None:
    ends = (None, R.NOT_OFFERED, None, R.REFUSED, None, R.GREETING)
    many = tuple(attrs.evolve(item, failure=item.failure and attrs.evolve(item.failure, detail=f"no {item.at}")) for item in tries(*ends))
    report = report_of(view(balance.repeats(*works(4), tries=many)))
    assert report.causes[0].title == "Some machines behind the address refuse STARTTLS, each in its way"
    assert "and 1 more" in report.causes[0].detail


def test_a_saved_report_without_the_target_protocol_is_judged_all_the_same() -> None:
    repeats = balance.repeats(*works(3), repeated(R.REFUSED), tries=tries(None, R.REFUSED, None))
    report = report_of(seen(client_outcome(), handshake_outcome(), repeats))
    assert [item.code for item in report.causes] == ["backend-refuses"]


@settings(max_examples=30, deadline=None)
@given(st.permutations([None, None, None, R.NOT_OFFERED, R.CLOSED, R.CLOSED]))
def test_no_order_of_the_dialogues_changes_the_answer(order: list[StarttlsRefusal | None]) -> None:
    report = report_of(view(balance.repeats(*works(4), tries=tries(*order))))
    assert {item.code for item in report.causes} == {"backend-dead", "backend-refuses"}
    assert [item.evidence["failing"] for item in sorted(report.causes, key=lambda item: item.code)] == [2, 1]
    assert report.verdict is Verdict.PARTIAL


def test_a_failure_that_is_neither_is_not_counted() -> None:
    assert outcome_of_failure(failure(FailureKind.LOCAL)) is RepeatOutcome.UNKNOWN


def test_a_refusal_that_nobody_knows_is_no_refusal() -> None:
    strange = attrs.evolve(failure(FailureKind.PROTOCOL, Phase.STARTTLS), refusal="from-a-later-version")
    assert refusal_of(strange) is None and outcome_of_failure(strange) is RepeatOutcome.UNKNOWN
    repeats = balance.repeats(*works(4), tries=(*tries(None, None), StarttlsTry(at=9.0, failure=strange)))
    assert not [item for item in report_of(view(repeats)).findings if item.blocks]
