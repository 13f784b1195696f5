"""Times that authorities and logs put their names to: signed certificate timestamps (RFC 6962 section 3.2), OCSP answers (RFC 6960 section 4.2.1).

Read leniently, and without verifying a signature: they bound a clock, and what rests on them says so. Bytes that cannot be read give nothing.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from .certificate import Certificate
from .revocation.ocsp import read_ocsp_response
from .transparency.scts import read_sct


@attrs.frozen(kw_only=True)
class OcspTimes:
    """The times of an OCSP answer: when it was made, and the period in which it is the newest; of the first certificate in it."""

    produced: datetime
    this_update: datetime
    next_update: datetime | None = None


def timestamp_of(sct: bytes) -> datetime | None:
    """The time of a v1 SignedCertificateTimestamp, whatever else is wrong with it."""
    return read_sct(sct).time


def embedded_timestamps(certificate: Certificate) -> tuple[datetime, ...]:
    """The times of the timestamps inside a certificate (RFC 6962 section 3.3)."""
    return tuple(time for time in map(timestamp_of, certificate.sct_list) if time is not None)


def ocsp_times(response: bytes) -> OcspTimes | None:
    """The times of an OCSPResponse; None when it is no successful one."""
    answer = read_ocsp_response(response)
    if answer.problem or answer.produced_at is None or not answer.responses:
        return None
    first = answer.responses[0]
    return OcspTimes(produced=answer.produced_at, this_update=first.this_update, next_update=first.next_update)
