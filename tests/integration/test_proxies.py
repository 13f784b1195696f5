"""Through real proxies: healthy stays healthy, a fault of the target keeps its cause, and each fault of a proxy is named."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from patience import PATIENT, Standstill
from ports import closed_port, full_backlog
from servers import RunningServer

import tlsdiag
from tlsdiag import Blame, Confidence, Diagnosis, Report, Severity, Target, Verdict
from tlsdiag.demo.servers import closes, is_silent, listening, resets, says
from tlsdiag.facts import OtherWay, ProxyWay
from tlsdiag.network.proxy import as_curl
from tlsdiag.plugin import ProxyFinding
from tlsdiag.testing import Authority, Window

Serve = Callable[..., RunningServer]
ROOT = Authority.root(number=620)
ISSUING = ROOT.intermediate(number=621)
PAIR = ISSUING.issue("localhost", "127.0.0.1")
QUICKLY = tlsdiag.Limits(handshake_timeout=3, connect_timeout=3)
HTTP = ("squid", "tinyproxy", "privoxy", "apache-proxy")
SOCKS = ("danted", "microsocks")


def diagnose(port: int, proxy: str | None = None, *, host: str = "localhost", environment: Mapping[str, str] | None = None, **options: Any) -> Report:
    options.setdefault("trust", ROOT.pem)
    depth = options.pop("depth", "standard")
    limits = options.pop("limits", PATIENT)
    target = Target.parse(host, port=port, proxy=proxy, **options)
    return asyncio.run(Diagnosis(limits=limits, depth=depth, environment=environment or {}).run(target))


def web(serve: Serve, **options: Any) -> RunningServer:
    return serve("nginx", **{"chain_pem": PAIR.chain_pem, "key_pem": PAIR.key_pem, **options})


def url(server: RunningServer, scheme: str = "http", credentials: str = "") -> str:
    return f"{scheme}://{credentials}{server.host}:{server.port}"


def assert_cause(report: Report, code: str) -> ProxyFinding:
    """This is the one root cause; it explains the client's failure, and that it works without the proxy."""
    cause = report.root_cause
    assert cause is not None and cause.code == code, report
    assert report.verdict is Verdict.BROKEN
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == [code], report
    assert all(item.severity is Severity.INFO or item.explained_by or item is cause for item in report.findings), report
    assert isinstance(cause, ProxyFinding)
    return cause


@pytest.mark.parametrize(("kind", "scheme"), [*((kind, "http") for kind in HTTP), *((kind, scheme) for kind in SOCKS for scheme in ("socks5", "socks5h"))])
def test_a_healthy_server_is_healthy_through_a_proxy(kind: str, scheme: str, serve: Serve) -> None:
    target, proxy = web(serve), serve(kind, tls="none")
    report = diagnose(target.port, url(proxy, scheme))
    assert report.verdict is Verdict.HEALTHY, report
    assert [item.code for item in report.findings] == ["proxy-used"]
    assert report.connections <= 20
    assert diagnose(target.port, url(proxy, scheme), depth="quick").connections <= 4


@pytest.mark.parametrize("kind", ["squid", "apache-proxy"])
def test_a_proxy_that_is_itself_reached_over_tls_works(kind: str, serve: Serve) -> None:
    target, proxy = web(serve), serve(kind, chain_pem=PAIR.chain_pem, key_pem=PAIR.key_pem)
    report = diagnose(target.port, url(proxy, "https"))
    assert report.verdict is Verdict.HEALTHY, report


def test_a_proxy_over_tls_is_verified_as_the_client_verifies(serve: Serve) -> None:
    target, proxy = web(serve), serve("squid", chain_pem=PAIR.chain_pem, key_pem=PAIR.key_pem)
    cause = assert_cause(diagnose(target.port, url(proxy, "https"), trust="certifi"), "proxy-tls-failed")
    assert "not the target's" in cause.detail
    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    assert diagnose(target.port, url(proxy, "https"), trust=None, client=context).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(("kind", "scheme"), [("squid", "http"), ("danted", "socks5h")])
