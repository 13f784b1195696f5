"""Edits of a ClientHello: each changes one thing and leaves every other byte, and the order of the extensions, as it was.

They work on the message itself, not on an `Offer`, so that a client's own hello can be sent again with one difference
(`Offer.from_client_hello` makes an offer of the result, with fresh randomness). What cannot be read in a hello is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import attrs

from ..iana import CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme
from ..wire import ClientHello, DecodeError, Extension, Reader, Writer

T = ExtensionType
HEADER = 4
"""Bytes of the header of a handshake message (RFC 8446 section 4)."""
_ONLY_TLS13 = (T.SUPPORTED_VERSIONS, T.KEY_SHARE, T.PSK_KEY_EXCHANGE_MODES, T.PRE_SHARED_KEY, T.EARLY_DATA, T.COOKIE)
_GREASE = 0x1A1A
# Bytes of a public value: ECDHE and ML-KEM hybrids (draft-ietf-tls-ecdhe-mlkem), FFDHE (RFC 7919).
_SHARE_LENGTHS = {
    0x001D: 32, 0x001E: 56, 0x0017: 65, 0x0018: 97, 0x0019: 133, 0x0100: 256, 0x0101: 384, 0x0102: 512, 0x0103: 768, 0x0104: 1024,
    0x11EC: 1216, 0x11EB: 1249,
}  # fmt: skip


def size_of(hello: ClientHello) -> int:
    """Bytes of the whole message, header included."""
    return HEADER + len(hello.encode())


def extension_types(hello: ClientHello) -> tuple[ExtensionType, ...]:
    """The types of the extensions in order."""
    return tuple(item.type for item in hello.extensions or ())


def without_extensions(hello: ClientHello, types: Collection[int]) -> ClientHello:
    """Leave extensions out."""
    if hello.extensions is None:
        return hello
    return attrs.evolve(hello, extensions=tuple(item for item in hello.extensions if item.type not in types))


def with_extension(hello: ClientHello, kind: int, body: bytes) -> ClientHello:
    """Change the body of an extension in its place; one that was not there comes last (but before pre_shared_key, RFC 8446 section 4.2.11)."""
    new = Extension(type=T(kind), body=body)
    found = hello.extensions or ()
    if any(item.type == kind for item in found):
        return attrs.evolve(hello, extensions=tuple(new if item.type == kind else item for item in found))
    last = tuple(item for item in found if item.type == T.PRE_SHARED_KEY)
    return attrs.evolve(hello, extensions=(*(item for item in found if item.type != T.PRE_SHARED_KEY), new, *last))


def with_suites(hello: ClientHello, suites: Sequence[int]) -> ClientHello:
    """Offer these cipher suites."""
    return attrs.evolve(hello, cipher_suites=tuple(CipherSuite(code) for code in suites))


def with_groups(hello: ClientHello, groups: Sequence[int]) -> ClientHello:
    """Offer these groups, with the key shares that there are for them."""
    changed = with_extension(hello, T.SUPPORTED_GROUPS, Writer().u16_list(tuple(groups)).done())
    return _map_shares(changed, lambda group: group in groups)


def with_schemes(hello: ClientHello, schemes: Sequence[int]) -> ClientHello:
    """Offer these signature schemes."""
    return with_extension(hello, T.SIGNATURE_ALGORITHMS, Writer().u16_list(tuple(schemes)).done())


def with_versions(hello: ClientHello, versions: Sequence[int]) -> ClientHello:
    """List these versions in `supported_versions`."""
    return with_extension(hello, T.SUPPORTED_VERSIONS, Writer().u16_list(tuple(versions), 1).done())


def with_server_name(hello: ClientHello, name: str) -> ClientHello:
    """Send another server name, or one at all (RFC 6066 section 3)."""
    entry = Writer().u8(0).opaque(name.encode("ascii", "replace"), 2).done()
    return with_extension(hello, T.SERVER_NAME, Writer().opaque(entry, 2).done())


def with_alpn(hello: ClientHello, protocols: Sequence[str]) -> ClientHello:
    """Offer these application protocols (RFC 7301); none of them leaves the extension out."""
    if not protocols:
        return without_extensions(hello, (T.APPLICATION_LAYER_PROTOCOL_NEGOTIATION,))
    names = b"".join(Writer().opaque(name.encode("utf-8"), 1).done() for name in protocols)
    return with_extension(hello, T.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, Writer().opaque(names, 2).done())


def share_groups(hello: ClientHello) -> tuple[NamedGroup, ...]:
    """The groups that there is a key share for, in order."""
    return tuple(group for group, _ in _shares(hello))


def with_shares(hello: ClientHello, groups: Sequence[int]) -> ClientHello:
    """Send key shares for these groups. A new share is a blank of the right length: building the hello fills it."""
    known = dict(_shares(hello))
    entries = Writer()
    for group in groups:
        entries.u16(group).opaque(known.get(NamedGroup(group), bytes(_SHARE_LENGTHS.get(group, 0))), 2)
    return with_extension(hello, T.KEY_SHARE, Writer().opaque(entries.done(), 2).done())


def can_share(group: int) -> bool:
    """True when `with_shares` knows the length of a group's share."""
    return group in _SHARE_LENGTHS


