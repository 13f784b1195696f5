"""Scripted peers for protocols that no server at hand speaks (RDP, TDS, IRC, NNTP), and for what no honest server does: strip, inject, stay silent.

Each is a conversation for `tlsdiag.demo.servers.listening`: words in the clear, then real TLS of Python's `ssl`.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

from tlsdiag.demo.servers import is_silent
from tlsdiag.testing import Issued

Converse = Callable[[socket.socket], None]
SMTP = (b"220 mail.example ESMTP\r\n", b"250-mail.example\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 HELP\r\n", b"220 go ahead\r\n")
STRIPPED = b"250-mail.example\r\n250-SIZE 1000\r\n250-XXXXXXXA\r\n250 HELP\r\n"
BLANKED = b"250-mail.example\r\n250-SIZE 1000\r\n250-        \r\n250 HELP\r\n"
PLAIN = b"250-mail.example\r\n250-SIZE 1000\r\n250 HELP\r\n"
NNTP = (b"200 news.example InterNetNews NNRP server ready\r\n", b"101 list:\r\nVERSION 2\r\nREADER\r\nSTARTTLS\r\n.\r\n", b"382 go ahead\r\n")
IRC = (
    b"",
    b":irc.example NOTICE * :*** Looking up your hostname\r\n:irc.example CAP * LS * :multi-prefix\r\n:irc.example CAP * LS :sasl tls\r\n",
    b":irc.example 670 * :STARTTLS successful, go ahead with TLS handshake\r\n",
)
RDP = (b"", bytes.fromhex("030000130ed000001234000200080001000000"))
TDS_ANSWER = bytes.fromhex("0401002b00000100") + bytes.fromhex("00001a0006" + "0100200001" + "0200210001" + "0300220000" + "0400220001" + "ff")
TDS_ANSWER += bytes.fromhex("0f0007d00000") + b"\x01" + b"\x00" + b"\x00"


def server_context(issued: Issued, folder: Path, *, highest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A TLS server with this certificate."""
    path = folder / "peer.pem"
    path.write_bytes(issued.key_pem + issued.chain_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    if highest is not None:
        context.maximum_version = highest
    return context


def upgrading(context: ssl.SSLContext, words: Sequence[bytes]) -> Converse:
    """Say the first word as a greeting (nothing where it is empty), one after each message of the client, then speak TLS."""

    def converse(connection: socket.socket) -> None:
        if not _said(connection, words):
            return
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(4096)

    return converse


def saying(words: Sequence[bytes], *, close: bool = False) -> Converse:
    """The same, without TLS at the end: it answers nothing more, or closes."""

    def converse(connection: socket.socket) -> None:
        if _said(connection, words) and not close:
            is_silent(connection)

    return converse


def _said(connection: socket.socket, words: Sequence[bytes]) -> bool:
    """Say the words; False where the client hung up before the last."""
    greeting, *answers = words
    connection.sendall(greeting)
    for answer in answers:
        if not connection.recv(4096):
            return False
        connection.sendall(answer)
    return True


def sql_server(context: ssl.SSLContext, answer: bytes) -> Converse:
    """PRELOGIN, then a handshake in TDS packets, as SQL Server does: what comes after it is bare."""

    def converse(connection: socket.socket) -> None:
        if not connection.recv(4096):
            return
        connection.sendall(answer)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        secure = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                secure.do_handshake()
                break
            except ssl.SSLWantReadError:
                _send_packets(connection, outgoing.read())
                incoming.write(_read_packet(connection))
            except ssl.SSLError:
                break
        _send_packets(connection, outgoing.read())
        connection.recv(4096)

    return converse


def _send_packets(connection: socket.socket, data: bytes) -> None:
    pieces = [data[at : at + 500] for at in range(0, len(data), 500)]  # small ones: a message of several packets
    for number, piece in enumerate(pieces):
        last = number + 1 == len(pieces)
        connection.sendall(bytes((0x12, last)) + (len(piece) + 8).to_bytes(2, "big") + bytes(4) + piece)


def _read_packet(connection: socket.socket) -> bytes:
    header = _exactly(connection, 8)
    assert header[0] == 0x12
    return _exactly(connection, int.from_bytes(header[2:4], "big") - 8)


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ConnectionError("the client hung up")
        data += piece
    return data
