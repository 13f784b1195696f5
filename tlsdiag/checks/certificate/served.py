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
    """The chains for offers of one kind of key whose leaf has another kind of key than the main one, with who gets it.

    Another leaf with the same kind of key is another machine's: that is told by the checks of what stands behind one address.
    """
    served = seen[ServedChain]
    main = read_certificate(served.certificates[0]).key.kind if served.certificates else ""
    offers: tuple[tuple[str, Attempt | None], ...] = (("clients that take RSA only", served.rsa), ("clients that take ECDSA only", served.ecdsa))
    chains = [(who, tuple(read_certificate(der) for der in attempt.certificates)) for who, attempt in offers if attempt is not None]
    return tuple((who, chain) for who, chain in chains if main and chain and chain[0].readable and chain[0].key.kind != main)
