"""The door for authors of checks and probes: everything that a plugin imports, built-in ones too."""

from __future__ import annotations

from .check import Check, Seen
from .depth import Depth, Limits
from .failure import Blame, Failure, FailureKind, Phase
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
    PathSeen,
    Reachability,
    ServedChain,
    ShapeSeen,
    SpokenProtocol,
    VersionAttempt,
)
from .finding import Confidence, Finding, Fix, Layer, Rule, Severity, Software
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import Cost, Exchange, Probe, Scene, Scope
from .target import ClientCertificate, Endpoint, Target

__all__ = [
    "AcceptedVersions", "AlertSeen", "Attempt", "Blame", "ChainPaths", "Check", "ClientCertificate", "ClientOutcome",
    "ClientSettings", "Confidence", "Cost", "Depth", "Endpoint", "Exchange", "Failure", "FailureKind", "Finding",
    "Fix", "ForwardSecrecy", "HandshakeOutcome", "Layer", "Limits", "Note", "Observation", "Observations",
    "OfferSeen", "PathSeen", "Phase", "Probe", "Reachability", "Resolution", "Rule", "Scene", "Scope", "Seen",
    "ServedChain", "Severity", "ShapeSeen", "Software", "SpokenProtocol", "Target", "Unavailable", "VersionAttempt",
    "Why",
]  # fmt: skip
