"""SMTP (RFC 3207) and LMTP (RFC 2033): greeting, EHLO or LHLO, STARTTLS.

    S: 220 mail.example ESMTP      C: EHLO client      S: 250-mail.example / 250-STARTTLS / 250 ...      C: STARTTLS      S: 220 go ahead
"""

from __future__ import annotations

import re

from ...starttls import CLIENT_NAME, StarttlsRefusal, StarttlsStep
from .dialogue import Ask, Notes, Refused, Script, Speaker
from .framing import reply, shown

# Inspecting firewalls write over what they do not know, and keep the length: "250-XXXXXXXA", "250-        ".
_WRITTEN_OVER = re.compile(r"(X{4,}[A-Z]?|[\s*#?.-]{8,})$", re.IGNORECASE)


def smtp(notes: Notes) -> Script:
    """Mail between servers, and its submission."""
    return _mail(notes, b"EHLO", b"LHLO", "lmtp")


def lmtp(notes: Notes) -> Script:
    """Delivery to mailboxes: the client greets with another word."""
    return _mail(notes, b"LHLO", b"EHLO", "smtp")


def _mail(notes: Notes, hello: bytes, other_hello: bytes, other: str) -> Script:
    greeting = yield Ask(step=StarttlsStep.GREETING, until=reply)
    notes.software = _first(greeting)
    if not greeting.startswith(b"220"):
        raise Refused(StarttlsRefusal.GREETING, f"the server greets with {shown(greeting)}")
    answer = yield _hello(hello)
    refused = f"{hello.decode()} is answered with {shown(answer)}"
    if answer.startswith(b"250"):
        lines = [line[4:] for line in answer.decode("latin-1").splitlines()[1:]]
        notes.offered = tuple(line.strip() for line in lines if line.strip())
        notes.garbled = next((line for line in lines if _written_over(line)), "")
    elif b"FTP" in greeting.upper():
        notes.speaks = "ftp"
        raise Refused(StarttlsRefusal.WRONG_PROTOCOL, refused)
    elif not answer.startswith(b"50"):  # not "what is that?" but "not you"
        raise Refused(StarttlsRefusal.GREETING, refused)
    elif (yield _hello(other_hello)).startswith(b"250"):
        notes.speaks = other
        raise Refused(StarttlsRefusal.WRONG_PROTOCOL, f"{refused}, and {other_hello.decode()} is understood")
    else:
        raise Refused(StarttlsRefusal.NOT_OFFERED, f"{refused}: the server knows no extensions")
    yield from upgrade(notes, "STARTTLS", b"STARTTLS\r\n", b"220")


def _written_over(line: str) -> bool:
    """Whether a capability looks like one that something has written over: STARTTLS with a letter or two of another kind, X's, blanks."""
    strange = sum(a != b for a, b in zip(line.upper(), "STARTTLS", strict=False))
    return _WRITTEN_OVER.match(line) is not None or (len(line) == 8 and 0 < strange <= 2)


def _hello(word: bytes) -> Ask:
    return Ask(step=StarttlsStep.CAPABILITIES, send=word + b" " + CLIENT_NAME.encode() + b"\r\n", until=reply)


def upgrade(notes: Notes, word: str, command: bytes, good: bytes, *, known: bool = True) -> Script:
    """The request to begin TLS, for protocols with three-digit replies: when it is among the capabilities, or where they are not `known`.

    Where it is not offered, it is asked for all the same if that was wanted: a server that takes it has offered it, and something hid that.
    """
    offered = any(f"{item} ".upper().startswith((f"{word} ", f"{word};")) for item in notes.offered)
    if known and not offered and not notes.insist:
        raise not_offered(word)
    answer = yield Ask(step=StarttlsStep.REQUEST, send=command, until=reply)
    accepted = answer.startswith(good)
    if known and not offered:
        notes.accepted_anyway = accepted
        raise not_offered(word)
    if not accepted and not offered and answer.startswith(b"5"):
        raise not_offered(word)
    if not accepted:
        raise Refused(StarttlsRefusal.REFUSED, f"{command.decode().strip()} is answered with {shown(answer)}")


def not_offered(word: str) -> Refused:
    """The peer can do many things, and this is not among them."""
    return Refused(StarttlsRefusal.NOT_OFFERED, f"{word} is not among the server's capabilities")


def _first(greeting: bytes) -> str:
    line = greeting.decode("latin-1").split("\n", 1)[0][4:]
    return line.strip()[:120]


SPEAKERS: dict[str, Speaker] = {"smtp": smtp, "lmtp": lmtp}
