"""What goes wrong in the tests of real exceptions: each fault is a server on loopback, a client's context, and the causes that have to be named."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from tlsdiag.demo.servers import Conversation, closes, is_silent, listening, resets, says, tls
from tlsdiag.testing.certificates import Authority, Issued, Window, pem_of, self_signed

NAME = "localhost"
HTTP = b"HTTP/1.1 400 Bad Request\r\n\r\n"
ALERT_40 = b"\x15\x03\x03\x00\x02\x02\x28"


@attrs.frozen
class Fault:
    """`causes`: one of them has to be first when `clear`, and all of them have to be named when not."""

    name: str
    causes: frozenset[str]
    clear: bool
    serve: Callable[[], Any]
    client: Callable[[], ssl.SSLContext]
    patience: float = 10.0
    """Seconds that a client waits: long where an answer comes, so that a slow machine does not make another fault of it."""


def issued(*names: str, **faults: Any) -> Issued:
    return Authority.root("Explained Root").intermediate("Explained Issuing").issue(*(names or (NAME,)), **faults)


def trusting(root: bytes | None = None) -> ssl.SSLContext:
    """A client that trusts our root, or the one given."""
    one = issued().root
    assert one is not None
    return ssl.create_default_context(cadata=(root or pem_of(one)).decode())


def only_13() -> ssl.SSLContext:
    context = trusting()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _at_most_12(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def _wants_certificate(context: ssl.SSLContext) -> None:
    context.verify_mode = ssl.CERT_REQUIRED
    one = issued().root
    assert one is not None
    context.load_verify_locations(cadata=pem_of(one).decode())


def _with(made: Issued, *, chain: bytes | None = None, configure: Any = None) -> Callable[[], Any]:
    return lambda: listening(tls(chain or made.chain_pem, made.key_pem, configure))


def _plain(converse: Conversation) -> Callable[[], Any]:
    return lambda: listening(converse)


@attrs.frozen
class _Nobody:
    port: int


@contextlib.contextmanager
def _nobody() -> Iterator[_Nobody]:
    """A port that was free a moment ago: bound and not listening, so that no other test gets it."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield _Nobody(holder.getsockname()[1])


def _window() -> Window:
    now = datetime.now(UTC)
    return Window(not_before=now - timedelta(days=90), not_after=now - timedelta(days=7))


def _stranger() -> Issued:
    return Authority.root("Stranger Root", number=77).issue(NAME)


FAULTS = (
    Fault("expired", frozenset({"cert-expired"}), True, lambda: _with(issued(window=_window()))(), trusting),
    Fault("untrusted", frozenset({"ca-unknown-private"}), False, lambda: _with(_stranger())(), trusting),
    Fault("missing-intermediate", frozenset({"chain-missing-intermediate"}), False, lambda: _with(issued(), chain=issued().pem)(), trusting),
    Fault("self-signed", frozenset({"cert-self-signed"}), True, lambda: _with(self_signed(NAME))(), trusting),
    Fault("wrong-name", frozenset({"name-mismatch"}), True, lambda: _with(issued("other.example"))(), trusting),
    Fault("plain-http", frozenset({"plaintext-http-on-port", "starttls-port-spoken-as-tls"}), False, _plain(says(answer=HTTP)), trusting),
    Fault("refused", frozenset({"tcp-refused"}), True, _nobody, trusting),
    Fault("reset", frozenset({"blocked-rst-after-clienthello"}), False, _plain(resets), trusting),
    Fault("closed", frozenset({"server-closes-after-clienthello"}), False, _plain(closes), trusting),
    Fault("silent", frozenset({"handshake-timeout"}), False, _plain(is_silent), trusting, patience=0.3),
    Fault("no-version", frozenset({"version-server-too-old", "version-client-too-old"}), False, lambda: _with(issued(), configure=_at_most_12)(), only_13),
    Fault("alert", frozenset({"cipher-no-overlap", "group-no-overlap", "sni-unrecognized"}), False, _plain(says(answer=ALERT_40)), trusting),
    Fault("client-certificate", frozenset({"client-cert-missing"}), False, lambda: _with(issued(), configure=_wants_certificate)(), trusting),
)  # fmt: skip