def at_most(hello: ClientHello, version: int) -> ClientHello:
    """Offer no version above this one, which is TLS 1.2 or older: without the extensions that say more."""
    older = attrs.evolve(hello, legacy_version=ProtocolVersion(min(version, hello.legacy_version)))
    return without_extensions(older, _ONLY_TLS13)


def without_grease(hello: ClientHello) -> ClientHello:
    """Take every reserved value out of suites, extensions, groups, shares, schemes and versions (RFC 8701)."""
    kinds: set[int] = {kind for kind in extension_types(hello) if kind.is_grease}
    found = without_extensions(with_suites(hello, [code for code in hello.cipher_suites if not code.is_grease]), kinds)
    if found.supported_groups:
        found = with_groups(found, [group for group in found.supported_groups if not group.is_grease])
    if found.signature_schemes:
        found = with_schemes(found, [scheme for scheme in found.signature_schemes if not scheme.is_grease])
    if found.extension(T.SUPPORTED_VERSIONS) is not None:
        found = with_versions(found, [version for version in found.supported_versions if not version.is_grease])
    return found


def with_grease(hello: ClientHello) -> ClientHello:
    """Put a reserved value first among the suites and the extensions, as browsers do (RFC 8701)."""
    grease = Extension(type=T(_GREASE), body=b"")
    suites = (CipherSuite(_GREASE), *hello.cipher_suites)
    return attrs.evolve(hello, cipher_suites=suites, extensions=(grease, *(hello.extensions or ())))


def has_grease(hello: ClientHello) -> bool:
    """True when a reserved value is in it."""
    return without_grease(hello) != hello


def post_quantum_groups(hello: ClientHello) -> tuple[NamedGroup, ...]:
    """The groups that hold a post-quantum key exchange."""
    return tuple(group for group in (*hello.supported_groups, *share_groups(hello)) if is_post_quantum(group))


def is_post_quantum(group: NamedGroup) -> bool:
    """True for ML-KEM and its hybrids, alone or with a classical group."""
    row = group.row
    return bool(row is not None and row["pq"])


def without_post_quantum(hello: ClientHello) -> ClientHello:
    """Take the post-quantum groups out, and their key shares; a classical share takes their place when none is left."""
    groups = [group for group in hello.supported_groups if not is_post_quantum(group)]
    found = with_groups(hello, groups)
    if not [group for group in share_groups(found) if not group.is_grease]:
        found = with_shares(found, [*share_groups(found), *[group for group in groups if can_share(group)][:1]])
    return found


def padded(hello: ClientHello, size: int) -> ClientHello:
    """The message with the extension `padding` (RFC 7685) so that it has `size` bytes; as it is when that is not possible."""
    bare = without_extensions(hello, (T.PADDING,))
    missing = size - size_of(bare) - 4
    return with_extension(bare, T.PADDING, bytes(missing)) if missing >= 0 else hello


def _shares(hello: ClientHello) -> list[tuple[NamedGroup, bytes]]:
    extension, found = hello.extension(T.KEY_SHARE), []
    try:
        block = Reader(extension.body).vector(2) if extension is not None else Reader(b"")
        while block:
            found.append((NamedGroup(block.u16()), block.opaque(2)))
    except DecodeError:
        return []  # a client's own mistake: it is sent again as it was
    return found


def _map_shares(hello: ClientHello, keep: Callable[[NamedGroup], bool]) -> ClientHello:
    """Keep some of the key shares; the extension stays, empty too (RFC 8446 section 4.2.8)."""
    found = _shares(hello)
    if not found or all(keep(group) for group, _ in found):
        return hello
    return with_shares(hello, [group for group, _ in found if keep(group)])


def add_schemes(hello: ClientHello, schemes: Sequence[SignatureScheme]) -> ClientHello:
    """Offer these schemes after the hello's own."""
    return with_schemes(hello, _joined(hello.signature_schemes, schemes))


def add_groups(hello: ClientHello, groups: Sequence[NamedGroup]) -> ClientHello:
    """Offer these groups after the hello's own, without key shares."""
    return with_groups(hello, _joined(hello.supported_groups, groups))


def add_suites(hello: ClientHello, suites: Sequence[CipherSuite]) -> ClientHello:
    """Offer these suites after the hello's own."""
    return with_suites(hello, _joined(hello.cipher_suites, suites))


def _joined(own: Sequence[int], more: Sequence[int]) -> list[int]:
    return list(dict.fromkeys((*own, *more)))
