"""From an `Offer` to the bytes of a ClientHello: extensions in order, key shares drawn here."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from ..iana import ExtensionType, NamedGroup, ProtocolVersion, Sslv2CipherKind, rows
from ..wire import ClientHello, Extension, Writer
from ..wire.sslv2 import Sslv2ClientHello, frame
from .groups import KeyShare, is_supported, new_share
from .offer import Offer

T = ExtensionType


@attrs.frozen(kw_only=True)
class SentHello:
    """A hello and the private halves of its shares."""

    hello: ClientHello
    shares: dict[int, KeyShare]


def build_hello(offer: Offer, randomness: Callable[[int], bytes]) -> SentHello:
    """The first ClientHello of an offer."""
    shares: dict[int, KeyShare] = {
        group: new_share(group, randomness) for group in offer.key_share_groups if is_supported(group)
    }
    if offer.raw is not None:
        return SentHello(hello=_refreshed(offer.raw, shares, randomness), shares=shares)
    hello = ClientHello(
        legacy_version=offer.legacy_version,
        random=randomness(32),
        session_id=randomness(offer.session_id_length),
        cipher_suites=offer.cipher_suites,
        compression_methods=offer.compression_methods,
        extensions=_extensions(offer, shares) or None,
    )
    return SentHello(hello=_padded(hello, offer.pad_to), shares=shares)


def retry_hello(sent: SentHello, share_group: int | None, cookie: bytes | None, randomness: Callable[[int], bytes]) -> SentHello:
    """The second ClientHello after a HelloRetryRequest (RFC 8446 section 4.1.2): one share, the cookie, all else the same."""
    shares = sent.shares if share_group is None else {share_group: new_share(share_group, randomness)}
    found = []
    for extension in sent.hello.extensions or ():
        if extension.type == T.KEY_SHARE:
            extension = _key_share(shares)
        if extension.type not in (T.COOKIE, T.EARLY_DATA):
            found.append(extension)
    if cookie is not None:
        found.append(Extension(type=T.COOKIE, body=Writer().opaque(cookie, 2).done()))
    found.sort(key=lambda extension: extension.type == T.PRE_SHARED_KEY)
    return SentHello(hello=attrs.evolve(sent.hello, extensions=tuple(found)), shares=shares)


def build_ssl2_hello(randomness: Callable[[int], bytes]) -> bytes:
    """An SSL 2.0 CLIENT-HELLO with every cipher, framed."""
    specs = tuple(Sslv2CipherKind(code) for code in rows("sslv2_ciphers"))
    return frame(Sslv2ClientHello(cipher_specs=specs, challenge=randomness(16)).encode())


def _extensions(offer: Offer, shares: dict[int, KeyShare]) -> tuple[Extension, ...]:
    if offer.newest < ProtocolVersion.TLS1_0:
        return offer.extra_extensions
    found = {extension.type: extension for extension in _usual(offer, shares)}
    for extension in offer.extra_extensions:
        found[extension.type] = extension
    return tuple(extension for kind, extension in found.items() if kind not in offer.omit_extensions)


def _usual(offer: Offer, shares: dict[int, KeyShare]) -> list[Extension]:
    old = any(version < ProtocolVersion.TLS1_3 for version in offer.versions)
    new = ProtocolVersion.TLS1_3 in offer.versions
    found: list[tuple[int, bytes]] = []
    if offer.server_name is not None:
        name = Writer().u8(0).opaque(offer.server_name.encode("ascii", "replace"), 2).done()
        found.append((T.SERVER_NAME, Writer().opaque(name, 2).done()))
    if old and offer.extended_master_secret:
        found.append((T.EXTENDED_MASTER_SECRET, b""))
    if old:
        found.append((T.RENEGOTIATION_INFO, b"\0"))
    if offer.groups:
        found.append((T.SUPPORTED_GROUPS, Writer().u16_list(offer.groups).done()))
    if old and offer.groups:
        found.append((T.EC_POINT_FORMATS, b"\x01\0"))
    if old:
        found.append((T.SESSION_TICKET, b""))
    if old and offer.encrypt_then_mac:
        found.append((T.ENCRYPT_THEN_MAC, b""))
    if offer.alpn:
        names = b"".join(Writer().opaque(name.encode("utf-8"), 1).done() for name in offer.alpn)
        found.append((T.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, Writer().opaque(names, 2).done()))
    if offer.status_request:
        found.append((T.STATUS_REQUEST, b"\x01\0\0\0\0"))
    if offer.signature_schemes and offer.newest >= ProtocolVersion.TLS1_2:
        found.append((T.SIGNATURE_ALGORITHMS, Writer().u16_list(offer.signature_schemes).done()))
    if offer.signed_certificate_timestamps:
        found.append((T.SIGNED_CERTIFICATE_TIMESTAMP, b""))
    if offer.compress_certificate and new:
        found.append((T.COMPRESS_CERTIFICATE, b"\x02\0\x01"))
    found_extensions = [Extension(type=T(kind), body=body) for kind, body in found]
    return found_extensions + (_only_13(offer, shares) if new else [])


def _only_13(offer: Offer, shares: dict[int, KeyShare]) -> list[Extension]:
    return [
        _key_share(shares),
        Extension(type=T(T.PSK_KEY_EXCHANGE_MODES), body=b"\x01\x01"),
        Extension(type=T(T.SUPPORTED_VERSIONS), body=Writer().u16_list(offer.versions, 1).done()),
    ]


def _key_share(shares: dict[int, KeyShare]) -> Extension:
    entries = b"".join(Writer().u16(group).opaque(share.public, 2).done() for group, share in shares.items())
    return Extension(type=T(T.KEY_SHARE), body=Writer().opaque(entries, 2).done())


def _refreshed(hello: ClientHello, shares: dict[int, KeyShare], randomness: Callable[[int], bytes]) -> ClientHello:
    """A captured hello with fresh random values; its pre-shared keys are not ours, so they go."""
    extensions = hello.extensions
    if extensions is not None:
        extensions = tuple(
            _key_share_like(extension, shares) if extension.type == T.KEY_SHARE else extension
            for extension in extensions
            if extension.type not in (T.PRE_SHARED_KEY, T.EARLY_DATA)
        )
    session_id = randomness(len(hello.session_id))
    return attrs.evolve(hello, random=randomness(32), session_id=session_id, extensions=extensions)


def _key_share_like(extension: Extension, shares: dict[int, KeyShare]) -> Extension:
    """Our own shares in place of the captured ones; GREASE and unsupported groups keep their bytes."""
    from ..wire import DecodeError, Reader

    writer = Writer()
    try:
        block = Reader(extension.body).vector(2)
        while block:
            group, public = NamedGroup(block.u16()), block.opaque(2)
            writer.u16(group).opaque(shares[group].public if group in shares else public, 2)
    except DecodeError:
        return extension
    return Extension(type=extension.type, body=Writer().opaque(writer.done(), 2).done())


def _padded(hello: ClientHello, size: int | None) -> ClientHello:
    """Pad the message (header included) to `size` bytes (RFC 7685)."""
    missing = 0 if size is None else size - len(hello.encode()) - 4 - 4
    if missing < 0 or size is None or hello.extensions is None:
        return hello
    return attrs.evolve(hello, extensions=(*hello.extensions, Extension(type=T(T.PADDING), body=bytes(missing))))
