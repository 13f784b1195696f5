"""All certificates that an endpoint was seen to serve: to the client's offer, without a server name, and to offers of one kind of key only."""

from __future__ import annotations

from ...certificates import Certificate, read_certificate
from ...plugin import Attempt, Seen, ServedChain


def all_served(seen: Seen) -> tuple[Certificate, ...]:
    """Every certificate once, those of the main chain first."""
    served = seen[ServedChain]
    ders = list(served.certificates)
    for attempt in (served.rsa, served.ecdsa, served.without_name):
        ders += attempt.certificates if attempt is not None else ()
    return tuple(read_certificate(der) for der in dict.fromkeys(ders))


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
