"""What the demo can show: a table of broken servers, how each is made, how it is diagnosed, and the cause that has to be named."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from ..testing.certificates import Authority, Issued, Window, self_signed
from .servers import Conversation, closes, is_silent, resets, says, tls

NAME = "demo.example"


@attrs.frozen
class Scene:
    """A server, and the keywords of the diagnosis."""

    converse: Conversation
    options: dict[str, Any]


@attrs.frozen
class Scenario:
    """One row: `cause` is the code that the diagnosis has to name; None where nothing is wrong."""

    name: str
    about: str
    cause: str | None
    build: Callable[[], Scene]


def _authority() -> Authority:
    return Authority.root("Demo Root CA", organization="Demo Trust").intermediate("Demo Issuing CA", organization="Demo Trust")


def _root(issued: Issued) -> bytes:
    from ..testing.certificates import pem_of

    assert issued.root is not None
    return pem_of(issued.root)


def _serve(issued: Issued, *, chain: bytes | None = None, configure: Any = None, **options: Any) -> Scene:
    options.setdefault("trust", _root(issued))
    return Scene(tls(chain or issued.chain_pem, issued.key_pem, configure), options)


def _issued(*names: str, **faults: Any) -> Issued:
    return _authority().issue(*(names or (NAME,)), **faults)


def _window(before: float, after: float) -> Window:
    now = datetime.now(UTC)
    return Window(not_before=now + timedelta(days=before), not_after=now + timedelta(days=after))


def _missing_intermediate() -> Scene:
    issued = _issued()
    return _serve(issued, chain=issued.pem)


def _unknown_authority() -> Scene:
    issued = Authority.root("Unknown Root CA", organization="Nobody", number=190).issue(NAME)
    return _serve(issued, trust=_root(_issued()))


def _self_signed() -> Scene:
    return _serve(self_signed(NAME), trust=_root(_issued()))


def _private_root() -> Scene:
    issued = _authority().issue(NAME)
    other = Authority.root("Another Root CA", organization="Another", number=191)
    return _serve(issued, chain=issued.full_chain_pem, trust=other.pem)


def _old_tls() -> Scene:
    client = ssl.create_default_context()
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    return _serve(_issued(), configure=_at_most_12, client=_trusting(client, _issued()), trust=None)


def _no_cipher() -> Scene:
    def server(context: ssl.SSLContext) -> None:
        _at_most_12(context)
        context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")

    client = ssl.create_default_context()
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
    return _serve(_issued(), configure=server, client=_trusting(client, _issued()), trust=None)


def _client_certificate() -> Scene:
    issued = _issued()

    def server(context: ssl.SSLContext) -> None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=_root(issued).decode())

    return _serve(issued, configure=server)


def _trusting(context: ssl.SSLContext, issued: Issued) -> ssl.SSLContext:
    context.load_verify_locations(cadata=_root(issued).decode())
    return context


def _at_most_12(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def _plain(converse: Conversation) -> Callable[[], Scene]:
    return lambda: Scene(converse, {})


_HTTP = b"HTTP/1.1 400 Bad Request\r\nServer: demo\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_SMTP = b"220 demo.example ESMTP Postfix\r\n"
_ALERT_40 = b"\x15\x03\x03\x00\x02\x02\x28"

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("missing-intermediate", "sends its own certificate alone", "intermediate-missing", _missing_intermediate),
    Scenario("unknown-authority", "has a certificate of an authority that nobody knows", "issuer-untrusted", _unknown_authority),
    Scenario("private-root", "sends its own private root along", "private-authority", _private_root),
    Scenario("self-signed", "has signed its certificate itself", "certificate-self-signed", _self_signed),
    Scenario("expired", "has a certificate that ended last week", "certificate-expired", lambda: _serve(_issued(window=_window(-97, -7)))),
    Scenario("not-yet-valid", "has a certificate that begins tomorrow", "certificate-not-yet-valid", lambda: _serve(_issued(window=_window(1, 90)))),
    Scenario("wrong-name", "has a certificate for other names", "name-mismatch", lambda: _serve(_issued("www.demo.example", "mail.example"))),
    Scenario("wrong-usage", "has a certificate for clients", "certificate-wrong-usage", lambda: _serve(_issued(usages=("client",)))),
    Scenario("old-tls", "has TLS 1.2 at the most, for a client with TLS 1.3 at the least", "no-common-version", _old_tls),
    Scenario("no-cipher", "has one cipher suite, and the client another", "no-common-cipher", _no_cipher),
    Scenario("client-certificate", "requires a client certificate", "client-certificate-required", _client_certificate),
    Scenario("plain-http", "speaks HTTP without TLS", "speaks-plain-http", _plain(says(answer=_HTTP))),
    Scenario("smtp", "greets as SMTP does, and wants STARTTLS", "starttls-needed", _plain(says(greeting=_SMTP))),
    Scenario("alert", "answers with the alert handshake_failure", "server-without-certificate", _plain(says(answer=_ALERT_40))),
    Scenario("reset", "resets the connection when it has read the hello", "reset-after-hello", _plain(resets)),
    Scenario("closes", "closes the connection when it has read the hello", "closed-without-answer", _plain(closes)),
    Scenario("silent", "accepts, and never answers", "peer-silent", _plain(is_silent)),
    Scenario("healthy", "has nothing wrong with it", None, lambda: _serve(_issued())),
)
