"""What the checks of trust stores ask: was it the issuer that the client refused, whose store is in force, and would another one do?"""

from __future__ import annotations

from ...plugin import ChainPaths, ClientOutcome, Endpoint, Observations, StoreVerdict, StoreVerdicts, TrustSources, TrustVariable

THIS, MOZILLA = "this client", "mozilla"
_ISSUER_CODES = frozenset((2, 18, 19, 20, 21))
"""OpenSSL's verification codes for a path that ends without an anchor."""

#: What a client says, and what is found of the chain, when its store is at fault.
OF_TRUST = ("issuer-untrusted", "private-authority", "trust-store-unreadable", "client-misconfigured")


def issuer_refused(bag: Observations, endpoint: Endpoint | None) -> bool:
    """Whether the client refused the chain for its end."""
    client = bag.get(ClientOutcome, endpoint)
    return client is not None and not client.completed and client.verify_code in _ISSUER_CODES


def blind(bag: Observations, endpoint: Endpoint | None) -> bool:
    """Whether the client refused a chain that its own store does not lead to, so that the store may be at fault.

    False where the server forgot an intermediate and no other store leads to the chain either: then a better store would not help.
    """
    verdicts, paths = bag.get(StoreVerdicts, endpoint), bag.get(ChainPaths, endpoint)
    this = verdicts.of(THIS) if verdicts is not None else None
    if this is None or this.anchored or not issuer_refused(bag, endpoint):
        return False
    forgotten = paths is not None and paths.shape.intermediate_missing
    return not forgotten or bool(others_that_trust(verdicts))


def others_that_trust(verdicts: StoreVerdicts | None) -> tuple[StoreVerdict, ...]:
    """The other clients' stores that the chain leads to."""
    if verdicts is None:
        return ()
    return tuple(item for item in verdicts.verdicts if item.anchored and item.clients and THIS not in item.clients)


def broken_variable(sources: TrustSources) -> TrustVariable | None:
    """The variable that leaves the client under diagnosis without its authorities, if there is one."""
    if not sources.python_is_used:
        return None
    return next((item for item in sources.variables if item.problem and item.problem != "unhashed" and "python" in item.read_by), None)


def programs(clients: tuple[str, ...]) -> tuple[str, ...]:
    """The clients that are programs or packages."""
    return tuple(client for client in clients if client not in (THIS, MOZILLA))


def clients_text(clients: tuple[str, ...]) -> str:
    """Clients, as people read them."""
    names = [_NAMES.get(client, client) for client in programs(clients)]
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else "nobody"


_NAMES = {"python": "Python", "node": "Node", "java": "Java"}
