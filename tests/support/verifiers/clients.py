"""The table of clients: which profile each stands for, whether it is here, and how it is asked."""

from __future__ import annotations

import base64
import functools
import glob
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs
from chains import Chain

from . import commands
from .flight import server_flight
from .verdict import Answers, Verdict

_HERE = Path(__file__).parent
_SECONDS = 120


@attrs.frozen(kw_only=True)
class Client:
    """A real client. `profile` is the one that predicts it; `ready` makes what has to be made and gives the way to ask it, or None where it is not installed."""

    name: str
    profile: str
    about: str
    ready: Callable[[], Callable[[Sequence[Chain]], Answers] | None]


def ask(client: Client, chains: Sequence[Chain]) -> Answers | None:
    """The client's version and its verdict on each chain; None where it is not installed."""
    way = client.ready()
    return None if way is None else way(chains)


def _lines(words: Sequence[str], chains: Sequence[Chain], *, seconds: int = _SECONDS) -> Answers:
    """One process for all chains: it reads a line for each, and writes its version and then a line for each."""
    asked = "".join("\t".join((chain.name, chain.host, _text(server_flight(chain)), ",".join(_text(der) for der in chain.store))) + "\n" for chain in chains)
    done = subprocess.run(words, input=asked, capture_output=True, text=True, timeout=seconds, check=False)
    version, *rows = done.stdout.splitlines() or [""]
    found: Mapping[str, str] = dict(row.partition("\t")[::2] for row in rows)
    missing = [chain.name for chain in chains if chain.name not in found]
    if missing:
        raise RuntimeError(f"{words[0]} said nothing about {missing[:3]}: {done.stderr[-800:]}")
    return Answers(version=version, verdicts={name: Verdict.said(text) for name, text in found.items()})


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _python(version: str) -> Callable[[], Callable[[Sequence[Chain]], Answers] | None]:
    def ready() -> Callable[[Sequence[Chain]], Answers] | None:
        path = sys.executable if sys.version.startswith(f"{version}.") else _interpreter(version)
        return path and functools.partial(_lines, [path, str(_HERE / "python_client.py")])  # type: ignore[return-value]

    return ready


def _interpreter(version: str) -> str | None:
    built = sorted(glob.glob(str(Path.home() / f".pyenv/versions/{version}.*/bin/python3")))
    return built[-1] if built else shutil.which(f"python{version}")


@functools.cache
def _folder() -> Path:
    """Where programs are built, once a run of the tests."""
    return Path(_kept().name)


@functools.cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="tlsdiag-clients-")


def _go(variable: str | None = None) -> Callable[[], Callable[[Sequence[Chain]], Answers] | None]:
    def ready() -> Callable[[Sequence[Chain]], Answers] | None:
        compiler = os.environ.get(variable) if variable else shutil.which("go")
        if not compiler:
            return None
        program = _folder() / f"client-{variable}"
        if not program.exists():
            subprocess.run([compiler, "build", "-o", str(program), str(_HERE / "client.go")], check=True, capture_output=True, timeout=_SECONDS)
        return functools.partial(_lines, [str(program)])

    return ready


def _java() -> Callable[[Sequence[Chain]], Answers] | None:
    if shutil.which("javac") is None:
        return None
    if not (_folder() / "Client.class").exists():
        subprocess.run(["javac", "-d", str(_folder()), str(_HERE / "Client.java")], check=True, capture_output=True, timeout=_SECONDS)
    return functools.partial(_lines, ["java", "-XX:TieredStopAtLevel=1", "-cp", str(_folder()), "Client"])


def _old_openssl() -> Callable[[Sequence[Chain]], Answers] | None:
    """In an environment of its own: `python -m venv DIR; DIR/bin/pip install cryptography==3.4.8 pyOpenSSL==21.0.0`, named by TLSDIAG_OLD_OPENSSL."""
    path = commands.old_environment()
    return None if path is None else functools.partial(_lines, [path, str(_HERE / "old_openssl_client.py")])


def _chromium() -> Callable[[Sequence[Chain]], Answers] | None:
    """Only where TLSDIAG_CHROMIUM is set, for it takes minutes."""
    if not os.environ.get("TLSDIAG_CHROMIUM") or shutil.which("chromium") is None or shutil.which("certutil") is None:
        return None
    command = f"ip link set lo up && exec {sys.executable} {_HERE / 'chromium_client.py'}"
    return functools.partial(_lines, ["unshare", "--net", "sh", "-c", command], seconds=3600)


def _command(program: str, way: Callable[[Sequence[Chain]], Answers]) -> Callable[[], Callable[[Sequence[Chain]], Answers] | None]:
    return lambda: way if shutil.which(program) is not None else None


CLIENTS: tuple[Client, ...] = (
    Client(name="openssl-1.1.1", profile="openssl-1.1.1", about="a client of OpenSSL 1.1.1, through pyOpenSSL", ready=_old_openssl),
    Client(name="openssl-verify", profile="openssl-3", about="`openssl verify -purpose sslserver -verify_hostname -auth_level 2`", ready=_command("openssl", commands.openssl)),
    Client(name="python-3.11", profile="openssl-3", about="Python 3.11, `ssl.create_default_context`", ready=_python("3.11")),
    Client(name="python-3.12", profile="openssl-3", about="Python 3.12, the same", ready=_python("3.12")),
    Client(name="openssl-verify-strict", profile="openssl-3-strict", about="`openssl verify` as above with `-x509_strict -partial_chain`", ready=_command("openssl", commands.openssl_strict)),
    Client(name="python-3.13", profile="openssl-3-strict", about="Python 3.13, `ssl.create_default_context`, which is strict", ready=_python("3.13")),
    Client(name="go", profile="go", about="Go's `crypto/tls`, a recent one", ready=_go("TLSDIAG_NEW_GO")),
    Client(name="go-1.19", profile="go", about="the same of Go 1.19, as Debian 12 has it", ready=_go()),
    Client(name="java", profile="java", about="Java's JSSE, with endpoint identification", ready=_java),
    Client(name="gnutls", profile="gnutls", about="`certtool --verify --verify-hostname --verify-purpose`", ready=_command("certtool", commands.gnutls)),
    Client(name="nss", profile="nss", about="`vfychain -u 1`, which does not look at the host", ready=_command("vfychain", commands.nss)),
    Client(name="chromium", profile="chromium", about="Chromium, headless, the anchors in its user's database", ready=_chromium),
)
