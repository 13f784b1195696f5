"""What a source of revocation says of one certificate, and what speaks against believing it. The same for OCSP answers and for lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from ..certificate import Certificate, Extension
from ..signature import signed_by, verify
from .fields import ON_HOLD, Signed

SKEW = timedelta(minutes=5)
"""How far clocks may differ before a time counts as past or to come: what OpenSSL's `s_client -status`, curl and nginx allow."""

#: Every code that a `Fault` can have, and what it means.
FAULTS: dict[str, str] = {
    "unreadable": "the bytes are no answer or no list",
    "responder-error": "the responder says that it cannot answer (RFC 6960 section 4.2.1)",
    "other-certificate": "an answer about another certificate",
    "other-issuer": "a list of another authority",
    "issuer-unknown": "the issuer's certificate is not there, so that the signature cannot be tried",
    "signer-unknown": "the certificate of the signer that is named is not there",
    "signature-invalid": "the signature is wrong",
    "signature-unknown": "the signature's algorithm or key is not known here",
    "signer-not-authorised": "the signer is neither the issuer nor somebody whom the issuer has authorised",
    "signer-expired": "the certificate of the authorised signer is out of date",
    "expired": "past its nextUpdate",
    "not-yet-valid": "before its thisUpdate",
    "unknown-critical-extension": "a critical extension that is not known here",
    "out-of-scope": "a list that does not cover this certificate",
    "some-reasons-only": "a list that covers some reasons only",
    "delta-alone": "a list of changes without the list that it changes",
    "delta-mismatch": "a list of changes to a newer list than the one at hand",
}


class Status(StrEnum):
    """What a source says; `NONE`: nothing of this certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NONE = "none"


@attrs.frozen
class Fault:
    """Why a source is not to be believed: one of `FAULTS`, and the real values."""

    code: str
    detail: str


@attrs.frozen(kw_only=True)
class StatusVerdict:
    """What a source says of a certificate, and its faults. `signer` is "issuer" or "delegate" where the signature is right, else "".

    `without_no_check`: the delegate's certificate lacks ocsp-nocheck (RFC 6960 section 4.2.2.2.1), so that a careful client would look up that one too.
    """

    status: Status = Status.NONE
    faults: tuple[Fault, ...] = ()
    revoked_at: datetime | None = None
    reason: str | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    signer: str = ""
    without_no_check: bool = False

    @property
    def usable(self) -> bool:
        """True when nothing speaks against it."""
        return not self.faults and self.status is not Status.NONE

    @property
    def revoked(self) -> bool:
        """True when the certificate is known to be revoked: only a hold can end (RFC 5280 section 5.3.1), so that an old answer counts for the rest."""
        lasting = {"some-reasons-only"} | ({"expired"} if self.reason != ON_HOLD else set())
        return self.status is Status.REVOKED and {fault.code for fault in self.faults} <= lasting


def judge_times(what: str, this_update: datetime | None, next_update: datetime | None, at: datetime, skew: timedelta) -> Iterator[Fault]:
    """Compare the period in which something is the newest with the time of the diagnosis."""
    if this_update is not None and this_update > at + skew:
        yield Fault("not-yet-valid", f"the {what} is of {this_update:%Y-%m-%d %H:%M} UTC (thisUpdate), and it is {at:%Y-%m-%d %H:%M} UTC")
    if next_update is not None and next_update < at - skew:
        yield Fault("expired", f"the {what} was good until {next_update:%Y-%m-%d %H:%M} UTC (nextUpdate), and it is {at:%Y-%m-%d %H:%M} UTC")


def judge_critical(what: str, extensions: Sequence[Extension], known: frozenset[str]) -> Iterator[Fault]:
    """A critical extension that is not known makes the whole unusable (RFC 5280 section 5.2, RFC 6960 section 4.4)."""
    for item in extensions:
        if item.critical and item.oid not in known:
            yield Fault("unknown-critical-extension", f"the {what} has the critical extension {item.oid}, which is not known here")


def issuer_among(certificate: Certificate, pool: Iterable[Certificate]) -> Certificate | None:
    """The certificate of `pool` that has signed this one; where that cannot be tried, one with the right name."""
    named = [item for item in pool if item.subject.raw == certificate.issuer.raw]
    tried = {item: signed_by(certificate, item) for item in named}
    return next((item for item in named if tried[item]), None) or next((item for item in named if tried[item] is None), None)


def find_signer(named: Sequence[Certificate], signed: Signed) -> tuple[Certificate | None, Fault | None]:
    """Which of these certificates' keys made the signature, or the fault when none did."""
    results = {item: verify(item.spki, signed.algorithm, signed.parameters, signed.tbs, signed.signature) for item in named}
    signer = next((item for item, right in results.items() if right), None)
    if signer is not None:
        return signer, None
    who = named[0].label
    if None in results.values():
        return None, Fault("signature-unknown", f"the signature's algorithm ({signed.algorithm}) or the key of {who} is not known here")
    return None, Fault("signature-invalid", f"it names {who} as its signer, and the signature is not by that key")
