"""The client's own certificates, from the bytes that it sent: up to TLS 1.2 they go over the wire in the clear (RFC 5246 section 7.4.6)."""

from __future__ import annotations

from ..iana import ContentType, HandshakeType
from ..wire import Certificate12, DecodeError, HandshakeReader, RecordReader


def sent_certificates(sent: bytes) -> tuple[bytes, ...] | None:
    """The certificates of the client's Certificate message, none for an empty one; None where there is no such message to be seen."""
    messages = HandshakeReader()
    try:
        for record in RecordReader().feed(sent):
            if record.content_type == ContentType.CHANGE_CIPHER_SPEC:
                return None  # what follows is encrypted
            if record.content_type != ContentType.HANDSHAKE:
                continue
            for message in messages.feed(record.fragment):
                if message.type == HandshakeType.CERTIFICATE:
                    return Certificate12.decode(message.body).certificates
    except DecodeError:
        pass  # a context that sends no TLS has sent no certificate either
    return None
