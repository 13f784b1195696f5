"""Words of programs as they were met, and what must not be read into them."""

from __future__ import annotations

import pytest

from tlsdiag.logs import place_in, read

# cause that has to be first, whether it stands out | text
SAID = (
    # .NET and PowerShell
    ("plaintext-http-on-port", False, "AuthenticationException: Cannot determine the frame size or a corrupted frame was received."),
    ("server-closes-after-clienthello", False, "IOException: Authentication failed because the remote party has closed the transport stream."),
    ("server-closes-after-clienthello", False, "WebException: The underlying connection was closed: An unexpected error occurred on a send."),
    ("dns-nxdomain", False, "System.Net.WebException: The remote name could not be resolved: 'shop.example'"),
    ("tcp-timeout", False, "TaskCanceledException: The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing."),
    # rustls, reqwest
    ("name-mismatch", True, 'invalid peer certificate: certificate not valid for name "shop.example"; certificate is only valid for DnsName("other.example")'),
    ("eku-no-server-auth", True, "invalid peer certificate: certificate does not allow extended key usage for server authentication"),
    ("version-client-too-old", False, "received fatal alert: ProtocolVersion"),
    ("client-cert-missing", True, "received fatal alert: CertificateRequired"),
    ("sni-unrecognized", True, "received fatal alert: UnrecognisedName"),
    ("server-closes-after-clienthello", False, "error trying to connect: tls handshake eof"),
    # Go, kubectl
    ("chain-wrong-intermediate", False, 'x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "Corp Root")'),
    ("tcp-refused", True, "The connection to the server localhost:8080 was refused - did you specify the right host or port?"),
    # Node.js
    ("tcp-timeout", False, "AxiosError: timeout of 3000ms exceeded\n  code: 'ECONNABORTED'"),
    # Kafka, AMQP, gRPC
    ("server-closes-after-clienthello", False, "ssl://localhost:9093/bootstrap: SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 5ms in state SSL_HANDSHAKE)"),
    ("server-closes-after-clienthello", False, "failed to connect to all addresses; last error: UNAVAILABLE: ipv4:127.0.0.1:46533: Handshake read failed (Socket closed)"),
    ("server-closes-after-clienthello", False, 'StreamLostError: ("Stream connection lost: SSLEOFError(8, \'EOF occurred in violation of protocol (_ssl.c:2427)\')",)'),
    # LDAP, databases
    ("starttls-not-offered", True, "ldap_start_tls: Protocol error (2)\n        additional info: unsupported extended operation"),
    ("starttls-not-offered", True, "pq: SSL is not enabled on the server"),
    ("starttls-not-offered", True, "server error (FATAL: tls error: server refused TLS connection)"),
    ("starttls-not-offered", True, "org.postgresql.util.PSQLException: The server does not support SSL."),
    ("starttls-not-offered", True, "ERROR 2026 (HY000): SSL connection error: SSL is required but the server doesn't support it"),
    ("name-mismatch", True, "org.postgresql.util.PSQLException: The hostname db.example could not be verified by hostnameverifier PgjdbcHostnameVerifier."),
    ("client-cert-key-unreadable", True, 'private key file "/x/client.key" has group or world access; file must have permissions u=rw (0600) or less'),
    ("server-closes-after-clienthello", False, "2013: Lost connection to MySQL server during query"),
    # Redis, MongoDB, boto3, Tornado, aiohttp, Twisted
    ("tcp-timeout", False, "redis.exceptions.TimeoutError: Timeout connecting to server"),
    ("tcp-refused", True, "Error 111 connecting to localhost:36927. Connect call failed ('127.0.0.1', 36927)."),
    ("name-mismatch", True, "VerificationError(errors=[DNSMismatch(mismatched_id=DNS_ID(hostname=b'localhost'))])"),
    ("handshake-timeout", False, 'Read timeout on endpoint URL: "https://localhost:33871/"'),
    ("handshake-timeout", True, "Timeout during TLS handshake with 127.0.0.1:34903"),
    ("server-closes-after-clienthello", False, "Cannot connect to host localhost:42349 ssl:<ssl.SSLContext object at 0x7f8258aadbe0> [None]"),
    ("tcp-refused", True, """ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 53463)")"""),
    ("cert-expired", True, "Error HTTPSConnectionPool(host='localhost', port=35353): Max retries exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)'))) executing HTTP request attempt 1 (https://localhost:35353)"),
    ("starttls-not-offered", False, 'ConnectionError: PostgreSQL server at "localhost:35843" rejected SSL upgrade'),
    ("alpn-no-overlap", True, "direct SSL connection was established without ALPN protocol negotiation extension"),
    ("blocked-rst-after-clienthello", False, "NoHostAvailable: ('Unable to connect to any servers', {'127.0.0.1:35353': ConnectionResetError(104, 'Connection reset by peer')})"),
    ("tcp-refused", False, "KafkaConnectionError: Unable to bootstrap from [('localhost', 36977, <AddressFamily.AF_UNSPEC: 0>)]"),
    ("name-mismatch", True, r"""SSLError(MaxRetryError('HTTPSConnectionPool(host=\'localhost\', port=42519): Max retries exceeded with url: / (Caused by SSLError(CertificateError("hostname \'localhost\' doesn\'t match \'other.example\'")))'))"""),
    # what OpenSSL says of plain HTTP at its own port
    ("plaintext-http-to-tls-port", True, "ssl.SSLError: [SSL: HTTP_REQUEST] http request (_ssl.c:1006)"),
    ("plaintext-http-to-tls-port", True, "error:1407609C:SSL routines:SSL23_GET_CLIENT_HELLO:http request:s23_srvr.c:394"),
    # the package manager, PHP, wget
    ("cert-expired", True, "Certificate verification failed: The certificate is NOT trusted. The certificate chain uses expired certificate.  Could not handshake: Error in the certificate verification."),
    ("name-mismatch", True, "PHP Warning:  file_get_contents(): Peer certificate CN=`other.example' did not match expected CN=`shop.example'"),
    ("name-mismatch", True, "ERROR: no certificate subject alternative name matches\n        requested host name 'shop.example'."),
    # proxies
    ("proxy-unreachable", True, "SOCKSHTTPSConnection(host='shop.example', port=443): Failed to establish a new connection: [Errno 111] Connection refused"),
    ("proxy-upstream-failed", True, "socks.SOCKS5Error: 0x05: Connection refused"),
    ("proxy-denied", True, "socks.SOCKS5Error: 0x02: Connection not allowed by ruleset"),
    ("proxy-auth-required", True, "socks.SOCKS5AuthError: SOCKS5 authentication failed"),
    ("proxy-not-a-proxy", True, "socks.GeneralProxyError: SOCKS5 proxy server sent invalid data"),
    ("proxy-auth-required", True, "Received HTTP code 407 from proxy after CONNECT"),
)  # fmt: skip


