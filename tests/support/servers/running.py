"""Starting a program in a directory of its own, waiting until it listens, and ending it by its process group.

A server is ready when the kernel says that its port is in state LISTEN (Linux), so that no connection of
ours appears in its log; elsewhere a connection is tried.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

HOST = "127.0.0.1"
OPENSSL_DEFAULTS = """openssl_conf = start
[start]
ssl_conf = modules
[modules]
system_default = defaults
[defaults]
CipherString = {}
"""
_LISTEN = "0A"  # TCP_LISTEN in /proc/net/tcp


class ServerFailed(Exception):
    """The program ended, or did not listen in time; the text holds its log."""


@attrs.frozen(kw_only=True)
class Launch:
    """How a configured server is started: the outcome of a recipe."""

    argv: Sequence[str]
    environment: Mapping[str, str] = attrs.field(factory=dict)
    user: str | None = None
    ready: Callable[[Path], bool] | None = None
    """What must hold beside the open port; it is given the log."""
    patience: float = 60.0
    """Seconds until the server must listen."""


class RunningServer:
    """A real server on loopback. A context manager; `stop` may be called more than once."""

    def __init__(self, kind: str, port: int, directory: Path, process: subprocess.Popen[bytes]) -> None:
        self.kind = kind
        self.host = HOST
        self.port = port
        self.directory = directory
        self.log_path = directory / "server.log"
        self._process = process

    def __repr__(self) -> str:
        return f"<RunningServer {self.kind} on {self.host}:{self.port} pid {self.pid}>"

    @property
    def pid(self) -> int:
        """The process id of the program that was started, which leads its own process group."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the program is still there."""
        return self._process.poll() is None

    def log(self) -> str:
        """What the server has written so far."""
        return self.log_path.read_text("utf-8", "replace") if self.log_path.exists() else ""

    def stop(self) -> None:
        """End the program and its children, and remove its directory."""
        end_process(self._process)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def free_port() -> int:
    """A TCP port on loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def new_directory(kind: str) -> Path:
    """A temporary directory that a server under another user can enter."""
    directory = Path(tempfile.mkdtemp(prefix=f"tlsdiag-{kind}-"))
    directory.chmod(0o755)
    return directory


def start(kind: str, launch: Launch, directory: Path, port: int) -> RunningServer:
    """Start the program and wait until it listens; raise `ServerFailed` with its log when it does not."""
    log_path = directory / "server.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            launch.argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=_environment(directory, launch.environment),
            user=launch.user,
            start_new_session=True,
        )
    server = RunningServer(kind, port, directory, process)
    deadline = time.monotonic() + launch.patience
    while not (_listens(port) and (launch.ready is None or launch.ready(log_path))):
        ended, late = process.poll() is not None, time.monotonic() > deadline
        if ended or late:
            reason = f"ended with status {process.returncode}" if ended else "did not listen in time"
            text = server.log()
            server.stop()
            raise ServerFailed(f"{kind} {reason}: {' '.join(launch.argv)}\n{text}")
        time.sleep(0.01)
    return server


def run(argv: Sequence[str], directory: Path, *, user: str | None = None) -> None:
    """Run a preparing command to its end; its output goes into the server's log."""
    with (directory / "server.log").open("ab") as log:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=_environment(directory, {}),
            user=user,
            check=False,
            timeout=60,
        )
    if done.returncode:
        text = (directory / "server.log").read_text("utf-8", "replace")
        raise ServerFailed(f"{' '.join(argv)} ended with status {done.returncode}\n{text}")


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads its own group, with the whole group: first politely, then for certain."""
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0)):
        if process.poll() is None:
            _signal_group(process.pid, number)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
    # The leader is gone and reaped; children that outlived it still hold the group's number.
    _signal_group(process.pid, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass  # nobody is left in the group


def _environment(directory: Path, more: Mapping[str, str]) -> dict[str, str]:
    """A plain environment: the machine's own OpenSSL configuration must not decide what a test sees."""
    configuration = directory / "openssl.cnf"
    if not configuration.exists():
        configuration.touch()
    base = {
        "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin",
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LC_ALL": "C.UTF-8",
        "OPENSSL_CONF": str(configuration),
    }
    return base | dict(more)


def _listens(port: int) -> bool:
    tables = [path for path in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")) if path.exists()]
    if not tables:
        return _accepts(port)
    wanted = f":{port:04X}"
    rows = (line.split() for table in tables for line in table.read_text("ascii").splitlines()[1:])
    return any(row[1].endswith(wanted) and row[3] == _LISTEN for row in rows)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
