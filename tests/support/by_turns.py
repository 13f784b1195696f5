"""A scripted server that is good and bad by turns, as machines behind a balancer are."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from tlsdiag.demo.servers import Conversation, DemoServer, _serve

PATTERNS = ("bg", "gb", "bbg", "ggb")
"""Which of two machines a connection comes to, by turns: a good one, or a bad one."""


class ByTurns:
    """Connections go to the good and the bad one in turn ("gb"), or by a pattern once and by another from there on.

    TCP alone, which is looked at first, takes a turn too.
    """

    def __init__(self, good: Conversation, bad: Conversation, pattern: str, *, then: str = "") -> None:
        self._good, self._bad, self._pattern, self._then = good, bad, pattern, then
        self._lock, self._count = threading.Lock(), 0

    def take(self) -> Conversation:
        """The one whose turn it is."""
        with self._lock:
            number = self._count
            self._count += 1
        turns = self._pattern if not self._then or number < len(self._pattern) else self._then
        return self._bad if turns[number % len(turns)] == "b" else self._good

    def __call__(self, connection: socket.socket) -> None:
        """As a conversation of its own, where the order of connections does not matter."""
        self.take()(connection)


@contextlib.contextmanager
def listening_by_turns(turns: ByTurns) -> Iterator[DemoServer]:
    """As `tlsdiag.demo.servers.listening`, but that turns are taken in the order in which connections come, and not in that in which threads wake up."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        thread = threading.Thread(target=_accept, args=(listener, turns), daemon=True)
        thread.start()
        yield DemoServer(port=listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(2)


def _accept(listener: socket.socket, turns: ByTurns) -> None:
    with contextlib.suppress(OSError):  # the listener is closed
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, turns.take()), daemon=True).start()
