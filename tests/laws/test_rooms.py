"""The law of the rooms: who may import whom, held by walking the syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "tlsdiag"

# room -> (own rooms that it may import, modules that it may never import)
LAW: dict[str, tuple[set[str], set[str]]] = {
    "iana": (set(), {"cryptography", "idna", "certifi", "socket", "ssl", "asyncio", "time"}),
    "wire": ({"iana"}, {"cryptography", "socket", "ssl", "asyncio", "time"}),
    # certificates: the key of one that no library loads has to verify the server's signature all the same
    "handshake": ({"wire", "iana", "certificates"}, {"socket", "ssl", "asyncio", "time"}),
    "counterfactual": ({"facts", "handshake", "wire", "iana"}, {"cryptography", "socket", "ssl", "asyncio", "time"}),
    "host_names": (set(), {"cryptography", "certifi", "socket", "ssl", "asyncio", "time"}),
    # host_names: a name is compared in the form in which it was looked up
    "certificates": ({"iana", "host_names"}, {"socket", "ssl", "asyncio", "time"}),
    "bundles": ({"certificates"}, {"socket", "ssl", "asyncio", "time", "os", "pathlib", "io"}),
    "repair": ({"bundles", "certificates", "facts", "target"}, {"socket", "ssl", "asyncio", "time", "os", "pathlib", "cryptography"}),
    "local": ({"certificates"}, {"socket", "asyncio", "time"}),
    "network": ({"target", "proxies", "failure", "depth", "errors", "fetching", "host_names", "resolver", "starttls", "wire"}, {"cryptography"}),
    "probes": (
        {"plugin", "network", "handshake", "counterfactual", "certificates", "bundles", "wire", "iana", "local"},
        set(),
    ),
    "checks": (
        {"plugin", "iana", "certificates"},
        {"socket", "ssl", "asyncio", "time", "os", "pathlib", "cryptography"},
    ),
    # what certificate files hold is told from the facts: a report of them has no endpoints to name
    "render": ({"report", "finding", "facts", "explanation", "failure"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "logs": ({"iana"}, {"cryptography", "idna", "certifi", "attrs", "socket", "ssl", "asyncio", "time", "os", "pathlib", "logging"}),
    # no library whose exceptions are explained is imported: not even the standard library's
    "explanation": (
        {"logs", "failure", "finding", "finding_types", "report", "registry", "serial", "errors", "target", "api", "render"},
        {"socket", "ssl", "asyncio", "cryptography", "http", "urllib", "smtplib", "urllib3", "requests", "httpx", "aiohttp"},
    ),
    "resolver": ({"errors"}, {"socket", "ssl", "asyncio", "cryptography", "dns"}),
    "fetching": ({"errors", "failure", "observation"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "authority_data": ({"errors", "certificates"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "contact": ({"certificates", "facts", "failure", "finding", "finding_types", "observation"}, {"socket", "ssl", "asyncio", "cryptography", "time"}),
    "transparency": ({"errors", "certificates"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "conversation": ({"failure", "handshake", "starttls", "target"}, {"socket", "ssl", "cryptography"}),
    "failure": (set(), {"socket", "ssl", "asyncio"}),
    "proxies": ({"errors", "host_names"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "starttls": (set(), {"socket", "ssl", "asyncio", "cryptography"}),
    "target": ({"errors", "host_names", "proxies", "starttls"}, {"socket", "asyncio", "cryptography"}),
    "finding": ({"failure", "target"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "finding_types": ({"finding", "failure", "facts", "target", "iana"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "observation": ({"serial", "errors", "failure", "target"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "facts": ({"failure", "iana", "observation", "resolver", "starttls"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "causes": ({"finding"}, {"socket", "ssl", "asyncio", "cryptography"}),
    "diagnosis": (
        {
            "authority_data", "check", "depth", "fetching", "finding", "judge", "network", "observation", "plan", "probe", "registry", "report",
            "resolver", "scene", "target", "transparency", "__version__",
        },
        {"socket", "ssl", "cryptography"},
    ),
}  # fmt: skip


def room_of(path: Path) -> str:
    """The room that a file of the package belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> set[tuple[str, bool]]:
    """What a file imports at run time: (room or top-level module, whether it is our own)."""
    found: set[tuple[str, bool]] = set()
    package = ("tlsdiag", *path.relative_to(PACKAGE).parts[:-1])
    for node in _run_time_nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {_named(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            parts = base + (node.module.split(".") if node.module else [])
            if parts == ["tlsdiag"]:
                found |= {(alias.name, True) for alias in node.names}
            else:
                found.add(_named(parts))
    return found


def _named(parts: list[str]) -> tuple[str, bool]:
    return (parts[1] if len(parts) > 1 else "tlsdiag", True) if parts[0] == "tlsdiag" else (parts[0], False)


def _run_time_nodes(tree: ast.AST) -> list[ast.AST]:
    nodes: list[ast.AST] = []
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        nodes += [child, *_run_time_nodes(child)]
    return nodes


FILES = sorted(path for path in PACKAGE.rglob("*.py") if room_of(path) in LAW)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_the_law_allows(path: Path) -> None:
    room = room_of(path)
    allowed, never = LAW[room]
    for name, own in imports_of(path):
        if own:
            assert name == room or name in allowed, f"{room} may not import {name}"
        else:
            assert name not in never, f"{room} may never import {name}"


def test_the_engine_stays_under_three_hundred_lines() -> None:
    assert len((PACKAGE / "diagnosis.py").read_text(encoding="utf-8").splitlines()) < 300
