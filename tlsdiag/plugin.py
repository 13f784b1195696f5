"""The door for authors of checks and probes: everything that a plugin imports, built-in ones too."""

from __future__ import annotations

from .check import Check, Seen
from .depth import Depth, Limits
from .facts import (
    AcceptedVersions,
    AlertSeen,
    Attempt,
    Bound,
    ChainPaths,
    ClientOutcome,
    ClientSettings,
    ClockEvidence,
    ForwardSecrecy,
    HandshakeOutcome,
    MadeUpName,
    Note,
    OfferSeen,
    PathSeen,
    Reachability,
    ServedChain,
    ServerDate,
    ShapeSeen,
    SpokenProtocol,
    TimeSource,
    VersionAttempt,
    Voucher,
    ZoneSeen,
)
from .failure import Blame, Failure, FailureKind, Phase
from .finding import Confidence, Finding, Fix, Layer, Rule, Severity, Software
from .finding_types import (
    AlertFinding,
    CertificateFinding,
    ChainFinding,
    CipherFinding,
    ClientFinding,
    ClockFinding,
    DeviationFinding,
    InterceptionFinding,
    NameFinding,
    NetworkFinding,
    ServerNameFinding,
    SpokenFinding,
    VersionFinding,
)
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import Cost, Exchange, Probe, Scene, Scope
from .target import ClientCertificate, Endpoint, Target

__all__ = [
    "AcceptedVersions", "AlertFinding", "AlertSeen", "Attempt", "Blame", "Bound", "CertificateFinding", "ChainFinding", "ChainPaths",
    "Check", "CipherFinding", "ClientCertificate", "ClientFinding", "ClientOutcome", "ClientSettings", "ClockEvidence", "ClockFinding",
    "Confidence", "Cost", "Depth", "DeviationFinding", "Endpoint", "Exchange", "Failure", "FailureKind", "Finding", "Fix",
    "ForwardSecrecy", "HandshakeOutcome", "InterceptionFinding", "Layer", "Limits", "MadeUpName", "NameFinding", "NetworkFinding", "Note",
    "Observation", "Observations", "OfferSeen", "PathSeen", "Phase", "Probe", "Reachability", "Resolution", "Rule", "Scene", "Scope",
    "Seen", "ServedChain", "ServerDate", "ServerNameFinding", "Severity", "ShapeSeen", "Software", "SpokenFinding", "SpokenProtocol",
    "Target", "TimeSource", "Unavailable", "VersionAttempt", "VersionFinding", "Voucher", "Why", "ZoneSeen",
]  # fmt: skip
