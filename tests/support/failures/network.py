"""Rows before TLS, and between the two sides: names, TCP, proxies, balancers, other protocols, middleboxes."""

from __future__ import annotations

import os
import signal
import socket
import ssl
from typing import Any

from servers import RunningServer, Site, free_port

from tlsdiag import Blame, Verdict
from tlsdiag.demo.servers import Conversation, closes, is_silent, resets, says, tls
from tlsdiag.testing import Authority

from . import peers
from .case import Bench, Build, Case, How, Row, Setting
from .forge import pair
from .making import NAME, ROOT, STRANGER, credential, days, leaf, met, served, sound

_HTTP = b"HTTP/1.1 400 Bad Request\r\nServer: sample\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_PORTAL = b"HTTP/1.1 302 Found\r\nLocation: http://login.hotspot.example/?from=1\r\nContent-Length: 0\r\n\r\n"


_SYN = "tcp flags & (syn|ack) == syn"

# Loopback hands over whole bursts, whatever the size of a segment: so it is the connections with large segments whose large answers are lost.
_SMALL_ONLY = f"{_SYN} tcp option maxseg size 1460 ct mark set 1\n  ct mark 1 ct direction reply ip length > 1000 drop"


def _filter(hook: str, rule: str) -> str:
    """One rule of nftables, for what comes in or goes out."""
    return f"table ip matrix {{\n chain one {{\n  type filter hook {hook} priority 0;\n  {rule}\n }}\n}}\n"


def _away(host: str = "192.0.2.10", **options: Any) -> Build:
    """An address where nothing of ours is."""
    return lambda bench: Setting(host, options)


def _closed(bench: Bench) -> Setting:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return Setting("127.0.0.1", {"port": listener.getsockname()[1]})


def _named(error: int) -> Build:
    """A name for which the resolver gives this answer."""

    def build(bench: Bench) -> Setting:
        import unittest.mock

        def answer(*_: object, **__: object) -> Any:
            raise socket.gaierror(error, "sample")

        bench.enter(unittest.mock.patch("tlsdiag.network.resolve.socket.getaddrinfo", answer))
        return Setting("host.example")

    return build


def _stopped(bench: Bench) -> Setting:
    """A real server whose process is halted: the kernel goes on accepting for it."""
    setting = served("openssl")(bench)
    server = next(item for item in _servers(bench) if item.port == setting.options["port"])
    os.kill(server.pid, signal.SIGSTOP)
    bench.callback(os.kill, server.pid, signal.SIGCONT)
    return setting


def _servers(bench: Bench) -> list[RunningServer]:
    return [callback.__self__ for _, callback in bench._exit_callbacks if isinstance(getattr(callback, "__self__", None), RunningServer)]  # type: ignore[attr-defined]


def _proxy_protocol(kind: str) -> Build:
    """A second port of a real server, which waits for the PROXY protocol's line before TLS."""

    def build(bench: Bench) -> Setting:
        given, port = sound(), free_port()
        bundle = bench.folder / "bundle.pem"
        bundle.write_bytes(given.chain_pem + given.key_pem)
        bundle.chmod(0o644)
        line = {"nginx": f"listen 127.0.0.1:{port} ssl proxy_protocol;", "haproxy": f"bind 127.0.0.1:{port} accept-proxy ssl crt {bundle}"}[kind]
        setting = served(kind, extra=(line,))(bench)
        return Setting(setting.host, {**setting.options, "port": port})

    return build


def _both_families(bench: Bench) -> Setting:
    setting = served("nginx")(bench)
    return Setting(setting.host, {**setting.options, "addresses": ["192.0.2.1", "127.0.0.1"]})


def _connect(answer: bytes) -> Conversation:
    return says(answer=answer)


