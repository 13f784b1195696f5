"""Connections: the tiny seam to the network. `Dialer` and `Connection` are what a scripted network implements too.

Raw non-blocking sockets on the running loop. Nothing raises: a failure is returned, with its phase, and everything is recorded.
"""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Protocol

from ..depth import Limits
from ..failure import Blame, Failure, FailureKind, Phase
from ..target import Endpoint
from .deadline import Deadline
from .errors import failure_from_oserror, said_in_icmp, timed_out
from .icmp import icmp_error, listen_for_errors
from .recording import Direction, Recorder, Recording

_STALL, _GRACE = 0.25, 5.0
"""Seconds: a timer that is later than the first tells that this process stood still (a busy loop, a machine that slept); the most that is given back for it."""


class Connection(Protocol):
    """A byte stream to a peer."""

    @property
    def recording(self) -> Recording:
        """Every byte so far."""

    async def send(self, data: bytes, *, deadline: Deadline) -> Failure | None:
        """Send all of `data`."""

    async def receive(self, *, deadline: Deadline, size: int = 65536) -> bytes | Failure:
        """Some bytes; the end of the stream is a `Failure` of kind CLOSED."""

    async def close(self) -> None:
        """End it, quietly and at once."""


class Dialer(Protocol):
    """Opens connections."""

    async def dial(
        self, endpoint: Endpoint, *, deadline: Deadline, max_segment: int | None = None
    ) -> Connection | Failure:
        """Connect to an endpoint."""


class SocketDialer:
    """Opens TCP connections of the operating system."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    async def dial(
        self, endpoint: Endpoint, *, deadline: Deadline, max_segment: int | None = None
    ) -> Connection | Failure:
        """Connect; `max_segment` sets TCP_MAXSEG in bytes."""
        began = time.monotonic()
        try:
            sock = _socket(endpoint, max_segment)
        except OSError as exc:
            return failure_from_oserror(exc, Phase.CONNECT)
        try:
            async with asyncio.timeout(deadline.remaining()):
                await asyncio.get_running_loop().sock_connect(sock, _address(endpoint))
        except OSError as exc:
            if not (isinstance(exc, TimeoutError) and _connected(sock)):  # connected while nobody here could look
                with sock:
                    return said_in_icmp(_not_connected(exc, time.monotonic() - began), icmp_error(sock))
        except asyncio.CancelledError:
            sock.close()
            raise
        listen_for_errors(sock, on=False)
        return SocketConnection(sock, began, self._limits.received_bytes)


def _socket(endpoint: Endpoint, max_segment: int | None) -> socket.socket:
    family = socket.AF_INET6 if endpoint.family == 6 else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listen_for_errors(sock, on=True)
        if max_segment is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, max_segment)
    except OSError:
        sock.close()
        raise
    return sock


def _connected(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


def _not_connected(exc: OSError, elapsed: float) -> Failure:
    if isinstance(exc, TimeoutError) and exc.errno is None:
        return timed_out(Phase.CONNECT, elapsed)
    return failure_from_oserror(exc, Phase.CONNECT, elapsed)


def _address(endpoint: Endpoint) -> tuple[str, int] | tuple[str, int, int, int]:
    if endpoint.family == 4:
        return endpoint.address, endpoint.port
    address, _, zone = endpoint.address.partition("%")
    if not zone:
        return address, endpoint.port, 0, 0
    return address, endpoint.port, 0, int(zone) if zone.isdigit() else socket.if_nametoindex(zone)


class SocketConnection:
    """A TCP connection."""

    def __init__(self, sock: socket.socket, began: float, limit: int) -> None:
        self._sock = sock
        self._began = began
        self._limit = limit
        self._recorder = Recorder(limit=limit)
        self._given_back = Deadline(0.0)

    @property
    def recording(self) -> Recording:
        """Every byte so far."""
        return self._recorder.snapshot()

    async def send(self, data: bytes, *, deadline: Deadline) -> Failure | None:
        """Send all of `data`; the failure when that is not possible in time."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(deadline.remaining()):
                await asyncio.get_running_loop().sock_sendall(self._sock, data)
        except TimeoutError:
            return timed_out(Phase.HANDSHAKE, time.monotonic() - began)
        except OSError as exc:
            return failure_from_oserror(exc, Phase.HANDSHAKE, time.monotonic() - began)
        self._recorder.add(Direction.SENT, data, time.monotonic() - self._began)
        return None

    async def receive(self, *, deadline: Deadline, size: int = 65536) -> bytes | Failure:
        """Some bytes, or why there are none: CLOSED at the end, RESET, TIMED_OUT, LIMIT_EXCEEDED for an endless sender."""
        began = time.monotonic()
        if self._recorder.received >= self._limit:
            return _too_much(self._limit)
        try:
            data = await self._read(deadline, size)
        except TimeoutError:
            return timed_out(Phase.HANDSHAKE, time.monotonic() - began)
        except OSError as exc:
            return failure_from_oserror(exc, Phase.HANDSHAKE, time.monotonic() - began)
        if not data:
            detail = "the peer closed the connection"
            elapsed = round(time.monotonic() - began, 4)
            return Failure(
                kind=FailureKind.CLOSED, phase=Phase.HANDSHAKE, blame=Blame.SERVER, detail=detail, elapsed=elapsed
            )
        self._recorder.add(Direction.RECEIVED, data, time.monotonic() - self._began)
        return data

    async def _read(self, deadline: Deadline, size: int) -> bytes:
        """Read in time, or raise TimeoutError. The time in which this process stood still is not the peer's silence: it is given back, once.

        A task of its own, since a timeout that cancels a read that has just come to its end would lose the bytes.
        """
        reading = asyncio.ensure_future(asyncio.get_running_loop().sock_recv(self._sock, size))
        try:
            await asyncio.wait((reading,), timeout=max(deadline.remaining(), self._given_back.remaining()))
            late = deadline.overdue()
            if not reading.done() and late >= _STALL and not self._given_back.at:
                self._given_back = Deadline.after(min(late, _GRACE))
                await asyncio.wait((reading,), timeout=self._given_back.remaining())
            if not reading.done():
                raise TimeoutError
            return reading.result()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)  # it lets go of the socket, whose number the next one may get

    async def close(self) -> None:
        """Close without waiting for the peer."""
        self._sock.close()


def _too_much(limit: int) -> Failure:
    detail = f"the peer sent more than {limit} bytes without coming to an end"
    return Failure(kind=FailureKind.LIMIT_EXCEEDED, phase=Phase.HANDSHAKE, blame=Blame.SERVER, detail=detail)
