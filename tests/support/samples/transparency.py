"""Samples of the check certificate/transparency."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tlsdiag.check import Seen
from tlsdiag.facts import LogSeen, Note, SctSeen, Transparency
from tlsdiag.testing.observations import NOW, seen

from .certificate import leaf, window
from .common import Samples

_SINCE = NOW - timedelta(days=600)
_OF_THE_LOG = ("begins", "ends", "is_static", "log_type", "operator", "apple_state", "chrome_state", "chrome_since", "apple_since")


def log(name: str = "First", state: str = "usable", **changes: Any) -> LogSeen:
    """A log that both lists have in the same state."""
    base: dict[str, Any] = {
        "description": f"{name} log", "operator": f"{name} Operator",
        "chrome_state": state, "chrome_since": _SINCE, "apple_state": state, "apple_since": _SINCE,
    }  # fmt: skip
    return LogSeen(**{**base, **changes})


def sct(name: str = "First", delivery: str = "certificate", state: str = "usable", *, known: bool = True, **changes: Any) -> SctSeen:
    """A timestamp whose signature is right."""
    facts = {item: changes.pop(item) for item in list(changes) if item in _OF_THE_LOG}
    base: dict[str, Any] = {
        "delivery": delivery, "version": 0, "log_id": name.encode().ljust(32, b"."), "time": NOW - timedelta(days=30),
        "log": log(name, state, **facts) if known else None, "signed": True if known else None,
    }  # fmt: skip
    return SctSeen(**{**base, **changes})


def stamped(*scts: SctSeen, public: bool = True, life: float = 90, age: float = 5, problems: tuple[Note, ...] = (), **options: Any) -> Seen:
    """A certificate that lives so many days, a third of which is gone, with these timestamps; the list of logs is so many days old."""
    facts = Transparency(
        certificate=leaf(window=options.pop("window", None) or window(-life / 3, life * 2 / 3)).der,
        public=public,
        anchor="Public Root" if public else "",
        scts=scts,
        problems=problems,
        list_date=NOW - timedelta(days=age),
        list_origin="sample",
        list_programs=options.pop("programs", ("chrome", "apple")),
    )
    return seen(facts, **options)


def two(**changes: Any) -> tuple[SctSeen, SctSeen]:
    """Two timestamps that do, the second changed."""
    return sct("First"), sct("Second", **changes)


SAMPLES: Samples = {
    "sct-missing": (stamped, lambda: stamped(public=False)),
    "sct-too-few": (lambda: stamped(sct()), lambda: stamped(*two())),
    "sct-invalid-signature": (lambda: stamped(*two(signed=False)), lambda: stamped(*two(signed=None))),
    "sct-for-other-certificate": (lambda: stamped(*two(signed=False, fits="other.example")), lambda: stamped(*two(signed=False))),
    "sct-from-unknown-log": (lambda: stamped(*two(known=False)), lambda: stamped(*two())),
    "sct-from-rejected-log": (
        lambda: stamped(*two(), sct("Third", state="rejected")),
        lambda: stamped(*two(), sct("Third", state="retired", time=_SINCE - timedelta(days=1))),
    ),
    "sct-in-the-future": (lambda: stamped(*two(time=NOW + timedelta(days=1))), lambda: stamped(*two(time=NOW + timedelta(minutes=1)))),
    "sct-unreadable": (
        lambda: stamped(*two(problem="it ends before its signature does", signed=None)),
        lambda: stamped(*two(), SctSeen(delivery="certificate", version=7)),
    ),
    "sct-outside-log-interval": (
        lambda: stamped(*two(begins=NOW - timedelta(days=400), ends=NOW - timedelta(days=35))),
        lambda: stamped(*two(begins=NOW - timedelta(days=100), ends=NOW + timedelta(days=265))),
    ),
    "certificate-logged": (lambda: stamped(*two()), stamped),
}
