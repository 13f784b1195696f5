"""What tlsdiag and its peers say about the same broken servers: `python docs/compare_peers.py > docs/comparison.md`, from a checkout.

It starts broken servers on loopback (those of the demo, and cases of the failure matrix), lets each program that is installed look at each of them for a
bounded time, and prints the first line that tells something. A program that is missing, or a server that cannot be started here, is left out and named.
Nothing is fetched, and nothing but loopback is spoken to. `--tools` and `--endpoints` choose; the environment variable COMPARE_PATH is looked into first, such as a
virtual environment's `bin` in which sslyze is installed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import attrs

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))

SECONDS = 25
"""What one program may take for one server; testssl.sh and sslyze are scanners, and slow where a server is silent."""
_WIDTH = 220


@attrs.frozen(kw_only=True)
class Place:
    """Where a server stands: what a client has to be told."""

    host: str
    port: int
    trust: Path


@attrs.frozen(kw_only=True)
class Endpoint:
    """A broken server: `named` is what a sentence has to hold to name the fault."""

    name: str
    about: str
    named: str
    stand: Callable[[Path], contextlib.AbstractContextManager[Place]]


@attrs.frozen(kw_only=True)
class Tool:
    """A program: how it is called, and which of its lines tell; the first that fits the first pattern, else the next."""

    name: str
    program: str
    words: Callable[[Place], Sequence[str]]
    telling: tuple[str, ...]
    version: tuple[str, ...] = ("--version",)

    def path(self) -> str | None:
        """Where it is installed."""
        return shutil.which(self.program, path=os.pathsep.join([os.environ.get("COMPARE_PATH", ""), os.environ["PATH"], "/usr/sbin"]))

    def says(self, place: Place) -> str:
        """Its first telling line about a place."""
        output, late = _output([self.path() or self.program, *self.words(place)], SECONDS)
        lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
        for pattern in self.telling:
            found = next((line for line in lines if re.search(pattern, line, re.IGNORECASE)), None)
            if found is not None:
                return _short(found)
        return f"(nothing within {SECONDS} s)" if late else "(no complaint)"


def _output(words: Sequence[str], seconds: float) -> tuple[str, bool]:
    with tempfile.TemporaryFile() as kept:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=kept, stderr=subprocess.STDOUT, start_new_session=True, env={**os.environ, "TERM": "dumb", "COLUMNS": "200", "PYTHONWARNINGS": "ignore"})
        try:
            process.wait(seconds)
            late = False
        except subprocess.TimeoutExpired:
            late = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
        kept.seek(0)
        return kept.read(200_000).decode("utf-8", "replace"), late


def _short(line: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
    plain = re.sub(r"\b[0-9A-F]{12,16}:error", "error", plain)  # a thread's number, another one every time
    plain = re.sub(r"127\.0\.0\.1:\d{4,5}|(?<=[a-z]:)\d{4,5}\b|(?<=port )\d{4,5}", "PORT", plain)
    return plain if len(plain) <= _WIDTH else plain[: _WIDTH - 1] + "…"


_PYTHON = """
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[3])
try:
    with socket.create_connection(("127.0.0.1", int(sys.argv[2])), 8) as plain, context.wrap_socket(plain, server_hostname=sys.argv[1]) as secure:
        secure.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        secure.recv(100)
except OSError as exc:
    print(f"{type(exc).__module__}.{type(exc).__name__}: {exc}")