def test_an_expired_certificate_is_the_cause_through_a_proxy_too(kind: str, scheme: str, serve: Serve) -> None:
    now = datetime.now(UTC)
    old = ISSUING.issue("localhost", window=Window(not_before=now - timedelta(days=90), not_after=now - timedelta(days=3)))
    target, proxy = web(serve, chain_pem=old.chain_pem, key_pem=old.key_pem), serve(kind, tls="none")
    report = diagnose(target.port, url(proxy, scheme))
    assert report.root_cause is not None and report.root_cause.code == "certificate-expired", report


def test_plain_http_behind_a_proxy_is_the_targets(serve: Serve) -> None:
    target, proxy = serve("nginx", tls="none"), serve("squid", tls="none")
    report = diagnose(target.port, url(proxy))
    assert report.root_cause is not None and report.root_cause.code == "speaks-plain-http", report
    assert f"localhost:{target.port} (through http://" in report.root_cause.detail


@pytest.mark.parametrize(("kind", "scheme"), [("squid", "http"), ("tinyproxy", "http"), ("apache-proxy", "http"), ("microsocks", "socks5h")])
def test_a_proxy_that_knows_its_users_lets_in_the_right_one_only(kind: str, scheme: str, serve: Serve) -> None:
    target, proxy = web(serve), serve(kind, tls="none", credentials=("alice", "s3cr3t-pw"))
    right = diagnose(target.port, url(proxy, scheme, "alice:s3cr3t%2Dpw@"))
    assert right.verdict is Verdict.HEALTHY, right
    for given in ("", "alice:wr0ng@"):
        report = diagnose(target.port, url(proxy, scheme, given))
        cause = assert_cause(report, "proxy-authentication-required")
        assert cause.blame is Blame.CLIENT
        assert "wr0ng" not in report.to_json() + str(report)
    assert "s3cr3t" not in right.to_json() + str(right) + repr(right)


def test_a_port_that_the_proxy_does_not_allow_is_forbidden(serve: Serve) -> None:
    rules = ("acl SSL_ports port 443", "http_access deny CONNECT !SSL_ports")
    target, proxy = web(serve), serve("squid", tls="none", extra=rules)
    cause = assert_cause(diagnose(target.port, url(proxy)), "proxy-forbidden")
    assert "SSL_ports" in cause.detail and "Access Denied" in cause.detail


def test_a_host_that_the_proxy_does_not_allow_is_forbidden_and_the_port_is_not_accused(serve: Serve) -> None:
    proxy = serve("squid", tls="none", extra=("acl blocked dstdomain blocked.invalid", "http_access deny blocked"))
    cause = assert_cause(diagnose(443, url(proxy), host="blocked.invalid"), "proxy-forbidden")
    assert "port may be" not in cause.detail
    assert "blocked.invalid" in cause.fix.snippets["squid"]


def test_a_port_that_tinyproxy_does_not_allow_is_forbidden(serve: Serve) -> None:
    target, proxy = web(serve), serve("tinyproxy", tls="none", extra=("ConnectPort 443",))
    assert_cause(diagnose(target.port, url(proxy)), "proxy-forbidden")


def test_a_ruleset_of_a_socks_proxy_forbids(serve: Serve) -> None:
    target = web(serve)
    proxy = serve("danted", tls="none", extra=(f"socks block {{ from: 0.0.0.0/0 to: 0.0.0.0/0 port = {target.port} }}",))
    cause = assert_cause(diagnose(target.port, url(proxy, "socks5h")), "proxy-forbidden")
    assert cause.reply == 2


@pytest.mark.parametrize(("kind", "scheme"), [*((kind, "http") for kind in HTTP), *((kind, "socks5") for kind in SOCKS)])
def test_a_target_that_is_down_both_ways_is_to_blame_itself(kind: str, scheme: str, serve: Serve) -> None:
    cause = assert_cause(diagnose(closed_port(), url(serve(kind, tls="none"), scheme)), "proxy-upstream-failed")
    assert cause.blame is Blame.SERVER
    assert cause.confidence is Confidence.PROVEN


