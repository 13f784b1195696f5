"""Sessions that one machine gives and another does not take, and sessions that break the connection that offers them."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import BackendFinding, Blame, Check, Confidence, Depth, Finding, Fix, Layer, Resumptions, Rule, Seen, Severity

NOT_SHARED = Rule(
    code="tickets-not-shared",
    title="A session of one machine is not resumed by the others",
    layer=Layer.PROTOCOL,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="Each machine has its own ticket keys: a client that comes back to another one has to shake hands in full. It works, and costs time and processor.",
    fix=Fix(
        summary="Share the ticket keys between the machines and change them regularly, or let the balancer send a client back to the same machine.",
        snippets={"nginx": "ssl_session_ticket_key /etc/nginx/ticket.key;", "apache": "SSLSessionTicketKeyFile /etc/apache2/ticket.key", "haproxy": "bind :443 ssl crt ... tls-ticket-keys /etc/haproxy/ticket.keys"},
    ),
    references=("RFC 8446 section 4.6.1", "RFC 5077 section 5.5"),
    failing="two backends with a ticket key each",
    passing="two backends with the same ticket key",
)
RESUMPTION_BROKEN = Rule(
    code="resumption-broken",
    title="The connection fails when the client comes back with its session",
    layer=Layer.PROTOCOL,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="A server that does not want a session goes on with a full handshake; this one ends the connection. The first connection works and the next ones fail, until the client forgets the session: a fault that comes and goes, and that no test with a fresh client shows.",
    fix=Fix(
        summary="At the server: give the sessions a context where clients are verified, mend the ticket callback, or switch resumption off. Until then the client can do without tickets.",
        snippets={
            "openssl": "SSL_CTX_set_session_id_context(ctx, id, sizeof id);   /* needed wherever SSL_VERIFY_PEER is set */",
            "pyopenssl": "context.set_session_id(b'my-service')",
            "nginx": "ssl_session_tickets off;\nssl_session_cache off;",
            "python": "context.options |= ssl.OP_NO_TICKET   # the client's side",
        },
    ),
    references=("RFC 8446 section 4.6.1", "RFC 5077 section 3.1", "https://docs.openssl.org/3.0/man3/SSL_CTX_set_session_id_context/"),
    blocking=True,
    failing="a server that answers a session of its own with an alert",
    passing="a server that does not take the session and goes on with a full handshake",
)


class TicketsCheck(Check):
    """Looks for a session that was refused and then taken, and for one that nobody gets through with."""

    name = "balance/tickets"
    rules = (NOT_SHARED, RESUMPTION_BROKEN)
    needs = (Resumptions,)
    depth = Depth.FULL

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what became of the session. One that is refused and later taken is not good for a single use only."""
        resumptions = seen[Resumptions]
        if resumptions.breaks:
            yield _broken(seen, resumptions)
        if not resumptions.refused_and_taken:
            return
        tried, taken = len(resumptions.taken), sum(resumptions.taken)
        what = "ticket" if resumptions.by_ticket else "session"
        detail = f"The same {what} ({resumptions.version}), shown to {seen.endpoint} {tried} times, was taken {taken} times and refused {tried - taken} times."
        yield BackendFinding.of(NOT_SHARED, detail, attempts=tried, failing=tried - taken)


def _broken(seen: Seen, resumptions: Resumptions) -> Finding:
    what = "ticket" if resumptions.by_ticket else "session"
    detail = (
        f"{seen.endpoint} gave a {what} ({resumptions.version}); each of {len(resumptions.broken)} connections that offered it failed ({resumptions.broken[0]}), "
        "and each without it, made in turn with them, completed."
    )
    attempts = len(resumptions.broken) + len(resumptions.fresh)
    return BackendFinding.of(RESUMPTION_BROKEN, detail, attempts=attempts, failing=len(resumptions.broken), confidence=Confidence.PROVEN)
