"""Where a reset came from, by its time: what is back long before the peer could have answered was not said by the peer."""

from __future__ import annotations

from ...plugin import Failure, FailureKind, Reachability

LEAST_ROUND_TRIP = 0.005
"""Seconds: on a shorter way the time of our own machine is too large a part of what is measured."""
NEARER = 0.5
"""A reset within this part of the round trip was not sent by the peer."""


def round_trip_of(reachable: Reachability | None) -> float | None:
    """The time of TCP's own handshake, where it can serve as a measure."""
    if reachable is None or not reachable.connected or reachable.elapsed < LEAST_ROUND_TRIP:
        return None
    return reachable.elapsed


def is_nearer(failure: Failure, reachable: Reachability | None) -> bool:
    """Whether a reset came back so soon that something on the way must have sent it."""
    round_trip = round_trip_of(reachable)
    return round_trip is not None and failure.kind is FailureKind.RESET and failure.elapsed < NEARER * round_trip


def where_from(failure: Failure, reachable: Reachability | None) -> str:
    """The same in a sentence with its numbers; nothing where the time tells nothing."""
    round_trip = round_trip_of(reachable)
    if round_trip is None or failure.kind is not FailureKind.RESET:
        return ""
    numbers = f"the reset came after {failure.elapsed * 1000:.1f} ms, and TCP needs {round_trip * 1000:.1f} ms to the peer and back"
    if is_nearer(failure, reachable):
        return f" It was not the peer: {numbers}. Something nearer sent it, such as a firewall or filter."
    return f" It may be the peer or something close to it: {numbers}."
