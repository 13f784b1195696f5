"""The one place where errors of the operating system become failures."""

from __future__ import annotations

import errno
import os

import attrs

from ..failure import Blame, Failure, FailureKind, Phase
from .icmp import IcmpError

# errno -> (kind, who is the likely party to blame)
_KINDS: dict[int, tuple[FailureKind, Blame]] = {
    errno.ECONNREFUSED: (FailureKind.REFUSED, Blame.SERVER),
    errno.ECONNRESET: (FailureKind.RESET, Blame.SERVER),
    errno.ECONNABORTED: (FailureKind.RESET, Blame.SERVER),
    errno.EPIPE: (FailureKind.RESET, Blame.SERVER),
    errno.ETIMEDOUT: (FailureKind.TIMED_OUT, Blame.NETWORK),
    errno.EHOSTUNREACH: (FailureKind.UNREACHABLE, Blame.NETWORK),
    errno.ENETUNREACH: (FailureKind.UNREACHABLE, Blame.CLIENT),
    errno.ENETDOWN: (FailureKind.UNREACHABLE, Blame.CLIENT),
    errno.EHOSTDOWN: (FailureKind.UNREACHABLE, Blame.NETWORK),
    errno.EADDRNOTAVAIL: (FailureKind.UNREACHABLE, Blame.CLIENT),
    errno.EAFNOSUPPORT: (FailureKind.UNREACHABLE, Blame.CLIENT),
    errno.EACCES: (FailureKind.PROHIBITED, Blame.CLIENT),
    errno.EPERM: (FailureKind.PROHIBITED, Blame.CLIENT),
}


def failure_from_oserror(exc: OSError, phase: Phase, elapsed: float = 0.0) -> Failure:
    """What an error of the operating system means in a phase; what is not in the table is a matter of this machine."""
    if isinstance(exc, TimeoutError) and exc.errno is None:
        kind, blame = FailureKind.TIMED_OUT, Blame.NETWORK
    else:
        kind, blame = _KINDS.get(exc.errno or 0, (FailureKind.LOCAL, Blame.CLIENT))
    if kind is FailureKind.TIMED_OUT and phase is not Phase.CONNECT:
        blame = Blame.SERVER
    # asyncio puts the address where the system's words belong
    known = exc.errno is not None and exc.errno in errno.errorcode
    detail = os.strerror(exc.errno or 0) if known else exc.strerror or str(exc) or type(exc).__name__
    return Failure(kind=kind, phase=phase, blame=blame, detail=detail, errno=exc.errno, elapsed=round(elapsed, 4))


def said_in_icmp(failure: Failure, error: IcmpError | None) -> Failure:
    """The failure, with what an ICMP message says of it: who sent it, and whether the way is closed on purpose."""
    if error is None:
        return failure
    speaker = "this machine itself" if error.by_this_machine else error.said_by
    kind, blame = failure.kind, failure.blame
    if error.prohibited:
        kind, blame = FailureKind.PROHIBITED, Blame.NETWORK
    words = error.words
    if error.by_this_machine and kind in (FailureKind.PROHIBITED, FailureKind.REFUSED):
        blame = Blame.CLIENT
    elif error.by_this_machine:
        words += " (nothing in the local network answers for the address)"
    detail = f"{failure.detail}; {speaker} says in ICMP: {words}"
    return attrs.evolve(failure, kind=kind, blame=blame, detail=detail, said_by=error.said_by)


def timed_out(phase: Phase, elapsed: float) -> Failure:
    """The deadline passed: a filtered port while connecting, a silent peer afterwards."""
    blame = Blame.NETWORK if phase is Phase.CONNECT else Blame.SERVER
    detail = f"no answer within {elapsed:.1f} s"
    return Failure(kind=FailureKind.TIMED_OUT, phase=phase, blame=blame, detail=detail, elapsed=round(elapsed, 4))
