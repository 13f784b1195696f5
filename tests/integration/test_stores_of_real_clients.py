"""What is said about the stores of other clients, against these clients themselves: curl, git, Node, Java and Python, with the same variables."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tlsdiag import Report
from tlsdiag.demo.servers import listening, tls
from tlsdiag.plugin import StoreVerdicts
from tlsdiag.testing import Authority

NAME = "localhost"
ROOT = Authority.root(number=300)
ISSUED = ROOT.intermediate(number=301).issue(NAME)
_ABOUT_TRUST = re.compile(r"CA_BUNDLE|CA_CERTS|CERT|CAINFO|CAPATH|JAVA|OPENSSL|[Pp][Rr][Oo][Xx][Yy]")
_IN_NODE = "require('https').get(process.argv[1], () => process.exit(0)).on('error', (error) => { console.error(error.message); process.exit(1) })"
PROGRAMS = {
    "python": (sys.executable, "-c", "import sys, urllib.request; urllib.request.urlopen(sys.argv[1])"),
    "curl": ("curl", "-s", "-o", "/dev/null"),
    "git": ("git", "ls-remote"),
    "node": ("node", "-e", _IN_NODE),
}
_UNTRUSTED = re.compile(
    r"unable to get local issuer|unable to verify the first|certificate problem|CERTIFICATE_VERIFY_FAILED|"
    r"setting certificate|certificate verification failed"
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A sound server of a private authority."""
    with listening(tls(ISSUED.chain_pem, ISSUED.key_pem)) as server:
        yield server.port


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A good file, a good directory, and others that are not."""
    folder = tmp_path_factory.mktemp("stores")
    for name in ("hashed", "unhashed"):
        (folder / name).mkdir()
        (folder / name / "root.pem").write_bytes(ROOT.pem)
    subprocess.run(["openssl", "rehash", str(folder / "hashed")], check=True, capture_output=True)
    (folder / "root.pem").write_bytes(ROOT.pem)
    (folder / "damaged.pem").write_bytes(ROOT.pem + ROOT.pem[:200])
    return {name: str(folder / name) for name in ("hashed", "unhashed", "root.pem", "damaged.pem", "missing.pem")}


SETTINGS: dict[str, dict[str, str]] = {
    "nothing": {},
    "a file for OpenSSL": {"SSL_CERT_FILE": "root.pem"},
    "a damaged file for OpenSSL": {"SSL_CERT_FILE": "damaged.pem"},
    "a missing file for OpenSSL": {"SSL_CERT_FILE": "missing.pem"},
    "a hashed directory for OpenSSL": {"SSL_CERT_DIR": "hashed"},
    "an unhashed directory for OpenSSL": {"SSL_CERT_DIR": "unhashed"},
    "both for OpenSSL, the file is good": {"SSL_CERT_FILE": "root.pem", "SSL_CERT_DIR": "unhashed"},
    "a file for curl": {"CURL_CA_BUNDLE": "root.pem"},
    "a file for git": {"GIT_SSL_CAINFO": "root.pem"},
    "a directory for git": {"GIT_SSL_CAPATH": "hashed"},
    "a file for Node": {"NODE_EXTRA_CA_CERTS": "root.pem"},
    "a damaged file for curl and Node": {"CURL_CA_BUNDLE": "damaged.pem", "NODE_EXTRA_CA_CERTS": "damaged.pem"},
    "Node with OpenSSL's places": {"NODE_OPTIONS": "--use-openssl-ca", "SSL_CERT_FILE": "root.pem"},
}


@pytest.mark.parametrize("client", PROGRAMS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_client_trusts_what_is_said_of_its_store(setting: str, client: str, port: int, stores: dict[str, str], tmp_path: Path) -> None:
    program = PROGRAMS[client]
    if shutil.which(program[0]) is None:
        pytest.skip(f"no {client} here")
    environment = {name: value for name, value in os.environ.items() if not _ABOUT_TRUST.search(name)}
    environment |= {"HOME": str(tmp_path), **{name: stores.get(value, value) for name, value in SETTINGS[setting].items()}}
    said = verdicts(port, environment).of(client)
    assert said is not None
    assert said.anchored is trusted(program, port, environment)


def verdicts(port: int, environment: dict[str, str]) -> StoreVerdicts:
    """What the command says in this environment."""
    argv = [sys.executable, "-m", "tlsdiag", NAME, "--port", str(port), "--address", "127.0.0.1", "--json", "--depth", "quick"]
    report = Report.from_json(subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=60).stdout)
    found = report.observations.get(StoreVerdicts, report.endpoints[0])
    assert found is not None
    return found


def trusted(program: tuple[str, ...], port: int, environment: dict[str, str]) -> bool:
    """Whether the program takes the certificate; an end of another kind than one of trust is none."""
    done = subprocess.run([*program, f"https://{NAME}:{port}/"], env=environment, capture_output=True, text=True, check=False, timeout=60)
    words = done.stdout + done.stderr
    return done.returncode == 0 or not (_UNTRUSTED.search(words) or done.returncode in (60, 77))
