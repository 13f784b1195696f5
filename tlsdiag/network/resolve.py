"""Names to addresses. The system's resolver is asked in a daemon thread, so that one that hangs never holds the process."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from ..failure import Blame, Failure, FailureKind, Phase
from ..host_names import a_labels
from ..target import Endpoint
from .deadline import Deadline

GetAddrInfo = Callable[[str, int], Sequence[tuple[Any, ...]]]

_KINDS: dict[int, FailureKind] = {
    socket.EAI_NONAME: FailureKind.NAME_NOT_FOUND,
    socket.EAI_AGAIN: FailureKind.RESOLVER_FAILED,
    socket.EAI_FAIL: FailureKind.RESOLVER_FAILED,
    getattr(socket, "EAI_NODATA", -5): FailureKind.NO_ADDRESS,
    getattr(socket, "EAI_ADDRFAMILY", -9): FailureKind.NO_ADDRESS,
}
_BLAME = {FailureKind.RESOLVER_FAILED: Blame.NETWORK, FailureKind.NAME_INVALID: Blame.CLIENT}


@attrs.frozen(kw_only=True)
class Resolved:
    """Every address of a name, in the resolver's order, each once."""

    addresses: tuple[Endpoint, ...]


def _system(host: str, port: int) -> Sequence[tuple[Any, ...]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def resolve(
    host: str, port: int, *, deadline: Deadline, getaddrinfo: GetAddrInfo = _system
) -> Resolved | Failure:
    """Resolve a name; typed failures for names that do not exist, are invalid, or that the resolver could not answer."""
    began = time.monotonic()
    if (reason := _invalid(host)) is not None:
        return _failure(FailureKind.NAME_INVALID, reason, 0.0)
    future: asyncio.Future[Sequence[tuple[Any, ...]]] = asyncio.get_running_loop().create_future()
    threading.Thread(target=_ask, args=(getaddrinfo, host, port, future), name="tlsdiag-resolve", daemon=True).start()
    try:
        async with asyncio.timeout(deadline.remaining()):
            found = await future
    except TimeoutError:
        elapsed = time.monotonic() - began
        return _failure(FailureKind.RESOLVER_FAILED, f"the resolver did not answer within {elapsed:.1f} s", elapsed)
    except socket.gaierror as exc:
        kind = _KINDS.get(exc.errno or 0, FailureKind.RESOLVER_FAILED)
        return _failure(kind, exc.strerror or str(exc), time.monotonic() - began, exc.errno)
    except (OSError, UnicodeError) as exc:
        return _failure(FailureKind.NAME_INVALID, str(exc), time.monotonic() - began)
    endpoints = tuple(dict.fromkeys(Endpoint(address=str(entry[4][0]), port=port) for entry in found))
    if not endpoints:
        return _failure(FailureKind.NO_ADDRESS, "the resolver gave no address", time.monotonic() - began)
    return Resolved(addresses=endpoints)


def _ask(
    getaddrinfo: GetAddrInfo, host: str, port: int, future: asyncio.Future[Sequence[tuple[Any, ...]]]
) -> None:
    try:
        found = getaddrinfo(host, port)
    except (OSError, UnicodeError) as exc:
        problem = exc
        _settle(future, lambda: future.set_exception(problem))
    else:
        _settle(future, lambda: future.set_result(found))


def _settle(future: asyncio.Future[Any], action: Callable[[], None]) -> None:
    def unless_done() -> None:
        if not future.done():
            action()

    try:
        future.get_loop().call_soon_threadsafe(unless_done)
    except RuntimeError:
        pass  # the loop has ended meanwhile: nobody waits for the answer any more


def _invalid(host: str) -> str | None:
    """Why a name cannot be asked for at all (RFC 1035 section 2.3.4); None when it can."""
    try:
        host = a_labels(host)
    except ValueError as exc:
        return f"not a valid internationalised name: {exc}"
    labels = host.removesuffix(".").split(".")
    if any(not label for label in labels):
        return "an empty label: two dots in a row, or a dot at the start"
    if any(len(label) > 63 for label in labels):
        return "a label of more than 63 characters"
    return "a name of more than 253 characters" if len(host.removesuffix(".")) > 253 else None


def _failure(kind: FailureKind, detail: str, elapsed: float, number: int | None = None) -> Failure:
    blame = _BLAME.get(kind, Blame.CLIENT)
    return Failure(kind=kind, phase=Phase.RESOLVE, blame=blame, detail=detail, errno=number, elapsed=round(elapsed, 4))
