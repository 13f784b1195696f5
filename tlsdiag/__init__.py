"""tlsdiag: why does this TLS connection not work, who is to blame, and what to change.

The door for callers. Everything is loaded on first use, so that `import tlsdiag` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import diagnose, diagnose_async, diagnose_many
    from .check import Check, Skipped
    from .depth import Depth, Limits
    from .diagnosis import Diagnosis
    from .errors import PluginError, ReportFormatError, TargetError, TlsdiagError, UnknownCheckError
    from .explanation import Destination, Explanation, Possibility, explain, explain_async, explaining
    from .failure import Blame, Failure, FailureKind, Phase
    from .finding import Confidence, Finding, Fix, Layer, Rule, Severity
    from .observation import Observation
    from .offline import diagnose_certificates
    from .report import Report, Verdict
    from .target import ClientCertificate, Endpoint, Target

_HOME = {
    "diagnose": "api", "diagnose_async": "api", "diagnose_many": "api", "diagnose_certificates": "offline", "Check": "check",
    "Skipped": "check", "Depth": "depth", "Limits": "depth", "Diagnosis": "diagnosis", "PluginError": "errors", "ReportFormatError": "errors",
    "TargetError": "errors", "TlsdiagError": "errors", "UnknownCheckError": "errors", "Blame": "failure", "Failure": "failure",
    "FailureKind": "failure", "Phase": "failure", "Confidence": "finding", "Finding": "finding", "Fix": "finding", "Layer": "finding",
    "Rule": "finding", "Severity": "finding", "Observation": "observation", "Report": "report", "Verdict": "report",
    "ClientCertificate": "target", "Endpoint": "target", "Target": "target", "Destination": "explanation", "Explanation": "explanation",
    "Possibility": "explanation", "explain": "explanation", "explain_async": "explanation", "explaining": "explanation",
}  # fmt: skip

__all__ = [
    "Blame", "Check", "ClientCertificate", "Confidence", "Depth", "Destination", "Diagnosis", "Endpoint", "Explanation", "Failure",
    "FailureKind", "Finding", "Fix", "Layer", "Limits", "Observation", "Phase", "PluginError", "Possibility", "Report", "ReportFormatError",
    "Rule", "Severity", "Skipped", "Target", "TargetError", "TlsdiagError", "UnknownCheckError", "Verdict", "__version__", "diagnose",
    "diagnose_async", "diagnose_certificates", "diagnose_many", "explain", "explain_async", "explaining",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
