"""The command line: parse, call, print. Thin; everything it does is in the API.

Exit status: 0 healthy, 1 something is wrong, 2 wrong usage, 3 could not look.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, TextIO

from . import __version__
from .chain_file import add_chain_options, write_chain
from .depth import Depth, Limits
from .errors import TlsdiagError

if TYPE_CHECKING:
    from .diagnosis import Event
    from .fetching import Fetching
    from .report import Report
    from .target import Target

EXIT_HEALTHY, EXIT_WRONG, EXIT_USAGE, EXIT_UNKNOWN, EXIT_PIPE = 0, 1, 2, 3, 141
COMMANDS = ("certificates", "demo", "checks", "show", "explain")
FETCHING: dict[str, Fetching] = {"public": "public", "any": "any", "none": False}
_MOST_INPUT = 4 * 1024 * 1024
"""Bytes of a log that are read from standard input."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words and words[0] in COMMANDS:
            status = _command(words[0], words[1:])
        else:
            status = _diagnose(words)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has enough; nothing is left to flush into
        return EXIT_PIPE
    except (TlsdiagError, OSError, ValueError) as exc:
        print(f"tlsdiag: {exc}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        print("tlsdiag: interrupted", file=sys.stderr)
        return 130


def _command(name: str, words: list[str]) -> int:
    if name == "demo":
        from .demo import main as demo

        return demo(words)
    if name == "certificates":
        from .chain_file import certificates_command

        return certificates_command(words)
    if name == "checks":
        return _list_checks(words)
    if name == "explain":
        return _explain(words)
    return _show(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tlsdiag",
        description="Say why a TLS connection fails, who is to blame, and what to change.",
        epilog="commands: 'tlsdiag certificates FILE' judges certificate files, 'tlsdiag demo' diagnoses an embedded broken server, "
        "'tlsdiag checks' lists what is installed, "
        "'tlsdiag show FILE' reads a saved report, 'tlsdiag explain TEXT' says what an error text means. "
        "Exit status: 0 healthy, 1 something is wrong, 2 wrong usage, 3 could not look.",
    )
    parser.add_argument("host", help="a name, an address, host:port or a URL")
    parser.add_argument("-p", "--port", type=int, help="the port, where HOST names none (default: that of the scheme or of --starttls, else 443)")
    names = parser.add_mutually_exclusive_group()
    names.add_argument("--server-name", metavar="NAME", help="the name to send as SNI (default: the host)")
    names.add_argument("--no-server-name", action="store_true", help="send no SNI")
    parser.add_argument("--address", action="append", metavar="IP", help="use this address, not the resolver's; may be repeated")
    parser.add_argument("--trust", metavar="STORE", help="a CA file or directory, 'certifi' or 'system'")
    parser.add_argument("--cert", metavar="FILE", help="client certificate (PEM)")
    parser.add_argument("--key", metavar="FILE", help="its key (PEM; default: in --cert)")
    parser.add_argument("--alpn", metavar="NAMES", help="application protocols to offer, parted by commas: h2,http/1.1")
    upgrades = parser.add_mutually_exclusive_group()
    upgrades.add_argument("--starttls", metavar="PROTOCOL", help="the protocol that upgrades to TLS, such as smtp (default: by scheme or port)")
    upgrades.add_argument("--no-starttls", action="store_true", help="begin with TLS at once, whatever the port")
    proxies = parser.add_mutually_exclusive_group()
    proxies.add_argument("--proxy", metavar="URL", help="the proxy to go through: http, https, socks5 or socks5h (default: what HTTPS_PROXY and NO_PROXY say)")
    proxies.add_argument("--no-proxy", action="store_true", help="go through no proxy, whatever the environment says")
    parser.add_argument("--fetch", choices=FETCHING, default="public", help="where URLs in certificates may lead: public addresses (the default), any, none")
    parser.add_argument("--dns", nargs="?", const=True, metavar="RESOLVER", help="ask the DNS too: this machine's resolver, or that at IP or IP:PORT")
    parser.add_argument("--revocation", action="store_true", help="ask the authorities whether the certificates have been revoked (as --depth full does)")
    parser.add_argument("--store", action="append", metavar="STORE", help="judge the chain by this trust store too (as --trust); may be repeated")
    parser.add_argument("--authority-data", action="append", metavar="FILE", help="newer tables of authorities than the shipped ones; may be repeated")
    parser.add_argument("--ct-logs", metavar="FILE", help="a newer list of certificate transparency logs: Chrome's log_list.json")
    parser.add_argument("--depth", choices=[depth.name.lower() for depth in Depth], default="standard")
    parser.add_argument("--check", action="append", metavar="NAME", help="only this check, family or code; may be repeated")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="for the handshake (default: 8)")
    parser.add_argument("--now", metavar="TIME", help="the time that the client's clock shows, where it is not this machine's (ISO 8601 with a zone)")
    add_chain_options(parser)
    add_output_options(parser)
    parser.add_argument("--version", action="version", version=f"tlsdiag {__version__}")
    return parser


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """The options that say how a report is printed."""
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--letter", metavar="CODE", help="print in its place a text to send to the authority about the findings of this code")
    parser.add_argument("-v", "--verbose", action="store_true", help="why it matters, references, all snippets")
    parser.add_argument("--no-colour", "--no-color", action="store_true", help="no colour, even on a terminal")


