"""What a test asks of a server: one set of options for all programs, as data."""

from __future__ import annotations

import re
from typing import Literal

import attrs

VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_PEM_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)


def _to_bytes(value: str | bytes) -> bytes:
    return value.encode("ascii") if isinstance(value, str) else value


def _to_bytes_or_none(value: str | bytes | None) -> bytes | None:
    return None if value is None else _to_bytes(value)


@attrs.frozen(kw_only=True)
class Site:
    """A certificate that is served for the given names only (SNI)."""

    names: tuple[str, ...] = attrs.field(converter=tuple)
    chain_pem: bytes = attrs.field(converter=_to_bytes)
    key_pem: bytes = attrs.field(converter=_to_bytes)


@attrs.frozen(kw_only=True)
class Options:
    """How a server is to be configured. What a program cannot do raises `ValueError`."""

    chain_pem: bytes | None = attrs.field(default=None, converter=_to_bytes_or_none)
    key_pem: bytes | None = attrs.field(default=None, converter=_to_bytes_or_none)
    second_chain_pem: bytes | None = attrs.field(default=None, converter=_to_bytes_or_none)
    """A second chain of another key type, served beside the first (RSA and ECDSA)."""
    second_key_pem: bytes | None = attrs.field(default=None, converter=_to_bytes_or_none)
    versions: tuple[str, ...] = attrs.field(default=("TLSv1.2", "TLSv1.3"), converter=tuple)
    ciphers: str | None = None
    """In the program's words: an OpenSSL list, a GnuTLS priority suffix, Java's or Go's names with colons."""
    groups: str | None = None
    """Split by colons, in the program's own words."""
    security_level: int | None = None
    """OpenSSL's @SECLEVEL. Default: 0 where a version below TLS 1.2 is asked for, else the program's own."""
    client_ca_pem: bytes | None = attrs.field(default=None, converter=_to_bytes_or_none)
    """Client certificates are asked for, and must come from here."""
    client_required: bool = True
    """False: a client certificate is asked for but may be left out."""
    server_names: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    """The names that the main certificate is for; matters with `sites` and `sni_strict`."""
    sites: tuple[Site, ...] = attrs.field(default=(), converter=tuple)
    sni_strict: bool = False
    """True: the handshake is refused when the server name is not one of `server_names` or of `sites`."""
    alpn: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    """`none`: the same program and port without TLS; `starttls`: TLS after the protocol's own request."""
    protocol: str | None = None
    """For a program that speaks several: "imap", "pop3", "sieve", "lmtp" (dovecot), "xmpp", "xmpp-server" (prosody)."""
    dh_pem: bytes | None = attrs.field(default=None, converter=_to_bytes_or_none)
    """PEM of DH parameters for finite-field key exchange below TLS 1.3."""
    credentials: tuple[str, str] | None = None
    """A user name and a password that a proxy asks for."""
    bump: bool = False
    """True: a proxy that replaces certificates; the pair given is the authority that it signs with."""
    ocsp_response: bytes | None = None
    """DER of an OCSP response to staple."""
    extra: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    """More configuration lines, or arguments, in the program's own words."""

    def __attrs_post_init__(self) -> None:
        unknown = set(self.versions) - set(VERSIONS)
        if unknown or not self.versions:
            raise ValueError(f"versions must be some of {VERSIONS}, not {self.versions}")
        if self.tls != "none" and (self.chain_pem is None or self.key_pem is None):
            raise ValueError("chain_pem and key_pem are needed for a server that speaks TLS")

    @property
    def chain(self) -> bytes:
        """The chain in PEM, leaf first, as it is to be sent."""
        assert self.chain_pem is not None
        return self.chain_pem

    @property
    def key(self) -> bytes:
        """The private key in PEM."""
        assert self.key_pem is not None
        return self.key_pem

    @property
    def lowest(self) -> str:
        """The oldest version asked for."""
        return min(self.versions, key=VERSIONS.index)

    @property
    def highest(self) -> str:
        """The newest version asked for."""
        return max(self.versions, key=VERSIONS.index)

    @property
    def absent_versions(self) -> tuple[str, ...]:
        """The versions not asked for."""
        return tuple(version for version in VERSIONS if version not in self.versions)

    @property
    def openssl_ciphers(self) -> str | None:
        """An OpenSSL cipher string: Debian's OpenSSL serves TLS 1.1 and older at security level 0 only."""
        old = VERSIONS.index(self.lowest) < VERSIONS.index("TLSv1.2")
        level = self.security_level if self.security_level is not None else (0 if old else None)
        if level is None:
            return self.ciphers
        default = "ALL" if level == 0 else "DEFAULT"
        return f"{self.ciphers or default}:@SECLEVEL={level}"

    def require_contiguous_versions(self) -> None:
        """For programs that know only a lowest and a highest version."""
        first, last = VERSIONS.index(self.lowest), VERSIONS.index(self.highest)
        if len(set(self.versions)) != last - first + 1:
            raise ValueError(f"this program cannot leave a gap in {self.versions}")


def split_pem(chain_pem: bytes) -> tuple[bytes, ...]:
    """Every certificate of a PEM text, in order."""
    return tuple(_PEM_BLOCK.findall(chain_pem))