"""
_ENDING = r"error|fail|refused|reset|closed|timed out|eof|alert"
TOOLS: tuple[Tool, ...] = (
    Tool(
        name="tlsdiag", program=sys.executable, telling=(r"^Cause:", r"^(Critical|High|Medium):"),
        words=lambda at: ["-m", "tlsdiag", f"{at.host}:{at.port}", "--address", "127.0.0.1", "--trust", str(at.trust), "--timeout", "4"], version=("-m", "tlsdiag", "--version"),
    ),
    Tool(name="Python", program=sys.executable, telling=(r"Error",), words=lambda at: ["-c", _PYTHON, at.host, str(at.port), str(at.trust)]),
    Tool(
        name="curl", program="curl", telling=(r"^curl: \(",),
        words=lambda at: ["-sS", "-m", "8", "-o", os.devnull, "--cacert", str(at.trust), "--resolve", f"{at.host}:{at.port}:127.0.0.1", f"https://{at.host}:{at.port}/"],
    ),
    Tool(
        name="openssl s_client", program="openssl", telling=(r"verify error", r"\berror:", rf"{_ENDING}"), version=("version",),
        words=lambda at: [
            "s_client", "-brief", "-connect", f"127.0.0.1:{at.port}", "-servername", at.host, "-verify_hostname", at.host, "-verify_return_error", "-CAfile", str(at.trust),
        ],
    ),
    Tool(
        name="gnutls-cli", program="gnutls-cli", telling=(r"Status: The certificate is NOT", r"^\*\*\*", r"Could not|Cannot"),
        words=lambda at: ["--x509cafile", str(at.trust), "--sni-hostname", at.host, "--verify-hostname", at.host, "-p", str(at.port), "127.0.0.1"],
    ),
    Tool(
        name="gnutls-cli-debug", program="gnutls-cli-debug", telling=(r"certificate chain order\.\.\. (?!sorted)", r"known TLS or SSL protocols support\.\.\. no", r"Could not|Cannot|\*\*\*", r"server.*\bno longer"),
        words=lambda at: ["-p", str(at.port), "127.0.0.1"],
    ),
    Tool(
        name="sslyze", program="sslyze", telling=(r"ERROR: ", r"Supplied CA file.*(FAILED|ERROR)", r"Hostname Validation:.*FAILED", r"Chain Order:.*FAILED", r"Error when running|not supported|exception|Could not"),
        words=lambda at: ["--sni", at.host, "--certinfo", "--certinfo_ca_file", str(at.trust), f"127.0.0.1:{at.port}"], version=("--help",),
    ),
    Tool(
        name="testssl.sh", program="testssl", telling=(r"Chain of trust.*NOT ok", r"Trust \(hostname\).*(?<!Ok )(no SAN|certificate does not match|NOT ok)", r"Certificate Validity.*(expired|NOT|not yet)", r"Fatal error|doesn't seem|couldn't|not a TLS|Unable to open|No (?:TLS|SSL).*server|Oops", r"NOT ok(?! -- neither CRL)"),
        words=lambda at: [
            "--quiet", "--warnings", "batch", "--color", "0", "--ip", "127.0.0.1", "--add-ca", str(at.trust), "--connect-timeout", "5", "--openssl-timeout", "5", "-S", f"{at.host}:{at.port}",
        ],
    ),
    Tool(
        name="sslscan", program="sslscan", telling=(r"ERROR|could not|certificate.*(expired|not valid)",),
        words=lambda at: ["--no-colour", "--timeout=3", f"--sni-name={at.host}", f"127.0.0.1:{at.port}"],
    ),
    Tool(
        name="nmap", program="nmap", telling=(r"^\d+/tcp +(closed|filtered)", r"warnings?:|Insecure|Weak|broken", r"ssl-cert: ERROR|ERROR: Script"),
        words=lambda at: ["-Pn", "-p", str(at.port), "--host-timeout", "20s", "--script", "ssl-cert,ssl-enum-ciphers", "127.0.0.1"],
    ),
)  # fmt: skip

# What a sentence has to hold to name the fault; the scenarios of the demo, by their names.
_DEMO = {
    "missing-intermediate": r"intermediate|incomplete",
    "unknown-authority": r"unknown ca|not trust the issuer|issuer is unknown|unable to get (local )?issuer|incomplete",
    "private-root": r"private authority|self.?signed",
    "self-signed": r"signed itself|self.?signed",
    "expired": r"expired|not valid at validation time",
    "not-yet-valid": r"not (yet )?(valid|activated)|not valid yet|not valid at validation time",
    "wrong-name": r"other names|mismatch|does not match|no alternative|not match",
    "wrong-usage": r"not for servers|purpose|usage",
    "client-certificate": r"client certificate|certificate required|certificate is required",
    "plain-http": r"plain http|speaks http|not a tls|no tls",
    "smtp": r"starttls|smtp",
    "alert": r"alert|refuses the handshake",
    "reset": r"reset",
    "closes": r"closed|eof|terminated|disconnected",
    "silent": r"silent|timed out|time.?out",
    "healthy": r"no complaint",
}
# Cases of the failure matrix, with the default client and without root: slug, case, what it is in words, what names it.
_MATRIX = (
    ("name-constraints-violated", "not among the permitted", "an authority that may issue for other names only", r"issuer may not issue|constraint|permitted subtree"),
    ("chain-pathlen-exceeded", "an authority below one that may have none", "an authority below one that may have none", r"so many below|path.?len|path length|constraint"),
    ("chain-wrong-intermediate", "of the same name", "an intermediate of the right name with another key", r"did not issue|wrong intermediate"),
    ("cert-bad-signature", "another's signature", "a certificate whose signature is wrong", r"signature"),
    ("chain-misordered", "intermediates the wrong way round", "intermediates in the wrong order (works, for lenient clients)", r"order"),
    ("chain-too-large", "120 kB at nginx", "a certificate of 120 kB", r"too large|excessive|too long|large packet|size"),
    ("cert-unknown-critical-extension", "in the leaf", "a critical extension that nobody knows", r"critical|extension"),
    ("cert-parse-error", "a time without seconds", "a date that is no date", r"malformed|format error|encoding|asn1|parse"),
    ("cert-parse-error", "an extension twice", "an extension that is there twice", r"malformed|twice|duplicate"),
    ("key-usage-unsuitable", "contentCommitment only", "a key that may not be used in handshakes", r"not for servers|purpose|usage"),
    ("name-cn-only", "OpenSSL falls back to it", "a name in the common name only", r"common name|subject ?alt|no SAN|owner|expected"),
    ("name-ip-not-in-san", "as a dNSName", "an address as a dNSName", r"other names|mismatch|does not match|not match|target host|iPAddress"),
    ("chain-expired-intermediate", "nginx", "an intermediate that has expired", r"expired|not valid at validation time"),
    ("weak-digest", "SHA-1", "a certificate signed over SHA-1", r"broken hash|too weak|sha-?1|weak|insecure"),
    ("version-server-too-old", "TLS 1.0 of OpenSSL", "TLS 1.0 only", r"version"),
    ("cipher-server-legacy-only", "RSA key exchange", "RSA key exchange only", r"no cipher suite|cipher"),
    ("dh-key-too-small", "1024 bits", "a Diffie-Hellman prime of 1024 bits", r"prime|dh key|dh group|diffie"),
    ("sni-unrecognized", "nginx", "a server that does not know the name", r"server name|unrecognized"),
    ("other-protocol-on-port", "sshd", "SSH on the port", r"ssh|another protocol"),
    ("starttls-port-spoken-as-tls", "postgresql", "PostgreSQL, which wants to be asked first", r"starttls|postgres"),
    ("tcp-refused", "nothing listens", "a port on which nothing listens", r"refused|closed"),
    ("reset-mid-handshake", "after the hello", "a connection that is reset in the middle of the handshake", r"middle of the handshake|reset"),
    ("middlebox-downgrade", "TLS 1.3 is taken out of the hello", "a box that takes TLS 1.3 out of the hello", r"older version|fallback|downgrade"),
)  # fmt: skip


def endpoints() -> Iterator[Endpoint]:
    """Every broken server, the demo's first."""
    from tlsdiag.demo.scenarios import SCENARIOS

    for scenario in SCENARIOS:
        if scenario.name in _DEMO:
            yield Endpoint(name=scenario.name, about=scenario.about, named=_DEMO[scenario.name], stand=_demo(scenario))
    for slug, case, about, named in _MATRIX:
        yield Endpoint(name=f"{slug}: {case}" if sum(row[0] == slug for row in _MATRIX) > 1 else slug, about=about, named=named, stand=_matrix(slug, case))


