"""Which faults a root cause may come from, and which faults may stand without one: what the laws about random chains hold diagnoses to."""

from __future__ import annotations

_DATES = ("expired", "not-yet-valid", "dates-swapped", "sent:renewed", "sent:crossed")
_NO_WAY = (
    "sent:untrusted", "sent:missing", "sent:leaf-trusted", "sent:authority-trusted", "sent:namesake", "sent:crossed", "sent:alone", "signature-damaged",
    "subject-empty", "authority-key", "subject-key",
)  # fmt: skip
_BYTES = (
    "malformed", "path-length-negative", "names-constraints-odd", "dates", "sent:trailing", "version", "twice", "usage-other", "names", "usage-no-cert-sign",
    "purpose-empty",
)  # fmt: skip

CAUSED_BY: dict[str, tuple[str, ...]] = {
    "certificate-expired": _DATES,
    "trusted-root-expired": _DATES,
    "certificate-not-yet-valid": _DATES,
    "certificate-malformed": _BYTES,
    "file-damaged": ("sent:unreadable", *_BYTES),
    "file-without-leaf": ("leaf:an-authority", "leaf:constraints-malformed"),
    "name-mismatch": ("leaf:names", "leaf:version"),
    "name-in-common-name": ("leaf:names", "leaf:version"),
    "weak-key": ("key-weak", "key-odd"),
    "key-broken": ("key-weak",),
    "weak-signature": ("signature-weak",),
    "certificate-wrong-usage": ("purpose", "usage-"),
    "issuer-not-authority": ("no-authority", "constraints-none", "constraints-malformed", "usage-no-cert-sign", "usage-malformed", "path-length", "version-1"),
    "name-constraints-violated": ("names-permitted", "names-excluded", "names-constraints-odd"),
    "certificate-unknown-extension": ("unknown-critical", "must-staple", "precertificate", "policy-", "extension-twice"),
    "certificate-bad-signature": ("signature-damaged", "authority-key", *_NO_WAY),
    "certificate-self-signed": ("sent:alone",),
    "issuer-untrusted": _NO_WAY,
    "private-authority": _NO_WAY,
    "intermediate-missing": _NO_WAY,
    "intermediate-wrong": _NO_WAY,
    "good-path-missed": (*_NO_WAY, *_DATES),
    "refused-by-some-clients": ("",),
}
"""Each code that may be a cause, and pieces of the faults of which one has to be there."""

UNNOTICED = frozenset({"name-mismatch", "file-without-leaf", "name-in-common-name"})
"""Causes that stand where OpenSSL accepts: it takes names that RFC 9525 does not, and for a server's any authority's certificate."""


def comes_from(code: str, faults: tuple[str, ...]) -> bool:
    """Whether a fault that was put in explains a cause."""
    return any(piece in fault for fault in faults for piece in CAUSED_BY.get(code, ()))
