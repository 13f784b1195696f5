"""Checks: the plugins that judge. Pure: no socket, no clock, no file, no environment.

A check reads observations and yields findings. It declares its rules, what it needs and for what it runs; the engine skips
it, and says so, where a need is unavailable. A saved report can therefore be judged again without a network.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal, TypeVar

import attrs

from .depth import Depth
from .finding import Finding, Rule
from .observation import Observation, Observations, Unavailable, Why
from .probe import Scope
from .target import Endpoint, Target

O = TypeVar("O", bound=Observation)  # noqa: E741 - the letter reads as "observation"


@attrs.frozen(kw_only=True)
class Seen:
    """What a check may look at: the target, the endpoint in question, the time, and the observations."""

    target: Target
    now: datetime
    observations: Observations
    endpoint: Endpoint | None = None

    def __getitem__(self, kind: type[O]) -> O:
        """An observation that the check needs: of this endpoint, or of the target; LookupError when there is none."""
        found = self.get(kind)
        if found is None:
            raise LookupError(f"no {kind.name} here; declare it in needs")
        return found

    def get(self, kind: type[O]) -> O | None:
        """An observation of this endpoint, or of the target, or None."""
        if self.endpoint is not None and (found := self.observations.get(kind, self.endpoint)) is not None:
            return found
        return self.observations.get(kind, None)

    def why_not(self, kind: type[Observation]) -> Unavailable | None:
        """Why an observation is not there, when somebody looked."""
        for endpoint in (self.endpoint, None):
            found = self.observations.find(kind, endpoint)
            if isinstance(found, Unavailable):
                return found
        return None

    def all(self, kind: type[O]) -> dict[Endpoint, O]:
        """Every endpoint's observation of a type."""
        return {endpoint: value for endpoint, value in self.observations.all(kind).items() if endpoint is not None}


class Check(ABC):
    """Base of every check: set the class attributes, implement `run` as a generator of findings.

    `name` is a slug ("certificate/validity"; a third party's begins with its pack's name). `needs` must be there or the check is
    skipped; `wants` are probed for too, but may be missing. `about`: "connections" says nothing where certificate files are judged, "files" nothing
    anywhere else.
    """

    name: ClassVar[str] = ""
    rules: ClassVar[tuple[Rule, ...]] = ()
    needs: ClassVar[tuple[type[Observation], ...]] = ()
    wants: ClassVar[tuple[type[Observation], ...]] = ()
    scope: ClassVar[Scope] = Scope.ENDPOINT
    depth: ClassVar[Depth] = Depth.QUICK
    about: ClassVar[Literal["anything", "connections", "files"]] = "anything"

    @abstractmethod
    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is found; nothing when all is well."""


@attrs.frozen(kw_only=True)
class Skipped:
    """A check that did not run to its end, for which endpoint, and why."""

    check: str
    why: Why
    detail: str
    endpoint: Endpoint | None = None
    origin: str = ""
