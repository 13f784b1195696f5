"""The door for authors of checks and probes: everything that a plugin imports, built-in ones too."""

from __future__ import annotations

from .check import Check, Seen
from .depth import Depth, Limits
from .facts import (
    AcceptedVersions,
    AlertSeen,
    Attempt,
    ChainPaths,
    ClientOutcome,
    ClientSettings,
    Counterfactuals,
    ForwardSecrecy,
    HandshakeOutcome,
    Note,
    OfferSeen,
    PathSeen,
    Reachability,
    ServedChain,
    ShapeSeen,
    SpokenProtocol,
    Trial,
    TrialOutcome,
    VersionAttempt,
)
from .failure import Blame, Failure, FailureKind, Phase
from .finding import Confidence, Finding, Fix, Layer, Rule, Severity, Software
from .finding_types import (
    AgreementFinding,
    AlertFinding,
    CertificateFinding,
    ChainFinding,
    CipherFinding,
    ClientFinding,
    DeviationFinding,
    NameFinding,
    NetworkFinding,
    ServerNameFinding,
    SizeFinding,
    SpokenFinding,
    TrialFinding,
    VersionFinding,
)
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import Cost, Delivery, Exchange, Probe, Scene, Scope
from .target import ClientCertificate, Endpoint, Target

__all__ = [
    "AcceptedVersions", "AgreementFinding", "AlertFinding", "AlertSeen", "Attempt", "Blame", "CertificateFinding", "ChainFinding",
    "ChainPaths", "Check", "CipherFinding", "ClientCertificate", "ClientFinding", "ClientOutcome", "ClientSettings", "Confidence", "Cost",
    "Counterfactuals", "Delivery", "Depth", "DeviationFinding", "Endpoint", "Exchange", "Failure", "FailureKind", "Finding", "Fix",
    "ForwardSecrecy", "HandshakeOutcome", "Layer", "Limits", "NameFinding", "NetworkFinding", "Note", "Observation", "Observations",
    "OfferSeen", "PathSeen", "Phase", "Probe", "Reachability", "Resolution", "Rule", "Scene", "Scope", "Seen", "ServedChain",
    "ServerNameFinding", "Severity", "ShapeSeen", "SizeFinding", "Software", "SpokenFinding", "SpokenProtocol", "Target", "Trial",
    "TrialFinding", "TrialOutcome", "Unavailable", "VersionAttempt", "VersionFinding", "Why",
]  # fmt: skip