def _connect_then_closes(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    connection.recv(4096)


def _proxy_with_tls() -> Conversation:
    given = pair(leaf())
    return tls(given.chain_pem, given.key_pem)


def _to_no_proxy(bench: Bench) -> Setting:
    port = _closed(bench).options["port"]
    return Setting(NAME, {"proxy": f"http://127.0.0.1:{port}", "trust": ROOT.pem})


def _plain_proxy(connection: socket.socket) -> None:
    """A proxy without TLS: it takes CONNECT, and nothing else."""
    tunnel = b"HTTP/1.1 200 Connection established\r\n\r\n"
    connection.sendall(tunnel if connection.recv(4096).startswith(b"CONNECT") else _HTTP.replace(b"sample", b"squid/5.7"))
    connection.recv(4096)


def _https_proxy(bench: Bench) -> Setting:
    port = bench.peer(_plain_proxy)
    return Setting(NAME, {"proxy": f"https://127.0.0.1:{port}", "trust": ROOT.pem})


def _greeting(*lines: bytes) -> Conversation:
    """A server that speaks in lines, one for each that it gets, after its greeting."""

    def converse(connection: socket.socket) -> None:
        for line in lines:
            connection.sendall(line)
            if not connection.recv(4096):
                return

    return converse


def _after_handshake(connection: socket.socket) -> None:
    """Complete the handshake, then reset."""
    given = pair(leaf())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "both.pem").write_bytes(given.key_pem + given.chain_pem)
        context.load_cert_chain(Path(folder) / "both.pem")
    secure = context.wrap_socket(connection, server_side=True)
    secure.recv(4096)
    peers._reset(secure)
    secure.close()


_ZSCALER = Authority.root("Zscaler Root CA", organization="Zscaler Inc.", number=311)
_MINTING = _ZSCALER.intermediate("Zscaler Intermediate Root CA (zscaler.net)", organization="Zscaler Inc.", number=312)


def _intercepting(trust: bytes, *, mutual: bool = False) -> Build:
    """nginx as a box that ends TLS with a product's certificate, before a server that may want a certificate of its clients; other names get another one."""

    def build(bench: Bench) -> Setting:
        behind = served("nginx", **({"client_ca_pem": ROOT.pem} if mutual else {}))(bench)
        minted = _MINTING.issue(NAME, number=5)
        onward = f"location /onward {{ proxy_pass https://127.0.0.1:{behind.options['port']}; }}"
        mine = {"client_certificate": credential(leaf("me.example", usages=("client",), number=7))} if mutual else {}
        return served(
            "nginx",
            lambda: pair(_MINTING.issue("gateway.example", number=6)),
            sites=(Site(names=(NAME,), chain_pem=minted.chain_pem, key_pem=minted.key_pem),),
            extra=(onward,),
            diagnosis={"trust": trust, **mine},
        )(bench)

    return build


def _names_blocked(data: bytes) -> bool:
    return NAME.encode() in data


def _is_large(data: bytes) -> bool:
    return len(data) > 300


