"""TLS servers that say what a test tells them to, with the right keys: what no real server says can be said in the right place and protected."""

from __future__ import annotations

import hashlib

from tlsdiag.handshake import ClientHandshake, HandshakeResult, Offer
from tlsdiag.handshake.events import Event
from tlsdiag.handshake.groups import new_share
from tlsdiag.handshake.protection import Aead13, KeyBlock, protect12, shape_of
from tlsdiag.handshake.schedule12 import KeySchedule12
from tlsdiag.handshake.schedule13 import KeySchedule13, finished_mac, traffic_keys
from tlsdiag.handshake.signatures import sign
from tlsdiag.iana import CipherSuite, ContentType, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion, SignatureScheme
from tlsdiag.testing import Issued
from tlsdiag.wire import Certificate13, CertificateEntry, CertificateVerify, Extension, HandshakeMessage, KeyShareEntry, Reader, ServerHello, Writer
from tlsdiag.wire.key_exchange import EcdheParameters, ServerKeyExchange
from tlsdiag.wire.records import RecordReader, encode_records

H, V = HandshakeType, ProtocolVersion
SUITE = CipherSuite(0x1301)
ANONYMOUS = CipherSuite(0xC018)
CONTEXT = b" " * 64 + b"TLS 1.3, server CertificateVerify\0"
X25519 = NamedGroup(0x001D)


def zeros(size: int) -> bytes:
    """Randomness that a test can foresee."""
    return b"\x07" * size


def encoded(kind: int, body: bytes) -> bytes:
    """One handshake message."""
    return HandshakeMessage(type=HandshakeType(kind), body=body).encode()


class Server13:
    """A TLS 1.3 server that has said its ServerHello; `say` sends any message under the keys of the moment."""

    def __init__(self, offer: Offer, issued: Issued, **options: object) -> None:
        self.client, self.issued = ClientHandshake(offer, randomness=zeros, **options), issued  # type: ignore[arg-type]
        self.client.start()
        share = new_share(X25519, lambda size: b"\x09" * size)
        ours = KeyShareEntry(group=X25519, key_exchange=share.public)
        body = Writer().u16(ours.group).opaque(ours.key_exchange, 2).done()
        extensions = (
            Extension(type=ExtensionType(ExtensionType.SUPPORTED_VERSIONS), body=b"\x03\x04"),
            Extension(type=ExtensionType(ExtensionType.KEY_SHARE), body=body),
        )
        hello = ServerHello(legacy_version=V(V.TLS1_2), random=b"r" * 32, session_id=zeros(32), cipher_suite=SUITE, extensions=extensions)
        said = encoded(H.SERVER_HELLO, hello.encode())
        self.transcript = encoded(H.CLIENT_HELLO, self.client.client_hello) + said
        self.schedule = KeySchedule13("sha256")
        theirs = new_share(X25519, zeros).public  # the same randomness gives the client's share again
        self.schedule.agree(share.agree(theirs), self.hashed())
        self.writing = Aead13(shape_of(SUITE), traffic_keys("sha256", self.schedule.server_handshake, 16))
        self.client.receive(encode_records(ContentType.HANDSHAKE, V.TLS1_2, said))

    def hashed(self) -> bytes:
        """The hash of what was said."""
        return hashlib.sha256(self.transcript).digest()

    def say(self, kind: int, body: bytes) -> list[Event]:
        """Say one message, protected."""
        message = encoded(kind, body)
        self.transcript += message
        return self.client.receive(self.writing.seal(ContentType.HANDSHAKE, V.TLS1_2, message).encode())

    def greet(self) -> Server13:
        """EncryptedExtensions without one."""
        self.say(H.ENCRYPTED_EXTENSIONS, b"\0\0")
        return self

    def certify(self, *extensions: Extension) -> Server13:
        """Certificate, with extensions of the leaf."""
        entry = CertificateEntry(data=self.issued.der, extensions=extensions)
        self.say(H.CERTIFICATE, Certificate13(entries=(entry,)).encode())
        return self

    def prove(self, scheme: int = 0x0403) -> Server13:
        """CertificateVerify."""
        signature = sign(self.issued.private_key, scheme, CONTEXT + self.hashed())
        self.say(H.CERTIFICATE_VERIFY, CertificateVerify(scheme=SignatureScheme(scheme), signature=signature).encode())
        return self

    def finish(self) -> Server13:
        """Finished; from here on the application's keys are used."""
        self.say(H.FINISHED, finished_mac("sha256", self.schedule.server_handshake, self.hashed()))
        self.schedule.finish(self.hashed())
        self.writing = Aead13(shape_of(SUITE), traffic_keys("sha256", self.schedule.server_application, 16))
        return self

    @property
    def result(self) -> HandshakeResult:
        """What the client has seen."""
        return self.client.result


class Server12:
    """A TLS 1.2 server of an anonymous suite, which needs no certificate; `complete` plays it to the end, `say` goes on under its keys."""

    def __init__(self) -> None:
        offer = Offer.broad("server.example").with_(versions=(V.TLS1_2,), cipher_suites=(ANONYMOUS,))
        self.client = ClientHandshake(offer, randomness=zeros)
        self.client.start()
        self.transcript = encoded(H.CLIENT_HELLO, self.client.client_hello)
        self.share = new_share(X25519, lambda size: b"\x09" * size)

    def plain(self, kind: int, body: bytes) -> None:
        """Say one message before there are keys."""
        self.transcript += encoded(kind, body)
        self.client.receive(encode_records(ContentType.HANDSHAKE, V.TLS1_2, encoded(kind, body)))

    def say(self, kind: int, body: bytes) -> list[Event]:
        """Say one message, protected."""
        return self.client.receive(self.writing.seal(ContentType.HANDSHAKE, V.TLS1_2, encoded(kind, body)).encode())

    def greet(self) -> Server12:
        """Everything up to ServerHelloDone, and the client's answer."""
        self.plain(H.SERVER_HELLO, ServerHello(legacy_version=V(V.TLS1_2), random=b"r" * 32, session_id=b"", cipher_suite=ANONYMOUS, extensions=()).encode())
        parameters = EcdheParameters(group=X25519, public=self.share.public)
        self.plain(H.SERVER_KEY_EXCHANGE, ServerKeyExchange(parameters=parameters).encode(anonymous=True))
        self.plain(H.SERVER_HELLO_DONE, b"")
        answer = next(iter(RecordReader().feed(self.client.data_to_send()))).fragment  # ClientKeyExchange
        self.transcript += answer
        premaster = self.share.agree(Reader(answer[4:]).opaque(1))
        self.schedule = KeySchedule12.of(V.TLS1_2, "sha256", premaster, zeros(32), b"r" * 32)
        self.transcript += encoded(H.FINISHED, self.schedule.finished(self.transcript, client=True))
        shape = shape_of(ANONYMOUS)
        keys = KeyBlock.cut(shape, self.schedule.key_block(KeyBlock.length(shape)))
        self.writing = protect12(shape, keys, V.TLS1_2, client=False, etm=False)
        return self

    def change(self) -> Server12:
        """ChangeCipherSpec."""
        self.client.receive(encode_records(ContentType.CHANGE_CIPHER_SPEC, V.TLS1_2, b"\x01"))
        return self

    def complete(self) -> Server12:
        """The whole handshake."""
        self.greet().change().say(H.FINISHED, self.schedule.finished(self.transcript, client=False))
        return self

    @property
    def result(self) -> HandshakeResult:
        """What the client has seen."""
        return self.client.result
