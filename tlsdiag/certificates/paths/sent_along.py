"""Certificates that are sent and not used: a client that cannot read one of them refuses all the same.

Go and Java read every certificate of the message whole, extensions included, before they look for a path. OpenSSL, GnuTLS and NSS want each to be a
certificate and nothing more; Chromium passes over what it cannot read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ..certificate import Certificate
from ..oids import SERVER_AUTH
from ..remembering import remembered
from .judging import Judged
from .model import Violation
from .profiles import CLIENTS, TABLE
from .rules import encoding, extensions, names, strength

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
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_UNREADABLE = "unreadable"


def unread(sent: Sequence[Certificate], profile: str) -> tuple[Violation, ...]:
    """Why a client refuses for the first of these that it cannot read; `sent` are the certificates that are not on its path."""
    if profile not in _READ_ALL:
        return ()
    for item in dict.fromkeys(sent):
        for code, detail in _faults(item):
            if code == _UNREADABLE or code in _READ[profile]:
                return (_violation("malformed" if code == _UNREADABLE else code, f"a certificate that is sent along cannot be read: {detail}", profile),)
    return ()


def of_reading(leaf: Certificate, profile: str) -> tuple[Violation, ...]:
    """What a client that takes a server's certificate unseen still has to read of it."""
    return tuple(_violation(code, detail, profile) for code, detail in _faults(leaf) if code in _READ[profile])


def _violation(code: str, detail: str, profile: str) -> Violation:
    return Violation(code=code.partition(":")[0], depth=0, detail=detail, profiles=frozenset({profile}))


@remembered(2048)  # a mesh has hundreds, and two clients ask
def _faults(item: Certificate) -> tuple[tuple[str, str], ...]:
    """The rules that it breaks for itself: judged as if it were the top of a path, or a leaf where it is none. Its dates are not asked about."""
    if not item.readable:
        return ((_UNREADABLE, item.label or "its frame cannot be followed"),)
    chain = (_NOBODY, item) if item.is_ca else (item,)
    judged = Judged(chain=chain, anchored=False, at=_SOME_TIME, purpose=SERVER_AUTH)
    rules = (encoding.rule, names.constraints, names.alternative_names, names.distinguished, extensions.key_identifiers, strength.keys)
    return tuple((code, detail) for rule in rules for code, depth, detail in rule(judged) if depth == judged.top)
