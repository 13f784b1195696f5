"""A SignedCertificateTimestamp as facts (RFC 6962 section 3.2), and lists of them (section 3.3). `read_sct` never raises.

    SignedCertificateTimestamp     ::= version(1) log_id(32) timestamp(8) extensions<0..2^16-1> digitally-signed { hash(1) signature(1) opaque<0..2^16-1> }
    SignedCertificateTimestampList ::= opaque SerializedSCT<1..2^16-1>, in a list<1..2^16-1>

The one reader of them: for the judgement of transparency, and for the clock, which only wants the times.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs

V1 = 0
MAX_SCTS = 64
"""More than any certificate has."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = int((datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) / timedelta(milliseconds=1))
_FIXED = 43
"""Bytes up to and with the length of the extensions."""


@attrs.frozen(kw_only=True)
class Sct:
    """One SCT. `problem` says what is wrong with its bytes; of an unknown version (v1 is 0) only the version is known.

    `timestamp` counts milliseconds since 1970, `hash` and `algorithm` are those of TLS 1.2 (RFC 5246 section 7.4.1.4.1).
    """

    raw: bytes = attrs.field(repr=False)
    version: int | None = None
    log_id: bytes = b""
    timestamp: int = 0
    extensions: bytes = b""
    hash: int = 0
    algorithm: int = 0
    signature: bytes = attrs.field(default=b"", repr=False)
    problem: str = ""

    @property
    def time(self) -> datetime | None:
        """The timestamp as a time; None where there is none, or one after the year 9998."""
        return _EPOCH + timedelta(milliseconds=self.timestamp) if self.log_id and self.timestamp < _LATEST else None


def read_sct(raw: bytes) -> Sct:
    """Read a serialized SCT as far as it can be read."""
    if not raw:
        return Sct(raw=raw, problem="it is empty")
    version = raw[0]
    if version != V1:
        return Sct(raw=raw, version=version)
    if len(raw) < _FIXED - 2:
        return Sct(raw=raw, version=version, problem=f"it has {len(raw)} bytes and ends before its timestamp does")
    known = Sct(raw=raw, version=version, log_id=raw[1:33], timestamp=int.from_bytes(raw[33:41], "big"))
    return _rest(known)


def _rest(sct: Sct) -> Sct:
    """Extensions and signature."""
    raw = sct.raw
    size = int.from_bytes(raw[41:_FIXED], "big")
    rest = raw[_FIXED + size :]
    if len(raw) < _FIXED + size + 4:
        return attrs.evolve(sct, problem="it ends before its signature does")
    length = int.from_bytes(rest[2:4], "big")
    sct = attrs.evolve(sct, extensions=raw[_FIXED : _FIXED + size], hash=rest[0], algorithm=rest[1], signature=rest[4 : 4 + length])
    if length != len(rest) - 4:
        return attrs.evolve(sct, problem=f"its signature should have {length} bytes, {len(rest) - 4} are there")
    return sct


def split_list(data: bytes) -> tuple[tuple[bytes, ...], str]:
    """The members of a SignedCertificateTimestampList, as far as they can be told apart, and what is wrong with it."""
    fits = len(data) >= 2 and int.from_bytes(data[:2], "big") == len(data) - 2
    problem = "" if fits else "the length of the list is not that of its bytes"
    found: list[bytes] = []
    at = 2
    while at < len(data):
        if len(found) == MAX_SCTS:
            return tuple(found), problem or f"more than {MAX_SCTS} SCTs"
        size = int.from_bytes(data[at : at + 2], "big")
        item = data[at + 2 : at + 2 + size]
        if not size or len(item) != size:
            return tuple(found), problem or "an SCT that is cut short"
        found.append(item)
        at += 2 + size
    return tuple(found), problem or ("" if found else "no SCT")
