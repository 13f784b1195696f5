"""Exceptions as libraries raise them, against broken servers on loopback."""

from __future__ import annotations

import asyncio
import ftplib
import gc
import imaplib
import poplib
import smtplib
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from explained.clients import INSTALLED, STANDARD, Client, http_client, plain_ssl, streams, urllib_request, use_requests
from explained.faults import FAULTS, Fault, issued, trusting

import tlsdiag
from tlsdiag.demo.servers import listening, resets, says
from tlsdiag.explanation.finding_out import find_out
from tlsdiag.explanation.walking import walk

# some libraries leave a socket open when they fail, and the collector finds it in a later test
pytestmark = [pytest.mark.filterwarnings("ignore::ResourceWarning"), pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]



@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """What they left open is closed before the next module, where it would be an error."""
    yield
    gc.collect()


BY_NAME = {fault.name: fault for fault in FAULTS}
CLIENTS = (*STANDARD, *INSTALLED)
MODULES = {
    "use_urllib3": "urllib3", "use_urllib3_with_retries": "urllib3", "use_requests": "requests", "use_httpx": "httpx", "use_httpx_async": "httpx",
    "use_aiohttp": "aiohttp",
}  # fmt: skip


def caught(client: Client, port: int, context: ssl.SSLContext, patience: float = 10.0) -> Exception:
    """What the client raises."""
    pytest.importorskip(MODULES.get(client.__name__, "ssl"))
    try:
        client(port, context, patience)
    except Exception as exc:  # noqa: BLE001 - whatever a library raises is what is explained
        return exc
    pytest.fail(f"{client.__name__} raised nothing")


@pytest.fixture(params=FAULTS, ids=lambda fault: fault.name)
def fault(request: pytest.FixtureRequest) -> Fault:
    found: Fault = request.param
    return found


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_the_cause_is_named(fault: Fault, client: Client) -> None:
    with fault.serve() as server:
        found = tlsdiag.explain(caught(client, server.port, fault.client(), fault.patience))
    causes = [item.cause for item in found.possibilities]
    assert fault.causes <= set(causes)
    if fault.clear:
        assert found.clear
        assert causes[0] in fault.causes


@pytest.mark.parametrize("client", [client for client in CLIENTS if client is not plain_ssl], ids=lambda client: client.__name__)
@pytest.mark.parametrize("name", ["expired", "plain-http", "refused", "closed", "reset", "alert"])
def test_the_destination_is_told(name: str, client: Client) -> None:
    fault = BY_NAME[name]
    with fault.serve() as server:
        found = tlsdiag.explain(caught(client, server.port, fault.client(), fault.patience))
    assert found.destination == tlsdiag.Destination(host="localhost", port=server.port)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
@pytest.mark.parametrize("name", ["expired", "closed", "alert"])
def test_the_clients_own_context_is_found(name: str, client: Client) -> None:
    fault = BY_NAME[name]
    context = fault.client()
    with fault.serve() as server:
        _, found = find_out(walk(caught(client, server.port, context)))
    assert found is context


def test_a_socket_of_ones_own_tells_the_name_and_no_port() -> None:
    with BY_NAME["expired"].serve() as server:
        found = tlsdiag.explain(caught(plain_ssl, server.port, trusting()), probe=True)
    assert found.destination == tlsdiag.Destination(host="localhost")
    assert "not the port" in found.why_no_report


CODES = {
    "expired": "certificate-expired", "wrong-name": "name-mismatch", "missing-intermediate": "intermediate-missing", "plain-http": "speaks-plain-http",
    "refused": "connection-refused", "closed": "closed-without-answer", "no-version": "no-common-version", "self-signed": "certificate-self-signed",
    "untrusted": "issuer-untrusted",
}  # fmt: skip


