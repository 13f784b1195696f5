"""What several checks of revocation ask: the stapled answer as a verdict, and words for what a source says."""

from __future__ import annotations

from datetime import datetime

from ...certificates import Certificate, read_certificate
from ...certificates.revocation import ON_HOLD, StatusVerdict, issuer_among, judge_ocsp
from ...plugin import ChainPaths, Seen, ServedChain, Stapled


def known_certificates(seen: Seen) -> tuple[Certificate, ...]:
    """Every certificate that was sent, and those of the paths, which have the store's too."""
    served, paths = seen.get(ServedChain), seen.get(ChainPaths)
    found = [*(served.certificates if served is not None else ())]
    found += [der for path in (paths.paths if paths is not None else ()) for der in path.certificates]
    return tuple(read_certificate(der) for der in dict.fromkeys(found))


def staple_of(seen: Seen) -> tuple[Certificate, StatusVerdict] | None:
    """The leaf, and what the answer stapled to the handshake says of it; None without one."""
    stapled = seen.get(Stapled)
    if stapled is None or stapled.response is None:
        return None
    leaf = read_certificate(stapled.certificate)
    return leaf, judge_ocsp(stapled.response, leaf, issuer_among(leaf, known_certificates(seen)), at=seen.now)


def moment(time: datetime | None) -> str:
    """A time for people."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time is not None else "a time that is not said"


def told_revoked(revoked_at: datetime | None, reason: str | None) -> str:
    """When and why, in words."""
    hold = ", which may be taken back" if reason == ON_HOLD else ""
    return f"on {moment(revoked_at)}, {f'for the reason {reason}' if reason else 'without a reason'}{hold}"
