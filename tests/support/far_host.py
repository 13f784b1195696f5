"""A host behind a router, each in a network namespace: for filters, limits and distances that loopback does not have.

Needs root, iproute2 and nftables. Names and addresses are those of this process; everything is removed with the context.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
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

    def filter(self, *rules: str) -> None:
        """nftables rules for what comes to the host."""
        _nft(self.space, "input", rules)

    def filter_on_the_way(self, *rules: str) -> None:
        """nftables rules for what the router passes on."""
        _nft(self.router_space, "forward", rules)

    def delay(self, milliseconds: int) -> None:
        """Put the host far away: behind the router, so that the router itself stays near."""
        try:
            _in(self.router_space, "tc", "qdisc", "add", "dev", "far", "root", "netem", "delay", f"{milliseconds}ms")
        except RuntimeError as exc:
            pytest.skip(f"this kernel has no netem: {exc}")

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
        deadline = time.monotonic() + 20
        while f":{port} " not in _in(self.space, "ss", "-Hltn").decode():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail((directory / "server.log").read_text("utf-8", "replace"))
            time.sleep(0.02)


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
    absent = [tool for tool in ("ip", "nft", "tc", "ss", "nginx") if which(tool) is None]
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
        _run("ip", "-netns", router, "link", "add", "far", "type", "veth", "peer", "name", "inner", "netns", host)
        for place, (space, device) in enumerate(((None, outer), (router, "near"), (router, "far"), (host, "inner"))):
            where = ["-netns", space] if space else []
            _run("ip", *where, "address", "add", f"{near4[place]}/30", "dev", device)
            _run("ip", *where, "-6", "address", "add", f"{near6[place]}/64", "dev", device, "nodad")
            _run("ip", *where, "link", "set", "dev", device, "up")
        _in(router, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
        _run("ip", "route", "add", f"{near4[3]}/32", "via", near4[1])
        _run("ip", "-6", "route", "add", f"{near6[3]}/128", "via", near6[1])
        _run("ip", "-netns", host, "route", "add", "default", "via", near4[2])
        _run("ip", "-netns", host, "-6", "route", "add", "default", "via", near6[2])
        for address in (near4[3], near6[3]):
            _wait_until_it_answers(address)
        yield FarHost(space=host, router_space=router, address=near4[3], address6=near6[3], router=near4[1])


def _wait_until_it_answers(address: str) -> None:
    """Neighbours need a moment to find each other; a closed port of a host that is there refuses."""
    deadline = time.monotonic() + 20
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
    done = subprocess.run([path_of(argv[0]), *argv[1:]], input=stdin, capture_output=True, timeout=20, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.decode('utf-8', 'replace')}")
    return done.stdout
