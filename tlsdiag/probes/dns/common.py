"""What the probes of the DNS share: whose records to ask for, and reading records that may be anything."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import TypeVar

from ...plugin import DnsAnswer, LookupStatus, Target, Unavailable, Why
from ...wire import DecodeError

T = TypeVar("T")
_LOCAL = ("localhost", "localhost.localdomain")


def no_name(name: str, by: str) -> Unavailable | None:
    """Why there is nothing to ask for: an address, or a name of this machine's own (RFC 6761 section 6.3); None where there is."""
    if name in _LOCAL or name.endswith(".localhost"):
        return Unavailable(why=Why.NOT_APPLICABLE, detail=f"{name} is this machine itself", by=by)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return None if name else Unavailable(why=Why.NOT_APPLICABLE, detail="there is no name", by=by)
    return Unavailable(why=Why.NOT_APPLICABLE, detail=f"{name} is an address", by=by)


def host_of(target: Target) -> str:
    """The name that is connected to, without the last dot."""
    return target.host.rstrip(".").lower()


def read_all(answer: DnsAnswer, read: Callable[[bytes], T]) -> tuple[tuple[T, ...], int]:
    """The records that can be read, and how many cannot."""
    found: list[T] = []
    bad = len(answer.unreadable)
    for record in answer.records:
        try:
            found.append(read(record.data))
        except DecodeError:
            bad += 1
    return tuple(found), bad


def no_answer(answer: DnsAnswer, by: str) -> Unavailable | None:
    """That nobody could look, where nothing is known of the records; a bogus answer is something to know."""
    if answer.known or answer.status is LookupStatus.BOGUS:
        return None
    return Unavailable(why=Why.FAILED, detail=answer.words, by=by)
