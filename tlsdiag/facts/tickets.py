"""What becomes of a session ticket when it is shown again and again at the same address."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..observation import Observation


@attrs.frozen(kw_only=True)
class Resumptions(Observation):
    """One session, offered on several connections in turn: whether each took it. `lifetime` is the server's hint in seconds.

    `broken` are the connections that did not complete: how each ended, in OpenSSL's words or the network's; `fresh`: whether a connection without the session,
    made right after each of those, did.
    """

    name: ClassVar[str] = "resumptions"

    version: str
    by_ticket: bool
    taken: tuple[bool, ...]
    lifetime: int = 0
    broken: tuple[str, ...] = ()
    fresh: tuple[bool, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether the session is the difference: no connection that offered it completed, and each without it did."""
        return bool(self.broken) and not self.taken and all(self.fresh)

    @property
    def refused_and_taken(self) -> bool:
        """Whether it was refused and later taken: a ticket that is good for one use, or has run out, is not."""
        return False in self.taken and True in self.taken[self.taken.index(False) :]