def _diagnose(words: list[str]) -> int:
    options = _parser().parse_args(words)
    report = _run(_target(options), options)
    status = print_report(report, options)
    write_chain(report, options.write_chain, force=options.force)
    return status


def _target(options: argparse.Namespace) -> Target:
    from datetime import datetime

    from .target import Target

    certificate = (options.cert, options.key or options.cert) if options.cert else None
    if options.key and not options.cert:
        raise ValueError("--key goes with --cert")
    return Target.parse(
        options.host,
        port=options.port,
        server_name=False if options.no_server_name else options.server_name,
        addresses=options.address,
        trust=options.trust,
        stores=options.store or (),
        client_certificate=certificate,
        alpn=options.alpn.split(",") if options.alpn else None,
        starttls=False if options.no_starttls else options.starttls,
        proxy=False if options.no_proxy else options.proxy,
        now=datetime.fromisoformat(options.now) if options.now else None,
    )


def _run(target: Target, options: argparse.Namespace) -> Report:
    import asyncio

    from .diagnosis import Diagnosis

    limits = Limits() if options.timeout is None else Limits(handshake_timeout=options.timeout)
    diagnosis = Diagnosis(
        options.check,
        depth=options.depth,
        limits=limits,
        fetch=FETCHING[options.fetch],
        dns=options.dns,
        revocation=options.revocation or None,
        ct_logs=options.ct_logs,
        authority_data=options.authority_data,
    )
    return asyncio.run(_with_progress(diagnosis, target, sys.stderr))


async def _with_progress(diagnosis: object, target: Target, out: TextIO) -> Report:
    from .diagnosis import Diagnosis, Done

    assert isinstance(diagnosis, Diagnosis)
    progress = _Progress(out)
    async for event in diagnosis.stream(target):
        if isinstance(event, Done):
            progress.clear()
            return event.report
        progress.tell(event)
    raise AssertionError("a stream ends with Done")


