"""The same observations give the same report: whatever the order of checks, findings and addresses, the root cause and the order of what is told stay."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from samples import SAMPLES

from tlsdiag import Report
from tlsdiag.causes import causes, relate
from tlsdiag.check import Check, Seen
from tlsdiag.checks import CHECKS
from tlsdiag.judge import judge
from tlsdiag.observation import Observations
from tlsdiag.registry import Registry
from tlsdiag.target import Endpoint

REGISTRY = Registry.installed()
VIEWS = [pytest.param(make, id=f"{code}, {kind}") for code, pair in SAMPLES.items() for kind, make in zip(("failing", "near miss"), pair, strict=True)]
OTHER = Endpoint(address="192.0.2.77", port=443)
ORDERS = 4


def checks() -> list[Check]:
    """Every built-in check."""
    return [kind() for kind in CHECKS]


def shuffled(items: Sequence[Any], seed: int) -> list[Any]:
    """The items in an order of their own for each seed; 0 is the order backwards."""
    found = list(items)
    if seed == 0:
        return found[::-1]
    random.Random(seed).shuffle(found)
    return found


def told(view: Seen, order: Sequence[Check], bag: Observations | None = None) -> dict[str, Any]:
    """The report of a view, as it is saved."""
    found = view.observations if bag is None else bag
    findings, skipped = judge(order, view.target, view.now, found, REGISTRY)
    report = Report(target=view.target, findings=findings, skipped=skipped, started=view.now)
    plain = report.to_dict()
    return {name: plain[name] for name in ("verdict", "root_cause", "findings")} | {"text": str(report).split("\nNot looked at")[0]}


def entries(bag: Observations, endpoint: Endpoint | None = None) -> list[tuple[Any, Endpoint | None, Any]]:
    """What is in a bag; with an endpoint, as if that had been looked at: the first of each kind stands for it."""
    if endpoint is None:
        return [(type(value), place, value) for place, value in bag]
    first: dict[tuple[Any, bool], Any] = {}
    for place, value in bag:
        first.setdefault((type(value), place is None), value)
    return [(kind, None if whole else endpoint, value) for (kind, whole), value in first.items()]


def bag_of(items: Sequence[tuple[Any, Endpoint | None, Any]]) -> Observations:
    """A bag filled in this order."""
    bag = Observations()
    for kind, place, value in items:
        bag.put(kind, place, value)
    return bag


@pytest.mark.parametrize("make", VIEWS)
def test_the_order_of_the_checks_changes_nothing(make: Any) -> None:
    view = make()
    expected = told(view, checks())
    for seed in range(ORDERS):
        assert told(view, shuffled(checks(), seed)) == expected


@pytest.mark.parametrize("make", VIEWS)
def test_the_order_of_the_observations_changes_nothing(make: Any) -> None:
    view = make()
    items = entries(view.observations)
    expected = told(view, checks(), bag_of(items))
    for seed in range(ORDERS):
        assert told(view, checks(), bag_of(shuffled(items, seed))) == expected


@pytest.mark.parametrize("make", VIEWS)
def test_the_order_of_the_findings_changes_neither_causes_nor_order(make: Any) -> None:
    view = make()
    findings, _ = judge(checks(), view.target, view.now, view.observations, REGISTRY)
    bare = [attrs.evolve(item, explains=(), explained_by=()) for item in findings]
    every = itertools.permutations(bare) if len(bare) < 5 else (shuffled(bare, seed) for seed in range(24))
    answers = {relate(order) for order in every}
    assert len(answers) <= 1
    assert {causes(shuffled(findings, seed)) for seed in range(ORDERS)} <= {causes(findings)}


@pytest.mark.parametrize("make", VIEWS)
def test_the_order_of_the_addresses_changes_nothing(make: Any) -> None:
    view = make()
    items = entries(view.observations)
    both = [*items, *(item for item in entries(view.observations, OTHER) if item[1] is not None)]
    answers = [told(view, shuffled(checks(), seed), bag_of(shuffled(both, seed))) for seed in range(ORDERS)]
    assert answers == answers[:1] * ORDERS


def test_the_order_of_addresses_that_differ_changes_nothing() -> None:
    """One is refused, two work: which of the two is named does not depend on which came first."""
    third = attrs.evolve(OTHER, address="192.0.2.78")
    refused, works = (SAMPLES["connection-refused"][number]() for number in (0, 1))
    items = [*entries(refused.observations), *entries(works.observations, OTHER), *entries(works.observations, third)]
    answers = [told(refused, checks(), bag_of(order)) for order in itertools.permutations(items)]
    assert answers == answers[:1] * len(answers)
    assert "192.0.2.77:443 works" in " ".join(answers[0]["text"].split())


def test_every_cause_of_a_sample_is_one_at_each_address() -> None:
    """With two addresses that fail alike, each has the same causes."""
    for code, (failing, _) in SAMPLES.items():
        if code == "name-sinkholed":
            continue  # it is about the very address
        view = failing()
        both = [*entries(view.observations), *(item for item in entries(view.observations, OTHER) if item[1] is not None)]
        findings, _ = judge(checks(), view.target, view.now, bag_of(both), REGISTRY)
        found: dict[Endpoint | None, list[str]] = {}
        for cause in causes(findings):
            found.setdefault(cause.endpoint, []).append(cause.code)
        assert len({tuple(codes) for place, codes in found.items() if place is not None}) <= 1


