"""Observations: typed facts, seen or derived, without judgement; and the bag that holds them.

An observation belongs to the target or to one endpoint. What could not be observed is in the bag too, as
`Unavailable` with the reason: "could not look" never reads as "fine".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

import attrs

from . import serial
from .errors import ReportFormatError
from .failure import Failure
from .target import Endpoint

O = TypeVar("O", bound="Observation")  # noqa: E741 - the letter reads as "observation" in the signatures below


@attrs.frozen(kw_only=True)
class Observation:
    """Base of every observation. `name` is its name in JSON; a third party's begins with its pack's ("acme/...")."""

    name: ClassVar[str] = ""


class Why(StrEnum):
    """Why there is no observation, or why a check did not run."""

    FAILED = "failed"
    NOT_APPLICABLE = "not-applicable"
    NEEDS = "needs"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    BROKEN = "broken"


@attrs.frozen(kw_only=True)
class Unavailable:
    """No observation, and why; `by` names the probe."""

    why: Why
    detail: str
    by: str = ""


@attrs.frozen(kw_only=True)
class Resolution(Observation):
    """What the host name leads to: every address, or the failure. `pinned`: the caller gave the addresses.

    `via` is the proxy (without secrets) where there is one: then `host` and the addresses are the proxy's, which is what is dialled; `via_origin` is the
    environment variable that names it, or "argument".
    """

    name: ClassVar[str] = "resolution"

    host: str
    endpoints: tuple[Endpoint, ...] = ()
    omitted: int = 0
    pinned: bool = False
    failure: Failure | None = None
    elapsed: float = 0.0
    via: str | None = None
    via_origin: str = ""


@attrs.frozen(kw_only=True)
class UnknownObservation(Observation):
    """An observation from a saved report whose plugin is not installed; kept as it was."""

    name: ClassVar[str] = "unknown"

    type_name: str
    data: Mapping[str, Any]


@attrs.define
class Observations:
    """The bag: ask by type and endpoint. `None` as endpoint is the target as a whole."""

    _entries: dict[tuple[str, Endpoint | None], Observation | Unavailable] = attrs.field(factory=dict)

    def put(self, kind: type[Observation], endpoint: Endpoint | None, value: Observation | Unavailable) -> None:
        """Store what was seen, or why it was not."""
        self._entries[kind.name, endpoint] = value

    def find(self, kind: type[O], endpoint: Endpoint | None = None) -> O | Unavailable | None:
        """The observation, the reason why there is none, or None when nobody looked."""
        value = self._entries.get((kind.name, endpoint))
        return value if value is None or isinstance(value, (kind, Unavailable)) else None

    def get(self, kind: type[O], endpoint: Endpoint | None = None) -> O | None:
        """The observation, or None when there is none for whatever reason."""
        value = self._entries.get((kind.name, endpoint))
        return value if isinstance(value, kind) else None

    def all(self, kind: type[O]) -> dict[Endpoint | None, O]:
        """Every observation of a type, by endpoint."""
        return {
            endpoint: value
            for (name, endpoint), value in self._entries.items()
            if name == kind.name and isinstance(value, kind)
        }

    def copy(self) -> Observations:
        """Another bag with the same in it."""
        return Observations(dict(self._entries))

    @property
    def names(self) -> frozenset[str]:
        """The types of observation that something is known about, by name."""
        return frozenset(name for name, _ in self._entries)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every endpoint that something is known about, in the order of resolution."""
        return tuple(dict.fromkeys(endpoint for _, endpoint in self._entries if endpoint is not None))

    @property
    def unavailable(self) -> list[tuple[str, Endpoint | None, Unavailable]]:
        """What could not be observed: name, endpoint, reason."""
        return [
            (name, endpoint, value) for (name, endpoint), value in self._entries.items() if isinstance(value, Unavailable)
        ]

    def __iter__(self) -> Iterator[tuple[Endpoint | None, Observation]]:
        for (_, endpoint), value in self._entries.items():
            if isinstance(value, Observation):
                yield endpoint, value

    def __len__(self) -> int:
        return len(self._entries)

    def to_list(self) -> list[dict[str, Any]]:
        """Plain data: one object an entry."""
        return [_entry_to_plain(name, endpoint, value) for (name, endpoint), value in self._entries.items()]

    @classmethod
    def from_list(cls, plain: Any, kinds: Mapping[str, type[Observation]]) -> Observations:
        """Read plain data back; types that `kinds` does not have survive as `UnknownObservation`."""
        if not isinstance(plain, list):
            raise ReportFormatError("observations: expected an array")
        bag = cls()
        for number, item in enumerate(plain):
            path = f"observations[{number}]"
            if not isinstance(item, dict) or not isinstance(item.get("type"), str):
                raise ReportFormatError(f"{path}: expected an object with a type")
            endpoint = serial.from_plain(Endpoint, item["endpoint"], path) if item.get("endpoint") else None
            bag._entries[item["type"], endpoint] = _entry_from_plain(item, kinds, path)
        return bag


def _entry_to_plain(name: str, endpoint: Endpoint | None, value: Observation | Unavailable) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": name, "endpoint": serial.to_plain(endpoint)}
    if isinstance(value, Unavailable):
        entry["unavailable"] = serial.to_plain(value)
    elif isinstance(value, UnknownObservation):
        entry["data"] = dict(value.data)
    else:
        entry["data"] = serial.to_plain(value)
    return entry


def _entry_from_plain(
    item: dict[str, Any], kinds: Mapping[str, type[Observation]], path: str
) -> Observation | Unavailable:
    if "unavailable" in item:
        return serial.from_plain(Unavailable, item["unavailable"], f"{path}.unavailable")
    data = item.get("data")
    if item["type"] in kinds:
        return serial.from_plain(kinds[item["type"]], data, f"{path}.data")
    if not isinstance(data, dict):
        raise ReportFormatError(f"{path}.data: expected an object")
    return UnknownObservation(type_name=item["type"], data=data)