_S = served
ROWS: tuple[Row, ...] = (
    Row("dns-nxdomain", How.PEER, cases=(Case(name="no such name", build=_named(socket.EAI_NONAME), causes=("name-not-found",), blame=Blame.CLIENT),)),
    Row("dns-resolver-unreachable", How.PEER, cases=(Case(name="no answer in time", build=_named(socket.EAI_AGAIN), causes=("resolver-failed",), blame=Blame.NETWORK),)),
    Row("dns-wrong-address", How.SERVER, cases=(
        Case(name="another site", build=_S("nginx", lambda: pair(leaf("elsewhere.example"))), causes=("name-mismatch",), blame=Blame.SERVER),
        Case(name="a web server without TLS", build=_S("lighttpd", None, tls="none"), causes=("speaks-plain-http",), blame=Blame.SERVER),
    )),
    Row("dns-ipv6-broken", How.SERVER, cases=(
        Case(name="one address of two", build=_both_families, verdict=Verdict.FLAWED, also=("connection-timed-out",), rules=_filter("output", "ip daddr 192.0.2.1 drop"), ways=("route add 192.0.2.0/24 dev lo",)),
    )),
    Row("dns-name-invalid", How.LOCAL, cases=(
        Case(name="a label of 64", build=_away("a" * 64 + ".example"), causes=("name-invalid",), blame=Blame.CLIENT),
        Case(name="an empty label", build=_away("a..example"), causes=("name-invalid",), blame=Blame.CLIENT),
    )),
    Row("ech-rejected", How.NOT_HERE, "no server and no client here has Encrypted ClientHello (OpenSSL 3.0 to 3.5, GnuTLS, JSSE)"),
    Row("tcp-refused", How.SERVER, cases=(
        Case(name="nothing listens", build=_closed, causes=("connection-refused",), blame=Blame.SERVER),
        Case(name="a firewall rejects with a reset", build=_S("openssl"), causes=("connection-refused",), blame=Blame.SERVER, rules=_filter("input", f"{_SYN} reject with tcp reset")),
    )),
    Row("tcp-timeout", How.SERVER, cases=(
        Case(name="a firewall drops", build=_S("openssl"), causes=("connection-timed-out",), blame=Blame.NETWORK, rules=_filter("input", f"{_SYN} drop")),
    )),
    Row("tcp-unreachable", How.SERVER, cases=(
        Case(name="no route", build=_away(), causes=("host-unreachable",), blame=Blame.NETWORK, ways=("link set lo mtu 65536",)),
        Case(name="a route that is unreachable", build=_away(), causes=("host-unreachable",), blame=Blame.NETWORK, ways=("route add unreachable 192.0.2.0/24",)),
        Case(name="this machine prohibits it", build=_away(), causes=("connection-prohibited",), blame=Blame.CLIENT, ways=("route add prohibit 192.0.2.0/24",)),
    )),
    Row("tcp-closed-on-accept", How.PEER, cases=(Case(name="closes", build=met(peers.closes_at_once), causes=("closed-without-answer",), blame=Blame.SERVER),)),
    Row("tcp-reset-on-accept", How.PEER, cases=(Case(name="resets", build=met(peers.resets_at_once), causes=("reset-before-hello",), blame=Blame.NETWORK),)),
    Row("handshake-stalls-after-hello", How.SERVER, cases=(
        Case(name="large packets are lost", build=_S("nginx"), causes=("mtu-black-hole", "peer-silent"), waits_for="counterfactuals", rules=_filter("output", _SMALL_ONLY), ways=("link set lo mtu 1500",)),
    )),
    Row("handshake-timeout", How.SERVER, cases=(
        Case(name="a halted process", build=_stopped, causes=("peer-silent",), blame=Blame.SERVER),
        Case(name="never answers", build=met(is_silent), causes=("peer-silent",), blame=Blame.SERVER),
    )),
    Row("reset-mid-handshake", How.PEER, cases=(Case(name="after the hello", build=peers.box(_S("nginx"), inward=peers.only_first(40)), causes=("lost-midway",)),)),
    Row("server-closes-mid-handshake", How.PEER, cases=(Case(name="after the hello", build=peers.box(_S("nginx"), inward=peers.only_first(40), ending="close"), causes=("lost-midway",), blame=Blame.SERVER),)),
    Row("reset-after-handshake", How.PEER, cases=(Case(name="at the first request", build=met(_after_handshake), verdict=Verdict.HEALTHY),)),
    Row("proxy-unreachable", How.LOCAL, cases=(Case(name="nothing listens", build=_to_no_proxy, causes=("proxy-refused", "proxy-unreachable"), waits_for="proxy"),)),
    Row("proxy-auth-required", How.PEER, cases=(Case(name="407", build=peers.behind_proxy(_connect(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")), causes=("proxy-authentication-required",), waits_for="proxy"),)),
    Row("proxy-denied", How.PEER, cases=(Case(name="403", build=peers.behind_proxy(_connect(b"HTTP/1.1 403 Forbidden\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\nContent-Length: 0\r\n\r\n")), causes=("proxy-forbidden",), waits_for="proxy"),)),
    Row("proxy-upstream-failed", How.PEER, cases=(Case(name="502", build=peers.behind_proxy(_connect(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")), causes=("proxy-upstream-failed",), waits_for="proxy"),)),
    Row("proxy-not-a-proxy", How.SERVER, cases=(Case(name="a web server", build=peers.behind_proxy(_connect(b"HTTP/1.1 405 Not Allowed\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n")), causes=("proxy-not-a-proxy",), waits_for="proxy"),)),
    Row("proxy-closes", How.PEER, cases=(
        Case(name="before its answer", build=peers.behind_proxy(closes), causes=("proxy-closes",), waits_for="proxy"),
        Case(name="after the tunnel stands", build=peers.behind_proxy(_connect_then_closes), causes=("closed-without-answer",), waits_for="proxy", needs="proxy-closes"),
    )),
    Row("proxy-scheme-wrong", How.PEER, cases=(
        Case(name="a proxy spoken to as a server", build=met(says(answer=_HTTP.replace(b"sample", b"squid/5.7"))), causes=("proxy-scheme-wrong",), blame=Blame.CLIENT),
        Case(name="https for a plain proxy", build=_https_proxy, causes=("proxy-scheme-wrong",), waits_for="proxy", needs="proxy-forbidden"),
    )),
    Row("captive-portal", How.PEER, cases=(Case(name="a redirection", build=met(says(answer=_PORTAL)), causes=("captive-portal", "speaks-plain-http"), waits_for="between"),)),
    Row("lb-one-backend-bad", How.PEER, cases=(
        Case(name="one certificate of two has expired", build=peers.in_turn(_S("nginx"), _S("nginx", lambda: pair(leaf(window=days(-90, -2), number=3)))), causes=("backend-certificate-bad",), blame=Blame.SERVER, verdict=Verdict.PARTIAL, waits_for="between"),
    )),
    Row("lb-tls-to-plain-backend", How.SERVER, cases=(Case(name="the backend seen from the proxy", build=_S("nginx", None, tls="none"), causes=("speaks-plain-http",), blame=Blame.SERVER),)),
    Row("lb-plain-to-tls-backend", How.NO_CLIENT, "the proxy does not begin TLS at all; the 400 is an answer in HTTP"),
    Row("lb-upstream-verify-failed", How.SERVER, cases=(Case(name="the backend seen with the proxy's authority", build=_S("nginx", diagnosis={"trust": STRANGER.pem}), causes=("issuer-untrusted", "intermediate-missing"), blame=Blame.CLIENT),)),
    Row("lb-upstream-client-cert", How.SERVER, cases=(Case(name="the backend seen from the proxy", build=_S("haproxy", client_ca_pem=ROOT.pem), causes=("client-certificate-required",), blame=Blame.CLIENT),)),
    Row("proxy-protocol-mismatch", How.SERVER, cases=(
        Case(name="nginx waits for it", build=_proxy_protocol("nginx"), causes=("proxy-protocol-expected",), blame=Blame.SERVER),
        Case(name="haproxy waits for it", build=_proxy_protocol("haproxy"), causes=("proxy-protocol-expected",), blame=Blame.SERVER),
    )),
    Row("scanner-or-health-check", How.NO_CLIENT, "a line of the server's log, about somebody who does not begin TLS"),
    Row("client-closes-mid-handshake", How.NO_CLIENT, "a line of the server's log, about a client that gave up for a reason of its own: that reason is another row"),
    Row("plaintext-http-on-port", How.SERVER, cases=tuple(Case(name=kind, build=_S(kind, None, tls="none"), causes=("speaks-plain-http",), blame=Blame.SERVER) for kind in ("nginx", "apache", "haproxy", "lighttpd", "caddy", "node"))),
    Row("plaintext-http-to-tls-port", How.NO_CLIENT, "the client speaks HTTP in the clear; the server tells it so"),
    Row("starttls-port-spoken-as-tls", How.SERVER, cases=(
        *(Case(name=kind, build=_S(kind, None, tls="none"), causes=("starttls-needed",), blame=Blame.CLIENT) for kind in ("postfix", "dovecot", "vsftpd")),
        *(Case(name=kind, build=_S(kind, sound, tls="starttls"), causes=("starttls-needed",), blame=Blame.CLIENT) for kind in ("slapd", "postgresql", "mariadb")),
    )),
    Row("starttls-on-implicit-port", How.SERVER, cases=(Case(name="postfix with implicit TLS", build=_S("postfix", diagnosis={"starttls": "smtp"}), causes=("starttls-wrong-protocol",), waits_for="starttls"),)),
    Row("starttls-not-offered", How.SERVER, cases=(Case(name="postfix without TLS", build=_S("postfix", None, tls="none", diagnosis={"starttls": "smtp"}), causes=("starttls-not-offered",), waits_for="starttls"),)),
    Row("starttls-refused", How.PEER, cases=(Case(name="454", build=met(_greeting(b"220 x ESMTP\r\n", b"250-x\r\n250 STARTTLS\r\n", b"454 4.7.0 TLS not available\r\n"), starttls="smtp"), causes=("starttls-refused",), waits_for="starttls"),)),
    Row("plaintext-client-refused", How.NO_CLIENT, "the client does not use TLS; the server says so in its own protocol"),
    Row("other-protocol-on-port", How.SERVER, cases=(
        Case(name="sshd", build=_S("sshd", None, tls="none"), causes=("speaks-other-protocol",), blame=Blame.CLIENT),
        Case(name="noise", build=met(peers.answers(b"\xde\xad\xbe\xef" * 8)), causes=("answer-not-tls",), blame=Blame.SERVER),
        Case(name="redis", build=met(says(answer=b"-ERR unknown command\r\n")), causes=("speaks-other-protocol",), blame=Blame.CLIENT),
    )),
    Row("other-protocol-to-tls-port", How.NO_CLIENT, "the client speaks no TLS"),
    Row("tls-in-tls", How.NO_CLIENT, "the handshake is good; the second layer is data within it"),
    Row("blocked-rst-after-clienthello", How.PEER, cases=(
        Case(name="for this name", build=peers.box(_S("nginx"), outward=peers.stops_at(_names_blocked)), causes=("server-name-blocked", "reset-after-hello"), blame=Blame.NETWORK, waits_for="counterfactuals"),
        Case(name="for every name", build=met(resets), causes=("reset-after-hello",), blame=Blame.NETWORK),
    )),
    Row("server-closes-after-clienthello", How.PEER, cases=(Case(name="closes", build=met(closes), causes=("closed-without-answer",), blame=Blame.SERVER),)),
    Row("blocked-ip-or-geo", How.SERVER, cases=(Case(name="a firewall drops this address", build=_S("nginx"), causes=("connection-timed-out",), blame=Blame.NETWORK, rules=_filter("input", f"ip saddr 127.0.0.1 {_SYN} drop")),)),
    Row("rate-limited", How.SERVER, cases=(Case(name="two connections in a while", build=_S("nginx"), also=("rate-limited",), verdict=Verdict.FLAWED, waits_for="between", needs="rate-limited", rules=_filter("input", f"{_SYN} limit rate over 2/minute burst 2 packets reject with tcp reset")),)),
    Row("middlebox-large-clienthello", How.PEER, cases=(Case(name="over 300 bytes", build=peers.box(_S("nginx"), outward=peers.stops_at(_is_large)), causes=("hello-too-large", "reset-after-hello"), waits_for="counterfactuals"),)),
    Row("middlebox-version-intolerance", How.PEER, cases=(Case(name="of TLS 1.3", build=peers.box(_S("nginx", versions=("TLSv1.2",)), outward=peers.stops_at(lambda data: b"\x03\x04" in data)), causes=("tls13-intolerant", "reset-after-hello"), waits_for="counterfactuals"),)),
    Row("middlebox-extension-intolerance", How.PEER, cases=(Case(name="of encrypt_then_mac", build=peers.box(_S("nginx"), outward=peers.stops_at(lambda data: b"\x00\x16\x00\x00" in data)), causes=("extension-intolerant", "reset-after-hello"), waits_for="counterfactuals"),)),
    Row("middlebox-downgrade", How.PEER, cases=(Case(name="TLS 1.3 is taken out of the hello", build=peers.box(_S("openssl"), outward=peers.exchanged(b"\x00\x2b\x00\x05\x04\x03\x04\x03\x03", b"\xff\x2b\x00\x05\x04\x03\x04\x03\x03")), causes=("handshake-downgraded",), blame=Blame.NETWORK),)),
    Row("record-tampered", How.PEER, cases=(
        Case(name="the server's flight", build=peers.box(_S("nginx", versions=("TLSv1.3",)), inward=peers.flipped(300)), causes=("record-tampered",), blame=Blame.NETWORK),
        Case(name="the client's hello", build=peers.box(_S("nginx", versions=("TLSv1.3",)), outward=peers.flipped(20)), causes=("record-tampered",), blame=Blame.NETWORK),
    )),
    Row("record-overflow", How.PEER, cases=(Case(name="a record of 40 kB", build=met(peers.answers(b"\x16\x03\x03\x9c\x40" + bytes(64))), causes=("server-misbehaves", "answer-not-tls")),)),
    Row("interception-untrusted-ca", How.SERVER, cases=(Case(name="a product's root", build=_S("nginx", lambda: pair(Authority.root("Zscaler Root CA", organization="Zscaler Inc.", number=311).intermediate("Zscaler Intermediate Root CA (zscaler.net)", organization="Zscaler Inc.", number=312).issue(NAME))), causes=("interception", "connection-intercepted", "intercepted", "issuer-untrusted"), waits_for="clock"),)),
    # only Schannel refuses: what is produced is the certificate that it refuses, for a client that goes on
    Row("interception-no-revocation-info", How.SERVER, cases=(
        Case(name="a product's root that the client trusts", build=_intercepting(_ZSCALER.pem), verdict=Verdict.HEALTHY, also=("interception-present",), says="Schannel (curl on Windows) refuses it"),
    )),
    Row("interception-breaks-client-cert", How.SERVER, cases=(
        Case(name="a product's root that the client trusts", build=_intercepting(_ZSCALER.pem, mutual=True), verdict=Verdict.FLAWED, also=("interception-present",), says="the server behind the interception does not see it"),
        Case(name="a product's root that it does not", build=_intercepting(ROOT.pem, mutual=True), causes=("interception",), blame=Blame.NETWORK, says="the server behind the interception does not see it"),
    )),
    Row("pinning-mismatch", How.NOT_HERE, "a pin is the application's own; no ssl.SSLContext holds one"),
    Row("quic-blocked", How.NOT_HERE, "tlsdiag speaks TLS over TCP"),
)  # fmt: skip
