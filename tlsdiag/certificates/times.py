"""Times that authorities and logs put their names to: signed certificate timestamps (RFC 6962 section 3.2), OCSP answers (RFC 6960 section 4.2.1).

Read leniently, and without verifying a signature: they bound a clock, and what rests on them says so. Bytes that cannot be read give nothing.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from .certificate import Certificate
from .der import OCTET_STRING, SEQUENCE, DerError, Element, read_element
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
    try:
        return _basic(read_element(response).expect(SEQUENCE).children())
    except (DerError, IndexError, ValueError):
        return None


def _basic(parts: list[Element]) -> OcspTimes | None:
    kind_and_answer = parts[1].children()[0].children()
    data = read_element(kind_and_answer[1].expect(OCTET_STRING).content).children()[0].children()
    if data[0].tag == 0xA0:  # the version, left out where it is 1
        data = data[1:]
    _, produced, responses = data[0], data[1].time(), data[2].children()
    single = responses[0].children()
    following = next((part for part in single[3:] if part.tag == 0xA0), None)
    return OcspTimes(
        produced=produced,
        this_update=single[2].time(),
        next_update=following.children()[0].time() if following is not None else None,
    )
