"""What is known of revocation: the OCSP answer that the server staples, and what the authority's own sources say where they were asked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation
from .common import Note


@attrs.frozen(kw_only=True)
class Stapled(Observation):
    """The OCSP answer in the handshake (RFC 6066 section 8), and whether the leaf demands one (RFC 7633).

    Where one is demanded and none came, the server is asked once more, since some fetch it only after the first connection: `again` is what came then.
    """

    name: ClassVar[str] = "stapled"

    certificate: bytes
    demanded: bool = False
    response: bytes | None = None
    asked_again: bool = False
    again: bytes | None = None


class SourceKind(StrEnum):
    """A kind of source."""

    OCSP = "ocsp"
    CRL = "crl"


@attrs.frozen(kw_only=True)
class SourceSeen:
    """What one source said of one certificate (DER; `position` in the chain as sent, None where it was not sent).

    `unavailable` says why there is nothing to go by, with the `failure` of the fetch or the `http_status` where that was it; it is empty where the source
    was read. `status` is "good", "revoked", "unknown" or "none", `faults` what speaks against believing it, `usable` that nothing does; `revoked`: it is
    certain that the certificate is. `size` in bytes, `answer` the raw OCSP answer; `entries` and `number` are a list's, `delta`: its changes were read too.
    """

    kind: SourceKind
    url: str
    method: str = "GET"
    certificate: bytes
    position: int | None = None
    unavailable: str = ""
    failure: Failure | None = None
    http_status: int | None = None
    status: str = "none"
    usable: bool = False
    revoked: bool = False
    faults: tuple[Note, ...] = ()
    revoked_at: datetime | None = None
    reason: str | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    signer: str = ""
    without_no_check: bool = False
    size: int = 0
    entries: int | None = None
    number: int | None = None
    delta: bool = False
    answer: bytes = b""
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class RevocationSources(Observation):
    """The authority's own sources, fetched: OCSP by POST and by GET, and revocation lists, for the leaf and the intermediates. Only where asked for.

    `unnamed` are the certificates (DER) that name no source, as those of authorities that have none any more or issue for a few days only.
    """

    name: ClassVar[str] = "revocation-sources"

    sources: tuple[SourceSeen, ...] = ()
    unnamed: tuple[bytes, ...] = ()

    def of(self, certificate: bytes) -> tuple[SourceSeen, ...]:
        """What was said of one certificate."""
        return tuple(item for item in self.sources if item.certificate == certificate)