class _Progress:
    """One line on a terminal that says what was just observed; nothing into a pipe."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.live = out.isatty() and os.environ.get("TERM") != "dumb"
        self.seen = 0

    def tell(self, event: Event) -> None:
        from .diagnosis import Observed, Started

        if not self.live:
            return
        if isinstance(event, Started):
            self.out.write("\r\x1b[Kconnecting ...")
        elif isinstance(event, Observed):
            self.seen += 1
            place = f" of {event.endpoint}" if event.endpoint else ""
            self.out.write(f"\r\x1b[K[{self.seen}] {event.probe}{place}")
        self.out.flush()

    def clear(self) -> None:
        if self.live:
            self.out.write("\r\x1b[K")
            self.out.flush()


def print_report(report: Report, options: argparse.Namespace) -> int:
    """Print a report as the options say; returns the exit status that it calls for."""
    if options.letter:
        _print_letters(report, options.letter)
    elif options.json:
        print(report.to_json())
    else:
        _print_text(report, options)
    return exit_status(report)


def _print_text(report: Report, options: argparse.Namespace) -> None:
    """With rich on a terminal where it is installed, else plain."""
    from .render.text import render_text

    colour = _wants_colour(sys.stdout) and not options.no_colour
    if colour and find_spec("rich") is not None:
        from .render.rich_text import print_rich

        print_rich(report, verbose=options.verbose, file=sys.stdout)
        return
    _print(render_text(report, colour=colour, verbose=options.verbose))


def _print_letters(report: Report, code: str) -> None:
    """The texts for the authority, one for each finding; ValueError where there is none to write."""
    from .render.escape import terminal

    contacts = [contact for finding in report.filter(code=code) if (contact := report.contact_for(finding)) is not None]
    if not contacts:
        found = ", ".join(sorted({finding.code for finding in report.findings})) or "nothing"
        raise ValueError(f"--letter: no finding {code!r} about a certificate; found: {found}")
    _print("\n\n".join(terminal(contact.letter, keep_lines=True) for contact in contacts))


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def _wants_colour(out: TextIO) -> bool:
    return out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def exit_status(report: Report) -> int:
    """0 healthy, 1 something is wrong, 3 could not look."""
    from .report import Verdict

    return {Verdict.HEALTHY: EXIT_HEALTHY, Verdict.UNKNOWN: EXIT_UNKNOWN}.get(report.verdict, EXIT_WRONG)


def _list_checks(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tlsdiag checks", description="List the installed checks and their codes.")
    parser.parse_args(words)
    from .registry import Registry
    from .render.escape import terminal

    registry = Registry.installed()
    for check in registry.checks:
        print(f"{check.name}  ({registry.origin(check.name)}, {check.depth.name.lower()})")
        for rule in check.rules:
            print(f"    {rule.code}: {rule.title}")
    for broken in registry.broken:
        print(f"not usable: {broken.origin} [{broken.origin.entry_point}]: {terminal(broken.reason)}")
    return EXIT_WRONG if registry.broken else EXIT_HEALTHY


def _show(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tlsdiag show", description="Show a saved report (JSON), or judge it again.")
    parser.add_argument("file", help="what --json printed")
    parser.add_argument("--recheck", action="store_true", help="judge its observations again with the installed checks")
    add_output_options(parser)
    options = parser.parse_args(words)
    from pathlib import Path

    from .report import Report

    report = Report.from_json(Path(options.file).read_bytes())
    return print_report(report.recheck() if options.recheck else report, options)


def _explain(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="tlsdiag explain",
        description="Say what the error of a TLS client means, from its text or log lines: OpenSSL, Python, curl, Go, Java, Node.js, browsers and others.",
        epilog="Exit status: 0 the text was understood, 2 wrong usage, 3 it was not; with --probe that of a diagnosis.",
    )
    parser.add_argument("text", nargs="+", help="the text, or '-' to read it from standard input")
    parser.add_argument("--probe", action="store_true", help="diagnose the destination that the text names")
    parser.add_argument("--target", metavar="HOST:PORT", help="the destination, where the text names none")
    parser.add_argument("--json", action="store_true", help="print the explanation as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="every cause that fits")
    options = parser.parse_args(words)
    from .explanation import explain
    from .render.explanation import render_explanation

    found = explain(_error_text(options.text), probe=options.probe, target=options.target)
    if options.json:
        print(found.to_json())
    else:
        _print(render_explanation(found, verbose=options.verbose))
    if found.report is not None:
        return exit_status(found.report)
    return EXIT_HEALTHY if found.understood else EXIT_UNKNOWN


def _error_text(words: Sequence[str]) -> str:
    if list(words) == ["-"]:
        return sys.stdin.buffer.read(_MOST_INPUT).decode("utf-8", "replace")
    return " ".join(words)
