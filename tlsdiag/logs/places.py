"""Where a client wanted to go, as far as its text tells: URLs, "host:port", the words of database drivers and of operating systems."""

from __future__ import annotations

import re
from typing import NamedTuple

_HOST = r"\[?[0-9A-Za-z][0-9A-Za-z._:-]{0,252}?\]?"
_NAME = r"[0-9A-Za-z_](?:[0-9A-Za-z._-]{0,252}[0-9A-Za-z_])?\.?"
_ADDRESS = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[?[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+\]?"

# in the order of trust: each gives `host`, and mostly `port`
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"""\bhost='(?P<host>{_HOST})', port=(?P<port>\d{{1,5}})""",  # urllib3's pool
        rf"""\bCannot connect to host (?P<host>{_HOST}):(?P<port>\d{{1,5}}) """,  # aiohttp
        rf"""\bconnection to server at "(?P<host>{_HOST})"(?: \([^)]{{1,60}}\))?, port (?P<port>\d{{1,5}})""",  # libpq
        rf"""\bscheme_port (?P<host>{_NAME}) (?P<port>\d{{1,5}})""",
        rf"""\b(?P<scheme>https|wss|ldaps|imaps|smtps|ftps|amqps|rediss|mqtts)://(?:[^/@\s"']{{1,200}}@)?(?P<host>\[[0-9A-Fa-f:.]{{2,60}}\]|{_NAME})(?::(?P<port>\d{{1,5}}))?""",
        rf"""\bConnect call failed \('(?P<host>{_ADDRESS})', (?P<port>\d{{1,5}})""",  # asyncio
        rf"""\b(?:Failed to connect to|connect to|Could not connect to|in connection to|attempted address:|Cannot resolve|dial tcp|connect ECONN\w+|connect ETIMEDOUT|connect E\w+UNREACH) (?P<host>{_HOST})(?::| port )(?P<port>\d{{1,5}})\b""",
        rf"""\bCan't connect to MySQL server on '(?P<host>{_NAME})(?::(?P<port>\d{{1,5}}))?'""",
        rf"""\bhost: '(?P<host>{_NAME})',\s+port: (?P<port>\d{{1,5}})""",  # Node.js
        rf"""\b(?:Could not resolve host: |getaddrinfo ENOTFOUND |UnknownHostException: )(?P<host>{_NAME})(?P<port>(?!))?""",
        rf"""\bUnable to bootstrap from \[\('(?P<host>{_HOST})', (?P<port>\d{{1,5}}),""",  # aiokafka
        rf"""\{{'(?P<host>{_HOST}):(?P<port>\d{{1,5}})': """,  # cassandra
        rf"""\bhost=(?P<host>{_HOST}) port=(?P<port>\d{{1,5}})\b""",  # the settings of libpq
        rf"""<ServerDescription \('(?P<host>{_HOST})', (?P<port>\d{{1,5}})\)""",  # pymongo
        rf"""\bsetting up transport to '(?P<host>{_HOST})'/\([^"\n]{{1,120}}, (?P<port>\d{{1,5}})\)""",  # pika
        rf"""\bipv4:(?P<host>{_ADDRESS}):(?P<port>\d{{1,5}})""",  # gRPC
    )
)
_SCHEME_PORTS = {"https": 443, "wss": 443, "ldaps": 636, "imaps": 993, "smtps": 465, "ftps": 990, "amqps": 5671, "rediss": 6379, "mqtts": 8883}
_LOOKED_AT = 20_000
# words before a URL that is there to be read, and hosts of manuals: nobody wanted to go there
_TO_BE_READ = ("see ", "see: ", "details", "documentation", "more information", "learn more", "visit ", "refer to", "cps", "help: ", "docs: ")
_MANUALS = ("curl.se", "curl.haxx.se", "readthedocs.io", "docs.python.org", "microsoft.com", "openssl.org", "nodejs.org", "mozilla.org", "docs.oracle.com")
_BEFORE = 40


class Place(NamedTuple):
    """A host, and its port where that is told."""

    host: str
    port: int | None = None


def place_in(text: str) -> Place | None:
    """The place that a text names; None where it names none."""
    text = text[:_LOOKED_AT]
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            groups = found.groupdict()
            port = int(groups["port"]) if groups.get("port") else _SCHEME_PORTS.get(groups.get("scheme") or "")
            host = found["host"].strip("[]").rstrip(".")
            if (port is None or 1 <= port <= 65535) and not (groups.get("scheme") and _is_to_be_read(text, found.start(), host)):
                return Place(host, port)
    return None


def _is_to_be_read(text: str, start: int, host: str) -> bool:
    before = text[max(0, start - _BEFORE) : start].lower()
    return any(word in before for word in _TO_BE_READ) or any(host == manual or host.endswith(f".{manual}") for manual in _MANUALS)
