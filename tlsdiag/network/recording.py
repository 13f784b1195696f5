"""Recordings: every byte of a connection, with its direction and its time, up to a cap."""

from __future__ import annotations

from enum import StrEnum

import attrs


class Direction(StrEnum):
    """Who said it."""

    SENT = "sent"
    RECEIVED = "received"


@attrs.frozen(kw_only=True)
class Chunk:
    """Bytes that went together; `at` is in seconds since the dial began."""

    direction: Direction
    data: bytes
    at: float


@attrs.frozen(kw_only=True)
class Recording:
    """What went over a connection. `omitted` counts bytes beyond the cap, which are not kept."""

    chunks: tuple[Chunk, ...] = ()
    omitted: int = 0

    def joined(self, direction: Direction) -> bytes:
        """All kept bytes of a direction."""
        return b"".join(chunk.data for chunk in self.chunks if chunk.direction is direction)

    @property
    def sent(self) -> bytes:
        """What we said."""
        return self.joined(Direction.SENT)

    @property
    def received(self) -> bytes:
        """What the peer said."""
        return self.joined(Direction.RECEIVED)


@attrs.define(kw_only=True)
class Recorder:
    """Collects chunks up to `limit` bytes."""

    limit: int
    chunks: list[Chunk] = attrs.field(factory=list)
    kept: int = 0
    omitted: int = 0
    received: int = 0

    def add(self, direction: Direction, data: bytes, at: float) -> None:
        """Keep what fits."""
        if direction is Direction.RECEIVED:
            self.received += len(data)
        piece = data[: self.limit - self.kept]
        self.omitted += len(data) - len(piece)
        self.kept += len(piece)
        if piece:
            self.chunks.append(Chunk(direction=direction, data=piece, at=round(at, 6)))

    def snapshot(self) -> Recording:
        """What there is by now."""
        return Recording(chunks=tuple(self.chunks), omitted=self.omitted)
