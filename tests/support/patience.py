"""How long the tests wait.

A server that is there and answers gets time, since the machine may be busy with something else; only where a test is about silence, the wait is short.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import tlsdiag

PATIENT = tlsdiag.Limits(connect_timeout=8, handshake_timeout=12)
HASTY = tlsdiag.Limits(connect_timeout=1.5, handshake_timeout=3)
_TICK, _LATE = 0.05, 0.1


class Standstill:
    """Measures in `seconds` how long this machine stood still meanwhile: a bound on time is the product's, and not the machine's."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        before = time.monotonic()
        while not self._stop.wait(_TICK):
            now = time.monotonic()
            late = now - before - _TICK
            before, self.seconds = now, self.seconds + (late if late > _LATE else 0.0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
