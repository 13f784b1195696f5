"""Names: whether authorities may issue for them, and whether they have the form that they must have.

Name constraints: RFC 5280 sections 4.2.1.10 and 6.1.4 (g). Forms: sections 4.1.2.4, 4.1.2.6 and 4.2.1.6, Baseline Requirements 7.1.2.7.12 and 7.1.4.3.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ... import oids
from ...certificate import Certificate
from ...constraints import (
    EMPTY,
    UNREADABLE,
    WILDCARD,
    broken_names,
    common_name_broken,
    dotted_constraints,
    literally_outside,
    malformed_constraints,
    odd_kinds,
    too_many,
    uncompared,
    wildcards_reaching,
)
from ...remembering import remembered
from ...suffixes import is_public_suffix
from ..judging import Broken, Judged
from ..profiles import TABLE

_LABELS = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
_NUMBER = re.compile(r"0x[0-9a-f]{1,8}|[0-9]{8,10}|[0-9]{1,4}(\.[0-9]{1,4}){3}", re.IGNORECASE)
"""An IPv4 address, also in ways to write it that only some readers take."""
_HOW_MALFORMED = {UNREADABLE: ":unreadable", EMPTY: ":empty"}
_KINDS = {"directory": "directory names", "excluded-directory": "excluded directory names", "uri": "URIs", "odd": "other names"}
_MAX_TOLD = 5
_UNCOMPARED = {
    frozenset({"directory", "permitted-other"}): "name-not-permitted:permitted-directory",
    frozenset({"permitted-other"}): "name-not-permitted:other",
    frozenset({"directory"}): "name-not-permitted:directory",
    frozenset({"everything"}): "name-not-permitted:everything",
}
"""What only some clients compare, and the variant for it."""


def constraints(judged: Judged) -> Iterator[Broken]:
    """What the constraints of each authority say of the names below it; self-issued authorities are not held to them (RFC 5280 section 6.1.3 (b))."""
    for depth, item in judged.authorities():
        extension = item.extension(oids.NAME_CONSTRAINTS)
        if extension is None:
            continue
        yield from _of_constraints(item, depth, critical=extension.critical)
        below = [lower for number, lower in enumerate(judged.chain[:depth]) if number == 0 or not lower.is_self_issued]
        kinds = frozenset.intersection(*(uncompared(item, lower) for lower in below))
        code = next((code for kind, code in _UNCOMPARED.items() if kind <= kinds), "name-not-permitted")
        for reason in dict.fromkeys(reason for lower in below for reason in broken_names(item, lower)):
            yield code, depth, f"{item.label} may not issue for every name (nameConstraints): {reason}"
        for reason in dict.fromkeys(reason for lower in below for reason in literally_outside(item, lower)):
            yield "name-not-permitted:literal", depth, f"{item.label} may not issue for every name (nameConstraints): {reason}"
        for name in itertools.islice((name for lower in below for name in _no_domains(lower)), 1):
            detail = f"{item.label} has nameConstraints, and {name[:80]} below it is no name that could be compared with them"
            yield "name-not-permitted:no-domain", depth, detail
        for reason in common_name_broken(item, judged.chain[0]):
            yield "name-not-permitted:common-name", depth, f"{item.label} may not issue for every name (nameConstraints): {reason}"
        for reason in dict.fromkeys(reason for lower in below for reason in wildcards_reaching(item, lower)):
            yield "name-not-permitted:wildcard", depth, f"{item.label} may not issue for every name (nameConstraints): {reason}"
        if any(too_many(item, lower) for lower in below):
            detail = f"{item.label} has so many name constraints, and the names below it are so many, that clients give up comparing them"
            yield "constraints-too-many", depth, detail
    leaf = judged.chain[0]
    if leaf.extension(oids.NAME_CONSTRAINTS) is not None and not leaf.is_ca:
        yield "constraints-in-leaf", 0, f"{leaf.label} is no authority and has nameConstraints"


@remembered(512)
def _no_domains(item: Certificate) -> tuple[str, ...]:
    """The first of its dNSNames that is no domain, if any."""
    return tuple(itertools.islice((name for name in item.dns_names if not _is_domain(name)), 1))


def _is_domain(name: str) -> bool:
    """Whether Go takes it for a domain: printable labels, none of them empty; nothing at all is one too."""
    return not name or all(label and all("!" <= character <= "~" for character in label) for label in name.split("."))


def _of_constraints(item: Certificate, depth: int, *, critical: bool) -> Iterator[Broken]:
    if not critical:
        yield "constraints-not-critical", depth, f"{item.label} has nameConstraints that are not marked critical"
    for reason in malformed_constraints(item):
        how = ":star" if reason.endswith(WILDCARD) else _HOW_MALFORMED.get(reason, "")
        yield _tolerated(f"malformed-constraints{how}", critical=critical), depth, f"the nameConstraints of {item.label} make no sense: {reason}"
    if not critical and "excluded-directory" in odd_kinds(item):
        detail = f"{item.label} has nameConstraints of a kind that some clients do not know ({_KINDS['excluded-directory']})"
        yield "constraints-not-understood:not-critical", depth, detail
    for kind in sorted(odd_kinds(item)) if critical else ():
        detail = f"{item.label} has critical nameConstraints of a kind that some clients do not know ({_KINDS[kind]})"
        yield f"constraints-not-understood:{kind}", depth, detail
    for base in dotted_constraints(item):
        yield "malformed-constraints:dot", depth, f"the nameConstraints of {item.label} have {base}: a DNS name there does not begin with a dot"


def _tolerated(code: str, *, critical: bool) -> str:
    """Java passes over an extension that it cannot read and that is not critical."""
    return code if critical or f"{code}-tolerated" not in TABLE else f"{code}-tolerated"


def alternative_names(judged: Judged) -> Iterator[Broken]:
    """The subjectAltName: its form in every certificate below the anchor, its presence and its wildcards in the leaf."""
    for depth, item in enumerate(judged.chain):
        extension = item.extension(oids.SUBJECT_ALT_NAME)
        empty = not item.subject.attributes
        if extension is not None and empty and not extension.critical:
            yield "alternative-name-not-critical", depth, f"{item.label} has an empty subject, and its subjectAltName is not marked critical"
        elif extension is not None and not empty and extension.critical:
            yield "alternative-name-critical", depth, f"{item.label} has a subject, and its subjectAltName is marked critical"
        if not judged.is_anchor(depth):
            for code, detail in _dns_names(item):
                yield code, depth, detail
    for code, detail in _of_leaf(judged.chain[0]):
        yield code, 0, detail


@remembered(512)
def _dns_names(item: Certificate) -> tuple[tuple[str, str], ...]:
    """The dNSNames that are not as they must be, a few of them; remembered, since many paths share a certificate."""
    odd = ((name, broken) for name in item.dns_names if (broken := _dns_name(name)) is not None)
    told = ((code, f"the subjectAltName of {item.label} has the dNSName {name[:80]}, {words}") for name, (code, words) in odd)
    return tuple(itertools.islice(told, _MAX_TOLD))


def _dns_name(name: str) -> tuple[str, str] | None:
    """What is wrong with a dNSName, if anything: the preferred name syntax, or that with `*.` in front."""
    host = name.removeprefix("*.")
    if _LABELS.fullmatch(host):
        if host[-1].isdigit() and _NUMBER.fullmatch(host):
            return "malformed-name:host", "which is an address"
        return ("wildcard-too-broad", "a wildcard over a public suffix") if host != name and is_public_suffix(host) else None
    if name == "*":
        return "wildcard-too-broad", "a wildcard over every name"
    if _LABELS.fullmatch(host.replace("_", "x")):
        return "malformed-name:odd", "with an underscore"
    return "malformed-name:host", "which is no host name"


@remembered(512)
def _of_leaf(leaf: Certificate) -> tuple[tuple[str, str], ...]:
    if leaf.extension(oids.SUBJECT_ALT_NAME) is None:
        return (("name-missing", f"{leaf.label} has no subjectAltName"),)
    names = frozenset((*leaf.dns_names, *leaf.ip_addresses, *leaf.other_names))
    for oid, value in leaf.subject.attributes:
        if oid == _COMMON_NAME and value not in names and _is_missed(value, leaf):
            return (("common-name-elsewhere", f"the common name {value[:80]} of {leaf.label} is not in its subjectAltName, character for character"),)
    return ()


def _is_missed(text: str, leaf: Certificate) -> bool:
    """Whether a common name is a host's and should be there. "Example Ltd" is none; that of a wildcard's domain is a custom."""
    if " " in text:
        return False
    if ":" in text or _NUMBER.fullmatch(text):
        return bool(leaf.ip_addresses)
    return "." in text and any("*" not in name for name in leaf.dns_names)


def distinguished(judged: Judged) -> Iterator[Broken]:
    """Subjects and issuers that must not be empty."""
    for depth, item in enumerate(judged.chain):
        follows = depth < judged.top and not judged.chain[depth + 1].subject.attributes  # told there
        if item.readable and not item.issuer.attributes and not follows and not (item.is_ca and item.is_self_issued):
            yield "issuer-empty", depth, f"{item.label} names no issuer"
        if item.is_ca and not item.subject.attributes:
            yield "subject-empty", depth, f"{item.label} is an authority without a subject"


_COMMON_NAME = "2.5.4.3"
