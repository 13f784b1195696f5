"""What protocols say first, or to the wrong words: a table of patterns, most telling first.

Greetings are those of RFC 5321 (SMTP), 959 (FTP), 3501 (IMAP), 1939 (POP3), 4253 (SSH), 3977 (NNTP), 5804 (ManageSieve), 6120 (XMPP), 854 (Telnet), 4511 (LDAP), and of the
protocol descriptions of MySQL, PostgreSQL, Redis and VNC.
"""

from __future__ import annotations

import re

import attrs


@attrs.frozen
class Signature:
    """A protocol, the bytes that tell it, and the STARTTLS protocol that would cure it."""

    protocol: str
    pattern: re.Pattern[bytes]
    starttls: str | None = None


def _row(protocol: str, pattern: bytes, starttls: str | None = None) -> Signature:
    return Signature(protocol, re.compile(pattern, re.DOTALL | re.IGNORECASE), starttls)


GREETINGS: tuple[Signature, ...] = (
    _row("http", rb"^(HTTP/\d|<!doctype html|<html)"),
    _row("ssh", rb"^SSH-\d\.\d"),
    _row("ftp", rb"^220[- ][^\r\n]*\b(ftp|filezilla)\b", "ftp"),
    _row("smtp", rb"^(220[- ][^\r\n]*\b(e?smtp|mail|postfix|exim|sendmail|lmtp)\b|554[- ][^\r\n]*\b(smtp|mail)\b|421[- ])", "smtp"),
    _row("ftp", rb"^(220[- ]|530 Please login)", "ftp"),
    _row("imap", rb"^\* (OK|PREAUTH|BYE)\b", "imap"),
    _row("pop3", rb"^(\+OK\b|-ERR\b(?! unknown command))", "pop3"),
    _row("sieve", rb'^("IMPLEMENTATION"|"SIEVE")', "sieve"),
    _row("nntp", rb"^20[01] [^\r\n]*(nntp|news|inn)", "nntp"),
    _row("xmpp", rb"^(<\?xml[^>]*>\s*)?<stream:(stream|error)", "xmpp"),
    _row("mysql", rb"^.{3}\x00(\x0a[\x20-\x7e]+\x00|\xff..)", "mysql"),
    _row("postgresql", rb"^(E....S(ERROR|FATAL)|E[\x00]{2}..S)", "postgres"),
    _row("ldap", rb"^\x30.{1,5}\x02\x01.[\x61\x78]", "ldap"),
    _row("redis", rb"^(-ERR unknown command|\+PONG|-NOAUTH|-DENIED)"),
    _row("vnc", rb"^RFB \d{3}\.\d{3}\n"),
    _row("telnet", rb"^\xff[\xfb-\xfe]."),
    _row("rdp", rb"^\x03\x00\x00.\x0e?\xd0", "rdp"),
    _row("irc", rb"^:[^\r\n ]+ NOTICE ", "irc"),
)
_SOFTWARE = re.compile(rb"^server:\s*([^\r\n]{1,80})", re.IGNORECASE | re.MULTILINE)


def recognise(data: bytes) -> Signature | None:
    """The first signature that fits."""
    return next((row for row in GREETINGS if row.pattern.search(data[:1024])), None)


def software_of(protocol: str, data: bytes) -> str | None:
    """What the peer calls itself, in its own words."""
    if protocol == "http":
        found = _SOFTWARE.search(data)
        return found.group(1).decode("utf-8", "replace").strip() if found else None
    line = data.split(b"\n", 1)[0].strip()
    return line[:120].decode("utf-8", "replace") if protocol in ("ssh", "smtp", "ftp", "imap", "pop3") else None
