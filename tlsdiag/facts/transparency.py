"""What tells whether a certificate was logged: its timestamps, however they came, and what is known of their logs."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from ..observation import Observation
from .common import Note


@attrs.frozen(kw_only=True)
class LogSeen:
    """A log as the list of logs has it: states and since when in Chrome's list and in Apple's, and the interval that notAfter of its certificates lies in.

    `is_static`: of the static-ct-api and not of RFC 6962. `log_type` is "TEST" or the like for a log that is not for everybody.
    """

    description: str
    operator: str
    is_static: bool = False
    log_type: str | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    chrome_state: str | None = None
    chrome_since: datetime | None = None
    apple_state: str | None = None
    apple_since: datetime | None = None


@attrs.frozen(kw_only=True)
class SctSeen:
    """One SCT (RFC 6962 section 3.2). `delivery` is "certificate", "tls" or "ocsp"; `log` is None for a log that the list does not know.

    `signed`: whether the log has signed it for the certificate that came with it (None: could not be tried); when not, `fits` names another certificate of
    this server that it is for. `problem` says what is wrong with its bytes.
    """

    delivery: str
    version: int | None = None
    log_id: bytes = b""
    time: datetime | None = None
    log: LogSeen | None = None
    signed: bool | None = None
    fits: str = ""
    problem: str = ""


@attrs.frozen(kw_only=True)
class Transparency(Observation):
    """The timestamps of the served certificate; derived, opens nothing.

    `public`: the chain leads to one of Mozilla's roots, which `anchor` names, whatever this client trusts. `complete`: the handshake was looked at too, and
    not the certificate alone. `problems` are lists of SCTs that cannot be read.
    `list_*` tell of the list of logs: its date, where it is from, and whose states it has ("chrome", "apple").
    """

    name: ClassVar[str] = "transparency"

    certificate: bytes
    public: bool
    anchor: str = ""
    scts: tuple[SctSeen, ...] = ()
    problems: tuple[Note, ...] = ()
    complete: bool = True
    list_date: datetime
    list_origin: str = ""
    list_programs: tuple[str, ...] = ()
