"""Certificates that are sent and not used: a client that cannot read one of them refuses all the same.

Go and Java read every certificate of the message whole, extensions included, before they look for a path. OpenSSL, GnuTLS and NSS want each to be a
certificate and nothing more; Chromium passes over what it cannot read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from ..certificate import Certificate
from .judging import Judged, broken_rules
from .model import Violation
from .profiles import CLIENTS, TABLE

_READ_ALL = CLIENTS - {"chromium"}
_FRAME = frozenset({"malformed:trailing"})
_WHOLE = (
    "malformed", "duplicate-extension", "signature-algorithms-differ", "old-version:extensions", "serial-negative", "authority-key-critical",
    "subject-key-critical", "weak-key:curve", "key-not-allowed:curve", "weak-key:exponent", "issuer-empty", "subject-empty", "alternative-name-not-critical",
)  # fmt: skip
"""How the codes begin that are told by reading alone."""
_LATER = {"go": ("old-version",), "java": ("authority-key", "subject-key", "weak-key:curve")}
"""Of these, what a client looks at on its path only."""
_READ = {
    profile: frozenset(code for code in TABLE if code.startswith(_WHOLE) and not code.startswith(_LATER[profile]) and profile in TABLE[code].below)
    if profile in _LATER
    else _FRAME
    for profile in _READ_ALL
}
_NOBODY = Certificate(der=b"")


def unread(sent: Sequence[Certificate], profile: str, *, at: datetime, purpose: str) -> tuple[Violation, ...]:
    """Why a client refuses for the first of these that it cannot read; `sent` are the certificates that are not on its path."""
    if profile not in _READ_ALL:
        return ()
    for item in dict.fromkeys(sent):
        for code, detail in _faults(item, at, purpose):
            if code == "unreadable" or code in _READ[profile]:
                words = f"a certificate that is sent along cannot be read: {detail}"
                return (Violation(code="malformed" if code == "unreadable" else code.partition(":")[0], depth=0, detail=words, profiles=frozenset({profile})),)
    return ()


def of_reading(leaf: Certificate, profile: str, *, at: datetime, purpose: str) -> tuple[Violation, ...]:
    """What a client that takes a server's certificate unseen still has to read of it."""
    found = (code for code in _faults(leaf, at, purpose) if code[0] in _READ[profile])
    return tuple(Violation(code=code.partition(":")[0], depth=0, detail=detail, profiles=frozenset({profile})) for code, detail in found)


def _faults(item: Certificate, at: datetime, purpose: str) -> Iterable[tuple[str, str]]:
    if not item.readable:
        return (("unreadable", item.label or "its frame cannot be followed"),)
    return _of_readable(item, at, purpose)


def _of_readable(item: Certificate, at: datetime, purpose: str) -> Iterator[tuple[str, str]]:
    """The rules that it breaks for itself: judged as if it were the top of a path, or a leaf where it is none."""
    chain = (_NOBODY, item) if item.is_ca else (item,)
    judged = Judged(chain=chain, anchored=False, at=at, purpose=purpose)
    return ((code, detail) for code, depth, detail in broken_rules(judged) if depth == judged.top)
