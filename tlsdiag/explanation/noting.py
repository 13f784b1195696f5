"""`explaining`: an answer as a note on the TLS or connection error that passes through, and nothing else.

The error is never swallowed or replaced, and whatever goes wrong in here stays in here. Nothing is loaded until an error passes.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
MARK = "tlsdiag: "


class Explaining:
    """A context manager, plain and asynchronous, and a decorator of functions of both kinds; it holds nothing, and may be used again."""

    def __enter__(self) -> Explaining:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, Exception):
            note(error)

    async def __aenter__(self) -> Explaining:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: F) -> F:
        """Decorate a function or a coroutine function."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def waiting(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await function(*args, **kwargs)

            return waiting  # type: ignore[return-value]  # a wrapper has the type of what it wraps

        @functools.wraps(function)
        def running(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return running  # type: ignore[return-value]  # the same


def explaining() -> Explaining:
    """Add what it means, as a note, to a TLS or connection error that passes through; change nothing else.

    Use it as `with tlsdiag.explaining():`, `async with tlsdiag.explaining():` or `@tlsdiag.explaining()`. Other errors, and what is no `Exception`, pass as
    they are. Nothing is opened; for a diagnosis catch the error and call `tlsdiag.explain(error, probe=True)`.
    """
    return Explaining()


def note(error: Exception) -> None:
    """Add the note, where there is something to say and it has not been said; never raises."""
    try:
        text = _note_for(error)
        if text:
            error.add_note(text)
    except Exception:  # noqa: BLE001 - the error that passes must not be replaced by one of ours
        return


def _note_for(error: Exception) -> str:
    from .walking import is_about_connections, lines_of, walk

    links = walk(error)
    told = [link for link in links if not link.implicit]
    if any(_has_note(link.error) for link in links) or not any(is_about_connections(link.error) for link in told):
        return ""
    from ..logs import read

    if all(item.name in _BEYOND_TLS for item in read(lines_of(links)).situations):
        return ""
    from ..render.explanation import render_note
    from .asking import explain

    return f"{MARK}{render_note(explain(error))}"


#: What a status of HTTP says: TLS worked, and the error of a library that raises for it is no TLS error.
_BEYOND_TLS = frozenset(("forbidden", "backend-failed"))


def _has_note(error: BaseException) -> bool:
    from .guarded import attribute, items_of

    notes = items_of(attribute(error, "__notes__"), 100)
    return any(isinstance(text, str) and text.startswith(MARK) for text in notes)
