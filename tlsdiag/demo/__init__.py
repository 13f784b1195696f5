"""`tlsdiag demo`: start a broken TLS server inside this process and diagnose it, for those who have no broken server at hand."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..report import Report
    from .scenarios import Scenario

_DEFAULT = "missing-intermediate"
_TIMEOUT = 2.0
"""Seconds for a handshake on loopback, so that the silent server is told soon."""


def main(words: Sequence[str]) -> int:
    """Run the demo; 0 when each diagnosis names the cause that it has to, 1 when one does not, 2 for a server that is not there."""
    from ..cli import EXIT_USAGE, add_output_options

    parser = argparse.ArgumentParser(prog="tlsdiag demo", description="Diagnose a broken TLS server that runs inside this process.")
    parser.add_argument("server", nargs="*", default=[_DEFAULT], help=f"which broken server (default: {_DEFAULT}); 'all' for each of them")
    parser.add_argument("--list", action="store_true", help="list the broken servers")
    add_output_options(parser)
    options = parser.parse_args(list(words))
    from .scenarios import SCENARIOS

    known = {scenario.name: scenario for scenario in SCENARIOS}
    if options.list:
        width = max(map(len, known))
        print("\n".join(f"{scenario.name:{width}}  {scenario.about}" for scenario in SCENARIOS))
        return 0
    wanted = list(known) if "all" in options.server else options.server
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; see 'tlsdiag demo --list'"
            print(f"tlsdiag: there is no demo server {name!r}{hint}", file=sys.stderr)
            return EXIT_USAGE
    return max([_show(known[name], options) for name in wanted])


def run(scenario: Scenario) -> Report:
    """Start the server of a scenario and diagnose it."""
    from ..api import diagnose
    from ..depth import Depth, Limits
    from .scenarios import NAME
    from .servers import listening

    scene = scenario.build()
    with listening(scene.converse) as server:
        return diagnose(
            NAME,
            port=server.port,
            addresses=["127.0.0.1"],
            depth=Depth.STANDARD,
            limits=Limits(handshake_timeout=_TIMEOUT),
            **scene.options,
        )


def _show(scenario: Scenario, options: argparse.Namespace) -> int:
    from ..cli import print_report

    if not options.json:
        print(f"A server that {scenario.about}:\n")
    report = run(scenario)
    print_report(report, options)
    found = report.root_cause.code if report.root_cause else None
    if not options.json:
        print()
    if found == scenario.cause:
        return 0
    print(f"tlsdiag: the demo server {scenario.name} should give {scenario.cause}, not {found}", file=sys.stderr)
    return 1
