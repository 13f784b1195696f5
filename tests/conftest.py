"""What all tests share: real servers on loopback through the fixture `serve`, and no proxy that this machine's environment names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from servers import RunningServer
from servers import serve as start_server

for _name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[_name]  # a test goes through the proxies that it starts itself, and through no other

_INTEGRATION = Path(__file__).parent / "integration"
_SHARED = os.environ.get("TLSDIAG_REQUIRE_SERVERS") == "1"
"""A machine of continuous integration: shared with others, so that a program may not get to run for longer than any patience."""


@pytest.fixture
def serve() -> Iterator[Callable[..., RunningServer]]:
    """Start real servers: `serve("nginx", chain_pem=..., key_pem=...)`; all are ended after the test."""
    with ExitStack() as stack:

        def start(kind: str, **options: Any) -> RunningServer:
            return stack.enter_context(start_server(kind, **options))

        yield start


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts real servers, so that `-m "not servers"` leaves the quick tests.

    On a shared machine one that fails is run once more; the summary lists it as "rerun".
    """
    for item in items:
        if "serve" in getattr(item, "fixturenames", ()) or item.path.is_relative_to(_INTEGRATION):
            item.add_marker(pytest.mark.servers)
            if _SHARED:
                item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=3))
