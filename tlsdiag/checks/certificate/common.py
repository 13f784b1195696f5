"""What the checks of certificates ask: which one is the server's own, is its authority a public one, which are worth a look."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...certificates import DEFAULT, Certificate, read_certificate
from ...plugin import ChainPaths, ClientOutcome, Seen, ServedChain, StoreVerdicts
from ..local.common import MOZILLA

_CERTIFI = "certifi"


def is_public(seen: Seen) -> bool:
    """Whether the chain leads to Mozilla's list. The rules of public authorities are for these alone: a private one may do as it likes."""
    verdicts = seen.get(StoreVerdicts)
    mozilla = verdicts.of(MOZILLA) if verdicts is not None else None
    if mozilla is not None:
        return mozilla.anchored
    paths = seen.get(ChainPaths)
    if paths is None:
        return False
    own = paths.store.startswith(_CERTIFI) and any(path.anchored for path in paths.paths)
    return own or any(name.startswith(_CERTIFI) for name in paths.also_trusted_by)


def server_certificate(seen: Seen) -> tuple[int, Certificate] | None:
    """The server's own certificate with its position, which a chain in the wrong order does not have at its beginning; None where it cannot be read."""
    served, paths = seen[ServedChain], seen.get(ChainPaths)
    position = paths.shape.leaf if paths is not None else 0
    if position >= len(served.certificates):
        return None
    certificate = read_certificate(served.certificates[position])
    return (position, certificate) if certificate.readable else None


def refused_unasked(seen: Seen, der: bytes, codes: Collection[str]) -> bool:
    """Whether the default profile refuses every path for such a fault of this certificate; only where no client was tried, which would say so itself."""
    paths = seen.get(ChainPaths)
    if seen.get(ClientOutcome) is not None or paths is None or paths.trusted or not paths.paths:
        return False
    best = paths.paths[0]
    at = [note.depth for note in best.violations if DEFAULT in note.profiles and note.code in codes and note.depth is not None]
    return any(best.certificates[depth] == der for depth in at)


def unused_positions(paths: ChainPaths | None) -> set[int]:
    """Where copies stand, and what does not belong to the chain: no client looks at it."""
    return {*paths.shape.extras, *paths.shape.duplicates} if paths is not None else set()


def judged(seen: Seen) -> Iterator[tuple[int, Certificate]]:
    """What was sent and matters: no copies, nothing that does not belong to the chain, and not the anchor, which is trusted as it is."""
    paths = seen.get(ChainPaths)
    unused = unused_positions(paths)
    best = paths.paths[0] if paths is not None and paths.paths else None
    anchor = best.certificates[-1] if best is not None and best.anchored and len(best.certificates) > 1 else None
    for position, der in enumerate(seen[ServedChain].certificates):
        if position not in unused and der != anchor:
            yield position, read_certificate(der)


def evidence(certificate: Certificate, position: int | None) -> dict[str, object]:
    """The attributes of a `CertificateFinding` for a certificate."""
    return {
        "subject": certificate.label,
        "certificate": certificate.der,
        "position": position,
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
    }
