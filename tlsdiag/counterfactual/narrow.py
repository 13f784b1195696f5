"""Narrowing: from a change that flips the outcome to the least part of it that does.

A broad change may flip for another reason than the one in its name: most of them make the hello smaller too. Such a change is tried again at the size
of the original, and when that fails, the size is what matters, and the size at which the outcome turns is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from ..handshake import edits
from ..iana import CipherSuite, ExtensionType, NamedGroup, SignatureScheme
from ..wire import ClientHello
from .case import Case, Variant
from .delta import names, smallest_part
from .dimensions import optional_extensions
from .lists import LISTS, facts_of
from .log import Answer, Log, Steps

T = ExtensionType
_MAY_BE_SIZE = ("without-", "fewer-", "at-most-", "below-")
_SMALLEST_LIMIT = 256
"""Nobody has been seen to refuse a hello for its size below this."""
_TELLING_SIZES = (512, 1024, 1200, 1400, 1460)
_TELLING_SEGMENTS = (1440, 1360, 1280, 1200, 900)


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


def narrowed(case: Case, log: Log, best: Answer, *, not_size: bool = False) -> Steps[Narrowed]:
    """Make a flip as small as it gets; `not_size` where it is known that the size is not what matters."""
    if best[0].change.startswith(_MAY_BE_SIZE) and not not_size:
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
    unpadded = edits.without_extensions(case.hello, (T.PADDING,))
    barely = _of_size(case, base[0].hello, edits.size_of(base[0].hello) + 8)
    words = "without the extension padding"
    bare = case.variant("without-extensions", words, unpadded, part="padding") if unpadded != case.hello else None
    answers = yield from log.ask(barely, *([bare] if bare is not None else []))
    if answers and answers[0][1].refused:
        # not the size that the padding makes, but the padding itself
        return next((Narrowed(answer=answer) for answer in answers if answer[0] == bare and answer[1].accepted), None)
    return (yield from _threshold(case, log, base, full))


def _threshold(case: Case, log: Log, base: Answer, full: int) -> Steps[Narrowed]:
    """Where the outcome turns, between the smallest hello and the whole one."""
    low, high, found = edits.size_of(base[0].hello), full, base
    for points in (_first_points(low, high), None):
        answers = yield from log.ask(*(_of_size(case, base[0].hello, point) for point in points or _between(low, high)))
        for variant, trial in sorted(answers, key=lambda item: edits.size_of(item[0].hello)):
            size = edits.size_of(variant.hello)
            if trial.refused and low < size < high:
                high = size
            elif trial.accepted and low < size < high:
                low, found = size, (variant, trial)
    return Narrowed(answer=found, size_accepted=low, size_refused=high)


def _first_points(low: int, high: int) -> list[int]:
    """Sizes at which known limits lie."""
    return [size - 1 for size in _TELLING_SIZES if low + 8 < size - 1 < high]


def _between(low: int, high: int) -> list[int]:
    step = (high - low) / 5
    return sorted({round(low + step * number) for number in range(1, 5)} - {low, high})


def _of_size(case: Case, hello: ClientHello, size: int) -> Variant:
    return case.variant("of-size", f"cut down, and padded to {size} bytes", edits.padded(hello, size), part=str(size))


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
        part = names(kinds)
        return case.variant("without-extensions", f"without the extension {part}", edits.without_extensions(case.hello, kinds), part=part)

    answer = yield from smallest_part(log, best, optional_extensions(case.hello), without)
    return Narrowed(answer=answer)


def _fewer(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
    answer = yield from LISTS[best[0].change.removeprefix("fewer-")].less(case, log, best)
    return Narrowed(answer=answer)


def _more(case: Case, log: Log, best: Answer) -> Steps[Narrowed]:
    name = best[0].change.removeprefix("more-")
    answer, accepted = yield from LISTS[name].more(case, log, best)
    return Narrowed(answer=answer, **facts_of(name, accepted))


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


_NARROW: dict[str, Callable[[Case, Log, Answer], Steps[Narrowed]]] = {
    "without-post-quantum": _post_quantum,
    "without-extensions": _extensions,
    "without-alpn": _alpn,
    "small-segments": _segments,
    **dict.fromkeys((f"fewer-{name}" for name in LISTS), _fewer),
    **dict.fromkeys((f"more-{name}" for name in LISTS), _more),
}
