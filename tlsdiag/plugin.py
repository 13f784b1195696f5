"""The door for authors of checks and probes: everything that a plugin imports, built-in ones too."""

from __future__ import annotations

from .check import Check, Seen
from .depth import Depth, Limits
from .facts import (
    AcceptedVersions,
    AlertSeen,
    AnswerPace,
    Attempt,
    ChainPaths,
    ChainSeen,
    ClientOutcome,
    ClientSettings,
    ForwardSecrecy,
    HandshakeOutcome,
    Note,
    OfferSeen,
    OtherPorts,
    Pace,
    PathSeen,
    PortSeen,
    Reachability,
    RepeatOutcome,
    Repeats,
    RepeatSeen,
    Resumptions,
    ServedChain,
    ShapeSeen,
    SpokenProtocol,
    VersionAttempt,
)
from .failure import Blame, Failure, FailureKind, Phase
from .finding import Confidence, Finding, Fix, Layer, Rule, Severity, Software
from .finding_types import (
    AlertFinding,
    BackendFinding,
    CertificateFinding,
    ChainFinding,
    CipherFinding,
    ClientFinding,
    DeviationFinding,
    NameFinding,
    NetworkFinding,
    ServerNameFinding,
    SpokenFinding,
    VersionFinding,
)
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import Cost, Delivery, Exchange, Probe, Scene, Scope
from .target import ClientCertificate, Endpoint, Target

__all__ = [
    "AcceptedVersions", "AlertFinding", "AlertSeen", "AnswerPace", "Attempt", "BackendFinding", "Blame", "CertificateFinding",
    "ChainFinding", "ChainPaths", "ChainSeen", "Check", "CipherFinding", "ClientCertificate", "ClientFinding", "ClientOutcome",
    "ClientSettings", "Confidence", "Cost", "Delivery", "Depth", "DeviationFinding", "Endpoint", "Exchange", "Failure", "FailureKind",
    "Finding", "Fix", "ForwardSecrecy", "HandshakeOutcome", "Layer", "Limits", "NameFinding", "NetworkFinding", "Note", "Observation",
    "Observations", "OfferSeen", "OtherPorts", "Pace", "PathSeen", "Phase", "PortSeen", "Probe", "Reachability", "RepeatOutcome",
    "RepeatSeen", "Repeats", "Resolution", "Resumptions", "Rule", "Scene", "Scope", "Seen", "ServedChain", "ServerNameFinding", "Severity",
    "ShapeSeen", "Software", "SpokenFinding", "SpokenProtocol", "Target", "Unavailable", "VersionAttempt", "VersionFinding", "Why",
]  # fmt: skip
