"""HAProxy in TCP mode before real servers: several behind one address, taken in turn, or one behind each address; limits where they are asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from servers import HOST, RunningServer, free_port, missing, serve
from servers.recipe import path_of, write
from servers.running import Launch, new_directory, start

_GLOBAL = """global
  log stderr format raw local0 debug
  maxconn 200
defaults
  mode tcp
  log global
  retries 0
  timeout client 10s
  timeout server 10s
  timeout connect 2s
"""


@contextlib.contextmanager
def balanced(ports: Sequence[int], *, limit: Sequence[str] = ()) -> Iterator[RunningServer]:
    """A balancer before these ports of loopback; `limit` are lines for its front."""
    port = free_port()
    lines = ["frontend main", f"  bind {HOST}:{port}", *(f"  {line}" for line in limit), "  default_backend machines"]
    lines += ["backend machines", "  balance roundrobin", *(f"  server machine{n} {HOST}:{number}" for n, number in enumerate(ports))]
    with _haproxy(lines, port) as server:
        yield server


@contextlib.contextmanager
def addressed(machines: Mapping[str, int]) -> Iterator[RunningServer]:
    """One port on several addresses of loopback, each of which leads to another port."""
    port = free_port()
    lines = []
    for number, (address, behind) in enumerate(machines.items()):
        place = f"[{address}]" if ":" in address else address
        lines += [f"listen address{number}", f"  bind {place}:{port}", f"  server machine {HOST}:{behind}"]
    with _haproxy(lines, port) as server:
        yield server


@contextlib.contextmanager
def _haproxy(lines: Sequence[str], port: int) -> Iterator[RunningServer]:
    if missing("haproxy") is not None:
        pytest.skip("needs haproxy")
    directory = new_directory("balancer")
    path = write(directory, "balancer.cfg", _GLOBAL + "\n".join([*lines, ""]))
    with start("balancer", Launch(argv=[path_of("haproxy"), "-db", "-f", str(path)]), directory, port) as server:
        yield server


@contextlib.contextmanager
def machines(*options: dict[str, Any], kind: str = "nginx") -> Iterator[list[int]]:
    """Real servers with these options each; their ports."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(serve(kind, **item)).port for item in options]
