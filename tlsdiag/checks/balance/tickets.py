"""Session tickets that one machine gives and another does not take."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import BackendFinding, Blame, Check, Depth, Finding, Fix, Layer, Resumptions, Rule, Seen, Severity

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


class TicketsCheck(Check):
    """Looks for a session that was refused and then taken."""

    name = "balance/tickets"
    rules = (NOT_SHARED,)
    needs = (Resumptions,)
    depth = Depth.FULL

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield it where the same session was refused and later taken: one that is good for a single use never is."""
        resumptions = seen[Resumptions]
        if not resumptions.refused_and_taken:
            return
        tried, taken = len(resumptions.taken), sum(resumptions.taken)
        what = "ticket" if resumptions.by_ticket else "session"
        detail = f"The same {what} ({resumptions.version}), shown to {seen.endpoint} {tried} times, was taken {taken} times and refused {tried - taken} times."
        yield BackendFinding.of(NOT_SHARED, detail, attempts=tried, failing=tried - taken)
