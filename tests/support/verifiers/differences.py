"""Where a profile's prediction and its real client differ on the matrix; `reasons` says why."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from chains import Chain

from tlsdiag.certificates import ClientVerdict, TrustStore, client_verdicts, read_certificate

from .clients import CLIENTS, Client
from .recorded import Record

WITHOUT_HOST = frozenset({"nss"})
"""Clients that were not asked about the host."""


@attrs.frozen(kw_only=True)
class Difference:
    """A chain that a client judges otherwise than its profile."""

    client: Client
    chain: Chain
    accepts: bool
    said: str
    predicted: ClientVerdict


def predictions(chain: Chain, *, host: bool = True) -> dict[str, ClientVerdict]:
    """What each profile says of a chain."""
    leaf, *sent = (read_certificate(der) for der in chain.sent)
    store = TrustStore.from_certificates(chain.store)
    return {item.profile: item for item in client_verdicts(leaf, sent=sent, store=store, at=chain.at, host=chain.host if host else None)}


def differences(rows: tuple[Chain, ...], record: Record) -> Iterator[Difference]:
    """Every chain that a recorded client judges otherwise than its profile."""
    for row in rows:
        named, nameless = predictions(row), predictions(row, host=False)
        for client in CLIENTS:
            said = record.verdicts.get(row.name, {}).get(client.name)
            predicted = (nameless if client.name in WITHOUT_HOST else named)[client.profile]
            if said is not None and said.accepts != predicted.accepts:
                yield Difference(client=client, chain=row, accepts=said.accepts, said=said.text, predicted=predicted)
