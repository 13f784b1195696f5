"""STARTTLS in words: which protocols go over to TLS on request, by which names and ports, and the steps on the way. Data only.

What speaks is in `tlsdiag.network.starttls`, what judges in `tlsdiag.checks.starttls`; both, and the target, name things as this file does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

CLIENT_NAME = "tlsdiag.invalid"
"""What we call ourselves where a protocol asks: a name that nobody has (RFC 2606), for a server to write into its log."""


class StarttlsStep(StrEnum):
    """How far a dialogue had come: the peer's greeting, what it can do, the request to begin TLS."""

    GREETING = "greeting"
    CAPABILITIES = "capabilities"
    REQUEST = "request"


class StarttlsRefusal(StrEnum):
    """Why a dialogue did not lead to TLS."""

    GREETING = "greeting-refused"
    NOT_OFFERED = "not-offered"
    REFUSED = "refused"
    WRONG_PROTOCOL = "wrong-protocol"
    TLS_ALREADY = "tls-already"
    SILENCE = "silence"
    CLOSED = "closed"


@attrs.frozen(kw_only=True)
class DialogueStep:
    """One step of a dialogue as it went: what was said and what was answered, each up to 2,048 bytes. A greeting answers nothing."""

    step: StarttlsStep
    sent: bytes = b""
    answered: bytes = b""


@attrs.frozen(kw_only=True)
class StarttlsProtocol:
    """A protocol that goes over to TLS on request.

    `names` are those that a caller may use, with the port that each stands for; the first is the protocol's own. `guessed` are the ports on which
    nothing else is to be expected, so that the protocol may be taken from them; `implicit` is the port where TLS begins at once. `first_word` is what a
    client says first inside TLS, where that is no login: its answer tells whether the client is let in.
    """

    title: str
    names: Mapping[str, int]
    guessed: tuple[int, ...] = ()
    implicit: int | None = None
    first_word: bytes = b""

    @property
    def name(self) -> str:
        """The protocol's own name."""
        return next(iter(self.names))


def protocol_named(name: str) -> StarttlsProtocol | None:
    """The protocol that a name or an alias stands for, in any case; None when nothing is known by it."""
    return next((row for row in PROTOCOLS if name.lower() in row.names), None)


def protocol_at(port: int) -> StarttlsProtocol | None:
    """The protocol that may be taken from a port; None where that would be a wild guess (IRC's 6667, LMTP's 24)."""
    return next((row for row in PROTOCOLS if port in row.guessed), None)


def between_mail_servers(protocol: str | None, port: int) -> bool:
    """Whether servers hand mail over to each other there: what holds for those (RFC 7672, RFC 8461) does not hold for submission."""
    return protocol == "smtp" and port != 587


def known_names() -> str:
    """Every name that `protocol_named` knows, for a message."""
    return ", ".join(name for row in PROTOCOLS for name in row.names)


PROTOCOLS: tuple[StarttlsProtocol, ...] = (
    StarttlsProtocol(
        title="SMTP",
        names={"smtp": 25, "submission": 587, "esmtp": 25},
        guessed=(25, 587),
        implicit=465,
        first_word=f"EHLO {CLIENT_NAME}\r\n".encode(),
    ),
    StarttlsProtocol(title="LMTP", names={"lmtp": 24}, first_word=f"LHLO {CLIENT_NAME}\r\n".encode()),
    StarttlsProtocol(title="IMAP", names={"imap": 143, "imap4": 143}, guessed=(143,), implicit=993),
    StarttlsProtocol(title="POP3", names={"pop3": 110, "pop": 110}, guessed=(110,), implicit=995),
    StarttlsProtocol(title="FTP", names={"ftp": 21}, guessed=(21,), implicit=990),
    StarttlsProtocol(title="LDAP", names={"ldap": 389}, guessed=(389, 3268), implicit=636),
    StarttlsProtocol(title="XMPP (client)", names={"xmpp": 5222, "xmpp-client": 5222, "jabber": 5222}, guessed=(5222,), implicit=5223),
    StarttlsProtocol(title="XMPP (server)", names={"xmpp-server": 5269, "xmpp-s2s": 5269}, guessed=(5269,), implicit=5270),
    StarttlsProtocol(title="PostgreSQL", names={"postgres": 5432, "postgresql": 5432}, guessed=(5432,)),
    StarttlsProtocol(title="MySQL", names={"mysql": 3306, "mariadb": 3306}, guessed=(3306,)),
    StarttlsProtocol(title="NNTP", names={"nntp": 119}, guessed=(119,), implicit=563),
    StarttlsProtocol(title="ManageSieve", names={"sieve": 4190, "managesieve": 4190}, guessed=(4190,)),
    StarttlsProtocol(title="IRC", names={"irc": 6667}, implicit=6697),
    StarttlsProtocol(title="RDP", names={"rdp": 3389, "ms-wbt-server": 3389}, guessed=(3389,)),
    StarttlsProtocol(title="TDS (SQL Server)", names={"tds": 1433, "mssql": 1433, "sqlserver": 1433}, guessed=(1433,)),
)
