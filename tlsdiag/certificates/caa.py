"""Certification Authority Authorization, pure: may an authority that goes by these identifiers issue under these records? (RFC 8659)

    issue-value = *WSP [issuer-domain-name *WSP] [";" *WSP [parameters *WSP]]

A value that cannot be read authorises nobody (section 4.2). Parameters (accounturi, validationmethods) only restrict further; they are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

import attrs

KNOWN_TAGS = frozenset({"issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"})
"""IANA's registry of property tags."""
_LABEL = r"[A-Za-z0-9](?:-*[A-Za-z0-9])*"
_PARAMETER = r"[A-Za-z0-9](?:-*[A-Za-z0-9])*[ \t]*=[ \t]*[\x21-\x3a\x3c-\x7e]*"
_ISSUE = re.compile(rf"[ \t]*(?P<domain>{_LABEL}(?:\.{_LABEL})*)?[ \t]*(?:;[ \t]*(?:{_PARAMETER}[ \t]*(?:;[ \t]*{_PARAMETER}[ \t]*)*;?)?[ \t]*)?")
_LONGEST = 1000


class Property(Protocol):
    """A CAA record."""

    @property
    def tag(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def critical(self) -> bool: ...


class CaaOutcome(StrEnum):
    """UNRESTRICTED: nothing is said of issuing. UNKNOWN: there is a restriction, and whether it holds for this authority is not known."""

    UNRESTRICTED = "unrestricted"
    PERMITTED = "permitted"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class CaaVerdict:
    """The outcome; which authorities may issue, which critical tags nobody knows, which values cannot be read, where to report to."""

    outcome: CaaOutcome
    allowed: tuple[str, ...] = ()
    unknown_critical: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()


def judge_caa(properties: Sequence[Property], identifiers: Iterable[str] | None, *, wildcard: bool = False) -> CaaVerdict:
    """May an authority with these issuer domain names issue, for a wildcard name or another? `identifiers` None: not known which it has."""
    names = None if identifiers is None else {item.lower() for item in identifiers}
    tags = {item.tag for item in properties}
    ruling = "issuewild" if wildcard and "issuewild" in tags else "issue"
    values = [item.value for item in properties if item.tag == ruling]
    allowed = tuple(dict.fromkeys(domain for value in values if (domain := issuer_of(value))))
    critical = tuple(sorted({item.tag for item in properties if item.critical and item.tag not in KNOWN_TAGS}))
    return CaaVerdict(
        outcome=_outcome(bool(values), allowed, names, bool(critical)),
        allowed=allowed,
        unknown_critical=critical,
        malformed=tuple(item.value for item in properties if item.tag in ("issue", "issuewild") and issuer_of(item.value) is None),
        reports=tuple(item.value for item in properties if item.tag == "iodef"),
    )


def issuer_of(value: str) -> str | None:
    """The issuer domain name of an issue or issuewild property: "" where it authorises nobody, None where it cannot be read."""
    found = _ISSUE.fullmatch(value) if len(value) <= _LONGEST else None
    return None if found is None else (found["domain"] or "").lower()


def _outcome(restricted: bool, allowed: Sequence[str], names: set[str] | None, critical: bool) -> CaaOutcome:
    if critical or (restricted and not allowed):
        return CaaOutcome.FORBIDDEN
    if not restricted:
        return CaaOutcome.UNRESTRICTED
    if names is None:
        return CaaOutcome.UNKNOWN
    return CaaOutcome.PERMITTED if names & set(allowed) else CaaOutcome.FORBIDDEN
