"""The server certificates of a file that are not the one that is judged: which they are, and in short how they do."""

from __future__ import annotations

from ...certificates import match_host, read_certificate
from ...plugin import CertificateFiles, LeafSeen, OtherLeaves, Seen
from .common import certificate_at
from .words import of_file

WHY = {
    "asked": "which was asked for",
    "first": "the first, which a server takes for its own",
    "key": "to which the key belongs",
    "host": "which has the name",
    "any": "the first that is there; the container keeps no order",
}
"""Why one of several is judged, in words."""
_SHOWN = 4
_FAULTS = 3
_PROFILE = "openssl-3"
"""The client that is meant where none is named."""


def told(seen: Seen, files: CertificateFiles) -> str:
    """Sentences on the others: each with its number, its place, and what its path tells."""
    found = seen.get(OtherLeaves)
    faults = {item.at: _faults(seen, files, item) for item in found.leaves} if found is not None else {}
    words = {item.at: _state(item, faults[item.at]) for item in found.leaves} if found is not None else {}
    others = sorted((at for at in files.leaves if at != files.leaf), key=lambda at: faults.get(at) != [])  # what is in order is what is looked for
    listed = "; ".join(_one(files, at, words.get(at, "")) for at in others[:_SHOWN])
    more = f"; and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    return f"Only looked at in passing: {listed}{more}."


def _one(files: CertificateFiles, at: int, state: str) -> str:
    number = files.leaves.index(at) + 1
    return f"number {number}, {certificate_at(files, at).label} ({files.place(at)}){state and ': '}{state}"


def _faults(seen: Seen, files: CertificateFiles, leaf: LeafSeen) -> list[str]:
    found = [of_file(item.detail) for item in leaf.path.violations if _PROFILE in item.profiles]
    host = seen.target.reference_name
    if host and not match_host(certificate_at(files, leaf.at), host).matched:
        found.append(f"it is not for {host}")
    return list(dict.fromkeys(found))


def _state(leaf: LeafSeen, faults: list[str]) -> str:
    if faults:
        return " and ".join(faults[:_FAULTS]) + (" and more" if len(faults) > _FAULTS else "")
    top = read_certificate(leaf.path.certificates[-1])
    return f"its chain leads to {top.label}, and nothing speaks against it" if leaf.complete else "not every path from it was looked at"
