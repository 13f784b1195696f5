"""The issuers that a served chain lacks, sought where its certificates say and in other trust stores."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation
from .chain import PathSeen


class IssuerProblem(StrEnum):
    """Why nothing useful came from a URL. `NOT_ALLOWED` and `FAILED`: we could not look."""

    NOT_ALLOWED = "not-allowed"
    FAILED = "failed"
    STATUS = "status"
    TOO_LARGE = "too-large"
    NO_CERTIFICATE = "no-certificate"
    WRONG_CERTIFICATE = "wrong-certificate"


@attrs.frozen(kw_only=True)
class IssuerFetch:
    """One URL under which a certificate says that its issuer is (caIssuers, RFC 5280 section 4.2.2.1), and what was there.

    `certificates` is what came (DER), `form` how ("der", "pem", "pkcs7"); `problem` is None where one of them issued `child`.
    """

    url: str
    child: bytes
    form: str = ""
    certificates: tuple[bytes, ...] = ()
    problem: IssuerProblem | None = None
    detail: str = ""
    failure: Failure | None = None

    @property
    def could_not_look(self) -> bool:
        """Whether nothing is known of what is there."""
        return self.problem in (IssuerProblem.NOT_ALLOWED, IssuerProblem.FAILED)


@attrs.frozen(kw_only=True)
class IssuerFound:
    """A certificate that issued one of the chain and was not sent: fetched from `url`, or found in the trust store `store`."""

    certificate: bytes
    url: str = ""
    store: str = ""
    form: str = ""


class ChainEnd(StrEnum):
    """Where the chain leads with all that was found."""

    ANCHORED = "anchored"
    KNOWN_ELSEWHERE = "known-elsewhere"
    UNKNOWN_ROOT = "unknown-root"
    OPEN = "open"


@attrs.frozen(kw_only=True)
class IssuerSearch(Observation):
    """What became of the search for the issuers that were not sent, where the served chain leads to no anchor.

    `path` is the path with what was found (leaf first), `found` what it needs beside what was sent, from below upwards. `end` says where it leads: to an
    anchor of the client's store; to a root of another store (`elsewhere`); to a root that nobody here knows; or nowhere (OPEN). `issuer` is the name of that
    root, or of the issuer that is still missing.
    """

    name: ClassVar[str] = "issuer-search"

    end: ChainEnd
    path: PathSeen
    found: tuple[IssuerFound, ...] = ()
    issuer: str = ""
    elsewhere: str = ""
    fetches: tuple[IssuerFetch, ...] = ()
    complete: bool = True

    @property
    def could_not_look(self) -> bool:
        """Whether a URL could not be looked at, and nothing else led on."""
        return self.end is ChainEnd.OPEN and any(item.could_not_look for item in self.fetches)
