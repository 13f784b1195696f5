"""FTP (RFC 4217, with FEAT of RFC 2389) and NNTP (RFC 4642, with CAPABILITIES of RFC 3977): files and news, both with three-digit replies."""

from __future__ import annotations

from ...starttls import StarttlsRefusal, StarttlsStep
from .dialogue import Ask, Notes, Refused, Script, Speaker
from .framing import lines_until, reply, shown
from .smtp import upgrade


def ftp(notes: Notes) -> Script:
    """`220`, FEAT, and AUTH TLS, which a client asks for whether FEAT names it or not: many servers hide it until then, or know no FEAT."""
    greeting = yield Ask(step=StarttlsStep.GREETING, until=reply)
    while greeting.startswith(b"120"):  # "in a few minutes": the real greeting follows
        greeting = yield Ask(step=StarttlsStep.GREETING, until=reply)
    notes.software = greeting.decode("latin-1").split("\n", 1)[0][4:].strip()[:120]
    if not greeting.startswith(b"220"):
        raise Refused(StarttlsRefusal.GREETING, f"the server greets with {shown(greeting)}")
    answer = yield Ask(step=StarttlsStep.CAPABILITIES, send=b"FEAT\r\n", until=reply)
    if answer.startswith(b"211"):
        notes.offered = tuple(line.strip() for line in answer.decode("latin-1").splitlines()[1:-1])
    yield from upgrade(notes, "AUTH TLS", b"AUTH TLS\r\n", b"234", known=False)


def nntp(notes: Notes) -> Script:
    """`200` or `201`, CAPABILITIES (old servers know none), STARTTLS."""
    greeting = yield Ask(step=StarttlsStep.GREETING, until=reply)
    notes.software = greeting.decode("latin-1").split("\n", 1)[0][4:].strip()[:120]
    if not greeting.startswith((b"200", b"201")):
        kind = StarttlsRefusal.WRONG_PROTOCOL if greeting.startswith(b"220") else StarttlsRefusal.GREETING
        raise Refused(kind, f"the server greets with {shown(greeting)}")
    answer = yield Ask(step=StarttlsStep.CAPABILITIES, send=b"CAPABILITIES\r\n", until=lines_until(rb"\.$|[2-5](?!01)\d\d|[2-5]01", rb"\d{3}"))
    known = answer.startswith(b"101")
    if known:
        notes.offered = tuple(line.strip() for line in answer.decode("latin-1").splitlines()[1:-1])
    yield from upgrade(notes, "STARTTLS", b"STARTTLS\r\n", b"382", known=known)


SPEAKERS: dict[str, Speaker] = {"ftp": ftp, "nntp": nntp}
