"""The logs that browsers know: keys, operators, intervals, states. The shipped list (`_log_tables`, generated, with its date) or one that the caller has.

`read_log_list` takes Chrome's list (`log_list.json`, v3: https://www.gstatic.com/ct/log_list/v3/log_list_schema.json) and the shape that the shipped list is
generated from (`tlsdiag-refdata/ct_logs/1`). A list ages: logs come and go every half year, so that what rests on it says how old it is.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import attrs

MAX_LIST = 8 * 1024 * 1024
"""Bytes of a list: twenty times as many as the longest that is published."""
MAX_LOGS = 5000
STALE = timedelta(days=70)
"""Chrome does not hold certificates to a list that is older."""
_MAX_KEY, _MAX_TEXT = 2048, 500
STATES = ("pending", "qualified", "usable", "readonly", "retired", "rejected")


class LogListError(ValueError):
    """A list of logs that cannot be read."""


@attrs.frozen(kw_only=True)
class LogState:
    """What a browser makes of a log ("usable", "retired", ...; see `STATES`), and since when."""

    name: str
    since: datetime

    def at(self, moment: datetime) -> str:
        """The state at a time. Before the one that is listed it was another: one that counted before an end, a candidate before a beginning."""
        if moment >= self.since:
            return self.name
        return "usable" if self.name in ("readonly", "retired", "rejected") else "pending"


@attrs.frozen(kw_only=True)
class CtLog:
    """A log. `key` is the DER of its SubjectPublicKeyInfo, `is_static`: of the static-ct-api; `begins` and `ends` bound notAfter of what it takes."""

    key: bytes = attrs.field(default=b"", repr=False)
    description: str = ""
    operator: str = ""
    url: str | None = None
    log_type: str | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    chrome: LogState | None = None
    apple: LogState | None = None
    is_static: bool = False

    @property
    def log_id(self) -> bytes:
        """SHA-256 of the key (RFC 6962 section 3.2)."""
        return hashlib.sha256(self.key).digest()

    def takes(self, not_after: datetime) -> bool:
        """Whether a certificate that ends then is one for this log."""
        return (self.begins is None or not_after >= self.begins) and (self.ends is None or not_after < self.ends)


class Row(NamedTuple):
    """A log as it is in a table, all in text."""

    key: str
    description: str
    operator: str
    url: str | None
    log_type: str | None
    begins: str | None
    ends: str | None
    chrome_state: str | None
    chrome_since: str | None
    apple_state: str | None
    apple_since: str | None

    def log(self) -> CtLog:
        """The log; ValueError when the row makes no sense."""
        return CtLog(
            key=_key(self.key),
            description=self.description,
            operator=self.operator,
            url=self.url,
            log_type=self.log_type,
            begins=_time(self.begins),
            ends=_time(self.ends),
            chrome=_state(self.chrome_state, self.chrome_since),
            apple=_state(self.apple_state, self.apple_since),
            is_static=self.url is None,
        )


@attrs.frozen(kw_only=True)
class LogList:
    """A list of logs: its date, where it is from, and whose states it has ("chrome", "apple")."""

    date: datetime
    origin: str
    programs: tuple[str, ...] = ("chrome", "apple")
    rows: Mapping[bytes, Row] = attrs.field(repr=False, hash=False)

    def find(self, log_id: bytes) -> CtLog | None:
        """The log of this id."""
        row = self.rows.get(log_id)
        return None if row is None else row.log()

    def age(self, now: datetime) -> timedelta:
        """How old the list is."""
        return now - self.date

    def __len__(self) -> int:
        return len(self.rows)


@functools.cache
def shipped_logs() -> LogList:
    """The list that comes with this package."""
    from ._log_tables import DATE, ORIGIN, ROWS

    return LogList(date=datetime.fromisoformat(DATE).replace(tzinfo=UTC), origin=ORIGIN, rows=_by_id(Row(*row) for row in ROWS))


def _by_id(rows: Iterable[Row]) -> dict[bytes, Row]:
    return {hashlib.sha256(base64.b64decode(row.key)).digest(): row for row in rows}


def read_log_list(data: bytes, origin: str = "the given list") -> LogList:
    """Read a list in JSON; LogListError says what is wrong with it."""
    if len(data) > MAX_LIST:
        raise LogListError(f"{origin} has {len(data)} bytes: that is no list of logs")
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise LogListError(f"{origin} is no JSON: {exc}") from None
    if not isinstance(plain, dict):
        raise LogListError(f"{origin} holds no JSON object")
    own = "operators" not in plain
    try:
        date = _time(_text(plain, "list_date" if own else "log_list_timestamp"))
        rows = [_checked(row) for row in (_own(plain) if own else _of_chrome(plain))]
    except (ValueError, RecursionError) as exc:
        raise LogListError(f"{origin}: {exc}") from None
    if date is None or not rows:
        raise LogListError(f"{origin}: {'no log is in it' if date else 'it has no date'}")
    return LogList(date=date, origin=origin, programs=("chrome", "apple") if own else ("chrome",), rows=_by_id(rows))


def _checked(row: Row) -> Row:
    row.log()
    return row


def _own(plain: dict[str, Any]) -> Iterator[Row]:
    """A log whose URL is null is of the static-ct-api."""
    for log in _objects(plain, "logs"):
        chrome, apple = _object(log, "chrome_state"), _object(log, "apple_state")
        yield Row(
            _text(log, "key") or "", _text(log, "description") or "", _text(log, "operator") or "",
            _text(log, "url") if "url" in log else "", _text(log, "log_type"),
            *_interval(_object(log, "temporal_interval")), _text(chrome, "state"), _text(chrome, "since"), _text(apple, "state"), _text(apple, "since"),
        )  # fmt: skip


def _of_chrome(plain: dict[str, Any]) -> Iterator[Row]:
    for operator in _objects(plain, "operators"):
        for group in ("logs", "tiled_logs"):
            for log in _objects(operator, group):
                state, since = _chrome_state(_object(log, "state"))
                yield Row(
                    _text(log, "key") or "", _text(log, "description") or "", _text(operator, "name") or "",
                    _text(log, "url") or "" if group == "logs" else None, _text(log, "log_type"), *_interval(_object(log, "temporal_interval")),
                    state, since, None, None,
                )  # fmt: skip


def _chrome_state(state: dict[str, Any]) -> tuple[str | None, str | None]:
    """`{"usable": {"timestamp": ...}}`"""
    for name in STATES:
        if name in state:
            return name, _text(_object(state, name), "timestamp")
    return None, None


def _interval(interval: dict[str, Any]) -> tuple[str | None, str | None]:
    return _text(interval, "start_inclusive"), _text(interval, "end_exclusive")


def _objects(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = holder.get(name) or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise ValueError(f"{name}: expected an array of objects")
    if len(found) > MAX_LOGS:
        raise ValueError(f"{name}: more than {MAX_LOGS} entries")
    return found


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name) or {}
    if not isinstance(found, dict):
        raise ValueError(f"{name}: expected an object")
    return found


def _text(holder: dict[str, Any], name: str) -> str | None:
    found = holder.get(name)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"{name}: expected text")
    if found is not None and len(found) > (_MAX_KEY if name == "key" else _MAX_TEXT):
        raise ValueError(f"{name}: {len(found)} characters are too many")
    return found


def _key(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found:
        raise ValueError(f"key: {text[:40]!r} is no key in base64")
    return found


def _time(text: str | None) -> datetime | None:
    """A time with a zone; a date alone, or one without a zone, is in UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is no time") from None


def _state(name: str | None, since: str | None) -> LogState | None:
    moment = _time(since)
    if name is None or moment is None:
        return None
    if name not in STATES:
        raise ValueError(f"{name[:40]!r} is no state of a log; there are {', '.join(STATES)}")
    return LogState(name=name, since=moment)