@pytest.mark.parametrize(("cause", "clear", "text"), SAID, ids=[text[:40] for _, _, text in SAID])
def test_the_words_of_a_program_are_led_to_their_cause(cause: str, clear: bool, text: str) -> None:
    found = read(text)
    assert found.causes[0] == cause
    assert found.clear == clear


INNOCENT = (
    "Prometheus alert 42 fired for job api",
    "The script finished with return code: 10",
    "Internal Server Error (18) in module x",
    "Invalid HTTP code 503 received",
    "user authentication failed: bad password",
)


@pytest.mark.parametrize("text", INNOCENT)
def test_nothing_is_read_into_a_number_that_is_of_something_else(text: str) -> None:
    assert not read(text).understood


def test_an_answer_of_another_version_of_http_is_no_version_of_tls() -> None:
    found = read("websockets.exceptions.InvalidMessage: did not receive a valid HTTP response\nunsupported protocol; expected HTTP/1.1: HTTP/1.0 200 OK")
    assert not any(cause.startswith("version-") for cause in found.causes[:3])


def test_words_that_say_tls_failed_do_not_point_to_cipher_suites_first() -> None:
    found = read("elastic_transport.TlsError: TLS error")
    assert found.causes[0].startswith(("ca-", "cert-", "chain-"))
    assert not found.clear


