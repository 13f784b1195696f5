"""Which finding explains which, and which of them is the root."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.causes import causes, relate
from tlsdiag.failure import Blame
from tlsdiag.finding import Confidence, Finding, Fix, Layer, Rule, Severity
from tlsdiag.target import Endpoint

A = Endpoint(address="192.0.2.1", port=443)
B = Endpoint(address="192.0.2.2", port=443)


def rule(code: str, *, layer: Layer = Layer.PROTOCOL, explains: tuple[str, ...] = (), blocking: bool = True) -> Rule:
    return Rule(
        code=code, title=code, layer=layer, severity=Severity.HIGH, blame=Blame.SERVER, why="because",
        fix=Fix(summary="mend it"), explains=explains, blocking=blocking,
    )  # fmt: skip


CLOCK = rule("clock-wrong", layer=Layer.LOCAL, explains=("certificate-expired", "handshake-failed"))
EXPIRED = rule("certificate-expired", layer=Layer.CERTIFICATE, explains=("handshake-failed",))
MISNAMED = rule("name-mismatch", layer=Layer.CERTIFICATE, explains=("handshake-failed",))
FAILED = rule("handshake-failed", layer=Layer.APPLICATION)
NOTE = rule("old-version", blocking=False)


def test_the_root_explains_the_others() -> None:
    found = relate([Finding.of(FAILED, "x"), Finding.of(EXPIRED, "x"), Finding.of(CLOCK, "x")])
    assert [item.code for item in causes(found)] == ["clock-wrong"]
    assert found[0].explains == ("certificate-expired", "handshake-failed")
    assert found[-1].explained_by


def test_every_order_of_findings_gives_the_same_answer() -> None:
    items = [Finding.of(made, "x", endpoint=place) for made in (FAILED, EXPIRED, MISNAMED, NOTE) for place in (A, B)]
    answers = {relate(order) for order in itertools.islice(itertools.permutations(items), 0, None, 997)}
    assert len(answers) == 1


def test_a_finding_explains_only_what_is_at_its_own_endpoint() -> None:
    found = relate([Finding.of(EXPIRED, "x", endpoint=A), Finding.of(FAILED, "x", endpoint=B)])
    assert {item.code for item in causes(found)} == {"certificate-expired", "handshake-failed"}


def test_a_finding_about_the_target_explains_every_endpoint() -> None:
    found = relate([Finding.of(CLOCK, "x"), Finding.of(EXPIRED, "x", endpoint=A), Finding.of(EXPIRED, "x", endpoint=B)])
    assert [item.code for item in causes(found)] == ["clock-wrong"]


def test_what_does_not_block_is_no_cause() -> None:
    assert causes(relate([Finding.of(NOTE, "x")])) == ()


def test_a_finding_that_does_not_block_takes_no_blocking_one_away() -> None:
    harmless = Finding.of(EXPIRED, "x", blocks=False)
    assert [item.code for item in causes(relate([harmless, Finding.of(FAILED, "x")]))] == ["handshake-failed"]


def test_of_independent_causes_the_one_that_the_client_named_comes_first() -> None:
    failed = Finding.of(FAILED, "x", named_causes=("name-mismatch",))
    found = causes(relate([Finding.of(EXPIRED, "x"), Finding.of(MISNAMED, "x"), failed]))
    assert [item.code for item in found] == ["name-mismatch", "certificate-expired"]


def test_of_independent_causes_the_lower_layer_comes_first() -> None:
    low = rule("no-route", layer=Layer.NETWORK)
    assert causes(relate([Finding.of(EXPIRED, "x"), Finding.of(low, "x")]))[0].code == "no-route"


def test_of_causes_of_one_layer_the_surer_comes_first() -> None:
    doubtful = Finding.of(EXPIRED, "x", confidence=Confidence.POSSIBLE)
    assert causes(relate([doubtful, Finding.of(MISNAMED, "x")]))[0].code == "name-mismatch"


def test_two_rules_that_explain_each_other_explain_nothing() -> None:
    one, two = rule("one", explains=("two",)), rule("two", explains=("one",))
    assert len(causes(relate([Finding.of(one, "x"), Finding.of(two, "x")]))) == 2


def test_a_finding_may_explain_more_than_its_rule() -> None:
    found = relate([Finding.of(NOTE, "x", blocks=True, also_explains=("handshake-failed",)), Finding.of(FAILED, "x")])
    assert [item.code for item in causes(found)] == ["old-version"]


@given(st.permutations([CLOCK, EXPIRED, MISNAMED, FAILED, NOTE]))
def test_the_root_does_not_depend_on_the_order(order: list[Rule]) -> None:
    assert causes(relate([Finding.of(item, "x") for item in order]))[0].code == "clock-wrong"


@pytest.mark.parametrize("code", ["", "Upper", "1st", "a--b", "a_b", "-a", "a/b/c", "/a"])
def test_a_code_that_is_no_slug_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        rule(code)


def test_the_pack_of_a_code_is_its_prefix() -> None:
    assert rule("acme/odd-banner").pack == "acme"
    assert rule("odd-banner").pack is None
