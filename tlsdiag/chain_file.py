"""The command 'tlsdiag certificates', and the option of a diagnosis to write the chain file as it should be."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .depth import Depth

if TYPE_CHECKING:
    from .offline import Source
    from .report import Report

PASSWORD_VARIABLE = "TLSDIAG_PASSWORD"
_MOST_PASSWORD = 4096
"""Bytes of a password file."""
_MOST_INPUT = 16 * 1024 * 1024
"""Bytes of certificates that are read from standard input."""


def add_chain_options(parser: argparse.ArgumentParser) -> None:
    """The options that write the repaired chain."""
    parser.add_argument("--write-chain", metavar="OUT", help="write the chain file as it should be: certificate, intermediates in order, no root, no key")
    parser.add_argument("--force", action="store_true", help="let --write-chain write over a file that exists")


def write_chain(report: Report, out: str | None, *, force: bool) -> None:
    """Write the repaired chain where it was asked for, and say so on standard error; OSError and ValueError where that cannot be."""
    if out is None:
        return
    chain = report.repaired_chain()
    if chain is None:
        raise ValueError(f"{out} is not written: {_why_not(report)}")
    written = _write(out, chain, force=force)
    print(f"tlsdiag: {written} certificates written to {out}" if written != 1 else f"tlsdiag: one certificate written to {out}", file=sys.stderr)


def _why_not(report: Report) -> str:
    from .finding_types import ChainFinding
    from .render.escape import terminal

    missing = report.filter(code=("intermediate-missing", "intermediate-wrong", "certificate-bad-signature"))
    if missing:
        first = missing[0]
        issuer = terminal(first.issuer or "") if isinstance(first, ChainFinding) else ""
        fetch = ", or let it be fetched (--fetch)" if isinstance(first, ChainFinding) and first.issuer_urls else ""
        return f"the certificate of the issuer {issuer} was not found; give its file too{fetch}"
    return "there is no server certificate to begin with"


def _write(out: str, chain: bytes, *, force: bool) -> int:
    """Write a new file, readable by all since it holds nothing that is secret; an existing one only where `force` says so, and as a whole."""
    place = Path(out)
    if place.exists() and not force:
        raise FileExistsError(f"{out} exists; --force writes over it")
    if place.is_dir():
        raise IsADirectoryError(f"{out} is a directory")
    beside = place.with_name(f".{place.name}.{os.getpid()}") if force else place
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(chain)
        beside.chmod(0o644)  # whatever the umask says: servers read it after they have given up their rights
        if beside is not place:
            os.replace(beside, place)
    except OSError:
        beside.unlink(missing_ok=True)  # half a chain is worse than none
        raise
    return chain.count(b"-----BEGIN")


def certificates_command(words: list[str], environment: Mapping[str, str] = os.environ) -> int:
    """Run 'tlsdiag certificates'; returns the exit status."""
    from .cli import FETCHING, print_report
    from .offline import diagnose_certificates

    options = _parser().parse_args(words)
    report = diagnose_certificates(
        [_source(name) for name in options.file],
        host=options.host,
        key=options.key or (True if options.with_key else None),
        password=_password(options.password_file, environment),
        trust=options.trust,
        stores=options.store or (),
        now=_time(options.now),
        depth=options.depth,
        checks=options.check,
        leaf=options.leaf,
        fetch=None if options.fetch is None else FETCHING[options.fetch],
        revocation=options.revocation,
        ct_logs=options.ct_logs,
        authority_data=options.authority_data,
    )
    status = print_report(report, options)
    write_chain(report, options.write_chain, force=options.force)
    return status


def _parser() -> argparse.ArgumentParser:
    from .cli import FETCHING, add_output_options

    parser = argparse.ArgumentParser(
        prog="tlsdiag certificates",
        description="Judge certificate files before a server uses them: PEM in any order, DER, PKCS#7, PKCS#12. "
        "Opens no connection, unless --fetch or --revocation says so.",
        epilog=f"The password of a key or PKCS#12 file is read from --password-file, else from the environment variable {PASSWORD_VARIABLE}. "
        "Exit status: 0 nothing is wrong, 1 something is, 2 wrong usage, 3 could not look.",
    )
    parser.add_argument("file", nargs="+", metavar="FILE", help="the files of one server, such as cert.pem and chain.pem; '-' is standard input")
    parser.add_argument("--host", metavar="NAME", help="the name or address that the certificate is for")
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--key", metavar="FILE", help="the private key that goes with it")
    keys.add_argument("--with-key", action="store_true", help="the key has to be in one of the files, as HAProxy wants it")
    parser.add_argument("--password-file", metavar="FILE", help="a file whose first line is the password")
    parser.add_argument("--leaf", type=int, metavar="NUMBER", help="judge this server certificate, where there are several (from 1; default: the first)")
    parser.add_argument("--trust", metavar="STORE", help="a CA file or directory, 'certifi' or 'system'")
    parser.add_argument("--store", action="append", metavar="STORE", help="judge the chain by this trust store too (as --trust); may be repeated")
    parser.add_argument("--now", metavar="TIME", help="the time to judge for, where it is not this machine's (ISO 8601 with a zone)")
    parser.add_argument("--depth", choices=[depth.name.lower() for depth in Depth], default="standard")
    parser.add_argument("--check", action="append", metavar="NAME", help="only this check, family or code; may be repeated")
    parser.add_argument("--fetch", choices=FETCHING, help="where URLs in certificates may lead (default: nowhere; to public addresses with --revocation)")
    parser.add_argument("--revocation", action="store_true", help="ask the authorities whether the certificates have been revoked")
    parser.add_argument("--ct-logs", metavar="FILE", help="a newer list of certificate transparency logs: Chrome's log_list.json")
    parser.add_argument("--authority-data", action="append", metavar="FILE", help="newer tables of authorities than the shipped ones; may be repeated")
    add_chain_options(parser)
    add_output_options(parser)
    return parser


def _source(name: str) -> Source:
    """A path; or, for '-', what comes in: bytes."""
    return sys.stdin.buffer.read(_MOST_INPUT) if name == "-" else Path(name)


def _password(path: str | None, environment: Mapping[str, str]) -> bytes | None:
    if path is None:
        value = environment.get(PASSWORD_VARIABLE)
        return None if value is None else value.encode()
    with open(path, "rb") as file:
        return file.read(_MOST_PASSWORD).split(b"\n", 1)[0].rstrip(b"\r")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
