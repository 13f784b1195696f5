"""Rules and findings: the static and the moving half of every judgement.

A `Rule` is written once, beside the check that fires it. A `Finding` is one instance of a rule on one subject;
subclasses carry typed evidence as attributes. Neither knows how it was found, shown or ordered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any, ClassVar, Self

import attrs

from .failure import Blame
from .target import Endpoint

CODE = re.compile(r"(?:[a-z0-9][a-z0-9-]*/)?[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class Severity(IntEnum):
    """How much it matters, whoever is to blame. A healthy endpoint has nothing above `INFO`."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Confidence(IntEnum):
    """How sure we are: `PROVEN` was shown by what both sides said or by a counterfactual."""

    POSSIBLE = 0
    LIKELY = 1
    PROVEN = 2


class Layer(IntEnum):
    """Where it happens; the order is the way of a connection, so a lower layer explains a higher one."""

    LOCAL = 0
    RESOLUTION = 1
    NETWORK = 2
    PROXY = 3
    STARTTLS = 4
    PROTOCOL = 5
    CERTIFICATE = 6
    APPLICATION = 7


class Software(StrEnum):
    """Software that a fix can be written for."""

    NGINX = "nginx"
    APACHE = "apache"
    HAPROXY = "haproxy"
    POSTFIX = "postfix"
    JAVA = "java"
    PYTHON = "python"
    OPENSSL = "openssl"
    CURL = "curl"


_PLACEHOLDER = re.compile(r"\b(?:NAME|HOST|PORT|ADDRESS)\b")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9._:%*-]{1,253}")


@attrs.frozen(kw_only=True)
class Fix:
    """What to change: a sentence that names the thing, and a snippet for each software where it differs.

    The words NAME, HOST, PORT and ADDRESS in a snippet stand for those of the target and of the endpoint.
    """

    summary: str
    snippets: Mapping[str, str] = attrs.field(factory=dict, hash=False)

    def filled(self, values: Mapping[str, str]) -> Fix:
        """The same with placeholders replaced; a value that could be more than a name or number in a shell leaves its placeholder alone."""
        plain = {word: value for word, value in values.items() if _PLAIN_VALUE.fullmatch(value)}

        def fill(text: str) -> str:
            return _PLACEHOLDER.sub(lambda match: plain.get(match[0], match[0]), text)

        return attrs.evolve(self, snippets={key: fill(text) for key, text in self.snippets.items()})


@attrs.frozen(kw_only=True)
class Rule:
    """The static side of a finding.

    `why` says why it matters, `explains` lists the codes that are its consequences wherever both are present
    on the same endpoint. `passing` and `failing` describe the samples that hold the rule.
    """

    code: str = attrs.field()
    title: str
    layer: Layer
    severity: Severity
    blame: Blame
    why: str
    fix: Fix
    references: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    blocking: bool = False
    failing: str = ""
    passing: str = ""

    @code.validator
    def _code_is_a_slug(self, _: object, value: str) -> None:
        if not isinstance(value, str) or not CODE.fullmatch(value):
            raise ValueError(f"a code is a slug such as 'certificate-expired' or 'acme/odd-banner', not {value!r}")

    @property
    def pack(self) -> str | None:
        """The prefix of a third party's code ("acme" of "acme/odd-banner"); None for a built-in one."""
        return self.code.partition("/")[0] if "/" in self.code else None


@attrs.frozen(kw_only=True)
class Finding:
    """One instance of a rule. Text from the peer may be in it: whoever shows it must escape it.

    `subject` is what it is about ("certificate CN=..."); `detail` says it with the real values; `endpoint` is None
    for the target as a whole; `blocks` is True when it keeps this client from connecting, and `intermittent` when it does so at
    times only; `explains` and `explained_by` hold keys of other findings in the same report, filled in by the engine.
    """

    kind: ClassVar[str] = "finding"

    rule: Rule
    title: str
    detail: str
    severity: Severity
    confidence: Confidence = Confidence.PROVEN
    blame: Blame
    subject: str = ""
    endpoint: Endpoint | None = None
    fix: Fix
    blocks: bool = False
    intermittent: bool = False
    also_explains: tuple[str, ...] = ()
    named_causes: tuple[str, ...] = ()
    origin: str = ""
    explains: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, rule: Rule, detail: str, **evidence: Any) -> Self:
        """Make a finding of `rule`; what is not given comes from the rule. Evidence is the subclass's attributes."""
        defaults: dict[str, Any] = {
            "title": rule.title,
            "severity": rule.severity,
            "blame": rule.blame,
            "fix": rule.fix,
            "blocks": rule.blocking,
        }
        return cls(rule=rule, detail=detail, **{**defaults, **evidence})

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code

    @property
    def layer(self) -> Layer:
        """The rule's layer."""
        return self.rule.layer

    @property
    def references(self) -> tuple[str, ...]:
        """The rule's references."""
        return self.rule.references

    @property
    def key(self) -> str:
        """What names this finding within its report: code, endpoint and subject."""
        parts = [self.code, str(self.endpoint) if self.endpoint else "", self.subject]
        return "|".join(parts).rstrip("|")

    @property
    def evidence(self) -> dict[str, Any]:
        """The attributes that the subclass adds, by name."""
        return {name: getattr(self, name) for name in evidence_names(type(self))}


def evidence_names(kind: type[Finding]) -> tuple[str, ...]:
    """The names of the typed evidence attributes of a finding class, in order of definition."""
    common = {field.name for field in attrs.fields(Finding)}
    return tuple(field.name for field in attrs.fields(kind) if field.name not in common)
