"""HAProxy in TCP mode before several real servers, which takes them in turn; limits of its own where they are asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
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
def balanced(ports: Sequence[int], *, limit: Sequence[str] = (), algorithm: str = "roundrobin") -> Iterator[RunningServer]:
    """A balancer before these ports of loopback; `limit` are lines for its front."""
    if missing("haproxy") is not None:
        pytest.skip("needs haproxy")
    directory, port = new_directory("balancer"), free_port()
    front = ["frontend main", f"  bind {HOST}:{port}", *(f"  {line}" for line in limit), "  default_backend machines"]
    back = ["backend machines", f"  balance {algorithm}", *(f"  server machine{n} {HOST}:{number}" for n, number in enumerate(ports))]
    path = write(directory, "balancer.cfg", _GLOBAL + "\n".join([*front, *back, ""]))
    with start("balancer", Launch(argv=[path_of("haproxy"), "-db", "-f", str(path)]), directory, port) as server:
        yield server


@contextlib.contextmanager
def machines(*options: dict[str, Any], kind: str = "nginx") -> Iterator[list[int]]:
    """Real servers with these options each; their ports."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(serve(kind, **item)).port for item in options]
