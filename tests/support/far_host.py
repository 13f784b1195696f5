"""A host behind a router, each in a network namespace: for filters, limits and distances that loopback does not have.

Needs root, iproute2 and nftables. Names and addresses are those of this process; everything is removed with the context.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from servers.recipe import path_of, which, write
from servers.running import end_process, new_directory


@attrs.frozen(kw_only=True)
class FarHost:
    """The far host: its addresses, and those of the router on our side of it."""

    space: str
    router_space: str
    address: str
    address6: str
    router: str
    router_inside: str
    router_inside6: str

    def filter(self, *rules: str) -> None:
        """nftables rules for what comes to the host."""
        _nft(self.space, "input", rules)

    def filter_on_the_way(self, *rules: str) -> None:
        """nftables rules for what the router passes on."""
        _nft(self.router_space, "forward", rules)

    def narrow_the_way(self, mtu: int) -> None:
        """A path MTU black hole: the router's link to us takes only small packets, and what it would say about that is filtered."""
        _nft(self.router_space, "output", ("icmp type destination-unreachable drop",))
        _run("ip", "-netns", self.router_space, "link", "set", "dev", "near", "mtu", str(mtu))

    def clear(self) -> None:
        """Take all filters away again."""
        for space in (self.space, self.router_space):
            _in(space, "nft", "flush", "ruleset")

    @contextlib.contextmanager
    def delayed(self, milliseconds: int) -> Iterator[None]:
        """Put the host far away: behind the router, so that the router itself stays near. Each way takes the time."""
        _run("ip", "-netns", self.router_space, "link", "delete", "far")
        argv = ["ip", "netns", "exec", self.router_space, sys.executable, str(_SLOW_LINK), str(milliseconds), "far", "inner"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None and process.stdout is not None
            try:
                assert process.stdout.readline() == b"ready\n"
                _run("ip", "-netns", self.router_space, "link", "set", "dev", "inner", "netns", self.space)
                self._join_router()
                yield
            finally:
                process.stdin.close()
        self.link()

    def link(self) -> None:
        """Lay the plain link between router and host."""
        _run("ip", "-netns", self.router_space, "link", "add", "far", "type", "veth", "peer", "name", "inner", "netns", self.space)
        self._join_router()

    def _join_router(self) -> None:
        """Addresses and routes of the link between router and host, which answers then."""
        for space, device, four, six in (
            (self.router_space, "far", self.router_inside, self.router_inside6),
            (self.space, "inner", self.address, self.address6),
        ):
            _run("ip", "-netns", space, "address", "add", f"{four}/30", "dev", device)
            _run("ip", "-netns", space, "-6", "address", "add", f"{six}/64", "dev", device, "nodad")
            _run("ip", "-netns", space, "link", "set", "dev", device, "up")
        _run("ip", "-netns", self.space, "route", "add", "default", "via", self.router_inside)
        _run("ip", "-netns", self.space, "-6", "route", "add", "default", "via", self.router_inside6)
        for address in (self.address, self.address6):
            _wait_until_it_answers(address)

    @contextlib.contextmanager
    def nginx(self, chain_pem: bytes, key_pem: bytes, *, plain: str = 'return 200 "hello\\n";') -> Iterator[None]:
        """nginx on the ports 443 (TLS) and 80, where it does what `plain` says."""
        directory = new_directory("far")
        write(directory, "chain.pem", chain_pem)
        write(directory, "key.pem", key_pem)
        path = write(directory, "nginx.conf", _NGINX.format(directory=directory, plain=plain))
        argv = ["ip", "netns", "exec", self.space, path_of("nginx"), "-p", str(directory), "-e", "stderr", "-c", str(path)]
        with (directory / "server.log").open("ab") as log:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            self._wait_for(443, process, directory)
            yield
        finally:
            end_process(process)
            shutil.rmtree(directory, ignore_errors=True)

    def _wait_for(self, port: int, process: subprocess.Popen[bytes], directory: Path) -> None:
        deadline = time.monotonic() + _PATIENCE
        while f":{port} " not in _in(self.space, "ss", "-Hltn").decode():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail((directory / "server.log").read_text("utf-8", "replace"))
            time.sleep(0.02)


_PATIENCE = 60.0
"""Seconds for what the kernel does at once, unless it is still busy with taking other namespaces down."""
_SLOW_LINK = Path(__file__).with_name("slow_link.py")
_NGINX = """user root;
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr info;
events {{ worker_connections 256; }}
http {{
  access_log off;
  server {{
    listen 443 ssl; listen [::]:443 ssl;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {directory}/chain.pem; ssl_certificate_key {directory}/key.pem;
    location / {{ return 200 "hello\\n"; }}
  }}
  server {{ listen 80; listen [::]:80; location / {{ {plain} }} }}
}}
"""


def require_namespaces() -> None:
    """Skip the test where no host of its own can be made."""
    absent = [tool for tool in ("ip", "nft", "ss", "nginx") if which(tool) is None]
    reason = f"needs {', '.join(absent)}" if absent else ("needs root" if os.geteuid() != 0 else "")
    if not reason:
        name = f"tlsdiag-far-try-{os.getpid()}"
        made = subprocess.run([path_of("ip"), "netns", "add", name], capture_output=True, check=False)
        if made.returncode == 0:
            _run("ip", "netns", "delete", name)
            return
        reason = f"no namespaces here: {made.stderr.decode().strip()}"
    if os.environ.get("TLSDIAG_REQUIRE_SERVERS") == "1" and "no namespaces" not in reason:
        pytest.fail(reason)
    pytest.skip(reason)


@contextlib.contextmanager
def far_host() -> Iterator[FarHost]:
    """Build it: us, a router, the host; IPv4 and IPv6."""
    number = os.getpid() % 16000
    start, six = number % 64 * 4, f"fd00:d1a6:{number:x}"
    host, router, outer = f"tlsdiag-far-{number}", f"tlsdiag-far-{number}-router", f"tdfar{number}"
    near4 = [f"10.{214 + side}.{number // 64}.{start + last}" for side in (0, 1) for last in (1, 2)]
    near6 = [f"{six}:{side}::{last}" for side in (1, 2) for last in (1, 2)]
    with contextlib.ExitStack() as stack:
        for space in (host, router):
            _run("ip", "netns", "add", space)
            stack.callback(_run, "ip", "netns", "delete", space)
        _run("ip", "link", "add", outer, "type", "veth", "peer", "name", "near", "netns", router)
        stack.callback(_run, "ip", "link", "delete", outer)  # at once: a namespace takes its links along only some time later
        for space, device, four, six in ((None, outer, near4[0], near6[0]), (router, "near", near4[1], near6[1])):
            where = ["-netns", space] if space else []
            _run("ip", *where, "address", "add", f"{four}/30", "dev", device)
            _run("ip", *where, "-6", "address", "add", f"{six}/64", "dev", device, "nodad")
            _run("ip", *where, "link", "set", "dev", device, "up")
        _in(router, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
        _run("ip", "route", "add", f"{near4[3]}/32", "via", near4[1])
        _run("ip", "-6", "route", "add", f"{near6[3]}/128", "via", near6[1])
        made = FarHost(
            space=host, router_space=router, address=near4[3], address6=near6[3], router=near4[1], router_inside=near4[2], router_inside6=near6[2]
        )
        made.link()
        yield made


def _wait_until_it_answers(address: str) -> None:
    """Neighbours need a moment to find each other; a closed port of a host that is there refuses."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection((address, 9), timeout=0.3).close()
        except ConnectionRefusedError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{address} does not answer")


def _nft(space: str, hook: str, rules: tuple[str, ...]) -> None:
    lines = "\n".join(rules)
    table = f"table inet tlsdiag_test {{\nchain {hook} {{\ntype filter hook {hook} priority 0;\n{lines}\n}}\n}}\n"
    _run("ip", "netns", "exec", space, path_of("nft"), "-f", "-", stdin=table.encode())


def _in(space: str, *argv: str) -> bytes:
    return _run("ip", "netns", "exec", space, path_of(argv[0]), *argv[1:])


def _run(*argv: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run([path_of(argv[0]), *argv[1:]], input=stdin, capture_output=True, timeout=_PATIENCE, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.decode('utf-8', 'replace')}")
    return done.stdout
