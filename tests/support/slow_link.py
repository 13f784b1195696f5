"""A link with a delay between two TUN devices: each packet that goes into one comes out of the other some milliseconds later.

    python slow_link.py MILLISECONDS DEVICE OTHER

It stands in for netem, which not every kernel has. The devices are made where it runs (and may be moved to another namespace then); it says "ready" and
ends when its standard input does. Packets go by one after another, as on a wire; only what comes while the other end is down is lost.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import sys
import time
from collections import deque

_TUNSETIFF, _TUN_WITHOUT_HEADER = 0x400454CA, 0x1001


def device(name: str) -> int:
    """A TUN device's descriptor; OSError where none can be made."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH", name.encode(), _TUN_WITHOUT_HEADER))
    return descriptor


def pump(first: int, second: int, delay: float) -> None:
    """Pass packets on until standard input ends."""
    under_way: deque[tuple[float, int, bytes]] = deque()
    while True:
        wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select([0, first, second], [], [], wait)
        if 0 in readable and not os.read(0, 1):
            return
        for source, sink in ((first, second), (second, first)):
            if source in readable:
                under_way.append((time.monotonic() + delay, sink, os.read(source, 65536)))
        while under_way and under_way[0][0] <= time.monotonic():
            _, sink, packet = under_way.popleft()
            with contextlib.suppress(OSError):  # EIO: that end is not up yet, or being moved; a wire loses such a packet too
                os.write(sink, packet)


if __name__ == "__main__":
    milliseconds, here, there = sys.argv[1:]
    ends = device(here), device(there)
    print("ready", flush=True)
    pump(*ends, int(milliseconds) / 1000)
