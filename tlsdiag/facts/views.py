"""What each client would say of the served chain: derived, a prediction from the rules of each."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from ..observation import Observation
from .common import Note


@attrs.frozen(kw_only=True)
class ClientView:
    """One client's view. `profile` is its name among the profiles ("openssl-3"), `software` says who that is; `reasons` are those for which it refuses.

    `path` names the certificates that it would use, leaf first; `better`: those of a path that it would accept, and does not find. `complete` is False when
    the search for paths was cut short.
    """

    profile: str
    software: str
    accepts: bool
    reasons: tuple[Note, ...] = ()
    path: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    complete: bool = True


@attrs.frozen(kw_only=True)
class ClientViews(Observation):
    """The served chain as each client would judge it, with the store in force and for the host that was asked for; opens nothing."""

    name: ClassVar[str] = "client-views"

    store: str
    at: datetime
    host: str
    views: tuple[ClientView, ...] = ()

    @property
    def refused_by(self) -> tuple[str, ...]:
        """The profiles that refuse."""
        return tuple(view.profile for view in self.views if not view.accepts)

    @property
    def accepted_by(self) -> tuple[str, ...]:
        """The profiles that accept."""
        return tuple(view.profile for view in self.views if view.accepts)
