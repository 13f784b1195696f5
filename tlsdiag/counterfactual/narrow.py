"""Narrowing: from a change that flips the outcome to the least part of it that does.

A broad change may flip for another reason than the one in its name: most of them make the hello smaller too. Such a change is tried again at the size
of the original, and when that fails, the size is what matters, and the size at which the outcome turns is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import attrs

from ..handshake import edits
from ..iana import CipherSuite, CodePoint, ExtensionType, NamedGroup, SignatureScheme
from ..wire import ClientHello
from .case import Case, Variant
from .dimensions import optional_extensions
from .log import Answer, Log, Steps

V = TypeVar("V")
_MAY_BE_SIZE = ("without-", "fewer-", "at-most-", "below-")
_SMALLEST_LIMIT = 256
"""Nobody has been seen to refuse a hello for its size below this."""
_TELLING_SIZES = (512, 1024, 1200, 1400, 1460)
_TELLING_SEGMENTS = (1440, 1360, 1280, 1200, 900)
_LISTED = 4
"""Values of the server's list that are looked for beyond the first."""


@attrs.frozen(kw_only=True)
class Narrowed:
    """The least change found, and what was learned on the way; the names are those of `Counterfactuals`."""

    answer: Answer
    size_accepted: int | None = None
    size_refused: int | None = None
    segment_accepted: int | None = None
    accepts_suites: tuple[CipherSuite, ...] = ()
    accepts_groups: tuple[NamedGroup, ...] = ()
    accepts_schemes: tuple[SignatureScheme, ...] = ()
    accepts_alpn: tuple[str, ...] = ()


