"""Where the client wanted to go, and with which `ssl.SSLContext`: from the attributes of its exceptions, the frames of the library that raised them, and
their words, in this order. Nothing is imported; a context is known because `ssl` is loaded where one exists.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..logs import place_in
from .guarded import attribute, called, is_a, name_of, text_of
from .model import Destination
from .walking import Link, frames_of

_HOSTS = ("host", "_host", "hostname")
_PORTS = ("port", "_port")
_CONTEXTS = ("ssl_context", "_ssl_context", "sslcontext", "_sslcontext", "context", "_context", "ssl", "ctx", "_ssl")
_NAMES = ("server_hostname", "_server_hostname")
_HOLDERS = ("pool", "conn", "_conn_key", "connection_key", "pgconn", "connection")

# names that hold a URL, or settings as libpq writes them
_WRITTEN = ("url", "uri", "conninfo", "fullurl")
# where ldap3 has the place, and pika the context
_OWNED = ("server", "ssl_options")

# (module, function) of a frame -> the protocol that it upgrades
_UPGRADES = {("smtplib", "starttls"): "smtp", ("imaplib", "starttls"): "imap", ("poplib", "stls"): "pop3", ("ftplib", "auth"): "ftp"}
# root module -> the protocol that begins without TLS
_DATABASES = {"psycopg": "postgres", "psycopg2": "postgres", "asyncpg": "postgres", "pymysql": "mysql", "aiomysql": "mysql"}


class Found:
    """What has been found so far; the first word about each thing stays."""

    def __init__(self) -> None:
        self.host: str | None = None
        self.port: int | None = None
        self.server_name: str | None = None
        self.starttls: str | None = None
        self.proxy: str | None = None
        self.context: Any = None

    def take(self, host: object, port: object) -> None:
        """A host and its port, when no host is known; the port alone when it is of the same host."""
        name, number = _text(host), _port(port)
        if name.count(":") == 1 and number is None:  # "host:port" in one, as `urllib.request` holds it
            name, number = name.partition(":")[0], _port(name.partition(":")[2])
        if "/" in name or len(name) > 253:
            return  # the path of a local socket, or nothing that can be a host
        if name and self.host is None:
            self.host, self.port = name, number
        elif name and name == self.host and self.port is None:
            self.port = number

    def take_from(self, thing: object) -> None:
        """What an object of a library tells by its attributes."""
        self.take_tunnel(thing)
        self.take(_first(thing, _HOSTS), _first(thing, _PORTS))
        self.take_context(_first_context(attribute(thing, name) for name in _CONTEXTS))
        self.take_name(_first(thing, _NAMES))
        self.take_from_transport(attribute(thing, "_transport"))
        keywords = attribute(thing, "conn_kw")
        if type(keywords) is dict:
            self.take_context(_first_context([keywords.get("ssl_context")]))

    def take_tunnel(self, thing: object) -> None:
        """The proxy: urllib3 holds its URL; a connection of http.client has the proxy as `host` and the destination beside it."""
        proxy, beyond = attribute(thing, "proxy"), _text(attribute(thing, "_tunnel_host"))
        here, port = _text(attribute(thing, "host")), _port(attribute(thing, "port"))
        if proxy is not None and "://" in text_of(proxy):
            self.proxy = self.proxy or text_of(proxy)
        elif beyond and here and beyond != here:
            self.proxy = self.proxy or f"http://{here}:{port or 80}"
            self.take(beyond, attribute(thing, "_tunnel_port"))

    def take_from_transport(self, transport: object) -> None:
        """What asyncio's transport holds of its peer and of TLS."""
        if not type(transport).__module__.startswith(("asyncio", "uvloop")):
            return
        ask = attribute(transport, "get_extra_info")
        peer, tls = called(ask, "peername"), called(ask, "ssl_object")
        if type(peer) is tuple and len(peer) >= 2:
            self.take(peer[0], peer[1])
        self.take_name(attribute(tls, "server_hostname"))
        self.take_context(_first_context([attribute(tls, "context")]))

    def take_context(self, context: object) -> None:
        """The client's own context."""
        if self.context is None:
            self.context = context

    def take_name(self, name: object) -> None:
        """The name that was sent, where it is another than the host."""
        if self.server_name is None:
            self.server_name = _text(name) or None

    def destination(self) -> Destination | None:
        """All of it; None without a host."""
        host = self.host or self.server_name
        if host is None:
            return None
        name = self.server_name if self.server_name != host else None
        return Destination(host=host, port=self.port, server_name=name, starttls=self.starttls, proxy=self.proxy)


