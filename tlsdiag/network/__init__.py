"""Every socket: resolution, dialling, deadlines, budgets, recordings. Failures are values here, and nobody judges."""

from __future__ import annotations

from .addresses import AddressKind, kind_of
from .budget import BudgetedDialer
from .connection import Connection, Dialer, SocketConnection, SocketDialer
from .deadline import Deadline
from .dns import Lookups
from .errors import failure_from_oserror, timed_out
from .fetch import Fetcher, Request
from .proxy import with_environment
from .recording import Chunk, Direction, Recorder, Recording
from .resolve import Resolved, resolve
from .starttls import Dialogue, StarttlsLeg, converse, starttls_leg
from .way import Leg, walk, way_of

__all__ = [
    "AddressKind", "BudgetedDialer", "Chunk", "Connection", "Deadline", "Dialer", "Dialogue", "Direction", "Fetcher", "Leg", "Lookups", "Recorder",
    "Recording", "Request", "Resolved", "SocketConnection", "SocketDialer", "StarttlsLeg", "converse", "failure_from_oserror", "kind_of",
    "resolve", "starttls_leg", "timed_out", "walk", "way_of", "with_environment",
]  # fmt: skip
