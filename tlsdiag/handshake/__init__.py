"""The sans-IO client: an `Offer` is data, a `ClientHandshake` turns bytes into bytes and facts. Never a socket, never a clock.

`Offer` can be had without loading cryptography; everything else is loaded when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import ClientHandshake, StopAfter
    from .credential import ClientCredential, CredentialError
    from .offer import Offer
    from .result import CertificateRequestSeen, Deviation, HandshakeResult

__all__ = [
    "CertificateRequestSeen", "ClientCredential", "ClientHandshake", "CredentialError", "Deviation", "HandshakeResult", "Offer", "StopAfter",
]  # fmt: skip

_HOME = {
    "CertificateRequestSeen": "result", "ClientCredential": "credential", "ClientHandshake": "client", "CredentialError": "credential",
    "Deviation": "result", "HandshakeResult": "result", "Offer": "offer", "StopAfter": "client",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
