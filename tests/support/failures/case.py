"""The words of the matrix: a row is classified, a case is one way to produce it here.

A case names the codes that its root cause may have, the sharpest first: that one of them counts which an installed rule has. So a case for
a finding that is yet to be built stands in the table from the start: it is dark while none of its codes exists, and lit from the day on which one does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import attrs
import servers

import tlsdiag
from tlsdiag import Blame, Report, Verdict
from tlsdiag.demo.servers import Conversation, listening

T = TypeVar("T")
LIMITS = tlsdiag.Limits(connect_timeout=3, handshake_timeout=4, resolve_timeout=4)


class How(StrEnum):
    """How a row is produced, or why it is not."""

    SERVER = "by a real server"
    PEER = "by a scripted peer or middlebox"
    LOCAL = "by a setting of this machine"
    NOT_HERE = "not on one machine"
    NO_CLIENT = "not about a client that begins TLS with a server"


@attrs.frozen
class Setting:
    """What is diagnosed: the host, and the keywords of the diagnosis."""

    host: str
    options: dict[str, Any] = attrs.field(factory=dict)


class Bench(ExitStack):
    """Where the servers of one case stand; they end with it. `folder` is the case's own."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def enter(self, context: AbstractContextManager[T]) -> T:
        """Keep a context open until the case ends."""
        return self.enter_context(context)

    def serve(self, kind: str, **options: Any) -> servers.RunningServer:
        """A real server."""
        return self.enter(servers.serve(kind, **options))

    def peer(self, converse: Conversation) -> int:
        """The port of a scripted peer."""
        return self.enter(listening(converse)).port


Build = Callable[[Bench], Setting]


@attrs.frozen(kw_only=True)
class Case:
    """One way to produce a row. `causes` is empty where the handshake is sound; `also` are codes that have to stand beside the cause, and `says` is what a
    finding has to say in so many words, where no code does.

    `waits_for` names the room that will build the sharpest code, `needs` a code whose room has to be there besides. `rules` (nftables, for loopback) and `ways` (arguments of `ip`) need a network namespace of their own,
    `environment` a process of its own.
    """

    name: str
    build: Build
    causes: tuple[str, ...] = ()
    blame: Blame | None = None
    verdict: Verdict = Verdict.BROKEN
    also: tuple[str, ...] = ()
    says: str = ""
    waits_for: str = ""
    needs: str = ""
    rules: str = ""
    ways: tuple[str, ...] = ()
    environment: Mapping[str, str] = attrs.field(factory=dict)

    def expected(self, known: Collection[str]) -> str | None:
        """The code that the root cause has to have, of those that exist; None where nothing is to be found."""
        return next((code for code in self.causes if code in known), None)

    def lit(self, known: Collection[str]) -> bool:
        """Whether the case can be held today."""
        return (not self.causes or self.expected(known) is not None) and (not self.needs or self.needs in known)

    @property
    def apart(self) -> bool:
        """Whether it needs a process of its own."""
        return bool(self.rules or self.ways or self.environment)


@attrs.frozen
class Row:
    """One row of the matrix: its slug, how it is produced, why it is not, and its cases."""

    slug: str
    how: How
    because: str = ""
    cases: tuple[Case, ...] = ()

    def __attrs_post_init__(self) -> None:
        produced = self.how in (How.SERVER, How.PEER, How.LOCAL)
        if produced != bool(self.cases) or produced == bool(self.because):
            raise ValueError(f"{self.slug}: a row has cases, or a reason why it has none")


def diagnose(case: Case, folder: Path) -> Report:
    """Produce the case and diagnose it, in this process."""
    with Bench(folder) as bench:
        setting = case.build(bench)
        return tlsdiag.diagnose(setting.host, **{"limits": LIMITS, **setting.options})


def diagnose_apart(slug: str, case: Case, folder: Path) -> Report:
    """The same in a process, and where it is needed a network namespace, of its own."""
    words = [sys.executable, "-m", "failures", slug, case.name, str(folder)]
    if case.rules or case.ways:
        (folder / "rules.nft").write_text(case.rules, encoding="ascii")
        steps = ["ip link set lo up", *(f"ip {way}" for way in case.ways), f"nft -f {folder}/rules.nft", 'exec "$@"']
        words = ["unshare", "-n", "sh", "-euc", "\n".join(steps), "sh", *words]
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, **case.environment, "PYTHONPATH": path, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=90, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}\n{done.stdout}\n{done.stderr}")
    return Report.from_dict(json.loads(done.stdout))


def can_make_namespaces() -> bool:
    """Whether this machine lets us: root, unshare, nft."""
    words = ["unshare", "-n", "sh", "-c", "ip link set lo up && nft list ruleset"]
    try:
        environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        return subprocess.run(words, capture_output=True, env=environment, timeout=60, check=False).returncode == 0
    except OSError:
        return False