@pytest.mark.parametrize("kind", ["squid", "privoxy", "apache-proxy"])
def test_a_name_that_the_proxy_cannot_resolve_is_an_upstream_failure(kind: str, serve: Serve) -> None:
    assert_cause(diagnose(443, url(serve(kind, tls="none")), host="no-such-host.invalid"), "proxy-upstream-failed")


def test_a_name_that_does_not_resolve_here_is_for_socks5h(serve: Serve) -> None:
    cause = assert_cause(diagnose(443, url(serve("microsocks", tls="none"), "socks5"), host="no-such-host.invalid"), "socks-name-unresolved")
    assert "socks5h" in cause.fix.summary


def test_a_proxy_that_is_not_there_is_told_from_a_target_that_is_not(serve: Serve) -> None:
    target = web(serve)
    cause = assert_cause(diagnose(target.port, f"http://127.0.0.1:{closed_port()}"), "proxy-refused")
    assert "HTTPS_PROXY" in cause.fix.snippets["shell"]
    report = diagnose(target.port, "http://no-such-proxy.invalid:3128")
    assert report.root_cause is not None and report.root_cause.code == "proxy-name-not-found"


def test_a_proxy_that_drops_packets_is_timed_out(serve: Serve) -> None:
    with full_backlog() as port:
        cause = assert_cause(diagnose(web(serve).port, f"http://127.0.0.1:{port}", limits=QUICKLY), "proxy-timed-out")
    assert cause.blame is Blame.NETWORK


def test_a_target_that_drops_packets_leaves_the_proxy_silent_and_is_named(serve: Serve) -> None:
    with full_backlog() as port, Standstill() as stood_still:
        report = diagnose(port, url(serve("squid", tls="none")), limits=QUICKLY)
    cause = assert_cause(report, "proxy-silent")
    assert "it may be what the proxy waits for" in cause.detail
    assert report.elapsed < 2 * QUICKLY.connect_timeout + 0.5 + 2 * stood_still.seconds


def test_a_proxy_that_listens_at_one_of_its_addresses_is_enough(serve: Serve) -> None:
    target, proxy = web(serve), serve("squid", tls="none")
    report = diagnose(target.port, f"http://localhost:{proxy.port}")
    assert report.root_cause is None, report
    assert report.filter(severity=Severity.LOW) == (), report
    (used,) = report.filter(code="proxy-used")
    assert "It was asked for localhost" in used.detail


@pytest.mark.parametrize("kind", ["nginx", "haproxy", "apache", "lighttpd"])
def test_a_web_server_is_no_proxy(kind: str, serve: Serve) -> None:
    target, other = web(serve), serve(kind, tls="none")
    cause = assert_cause(diagnose(target.port, url(other)), "proxy-not-a-proxy")
    assert cause.blame is Blame.CLIENT


def test_a_load_balancer_with_tls_is_no_proxy(serve: Serve) -> None:
    target, other = web(serve), serve("haproxy", chain_pem=PAIR.chain_pem, key_pem=PAIR.key_pem)
    assert_cause(diagnose(target.port, url(other, "https")), "proxy-not-a-proxy")
    assert_cause(diagnose(target.port, url(other)), "proxy-closes")


@pytest.mark.parametrize("kind", ["squid", "tinyproxy", "apache-proxy"])
def test_https_for_a_plain_proxy_is_the_wrong_scheme_and_proven(kind: str, serve: Serve) -> None:
    target, proxy = web(serve), serve(kind, tls="none")
    cause = assert_cause(diagnose(target.port, url(proxy, "https"), limits=QUICKLY), "proxy-scheme-wrong")
    assert cause.confidence is Confidence.PROVEN
    assert url(proxy) in cause.fix.snippets["shell"]


@pytest.mark.parametrize(("kind", "tried", "right"), [("danted", "http", "socks5h"), ("microsocks", "http", "socks5h"), ("squid", "socks5h", "http")])
def test_socks_and_http_mixed_up_is_the_wrong_scheme(kind: str, tried: str, right: str, serve: Serve) -> None:
    target, proxy = web(serve), serve(kind, tls="none")
    cause = assert_cause(diagnose(target.port, url(proxy, tried), limits=QUICKLY), "proxy-scheme-wrong")
    assert f"Asked as {right}" in cause.detail


