"""The door for tests, of this project and of plugins: certificates made to order, a scripted network, observations, and the contract of a check.

Nothing heavy is loaded before it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .certificates import Authority, Issued, Window, self_signed
    from .contract import check_contract, run_check
    from .observations import client_outcome, handshake_outcome, seen
    from .transport import Close, Delay, Expect, Refuse, Reply, Reset, ScriptedDialer, Silence

__all__ = [
    "Authority", "Close", "Delay", "Expect", "Issued", "Refuse", "Reply", "Reset", "ScriptedDialer", "Silence", "Window", "check_contract",
    "client_outcome", "handshake_outcome", "run_check", "seen", "self_signed",
]  # fmt: skip

_HOME = {
    "certificates": ("Authority", "Issued", "Window", "self_signed"),
    "contract": ("check_contract", "run_check"),
    "observations": ("client_outcome", "handshake_outcome", "seen"),
    "transport": ("Close", "Delay", "Expect", "Refuse", "Reply", "Reset", "ScriptedDialer", "Silence"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
