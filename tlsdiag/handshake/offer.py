"""Offers: what a client says, as data. Frozen and hashable, so that the same offer is sent to the same endpoint once.

Named constructors make the offers that probes need; `with_` changes one thing at a time. No key and no random byte is in here: those are
drawn when the hello is built (`tlsdiag.handshake.hello`).
"""

from __future__ import annotations

from typing import Any, Self

import attrs

from ..iana import CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme, rows
from ..wire import ClientHello, Extension

_TLS13_SUITES = (0x1301, 0x1302, 0x1303, 0x1304, 0x1305)
# Ours to complete up to TLS 1.2, best first: ECDHE, DHE, RSA; AEAD, CBC, and last 3DES and RC4.
_TLS12_SUITES = (
    0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC0AC, 0xC0AD, 0xC0AE, 0xC0AF, 0x009E, 0x009F, 0xCCAA, 0xC09E, 0xC09F, 0xC0A2, 0xC0A3,
    0xC023, 0xC027, 0xC024, 0xC028, 0xC009, 0xC013, 0xC00A, 0xC014, 0x0067, 0x006B, 0x0033, 0x0039,
    0x009C, 0x009D, 0xC09C, 0xC09D, 0xC0A0, 0xC0A1, 0x003C, 0x003D, 0x002F, 0x0035,
    0xC008, 0xC012, 0x0016, 0x000A, 0xC007, 0xC011, 0x0005, 0x0004,
)  # fmt: skip
_GROUPS = (0x001D, 0x0017, 0x0018, 0x001E, 0x0019, 0x0100, 0x0101, 0x0102, 0x11EC, 0x11EB)
_KEY_SHARES = (0x001D, 0x0017)
_SCHEMES = (
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
)  # fmt: skip
_SIGNALLING = (0x00FF, 0x5600)
_KEY_EXCHANGES = ("RSA", "DHE", "ECDHE", "DH", "ECDH", "RSA_EXPORT", "DHE_EXPORT", "DH_EXPORT")
_PROTOCOLS = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def _suites(codes: tuple[int, ...]) -> tuple[CipherSuite, ...]:
    return tuple(CipherSuite(code) for code in codes)


