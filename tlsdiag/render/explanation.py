"""An explanation as text, and as the note on an exception. Text from the error passes through `escape.terminal`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..explanation.model import NOT_UNDERSTOOD, Explanation, Possibility
from ..finding import Confidence
from .escape import terminal
from .text import render_text

WIDTH = 96
_SHOWN = 5
_NOTED = 3
_SURE = {Confidence.PROVEN: "It is", Confidence.LIKELY: "Likely", Confidence.POSSIBLE: "Perhaps"}


def render_explanation(explanation: Explanation, *, verbose: bool = False, width: int = WIDTH) -> str:
    """The whole explanation as lines of text; `verbose` lists every cause that fits."""
    lines = [*_headline(explanation, width), *_body(explanation, verbose, width), *_diagnosis(explanation, verbose, width)]
    return "\n".join(lines)


def _headline(explanation: Explanation, width: int) -> Iterator[str]:
    if explanation.errors:
        last = explanation.errors[-1]
        kind = explanation.errors[0].type
        quoted = terminal(" ".join(last.text.split()))
        said = f"{kind}: {quoted}" if kind else quoted
        yield from _wrapped(said[:300] + (" ..." if len(said) > 300 else ""), "", "  ", width)
    facts = [f"said by {explanation.library}"] if explanation.library else []
    if explanation.destination is not None:
        facts.append(f"on the way to {terminal(str(explanation.destination))}")
    if facts:
        yield from _wrapped(", ".join(facts), "  ", "  ", width)


def _body(explanation: Explanation, verbose: bool, width: int) -> Iterator[str]:
    if not explanation.understood:
        yield ""
        yield "This text names no cause that is known here."
        for question in NOT_UNDERSTOOD:
            yield from _wrapped(f"- {question}", "  ", "    ", width)
        return
    yield ""
    yield from _wrapped(" ".join(explanation.says), "", "", width)
    if explanation.agrees and explanation.found_too is None and not verbose:
        return  # the diagnosis says it better
    first, *others = explanation.possibilities
    shown = len(others) if verbose else _SHOWN
    if explanation.clear:
        yield from _entry(first, _SURE[first.confidence], width)
        yield from _list("It may also be" if others else "", others[: shown - 2 if not verbose else shown], width)
        left = len(others) - (shown - 2)
    else:
        yield from _list("It may be, the likeliest first", [first, *others[: shown - 1]] if not verbose else [first, *others], width)
        left = len(others) - (shown - 1)
    if left > 0 and not verbose:
        yield f"  and {left} more"


def _entry(item: Possibility, label: str, width: int) -> Iterator[str]:
    yield from _wrapped(f"{label}: {item.what}", "", "  ", width)
    yield from _wrapped(f"To blame: {item.blame.value}.  [{item.code or item.cause}]", "  ", "  ", width)
    yield from _wrapped(f"Fix: {item.fix}", "  ", "       ", width)


def _list(title: str, items: list[Possibility], width: int) -> Iterator[str]:
    if not items:
        return
    yield f"{title}:"
    for item in items:
        yield from _wrapped(f"- {item.what} ({item.blame.value})  [{item.code or item.cause}]", "  ", "    ", width)
        yield from _wrapped(f"To tell: {item.tell}", "    ", "      ", width)


def _diagnosis(explanation: Explanation, verbose: bool, width: int) -> Iterator[str]:
    yield ""
    if explanation.report is not None:
        if explanation.gone:
            yield from _wrapped("Diagnosed now, the same way works: it comes and goes, or another client or network is concerned.", "", "", width)
        elif (too := explanation.found_too) is not None:
            yield from _wrapped(f"Diagnosed now, what the text says is found: {too.title} [{too.code}]. {too.detail}", "", "", width)
            yield from _wrapped(_OTHER_SETTINGS, "", "", width)
        elif explanation.agrees is False:
            yield from _wrapped("Diagnosed now, the cause is another one than the text points to.", "", "", width)
            if explanation.may_lack_trust:
                yield from _wrapped(_OTHER_SETTINGS, "", "", width)
        yield render_text(explanation.report, verbose=verbose, width=width)
    elif explanation.why_no_report:
        yield from _wrapped(f"Not diagnosed. {explanation.why_no_report}", "", "", width)
    elif explanation.destination is not None:
        yield f"To look at it now: tlsdiag {terminal(str(explanation.destination))}"
    else:
        yield "To look at it now: tlsdiag HOST:PORT"


def render_note(explanation: Explanation) -> str:
    """The explanation in a few lines, to be read below a traceback."""
    lines = [" ".join(explanation.says)]
    first, *others = explanation.possibilities
    if explanation.clear:
        lines.append(f"  {_SURE[first.confidence]}: {first.what} To blame: {first.blame.value}. [{first.code or first.cause}]")
        lines.append(f"  Fix: {first.fix}")
        if others:
            lines.append(f"  It may also be: {', '.join(item.cause for item in others[:_NOTED])}.")
    else:
        lines += [f"  Perhaps: {item.what} [{item.code or item.cause}] To tell: {item.tell}" for item in explanation.possibilities[:_NOTED]]
        if len(others) >= _NOTED:
            lines.append(f"  Or: {', '.join(item.cause for item in others[_NOTED - 1 : _NOTED + 4])}.")
    where = f" {explanation.destination}" if explanation.destination is not None else ""
    lines.append(f"  To look at it now: tlsdiag{where or ' HOST:PORT'}, or tlsdiag.explain(error, probe=True)")
    return terminal("\n".join(lines), keep_lines=True)


_OTHER_SETTINGS = (
    "The client's own settings do not follow from the error, and with those of this diagnosis something else may come first; "
    "give them as client= or trust= (--trust)."
)


def _wrapped(text: str, first: str, rest: str, width: int) -> Iterator[str]:
    yield from textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or [first]