def test_a_certificate_that_is_refused_is_no_missing_suite() -> None:
    found = read("SSL handshake failed: localhost:43203: [('SSL routines', '', 'certificate verify failed')]")
    assert found.causes[0] == "ca-unknown-private"
    assert "cert-expired" in found.causes
    assert not {"cipher-no-overlap", "version-no-overlap"} & set(found.causes)


TRACEBACK = """Traceback (most recent call last):
  File "app.py", line 3, in main
    session = connect(host, connection_timeout=10, retry_on=ReadTimeout)
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "lib.py", line 9, in connect
    raise last  # certificate has expired
    ^^^^^^^^^^
ConnectionRefusedError: [Errno 111] Connection refused"""
GROUP = """  + Exception Group Traceback (most recent call last):
  |   File "app.py", line 3, in main
  |     connect(connection_timeout=10)
  | ExceptionGroup: one of them (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "lib.py", line 9, in connect
    |     raise error  # certificate has expired
    | ConnectionRefusedError: [Errno 111] Connection refused
    +------------------------------------"""


@pytest.mark.parametrize("text", [TRACEBACK, GROUP], ids=["plain", "group"])
def test_the_program_text_in_a_traceback_says_nothing_of_the_failure(text: str) -> None:
    found = read(text)
    assert found.causes == ("tcp-refused",)
    assert found.clear


def test_pika_without_words_is_not_taken_for_a_timeout() -> None:
    found = read('  File "blocking_connection.py", line 381, in __init__\n    self._impl = self._create_connection(blocked_connection_timeout=4)\npika.exceptions.AMQPConnectionError')
    assert not found.understood


def test_a_client_certificate_that_is_missing_is_among_the_causes_of_a_silent_end() -> None:
    for text in ("SSLEOFError(8, 'EOF occurred in violation of protocol (_ssl.c:2427)')", "[Errno 104] Connection reset by peer"):
        assert "client-cert-missing" in read(text).causes


def test_a_self_signed_certificate_is_among_the_causes_where_no_issuer_is_found() -> None:
    assert "cert-self-signed" in read("certificate verify failed: unable to get local issuer certificate").causes


PLACES = (
    ("KafkaConnectionError: Unable to bootstrap from [('mq.example', 9093, <AddressFamily.AF_UNSPEC: 0>)]", ("mq.example", 9093)),
    ("NoHostAvailable: ('Unable to connect to any servers', {'192.0.2.7:9142': ConnectionRefusedError(111, 'Connection refused')})", ("192.0.2.7", 9142)),
    ("host=db.example port=5433 sslmode=verify-full", ("db.example", 5433)),
    ("amqps://user:secret@mq.example/vhost", ("mq.example", 5671)),
    ("rediss://cache.example:6380/0", ("cache.example", 6380)),
    ("ServerSelectionTimeoutError: x, Topology Description: <TopologyDescription servers: [<ServerDescription ('db.example', 27017) server_type: Unknown>]>", ("db.example", 27017)),
    ("Timeout while setting up transport to 'mq.example'/(<AddressFamily.AF_INET: 2>, <SocketKind.SOCK_STREAM: 1>, 6, '', ('127.0.0.1', 5671)); ssl=True", ("mq.example", 5671)),
)


@pytest.mark.parametrize(("text", "place"), PLACES, ids=["aiokafka", "cassandra", "libpq", "amqps", "rediss", "pymongo", "pika"])
def test_the_place_in_the_words_of_a_library_is_found(text: str, place: tuple[str, int]) -> None:
    assert place_in(text) == place
