"""Looking at a stranger's objects without being hurt: attributes, texts and names that may raise, recurse, or be of any size."""

from __future__ import annotations

from typing import Any

MAX_TEXT = 20_000
"""Characters of one error's text that are read."""


def attribute(thing: object, name: str) -> Any:
    """The attribute, or None: a property may raise whatever it likes."""
    try:
        return getattr(thing, name, None)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - a stranger's property, even one that raises SystemExit
        return None


def is_a(thing: object, kind: type | tuple[type, ...]) -> bool:
    """Whether a thing is of a class, by its type alone: `isinstance` asks the thing itself too."""
    return issubclass(type(thing), kind)


def called(method: object, *arguments: object) -> Any:
    """What the method returns, or None: for methods that only tell something."""
    try:
        return method(*arguments) if callable(method) else None
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - a stranger's method
        return None


def text_of(thing: object) -> str:
    """`str(thing)`, at most `MAX_TEXT` characters of it; empty when it cannot be made."""
    try:
        text = str(thing)
        return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT // 2]} {text[-MAX_TEXT // 2 :]}"
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - a stranger's __str__
        return ""


def name_of(kind: type) -> tuple[str, str]:
    """Module and qualified name of a class, as text, without the function that it was made in."""
    module, name = attribute(kind, "__module__"), attribute(kind, "__qualname__")
    return (module if type(module) is str else "", name.rpartition("<locals>.")[2] if type(name) is str else "unknown")


def items_of(thing: object, most: int = 20) -> tuple[Any, ...]:
    """The first items of a tuple or list; nothing of anything else."""
    return tuple(thing[:most]) if type(thing) in (tuple, list) else ()  # type: ignore[index]
