"""What several checks ask: did the client get through, what stopped it, and what every blocking rule explains."""

from __future__ import annotations

from ..plugin import AlertSeen, ClientOutcome, HandshakeOutcome, Resolution, Seen

#: The consequence that every cause of a failed handshake explains.
CONSEQUENCE = ("client-handshake-failed",)


def client_failed(seen: Seen) -> bool:
    """Whether the client's own handshake failed; our own stands in where the client was not tried."""
    client = seen.get(ClientOutcome)
    if client is not None:
        return not client.completed
    ours = seen.get(HandshakeOutcome)
    return ours is not None and not ours.completed


def refuses_certificates(seen: Seen) -> bool:
    """Whether it was the client that refused the server's certificate, so that a fault of the certificate is what blocks."""
    client = seen.get(ClientOutcome)
    return client is None or (not client.completed and client.verify_code is not None)


def refuses_dates(seen: Seen) -> bool:
    """Whether a certificate that is out of date blocks: the client refused it, or would by the time that the caller gave (`now=`).

    OpenSSL goes by the machine's clock and cannot be told another, so that a client that got through says nothing about another time.
    """
    client = seen.get(ClientOutcome)
    judged = seen.target.now is not None and client is not None and client.completed and client.settings.verify_mode == "CERT_REQUIRED"
    return refuses_certificates(seen) or judged


def alert_of(seen: Seen) -> AlertSeen | None:
    """The alert that ended the client's handshake, or our own where the client was not tried."""
    client, ours = seen.get(ClientOutcome), seen.get(HandshakeOutcome)
    if client is not None:
        if client.completed:
            return None
        return client.alert_received or (ours.alert_received if ours is not None and not ours.completed else None)
    return ours.alert_received if ours is not None else None


def answered(seen: Seen) -> bool:
    """Whether the peer said anything in TLS, to the client or to us."""
    client, ours = seen.get(ClientOutcome), seen.get(HandshakeOutcome)
    spoke = client is not None and bool(client.received) and client.non_tls is None
    return spoke or (ours is not None and ours.answered_in_tls)


def place(seen: Seen) -> str:
    """Where a peer is, in words: its address, or the target itself where that is behind a proxy."""
    resolution = seen.get(Resolution)
    return str(seen.endpoint) if resolution is None or resolution.via is None else f"{seen.target} (through {resolution.via})"