def _demo(scenario: object) -> Callable[[Path], contextlib.AbstractContextManager[Place]]:
    @contextlib.contextmanager
    def stand(folder: Path) -> Iterator[Place]:
        from tlsdiag.demo import servers
        from tlsdiag.demo.scenarios import NAME, Scenario
        from tlsdiag.testing import Authority

        servers._PATIENCE = 120.0  # the demo ends a silent connection for a reader's sake; here nobody must be helped by that
        assert isinstance(scenario, Scenario)
        scene = scenario.build()
        trust = folder / "trust.pem"
        trust.write_bytes(scene.options.get("trust") or Authority.root().pem)
        with servers.listening(scene.converse) as server:
            yield Place(host=NAME, port=server.port, trust=trust)

    return stand


def _matrix(slug: str, name: str) -> Callable[[Path], contextlib.AbstractContextManager[Place]]:
    @contextlib.contextmanager
    def stand(folder: Path) -> Iterator[Place]:
        from failures.case import Bench
        from failures.catalogue import CASES
        from failures.making import ROOT

        os.environ["TLSDIAG_REQUIRE_SERVERS"] = "1"  # a missing server is an error here, not a skipped test
        case = next(case for row, case in CASES if row.slug == slug and case.name == name)
        with Bench(folder) as bench:
            setting = case.build(bench)
            trust = folder / "trust.pem"
            trust.write_bytes(ROOT.pem)
            yield Place(host=setting.host, port=int(setting.options["port"]), trust=trust)

    return stand


@attrs.frozen(kw_only=True)
class Heard:
    """What each program said about one server; or why the server could not be started."""

    endpoint: Endpoint
    said: dict[str, str] = attrs.field(factory=dict)
    problem: str = ""

    def names(self, tool: str) -> bool:
        """Whether the program's line names the fault."""
        return re.search(self.endpoint.named, self.said.get(tool, ""), re.IGNORECASE) is not None


