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
    ForwardSecrecy,
    HandshakeOutcome,
    Note,
    OfferSeen,
    OtherWay,
    PathSeen,
    ProxyStep,
    ProxyWay,
    Reachability,
    ServedChain,
    ShapeSeen,
    SpokenProtocol,
    VersionAttempt,
)
from .failure import Blame, Failure, FailureKind, Phase
from .finding import Confidence, Finding, Fix, Layer, Rule, Severity, Software
from .finding_types import (
    AlertFinding,
    CertificateFinding,
    ChainFinding,
    CipherFinding,
    ClientFinding,
    DeviationFinding,
    NameFinding,
    NetworkFinding,
    ProxyFinding,
    ServerNameFinding,
    SpokenFinding,
    VersionFinding,
)
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import Cost, Exchange, Probe, Scene, Scope
from .proxies import ProxyServer
from .target import ClientCertificate, Endpoint, Target

__all__ = [
    "AcceptedVersions", "AlertFinding", "AlertSeen", "Attempt", "Blame", "CertificateFinding", "ChainFinding", "ChainPaths", "Check",
    "CipherFinding", "ClientCertificate", "ClientFinding", "ClientOutcome", "ClientSettings", "Confidence", "Cost", "Depth",
    "DeviationFinding", "Endpoint", "Exchange", "Failure", "FailureKind", "Finding", "Fix", "ForwardSecrecy", "HandshakeOutcome", "Layer",
    "Limits", "NameFinding", "NetworkFinding", "Note", "Observation", "Observations", "OfferSeen", "OtherWay", "PathSeen", "Phase", "Probe",
    "ProxyFinding", "ProxyServer", "ProxyStep", "ProxyWay", "Reachability", "Resolution", "Rule", "Scene", "Scope", "Seen", "ServedChain",
    "ServerNameFinding", "Severity", "ShapeSeen", "Software", "SpokenFinding", "SpokenProtocol", "Target", "Unavailable", "VersionAttempt",
    "VersionFinding", "Why",
]  # fmt: skip
