"""What an explanation is: data, frozen, that can be saved and printed. It knows no library and opens nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from .. import serial
from ..failure import Blame
from ..finding import Confidence, Finding, Severity
from ..report import Report, Verdict

if TYPE_CHECKING:
    from ..target import Target

SCHEMA = "tlsdiag-explanation/1"


@attrs.frozen(kw_only=True)
class ErrorSeen:
    """One error of the chain, in its own words: the full name of its type (empty for text), and its text, bounded."""

    type: str = ""
    text: str = ""


@attrs.frozen(kw_only=True)
class Destination:
    """Where the client wanted to go, as far as the error tells; `port` is None where it does not."""

    host: str
    port: int | None = None
    server_name: str | None = None
    starttls: str | None = None
    proxy: str | None = attrs.field(default=None, repr=False)
    """A URL; it may hold a password, and is printed without it."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


@attrs.frozen(kw_only=True)
class Possibility:
    """One cause that fits: its slug, the codes of our rules that may stand for it, what it is, and what would tell it from the others."""

    cause: str
    codes: tuple[str, ...] = ()
    what: str
    tell: str
    fix: str
    blame: Blame
    confidence: Confidence = Confidence.POSSIBLE

    @property
    def code(self) -> str | None:
        """The code of the rule that the error itself can stand for; None where no check has one."""
        return self.codes[0] if self.codes else None


@attrs.frozen(kw_only=True)
class Explanation:
    """What an error means.

    `says` are sentences: what the text says, before anybody judges; empty when nothing was recognised. `possibilities` are the causes
    that fit, the likeliest first, and `findings` those of them that a rule of ours stands for. `clear` says that the first stands out.
    `report` is there when the destination was diagnosed, `why_no_report` when that was wanted and could not be.
    """

    errors: tuple[ErrorSeen, ...] = ()
    library: str = ""
    says: tuple[str, ...] = ()
    possibilities: tuple[Possibility, ...] = ()
    findings: tuple[Finding, ...] = ()
    clear: bool = False
    destination: Destination | None = None
    report: Report | None = None
    why_no_report: str = ""

    @property
    def understood(self) -> bool:
        """Whether anything was recognised in the error."""
        return bool(self.possibilities)

    @property
    def root_cause(self) -> Finding | None:
        """The cause: what the text says where a diagnosis finds that too, else the report's.

        Without a diagnosis it is the finding that stands out; None where several fit as well.
        """
        if self.report is not None:
            return self.found_too or self.report.root_cause
        if self.clear and self.findings and self.possibilities[0].code == self.findings[0].code:
            return self.findings[0]
        return None

    @property
    def found_too(self) -> Finding | None:
        """What stands out in the error, where a diagnosis finds it and yet names another cause or none: it had other settings than the client.

        The context that names, trusts or signs as the client does is not always to be had: then an authority of its own is unknown first.
        """
        if self.report is None or not self.clear:
            return None
        root, codes = self.report.root_cause, self.possibilities[0].codes
        if root is not None and root.code in codes:
            return None
        found = (finding for finding in self.report.findings if finding.code in codes and finding.severity >= Severity.MEDIUM)
        return next(found, None) if root is None or root.code in _OF_TRUST else None

    @property
    def may_lack_trust(self) -> bool:
        """Whether a diagnosis without the client's context ends at an authority that the client may know."""
        if self.report is None or self.report.root_cause is None:
            return False
        target = self.report.target
        return self.report.root_cause.code in _OF_TRUST and target.client is None and target.trust is None

    @property
    def needs(self) -> tuple[str, ...]:
        """What would tell: questions and probes, for as long as the cause is in doubt."""
        if self.report is not None and self.root_cause is not None:
            return ()
        if not self.understood:
            return NOT_UNDERSTOOD
        doubtful = self.possibilities[1:] if self.clear else self.possibilities
        return tuple(dict.fromkeys(item.tell for item in doubtful))

    @property
    def agrees(self) -> bool | None:
        """Whether the diagnosis found what the error means; None without a diagnosis that found a cause, and for an error that tells nothing."""
        root = self.root_cause
        if self.report is None or root is None or not self.understood:
            return None
        return any(root.code in item.codes for item in self.possibilities)

    @property
    def gone(self) -> bool:
        """Whether the diagnosis shows that it works now."""
        return self.report is not None and self.found_too is None and self.report.verdict in (Verdict.HEALTHY, Verdict.FLAWED)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "schema": SCHEMA,
            "errors": serial.to_plain(self.errors),
            "library": self.library,
            "says": list(self.says),
            "clear": self.clear,
            "possibilities": [{**serial.to_plain(item), "code": item.code} for item in self.possibilities],
            "findings": [_finding_to_plain(finding) for finding in self.findings],
            "root_cause": self.root_cause.code if self.root_cause is not None else None,
            "needs": list(self.needs),
            "destination": _destination_to_plain(self.destination),
            "report": self.report.to_dict() if self.report is not None else None,
            "why_no_report": self.why_no_report,
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """`to_dict` as JSON text, ASCII only."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=True)

    def __str__(self) -> str:
        from ..render.explanation import render_explanation

        return render_explanation(self)


# what a diagnosis meets first where it does not trust what the client trusts
_OF_TRUST = ("issuer-untrusted", "certificate-self-signed", "default-certificate", "private-authority")

NOT_UNDERSTOOD = (
    "Give the whole text, with the lines before and after it, and the exception itself rather than its words.",
    "Diagnose the destination: tlsdiag HOST:PORT says what it does now.",
)
"""What is asked for when nothing was recognised."""


def address_of(destination: Destination, default_port: int) -> dict[str, Any]:
    """The arguments that `tlsdiag.diagnose` takes for a destination."""
    found: dict[str, Any] = {"host": destination.host, "port": destination.port or default_port}
    for name in ("server_name", "starttls", "proxy"):
        if (value := getattr(destination, name)) is not None:
            found[name] = value
    return found


def destination_of(target: Target) -> Destination:
    """The destination that a target stands for."""
    name = target.server_name if target.server_name != target.host else None
    proxy = str(target.proxy) if target.proxy else None
    return Destination(host=target.host, port=target.port, server_name=name, starttls=target.starttls, proxy=proxy)


def _destination_to_plain(destination: Destination | None) -> dict[str, Any] | None:
    if destination is None:
        return None
    plain: dict[str, Any] = serial.to_plain(destination)
    scheme, mark, rest = (destination.proxy or "").partition("://")
    if "@" in rest:
        plain["proxy"] = f"{scheme}{mark}***@{rest.rpartition('@')[2]}"
    return plain


def _finding_to_plain(finding: Finding) -> dict[str, Any]:
    names = ("title", "detail", "severity", "confidence", "blame", "subject", "fix", "references", "evidence")
    return {"code": finding.code, "layer": finding.layer.name.lower(), **{name: serial.to_plain(getattr(finding, name)) for name in names}}
