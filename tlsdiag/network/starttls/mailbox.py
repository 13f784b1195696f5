"""IMAP (RFC 9051 section 6.2.1), POP3 (RFC 2595 section 4, RFC 2449) and ManageSieve (RFC 5804 section 2.2): how a mailbox is read, and its filters."""

from __future__ import annotations

import re

from ...starttls import StarttlsRefusal, StarttlsStep
from .dialogue import Ask, Notes, Refused, Script, Speaker
from .framing import lines_until, shown
from .smtp import not_offered

_CAPABILITY = re.compile(rb"CAPABILITY ([^\]\r\n]*)", re.IGNORECASE)


def imap(notes: Notes) -> Script:
    """`* OK` (or PREAUTH, or BYE), then tagged commands: CAPABILITY, STARTTLS."""
    greeting = yield Ask(step=StarttlsStep.GREETING, until=lines_until(rb"\*", rb"\* "))
    notes.software = greeting.decode("latin-1").strip()[2:122]
    if not greeting.upper().startswith((b"* OK", b"* PREAUTH")):
        raise Refused(StarttlsRefusal.GREETING, f"the server greets with {shown(greeting)}")
    if greeting.upper().startswith(b"* PREAUTH"):
        detail = "the server greets with PREAUTH: the session is logged in already, and then STARTTLS is not allowed (RFC 9051 section 6.2.1)"
        raise Refused(StarttlsRefusal.REFUSED, detail)
    answer = yield Ask(step=StarttlsStep.CAPABILITIES, send=b"t1 CAPABILITY\r\n", until=lines_until(rb"t1 |\* BYE", rb"t1 |\* |\+ "))
    notes.offered = _words(answer) or _words(greeting)
    offered = "STARTTLS" in (item.upper() for item in notes.offered)
    if not offered and not notes.insist:
        raise not_offered("STARTTLS")
    answer = yield Ask(step=StarttlsStep.REQUEST, send=b"t2 STARTTLS\r\n", until=lines_until(rb"t2 |\* BYE", rb"t2 |\* "))
    accepted = re.search(rb"^t2 OK", answer, re.IGNORECASE | re.MULTILINE) is not None
    _judge(notes, "STARTTLS", offered, accepted, answer)


def _words(answer: bytes) -> tuple[str, ...]:
    found = _CAPABILITY.search(answer)
    return tuple(found.group(1).decode("latin-1").split()) if found else ()


def _judge(notes: Notes, word: str, offered: bool, accepted: bool, answer: bytes) -> None:
    if not offered:
        notes.accepted_anyway = accepted
        raise not_offered(word)
    if not accepted:
        raise Refused(StarttlsRefusal.REFUSED, f"{word} is answered with {shown(answer)}")


def pop3(notes: Notes) -> Script:
    """`+OK`, then CAPA (a server may not know it) and STLS."""
    line = lines_until(rb"", rb"\+OK|-ERR")
    greeting = yield Ask(step=StarttlsStep.GREETING, until=line)
    notes.software = greeting.decode("latin-1").strip()[4:124]
    if not greeting.upper().startswith(b"+OK"):
        raise Refused(StarttlsRefusal.GREETING, f"the server greets with {shown(greeting)}")
    answer = yield Ask(step=StarttlsStep.CAPABILITIES, send=b"CAPA\r\n", until=lines_until(rb"\.$|-ERR", rb"\+OK|-ERR"))
    known = answer.upper().startswith(b"+OK")
    notes.offered = tuple(answer.decode("latin-1").split("\n.", 1)[0].splitlines()[1:]) if known else ()
    offered = any(item.strip().upper() == "STLS" for item in notes.offered)
    if known and not offered and not notes.insist:
        raise not_offered("STLS")
    answer = yield Ask(step=StarttlsStep.REQUEST, send=b"STLS\r\n", until=line)
    accepted = answer.upper().startswith(b"+OK")
    if known or not accepted:
        _judge(notes, "STLS", offered, accepted, answer)


def sieve(notes: Notes) -> Script:
    """The greeting has the capabilities, a string on each line, and ends in OK."""
    framing = lines_until(rb"(OK|NO|BYE)\b", rb'["{]|OK|NO|BYE')
    greeting = yield Ask(step=StarttlsStep.GREETING, until=framing)
    lines = greeting.decode("latin-1").splitlines()
    if not lines[-1].upper().startswith("OK"):
        raise Refused(StarttlsRefusal.GREETING, f"the server greets with {shown(lines[-1].encode('latin-1'))}")
    notes.offered = tuple(line.strip() for line in lines[:-1])
    notes.software = next((line[17:].strip(' "')[:120] for line in notes.offered if line.upper().startswith('"IMPLEMENTATION"')), "")
    offered = any(line.upper().startswith('"STARTTLS"') for line in notes.offered)
    if not offered and not notes.insist:
        raise not_offered("STARTTLS")
    answer = yield Ask(step=StarttlsStep.REQUEST, send=b"STARTTLS\r\n", until=framing)
    _judge(notes, "STARTTLS", offered, answer.splitlines()[-1].upper().startswith(b"OK"), answer)


SPEAKERS: dict[str, Speaker] = {"imap": imap, "pop3": pop3, "sieve": sieve}
