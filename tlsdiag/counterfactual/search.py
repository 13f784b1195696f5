"""The search: confirm that the unchanged hello fails, change one thing at a time, then make the change as small as it gets.

A sans-IO generator. It yields rounds of variants that may run side by side, and is sent their trials in the same order. Where everything is silent it gives up
after one round; where the unchanged hello is accepted it says so and looks no further, since then no change proves anything.
"""

from __future__ import annotations

import itertools

import attrs

from ..facts import Counterfactuals, Trial
from ..handshake import edits
from .case import UNCHANGED, Case, Variant
from .dimensions import additions, dimensions, parts_of_plainest
from .log import MAX_TRIALS, Answer, Log, Steps
from .narrow import Narrowed, narrowed

__all__ = ["MAX_TRIALS", "search"]

_FIRST_ROUND = 7
_SILENT_ROUND = 4
_FURTHER_ROUND = 5
# The least change first. What leaves the hello as it is comes before what adds, what adds one value before what takes many away.
_PRECEDENCE = (
    "other-server-name", "with-server-name", "without-server-name", "small-segments", "with-extended-master-secret", "more-key-shares", "more-schemes",
    "more-groups", "more-suites", "more-versions", "without-alpn", "without-grease", "without-post-quantum", "fewer-groups", "fewer-schemes", "fewer-suites",
    "without-extensions", "at-most-tls1.2", "at-most-tls1.1", "at-most-tls1.0", "below-1200", "below-512", "below-256", "whole-record", "split-records",
    "split-segments", "record-version", "with-grease", "plainest",
)  # fmt: skip
_UNSPECIFIC = ("below-1200", "below-512", "below-256", "plainest")


def search(case: Case) -> Steps[Counterfactuals]:
    """Find the least change that flips the outcome of a case."""
    log = Log()
    if case.client_refuses:
        yield from log.ask(attrs.evolve(case.unchanged(), to_the_end=True))
        return _told(case, log, None)
    variants = dimensions(case)
    yield from _first(case, log, variants)
    if any(trial.accepted for trial in log.of(UNCHANGED)):
        log.kept_back = 0
        yield from log.ask(case.unchanged(1), case.unchanged(2))
        return _told(case, log, None)
    older = case.below_tls13 if case.cannot_agree and not case.broad_works and not log.accepted() else None
    if older is not None:
        yield from log.ask(*additions(older))
    start = older if older is not None and log.accepted() else case
    while not log.accepted() and not case.broad_silent and (more := log.untried(variants)) and log.room:
        yield from log.ask(*more[:_FURTHER_ROUND])
    if not log.accepted() and (case.broad_works or case.cannot_agree) and not case.broad_silent:
        yield from _together(case, log)
    found = None
    if log.accepted() and (yield from _is_steady(case, log)):
        found = yield from _least(start, log)
        found = yield from _confirmed(case, log, found)
    return _told(case, log, found)


def _first(case: Case, log: Log, variants: list[Variant]) -> Steps[None]:
    """The most telling variants beside the unchanged hello; in silence the hello has failed twice already, and waits until something flips."""
    if not case.broad_silent:
        yield from log.ask(case.unchanged(), *variants[:_FIRST_ROUND])
        return
    yield from log.ask(*variants[:_SILENT_ROUND])
    if log.accepted():
        yield from log.ask(case.unchanged())


def _together(case: Case, log: Log) -> Steps[None]:
    """Suites, groups and schemes added at once, where none of them alone is enough; then each pair of them."""
    adders = {
        "suites": lambda hello: edits.add_suites(hello, case.widest.cipher_suites),
        "groups": lambda hello: edits.add_groups(hello, case.widest.groups),
        "schemes": lambda hello: edits.add_schemes(hello, case.broad.signature_schemes),
    }

    def variant(names: tuple[str, ...]) -> Variant:
        hello = case.hello
        for name in names:
            hello = adders[name](hello)
        return case.variant(f"more-{'-and-'.join(names)}", f"with every one of {' and '.join(names)}", hello, to_the_end="schemes" in names)

    answers = yield from log.ask(variant(tuple(adders)))
    if any(trial.accepted for _, trial in answers):
        yield from log.ask(*(variant(pair) for pair in itertools.combinations(adders, 2)))


def _rank(answer: Answer) -> tuple[int, int]:
    change = answer[0].change
    known = _PRECEDENCE.index(change) if change in _PRECEDENCE else len(_PRECEDENCE)
    return known, change.count("-and-")


def _least(case: Case, log: Log) -> Steps[Narrowed]:
    """The least of the flips, made smaller still."""
    best = min(log.accepted(), key=_rank)
    found = yield from narrowed(case, log, best)
    if best[0].change in _UNSPECIFIC and found.size_refused is None:
        # something that was left out matters, and not the size: find out which
        yield from log.ask(*parts_of_plainest(case))
        other = min(log.accepted(), key=_rank)
        if other[0].change != best[0].change:
            found = yield from narrowed(case, log, other, not_size=best[0].change != "plainest")
    return found


def _is_steady(case: Case, log: Log) -> Steps[bool]:
    """The one half of the proof once more, before anything is built on it: an endpoint that is unsteady is not to bear a search that proves nothing."""
    log.kept_back = 1
    answers = yield from log.ask(case.unchanged(1), case.unchanged(2))
    return not any(trial.accepted for _, trial in answers)


def _confirmed(case: Case, log: Log, found: Narrowed) -> Steps[Narrowed | None]:
    """The other half once more."""
    log.kept_back = 0
    answers = yield from log.ask(attrs.evolve(found.answer[0], number=1))
    return None if any(trial.refused for _, trial in answers) else found


def _told(case: Case, log: Log, found: Narrowed | None) -> Counterfactuals:
    """The observation; the bytes of a hello stay where they are evidence."""
    flip = found.answer[1] if found is not None else None
    first = next(log.of(UNCHANGED), None)

    def kept(trial: Trial) -> Trial:
        return trial if trial is flip or trial is first else attrs.evolve(trial, client_hello=b"")

    trials = [(variant, kept(trial)) for variant, trial in log.answers]
    others = tuple(trial for variant, trial in trials if variant.change != UNCHANGED)
    facts = attrs.asdict(found, recurse=False) if found is not None else {}
    facts.pop("answer", None)
    return Counterfactuals(
        symptom=case.symptom,
        stage=str(case.stage),
        unchanged=tuple(trial for variant, trial in trials if variant.change == UNCHANGED),
        trials=others,
        flip=flip,
        flips=tuple(trial for trial in others if trial.accepted),
        **facts,
    )