def listen(endpoint: Endpoint, tools: Sequence[Tool]) -> Heard:
    """Start the server, and let each program look at it in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            with endpoint.stand(folder) as place:
                return Heard(endpoint=endpoint, said={tool.name: tool.says(place) for tool in tools})
        except (Exception, _skipped()) as exc:  # noqa: BLE001 - a server that is missing here must not end the comparison
            return Heard(endpoint=endpoint, problem=_short(str(exc).splitlines()[0] if str(exc) else type(exc).__name__))


def _skipped() -> type[BaseException]:
    """What the servers' recipes raise for a program that is missing."""
    import pytest

    return pytest.fail.Exception


def page(heard: Sequence[Heard], tools: Sequence[Tool], missing: Sequence[str]) -> Iterator[str]:
    """The page, in Markdown."""
    yield "# Side by side\n"
    yield "What tlsdiag and others say about the same broken servers, each in the first line that tells something. This page is made by `python docs/compare_peers.py`,"
    yield "which starts the servers on loopback; run it yourself. All were told the server's name and the authority to trust, as far as they can be.\n"
    yield f"Made on {datetime.now(UTC):%Y-%m-%d} with " + "; ".join(f"{tool.name}: {_version(tool)}" for tool in tools) + "."
    if missing:
        yield "\nNot installed where this was made: " + ", ".join(missing) + "."
    yield "\nThe scanners (sslyze, testssl.sh, sslscan, nmap, gnutls-cli-debug) answer another question, which features a server has; a dash in their column is no fault of theirs.\n"
    yield "Where a peer is sharper: gnutls-cli-debug and sslyze name the order of a chain without a client that fails; testssl.sh looks into revocation, caching and a hundred weaknesses that"
    yield "tlsdiag does not look for; OpenSSL's and GnuTLS's own words are the shortest where the fault is one that they have a word for, and cost one connection.\n"
    yield "## Who names the fault\n"
    yield "A cell says yes where the line quoted below holds the fault in words; the patterns are in the script, and so open to dispute.\n"
    yield "| server | " + " | ".join(tool.name for tool in tools) + " |"
    yield "|---" * (len(tools) + 1) + "|"
    told = [item for item in heard if not item.problem]
    for item in told:
        yield f"| {item.endpoint.name} | " + " | ".join("yes" if item.names(tool.name) else "–" for tool in tools) + " |"
    yield f"| **of {len(told)}** | " + " | ".join(f"**{sum(item.names(tool.name) for item in told)}**" for tool in tools) + " |"
    yield "\n## What they say\n"
    for item in told:
        yield f"### {item.endpoint.name}\n\nThe server: {item.endpoint.about}.\n"
        yield "| program | first telling line |\n|---|---|"
        for tool in tools:
            yield f"| {tool.name} | {_cell(item.said[tool.name])} |"
        yield ""
    left_out = [item for item in heard if item.problem]
    if left_out:
        yield "## Left out\n"
        yield from (f"- {item.endpoint.name}: {item.problem}" for item in left_out)


def _cell(text: str) -> str:
    if text.startswith("("):
        return text
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"


def _version(tool: Tool) -> str:
    output, _ = _output([tool.path() or tool.program, *tool.version], 20)
    found = re.search(r"\d+\.\d+(\.\d+)?\w*", output)
    if tool.name == "sslyze":  # it has no switch for it; beside the program lies what was installed
        folder = Path(tool.path() or ".").parent.parent
        found = next((re.search(r"\d[\d.]*\d", item.name) for item in folder.glob("lib/*/site-packages/sslyze-*.dist-info")), None)
    return found.group(0) if found else "of unknown version"


def main(words: Sequence[str] | None = None) -> int:
    """Print the page."""
    parser = argparse.ArgumentParser(description="Compare what TLS programs say about broken servers.")
    parser.add_argument("--tools", help="names, with commas between (default: all that are installed)")
    parser.add_argument("--endpoints", help="names, with commas between (default: all)")
    options = parser.parse_args(words)
    wanted = [tool for tool in TOOLS if options.tools is None or tool.name in options.tools.split(",")]
    tools = [tool for tool in wanted if tool.path() is not None]
    missing = [tool.name for tool in wanted if tool.path() is None]
    heard = []
    for endpoint in endpoints():
        if options.endpoints is None or endpoint.name in options.endpoints.split(","):
            print(endpoint.name, file=sys.stderr, flush=True)
            heard.append(listen(endpoint, tools))
    print("\n".join(page(heard, tools, missing)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
