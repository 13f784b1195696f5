"""`tlsdiag.explain`: what a caught exception or an error text means, what else it may be, and what would tell.

`walking` follows an exception to all that is behind it, `tlsdiag.logs` reads the words, `judging` turns causes into possibilities and findings,
`finding_out` tells the destination and the client's context, `asking` holds the calls, and `noting` the context manager. Each is loaded on first use: a
context manager that no error passes through costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asking import explain, explain_async
    from .model import Destination, ErrorSeen, Explanation, Possibility
    from .noting import Explaining, explaining

_HOME = {
    "explain": "asking", "explain_async": "asking", "Destination": "model", "ErrorSeen": "model", "Explanation": "model", "Possibility": "model",
    "Explaining": "noting", "explaining": "noting",
}  # fmt: skip

__all__ = ["Destination", "ErrorSeen", "Explaining", "Explanation", "Possibility", "explain", "explain_async", "explaining"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
