"""Real servers on loopback for integration tests.

`serve("nginx", chain_pem=..., key_pem=...)` writes a configuration into a temporary directory, starts the
program on a free port, waits until it listens, and returns a `RunningServer` (a context manager). Each call
takes the same options, see `Options`; an option that a program cannot obey raises `ValueError`.
"""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

from . import cryptographic, proxies, runtimes, services, web  # noqa: F401  (each registers its recipes)
from .options import VERSIONS, Options, Site, split_pem
from .recipe import RECIPES
from .running import HOST, RunningServer, ServerFailed, free_port, new_directory, start

__all__ = [
    "HOST",
    "KINDS",
    "VERSIONS",
    "Options",
    "RunningServer",
    "ServerFailed",
    "Site",
    "free_port",
    "missing",
    "require",
    "serve",
    "split_pem",
]

KINDS = tuple(sorted(RECIPES))
_ATTEMPTS = 3  # another process may take the free port before the server does


def missing(kind: str) -> str | None:
    """Why this kind of server cannot be started here, or None when it can."""
    return RECIPES[kind].missing()


def require(kind: str) -> None:
    """Skip the test when the program is missing; fail it when TLSDIAG_REQUIRE_SERVERS=1."""
    reason = missing(kind)
    if reason is None:
        return
    if os.environ.get("TLSDIAG_REQUIRE_SERVERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def serve(kind: str, **options: Any) -> RunningServer:
    """Start a server of this kind; the keywords are the fields of `Options`."""
    recipe, wanted = RECIPES[kind], Options(**options)
    recipe.refuse_what_it_cannot_do(wanted)
    require(kind)
    for attempt in range(_ATTEMPTS):
        directory, port = new_directory(kind), free_port()
        try:
            return start(kind, recipe.prepare(wanted, directory, port), directory, port)
        except ServerFailed as failure:
            shutil.rmtree(directory, ignore_errors=True)
            if attempt + 1 == _ATTEMPTS or "in use" not in str(failure):
                raise
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
    raise AssertionError("unreachable")
