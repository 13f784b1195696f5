"""The report: what a diagnosis returns.

It keeps the findings, the observations they were judged from, what could not be looked at and why. It can be saved, read
back and judged again without a network. It knows no protocol and opens nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import attrs

from . import causes, serial
from .check import Skipped
from .depth import Depth
from .errors import ReportFormatError, TargetError
from .failure import Blame
from .fetching import Fetches, FetchSeen
from .finding import Finding, Layer, Rule, Severity, evidence_names
from .observation import Observations, Why
from .proxies import ProxyServer
from .registry import BrokenPlugin, Registry, finding_kinds
from .target import Endpoint, Target

if TYPE_CHECKING:
    from .check import Check
    from .contact import Contact

SCHEMA = "tlsdiag-report/1"


class Verdict(StrEnum):
    """`PARTIAL`: some endpoints fail and others work, or some connections do. `UNKNOWN`: we could not look."""

    HEALTHY = "healthy"
    FLAWED = "flawed"
    PARTIAL = "partial"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class UnknownFinding(Finding):
    """A finding from a saved report whose class is not installed; its evidence is kept as plain data."""

    kind = "unknown"

    type_name: str = ""
    data: Mapping[str, Any] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class Report:
    """What was found. `started` is the diagnosis's time, `elapsed` in seconds."""

    target: Target
    findings: tuple[Finding, ...]
    observations: Observations = attrs.field(factory=Observations, repr=False)
    skipped: tuple[Skipped, ...] = ()
    plugins: tuple[BrokenPlugin, ...] = ()
    started: datetime
    elapsed: float = 0.0
    depth: Depth = Depth.STANDARD
    version: str = ""
    connections: int = 0

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every endpoint that was looked at."""
        return self.observations.endpoints

    @property
    def fetched(self) -> tuple[FetchSeen, ...]:
        """What was fetched for the certificates (their issuers, their status), in order: others than the target learned of this diagnosis."""
        found = self.observations.get(Fetches)
        return found.fetched if found is not None else ()

    @property
    def causes(self) -> tuple[Finding, ...]:
        """The blocking findings that nothing else explains, the most telling first."""
        return causes.causes(self.findings)

    @property
    def root_cause(self) -> Finding | None:
        """The one finding that explains the failure; None when nothing fails."""
        found = self.causes
        return found[0] if found else None

    @property
    def verdict(self) -> Verdict:
        """The whole report in a word."""
        blocking = [finding for finding in self.findings if finding.blocks]
        blocked = {finding.endpoint for finding in self.causes if not finding.intermittent}
        if blocked and (None in blocked or not set(self.endpoints) - blocked):
            return Verdict.BROKEN
        if blocking:
            return Verdict.PARTIAL
        if any(finding.severity > Severity.INFO for finding in self.findings):
            return Verdict.FLAWED
        unseen = self.could_not_look or any(plugin.origin.is_builtin for plugin in self.plugins)
        return Verdict.UNKNOWN if unseen else Verdict.HEALTHY

    @property
    def fails_at_times(self) -> bool:
        """Whether everything that blocks does so for some of the connections only."""
        found = self.causes
        return bool(found) and all(finding.intermittent for finding in found)

    @property
    def could_not_look(self) -> tuple[Skipped, ...]:
        """Built-in checks that failed to look at something that they should have seen."""
        return tuple(
            item
            for item in self.skipped
            if item.origin.startswith("tlsdiag ") and item.why is not Why.NOT_APPLICABLE
        )

    def filter(
        self,
        *,
        code: str | Iterable[str] | None = None,
        severity: Severity | None = None,
        layer: Layer | None = None,
        blame: Blame | None = None,
        type: type[Finding] | None = None,
        endpoint: Endpoint | None = None,
    ) -> tuple[Finding, ...]:
        """The findings that fit everything given; `severity` is the lowest one wanted."""
        codes = {code} if isinstance(code, str) else None if code is None else set(code)
        return tuple(
            finding
            for finding in self.findings
            if (codes is None or finding.code in codes)
            and (severity is None or finding.severity >= severity)
            and (layer is None or finding.layer is layer)
            and (blame is None or finding.blame is blame)
            and (type is None or isinstance(finding, type))
            and (endpoint is None or finding.endpoint == endpoint)
        )

    def find(self, key: str) -> Finding | None:
        """The finding with this key, such as one named in another's `explains`."""
        return next((finding for finding in self.findings if finding.key == key), None)

    def recheck(self, checks: Sequence[Check | type[Check] | str] | None = None) -> Report:
        """Judge the same observations again, with the installed checks or with those given; opens nothing."""
        from .judge import judge
        from .plan import make_plan

        registry = Registry.installed()
        plan = make_plan(registry, self.depth, checks, given=self.observations.names if self.target.files else None, also=_families(self.observations.names))
        findings, skipped = judge(plan.checks, self.target, self.started, self.observations, registry)
        return attrs.evolve(self, findings=findings, skipped=skipped, plugins=registry.broken)

    def repaired_chain(self) -> bytes | None:
        """The chain file as it should be, in PEM: the server's certificate, each issuer after what it has issued, no root, nothing twice, no key.

        What was missing comes from the trust store, from other files that were given, or from where a certificate says (`fetch=`). None where there is
        no certificate, or where an intermediate is missing that was not found.
        """
        from .repair import repaired_chain

        return repaired_chain(self)

    def contact_for(self, finding: Finding) -> Contact | None:
        """Whom to tell of a finding about a certificate, with a text that is ready to be sent; None where no authority was looked at. Shown by itself
        for what only the authority can cure."""
        from .contact import contact_for

        return contact_for(finding, self.observations)

    def to_dict(self) -> dict[str, Any]:
        """Plain data in the documented schema."""
        rules = {finding.code: finding.rule for finding in self.findings}
        return {
            "schema": SCHEMA,
            "version": self.version,
            "verdict": self.verdict.value,
            "root_cause": self.root_cause.key if self.root_cause else None,
            "target": _target_to_plain(self.target),
            "started": self.started.isoformat(),
            "elapsed": self.elapsed,
            "depth": self.depth.name.lower(),
            "connections": self.connections,
            "findings": [{**_finding_to_plain(finding), **self._contact_to_plain(finding)} for finding in self.findings],
            "rules": {code: serial.to_plain(rules[code]) for code in sorted(rules)},
            "skipped": serial.to_plain(self.skipped),
            "plugins": serial.to_plain(self.plugins),
            "observations": self.observations.to_list(),
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """`to_dict` as JSON text (ASCII only, so that no peer's text can play tricks on a terminal)."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=True)

    def _contact_to_plain(self, finding: Finding) -> dict[str, Any]:
        """For what only an authority can cure; read back it is made anew from the observations."""
        contact = self.contact_for(finding) if finding.blame is Blame.AUTHORITY else None
        return {} if contact is None else {"contact": serial.to_plain(contact)}

    @classmethod
    def from_dict(cls, plain: Any) -> Report:
        """Read a saved report; `ReportFormatError` when it is none. What absent plugins made survives as it was."""
        if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
            raise ReportFormatError(f"not a report of the schema {SCHEMA}")
        registry = Registry.installed()
        rules = serial.from_plain(dict[str, Any], plain.get("rules", {}), "rules")
        kinds = finding_kinds()
        return cls(
            target=_target_from_plain(plain.get("target")),
            findings=tuple(
                _finding_from_plain(item, rules, kinds, f"findings[{n}]")
                for n, item in enumerate(serial.from_plain(tuple[Any, ...], plain.get("findings"), "findings"))
            ),
            observations=Observations.from_list(plain.get("observations"), registry.observation_kinds()),
            skipped=serial.from_plain(tuple[Skipped, ...], plain.get("skipped", []), "skipped"),
            plugins=serial.from_plain(tuple[BrokenPlugin, ...], plain.get("plugins", []), "plugins"),
            started=serial.from_plain(datetime, plain.get("started"), "started"),
            elapsed=serial.from_plain(float, plain.get("elapsed", 0.0), "elapsed"),
            depth=serial.from_plain(Depth, plain.get("depth", "standard"), "depth"),
            version=serial.from_plain(str, plain.get("version", ""), "version"),
            connections=serial.from_plain(int, plain.get("connections", 0), "connections"),
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """Read what `to_json` wrote; `ReportFormatError` when it is something else."""
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as exc:
            raise ReportFormatError(f"not JSON: {exc}") from None
        return cls.from_dict(plain)

    def __str__(self) -> str:
        from .render.text import render_text

        return render_text(self)


def _families(names: Iterable[str]) -> tuple[str, ...]:
    """The families of checks that were asked for beside the depth, from what was observed for them."""
    return ("dns",) if any(name.startswith("dns-") for name in names) else ()


def _target_to_plain(target: Target) -> dict[str, Any]:
    names = ("host", "port", "server_name", "addresses", "alpn", "starttls", "proxy", "now", "scheme")
    shown = str(target.proxy) if isinstance(target.proxy, ProxyServer) else target.proxy  # without its secrets
    plain = {name: shown if name == "proxy" else serial.to_plain(getattr(target, name)) for name in names}
    return {**plain, "files": list(target.files)} if target.files else plain


def _proxy_from_plain(plain: Any) -> ProxyServer | Literal[False] | None:
    if plain is None or plain is False:
        return plain
    try:
        return ProxyServer.parse(plain)
    except TargetError as exc:
        raise ReportFormatError(f"target.proxy: {exc}") from None


def _target_from_plain(plain: Any) -> Target:
    def read(kind: Any, name: str) -> Any:
        return serial.from_plain(kind, plain.get(name), f"target.{name}")

    if not isinstance(plain, dict):
        raise ReportFormatError("target: expected an object")
    return Target(
        host=read(str, "host"),
        port=read(int, "port"),
        server_name=read(str | None, "server_name"),
        addresses=read(tuple[str, ...] | None, "addresses"),
        alpn=read(tuple[str, ...] | None, "alpn") or (),
        starttls=read(str | None, "starttls"),
        proxy=_proxy_from_plain(plain.get("proxy")),
        now=read(datetime | None, "now"),
        scheme=read(str | None, "scheme"),
        files=read(tuple[str, ...] | None, "files") or (),
    )


_COMMON = tuple(field.name for field in attrs.fields(Finding) if field.name != "rule")


def _finding_to_plain(finding: Finding) -> dict[str, Any]:
    plain: dict[str, Any] = {"code": finding.code, "layer": finding.layer.name.lower(), "key": finding.key}
    plain.update({name: serial.to_plain(getattr(finding, name)) for name in _COMMON})
    if isinstance(finding, UnknownFinding):
        return {**plain, "type": finding.type_name, "evidence": dict(finding.data)}
    return {**plain, "type": finding.kind, "evidence": serial.to_plain(finding.evidence)}


def _finding_from_plain(
    item: Any, rules: Mapping[str, Any], kinds: Mapping[str, type[Finding]], path: str
) -> Finding:
    if not isinstance(item, dict) or item.get("code") not in rules:
        raise ReportFormatError(f"{path}: no rule for the code {str(item)[:60]!r}")
    rule = serial.from_plain(Rule, rules[item["code"]], f"rules.{item['code']}")
    evidence = serial.from_plain(dict[str, Any], item.get("evidence", {}), f"{path}.evidence")
    common = {name: item[name] for name in _COMMON if name in item}
    kind = kinds.get(str(item.get("type")))
    if kind is None or kind is UnknownFinding:
        data = {**common, "rule": rules[item["code"]], "type_name": str(item.get("type")), "data": evidence}
        return serial.from_plain(UnknownFinding, data, path)
    known = {name: evidence[name] for name in evidence_names(kind) if name in evidence}
    return attrs.evolve(serial.from_plain(kind, {**common, **known, "rule": rules[item["code"]]}, path), rule=rule)


__all__ = ["SCHEMA", "Report", "Skipped", "UnknownFinding", "Verdict"]
