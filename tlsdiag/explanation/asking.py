"""The calls: `explain` and `explain_async`. Thin: they read the error, put the explanation together, and diagnose where that is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from ..errors import TargetError
from ..logs import place_in, read, telling_line, visible
from .finding_out import find_out
from .guarded import text_of
from .judging import explanation_of, joined
from .model import Destination, ErrorSeen, Explanation, address_of
from .walking import Link, lines_of, walk

_KEPT = 2_000
_LINES = 5_000
_NO_PORT = "The error tells the host and not the port; say both with target='host:port'."
_NO_DESTINATION = "The error does not tell where the client wanted to go; say it with target='host:port'."


def explain(error: BaseException | str | Iterable[str], *, probe: bool = False, target: str | None = None, **options: Any) -> Explanation:
    """Say what an error of a TLS client means, what else it may be, and what would tell.

    `error` is a caught exception of any library (what it wraps is followed), an error text of any program, or the lines of its log that belong to one failure.
    With `probe=True` the destination, taken from the error or given as `target` ("host:port" or a URL), is diagnosed with the
    client's own `ssl.SSLContext` where the exception leads to it; `options` are those of `tlsdiag.diagnose`. Without it nothing is opened.

    Works from plain code and inside a running event loop alike, and never raises for what is in the error: TypeError for an `error` that is none of the above,
    `TargetError` for a `target` that makes no sense.
    """
    explanation, context = _read(error)
    if not probe:
        return _aimed(explanation, target)
    from ..api import run_anywhere

    return run_anywhere(lambda: _probed(explanation, context, target, options))


async def explain_async(
    error: BaseException | str | Iterable[str], *, probe: bool = False, target: str | None = None, **options: Any
) -> Explanation:
    """Say what an error of a TLS client means; see `tlsdiag.explain`."""
    explanation, context = _read(error)
    return await _probed(explanation, context, target, options) if probe else _aimed(explanation, target)


def _read(error: BaseException | str | Iterable[str]) -> tuple[Explanation, Any]:
    if isinstance(error, BaseException):
        links = walk(error)
        destination, context = find_out(links)
        return explanation_of(read(lines_of(links)), _seen(links), links, destination), context
    text = _joined(error)
    place, reading = place_in(visible(text)), read(text)
    destination = Destination(host=place.host, port=place.port) if place is not None else None
    seen = ErrorSeen(text=visible(telling_line(text, reading))[:_KEPT])
    return explanation_of(reading, (seen,), (), destination), None


def _joined(error: Any) -> str:
    if isinstance(error, str):
        return error
    if isinstance(error, (bytes, bytearray)) or not isinstance(error, Iterable):
        raise TypeError(f"explain takes an exception, a text or lines of text, not {type(error).__name__}")
    lines: list[str] = []
    for line, _ in zip(error, range(_LINES), strict=False):
        if not isinstance(line, str):
            raise TypeError(f"a line of a log is text, not {type(line).__name__}")
        lines.append(line)
    return "\n".join(lines)


def _seen(links: tuple[Link, ...]) -> tuple[ErrorSeen, ...]:
    return tuple(ErrorSeen(type=link.type_name, text=visible(link.text)[:_KEPT]) for link in links)


def _aimed(explanation: Explanation, target: str | None) -> Explanation:
    if target is None:
        return explanation
    from ..target import Target
    from .model import destination_of

    wanted = destination_of(Target.parse(target))
    if explanation.destination is not None and wanted.starttls is None:
        wanted = attrs.evolve(wanted, starttls=explanation.destination.starttls)
    return attrs.evolve(explanation, destination=wanted)


def _is_about_the_name(explanation: Explanation) -> bool:
    """Whether the connection did not come as far as a port."""
    return any(item.cause.startswith("dns-") for item in explanation.possibilities[:1])


async def _probed(explanation: Explanation, context: Any, target: str | None, options: dict[str, Any]) -> Explanation:
    from ..api import diagnose_async
    from ..target import Target

    explanation = _aimed(explanation, target)
    if explanation.destination is None:
        return attrs.evolve(explanation, why_no_report=_NO_DESTINATION)
    if explanation.destination.port is None and not _is_about_the_name(explanation) and "port" not in options:
        return attrs.evolve(explanation, why_no_report=_NO_PORT)
    found = address_of(explanation.destination, 443)
    try:
        Target.parse(**found)
    except TargetError as exc:
        return attrs.evolve(explanation, why_no_report=f"The destination in the error makes no sense: {text_of(exc)}.")
    wanted = {**found, **({"client": context} if context is not None else {}), **options}
    return joined(explanation, await diagnose_async(wanted.pop("host"), **wanted))