@attrs.frozen(kw_only=True)
class Offer:
    """A ClientHello as data (RFC 8446 section 4.1.2).

    `versions` are what is offered, newest first. `extra_extensions` come after the usual ones, or replace the one of their type;
    `omit_extensions` leaves some out. `record_fragment` splits the hello over records of so many bytes. `raw` replays a
    captured hello with fresh randomness and key shares where it had some. `ssl2` sends an SSL 2.0 hello instead.
    """

    versions: tuple[ProtocolVersion, ...]
    cipher_suites: tuple[CipherSuite, ...]
    groups: tuple[NamedGroup, ...] = ()
    key_share_groups: tuple[NamedGroup, ...] = ()
    signature_schemes: tuple[SignatureScheme, ...] = ()
    server_name: str | None = None
    alpn: tuple[str, ...] = ()
    compression_methods: tuple[int, ...] = (0,)
    session_id_length: int = 32
    record_version: ProtocolVersion = ProtocolVersion.TLS1_0
    record_fragment: int | None = None
    status_request: bool = True
    signed_certificate_timestamps: bool = True
    encrypt_then_mac: bool = True
    extended_master_secret: bool = True
    compress_certificate: bool = False
    pad_to: int | None = None
    extra_extensions: tuple[Extension, ...] = ()
    omit_extensions: tuple[ExtensionType, ...] = ()
    raw: ClientHello | None = None
    ssl2: bool = False

    @classmethod
    def broad(cls, server_name: str | None = None, alpn: tuple[str, ...] = ()) -> Self:
        """TLS 1.0 to 1.3 and everything that our own core can complete: what works when a client's own offer does not."""
        return cls(
            versions=(ProtocolVersion.TLS1_3, ProtocolVersion.TLS1_2, ProtocolVersion.TLS1_1, ProtocolVersion.TLS1_0),
            cipher_suites=_suites(_TLS13_SUITES + _TLS12_SUITES),
            groups=tuple(NamedGroup(code) for code in _GROUPS),
            key_share_groups=tuple(NamedGroup(code) for code in _KEY_SHARES),
            signature_schemes=tuple(SignatureScheme(code) for code in _SCHEMES),
            server_name=server_name,
            alpn=alpn,
        )

    @classmethod
    def for_version(cls, version: int, server_name: str | None = None, alpn: tuple[str, ...] = ()) -> Self:
        """Exactly one version, with every suite that belongs to it, weak ones too: to see whether it is accepted at all."""
        chosen = ProtocolVersion(version)
        if chosen == ProtocolVersion.SSL2:
            return cls.sslv2()
        offer = cls.broad(server_name, alpn).with_(versions=(chosen,), cipher_suites=_suites(_suites_of(chosen)))
        if chosen == ProtocolVersion.TLS1_3:
            return offer
        offer = offer.with_(key_share_groups=(), session_id_length=0, record_version=min(chosen, ProtocolVersion.TLS1_0))
        return offer.with_(server_name=None, alpn=()) if chosen == ProtocolVersion.SSL3 else offer

    @classmethod
    def sslv2(cls) -> Self:
        """An SSL 2.0 hello with all its ciphers; there is nothing else in it."""
        return cls(versions=(ProtocolVersion.SSL2,), cipher_suites=(), ssl2=True)

    @classmethod
    def from_client_hello(cls, hello: ClientHello) -> Self:
        """The same hello again: extensions in their order, with fresh randomness and key shares."""
        supported = find_versions(hello)
        return cls(
            versions=supported,
            cipher_suites=hello.cipher_suites,
            groups=hello.supported_groups,
            key_share_groups=_shares_of(hello),
            signature_schemes=hello.signature_schemes,
            server_name=hello.server_name,
            alpn=hello.alpn,
            compression_methods=hello.compression_methods,
            session_id_length=len(hello.session_id),
            encrypt_then_mac=hello.extension(ExtensionType.ENCRYPT_THEN_MAC) is not None,
            extended_master_secret=hello.extension(ExtensionType.EXTENDED_MASTER_SECRET) is not None,
            raw=hello,
        )

    def with_(self, **changes: Any) -> Self:
        """The same offer, changed in what is named."""
        return attrs.evolve(self, **changes)

    def authenticated_by(self, kind: str) -> Self:
        """Only what a certificate with an "RSA" or "ECDSA" key can answer."""
        suites = tuple(
            suite for suite in self.cipher_suites if (row := suite.row) is not None and row["auth"] in (kind, "any", None)
        )
        prefixes = ("rsa_",) if kind == "RSA" else ("ecdsa_",)
        schemes = tuple(scheme for scheme in self.signature_schemes if scheme.name.lower().startswith(prefixes))
        return self.with_(cipher_suites=suites, signature_schemes=schemes)

    @property
    def newest(self) -> ProtocolVersion:
        """The newest version offered."""
        return max(self.versions, default=ProtocolVersion.TLS1_2)

    @property
    def legacy_version(self) -> ProtocolVersion:
        """What stands in `legacy_version`: never above TLS 1.2 (RFC 8446 section 4.1.2)."""
        return min(self.newest, ProtocolVersion.TLS1_2)


def find_versions(hello: ClientHello) -> tuple[ProtocolVersion, ...]:
    """What a hello offers: `supported_versions`, or every version from TLS 1.0 up to the legacy one."""
    if hello.extension(ExtensionType.SUPPORTED_VERSIONS) is not None:
        return tuple(version for version in hello.supported_versions if not version.is_grease)
    lowest = min(hello.legacy_version, ProtocolVersion.TLS1_0)
    return tuple(ProtocolVersion(code) for code in range(hello.legacy_version, lowest - 1, -1))


def _shares_of(hello: ClientHello) -> tuple[NamedGroup, ...]:
    from ..wire import DecodeError, Reader

    found = []
    extension = hello.extension(ExtensionType.KEY_SHARE)
    try:
        block = Reader(extension.body).vector(2) if extension else Reader(b"")
        while block:
            found.append(NamedGroup(block.u16()))
            block.opaque(2)
    except DecodeError:
        pass  # a client's own mistake: it is replayed as far as it can be read
    return tuple(group for group in found if not group.is_grease)


def _suites_of(version: ProtocolVersion) -> tuple[int, ...]:
    if version == ProtocolVersion.TLS1_3:
        return _TLS13_SUITES
    label = _PROTOCOLS[version - ProtocolVersion.SSL3]
    ours = [code for code in _TLS12_SUITES if _belongs(rows("cipher_suites")[code], label)]
    rest = [
        code
        for code, row in rows("cipher_suites").items()
        if code not in ours and code not in _SIGNALLING and row["kx"] in _KEY_EXCHANGES and _belongs(row, label)
    ]
    return tuple(ours + rest)


def _belongs(row: Any, label: str) -> bool:
    return bool(_PROTOCOLS.index(row["min_protocol"]) <= _PROTOCOLS.index(label) <= _PROTOCOLS.index(row["max_protocol"]))
