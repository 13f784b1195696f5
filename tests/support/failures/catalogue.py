"""The matrix: every row, in the order of a connection's way."""

from __future__ import annotations

from . import certificates, clients, network, protocol
from .case import Case, Row

ROWS: tuple[Row, ...] = (*network.ROWS, *protocol.ROWS, *clients.ROWS, *certificates.ROWS)
CASES: tuple[tuple[Row, Case], ...] = tuple((row, case) for row in ROWS for case in row.cases)
