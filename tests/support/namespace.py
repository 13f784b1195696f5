"""A host of its own in a network namespace, for filters and links that loopback cannot have. Needs root, iproute2 and nftables; removed with its context."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import attrs
import pytest

_TOOLS = ("ip", "nft")


@attrs.frozen(kw_only=True)
class Host:
    """The other host: its namespace, that of the router between, and its address."""

    name: str
    router: str
    address: str

    def start(self, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a program there, in a process group of its own."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(["ip", "netns", "exec", self.name, *argv], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)

    def narrow_the_way(self, mtu: int) -> None:
        """A path MTU black hole: the router's link to us takes only small packets, and what it would say about that is filtered."""
        silence = "table ip quiet { chain outgoing { type filter hook output priority 0; icmp type destination-unreachable drop; }\n}\n"
        _run("ip", "netns", "exec", self.router, "nft", "-f", "-", input=silence.encode())
        _run("ip", "-netns", self.router, "link", "set", "dev", "near", "mtu", str(mtu))


def require_namespaces() -> None:
    """Skip the test where no namespace can be made."""
    missing = [tool for tool in _TOOLS if shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None]
    reason = f"needs {', '.join(missing)}" if missing else ("needs root" if os.geteuid() != 0 else None)
    if reason is None:
        probe = f"tlsdiag-try-{os.getpid()}"
        made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False)
        if made.returncode == 0:
            _run("ip", "netns", "delete", probe)
            return
        reason = f"no namespaces here: {made.stderr.decode().strip()}"
    pytest.skip(reason)


@contextlib.contextmanager
def other_host() -> Iterator[Host]:
    """A host behind a router, each a namespace; addresses and names are those of this process alone."""
    number = os.getpid() % 8000
    block, start = f"10.213.{number // 32}", number % 32 * 8
    ours, near, far, theirs = (f"{block}.{start + last}" for last in (1, 2, 5, 6))
    name, router, outer = f"tlsdiag-{number}", f"tlsdiag-{number}-router", f"tlsdiag{number}"
    with contextlib.ExitStack() as stack:
        for space in (name, router):
            _run("ip", "netns", "add", space)
            stack.callback(_run, "ip", "netns", "delete", space)
        _run("ip", "link", "add", outer, "type", "veth", "peer", "name", "near", "netns", router)
        _run("ip", "-netns", router, "link", "add", "far", "type", "veth", "peer", "name", "inner", "netns", name)
        for space, device, address in ((None, outer, ours), (router, "near", near), (router, "far", far), (name, "inner", theirs)):
            where = ["-netns", space] if space else []
            _run("ip", *where, "address", "add", f"{address}/30", "dev", device)
            _run("ip", *where, "link", "set", "dev", device, "up")
        _run("ip", "netns", "exec", router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        _run("ip", "route", "add", f"{block}.{start + 4}/30", "via", near)
        _run("ip", "-netns", name, "route", "add", "default", "via", far)
        yield Host(name=name, router=router, address=theirs)


def _run(*argv: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(argv, check=True, capture_output=True, timeout=20, **options)  # type: ignore[call-overload]
