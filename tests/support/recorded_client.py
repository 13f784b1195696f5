"""A client that says a recorded hello: what a browser says, or another library, where the interpreter's own OpenSSL cannot be made to say it."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from tlsdiag.handshake import edits
from tlsdiag.iana import ContentType, HandshakeType
from tlsdiag.wire import Alert, ClientHello, HandshakeMessage, RecordReader, encode_records

CORPUS = Path(__file__).parents[1] / "corpus" / "clienthellos"


def recorded_hello(name: str, server_name: str | None = None) -> ClientHello:
    """The hello of a file in the corpus, for another server name."""
    fragments = b"".join(record.fragment for record in RecordReader().feed((CORPUS / f"{name}.bin").read_bytes()))
    hello = ClientHello.decode(fragments[4 : 4 + int.from_bytes(fragments[1:4], "big")])
    return hello if server_name is None else edits.with_server_name(hello, server_name)


class RecordedClient(ssl.SSLContext):
    """A context whose handshakes say `hello`, and are done with the first answer that is no alert."""

    hello: ClientHello
    record_version = 0x0301

    @classmethod
    def of(cls, hello: ClientHello) -> RecordedClient:
        """A client of this hello."""
        made = cls(ssl.PROTOCOL_TLS_CLIENT)
        made.hello = hello
        return made

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *_: Any, **__: Any) -> Any:
        """One handshake over two buffers."""
        return _Handshake(self, incoming, outgoing)


class _Handshake:
    def __init__(self, context: RecordedClient, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        message = HandshakeMessage(type=HandshakeType(HandshakeType.CLIENT_HELLO), body=context.hello.encode()).encode()
        outgoing.write(encode_records(ContentType.HANDSHAKE, context.record_version, message))
        self._incoming = incoming
        self._records = RecordReader()

    def do_handshake(self) -> None:
        for record in self._records.feed(self._incoming.read()):
            if record.content_type == ContentType.ALERT:
                raise ssl.SSLError(1, f"alert {Alert.decode(record.fragment).description.name}")
            return
        if self._incoming.eof:
            raise ssl.SSLEOFError(8, "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol")
        raise ssl.SSLWantReadError

    def version(self) -> str:
        return "TLSv1.2"

    def cipher(self) -> None:
        return None

    def selected_alpn_protocol(self) -> None:
        return None
