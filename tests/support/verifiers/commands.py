"""Commands that judge one chain a call: OpenSSL's, GnuTLS's and NSS's."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from chains import Chain
from failures.forge import pem

from .verdict import Answers, Verdict

_SECONDS = 60
_OLD = "TLSDIAG_OLD_OPENSSL"


def old_environment() -> str | None:
    """The interpreter of an environment with OpenSSL 1.1.1 in it, as the variable names it."""
    named = os.environ.get(_OLD)
    path = Path(named) / "bin" / "python" if named else None
    return str(path) if path is not None and path.exists() else None


def _run(words: Sequence[str]) -> tuple[int, str]:
    done = subprocess.run(words, capture_output=True, timeout=_SECONDS, check=False)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def _each(version: str, chains: Sequence[Chain], judge: Callable[[Chain, Path], str]) -> Answers:
    found = {}
    for chain in chains:
        with tempfile.TemporaryDirectory(prefix="chain-") as name:
            folder = Path(name)
            (folder / "leaf.pem").write_bytes(pem(chain.leaf))
            (folder / "rest.pem").write_bytes(pem(*chain.sent[1:]))
            (folder / "sent.pem").write_bytes(pem(*chain.sent))
            (folder / "store.pem").write_bytes(pem(*chain.store))
            found[chain.name] = Verdict.said(judge(chain, folder))
    return Answers(version=version, verdicts=found)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def openssl(chains: Sequence[Chain], *more: str) -> Answers:
    """`openssl verify`, at the security level that Debian's clients have."""

    def judge(chain: Chain, folder: Path) -> str:
        host = "-verify_ip" if _is_address(chain.host) else "-verify_hostname"
        rest = ["-untrusted", str(folder / "rest.pem")] if chain.sent[1:] else []
        words = ["openssl", "verify", "-auth_level", "2", "-purpose", "sslserver", host, chain.host, *more]
        places = ["-no-CAfile", "-no-CApath", "-no-CAstore", "-trusted", str(folder / "store.pem"), *rest, str(folder / "leaf.pem")]
        code, text = _run([*words, *places])
        said = re.search(r"error (\d+) at \d+ depth lookup: (.*)", text)
        return "" if code == 0 else f"{said[2]} ({said[1]})" if said else text.strip().splitlines()[-1] if text.strip() else "refused"

    return _each(_run(["openssl", "version"])[1].split("(")[0].strip(), chains, judge)


def openssl_strict(chains: Sequence[Chain]) -> Answers:
    """The same with X509_V_FLAG_X509_STRICT and X509_V_FLAG_PARTIAL_CHAIN, as Python has them from 3.13 on."""
    return openssl(chains, "-x509_strict", "-partial_chain")


def gnutls(chains: Sequence[Chain]) -> Answers:
    """`certtool --verify`."""

    def judge(chain: Chain, folder: Path) -> str:
        words = ["certtool", "--verify", "--verify-hostname", chain.host, "--verify-purpose", "1.3.6.1.5.5.7.3.1"]
        code, text = _run([*words, "--load-ca-certificate", str(folder / "store.pem"), "--infile", str(folder / "sent.pem")])
        said = re.findall(r"Chain verification output: (.*)", text)
        return "" if code == 0 else said[-1] if said else text.strip().splitlines()[-1] if text.strip() else "refused"

    return _each(_run(["certtool", "--version"])[1].splitlines()[0], chains, judge)


def nss(chains: Sequence[Chain]) -> Answers:
    """`vfychain`; the anchors are put into an empty database for each chain."""

    def judge(chain: Chain, folder: Path) -> str:
        database = f"sql:{folder}"
        for file in ("cert9.db", "key4.db", "pkcs11.txt"):
            shutil.copy(empty / file, folder)
        for number, der in enumerate(chain.store):
            (folder / "anchor.der").write_bytes(der)
            _run(["certutil", "-A", "-d", database, "-n", f"a{number}", "-t", "C,,", "-i", str(folder / "anchor.der")])
        rest = []
        for number, der in enumerate(chain.sent):
            (folder / f"{number}.der").write_bytes(der)
            rest.append(str(folder / f"{number}.der"))
        code, text = _run(["vfychain", "-d", database, "-u", "1", *rest])
        if code == 0 and "Chain is good!" in text:
            return ""
        said = re.findall(r"ERROR (-?\d+: .*)", text) or [text.strip().splitlines()[-1] if text.strip() else "refused"]
        return said[0]

    with tempfile.TemporaryDirectory(prefix="nss-") as name:
        empty = Path(name)
        _run(["certutil", "-N", "-d", f"sql:{empty}", "--empty-password"])
        return _each("NSS, " + _version_of_nss(), chains, judge)


def _version_of_nss() -> str:
    code, text = _run(["dpkg-query", "-W", "-f", "${Version}", "libnss3"])
    return text if code == 0 else "version unknown"