def test_http_for_a_proxy_over_tls_is_the_wrong_scheme(serve: Serve) -> None:
    target, proxy = web(serve), serve("squid", chain_pem=PAIR.chain_pem, key_pem=PAIR.key_pem)
    cause = assert_cause(diagnose(target.port, url(proxy)), "proxy-scheme-wrong")
    assert "Asked as https" in cause.detail


def test_a_proxy_that_replaces_the_certificate_is_proven_by_going_past_it(serve: Serve) -> None:
    authority = Authority.root("Company Inspection CA", number=622)
    target, proxy = web(serve), serve("squid", chain_pem=authority.pem, key_pem=authority.issued.key_pem, bump=True)
    report = diagnose(target.port, url(proxy))
    cause = report.root_cause
    assert cause is not None and cause.code == "proxy-replaces-certificate", report
    assert cause.confidence is Confidence.PROVEN
    assert "Company Inspection CA" in cause.detail and "Test Issuing CA" in cause.detail
    assert {key.partition("|")[0] for key in cause.explains} == {"client-handshake-failed", "private-authority", "interception", "chain-duplicate"}
    trusting = diagnose(target.port, url(proxy), trust=authority.pem)
    assert trusting.filter(severity=Severity.MEDIUM) == (), trusting


def behind(answer: Callable[[Any], None]) -> Callable[[Any], None]:
    """A proxy that opens every tunnel, and answers itself in it."""

    def converse(connection: Any) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        answer(connection)

    return converse


@pytest.mark.parametrize("ending", [resets, closes], ids=["resets", "closes"])
def test_a_tunnel_that_breaks_and_a_direct_way_that_works_are_the_proxys_doing(ending: Callable[[Any], None], serve: Serve) -> None:
    with listening(behind(ending)) as proxy:
        report = diagnose(web(serve).port, f"http://127.0.0.1:{proxy.port}")
    cause = report.root_cause
    assert cause is not None and cause.code == "works-past-the-proxy", report
    assert cause.blame is Blame.NETWORK and cause.confidence is Confidence.PROVEN


