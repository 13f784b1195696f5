"""From a caught exception to the errors behind it, and to lines of text that `tlsdiag.logs` can read.

Causes, contexts, the members of groups, and the errors that libraries wrap in their arguments and attributes are followed, each once, within
bounds. Nothing is imported: a library is known by the name of its module. What an exception holds as numbers (errno, OpenSSL's verification
code) and how far it had come (the innermost frame that tells) become words, in the spelling of the tables.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any, NamedTuple

from .guarded import attribute, called, is_a, items_of, name_of, text_of

MAX_ERRORS = 50
MAX_DEPTH = 20
MAX_FRAMES = 200

#: Root modules of libraries whose exceptions are about connections; those of the standard library by their full name.
LIBRARIES = frozenset((
    "ssl", "socket", "_ssl", "urllib3", "requests", "httpx", "httpcore", "aiohttp", "smtplib", "imaplib", "ftplib", "poplib", "nntplib", "psycopg",
    "psycopg2", "pymysql", "asyncpg", "aiomysql", "MySQLdb", "mysql", "ldap3", "ldap", "paho", "websockets", "websocket", "OpenSSL", "grpc", "anyio",
    "trio", "h2", "h11", "pycurl", "curl_cffi", "tornado", "twisted", "redis", "valkey", "pymongo", "pika", "aio_pika", "kafka", "confluent_kafka",
    "botocore", "aiosmtplib", "aioimaplib", "elasticsearch", "elastic_transport", "amqp", "kombu", "paramiko", "niquests", "treq", "nats", "gmqtt",
    "aiomqtt", "cassandra", "oracledb", "pytds", "service_identity", "slixmpp", "truststore", "sqlalchemy", "google", "docker", "hvac",
    "clickhouse_driver", "clickhouse_connect", "cheroot", "pip", "rustls", "primp", "rnet",
))  # fmt: skip
_MODULES = frozenset(("http.client", "urllib.error", "urllib.request", "asyncio.exceptions", "asyncio.streams"))
_WRAPPED = (
    "reason", "original_error", "os_error", "certificate_error", "orig", "inner_exception", "last_error", "last_exception", "original_exception",
    "inner", "exc", "error", "cause", "_os_error", "exception",
)  # fmt: skip


# what Twisted carries an exception in, as its `value`
_FAILURE = ("twisted.python.failure", "Failure")


class Link(NamedTuple):
    """One error of the chain; `implicit` when it is only the context in which another was raised."""

    error: BaseException
    type_name: str
    text: str
    implicit: bool


def walk(error: BaseException) -> tuple[Link, ...]:
    """The error and all that is behind it, the outermost first."""
    found: list[Link] = []
    seen: set[int] = set()
    waiting: list[tuple[BaseException, int, bool]] = [(error, 0, False)]
    while waiting and len(found) < MAX_ERRORS:
        one, depth, implicit = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        module, name = name_of(type(one))
        found.append(Link(one, name if module in ("builtins", "") else f"{module}.{name}", text_of(one), implicit))
        if depth < MAX_DEPTH:
            waiting += [(other, depth + 1, implicit or aside) for other, aside in _behind(one)]
    return tuple(found)


def _behind(error: BaseException) -> Iterator[tuple[BaseException, bool]]:
    cause = attribute(error, "__cause__")
    others = [cause, *items_of(attribute(error, "exceptions"), MAX_ERRORS)]
    others += [attribute(error, name) for name in _WRAPPED]
    for item in items_of(attribute(error, "args")):
        others += [item, *items_of(item)]
    others += [attribute(item, "value") for item in others if name_of(type(item)) == _FAILURE]
    for other in others:
        if is_a(other, BaseException):
            yield other, False
    context = attribute(error, "__context__")
    if is_a(context, BaseException) and cause is None and not attribute(error, "__suppress_context__"):
        yield context, True


def is_about_connections(error: BaseException) -> bool:
    """Whether an error is of a kind that connections fail with: by its class and the classes that it is derived from."""
    if is_a(error, (ConnectionError, TimeoutError)):
        return True
    if is_a(error, OSError) and attribute(error, "filename") is None and attribute(error, "errno") is not None:
        return True
    for kind in type(error).__mro__:
        module = name_of(kind)[0]
        if module in _MODULES or module.partition(".")[0] in LIBRARIES:
            return True
    return False


def lines_of(links: tuple[Link, ...]) -> list[str]:
    """What the errors say, as lines to be read: their words, their numbers in words, and the phase that the frames tell."""
    lines: list[str] = []
    for link in links:
        lines.append(f"{link.type_name}: {link.text}")
        lines += _numbers(link.error)
        lines += _answers(link.error)
    phase = phase_of(links)
    return [*lines, f"phase: {phase}"] if phase else lines


def _numbers(error: BaseException) -> Iterator[str]:
    code = attribute(error, "verify_code")
    if type(code) is int and code:
        yield f"verify error:num={code}:{text_of(attribute(error, 'verify_message') or '')}"
    reason = attribute(error, "reason")
    if type(reason) is str and name_of(type(error))[0] == "ssl":
        yield f"[SSL: {reason}]"
    number = attribute(error, "errno")
    if is_a(error, EOFError) and not text_of(error) and next(frames_of(error), None) is not None:
        yield "unexpected eof"  # ftplib's word for a peer that closes
    if is_a(error, ConnectionResetError) and number is None and not text_of(error):
        yield "unexpected eof"  # asyncio's word for a peer that closes during the handshake
    if is_a(error, PermissionError) and attribute(error, "filename") is None:
        yield "phase: prohibited"
    if is_a(error, OSError) and type(number) is int and name_of(type(error))[0] not in ("ssl", "socket") and number in _SPOKEN:
        yield errno.errorcode[number]


_SPOKEN = frozenset(
    getattr(errno, name)
    for name in ("ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "ENOTCONN", "ECONNABORTED")
)


def _answers(error: BaseException) -> Iterator[str]:
    """What the other side said, where a library keeps it apart from the text: SMTP's answer, gRPC's details."""
    code, answer = attribute(error, "smtp_code"), attribute(error, "smtp_error")
    if type(code) is int and type(answer) in (bytes, str):
        yield f"{code} {answer.decode('utf-8', 'replace') if type(answer) is bytes else answer}"
    if name_of(type(error))[0].partition(".")[0] == "grpc":
        for name in ("details", "debug_error_string"):
            yield text_of(called(attribute(error, name)) or "")


# function of a frame in a library -> how far the connection had come
_PHASES = {
    "do_handshake": "handshake", "_do_handshake": "handshake", "start_tls": "handshake", "wrap_socket": "handshake", "_start_handshake": "handshake",
    "tls_handshake": "handshake", "_on_handshake_complete": "handshake", "on_handshake_complete": "handshake", "create_connection": "connect",
    "_create_connection_transport": "handshake",
    "connect_tcp": "connect", "_sock_connect": "connect", "sock_connect": "connect", "getaddrinfo": "lookup", "read": "read", "recv": "read",
    "recv_into": "read", "readinto": "read", "_read_status": "read", "readline": "read", "read_line": "read", "readexactly": "read", "readuntil": "read",
    "_do_read__buffered": "read", "_do_read": "read", "sendall": "write", "send": "write", "write": "write", "_tunnel": "proxy",
    "load_cert_chain": "own certificate", "create_default_context": "store",
}  # fmt: skip


def phase_of(links: tuple[Link, ...]) -> str:
    """How far the connection had come, from the innermost frame that tells; of the innermost error that has one."""
    for link in reversed(links):
        phases = [_PHASES.get(frame.f_code.co_name) for frame in frames_of(link.error)]
        found = [phase for phase in phases if phase]
        if found:
            return found[-1]
    return ""


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """The frames of an error's traceback that belong to a known library, the outermost first."""
    trace: Any = attribute(error, "__traceback__")
    for _ in range(MAX_FRAMES):
        if not is_a(trace, TracebackType):
            return
        module = trace.tb_frame.f_globals.get("__name__")
        if type(module) is str and (module in _MODULES or module.partition(".")[0] in _FRAMES):
            yield trace.tb_frame
        trace = trace.tb_next


_FRAMES = LIBRARIES | {"asyncio", "http", "urllib"}
