"""Exceptions in the shapes that libraries give them. The libraries are not needed: classes and frames here have their names."""

from __future__ import annotations

import ssl
import types
from typing import Any

import pytest

import tlsdiag
from tlsdiag.explanation.finding_out import find_out
from tlsdiag.explanation.walking import walk


def kind(name: str, module: str, *bases: type) -> Any:
    """A class of exceptions of a library."""
    return type(name, bases or (Exception,), {"__module__": module})


def raised_in(module: str, function: str, error: BaseException, **names: Any) -> BaseException:
    """The error, as it comes out of a function of a library that has these local names."""
    arguments = ", ".join(names)
    space: dict[str, Any] = {"__name__": module, "error": error}
    exec(f"def {function}({arguments}):\n    raise error", space)  # the only way to a frame of another module
    try:
        space[function](**names)
    except BaseException as caught:  # noqa: BLE001 - what was raised
        return caught
    raise AssertionError


def destination(error: BaseException) -> tuple[str, int | None]:
    found, _ = find_out(walk(error))
    assert found is not None
    return found.host, found.port


def test_pika_keeps_the_error_in_an_attribute_and_the_place_in_its_parameters() -> None:
    inner = kind("AMQPConnectorSocketConnectError", "pika.adapters.utils.connection_workflow")()
    inner.exception = ConnectionRefusedError(111, "Connection refused")
    outer = kind("AMQPConnectionError", "pika.exceptions")(inner)
    context = ssl.create_default_context()
    parameters = types.SimpleNamespace(host="mq.example", port=5671, ssl_options=types.SimpleNamespace(context=context, server_hostname="mq.example"))
    error = raised_in("pika.adapters.blocking_connection", "_create_connection", outer, parameters=parameters)
    found = tlsdiag.explain(error)
    assert found.possibilities[0].cause == "tcp-refused"
    assert found.clear
    assert destination(error) == ("mq.example", 5671)
    assert find_out(walk(error))[1] is context


def test_twisted_carries_errors_in_failures() -> None:
    failure = kind("Failure", "twisted.python.failure")()
    failure.value = ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version")
    error = kind("ResponseNeverReceived", "twisted.web._newclient")([failure])
    assert [link.type_name for link in walk(error)][-1] == "ssl.SSLError"


def test_ldap3_tells_the_place_by_its_server() -> None:
    connection = types.SimpleNamespace(server=types.SimpleNamespace(host="ldap.example", port=636))
    error = raised_in("ldap3.core.connection", "bind", kind("LDAPSocketOpenError", "ldap3.core.exceptions")("socket ssl wrapping error"), self=connection)
    assert destination(error) == ("ldap.example", 636)


URI = "wss://ws.example:8443/"


@pytest.mark.parametrize("names", [{"uri": URI}, {"self": types.SimpleNamespace(uri=URI)}], ids=["argument", "attribute"])
def test_websockets_tells_the_place_by_its_uri(names: dict[str, Any]) -> None:
    error = raised_in("websockets.sync.client", "connect", ssl.SSLError(1, "certificate verify failed"), **names)
    assert destination(error) == ("ws.example", 8443)


def test_a_websocket_that_ends_after_the_handshake_is_an_end_in_the_data() -> None:
    inner = raised_in("websockets.streams", "read_line", EOFError("connection closed while reading HTTP status line"))
    outer = kind("InvalidMessage", "websockets.exceptions")("did not receive a valid HTTP response")
    outer.__cause__ = inner
    found = tlsdiag.explain(outer)
    assert found.possibilities[0].cause == "eof-without-close-notify"
    assert "client-cert-missing" in [item.cause for item in found.possibilities]


def test_a_default_port_does_not_take_the_place_of_the_one_in_the_url() -> None:
    error = raised_in("aio_pika.connection", "connect", ConnectionResetError(), url="amqps://mq.example:8671/", host="localhost", port=5672)
    assert destination(error) == ("mq.example", 8671)


def test_the_settings_of_libpq_tell_the_place() -> None:
    timeout = kind("ConnectionTimeout", "psycopg.errors")("connection timeout expired")
    error = raised_in("psycopg.connection", "connect", timeout, conninfo="host=db.example port=5433 user=a")
    assert destination(error) == ("db.example", 5433)


def test_ftplib_says_nothing_where_the_server_ends_the_connection() -> None:
    found = tlsdiag.explain(raised_in("ftplib", "getline", EOFError()))
    assert found.possibilities[0].cause == "server-closes-after-clienthello"
    assert not tlsdiag.explain(raised_in("app", "main", EOFError())).understood