def narrowed(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
    """Make a flip as small as it gets."""
    if best[0].change.startswith(_MAY_BE_SIZE):
        sizes = yield from _by_size(case, log, best)
        if sizes is not None:
            return sizes
    narrow = _NARROW.get(best[0].change)
    return Narrowed(answer=best) if narrow is None else (yield from narrow(case, log, best))


def _by_size(case: Case, log: Log, best: Answer) -> Steps[Narrowed | None]:
    """None when the change flips at the original size too: then its size is not what matters."""
    full, small = edits.size_of(case.hello), edits.size_of(best[0].hello)
    if full < _SMALLEST_LIMIT or full - small < 4:
        return None
    answers = yield from log.ask(_of_size(case, best[0].hello, full))
    if not answers or not answers[0][1].refused:
        return None
    smaller = [item for item in log.accepted() if item[0].change.startswith(_MAY_BE_SIZE)]
    base = min(smaller, key=lambda item: edits.size_of(item[0].hello))
    low, high = edits.size_of(base[0].hello), full
    found = base
    for points in (_first_points(low, high), None):
        chosen = points or _between(low, high)
        answers = yield from log.ask(*(_of_size(case, base[0].hello, point) for point in chosen))
        for variant, trial in sorted(answers, key=lambda item: edits.size_of(item[0].hello)):
            size = edits.size_of(variant.hello)
            if trial.refused and low < size < high:
                high = size
            elif trial.accepted and low < size < high:
                low, found = size, (variant, trial)
    return Narrowed(answer=found, size_accepted=low, size_refused=high)


def _first_points(low: int, high: int) -> list[int]:
    """Sizes at which known limits lie; the first is the smallest that has the padding at all, so that the padding itself is not taken for size."""
    telling = [size - 1 for size in _TELLING_SIZES if low + 8 < size - 1 < high]
    return [low + 8, *telling] if low + 8 < high else []


def _between(low: int, high: int) -> list[int]:
    step = (high - low) / 5
    return sorted({round(low + step * number) for number in range(1, 5)} - {low, high})


def _of_size(case: Case, hello: ClientHello, size: int) -> Variant:
    return case.variant("of-size", f"made {size} bytes long", edits.padded(hello, size), part=str(size))


def _post_quantum(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
    """Is it the share alone, or the group in the list too?"""
    hello = case.hello
    kept = [group for group in edits.share_groups(hello) if not edits.is_post_quantum(group)]
    kept = kept or list(edits.share_groups(best[0].hello))
    words = f"without the post-quantum key share ({best[0].part})"
    answers = yield from log.ask(case.variant("without-post-quantum", words, edits.with_shares(hello, kept), part=best[0].part))
    return Narrowed(answer=_better(answers, best))


def _better(answers: Sequence[Answer], best: Answer) -> Answer:
    return next((answer for answer in answers if answer[1].accepted), best)


def _extensions(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
    def without(kinds: Sequence[ExtensionType]) -> Variant:
        part = _names(kinds)
        return case.variant("without-extensions", f"without the extension {part}", edits.without_extensions(case.hello, kinds), part=part)

    found = yield from _culprit(log, best, optional_extensions(case.hello), without)
    return Narrowed(answer=found)


def _fewer(
    change: str, noun: str, read: Callable[[ClientHello], tuple[CodePoint, ...]], write: Callable[[ClientHello, Sequence[int]], ClientHello]
) -> Callable[[Case, Log, Answer], Steps[Narrowed]]:
    """Narrow a list that was cut down to its most common values to the one value that had to go."""

    def narrow(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
        own = read(case.hello)
        gone = [value for value in own if value not in read(best[0].hello)]

        def without(values: Sequence[CodePoint]) -> Variant:
            part = _names(values)
            left = [value for value in own if value not in values]
            return case.variant(change, f"without the {noun} {part}", write(case.hello, left), part=part)

        found = yield from _culprit(log, best, gone, without)
        return Narrowed(answer=found)

    return narrow


def _culprit(log: Log, best: Answer, values: Sequence[V], without: Callable[[Sequence[V]], Variant]) -> Steps[Answer]:
    """Delta debugging over what was left out: the smallest part whose absence alone flips the outcome."""
    while len(values) > 1:
        parts = _split(values, 4)
        asked = [without(part) for part in parts]
        answers = yield from log.ask(*asked)
        flipped = [(part, answer) for part, variant in zip(parts, asked, strict=True) for answer in answers if answer[0] == variant and answer[1].accepted]
        if not flipped:
            break
        values, best = min(flipped, key=lambda item: len(item[0]))
    return best


def _split(values: Sequence[V], count: int) -> list[Sequence[V]]:
    size = -(-len(values) // min(count, len(values)))
    return [values[at : at + size] for at in range(0, len(values), size)]


def _more(
    change: str,
    noun: str,
    chosen: Callable[[Answer], CodePoint | None],
    add: Callable[[Case, Sequence[CodePoint]], ClientHello],
    pool: Callable[[Case], Sequence[CodePoint]],
    field: str,
) -> Callable[[Case, Log, Answer], Steps[Narrowed]]:
    """Narrow an added list to the one value that the server took, and learn what else it takes."""

    def narrow(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
        first = chosen(best)
        if first is None:
            return Narrowed(answer=best)
        part = first.name
        alone = case.variant(change, f"with the {noun} {part} added", add(case, (first,)), part=part, to_the_end=best[0].to_the_end)
        found: list[CodePoint] = [first]
        answers = yield from log.ask(alone, _rest(case, best, found))
        best = next((answer for answer in answers if answer[0] == alone and answer[1].accepted), best)
        while len(found) < 1 + _LISTED:
            taken = next((value for answer in answers if answer[0] != alone and answer[1].accepted and (value := chosen(answer)) is not None), None)
            if taken is None or taken in found:
                break
            found.append(taken)
            answers = yield from log.ask(_rest(case, best, found))
        facts: dict[str, Any] = {field: tuple(found)}
        return Narrowed(answer=best, **facts)

    def _rest(case: Case, best: Answer, found: Sequence[CodePoint]) -> Variant:
        left = [value for value in pool(case) if value not in found]
        words = f"with every {noun} but {_names(found)}"
        return case.variant(f"other-{change.removeprefix('more-')}", words, add(case, left), to_the_end=best[0].to_the_end)

    return narrow


def _alpn(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
    """Which of the protocols does the server take, each offered alone?"""
    names = case.hello.alpn
    if len(names) < 2:
        return Narrowed(answer=best)
    asked = [case.variant("alpn", f"with the protocol {name} alone", edits.with_alpn(case.hello, (name,)), part=name) for name in names[:4]]
    answers = yield from log.ask(*asked)
    return Narrowed(answer=best, accepts_alpn=tuple(variant.part for variant, trial in answers if trial.accepted))


def _segments(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
    """The largest segment that gets through."""
    asked = [
        attrs.evolve(best[0], words=f"in TCP segments of at most {size} bytes", max_segment=size, part=str(size)) for size in _TELLING_SEGMENTS
    ]
    answers = yield from log.ask(*asked)
    largest = max((item for item in (*answers, best) if item[1].accepted), key=lambda item: item[0].max_segment or 0)
    return Narrowed(answer=largest, segment_accepted=largest[0].max_segment)


def _names(values: Sequence[object]) -> str:
    return ", ".join(str(value) for value in values)


_NARROW: dict[str, Callable[[Case, Log, Answer], Steps[Narrowed]]] = {
    "without-post-quantum": _post_quantum,
    "without-extensions": _extensions,
    "without-alpn": _alpn,
    "small-segments": _segments,
    "fewer-groups": _fewer("fewer-groups", "group", lambda hello: hello.supported_groups, edits.with_groups),
    "fewer-suites": _fewer("fewer-suites", "cipher suite", lambda hello: hello.cipher_suites, edits.with_suites),
    "fewer-schemes": _fewer("fewer-schemes", "signature scheme", lambda hello: hello.signature_schemes, edits.with_schemes),
    "more-groups": _more(
        "more-groups", "group", lambda answer: answer[1].group, lambda case, values: edits.with_groups(case.hello, _own(case.hello.supported_groups, values)),
        lambda case: case.broad.groups, "accepts_groups",
    ),
    "more-suites": _more(
        "more-suites", "cipher suite", lambda answer: answer[1].cipher_suite,
        lambda case, values: edits.with_suites(case.hello, _own(case.hello.cipher_suites, values)), lambda case: case.broad.cipher_suites, "accepts_suites",
    ),
    "more-schemes": _more(
        "more-schemes", "signature scheme", lambda answer: answer[1].signature_scheme,
        lambda case, values: edits.with_schemes(case.hello, _own(case.hello.signature_schemes, values)), lambda case: case.broad.signature_schemes,
        "accepts_schemes",
    ),
}  # fmt: skip


def _own(own: Sequence[int], more: Sequence[int]) -> list[int]:
    return list(dict.fromkeys((*own, *more)))