@pytest.mark.parametrize("client", [urllib_request, http_client, use_requests, streams], ids=lambda client: client.__name__)
@pytest.mark.parametrize("name", CODES)
def test_a_probe_finds_the_cause_with_the_clients_own_context(name: str, client: Client) -> None:
    fault = BY_NAME[name]
    with fault.serve() as server:
        error = caught(client, server.port, fault.client(), fault.patience)
        found = tlsdiag.explain(error, probe=True, depth="quick", limits=tlsdiag.Limits(handshake_timeout=10))
    assert found.report is not None
    assert found.root_cause is not None
    assert found.root_cause.code == CODES[name]
    assert found.agrees
    assert found.possibilities[0].code == CODES[name]
    assert found.needs == ()


def test_a_probe_of_what_works_now_says_so() -> None:
    made = issued()
    from tlsdiag.demo.servers import tls

    with listening(tls(made.chain_pem, made.key_pem)) as server:
        found = tlsdiag.explain("Connection reset by peer", probe=True, target=f"localhost:{server.port}", client=trusting())
    assert found.gone
    assert found.root_cause is None
    assert "Diagnosed now, the same way works" in str(found)


def raised(action: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught_one:
        action()
    return caught_one.value


def first_cause(error: Exception) -> str:
    return tlsdiag.explain(error).possibilities[0].cause


def conversation(*answers: bytes) -> Callable[[socket.socket], None]:
    """A plain server that says one thing after another, each after a line of the client but for the first."""

    def converse(connection: socket.socket) -> None:
        connection.sendall(answers[0])
        for answer in answers[1:]:
            if not connection.recv(4096):
                return
            connection.sendall(answer)
        connection.recv(4096)

    return converse


def proxied_urllib(port: int) -> None:
    handler = urllib.request.ProxyHandler({"https": f"http://127.0.0.1:{port}"})
    urllib.request.build_opener(handler).open("https://www.example.net:8443/", timeout=10)


def proxied_requests(port: int) -> None:
    requests = pytest.importorskip("requests")
    requests.get("https://www.example.net:8443/", proxies={"https": f"http://127.0.0.1:{port}"}, timeout=10)


def proxied_httpx(port: int) -> None:
    httpx = pytest.importorskip("httpx")
    with httpx.Client(proxy=f"http://127.0.0.1:{port}") as client:
        client.get("https://www.example.net:8443/")


def proxied_aiohttp(port: int) -> None:
    aiohttp = pytest.importorskip("aiohttp")

    async def talk() -> None:
        async with aiohttp.ClientSession() as session, session.get("https://www.example.net:8443/", proxy=f"http://127.0.0.1:{port}"):
            pass

    asyncio.run(talk())


PROXIED = (proxied_urllib, proxied_requests, proxied_httpx, proxied_aiohttp)
PROXY_ANSWERS = {
    b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n": "proxy-auth-required",
    b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n": "proxy-denied",
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n": "proxy-upstream-failed",
}


@pytest.mark.parametrize("client", PROXIED, ids=lambda client: client.__name__)
@pytest.mark.parametrize(("answer", "cause"), PROXY_ANSWERS.items(), ids=PROXY_ANSWERS.values())
def test_a_proxy_that_refuses_is_told_and_the_destination_is_the_one_behind_it(client: Callable[[int], None], answer: bytes, cause: str) -> None:
    with listening(says(answer=answer)) as server:
        found = tlsdiag.explain(raised(lambda: client(server.port)))
    assert found.possibilities[0].cause == cause
    assert found.clear
    assert found.destination is not None
    assert (found.destination.host, found.destination.port) == ("www.example.net", 8443)


def test_a_proxy_is_part_of_the_destination_where_the_library_holds_it() -> None:
    with listening(says(answer=b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")) as server:
        for client in (proxied_urllib, proxied_requests):
            found = tlsdiag.explain(raised(lambda client=client: client(server.port)))  # type: ignore[misc]
            assert found.destination is not None
            assert found.destination.proxy == f"http://127.0.0.1:{server.port}"


def test_smtp_without_starttls_is_told() -> None:
    with listening(conversation(b"220 mail ESMTP\r\n", b"250 mail\r\n")) as server, smtplib.SMTP("localhost", server.port, timeout=10) as smtp:
        error = raised(lambda: smtp.starttls(context=trusting()))
    assert first_cause(error) == "starttls-not-offered"


def test_smtp_that_refuses_starttls_is_told() -> None:
    answers = (b"220 mail ESMTP\r\n", b"250-mail\r\n250 STARTTLS\r\n", b"454 TLS not available due to local problem\r\n")
    with listening(conversation(*answers)) as server:
        smtp = smtplib.SMTP("localhost", server.port, timeout=10)
        try:
            error = raised(lambda: smtp.starttls(context=trusting()))
            if not isinstance(error, smtplib.SMTPException):
                pytest.fail(f"not an SMTP exception: {error!r}")
        finally:
            smtp.close()
    assert first_cause(error) == "starttls-refused"


def test_smtp_that_demands_tls_is_told() -> None:
    answers = (b"220 mail ESMTP\r\n", b"250 mail\r\n", b"530 5.7.0 Must issue a STARTTLS command first\r\n", b"250 ok\r\n")
    with listening(conversation(*answers)) as server:
        smtp = smtplib.SMTP("localhost", server.port, timeout=10)
        try:
            error = raised(lambda: smtp.sendmail("a@a.example", ["b@b.example"], "x"))
        finally:
            smtp.close()
    assert first_cause(error) == "plaintext-client-refused"


def test_a_failed_upgrade_tells_its_protocol() -> None:
    def converse(connection: socket.socket) -> None:
        conversation(b"220 mail ESMTP\r\n", b"250-mail\r\n250 STARTTLS\r\n", b"220 go ahead\r\n")(connection)

    with listening(converse) as server:
        smtp = smtplib.SMTP("localhost", server.port, timeout=10)
        try:
            error = raised(lambda: smtp.starttls(context=trusting()))
        finally:
            smtp.close()
    assert tlsdiag.explain(error).destination == tlsdiag.Destination(host="localhost", starttls="smtp")  # smtplib keeps no port
    assert tlsdiag.explain(error, target="a.example:25").destination == tlsdiag.Destination(host="a.example", port=25, starttls="smtp")


def test_imap_without_starttls_is_told() -> None:
    def converse(connection: socket.socket) -> None:
        connection.sendall(b"* OK ready\r\n")
        tag, *_ = connection.recv(4096).split() or (b"*",)
        connection.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
        connection.recv(4096)

    with listening(converse) as server:
        imap = imaplib.IMAP4("localhost", server.port, timeout=10)
        try:
            error = raised(lambda: imap.starttls(trusting()))
        finally:
            imap.shutdown()
    assert first_cause(error) == "starttls-not-offered"


def test_pop3_without_stls_is_told() -> None:
    answers = (b"+OK ready\r\n", b"+OK\r\nUSER\r\n.\r\n")
    with listening(conversation(*answers)) as server:
        pop3 = poplib.POP3("localhost", server.port, timeout=10)
        try:
            error = raised(lambda: pop3.stls(trusting()))
        finally:
            pop3.close()
    assert first_cause(error) == "starttls-not-offered"


def test_ftp_that_closes_on_auth_is_no_riddle() -> None:
    with listening(conversation(b"220 ftp\r\n", b"234 go ahead\r\n")) as server:
        ftp = ftplib.FTP_TLS(context=trusting(), timeout=10)
        try:
            ftp.connect("localhost", server.port)
            found = tlsdiag.explain(raised(lambda: ftp.login("a", "b")))
        finally:
            ftp.close()
    assert "server-closes-after-clienthello" in {item.cause for item in found.possibilities}
    assert found.destination is not None
    assert (found.destination.starttls, found.destination.port) == ("ftp", server.port)


def test_a_name_that_does_not_exist_is_told_apart_from_all_else() -> None:
    error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert first_cause(error) == "dns-nxdomain"
    assert tlsdiag.explain(error).clear


def test_a_missing_ca_file_is_a_matter_of_the_store() -> None:
    error = raised(lambda: ssl.create_default_context(cafile="/nonexistent/ca.pem"))
    assert first_cause(error) == "trust-store-missing"


def test_a_file_that_may_not_be_read_is_no_connection() -> None:
    error = PermissionError(13, "Permission denied")
    error.filename = "/etc/ssl/private/key.pem"
    assert not tlsdiag.explain(error).understood


def test_a_socket_that_may_not_connect_is_told() -> None:
    assert first_cause(PermissionError(1, "Operation not permitted")) == "tcp-prohibited"


def test_wrong_settings_of_the_client_are_told() -> None:
    context = ssl.create_default_context()
    assert first_cause(raised(lambda: context.set_ciphers("NOSUCH"))) == "client-config-bad-cipher"
    with socket.socket() as raw:
        assert first_cause(raised(lambda: context.wrap_socket(raw))) == "client-config-name-check"


psycopg = pytest.importorskip("psycopg")
pymysql = pytest.importorskip("pymysql")


def connect_postgres(port: int) -> Callable[[], object]:
    return lambda: psycopg.connect(f"host=localhost port={port} user=a dbname=b sslmode=require connect_timeout=10 gssencmode=disable")


def test_postgresql_without_tls_is_told() -> None:
    with listening(says(answer=b"N")) as server:
        found = tlsdiag.explain(raised(connect_postgres(server.port)))
    assert found.possibilities[0].cause == "starttls-not-offered"
    assert found.destination is not None
    assert found.destination.port == server.port


def test_postgresql_that_is_not_there_is_told() -> None:
    with BY_NAME["refused"].serve() as server:
        found = tlsdiag.explain(raised(connect_postgres(server.port)))
    assert found.possibilities[0].cause == "tcp-refused"
    assert found.destination == tlsdiag.Destination(host="localhost", port=server.port, starttls="postgres")


def test_postgresql_that_resets_is_told() -> None:
    with listening(resets) as server:
        found = tlsdiag.explain(raised(connect_postgres(server.port)))
    assert found.understood
    assert not found.clear


def test_postgresql_on_a_port_of_another_protocol_is_told() -> None:
    with listening(says(answer=b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        found = tlsdiag.explain(raised(connect_postgres(server.port)))
    assert "plaintext-http-on-port" in {item.cause for item in found.possibilities}


def mysql_greeting(*, tls: bool) -> bytes:
    """MySQL's handshake, version 10; capability 0x0800 is CLIENT_SSL."""
    capabilities = 0x00FFF7FF | (0x0800 if tls else 0)
    body = b"\x0a8.0.0\x00" + b"\x01\x00\x00\x00" + b"12345678\x00" + (capabilities & 0xFFFF).to_bytes(2, "little") + b"\x21\x02\x00"
    body += (capabilities >> 16).to_bytes(2, "little") + b"\x15" + b"\x00" * 10 + b"123456789012\x00" + b"mysql_native_password\x00"
    return len(body).to_bytes(3, "little") + b"\x00" + body


def connect_mysql(port: int) -> Callable[[], object]:
    return lambda: pymysql.connect(
        host="localhost", port=port, user="a", password="b", ssl={"check_hostname": True, "ca": None}, connect_timeout=10, read_timeout=10
    )


def test_mysql_that_is_not_there_is_told() -> None:
    with BY_NAME["refused"].serve() as server:
        found = tlsdiag.explain(raised(connect_mysql(server.port)))
    assert found.possibilities[0].cause == "tcp-refused"
    assert found.destination is not None
    assert (found.destination.port, found.destination.starttls) == (server.port, "mysql")


def test_mysql_that_closes_during_the_handshake_is_told() -> None:
    def converse(connection: socket.socket) -> None:
        connection.sendall(mysql_greeting(tls=True))
        connection.recv(36)
        connection.recv(4096)

    with listening(converse) as server:
        found = tlsdiag.explain(raised(connect_mysql(server.port)))
    assert "server-closes-after-clienthello" in {item.cause for item in found.possibilities}
