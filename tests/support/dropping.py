"""Servers in this process that drop some of their connections."""

from __future__ import annotations

import socket
from collections.abc import Callable

import tlsdiag
from tlsdiag.demo.servers import Conversation, resets

QUICKLY = tlsdiag.Limits(connect_timeout=2, handshake_timeout=3)


def by_number(healthy: Conversation, drop: Callable[[int], bool], how: Conversation = resets) -> Conversation:
    """A server that drops some of its connections, by their number from 0."""
    count = iter(range(10_000))

    def converse(connection: socket.socket) -> None:
        (how if drop(next(count)) else healthy)(connection)

    return converse
