"""What is fetched for a certificate: the URLs that stand in it, under rules. Policy, result and record; `network.fetch` does it.

Whoever makes a certificate chooses the URLs in it, so that a fetch is a request that a stranger makes from this machine. By default it goes to public
addresses, and to the kind of address that the target itself is at.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs

from .errors import TargetError
from .failure import Failure
from .observation import Observation

Fetching = Literal["public", "any", False]
"""Where URLs of certificates may lead: to public addresses and the target's own kind; anywhere, past a proxy too; or nowhere."""
DEFAULT_LIMIT = 256 * 1024
"""Bytes of a body: more than any certificate, bundle of them, or OCSP answer has."""


def fetching_of(value: object) -> Fetching:
    """Take a policy; TargetError for anything else."""
    if value is False or value == "public" or value == "any":
        return value
    raise TargetError(f"fetch takes 'public', 'any' or False, not {value!r}")


@attrs.frozen(kw_only=True)
class Fetched:
    """An answer in HTTP, whatever its status. `url` is where it came from in the end, `redirects` the URLs that led there, `address` what was dialled.

    Header names are in lower case. `truncated`: the body is cut, at the limit or because the answer ended before it was all there. `elapsed` in seconds.
    """

    url: str
    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = attrs.field(default=b"", repr=False)
    redirects: tuple[str, ...] = ()
    address: str = ""
    elapsed: float = 0.0
    truncated: bool = False

    def header(self, name: str) -> str | None:
        """The first header of this name (in lower case)."""
        return next((value for key, value in self.headers if key == name), None)


@attrs.frozen(kw_only=True)
class FetchSeen:
    """One fetch as it is recorded: what was asked for, of which address, and what came (`size` in bytes, `elapsed` in seconds) or why nothing did."""

    url: str
    method: str = "GET"
    address: str = ""
    status: int | None = None
    size: int = 0
    redirects: tuple[str, ...] = ()
    truncated: bool = False
    failure: Failure | None = None
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class Fetches(Observation):
    """Everything that was fetched during a diagnosis, in order: third parties learn from it who looks at what."""

    name: ClassVar[str] = "fetches"

    fetched: tuple[FetchSeen, ...] = ()
