"""Observations made to order: what a healthy endpoint would give, changed in what a test is about; and a view for a check to look at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..check import Seen
from ..facts import ClientOutcome, ClientSettings, HandshakeOutcome, OfferSeen, Reachability
from ..iana import CipherSuite, NamedGroup, ProtocolVersion
from ..observation import Observation, Observations, Resolution, Unavailable
from ..target import Endpoint, Target

ENDPOINT = Endpoint(address="192.0.2.1", port=443)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
OFFER = OfferSeen(
    versions=(ProtocolVersion.TLS1_3, ProtocolVersion.TLS1_2),
    cipher_suites=(CipherSuite(0x1301), CipherSuite(0xC02F)),
    groups=(NamedGroup(0x001D),),
    server_name="server.example",
)
SETTINGS = ClientSettings(
    is_default=True,
    library="OpenSSL 3.0.0",
    verify_mode="CERT_REQUIRED",
    check_hostname=True,
    minimum_version="TLSv1.2",
    maximum_version="MAXIMUM_SUPPORTED",
)


def client_outcome(**changes: Any) -> ClientOutcome:
    """A client that completed TLS 1.3. Keywords of `ClientSettings` go to its settings."""
    names = {"is_default", "verify_mode", "check_hostname", "minimum_version", "maximum_version", "problem", "library", "post_handshake_auth"}
    settings = {name: changes.pop(name) for name in list(changes) if name in names}
    import attrs

    base: dict[str, Any] = {"completed": True, "settings": attrs.evolve(SETTINGS, **settings), "version": "TLSv1.3", "offer": OFFER}
    return ClientOutcome(**{**base, **changes})


def handshake_outcome(**changes: Any) -> HandshakeOutcome:
    """Our own core, that completed TLS 1.3."""
    base: dict[str, Any] = {
        "completed": True,
        "offer": OFFER,
        "version": ProtocolVersion.TLS1_3,
        "cipher_suite": CipherSuite(0x1301),
        "group": NamedGroup(0x001D),
        "bytes_received": 1000,
    }
    if changes.get("completed") is False:
        base = {"offer": OFFER}
    return HandshakeOutcome(**{**base, **changes})


def reachability(**changes: Any) -> Reachability:
    """A port that takes connections."""
    return Reachability(**{"connected": True, **changes})


def seen(
    *observations: Observation,
    host: str = "server.example",
    endpoint: Endpoint | None = ENDPOINT,
    now: datetime = NOW,
    unavailable: dict[type[Observation], Unavailable] | None = None,
    others: dict[Endpoint, tuple[Observation, ...]] | None = None,
    **target: Any,
) -> Seen:
    """A view of one endpoint with these observations; `others` puts some at further endpoints, `target` takes keywords of `Target.parse`."""
    bag = Observations()
    for item in observations:
        bag.put(type(item), None if isinstance(item, Resolution) else endpoint, item)
    for place, items in (others or {}).items():
        for item in items:
            bag.put(type(item), place, item)
    for kind, why in (unavailable or {}).items():
        bag.put(kind, endpoint, why)
    return Seen(target=Target.parse(host, **target), now=now, observations=bag, endpoint=endpoint)