@pytest.mark.parametrize(
    ("converse", "code"),
    [
        (says(answer=b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n"), "proxy-login-page"),
        (says(answer=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>welcome</html>"), "proxy-not-a-proxy"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "proxy-not-a-proxy"),
        (resets, "proxy-closes"),
        (closes, "proxy-closes"),
        (is_silent, "proxy-silent"),
    ],
)
def test_other_answers_of_a_proxy_have_their_own_names(converse: Callable[[Any], None], code: str, serve: Serve) -> None:
    with listening(converse) as proxy:
        assert_cause(diagnose(web(serve).port, f"http://127.0.0.1:{proxy.port}", limits=QUICKLY), code)


def test_the_environment_names_the_proxy_and_the_report_says_so(serve: Serve) -> None:
    target, proxy = web(serve), serve("squid", tls="none")
    report = diagnose(target.port, environment={"ALL_PROXY": url(proxy, credentials="alice:s3cr3t@")})
    (used,) = [item for item in report.findings if item.code == "proxy-used"]
    assert "ALL_PROXY" in used.detail
    assert report.verdict is Verdict.HEALTHY
    assert "s3cr3t" not in report.to_json() + repr(report)
    assert diagnose(target.port, False, environment={"ALL_PROXY": url(proxy)}).filter(code="proxy-used") == ()  # type: ignore[arg-type]


def test_no_proxy_keeps_the_host_from_it_and_the_report_says_so(serve: Serve) -> None:
    report = diagnose(web(serve).port, environment={"HTTPS_PROXY": "http://127.0.0.1:9", "no_proxy": "localhost"})
    assert [item.code for item in report.findings] == ["proxy-exempted"]
    assert report.verdict is Verdict.HEALTHY
    assert "no_proxy" in report.findings[0].detail


def test_a_variable_that_cannot_be_read_is_the_cause(serve: Serve) -> None:
    report = diagnose(web(serve).port, environment={"HTTPS_PROXY": "ftp://me:s3cr3t@proxy.example"})
    assert_cause_code(report, "proxy-url-invalid")
    assert "s3cr3t" not in report.to_json() + str(report)


def assert_cause_code(report: Report, code: str) -> None:
    assert report.root_cause is not None and report.root_cause.code == code, report


def test_a_target_that_only_the_proxy_reaches_is_proven(serve: Serve) -> None:
    """The proxy answers for a name that does not resolve here."""
    target = web(serve, chain_pem=(inside := ISSUING.issue("inside.invalid")).chain_pem, key_pem=inside.key_pem)
    with listening(forwards(target.port)) as proxy:
        environment = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": ".invalid"}
        report = diagnose(443, host="inside.invalid", environment=environment)
    assert_cause_code(report, "proxy-needed")
    other = report.observations.get(OtherWay)
    assert other is not None and other.completed and other.origin == "HTTPS_PROXY"


def forwards(port: int) -> Callable[[Any], None]:
    """A proxy that leads every tunnel to one port."""
    def copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side has gone

    def converse(connection: socket.socket) -> None:
        connection.recv(4096)
        with socket.create_connection(("127.0.0.1", port), 5) as inner:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            thread = threading.Thread(target=copy, args=(inner, connection), daemon=True)
            thread.start()
            copy(connection, inner)
            thread.join(2)

    return converse


def test_silence_behind_a_proxy_costs_little_more_than_one_timeout(serve: Serve) -> None:
    with listening(is_silent) as target, Standstill() as stood_still:
        report = diagnose(target.port, url(serve("squid", tls="none")), limits=QUICKLY)
    assert_cause_code(report, "peer-silent")
    assert report.elapsed < 1.5 * QUICKLY.handshake_timeout + 0.5 + 2 * stood_still.seconds


def test_a_saved_report_is_judged_the_same_again(serve: Serve) -> None:
    target, proxy = web(serve), serve("squid", tls="none", credentials=("alice", "pw"))
    report = diagnose(target.port, url(proxy))
    again = Report.from_json(report.to_json()).recheck()
    assert [item.key for item in again.findings] == [item.key for item in report.findings]
    assert {type(value) for _, value in again.observations} >= {ProxyWay, OtherWay}


CURL = [
    ("localhost", {"NO_PROXY": "localhost"}),
    ("localhost", {"NO_PROXY": "host"}),
    ("localhost", {"no_proxy": "*", "NO_PROXY": "x"}),
    ("localhost", {"NO_PROXY": "a localhost"}),
    ("127.0.0.1", {"NO_PROXY": "127.0.0.0/8"}),
    ("127.0.0.1", {"NO_PROXY": "126.0.0.0/8"}),
    ("127.0.0.1", {"https_proxy": ""}),
    ("localhost", {"NO_PROXY": ".localhost"}),
    ("localhost", {"NO_PROXY": "*.localhost"}),
]


@pytest.mark.parametrize(("host", "variables"), CURL)
def test_curl_itself_takes_the_way_that_we_say(host: str, variables: dict[str, str], serve: Serve) -> None:
    target, proxy = web(serve), serve("tinyproxy", tls="none")
    environment = {"HTTPS_PROXY": url(proxy), **variables}
    command = ["curl", "-skv", "--max-time", "10", f"https://{host}:{target.port}/"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **environment}, check=False)
    assert done.returncode == 0, done.stderr
    assert ("CONNECT tunnel" in done.stderr) is (as_curl(host, target.port, environment).proxy is not None), done.stderr


def test_starttls_begins_behind_the_proxy(serve: Serve) -> None:
    target = serve("postfix", chain_pem=PAIR.chain_pem, key_pem=PAIR.key_pem, tls="starttls")
    for kind, scheme in (("squid", "http"), ("microsocks", "socks5h")):
        report = diagnose(target.port, url(serve(kind, tls="none"), scheme), starttls="smtp")
        assert report.verdict is Verdict.HEALTHY, report
    barred = serve("squid", tls="none", extra=("acl SSL_ports port 443", "http_access deny CONNECT !SSL_ports"))
    report = diagnose(target.port, url(barred), starttls="smtp")
    assert report.root_cause is not None and report.root_cause.code == "proxy-forbidden", report