def find_out(links: tuple[Link, ...]) -> tuple[Destination | None, Any]:
    """The destination and the `ssl.SSLContext` of a chain of errors; None for what it does not tell."""
    found = Found()
    for link in links:
        _from_attributes(found, link.error)
    for link in links:
        for frame in frames_of(link.error):
            _from_frame(found, frame.f_globals.get("__name__", ""), frame.f_code.co_name, frame.f_locals)
    if found.host is None:
        place = next((place for link in links if (place := place_in(link.text)) is not None), None)
        if place is not None:
            found.take(place.host, place.port)
    return found.destination(), found.context


def _from_attributes(found: Found, error: BaseException) -> None:
    url = attribute(attribute(error, "request"), "url")
    if url is not None and (place := place_in(text_of(url))) is not None:
        found.take(place.host, place.port)
    # aiohttp's error about a proxy has the proxy's own host
    proxied = "Proxy" in name_of(type(error))[1]
    for name in _HOLDERS:
        if (holder := attribute(error, name)) is not None and not (proxied and "key" in name):
            found.take_from(holder)
    if _root(name_of(type(error))[0]) == "aiohttp" and not proxied:
        found.take_from(error)


def _from_frame(found: Found, module: str, function: str, names: Mapping[str, Any]) -> None:
    upgrade = _UPGRADES.get((module, function)) or _DATABASES.get(_root(module))
    if upgrade and found.starttls is None:
        found.starttls = upgrade
    written = [names.get(name) for name in _WRITTEN]
    for url in (*written, attribute(names.get("req"), "full_url"), attribute(names.get("self"), "uri")):
        if url is not None and (place := place_in(text_of(url))) is not None:
            found.take(place.host, place.port)
    address = names.get("address")
    if type(address) is tuple and len(address) >= 2:
        found.take(address[0], address[1])
    for name in _HOSTS:
        found.take(names.get(name), next((names[port] for port in _PORTS if port in names), None))
    found.take_name(names.get("server_hostname"))
    found.take_context(_first_context(names.get(name) for name in _CONTEXTS))
    keywords = names.get("kwds") or names.get("kwargs")
    if type(keywords) is dict:
        found.take_context(_first_context(keywords.get(name) for name in _CONTEXTS))
    for thing in (names.get("self"), names.get("parameters")):  # pika keeps all of it in parameters
        if thing is not None:
            found.take_from(thing)
            for name in _OWNED:
                found.take_from(attribute(thing, name))


def _root(module: object) -> str:
    return module.partition(".")[0] if type(module) is str else ""


def _first(thing: object, names: Iterable[str]) -> object:
    return next((value for name in names if (value := attribute(thing, name)) is not None), None)


def _first_context(values: Iterable[object] | Iterator[object]) -> object:
    """The first that is an `ssl.SSLContext`: where none was imported there is none."""
    module = sys.modules.get("ssl")
    return next((value for value in values if module is not None and is_a(value, module.SSLContext)), None)


def _text(value: object) -> str:
    if type(value) is bytes:
        return value.decode("ascii", "replace")
    return value.strip("[]") if type(value) is str else ""


def _port(value: object) -> int | None:
    if isinstance(value, (str, bytes)) and value.isdigit() and len(value) < 6:
        value = int(value)
    return value if type(value) is int and 1 <= value <= 65535 else None
