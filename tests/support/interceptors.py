"""Real programs that intercept: mitmproxy before a server on loopback, and Squid with ssl-bump in a network namespace of its own.

mitmproxy is a program here and no dependency: its packages want others than ours, so `mitmdump` is looked for on the PATH, in an environment of its own.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from servers import HOST, RunningServer, free_port
from servers.running import Launch, end_process, new_directory, start

from tlsdiag import Report
from tlsdiag.testing import Authority, Issued

_SQUID_PORT, _SERVER_PORT = 3129, 8443
_CERTIFICATE_MAKER = "/usr/lib/squid/security_file_certgen"


def _missing(reason: str) -> None:
    if os.environ.get("TLSDIAG_REQUIRE_SERVERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextlib.contextmanager
def mitmproxy(upstream: RunningServer) -> Iterator[tuple[RunningServer, bytes]]:
    """mitmproxy in front of a server, with its root in PEM."""
    program = shutil.which("mitmdump")
    if program is None:
        _missing("mitmproxy needs mitmdump (distribution mitmproxy, in an environment of its own)")
    directory, port = new_directory("mitmproxy"), free_port()
    where = f"reverse:https://{upstream.host}:{upstream.port}"
    argv = [str(program), "--mode", where, "--listen-host", HOST, "--listen-port", str(port), "--set", f"confdir={directory}", "--ssl-insecure"]
    with start("mitmproxy", Launch(argv=argv), directory, port) as running:
        yield running, (directory / "mitmproxy-ca-cert.pem").read_bytes()


@attrs.frozen(kw_only=True)
class Bumped:
    """A namespace in which every connection to a server goes through Squid."""

    namespace: str

    def diagnose(self, host: str, trust: Path, *options: str) -> Report:
        """Run the command line in there."""
        command = [sys.executable, "-m", "tlsdiag", f"{host}:{_SERVER_PORT}", "--address", HOST, "--trust", str(trust), "--json", *options]
        done = subprocess.run(["ip", "netns", "exec", self.namespace, *command], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        return Report.from_json(done.stdout)


@contextlib.contextmanager
def squid(authority: Authority, server: Issued, *, mimics: bool) -> Iterator[Bumped]:
    """Squid that bumps with this authority; `mimics`: it looks at the server's certificate first and copies it."""
    if shutil.which("squid") is None or not Path(_CERTIFICATE_MAKER).exists() or shutil.which("nft") is None or os.geteuid() != 0:
        _missing("Squid that intercepts needs root, squid (package squid-openssl) and nft (package nftables)")
    namespace = f"tlsdiag-{os.getpid()}-{secrets.token_hex(3)}"
    directory = new_directory("squid")
    _configure(directory, authority, server, mimics)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        _run("ip", "netns", "add", namespace)
        stack.callback(_run, "ip", "netns", "del", namespace)
        _run("ip", "netns", "exec", namespace, "ip", "link", "set", "lo", "up")
        _run("ip", "netns", "exec", namespace, "nft", "-f", str(directory / "rules.nft"))
        pair = ["-cert", "server.pem", "-cert_chain", "server.pem", "-key", "server.key"]
        _spawn(stack, namespace, directory, ["openssl", "s_server", "-accept", f"{HOST}:{_SERVER_PORT}", "-www", *pair], _SERVER_PORT)
        _spawn(stack, namespace, directory, ["squid", "-f", str(directory / "squid.conf"), "-N"], _SQUID_PORT)
        yield Bumped(namespace=namespace)


def _configure(directory: Path, authority: Authority, server: Issued, mimics: bool) -> None:
    files = {
        "authority.pem": authority.issued.key_pem + authority.pem,
        "server.pem": server.chain_pem,
        "server.key": server.key_pem,
        "squid.conf": _SQUID.format(directory=directory, peek="acl first at_step SslBump1\nssl_bump peek first" if mimics else "").encode(),
        "rules.nft": _RULES.encode(),
    }
    for name, content in files.items():
        (directory / name).write_bytes(content)
    for path in (directory, *directory.iterdir()):
        shutil.chown(path, "proxy")
    subprocess.run([_CERTIFICATE_MAKER, "-c", "-s", str(directory / "db"), "-M", "4MB"], check=True, capture_output=True, user="proxy", group="proxy")


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)


def _spawn(stack: contextlib.ExitStack, namespace: str, directory: Path, argv: list[str], port: int) -> None:
    with (directory / "server.log").open("ab") as log:
        process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, *argv], cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    stack.callback(end_process, process)
    deadline = time.monotonic() + 20
    while not _listens(process.pid, port):
        if process.poll() is not None or time.monotonic() > deadline:
            process.send_signal(signal.SIGKILL)
            pytest.fail(f"{argv[0]} did not listen: {(directory / 'server.log').read_text('utf-8', 'replace')}")
        time.sleep(0.02)


def _listens(pid: int, port: int) -> bool:
    """In the namespace of the process."""
    try:
        rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text("ascii").splitlines()[1:]]
    except OSError:
        return False
    return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


_RULES = f"""add table ip tlsdiag
add chain ip tlsdiag out {{ type nat hook output priority -100; }}
add rule ip tlsdiag out meta skuid != proxy tcp dport {_SERVER_PORT} redirect to :{_SQUID_PORT}
"""
_SQUID = (
    """http_port 127.0.0.1:3128
https_port 127.0.0.1:"""
    + str(_SQUID_PORT)
    + """ intercept ssl-bump tls-cert={directory}/authority.pem generate-host-certificates=on dynamic_cert_mem_cache_size=4MB
sslcrtd_program """
    + _CERTIFICATE_MAKER
    + """ -s {directory}/db -M 4MB
sslcrtd_children 1 startup=1
{peek}
ssl_bump bump all
sslproxy_cert_error allow all
tls_outgoing_options flags=DONT_VERIFY_PEER
http_access allow all
cache deny all
access_log none
cache_log {directory}/cache.log
pid_filename {directory}/squid.pid
coredump_dir {directory}
shutdown_lifetime 0 seconds
pinger_enable off
"""
)
