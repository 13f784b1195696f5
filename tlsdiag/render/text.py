"""The report as text: the answer first, for a tired person.

Plain by default. With `colour`, severities carry ANSI colours; `tlsdiag.cli` decides when that is wanted. Text from the peer passes
through `escape.terminal`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ..facts import CertificateFiles, ChainPaths
from ..failure import Blame
from ..finding import Confidence, Finding, Severity
from ..report import Report, Verdict
from .escape import terminal

WIDTH = 96

HEADLINES = {
    Verdict.HEALTHY: "works: nothing wrong found",
    Verdict.FLAWED: "works, but something is wrong with it",
    Verdict.PARTIAL: "fails at some of its addresses",
    Verdict.BROKEN: "does not work for this client",
    Verdict.UNKNOWN: "could not be looked at in full",
}
FILE_HEADLINES = {
    Verdict.HEALTHY: "can be used: nothing wrong found",
    Verdict.FLAWED: "can be used, but something is wrong with it",
    Verdict.PARTIAL: "cannot be used as it is",
    Verdict.BROKEN: "cannot be used as it is",
    Verdict.UNKNOWN: "could not be looked at in full",
}
SEVERAL_FILES_HEADLINES = FILE_HEADLINES | {
    Verdict.FLAWED: "can be used, but something is wrong with them",
    Verdict.PARTIAL: "cannot be used as they are",
    Verdict.BROKEN: "cannot be used as they are",
}
_VERDICT_COLOURS = {
    Verdict.HEALTHY: "32",
    Verdict.FLAWED: "33",
    Verdict.PARTIAL: "31",
    Verdict.BROKEN: "31",
    Verdict.UNKNOWN: "35",
}
_SEVERITY_COLOURS = {
    Severity.INFO: "36",
    Severity.LOW: "33",
    Severity.MEDIUM: "33",
    Severity.HIGH: "31",
    Severity.CRITICAL: "31",
}
_DOUBTS = {Confidence.LIKELY: " (likely)", Confidence.POSSIBLE: " (possible)", Confidence.PROVEN: ""}


def render_text(report: Report, *, colour: bool = False, verbose: bool = False, width: int = WIDTH) -> str:
    """The whole report as lines of text; `verbose` adds why each finding matters, references, and every snippet."""
    return "\n".join(_Writer(report, colour=colour, verbose=verbose, width=width).lines())


class _Writer:
    def __init__(self, report: Report, *, colour: bool, verbose: bool, width: int) -> None:
        self.report = report
        self.colour = colour
        self.verbose = verbose
        self.width = max(40, width)

    def lines(self) -> Iterator[str]:
        yield from self.headline()
        root = self.report.root_cause
        if root is not None:
            yield ""
            yield from self.root(root)
        yield from self.others(root)
        yield from self.unseen()
        yield from self.fetched()

    def headline(self) -> Iterator[str]:
        verdict = self.report.verdict
        head = f"{terminal(str(self.report.target))} {headline_of(self.report)}"
        yield self.paint(head, "1;" + _VERDICT_COLOURS[verdict])
        yield from self.wrapped(facts(self.report), "  ")

    def root(self, finding: Finding) -> Iterator[str]:
        yield from self.entry(finding, "Cause")
        yield from self.consequences(finding)

    def consequences(self, cause: Finding) -> Iterator[str]:
        names = told_below(self.report, cause)
        if names:
            yield "  This explains:"
            for item in names:
                yield from self.wrapped(f"- {terminal(item.title)}{at(item)}", "    ", "      ")

    def others(self, root: Finding | None) -> Iterator[str]:
        rest = told_apart(self.report)
        if rest:
            yield ""
            yield self.paint("Also found" if root else "Found", "1")
        for finding in rest:
            yield from self.entry(finding, finding.severity.name.capitalize())
            yield from self.consequences(finding)

    def entry(self, finding: Finding, label: str) -> Iterator[str]:
        head = f"{label}: {terminal(finding.title)}{doubt(finding)}{at(finding)}"
        yield from self.wrapped(head, "", "  ", code=_SEVERITY_COLOURS[finding.severity])
        yield from self.wrapped(terminal(finding.detail), "  ")
        if finding.severity > Severity.INFO or finding.blocks or self.verbose:
            yield from self.wrapped(f"To blame: {finding.blame.value}.  [{finding.code}]", "  ")
            yield from self.wrapped(f"Fix: {terminal(finding.fix.summary)}", "  ", "       ")
            yield from self.snippets(finding)
            yield from self.contact(finding)
        if self.verbose:
            yield from self.wrapped(f"Why it matters: {finding.rule.why}", "  ")
            if finding.references:
                yield from self.wrapped("See: " + ", ".join(finding.references), "  ")

    def snippets(self, finding: Finding) -> Iterator[str]:
        if not self.verbose and not finding.blocks:
            return
        for software, snippet in finding.fix.snippets.items():
            lines = terminal(snippet, keep_lines=True).splitlines() or [""]
            yield f"    {software}: {lines[0]}"
            yield from (f"    {' ' * (len(software) + 2)}{line}" for line in lines[1:])

    def contact(self, finding: Finding) -> Iterator[str]:
        """Whom to tell, for what only the authority can cure."""
        line = whom_to_tell(self.report, finding)
        if line:
            yield from self.wrapped(f"Tell: {terminal(line)}", "  ", "        ")

    def unseen(self) -> Iterator[str]:
        missing = not_looked_at(self.report)
        if missing:
            yield ""
            yield self.paint("Not looked at", "1")
            for line in missing:
                yield from self.wrapped(f"- {terminal(line)}", "  ", "    ")
        for broken in self.report.plugins:
            yield from self.wrapped(f"Plugin {broken.origin} is not used: {terminal(broken.reason)}", "  ", "    ")

    def fetched(self) -> Iterator[str]:
        if self.verbose and self.report.fetched:
            yield ""
            yield self.paint("Fetched", "1")
            for line in fetches(self.report):
                yield from self.wrapped(f"- {terminal(line)}", "  ", "    ")

    def wrapped(self, text: str, first: str, rest: str | None = None, code: str | None = None) -> Iterator[str]:
        indent = first if rest is None else rest
        for line in textwrap.wrap(
            text, self.width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
        ) or [first]:
            yield self.paint(line, code) if code else line

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def headline_of(report: Report) -> str:
    """The verdict in words."""
    if report.target.files:
        several = len(report.target.files) > 1 or report.target.files[0].startswith("the given certificates")  # contents that have no file name
        return (SEVERAL_FILES_HEADLINES if several else FILE_HEADLINES)[report.verdict]
    return "works at times and fails at times" if report.fails_at_times else HEADLINES[report.verdict]


def facts(report: Report) -> str:
    """Where it was looked, through what, and what that took; of files what is in them, and what they were judged for."""
    if report.target.files:
        return _facts_of_files(report)
    places = ", ".join(str(endpoint) for endpoint in report.endpoints) or "no address"
    proxy = report.target.proxy
    through = f"through {terminal(str(proxy))} at {places}" if proxy else places
    return f"{through}; {report.connections} connections{_fetched(report, ', ')}, {report.elapsed:.1f} s"


def _fetched(report: Report, before: str) -> str:
    asked = sum(1 for item in report.fetched if item.address)
    return f"{before}{asked} fetched" if asked else ""


def fetches(report: Report) -> Sequence[str]:
    """What was fetched, one line each: the URL, of whom, and what came."""
    lines = []
    for item in report.fetched:
        what = str(item.failure) if item.failure else f"{item.status}, {item.size} bytes{' (cut)' if item.truncated else ''}"
        place = f" of {item.address}" if item.address else ""
        onward = "".join(f" -> {url}" for url in item.redirects)
        lines.append(f"{item.method} {item.url}{onward}{place}: {what}")
    return lines

def _facts_of_files(report: Report) -> str:
    seen, paths = report.observations.get(CertificateFiles), report.observations.get(ChainPaths)
    certificates = len({seen.items[at].certificate for at in seen.certificates}) if seen is not None else 0
    keys = len(seen.keys) if seen is not None else 0
    held = f"{certificates} {'certificate' if certificates == 1 else 'certificates'}, {keys or 'no'} private {'key' if keys < 2 else 'keys'}"
    host = f"for {terminal(report.target.host)}" if report.target.host else "for no host in particular"
    store = f"; trust: {terminal(paths.store)}" if paths is not None else ""
    return f"{held}; judged {host}, at {report.started:%Y-%m-%d %H:%M} UTC{store}{_fetched(report, '; ')}"


def at(finding: Finding) -> str:
    """Where, in words."""
    return f", at {finding.endpoint}" if finding.endpoint is not None else ""


def whom_to_tell(report: Report, finding: Finding) -> str:
    """The owner of the authority with its address, where only it can cure what is wrong; else nothing."""
    contact = report.contact_for(finding) if finding.blame is Blame.AUTHORITY else None
    if contact is None:
        return ""
    unsure = f" ({contact.doubt})" if contact.doubt else ""
    address = f", {contact.address}" if contact.address else ""
    text = f" A text to send: --letter {finding.code}" if contact.known else ""
    return f"{contact.owner}{address}{unsure}.{text}"


def doubt(finding: Finding) -> str:
    """How sure, in words; nothing where it is proven."""
    return _DOUBTS[finding.confidence]


def told_below(report: Report, cause: Finding) -> Sequence[Finding]:
    """The consequences that are told with a cause: a line each. What has several causes is told with the first."""
    causes = report.causes
    if cause not in causes:
        return ()
    before = {key for item in causes[: causes.index(cause)] for key in item.explains}
    return [item for key in cause.explains if key not in before and (item := report.find(key)) is not None]


def told_apart(report: Report) -> Sequence[Finding]:
    """What is told in full beside the root cause: further causes, and whatever no cause explains."""
    causes = report.causes
    told = {key for item in causes for key in item.explains} | {item.key for item in causes[:1]}
    return [finding for finding in report.findings if finding.key not in told]


def not_looked_at(report: Report) -> Sequence[str]:
    """What could not be looked at, one line a reason."""
    reasons: dict[str, list[str]] = {}
    for item in report.could_not_look:
        reasons.setdefault(item.detail, []).append(item.check)
    return [f"{', '.join(dict.fromkeys(names))}: {reason}" for reason, names in reasons.items()]
