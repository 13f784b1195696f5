"""Proxies: what the environment names, CONNECT and SOCKS5 as sans-IO dialogues, and the leg that goes through."""

from __future__ import annotations

from .connect import ConnectDialogue, HttpAnswer
from .environment import Choice, as_curl, as_requests, consulted, difference, with_environment
from .leg import ProxyLeg, Step, Tunnel, proxy_leg, reply_name
from .socks import SocksDialogue

__all__ = [
    "Choice", "ConnectDialogue", "HttpAnswer", "ProxyLeg", "SocksDialogue", "Step", "Tunnel", "as_curl", "as_requests", "consulted",
    "difference", "proxy_leg", "reply_name", "with_environment",
]  # fmt: skip
