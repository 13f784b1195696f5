"""The report on a terminal where rich is installed: the same answer as `text`, laid out over the terminal's width.

Text from the peer passes through `escape.terminal`, and never through rich's markup.
"""

from __future__ import annotations

from typing import TextIO

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..finding import Finding, Severity
from ..report import Report, Verdict
from .escape import terminal
from .text import at, doubt, facts, fetches, headline_of, not_looked_at, told_apart, told_below, whom_to_tell

_VERDICTS = {Verdict.HEALTHY: "bold green", Verdict.FLAWED: "bold yellow", Verdict.UNKNOWN: "bold magenta"}
_SEVERITIES = {Severity.INFO: "cyan", Severity.LOW: "yellow", Severity.MEDIUM: "yellow"}


def print_rich(report: Report, *, verbose: bool = False, file: TextIO | None = None, width: int | None = None) -> None:
    """Print the report with colours and panels."""
    console = Console(file=file, width=width, highlight=False, soft_wrap=False)
    style = _VERDICTS.get(report.verdict, "bold red")
    console.print(Text(f"{terminal(str(report.target))} {headline_of(report)}", style=style))
    console.print(Text(f"  {facts(report)}", style="dim"))
    root = report.root_cause
    if root is not None:
        body = Group(_entry(report, root, verbose), *_consequences(report, root))
        title = Text(f"Cause: {terminal(root.title)}{doubt(root)}{at(root)}")
        console.print(Panel(body, title=title, title_align="left", border_style=_style(root)))
    for finding in told_apart(report):
        head = f"{finding.severity.name.capitalize()}: {terminal(finding.title)}{doubt(finding)}{at(finding)}"
        console.print(Text(head, style=_style(finding)))
        console.print(Padding(Group(_entry(report, finding, verbose), *_consequences(report, finding)), (0, 0, 0, 2)))
    for line in not_looked_at(report):
        console.print(Text(f"Not looked at: {terminal(line)}", style="magenta"))
    for line in fetches(report) if verbose else ():
        console.print(Text(f"Fetched: {terminal(line)}", style="dim"))


def _style(finding: Finding) -> str:
    return _SEVERITIES.get(finding.severity, "red")


def _entry(report: Report, finding: Finding, verbose: bool) -> Group:
    parts: list[Text | Table] = [Text(terminal(finding.detail))]
    if finding.severity > Severity.INFO or finding.blocks or verbose:
        parts.append(Text.assemble("To blame: ", (finding.blame.value, "bold"), f"  [{finding.code}]"))
        parts.append(Text.assemble(("Fix: ", "bold green"), terminal(finding.fix.summary)))
        if finding.fix.snippets and (verbose or finding.blocks):
            parts.append(_snippets(finding))
        if line := whom_to_tell(report, finding):
            parts.append(Text(f"Tell: {terminal(line)}"))
    if verbose:
        parts.append(Text(f"Why it matters: {finding.rule.why}", style="dim"))
        parts.append(Text("See: " + ", ".join(finding.references), style="dim"))
    return Group(*parts)


def _snippets(finding: Finding) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for software, snippet in finding.fix.snippets.items():
        table.add_row(Text(software, style="cyan"), Text(terminal(snippet, keep_lines=True)))
    return table


def _consequences(report: Report, cause: Finding) -> list[Text]:
    lines = [Text(f"  - {terminal(item.title)}{at(item)}", style="dim") for item in told_below(report, cause)]
    return [Text("This explains:", style="dim"), *lines] if lines else []
