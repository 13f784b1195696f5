"""All certificates that a server was seen to serve: to the client's offer, without a server name, to offers of one kind of key only, and at its other addresses."""

from __future__ import annotations

from ...certificates import Certificate, read_certificate
from ...plugin import Attempt, Endpoint, HandshakeOutcome, Repeats, Seen, ServedChain


def all_served(seen: Seen) -> tuple[Certificate, ...]:
    """Every certificate once, those of the main chain first."""
    served = seen[ServedChain]
    ders = list(served.certificates)
    for attempt in (served.rsa, served.ecdsa, served.without_name):
        ders += attempt.certificates if attempt is not None else ()
    repeats = seen.get(Repeats)
    ders += [der for chain in (repeats.chains if repeats is not None else ()) for der in chain.certificates]
    ders += [der for ours in _elsewhere(seen) for der in ours.certificates]
    return tuple(read_certificate(der) for der in dict.fromkeys(ders))


def _elsewhere(seen: Seen) -> list[HandshakeOutcome]:
    """What the other addresses of the name serve; compared from one of them only, so that nothing is told once for each."""
    outcomes: dict[Endpoint, HandshakeOutcome] = seen.all(HandshakeOutcome)
    if seen.endpoint is None or any(str(place) < str(seen.endpoint) for place in outcomes):
        return []
    return [ours for place, ours in sorted(outcomes.items(), key=lambda item: str(item[0])) if place != seen.endpoint]


def other_chains(seen: Seen) -> tuple[tuple[str, tuple[Certificate, ...]], ...]:
    """The chains for offers of one kind of key that begin with another certificate than the main one, with who gets it."""
    served = seen[ServedChain]
    main = served.certificates[:1]
    offers: tuple[tuple[str, Attempt | None], ...] = (("clients that take RSA only", served.rsa), ("clients that take ECDSA only", served.ecdsa))
    return tuple(
        (who, tuple(read_certificate(der) for der in attempt.certificates))
        for who, attempt in offers
        if attempt is not None and attempt.certificates and attempt.certificates[:1] != main
    )
