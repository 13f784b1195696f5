"""A scripted server that is good and bad by turns, as machines behind a balancer are."""

from __future__ import annotations

import socket
import threading

from tlsdiag.demo.servers import Conversation

PATTERNS = ("bg", "gb", "bbg", "ggb")
"""Which of two machines a connection comes to, by turns: a good one, or a bad one."""


def by_turns(good: Conversation, bad: Conversation, pattern: str, *, then: str = "") -> Conversation:
    """Connections go to the good and the bad one in turn ("gb"), or by a pattern once and by another from there on.

    TCP alone, which is looked at first, takes a turn too.
    """
    lock, count = threading.Lock(), [0]

    def converse(connection: socket.socket) -> None:
        with lock:
            number = count[0]
            count[0] += 1
        turns = pattern if not then or number < len(pattern) else then
        (bad if turns[number % len(turns)] == "b" else good)(connection)

    return converse
