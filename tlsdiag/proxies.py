"""Proxies as a caller or an environment variable names them: a URL, read, with its secrets kept out of every text.

Pure; it opens nothing. `str()` and `repr()` of a `ProxyServer`, and every message about a URL that cannot be read, hide user name and password.
"""

from __future__ import annotations

import ipaddress
from base64 import b64encode
from typing import Self
from urllib.parse import SplitResult, quote, unquote, urlsplit

import attrs

from .errors import TargetError
from .host_names import a_labels

#: Scheme -> the port where the URL names none, as urllib3 and PySocks take it (curl takes 1080 for http as well).
PROXY_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
ARGUMENT = "argument"
HIDDEN = "***"
_SCRIPTS = (".pac", "/wpad.dat")
_LONGEST = 255
"""Bytes of a user name or password that SOCKS5 can carry (RFC 1929 section 2)."""


@attrs.frozen(kw_only=True)
class ProxyServer:
    """A proxy: how it is spoken to (`scheme`), where it is, and what it is told to let us in.

    `origin` says where it was named: "argument", or the environment variable. `port_given` is False where the port is the scheme's own. With `socks5` names are
    resolved here, with `socks5h` by the proxy; an `https` proxy is itself reached over TLS. `script` is the path of the URL where that is one of an
    auto-configuration file (PAC): programs outside a browser leave it away, and take what serves the file for the proxy.
    """

    scheme: str
    host: str
    port: int
    username: str | None = attrs.field(default=None, repr=False)
    password: str | None = attrs.field(default=None, repr=False)
    origin: str = ARGUMENT
    port_given: bool = True
    script: str = attrs.field(default="", eq=False)

    @classmethod
    def parse(cls, url: str, *, origin: str = ARGUMENT) -> Self:
        """Read a URL such as "http://user:secret@proxy.example:3128"; without a scheme it is http. Raises `TargetError`, in which no secret stands."""
        if not isinstance(url, str):
            raise TargetError(f"proxy takes a URL, not {type(url).__name__}")
        shown = without_credentials(url)
        parts = _parts(url.strip(), shown)
        scheme = parts.scheme.lower()
        host, port = _authority(parts, shown)
        username = None if parts.username is None else unquote(parts.username)
        password = None if parts.password is None else unquote(parts.password)
        if scheme.startswith("socks") and any(len(item.encode()) > _LONGEST for item in (username or "", password or "")):
            raise TargetError(f"user name and password of a SOCKS5 proxy have at most {_LONGEST} bytes each (RFC 1929)")
        return cls(
            scheme=scheme,
            host=host,
            port=port or PROXY_PORTS[scheme],
            username=username,
            password=password,
            origin=origin,
            port_given=port is not None,
            script=parts.path if parts.path.lower().endswith(_SCRIPTS) else "",
        )

    @property
    def is_socks(self) -> bool:
        """True for a SOCKS5 proxy, False for one that is asked with CONNECT."""
        return self.scheme.startswith("socks")

    @property
    def has_credentials(self) -> bool:
        """Whether there is something to tell a proxy that asks who we are."""
        return self.username is not None

    @property
    def from_environment(self) -> bool:
        """Whether an environment variable named it."""
        return self.origin != ARGUMENT

    @property
    def location(self) -> str:
        """Host and port, a literal IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen in any text, in the forms in which a peer could repeat it, the longest first."""
        if self.username is None:
            return ()
        password = self.password or ""
        forms = [b64encode(f"{self.username}:{password}".encode()).decode(), password, quote(password, safe="")]
        if len(self.username) > 2:
            forms += [self.username, quote(self.username, safe="")]
        return tuple(sorted({form for form in forms if form}, key=len, reverse=True))

    def blotted(self, data: bytes) -> bytes:
        """Bytes of the proxy's, with what it repeats of our credentials blotted out."""
        for secret in self.secrets:
            data = data.replace(secret.encode(), HIDDEN.encode())
        return data

    def __str__(self) -> str:
        return f"{self.scheme}://{f'{HIDDEN}@' if self.has_credentials else ''}{self.location}"


def without_credentials(url: object) -> str:
    """A URL, well formed or not, with what stands before its last "@" hidden."""
    text = str(url)
    if "@" not in text:
        return text
    scheme, found, _ = text.partition("://")
    return f"{scheme + '://' if found else ''}{HIDDEN}@{text.rpartition('@')[2]}"


def _parts(url: str, shown: str) -> SplitResult:
    if any(ord(character) < 0x21 or ord(character) == 0x7F for character in url):
        raise TargetError("the URL of the proxy holds white space or control characters")
    scheme, colon, rest = url.partition(":")
    if colon and scheme.lower() in PROXY_PORTS and not rest.startswith("//") and not rest.isdigit():
        raise TargetError(f"after the scheme of a proxy's URL come two slashes ({scheme}://), not as in {shown!r}")
    if url.startswith("//"):
        raise TargetError(f"the URL of the proxy {shown!r} has no scheme: write http:{shown}")
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        raise TargetError(f"cannot read the URL of the proxy {shown!r}") from None
    if "@" in parts.path + parts.query + parts.fragment:
        raise TargetError("a '/', '?' or '#' in the user name or password of a proxy has to be percent-encoded")
    if _is_script(parts):
        raise TargetError(f"{shown!r} is a script that chooses a proxy (PAC), which programs outside a browser do not run: name the proxy that it returns")
    if parts.scheme.lower() not in PROXY_PORTS:
        known = ", ".join(PROXY_PORTS)
        raise TargetError(f"proxy takes a URL such as http://proxy.example:3128 ({known}), not {shown!r}")
    return parts


def _is_script(parts: SplitResult) -> bool:
    """Whether a URL of another scheme leads to a proxy auto-configuration file."""
    scheme = parts.scheme.lower()
    return scheme.startswith("pac+") or (scheme not in PROXY_PORTS and parts.path.lower().endswith(_SCRIPTS))


def _authority(parts: SplitResult, shown: str) -> tuple[str, int | None]:
    try:
        port = parts.port
    except ValueError:
        raise TargetError(f"the port in the URL of the proxy {shown!r} is not a number from 1 to 65535") from None
    if not parts.hostname or port == 0:
        raise TargetError(f"no {'host' if port != 0 else 'port'} in the URL of the proxy {shown!r}")
    return _hostname(parts.hostname), port


def _hostname(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass  # a name
    try:
        return a_labels(name).lower()
    except ValueError:
        return name  # for the resolver to judge
