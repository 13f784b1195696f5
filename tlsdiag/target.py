"""What is diagnosed: the target as the caller names it, and its endpoints.

`Target.parse` reads "host", "host:port", "[v6]:port" and URLs, and turns an internationalised name into
its A-labels (IDNA 2008, UTS 46). It opens nothing and resolves nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import SplitResult, quote, urlsplit

import attrs

from .errors import TargetError
from .host_names import a_labels
from .proxies import ProxyServer
from .starttls import StarttlsProtocol, known_names, protocol_at, protocol_named

if TYPE_CHECKING:
    import ssl

#: A CA file or directory, PEM bytes, DER or parsed certificates, "certifi", "system"; None: what the client uses.
Trust = str | bytes | Path | Sequence[object] | None

SCHEME_PORTS = {
    "https": 443, "wss": 443, "ldaps": 636, "imaps": 993, "pop3s": 995, "smtps": 465, "ftps": 990, "ircs": 6697,
    "mqtts": 8883, "amqps": 5671, "rediss": 6379, "nntps": 563, "sips": 5061, "tls": 443, "ssl": 443,
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Endpoint:
    """One address and port of a target; `address` is an IPv4 or IPv6 literal."""

    address: str
    port: int

    @property
    def family(self) -> Literal[4, 6]:
        """The version of the address: 4 or 6."""
        return 6 if ":" in self.address else 4

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if self.family == 6 else f"{self.address}:{self.port}"


@attrs.frozen(kw_only=True)
class ClientCertificate:
    """A client certificate and its key: paths, or PEM bytes; `password` opens an encrypted key."""

    certificate: str | Path | bytes
    key: str | Path | bytes
    password: str | bytes | None = attrs.field(default=None, repr=False)

    @classmethod
    def of(cls, value: ClientCertificate | tuple[str | Path | bytes, str | Path | bytes]) -> ClientCertificate:
        """Take a `ClientCertificate` or a pair of paths; TargetError for anything else."""
        if isinstance(value, ClientCertificate):
            return value
        if isinstance(value, tuple) and len(value) == 2:
            return cls(certificate=value[0], key=value[1])
        raise TargetError("client_certificate takes a ClientCertificate or a pair (certificate, key)")


def _in_utc(moment: datetime | None) -> datetime | None:
    """The same moment in UTC, which every text says times in; one without a zone stays as it is."""
    try:
        return moment if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise TargetError("now is beyond the calendar in UTC") from None


@attrs.frozen(kw_only=True, eq=False)
class Target:
    """What is diagnosed. `server_name` is what is sent as SNI: None sends none.

    `starttls` is the protocol that goes over to TLS on request (its own name, see `tlsdiag.starttls`); None: TLS begins at once. `starttls_guessed`
    says what it was taken from when the caller did not name it: "scheme" or "port". `path` is that of an https URL, where it
    names more than the root. `proxy`: None leaves it to the environment, False goes without.
    `stores` are further trust stores that the chain is judged by beside `trust`.
    `files` names certificate files that are judged without a connection (see `of_files`); `host` is empty then where the caller named none.
    """

    host: str
    port: int = 443
    server_name: str | None = None
    addresses: tuple[str, ...] | None = None
    client: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    trust: Trust = attrs.field(default=None, repr=False)
    stores: tuple[Trust, ...] = attrs.field(default=(), repr=False)
    client_certificate: ClientCertificate | None = None
    alpn: tuple[str, ...] = ()
    starttls: str | None = None
    proxy: ProxyServer | Literal[False] | None = None
    now: datetime | None = attrs.field(default=None, converter=_in_utc)
    scheme: str | None = None
    path: str | None = None
    starttls_guessed: Literal["scheme", "port"] | None = None
    files: tuple[str, ...] = ()

    @classmethod
    def of_files(
        cls, names: Sequence[str], *, host: str | None = None, trust: Trust = None, stores: Sequence[Trust] = (), now: datetime | None = None
    ) -> Target:
        """Certificate files as the target: `names` say which, in words for people; `host` is the name or address that they are for, if any.

        Raises `TargetError` for a host or a time that makes no sense, and where there are no files.
        """
        if not names:
            raise TargetError("no certificate files were given")
        base = cls.parse(host if host is not None else "localhost", trust=trust, stores=stores, proxy=False, starttls=False, now=now)
        found = attrs.evolve(base, files=tuple(names), addresses=(), path=None)
        return found if host is not None else attrs.evolve(found, host="", server_name=None)

    @classmethod
    def parse(
        cls,
        host: str,
        *,
        port: int | None = None,
        server_name: str | Literal[False] | None = None,
        addresses: Sequence[str] | None = None,
        client: ssl.SSLContext | None = None,
        trust: Trust = None,
        stores: Sequence[Trust] = (),
        client_certificate: ClientCertificate | tuple[str | Path | bytes, str | Path | bytes] | None = None,
        alpn: Sequence[str] | None = None,
        starttls: str | Literal[False] | None = None,
        proxy: ProxyServer | str | Literal[False] | None = None,
        now: datetime | None = None,
    ) -> Target:
        """Build a target from what a caller has at hand.

        `host` is a name, an address, "host:port" or a URL; a port in `host` wins over `port`. Without a port it is that of the scheme or of the protocol
        named by `starttls`, else 443. Without `starttls` the protocol is taken from the scheme or from a port that is known for it; False takes none.
        Raises `TargetError` for a target that makes no sense.
        """
        scheme, name, found_port, path = _split(host)
        name = _hostname(name)
        chosen_port = _port(found_port if found_port is not None else port, scheme, starttls)
        protocol, guessed = _starttls(starttls, scheme, chosen_port)
        if now is not None and now.tzinfo is None:
            raise TargetError("now must carry a time zone, such as datetime.now(timezone.utc)")
        return cls(
            host=name,
            port=chosen_port,
            server_name=_sni(name, server_name),
            addresses=_addresses(name, addresses),
            client=client,
            trust=trust,
            stores=_stores(stores),
            client_certificate=None if client_certificate is None else ClientCertificate.of(client_certificate),
            alpn=_alpn(alpn),
            starttls=protocol,
            proxy=_proxy(proxy),
            now=now,
            scheme=scheme,
            path=path,
            starttls_guessed=guessed,
        )

    @property
    def is_address(self) -> bool:
        """True when the host itself is an IP literal."""
        return _literal(self.host) is not None

    @property
    def reference_name(self) -> str:
        """The name or address that the certificate must be valid for (RFC 9525, reference identifier)."""
        return self.server_name or self.host

    def __str__(self) -> str:
        if self.files:
            return self.files[0] if len(self.files) == 1 else f"{', '.join(self.files[:3])}{' ...' if len(self.files) > 3 else ''}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _split(host: str) -> tuple[str | None, str, int | None, str | None]:
    if not isinstance(host, str):
        raise TargetError(f"host must be text, not {type(host).__name__}")
    text = host.strip()
    if not text:
        raise TargetError("host is empty")
    if any(ord(c) < 0x21 or ord(c) == 0x7F for c in text):
        raise TargetError(f"host holds white space or control characters: {text!r}")
    if "://" in text:
        return _split_url(text)
    if _literal(text.strip("[]")) is not None and text.count(":") != 1:
        return None, text.strip("[]"), None, None
    return (None, *_split_authority(_parts("//" + text, host), text), None)


def _parts(url: str, shown: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as exc:
        raise TargetError(f"cannot read {shown!r}: {exc}") from None


def _split_url(text: str) -> tuple[str, str, int | None, str | None]:
    parts = _parts(text, text)
    if not parts.hostname:
        raise TargetError(f"no host in the URL {text!r}")
    name, port = _split_authority(parts, text)
    scheme = parts.scheme.lower()
    return scheme, name, port, _path(parts) if scheme == "https" else None


def _path(parts: SplitResult) -> str | None:
    """The path, where it is more than the root, as it can stand in a request; the query is left out: it may hold secrets, and no server chooses by it."""
    return quote(parts.path, safe="/%:;,+$!*'()@~&=")[:_LONGEST_PATH] if parts.path.strip("/") else None


_LONGEST_PATH = 2000
"""As much of a path as every server takes."""


def _split_authority(parts: SplitResult, shown: str) -> tuple[str, int | None]:
    try:
        port = parts.port
    except ValueError:
        raise TargetError(f"the port in {shown!r} is not a number from 1 to 65535") from None
    if not parts.hostname:
        raise TargetError(f"no host in {shown!r}")
    return parts.hostname, port


def _port(port: int | None, scheme: str | None, starttls: str | Literal[False] | None) -> int:
    if port is None:
        port = _default_port(scheme, starttls)
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise TargetError(f"port must be a number from 1 to 65535, not {port!r}")
    return port


def _default_port(scheme: str | None, starttls: str | Literal[False] | None) -> int:
    for name in (starttls or "", scheme or ""):
        if (protocol := _protocol(name)) is not None:
            return protocol.names[name.lower()]
    return SCHEME_PORTS.get(scheme or "https", 443)


def _protocol(name: object) -> StarttlsProtocol | None:
    return protocol_named(name) if isinstance(name, str) else None


def _starttls(
    given: str | Literal[False] | None, scheme: str | None, port: int
) -> tuple[str | None, Literal["scheme", "port"] | None]:
    """The protocol that upgrades to TLS, and what it was taken from where the caller did not name it."""
    if given is False:
        return None, None
    if given is not None:
        named = _protocol(given)
        if named is None:
            raise TargetError(f"starttls takes False or the name of a protocol, not {given!r}; known: {known_names()}")
        return named.name, None
    if scheme is not None:
        named = _protocol(scheme)
        return (named.name, "scheme") if named is not None else (None, None)
    at_port = protocol_at(port)
    return (at_port.name, "port") if at_port is not None else (None, None)


def _literal(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


_ALL_DIGITS_LABEL = re.compile(r"(^|\.)[0-9]+\.?$")


def _hostname(name: str) -> str:
    """Return the name in A-labels and lower case; a name that IDNA refuses is kept, for the resolver to judge."""
    if (literal := _literal(name)) is not None:
        return str(literal)
    if _ALL_DIGITS_LABEL.search(name):
        raise TargetError(f"{name!r} looks like an IP address but is not one")
    try:
        return a_labels(name).lower()
    except ValueError:
        return name


def _sni(host: str, server_name: str | Literal[False] | None) -> str | None:
    if server_name is False:
        return None
    if server_name is not None:
        if not isinstance(server_name, str) or not server_name:
            raise TargetError("server_name takes a name, or False to send none")
        return _hostname(server_name)
    if _literal(host) is not None:
        return None  # RFC 6066 section 3: literal addresses are not permitted in "HostName"
    return host.rstrip(".")


def _addresses(host: str, addresses: Sequence[str] | None) -> tuple[str, ...] | None:
    if isinstance(addresses, str):
        raise TargetError("addresses takes a list of IP addresses, not one text")
    if addresses is None:
        return (host,) if _literal(host) is not None else None
    found = []
    for address in addresses:
        literal = _literal(str(address))
        if literal is None:
            raise TargetError(f"not an IP address: {address!r}")
        found.append(str(literal))
    if not found:
        raise TargetError("addresses is empty; leave it out to ask the resolver")
    return tuple(dict.fromkeys(found))


def _stores(stores: Sequence[Trust]) -> tuple[Trust, ...]:
    if isinstance(stores, (str, bytes, Path)):
        raise TargetError("stores takes a list of trust stores, such as ['certifi', 'ca.pem']")
    return tuple(stores)


def _alpn(alpn: Sequence[str] | None) -> tuple[str, ...]:
    if isinstance(alpn, str):
        raise TargetError("alpn takes a list of protocol names, such as ['h2', 'http/1.1']")
    for name in alpn or ():
        if not isinstance(name, str) or not 1 <= len(name.encode()) <= 255:
            raise TargetError(f"an ALPN protocol name has 1 to 255 bytes: {name!r}")
    return tuple(alpn or ())


def _proxy(proxy: ProxyServer | str | Literal[False] | None) -> ProxyServer | Literal[False] | None:
    if proxy is None or proxy is False or isinstance(proxy, ProxyServer):
        return proxy
    return ProxyServer.parse(proxy)
